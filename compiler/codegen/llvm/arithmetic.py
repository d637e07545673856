"""Operators, conversions and functions of the language on values, with its meaning: integers wrap, division
rounds down, conversions to integers saturate. Nothing here can trap: all of it may be evaluated in vain.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....dsl.dtypes import BOOL, F32, F64, DType
from .builder import Builder, poison
from .halves import Halves
from .values import Value, kind_of, number

_INTEGER = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor", "<<": "shl"}
_FLOAT = {"+": "fadd contract", "-": "fsub contract", "*": "fmul contract", "/": "fdiv"}
_LOGIC = {"and": "and", "or": "or"}
_SIGNED = {"<": "slt", "<=": "sle", ">": "sgt", ">=": "sge", "==": "eq", "!=": "ne"}
_UNSIGNED = {"<": "ult", "<=": "ule", ">": "ugt", ">=": "uge", "==": "eq", "!=": "ne"}
_ORDERED = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}
_LIBRARY = {"exp": 1, "log": 1, "tanh": 1, "erf": 1, "pow": 2}
_INTRINSIC = {"sqrt": "sqrt", "floor": "floor", "ceil": "ceil", "round": "rint", "fma": "fma"}


@dataclass
class Arithmetic:
    """Writes operations with a builder; `declared` collects the library functions that it calls.

    With `nan_extremes` the machine has minima that give NaN where either side is.
    """

    builder: Builder
    halves: Halves
    declared: dict[str, str]
    nan_extremes: bool = False

    # ── operators ────────────────────────────────────────────────────────────────────────────────────────

    def unary(self, op: str, a: Value, dtype: DType) -> Value:
        """`neg` or `not`."""
        if op == "not":
            return self.builder.binary("xor", a, number(1, BOOL, a.lanes))
        if dtype.is_float:
            return self.builder.pure(f"fneg {a}", a.kind, a.lanes, a)
        return self.builder.binary("sub", number(0, dtype, a.lanes), a)

    def binary(self, op: str, a: Value, b: Value, dtype: DType) -> Value:
        """An operator on two values of a type, but `//` and `%`."""
        if op in _SIGNED:
            return self.compare(op, a, b, dtype)
        if op == ">>":
            return self.builder.binary("lshr" if dtype.kind == "uint" else "ashr", a, b)
        table = _FLOAT if dtype.is_float else _LOGIC if dtype == BOOL else _INTEGER
        return self.builder.binary(table[op], a, b)

    def compare(self, op: str, a: Value, b: Value, dtype: DType) -> Value:
        """A comparison; one with NaN is false, but `!=`."""
        if dtype.is_float:
            return self.builder.compare(f"fcmp {_ORDERED[op]}", a, b)
        table = _UNSIGNED if dtype == BOOL or dtype.kind == "uint" else _SIGNED
        return self.builder.compare(f"icmp {table[op]}", a, b)

    def divide(self, op: str, a: Value, b: Value, dtype: DType, divisor: int | None, *,
               positive: bool) -> Value:
        """`//` or `%`; `divisor` where it is a constant. `positive`: nothing here is negative, nothing zero.

        A division by zero gives anything.
        """
        build = self.builder
        if divisor is not None and divisor > 0 and divisor.bit_count() == 1:
            return self._by_power(op, a, dtype, divisor)
        if positive or dtype.kind == "uint":
            by = b if divisor or positive else self._never(b, 0, dtype)
            return build.binary("udiv" if op == "//" else "urem", a, by)
        if divisor is not None and divisor > 0:
            return self._floored(op, a, b, dtype)
        safe = self._never(self._never(b, 0, dtype), -1, dtype)
        zero = number(0, dtype, a.lanes)
        by_minus_one = build.binary("sub", zero, a) if op == "//" else zero
        minus_one = build.compare("icmp eq", b, number(-1, dtype, b.lanes))
        return build.select(minus_one, by_minus_one, self._floored(op, a, safe, dtype))

    def _by_power(self, op: str, a: Value, dtype: DType, divisor: int) -> Value:
        if op == "%":
            return self.builder.binary("and", a, number(divisor - 1, dtype, a.lanes))
        shift = number(divisor.bit_length() - 1, dtype, a.lanes)
        return self.builder.binary("lshr" if dtype.kind == "uint" else "ashr", a, shift)

    def _never(self, b: Value, value: int, dtype: DType) -> Value:
        """The divisor, 1 in place of a value that would trap."""
        bad = self.builder.compare("icmp eq", b, number(value, dtype, b.lanes))
        return self.builder.select(bad, number(1, dtype, b.lanes), b)

    def _floored(self, op: str, a: Value, b: Value, dtype: DType) -> Value:
        """Signed division rounds to zero: one less where there is a rest of the divisor's other sign."""
        build, zero = self.builder, number(0, dtype, a.lanes)
        rest = build.binary("srem", a, b)
        other = build.compare("icmp slt", build.binary("xor", rest, b), zero)
        down = build.binary("and", build.compare("icmp ne", rest, zero), other)
        if op == "%":
            return build.binary("add", rest, build.select(down, b, zero))
        return build.binary("add", build.binary("sdiv", a, b), build.convert("sext", down, a.kind))

    # ── conversions ──────────────────────────────────────────────────────────────────────────────────────

    def cast(self, a: Value, origin: DType, dtype: DType) -> Value:
        """A value of type `origin` as another type."""
        build = self.builder
        if origin == dtype:
            return a
        if origin.is_float and origin.bits == 16:
            return self.cast(self.halves.widen(a, origin), F32, dtype)
        if dtype.is_float and dtype.bits == 16:
            wide = a if origin in (F32, F64) else self.cast(a, origin, F64)
            return self.halves.narrow(wide, dtype)
        if dtype == BOOL:
            return self.compare("!=", a, number(0, origin, a.lanes), origin)
        if origin.is_float:
            return self._from_float(a, origin, dtype)
        unsigned = origin == BOOL or origin.kind == "uint"
        if dtype.is_float:
            return build.convert("uitofp" if unsigned else "sitofp", a, kind_of(dtype))
        if dtype.bits < origin.bits:
            return build.convert("trunc", a, kind_of(dtype))
        return build.convert("zext" if unsigned else "sext", a, kind_of(dtype))

    def _from_float(self, a: Value, origin: DType, dtype: DType) -> Value:
        if dtype.is_float:
            return self.builder.convert("fpext" if dtype.bits > origin.bits else "fptrunc", a, kind_of(dtype))
        name = "fptoui.sat" if dtype.kind == "uint" else "fptosi.sat"
        return self.builder.intrinsic(name, a, result=poison(kind_of(dtype), a.lanes))

    def bits(self, a: Value, dtype: DType) -> Value:
        """The same bits as another type."""
        return self.builder.convert("bitcast", a, kind_of(dtype))

    # ── functions ────────────────────────────────────────────────────────────────────────────────────────

    def call(self, function: str, args: list[Value], dtype: DType) -> Value:
        """A function of the language."""
        a = args[0]
        match function:
            case "min" | "max":
                return self._extreme(function, a, args[1], dtype)
            case "abs" if dtype.kind == "uint":
                return a
            case "abs" if dtype.is_float:
                return self.builder.intrinsic("fabs", a)
            case "abs":
                return self.builder.intrinsic("abs", a, extra="i1 false")
            case "rsqrt":
                root = self.builder.intrinsic("sqrt", a)
                return self.builder.binary("fdiv", number(1.0, dtype, a.lanes), root)
            case "sigmoid":
                return self._sigmoid(a, dtype)
            case _ if function in _INTRINSIC:
                return self.builder.intrinsic(_INTRINSIC[function], *args)
            case _:
                return self._library(function, args, dtype)

    def across(self, op: str, a: Value, dtype: DType) -> Value:
        """All lanes combined by an operator or a function: the upper half folded onto the lower one."""
        while a.lanes > 2:
            half = a.lanes // 2
            low, high = (self.builder.shuffle(a, poison(a.kind, a.lanes), list(range(n, n + half)))
                         for n in (0, half))
            a = self._combine(op, low, high, dtype)
        return self._combine(op, self.builder.lane(a, 0), self.builder.lane(a, 1), dtype)

    def _combine(self, op: str, a: Value, b: Value, dtype: DType) -> Value:
        return self.call(op, [a, b], dtype) if op in ("min", "max") else self.binary(op, a, b, dtype)

    def _extreme(self, function: str, a: Value, b: Value, dtype: DType) -> Value:
        """Smaller or larger one; of floats NaN if either is, for which a number needs one comparison."""
        build = self.builder
        if dtype.is_float and self.nan_extremes:
            return build.intrinsic("minimum" if function == "min" else "maximum", a, b)
        if not b.text.startswith("%"):
            a, b = b, a
        nearer = build.select(self.compare("<" if function == "min" else ">", a, b, dtype), a, b)
        if not dtype.is_float or not a.text.startswith("%"):
            return nearer
        return build.select(build.compare("fcmp uno", a, a), a, nearer)

    def _sigmoid(self, a: Value, dtype: DType) -> Value:
        """With an exponential that cannot overflow."""
        build, one, zero = self.builder, number(1.0, dtype, a.lanes), number(0.0, dtype, a.lanes)
        minus = self.unary("neg", build.intrinsic("fabs", a), dtype)
        small = self._library("exp", [minus], dtype)
        above = build.select(self.compare("<", a, zero, dtype), small, one)
        return build.binary("fdiv", above, build.binary("fadd", one, small))

    def _library(self, function: str, args: list[Value], dtype: DType) -> Value:
        """A function of the C library, lane by lane."""
        name, kind = function + ("f" if dtype == F32 else ""), args[0].kind
        self.declared[name] = f"declare {kind} @{name}({', '.join([kind] * len(args))}) nounwind"
        if args[0].lanes == 1:
            return self.builder.here(f"call {kind} @{name}({', '.join(map(str, args))})", kind)
        result = poison(kind, args[0].lanes)
        for lane in range(result.lanes):
            one = self._library(function, [self.builder.lane(a, lane) for a in args], dtype)
            result = self.builder.with_lane(result, lane, one)
        return result

