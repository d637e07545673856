"""Vector expressions of the loop IR as C text.

Operations become the macros of `vectors.py`; what has no vector form (library functions, gathers, guarded
reads) is computed lane by lane. Values that a macro would evaluate twice are named first, in lines before the
statement. Vectors are already cut to the machine's width (`split.py`).
"""

from __future__ import annotations

from ...dsl.dtypes import BOOL, F16, F32, I32, I64, DType
from ..loop.ir import (
    Across,
    Binary,
    Bits,
    Broadcast,
    Buffer,
    Call,
    Cast,
    Const,
    Expr,
    Load,
    Ramp,
    Select,
    Shuffle,
    Unary,
    Var,
)
from ..loop.visit import rebuild
from .abilities import Abilities
from .ctext import UNARY, Text, cast, element_name
from .expand import clamped
from .lanes import at_lane, index_ramp, is_harmless, is_monotone, is_register, shortened
from .scalar import LANE, LANES, Scalars
from .shuffles import shuffled
from .splats import Splats
from .truth import mask, truth, zero_or_one
from .values import Value, apply, converted, name_for, reinterpreted, type_of
from .vector_arithmetic import Arithmetic
from .vector_type import VectorType
from .writer import Writer


class Vectors(Arithmetic):
    """Writes vector expressions. Where the target contracts, an explicit fma is left to that."""

    def __init__(self, scalars: Scalars, writer: Writer, can: Abilities) -> None:
        super().__init__(scalars, writer, can)
        self._masks: dict[str, VectorType] = {}     # vectors of truth values differ in width
        self.splats = Splats()

    def let(self, name: str, expr: Expr) -> VectorType:
        """Name the value of a vector expression; the type of the new variable."""
        c_name = self._scalars.names[name]
        value = self.value(expr, c_name)
        if expr.dtype == BOOL:
            self._masks[c_name] = value.type
        if value.text != c_name:
            self._writer.line(f"const {value.type} {c_name} = {value};")
        return value.type

    def store(self, buffer: Buffer, index: tuple[Expr, ...], expr: Expr) -> None:
        """Write a vector to a buffer, or assign it where the buffer is in registers."""
        value = self.value(expr)
        if buffer.scope == "register":
            self._writer.line(f"{self._scalars.register(buffer, index)} = {self._like(value, expr, 8)};")
            return
        value = zero_or_one(value, VectorType("u8", expr.lanes)) if expr.dtype == BOOL else value
        ramp = index_ramp(buffer, index)
        if ramp and ramp[1] == 1:
            self._writer.line(f"{value.type}_store({self._address(buffer, ramp[0])}, {value});")
            return
        value = self._named("scattered", value)
        for lane in range(expr.lanes):
            where = self._scalars.element(buffer, tuple(self._at(e, Const(lane)) for e in index))
            self._writer.line(f"{where} = {value.type}_lane({value}, {lane});")

    def value(self, expr: Expr, name: str = "") -> Value:
        """The expression in C; lines that it needs are written. A value that needs a name gets this one."""
        match expr:
            case Const(value=value, dtype=dtype, lanes=lanes):
                return self._splat(Broadcast(Const(value, dtype), lanes), name)
            case Broadcast():
                return self._splat(expr, name)
            case Var(name=var):
                c_name = self._scalars.names[var]
                return Value(c_name, self._masks.get(c_name) or type_of(expr))
            case Load():
                return self._load(expr, name)
            case Ramp():
                return self._ramp(expr, I64)
            case Unary(op=op, value=value):
                operand = self.value(value)
                return apply(operand.type, op, operand)
            case Binary():
                return self._binary(expr)
            case Call():
                return self._call(expr)
            case Cast():
                return self._cast(expr)
            case Bits(value=value):
                return reinterpreted(self.value(value), type_of(expr))
            case Shuffle(left=left, right=right, picks=picks):
                return shuffled(picks, self.value(left), self.value(right))
            case Select():
                return self._select(expr, name)
            case Across():
                raise TypeError(f"not a vector: {expr}")

    def _splat(self, expr: Broadcast, name: str = "") -> Value:
        """All lanes the same: named once in a block where memory has no part in it."""
        known = self.splats.find(expr)
        if known is not None:
            return known
        kind, text = type_of(expr), self._scalars.text(expr.value)
        if expr.dtype == BOOL:
            text = cast(kind.c_element, Text(f"-{text.within(UNARY)}", UNARY))
        elif kind.bits < 32 and not isinstance(expr.value, Const | Load | Var):
            text = cast(kind.c_element, text)
        value = self._named(name_for(expr.value), Value(f"SPLAT{kind.lanes}({text})", kind), name)
        self.splats.keep(expr, value)
        return value

    def _load(self, load: Load, name: str = "") -> Value:
        if load.buffer.scope == "register":
            return Value(self._scalars.register(load.buffer, load.index), type_of(load))
        ramp = index_ramp(load.buffer, load.index)
        kind = VectorType(element_name(load.dtype), load.lanes)
        if ramp and ramp[1] == 1:
            value = apply(kind, "load", self._address(load.buffer, ramp[0]))
        else:
            items = [str(self._scalars.text(self._at(load, Const(lane)))) for lane in range(load.lanes)]
            own = "" if load.dtype == BOOL else name
            value = self._named("gathered", Value(f"LANES({', '.join(items)})", kind), own)
        return truth(value) if load.dtype == BOOL else value

    def _ramp(self, ramp: Ramp, dtype: DType) -> Value:
        kind = VectorType(dtype.name, ramp.lanes)
        steps = ", ".join(str(lane * ramp.stride) for lane in range(ramp.lanes))
        start = self.value(Broadcast(Cast(ramp.base, dtype), ramp.lanes))
        return apply(kind, "add", start, self._named("steps", Value(f"LANES({steps})", kind)))

    def _cast(self, expr: Cast) -> Value:
        origin, dtype, lanes = expr.value.dtype, expr.dtype, expr.lanes
        if origin == dtype:
            return self.value(expr.value)
        if origin.name == "bf16" and dtype == F32:
            return apply(type_of(expr), "from_bf16", self.value(expr.value))
        if (origin, dtype) in ((F16, F32), (F32, F16)):
            to_half = dtype == F16
            return apply(type_of(expr), "to_f16" if to_half else "from_f16", self.value(expr.value))
        if any(t.is_float and t.bits == 16 for t in (origin, dtype)):
            return self._each_lane(expr)
        if dtype == BOOL:
            return self.value(Binary("!=", expr.value, Const(0, origin, lanes)))
        if origin == BOOL:
            return zero_or_one(self.value(expr.value), type_of(expr))
        if origin == I64 and (short := shortened(expr.value, self._fits_i32)) is not None:
            if isinstance(expr.value, Ramp) and dtype == I32:
                return self._ramp(expr.value, I32)
            return self.value(Cast(short, dtype))
        if origin.is_float and dtype.is_integer:
            return self._saturated(expr)
        if origin.is_integer and origin.bits < 32 and dtype.is_float:
            return self.value(Cast(Cast(expr.value, I32), dtype))
        return self._converted(self.value(expr.value), type_of(expr))

    def _saturated(self, expr: Cast) -> Value:
        """Float to integer: brought into range first, so that no lane converts what does not fit."""
        inside, beyond = clamped(self._variable(expr.value), expr.dtype)
        value = converted(self.value(inside), type_of(expr))
        if beyond is None:
            return value
        most = self.value(Const(expr.dtype.limits[1], expr.dtype, expr.lanes))
        too_large = self._named("beyond", mask(self.value(beyond), expr.dtype.bits))
        return apply(value.type, "pick", too_large, most, value)

    def _select(self, expr: Select, name: str = "") -> Value:
        condition = expr.condition
        if condition.lanes == 1 or isinstance(condition, Broadcast):
            scalar = condition.value if isinstance(condition, Broadcast) else condition
            return self._choice(scalar, expr, expr.then, expr.otherwise, name)
        if is_harmless(expr.then) and is_harmless(expr.otherwise):
            return self._pick(expr)
        if not is_monotone(condition):
            return self._each_lane(expr)
        ends = (self._at(condition, Const(lane)) for lane in (0, expr.lanes - 1))
        return self._choice(Binary("and", *ends), expr, expr.then, None, name)

    def _pick(self, expr: Select) -> Value:
        then = self.value(expr.then)
        otherwise = self._like(self.value(expr.otherwise), expr, then.type.bits)
        condition = mask(self.value(expr.condition), then.type.bits)
        return apply(then.type, "pick", self._named("chosen", condition), then, otherwise)

    def _choice(self, condition: Expr, expr: Select, then: Expr, otherwise: Expr | None, name: str) -> Value:
        """A branch on one scalar condition: `then` if it holds, `otherwise` if not.

        Without an `otherwise` the lanes then differ, and each is computed by itself.
        """
        known = self._scalars.holds(condition)
        if known:
            return self.value(then)
        if known is not None and otherwise is not None:
            return self.value(otherwise)
        name, kind = name or self._fresh("guarded"), type_of(expr)
        self._writer.line(f"{kind} {name};")
        with self._writer.block(f"if ({self._scalars.text(condition)})"), self.splats.scope():
            self._writer.line(f"{name} = {self._like(self.value(then), expr, kind.bits)};")
        with self._writer.block("else"), self.splats.scope():
            value = self._each_lane(expr) if otherwise is None else self.value(otherwise)
            self._writer.line(f"{name} = {self._like(value, expr, kind.bits)};")
        return Value(name, kind)

    def _each_lane(self, expr: Expr) -> Value:
        """A loop that computes a scalar expression in each lane; what a selection chooses from stays lazy."""
        if not isinstance(expr, Select):
            expr = rebuild(expr, self._variable)
        self._scalars.ranges[LANE.name] = (0, expr.lanes - 1)
        text = self._scalars.text(self._at(expr, LANE))
        kind = VectorType(element_name(expr.dtype), expr.lanes)
        name = self._fresh("each")
        self._writer.line(f"{kind.c_element} {name}[{expr.lanes}];")
        self._writer.line(f"for (int lane = 0; lane < {expr.lanes}; lane++)")
        self._writer.line(f"    {name}[lane] = {text};")
        value = apply(kind, "load", name)
        return truth(value) if expr.dtype == BOOL else value

    def _at(self, expr: Expr, lane: Expr) -> Expr:
        """One lane as a scalar expression."""
        def vector(named: Expr) -> Expr:
            value = self.value(named)
            return Load(Buffer(f"{value.type} {value}", named.dtype, (named.lanes,), LANES), (lane,))

        return at_lane(expr, lane, vector)

    def _variable(self, expr: Expr) -> Expr:
        """A vector expression as a variable or constant, which may be used several times."""
        if expr.lanes == 1 or isinstance(expr, Const | Var | Broadcast) or is_register(expr):
            return expr
        self._count += 1
        var = Var(f"value.{self._count}", expr.dtype, expr.lanes)
        self.let(var.name, expr)
        return var
