"""From the syntax tree of an expression to a typed expression, with every mistake in it reported once.

A value on the way is a typed expression, a `Flexible` one (literals, which take their type from what stands
around them), or None where something in it is wrong and reported already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

from .. import ast, typed
from ..diagnostics import Report
from ..dtypes import BOOL, DTYPES, I32, I64, DType
from . import types
from .context import Bound, Context, Obligation
from .literals import Flexible, constant, exact, misfit, nearest
from .names import CLAMP, FUNCTIONS, KINDS, REDUCERS, takes
from .ranges import extent_of
from .scope import Scope, Tensor

Value = typed.Expr | Flexible | None
COMPARES = frozenset(typed.COMPARISONS)


@dataclass
class Expressions:
    """The checker of expressions of one kernel; `obligations` collects what is left to prove."""

    scope: Scope
    obligations: list[Obligation] = field(default_factory=list[Obligation])

    @property
    def report(self) -> Report:
        """Where mistakes go."""
        return self.scope.report

    def value(self, expr: ast.Expr, at: Context) -> Value:
        """The value of an expression; inside subscripts integers of all types become i64."""
        found = self._value(expr, at)
        if at.subscript and found is not None and not isinstance(found, Flexible):
            if found.dtype.is_integer and found.dtype != I64:
                return typed.Cast(found, I64)
        return found

    def _value(self, expr: ast.Expr, at: Context) -> Value:
        match expr:
            case ast.Number():
                return self._number(expr)
            case ast.Bool():
                return typed.Const(expr.value, BOOL)
            case ast.Name():
                return self._name(expr, at)
            case ast.Access():
                return self._read(expr, at)
            case ast.Guarded():
                return self._guarded(expr, at)
            case ast.Call():
                return self._call(expr, at)
            case ast.Reduce():
                return self._reduce(expr, at)
            case ast.Unary():
                return self._unary(expr, at)
            case ast.Binary():
                return self._binary(expr, at)
            case ast.IfElse():
                return self._if_else(expr, at)

    # ── literals and names ──

    def _number(self, number: ast.Number) -> Value:
        value = exact(number.text)
        if value is None:
            self.report.error("T203", f"'{_short(number)}' is too large for any type", number.span,
                              hint="write a smaller literal")
            return None
        return self._literal(number, value, number.text.isdigit())

    def _literal(self, expr: ast.Expr, value: Fraction, whole: bool) -> Flexible:
        def build(dtype: DType) -> typed.Expr | None:
            if why := misfit(value, whole, dtype):
                self.report.error("T203", f"'{_short(expr)}' does not fit {dtype}: {why}", expr.span,
                                  hint="write a literal that fits, or cast what stands around it")
                return None
            return constant(value, dtype)
        return Flexible(build, value, whole)

    def _name(self, name: ast.Name, at: Context) -> Value:
        if at.axis(name.name) is not None:
            return typed.Index(name.name)
        if name.name in self.scope.sizes:
            size = self.scope.sizes[name.name]
            return typed.Index(name.name) if size is None else typed.Const(size, I64)
        tensor = self.scope.tensors.get(name.name)
        if tensor is None:
            self.scope.unknown(name.name, name.span, tuple(a.name for a in at.axes))
            return None
        if tensor.shape:
            self._wrong_rank(name, tensor, 0)
            return None
        return None if tensor.dtype is None else typed.Read(name.name, (), tensor.dtype, span=name.span)

    # ── reads ──

    def _read(self, access: ast.Access, at: Context, guarded: bool = False) -> typed.Read | None:
        tensor = self._tensor(access, at)
        shape = tensor.shape if tensor and len(tensor.shape) == len(access.index) else (None,) * len(access.index)
        index = [self._subscript(e, n, at) for e, n in zip(access.index, shape, strict=True)]
        if tensor is None:
            return None
        if len(tensor.shape) != len(access.index):
            self._wrong_rank(access, tensor, len(access.index))
            return None
        found = tuple(e for e in index if e is not None)
        if len(found) < len(index):
            return None
        if not guarded:
            self._must_be_inside(access, found, tensor, at)
        return None if tensor.dtype is None else typed.Read(access.tensor, found, tensor.dtype, span=access.span)

    def _tensor(self, access: ast.Access, at: Context) -> Tensor | None:
        name = access.tensor
        if name in self.scope.tensors:
            return self.scope.tensors[name]
        if name in self.scope.sizes or at.axis(name) is not None:
            what = "a size" if name in self.scope.sizes else "an index"
            self.report.error("T108", f"'{name}' is {what}, not a tensor", access.span, hint=f"write {name} alone")
        else:
            self.scope.unknown(name, access.span)
        return None

    def _wrong_rank(self, node: ast.Name | ast.Access, tensor: Tensor, got: int) -> None:
        rank = len(tensor.shape)
        wanted = f"{rank} subscript{'' if rank == 1 else 's'}"
        hint = f"write {tensor.name}" if rank == 0 else f"write {tensor.name}[{ast.commas('…' for _ in range(rank))}]"
        self.report.error("T107", f"'{tensor.name}' takes {wanted}, but there {'is' if got == 1 else 'are'} {got}",
                          node.span, hint=hint, notes=[(tensor.span, f"'{tensor.name}' has rank {rank}")])

    def _subscript(self, expr: ast.Expr, extent: int | None, at: Context) -> typed.Expr | None:
        inner = at.in_subscript()
        clamped = isinstance(expr, ast.Call) and expr.function == CLAMP
        if clamped and not self._count(expr, 1):
            return None
        written = expr.args[0] if isinstance(expr, ast.Call) and clamped else expr
        value = self.value(written, inner)
        if isinstance(value, Flexible):
            value = value.build(I64)
        if value is None:
            return None
        if value.dtype != I64:
            self.report.error("T208", f"a subscript is an integer, but '{written}' is {value.dtype}", written.span,
                              hint=f"write i64({written})")
            return None
        return _clamp(value, extent) if clamped else value

    def _must_be_inside(self, access: ast.Access, index: Sequence[typed.Expr], tensor: Tensor, at: Context) -> None:
        for position, (expr, written, extent) in enumerate(zip(index, access.index, tensor.shape, strict=True)):
            clamped = isinstance(written, ast.Call) and written.function == CLAMP
            if extent is not None and not clamped:
                self.obligations.append(Obligation("inside", expr, at, access, position, extent, tensor.dtype))

    def _guarded(self, expr: ast.Guarded, at: Context) -> Value:
        read = self._read(expr.access, at, guarded=True)
        otherwise = self._value(expr.otherwise, at)
        if read is None:
            return None
        if isinstance(otherwise, Flexible):
            otherwise = otherwise.build(read.dtype)
        if otherwise is None:
            return None
        if otherwise.dtype != read.dtype:
            fixed = ast.Guarded(expr.access, ast.Call(str(read.dtype), (expr.otherwise,)))
            self.report.error("T201", f"'{expr.access}' is {read.dtype}, but '{expr.otherwise}' is {otherwise.dtype}",
                              expr.span, hint=f"write {fixed}")
            return None
        return typed.Read(read.tensor, read.index, read.dtype, otherwise, expr.span)

    # ── operators ──

    def _join(self, expr: ast.Expr, operands: Sequence[ast.Expr], values: Sequence[Value], remake: types.Remake,
              finish: Callable[[tuple[typed.Expr, ...]], typed.Expr | None]) -> Value:
        """Bring operands to one type, which literals take from the others, and go on with them."""
        fixed = [v.dtype for v in values if v is not None and not isinstance(v, Flexible)]
        if any(v is None for v in values):
            return None
        if len(set(fixed)) > 1:
            dtypes = [None if v is None or isinstance(v, Flexible) else v.dtype for v in values]
            types.differ(expr, operands, dtypes, remake, self.report)
            return None

        def build(dtype: DType) -> typed.Expr | None:
            settled = [v.build(dtype) if isinstance(v, Flexible) else v for v in values]
            known = tuple(v for v in settled if v is not None)
            return finish(known) if len(known) == len(settled) else None
        return build(fixed[0]) if fixed else Flexible(build)

    def _unary(self, expr: ast.Unary, at: Context) -> Value:
        if expr.op == "not":
            value = self.truth(expr.value, at, f"'not' takes bool, but '{expr.value}' is")
            return None if value is None else typed.Unary("not", value, BOOL)
        value = self.value(expr.value, at)
        if isinstance(value, Flexible) and value.value is not None:
            return self._literal(expr, -value.value, value.whole)
        return self._join(expr, [expr.value], [value], lambda _: expr,
                          lambda found: types.negate(expr, found[0], self.report))

    def _binary(self, expr: ast.Binary, at: Context) -> Value:
        if expr.op in ("and", "or"):
            sides = [self.truth(e, at, f"'{expr.op}' takes bool, but '{e}' is") for e in (expr.left, expr.right)]
            left, right = sides
            return None if left is None or right is None else typed.Binary(expr.op, left, right, BOOL)
        values = [self.value(expr.left, at), self.value(expr.right, at)]
        match values:
            case [Flexible(value=Fraction() as a, whole=x), Flexible(value=Fraction() as b, whole=y)]:
                return self._fold(expr, a, b, x and y)
            case _:
                pass
        compares = expr.op in COMPARES
        found = self._join(expr, [expr.left, expr.right], values, lambda o: ast.Binary(expr.op, o[0], o[1]),
                           lambda v: self._operate(expr, v[0], v[1], at))
        return self._needs_type(expr.left) if compares and isinstance(found, Flexible) else found

    def _operate(self, expr: ast.Binary, left: typed.Expr, right: typed.Expr, at: Context) -> typed.Expr | None:
        if expr.op in COMPARES:
            return types.comparison(expr, left, right, self.report)
        result = types.arithmetic(expr, left, right, self.report)
        if isinstance(result, typed.Binary) and expr.op in ("//", "%"):
            self.obligations.append(Obligation("nonzero", right, at, expr))
        return result

    def _fold(self, expr: ast.Binary, a: Fraction, b: Fraction, whole: bool) -> Value:
        if expr.op in COMPARES:
            return typed.Const(_compare(expr.op, a, b), BOOL)
        if expr.op in ("/", "//", "%") and b == 0:
            self.report.error("T312", f"division by zero in '{expr}'", expr.span, hint="divide by something else")
            return None
        if expr.op in ("//", "%") and not whole:
            self.report.error("T205", f"'{expr.op}' is defined on integers, and '{expr}' is not made of them",
                              expr.span, hint="write integers, or use '/' and floor")
            return None
        return self._literal(expr, _arithmetic(expr.op, a, b), whole and expr.op != "/")

    def _if_else(self, expr: ast.IfElse, at: Context) -> Value:
        condition = self.truth(expr.condition, at, f"a condition is bool, but '{expr.condition}' is")
        values = [self.value(expr.then, at.given(condition, True)),
                  self.value(expr.otherwise, at.given(condition, False))]
        if condition is None:
            return None
        return self._join(expr, [expr.then, expr.otherwise], values,
                          lambda o: ast.IfElse(expr.condition, o[0], o[1]),
                          lambda v: typed.Select(condition, v[0], v[1], v[0].dtype))

    def truth(self, expr: ast.Expr, at: Context, complaint: str) -> typed.Expr | None:
        """A truth value; anything else is reported with the complaint and what it is."""
        value = self.value(expr, at)
        if value is None or (not isinstance(value, Flexible) and value.dtype == BOOL):
            return None if isinstance(value, Flexible) else value
        shown = "a number" if isinstance(value, Flexible) else str(value.dtype)
        self.report.error("T206", f"{complaint} {shown}", expr.span,
                          hint=f"write {ast.Binary('!=', expr, ast.Number('0'))}")
        return None

    # ── calls and reductions ──

    def _call(self, expr: ast.Call, at: Context) -> Value:
        if expr.function in DTYPES:
            return self._cast(expr, at)
        if expr.function == CLAMP:
            self.report.error("T119", "'clamp' stands only directly in a subscript", expr.span,
                              hint="write min(max(x, low), high) elsewhere")
            return None
        if not self._count(expr, FUNCTIONS[expr.function].arity):
            return None
        return self._join(expr, expr.args, [self.value(a, at) for a in expr.args],
                          lambda o: ast.Call(expr.function, tuple(o)),
                          lambda found: types.function(expr, found, self.report))

    def _cast(self, expr: ast.Call, at: Context) -> Value:
        if not self._count(expr, 1):
            return None
        value, dtype = self.value(expr.args[0], at), DTYPES[expr.function]
        match value:
            case None:
                return None
            case Flexible():
                return value.build(dtype)
            case typed.Const(value=int(number)) if value.dtype == I64:
                if dtype.is_float:
                    return typed.Const(nearest(Fraction(number), dtype.arithmetic), dtype)
                return typed.Const(types.wrap(number, dtype) if dtype.is_integer else number != 0, dtype)
            case _:
                return typed.Cast(value, dtype)

    def _count(self, expr: ast.Expr, arity: int) -> bool:
        assert isinstance(expr, ast.Call)
        if len(expr.args) == arity:
            return True
        self.report.error("T110", f"'{expr.function}' takes {arity} argument{'' if arity == 1 else 's'}, but there "
                          f"{'is' if len(expr.args) == 1 else 'are'} {len(expr.args)}", expr.span,
                          hint=f"write {expr.function}({ast.commas('…' for _ in range(arity))})")
        return False

    def _reduce(self, expr: ast.Reduce, at: Context) -> Value:
        inner = self.bind(expr.axes, expr.body, at)
        body = self.value(expr.body, inner)
        axes = tuple(typed.Axis(a.name, a.extent or 1) for a in inner.axes[len(at.axes):])
        if isinstance(body, Flexible) and expr.reducer in ("argmin", "argmax", "any", "all"):
            return self._needs_type(expr.body)
        return self._join(expr, [expr.body], [body], lambda _: expr,
                          lambda found: self._reduction(expr, axes, found[0]))

    def _reduction(self, expr: ast.Reduce, axes: tuple[typed.Axis, ...], body: typed.Expr) -> typed.Expr | None:
        kind = REDUCERS[expr.reducer]
        if not takes(kind, body.dtype):
            fixed = ast.Binary("!=", expr.body, ast.Number("0")) if kind == "bools" else \
                ast.Call("i32", (expr.body,))
            self.report.error("T210", f"'{expr.reducer}' reduces {KINDS[kind]}, but its body is {body.dtype}", expr.span,
                              hint=f"write {ast.Reduce(expr.reducer, expr.axes, fixed)}")
            return None
        if expr.reducer in ("argmin", "argmax"):
            last = prod(a.extent for a in axes) - 1
            return typed.Reduce(expr.reducer, axes, body, I32 if last <= I32.limits[1] else I64)
        return typed.Reduce(expr.reducer, axes, body, body.dtype)

    def bind(self, axes: Sequence[ast.Axis], body: ast.Expr, at: Context,
             extent: Callable[[int], int | None] | None = None) -> Context:
        """The context under new indices, their names checked; `extent(n)` is the n-th one's where it is known."""
        bound: list[Bound] = []
        for position, axis in enumerate(axes):
            self._new_index(axis, at.within(tuple(bound)))
            found = extent(position) if extent else extent_of(axis, body, self.scope)
            bound.append(Bound(axis.name, found, axis.span))
        return at.within(tuple(bound))

    def _new_index(self, axis: ast.Axis, at: Context) -> None:
        taken = at.axis(axis.name)
        span = taken.span if taken else self.scope.spans.get(axis.name)
        if span is not None:
            what = "an index around it" if taken else "a size or tensor"
            self.report.error("T102", f"the index '{axis.name}' has the name of {what}", axis.span,
                              notes=[(span, "first here")], hint="give the index a name of its own")

    def _needs_type(self, expr: ast.Expr) -> None:
        self.report.error("T202", f"nothing says which type '{_short(expr)}' has", expr.span,
                          hint=f"cast it: {types.literal_cast(expr, DTYPES['f32'])}")


def _clamp(value: typed.Expr, extent: int | None) -> typed.Expr:
    raised = typed.Call("max", (value, typed.Const(0, I64)), I64)
    return typed.Call("min", (raised, typed.Const((extent or 1) - 1, I64)), I64)


def _compare(op: str, a: Fraction, b: Fraction) -> bool:
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op]


def _arithmetic(op: str, a: Fraction, b: Fraction) -> Fraction:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case "//":
            return Fraction(a // b)
        case _:
            return a % b


def _short(expr: ast.Expr) -> str:
    text = str(expr)
    return text if len(text) <= 40 else text[:37] + "…"
