"""Kernels after checking: every size a number, every expression typed, every read proved or guarded.

The checker (`dsl/check`) makes these; the compiler's DAG starts from them. Implicit things are explicit here:
`clamp(e)` has become `min(max(e, 0), n - 1)`, literals have the type their context gives, named constants are
folded, a scalar parameter is a tensor of rank 0 (`shape == ()`).

    Expr = Const | Index | Read | Unary | Binary | Call | Cast | Select | Reduce

Values of type f16/bf16 are *stored* in 16 bits and computed in f32: the dtype of an expression over them is
f32 only where a cast says so; it is the evaluators' job to use `dtype.arithmetic` and to round once on store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, replace

from .dtypes import BOOL, I64, DType
from .record import record
from .source import NOWHERE, Span


@record
class Axis:
    """An index variable over 0 .. extent - 1."""

    name: str
    extent: int


@record
class Const:
    """A literal of a given type: an int for integers, a float for floats, a bool for bool."""

    value: int | float | bool
    dtype: DType


@record
class Index:
    """An index variable of the stage or of an enclosing reduction; always i64."""

    name: str
    dtype: DType = I64


@record
class Read:
    """An element of an input or another stage. With `otherwise`, an index outside the tensor gives that value
    instead, and nothing is read; without, the index is proved inside."""

    tensor: str
    index: tuple[Expr, ...]
    dtype: DType
    otherwise: Expr | None = None
    span: Span = field(default=NOWHERE, compare=False)


@record
class Unary:
    """`neg` (numbers) or `not` (bool)."""

    op: str
    value: Expr
    dtype: DType


@record
class Binary:
    """`+ - * / // % < <= > >= == != and or`. Operands have one type; `dtype` is the result's."""

    op: str
    left: Expr
    right: Expr
    dtype: DType


@record
class Call:
    """`min max abs exp log sqrt rsqrt tanh erf sigmoid floor ceil round pow fma` on values of one type."""

    function: str
    args: tuple[Expr, ...]
    dtype: DType


@record
class Cast:
    """Conversion to `dtype`: float to integer truncates and saturates (NaN gives 0), integers wrap."""

    value: Expr
    dtype: DType


@record
class Select:
    """`then if condition else otherwise`; only the branch taken is evaluated."""

    condition: Expr
    then: Expr
    otherwise: Expr
    dtype: DType


@record
class Reduce:
    """`reducer` over `axes` of `body`: sum prod min max any all argmin argmax.

    argmin and argmax give the smallest row-major linear index over `axes`; `body` then has the compared type
    and `dtype` is i32 or i64.
    """

    reducer: str
    axes: tuple[Axis, ...]
    body: Expr
    dtype: DType


Expr = Const | Index | Read | Unary | Binary | Call | Cast | Select | Reduce

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
REDUCERS = ("sum", "prod", "min", "max", "any", "all", "argmin", "argmax")


@record
class Tensor:
    """An input or output of a kernel; `shape == ()` is a scalar."""

    name: str
    dtype: DType
    shape: tuple[int, ...]
    const: bool = False


@record
class Stage:
    """One tensor's definition: element `axes` is `value`."""

    name: str
    axes: tuple[Axis, ...]
    dtype: DType
    value: Expr
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """The extents of its axes."""
        return tuple(a.extent for a in self.axes)


@record
class Intrinsic:
    """A checked intrinsic. `stage` is what it computes of its operands; with `adds` it adds that to one.

    `emits` has at most one text for each language, as written between the quotes.
    """

    name: str
    operands: tuple[Tensor, ...]
    stage: Stage
    adds: bool
    target: str
    emits: tuple[tuple[str, str], ...]


@record
class Kernel:
    """A checked kernel. `stages` are in topological order, producers first; outputs are among them.
    `declaration` is the kernel's name in the file, `name` that of the instance built (often the same).
    `intrinsics` are those of the file, which schedules may use."""

    name: str
    declaration: str
    sizes: tuple[tuple[str, int], ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    stages: tuple[Stage, ...]
    doc: str = ""
    intrinsics: tuple[Intrinsic, ...] = ()


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions, in order."""
    match expr:
        case Const() | Index():
            return ()
        case Read(index=index, otherwise=otherwise):
            return index if otherwise is None else (*index, otherwise)
        case Unary(value=value) | Cast(value=value):
            return (value,)
        case Binary(left=left, right=right):
            return (left, right)
        case Call(args=args):
            return args
        case Select():
            return (expr.condition, expr.then, expr.otherwise)
        case Reduce(body=body):
            return (body,)


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The same node with `change` applied to its direct sub-expressions."""
    match expr:
        case Const() | Index():
            return expr
        case Read(index=index, otherwise=otherwise):
            return replace(expr, index=tuple(map(change, index)),
                           otherwise=None if otherwise is None else change(otherwise))
        case Unary() | Cast():
            return replace(expr, value=change(expr.value))
        case Binary():
            return replace(expr, left=change(expr.left), right=change(expr.right))
        case Call():
            return replace(expr, args=tuple(map(change, expr.args)))
        case Select():
            return replace(expr, condition=change(expr.condition), then=change(expr.then),
                           otherwise=change(expr.otherwise))
        case Reduce():
            return replace(expr, body=change(expr.body))


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything below it, depth first."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def reads(expr: Expr) -> Iterator[Read]:
    """Every read in the expression, those inside subscripts included."""
    return (e for e in walk(expr) if isinstance(e, Read))


def is_bool(expr: Expr) -> bool:
    """Whether the expression is a truth value."""
    return expr.dtype == BOOL
