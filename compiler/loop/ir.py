"""The loop IR: what a schedule makes of a kernel, and what code generators read.

    nest   = Nest(name, inputs, outputs, body)
    stmt   = Block(stmts) | For(var, extent, kind, body) | If(condition, then, otherwise)
           | Alloc(buffer) | Let(var, value) | Store(buffer, index, value)
    expr   = Const | Var | Load(buffer, index) | Unary | Binary | Call | Cast | Select
           | Ramp(base, stride, lanes) | Broadcast(value, lanes)
    buffer = Buffer(name, dtype, shape, scope, lanes)

Meaning:
- A `For` runs its body for var = 0 .. extent - 1, in order if `serial` or `unrolled`; in any order or at once
  if `parallel` or `vectorized` (no iteration may depend on another). Extents are numbers: tails are nests of
  their own.
- `Alloc` and `Let` hold to the end of the block they stand in. An `Alloc` inside a loop is a fresh, undefined
  buffer in each iteration. Names may be reused in disjoint scopes, never shadowed.
- Every expression has a dtype and a number of lanes; both operands of an operation have the same dtype and
  lanes (`Broadcast` makes lanes explicit). Index expressions are i64. Integers wrap; `//` and `%` floor.
- A buffer is dense and row-major, and no two buffers overlap. An index is inside its buffer whenever it is
  evaluated. In a `Load` or `Store` at most one subscript has lanes; lane l of the access uses its lane l.
- A buffer with `lanes` > 1 holds whole vectors: its element is one vector. In scope `register` all subscripts
  are constants, and each element becomes one named value of the generated program.
- `Select` evaluates only the branch its condition chooses, lane by lane: a guarded load is never outside.
- Floats: a pass may reassociate a reduction's updates and contract multiply-add, nothing else. 16-bit floats
  are only loaded, moved, cast and stored. The NaN of a `Const` is `math.nan`, so that equal nodes are equal.

`str()` is the concrete syntax; `text.parse` reads it back. Passes never live here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...dsl.dtypes import BOOL, I64, DType
from ...dsl.typed import COMPARISONS
from .syntax import braces, commas, infix, number, vector

# ── buffers and expressions ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Buffer:
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


@dataclass(frozen=True, slots=True)
class Const:
    """A number: `3`, `true` for scalar i64 and bool, else with its type: `0.5f32`, `-inff32`, `3i64x4`."""
    value: int | float | bool
    dtype: DType = I64
    lanes: int = 1

    def __str__(self) -> str:
        return number(self.value, self.dtype, self.lanes)


@dataclass(frozen=True, slots=True)
class Var:
    """A loop variable (i64) or a value named by `Let`."""
    name: str
    dtype: DType = I64
    lanes: int = 1

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Load:
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


@dataclass(frozen=True, slots=True)
class Unary:
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


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * / // % < <= > >= == != and or`; printed with the parentheses that reading it back needs."""
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


@dataclass(frozen=True, slots=True)
class Call:
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


@dataclass(frozen=True, slots=True)
class Cast:
    """Conversion with the language's meaning: `f32(x)`; from float to integer it saturates."""
    value: Expr
    dtype: DType

    @property
    def lanes(self) -> int:
        return self.value.lanes

    def __str__(self) -> str:
        return f"{self.dtype}({self.value})"


@dataclass(frozen=True, slots=True)
class Select:
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


@dataclass(frozen=True, slots=True)
class Ramp:
    """base, base + stride, …: `lanes` i64 values."""
    base: Expr
    stride: int
    lanes: int

    @property
    def dtype(self) -> DType:
        return I64

    def __str__(self) -> str:
        return f"ramp({self.base}, {self.stride}, {self.lanes})"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One value in all lanes."""
    value: Expr
    lanes: int

    @property
    def dtype(self) -> DType:
        return self.value.dtype

    def __str__(self) -> str:
        return f"splat({self.value}, {self.lanes})"


Expr = Const | Var | Load | Unary | Binary | Call | Cast | Select | Ramp | Broadcast

# ── statements ───────────────────────────────────────────────────────────────────────────────────────────

@dataclass(frozen=True, slots=True)
class Block:
    """Statements one after the other, and a scope; a block within a block prints in braces of its own."""
    stmts: tuple[Stmt, ...]

    def __str__(self) -> str:
        return "\n".join(braces("", str(s)) if isinstance(s, Block) else str(s) for s in self.stmts)


@dataclass(frozen=True, slots=True)
class For:
    """`for var in 0..extent { … }`, with its kind in front unless serial."""
    var: str
    extent: int
    kind: str
    body: Block

    def __str__(self) -> str:
        word = "for" if self.kind == "serial" else f"{self.kind} for"
        return braces(f"{word} {self.var} in 0..{self.extent}", str(self.body))


@dataclass(frozen=True, slots=True)
class If:
    """A scalar condition; `otherwise` may be empty."""
    condition: Expr
    then: Block
    otherwise: Block | None = None

    def __str__(self) -> str:
        text = braces(f"if {self.condition}", str(self.then))
        return text if self.otherwise is None else f"{text} {braces('else', str(self.otherwise))}"


@dataclass(frozen=True, slots=True)
class Alloc:
    """A buffer from here to the end of the block."""
    buffer: Buffer

    def __str__(self) -> str:
        return f"{self.buffer.scope} {self.buffer}"


@dataclass(frozen=True, slots=True)
class Let:
    """A value named from here to the end of the block, assigned once."""
    var: Var
    value: Expr

    def __str__(self) -> str:
        return f"let {self.var} = {self.value}"


@dataclass(frozen=True, slots=True)
class Store:
    """`buffer[index] = value`"""
    buffer: Buffer
    index: tuple[Expr, ...]
    value: Expr

    def __str__(self) -> str:
        return f"{self.buffer.name}[{commas(self.index)}] = {self.value}"


Stmt = Block | For | If | Alloc | Let | Store


@dataclass(frozen=True, slots=True)
class Nest:
    """A whole kernel as loops. Inputs are never stored to; outputs are written completely."""
    name: str
    inputs: tuple[Buffer, ...]
    outputs: tuple[Buffer, ...]
    body: Block

    def __str__(self) -> str:
        head = f"nest {self.name}({commas(self.inputs)}) -> ({commas(self.outputs)})"
        return braces(head, str(self.body)) + "\n"


def index_lanes(index: Iterable[Expr]) -> int:
    """The lanes of a subscript list: the widest of them."""
    return max((e.lanes for e in index), default=1)
