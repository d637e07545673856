"""The expressions of the loop IR, and the buffers they read; ir.py says what they mean."""

from __future__ import annotations

from collections.abc import Iterable

from ...dsl.dtypes import BOOL, I64, DType
from ...dsl.typed import COMPARISONS
from .node import Node, node
from .syntax import commas, infix, number, vector


@node
class Buffer(Node):
    """A tensor in memory. `scope`: `global` (parameters, tensors between stages), `local` (inside loops: the
    stack or a task's slice of the workspace) or `register`."""
    name: str
    dtype: DType
    shape: tuple[int, ...]
    scope: str = "global"
    lanes: int = 1

    def __str__(self) -> str:
        shape = f"[{commas(self.shape)}]" if self.shape else ""
        return f"{self.name}: {vector(self.dtype, self.lanes)}{shape}"


@node
class Const(Node):
    """A number: `3`, `true` for scalar i64 and bool, else with its type: `0.5f32`, `-inff32`, `3i64x4`."""
    value: int | float | bool
    dtype: DType = I64
    lanes: int = 1

    def __str__(self) -> str:
        return number(self.value, self.dtype, self.lanes)


@node
class Var(Node):
    """A loop variable (i64) or a value named by `Let`."""
    name: str
    dtype: DType = I64
    lanes: int = 1

    def __str__(self) -> str:
        return self.name


@node
class Load(Node):
    """An element, or `lanes` of them where a subscript is a vector."""
    buffer: Buffer
    index: tuple[Expr, ...]

    @property
    def dtype(self) -> DType:
        return self.buffer.dtype

    @property
    def lanes(self) -> int:
        return index_lanes(self.index) * self.buffer.lanes

    def __str__(self) -> str:
        return f"{self.buffer.name}[{commas(self.index)}]"


@node
class Unary(Node):
    """`neg` or `not`."""
    op: str
    value: Expr

    @property
    def dtype(self) -> DType:
        return self.value.dtype

    @property
    def lanes(self) -> int:
        return self.value.lanes

    def __str__(self) -> str:
        return f"{self.op}({self.value})"


@node
class Binary(Node):
    """`+ - * / // % < <= > >= == != and or & | ^ << >>`; printed with the parentheses that reading it back
    needs."""
    op: str
    left: Expr
    right: Expr

    @property
    def dtype(self) -> DType:
        return BOOL if self.op in COMPARISONS else self.left.dtype

    @property
    def lanes(self) -> int:
        return self.left.lanes

    def __str__(self) -> str:
        return infix(self.op, self.left, self.right)


@node
class Call(Node):
    """A function of the language: `min max abs exp … pow fma`."""
    function: str
    args: tuple[Expr, ...]

    @property
    def dtype(self) -> DType:
        return self.args[0].dtype

    @property
    def lanes(self) -> int:
        return self.args[0].lanes

    def __str__(self) -> str:
        return f"{self.function}({commas(self.args)})"


@node
class Cast(Node):
    """Conversion with the language's meaning: `f32(x)`; from float to integer it saturates."""
    value: Expr
    dtype: DType

    @property
    def lanes(self) -> int:
        return self.value.lanes

    def __str__(self) -> str:
        return f"{self.dtype}({self.value})"


@node
class Bits(Node):
    """The same bits as another type of the same size: `bits.i32(x)`."""
    value: Expr
    dtype: DType

    @property
    def lanes(self) -> int:
        return self.value.lanes

    def __str__(self) -> str:
        return f"bits.{self.dtype}({self.value})"


@node
class Select(Node):
    """`select(condition, then, otherwise)`; the condition may be scalar where the branches are vectors."""
    condition: Expr
    then: Expr
    otherwise: Expr

    @property
    def dtype(self) -> DType:
        return self.then.dtype

    @property
    def lanes(self) -> int:
        return self.then.lanes

    def __str__(self) -> str:
        return f"select({self.condition}, {self.then}, {self.otherwise})"


@node
class Ramp(Node):
    """base, base + stride, …: `lanes` i64 values."""
    base: Expr
    stride: int
    lanes: int

    @property
    def dtype(self) -> DType:
        return I64

    def __str__(self) -> str:
        return f"ramp({self.base}, {self.stride}, {self.lanes})"


@node
class Broadcast(Node):
    """One value in all lanes."""
    value: Expr
    lanes: int

    @property
    def dtype(self) -> DType:
        return self.value.dtype

    def __str__(self) -> str:
        return f"splat({self.value}, {self.lanes})"


@node
class Shuffle(Node):
    """Lanes picked from two vectors: n < left.lanes is lane n of the left one, others follow in the right.

    `shuffle(a, b, 0, 4, 1, 5)` weaves the lower halves of two vectors of four lanes.
    """
    left: Expr
    right: Expr
    picks: tuple[int, ...]

    @property
    def dtype(self) -> DType:
        return self.left.dtype

    @property
    def lanes(self) -> int:
        return len(self.picks)

    def __str__(self) -> str:
        return f"shuffle({self.left}, {self.right}, {commas(self.picks)})"


@node
class Across(Node):
    """All lanes of a vector combined by a reducer (`sum prod min max any all`): `across.sum(x)`.

    The upper half is folded onto the lower one until one lane is left; lanes are a power of two.
    """
    reducer: str
    value: Expr

    @property
    def dtype(self) -> DType:
        return self.value.dtype

    @property
    def lanes(self) -> int:
        return 1

    def __str__(self) -> str:
        return f"across.{self.reducer}({self.value})"


Expr = (Const | Var | Load | Unary | Binary | Call | Cast | Bits | Select | Ramp | Broadcast | Shuffle
        | Across)


def index_lanes(index: Iterable[Expr]) -> int:
    """The lanes of a subscript list: the widest of them."""
    return max((e.lanes for e in index), default=1)
