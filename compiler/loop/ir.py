"""The loop IR: what a schedule makes of a kernel, and what code generators read.

    nest   = Nest(name, inputs, outputs, body)
    stmt   = Block(stmts) | For(var, extent, kind, body) | If(condition, then, otherwise)
           | Alloc(buffer) | Let(var, value) | Store(buffer, index, value)
           | Invoke(intrinsic, operands) | Prefetch(buffer, index)
    expr   = Const | Var | Load(buffer, index) | Unary | Binary | Call | Cast | Bits | Select
           | Ramp(base, stride, lanes) | Broadcast(value, lanes) | Shuffle(left, right, lanes)
           | Across(reducer, value)
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
- `& | ^ << >>` are on integers, lane by lane; a shift is by 0 .. bits - 1, `>>` keeps the sign of signed
  types. Only passes make them, and `Bits`, which keeps the bits and changes the type to one of equal size.
- An `Invoke` does what its intrinsic's body says, with operands for its parameters (invoke.py writes that out
  as plain statements, which is its meaning). A `Prefetch` means nothing; its element is inside the buffer.
- Floats: a pass may reassociate a reduction's updates and contract multiply-add, nothing else. 16-bit floats
  are only loaded, moved, cast and stored. The NaN of a `Const` is `math.nan`, so that equal nodes are equal.

`str()` is the concrete syntax; `text.parse` reads it back. Passes never live here.
"""

from __future__ import annotations

from dataclasses import dataclass

from .ir_expr import (
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
    index_lanes,
)
from .node import Node, node
from .syntax import braces, commas

__all__ = [
    "Across", "Alloc", "Binary", "Bits", "Block", "Broadcast", "Buffer", "Call", "Cast", "Const",
    "Expr", "For", "If", "Intrinsic", "Invoke", "Let", "Load", "Nest", "Operand", "Prefetch", "Ramp",
    "Select", "Shuffle", "Stmt", "Store", "Unary", "Var", "index_lanes",
]

# ── statements ───────────────────────────────────────────────────────────────────────────────────────────

@node
class Block(Node):
    """Statements one after the other, and a scope; a block within a block prints in braces of its own."""
    stmts: tuple[Stmt, ...]

    def __str__(self) -> str:
        return "\n".join(braces("", str(s)) if isinstance(s, Block) else str(s) for s in self.stmts)


@node
class For(Node):
    """`for var in 0..extent { … }`, with its kind in front unless serial."""
    var: str
    extent: int
    kind: str
    body: Block

    def __str__(self) -> str:
        word = "for" if self.kind == "serial" else f"{self.kind} for"
        return braces(f"{word} {self.var} in 0..{self.extent}", str(self.body))


@node
class If(Node):
    """A scalar condition; `otherwise` may be empty."""
    condition: Expr
    then: Block
    otherwise: Block | None = None

    def __str__(self) -> str:
        text = braces(f"if {self.condition}", str(self.then))
        return text if self.otherwise is None else f"{text} {braces('else', str(self.otherwise))}"


@node
class Alloc(Node):
    """A buffer from here to the end of the block."""
    buffer: Buffer

    def __str__(self) -> str:
        return f"{self.buffer.scope} {self.buffer}"


@node
class Let(Node):
    """A value named from here to the end of the block, assigned once."""
    var: Var
    value: Expr

    def __str__(self) -> str:
        return f"let {self.var} = {self.value}"


@node
class Store(Node):
    """`buffer[index] = value`"""
    buffer: Buffer
    index: tuple[Expr, ...]
    value: Expr

    def __str__(self) -> str:
        return f"{self.buffer.name}[{commas(self.index)}] = {self.value}"


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """An instruction: what its body does to its parameters, and the text for it in each output language.

    Parameters are dense; the names that the body binds have dots in them. `target` is what it needs.
    """
    name: str
    parameters: tuple[Buffer, ...]
    target: str
    body: Block
    emits: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        head = f"intrinsic {self.name}({commas(self.parameters)}) for \"{self.target}\""
        texts = " ".join(f'{language} "{text}"' for language, text in self.emits)
        return f"{braces(head, str(self.body))} emits {texts}\n"


@dataclass(frozen=True, slots=True)
class Operand:
    """What stands for a parameter: element (i, j, …) is `buffer[index + i * steps[0] + j * steps[1] + …]`.

    Where the buffer's elements are vectors it is one of them, for a parameter of one axis: `steps` is empty.
    """
    buffer: Buffer
    index: tuple[Expr, ...]
    steps: tuple[tuple[int, ...], ...]

    def __str__(self) -> str:
        return f"{self.buffer.name}[{'; '.join(map(commas, (self.index, *self.steps)))}]"


@node
class Invoke(Node):
    """`tensorize vnni(A[i, k; 0, 1], …)`: an instruction on operands, one for each parameter."""
    intrinsic: Intrinsic
    operands: tuple[Operand, ...]

    def __str__(self) -> str:
        return f"tensorize {self.intrinsic.name}({commas(self.operands)})"


@node
class Prefetch(Node):
    """`prefetch B[k, j]`: the memory around an element may be fetched, for it is read soon."""
    buffer: Buffer
    index: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"prefetch {self.buffer.name}[{commas(self.index)}]"


Stmt = Block | For | If | Alloc | Let | Store | Invoke | Prefetch


@dataclass(frozen=True, slots=True)
class Nest:
    """A whole kernel as loops. Inputs are never stored to; outputs are written completely.

    Its text begins with the intrinsics that it uses.
    """
    name: str
    inputs: tuple[Buffer, ...]
    outputs: tuple[Buffer, ...]
    body: Block

    def __str__(self) -> str:
        head = f"nest {self.name}({commas(self.inputs)}) -> ({commas(self.outputs)})"
        used = "".join(f"{intrinsic}\n" for intrinsic in _intrinsics(self.body))
        return used + braces(head, str(self.body)) + "\n"


def _intrinsics(stmt: Stmt) -> tuple[Intrinsic, ...]:
    """The intrinsics in a statement, each once, in the order of their first use."""
    match stmt:
        case Invoke(intrinsic=intrinsic):
            return (intrinsic,)
        case Block(stmts=inner):
            return tuple(dict.fromkeys(i for s in inner for i in _intrinsics(s)))
        case For(body=body):
            return _intrinsics(body)
        case If(then=then, otherwise=otherwise):
            return tuple(dict.fromkeys((*_intrinsics(then), *_intrinsics(otherwise or Block(())))))
        case _:
            return ()
