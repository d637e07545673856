"""The syntax tree of a `.tx` file.

Nodes are frozen and compare by content: spans never take part in equality, so `parse(str(node)) == node`.
`str(node)` is canonical text; `format.py` is the one that also keeps comments. A schedule is a tuple of
directives, and it is this very type from the parser to the records of the tuner.

    file       = kernel | instance | schedule | intrinsic | network, in any order
    expression = Number Bool Name Access Guarded Call Reduce Unary Binary IfElse
    directive  = Split Knob Order Fuse Parallel Vectorize Unroll Peel Inline ComputeAt Bind CacheRead
                 CacheWrite Layout Rfactor Cooperate Prefetch Pipeline Tensorize When

Expressions stand in `expressions.py`, directives in `directives.py`, declarations here, where the names of
all of them can be had.
"""

from __future__ import annotations

from .directives import (
    Between,
    BindTo,
    CacheRead,
    CacheWrite,
    Choice,
    ComputeAt,
    Cooperate,
    Directive,
    Fuse,
    Inline,
    Knob,
    Layout,
    OneOf,
    Order,
    Parallel,
    Part,
    Peel,
    Pipeline,
    Prefetch,
    Ref,
    Rfactor,
    Split,
    Tensorize,
    Unroll,
    Vectorize,
    When,
)
from .expressions import (
    COMPARE,
    LEVELS,
    OR,
    Access,
    Axis,
    Binary,
    Bool,
    Call,
    Expr,
    Guarded,
    IfElse,
    Name,
    Number,
    Reduce,
    Unary,
    level,
    operand,
)
from .nodes import Node, block, commas, doc_text, walk, words
from .record import record

__all__ = [
    "COMPARE", "LEVELS", "OR", "Access", "Axis", "Between", "Binary", "Bind", "BindTo", "Bool",
    "CacheRead", "CacheWrite", "Call", "Choice", "ComputeAt", "Cooperate", "Declaration",
    "Directive", "Emit", "Expr", "File", "Fuse", "Guarded", "IfElse", "Inline", "Instance",
    "Intrinsic", "Kernel", "KernelCall", "Knob", "Layout", "Let", "Name", "Network", "Node",
    "Number", "OneOf", "Order", "Parallel", "Param", "Part", "Peel", "Pipeline", "Prefetch",
    "Reduce", "Ref", "Rfactor", "Schedule", "Size", "Split", "Stage", "Tensorize", "Unary", "Unroll",
    "Vectorize", "When", "block", "commas", "doc_text", "level", "operand", "walk", "words",
]


# ── kernels ──────────────────────────────────────────────────────────────────────────────────────────────


@record
class Size(Node):
    """A size parameter of a kernel, with an optional default."""

    name: str
    default: Expr | None = None

    def __str__(self) -> str:
        return self.name if self.default is None else f"{self.name} = {self.default}"


@record
class Param(Node):
    """A tensor (`shape` is a tuple) or a scalar (`shape` is None) of a signature."""

    name: str
    dtype: str
    shape: tuple[Expr, ...] | None = None
    const: bool = False

    def __str__(self) -> str:
        shape = "" if self.shape is None else f"[{commas(self.shape)}]"
        return f"{'const ' if self.const else ''}{self.name}: {self.dtype}{shape}"


@record
class Let(Node):
    """A named constant over sizes: `let OH = (H - K) // 2 + 1`."""

    name: str
    value: Expr

    def __str__(self) -> str:
        return f"let {self.name} = {self.value}"


@record
class Stage(Node):
    """The definition of one tensor: `C[i, j] = sum[k](…)`. `op` is `=`, or `+=` inside an intrinsic."""

    name: str
    axes: tuple[Axis, ...]
    value: Expr
    op: str = "="

    def __str__(self) -> str:
        axes = f"[{commas(self.axes)}]" if self.axes else ""
        return f"{self.name}{axes} {self.op} {self.value}"


@record
class Kernel(Node):
    """A kernel declaration. `doc` is the text of its `##` lines."""

    name: str
    sizes: tuple[Size, ...]
    params: tuple[Param, ...]
    results: tuple[Param, ...]
    body: tuple[Let | Stage, ...]
    doc: str = ""

    def __str__(self) -> str:
        sizes = f"[{commas(self.sizes)}]" if self.sizes else ""
        head = f"kernel {self.name}{sizes}({commas(self.params)}) -> ({commas(self.results)})"
        return doc_text(self.doc) + block(head, self.body)


@record
class Bind(Node):
    """A size given a value: `M = 128`."""

    name: str
    value: Expr

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


@record
class Instance(Node):
    """A kernel under a new name with sizes given."""

    name: str
    kernel: str
    binds: tuple[Bind, ...]
    doc: str = ""

    def __str__(self) -> str:
        return f"{doc_text(self.doc)}instance {self.name} = {self.kernel}[{commas(self.binds)}]"


# ── schedules, intrinsics, networks, files ──────────────────────────────────────────────────────────────────


@record
class Schedule(Node):
    """A schedule for a kernel or instance and a target: `schedule dense[M = 128] for cpu { … }`."""

    kernel: str
    binds: tuple[Bind, ...]
    target: str
    directives: tuple[Directive, ...]
    doc: str = ""

    def __str__(self) -> str:
        binds = f"[{commas(self.binds)}]" if self.binds else ""
        return doc_text(self.doc) + block(f"schedule {self.kernel}{binds} for {self.target}", self.directives)


@record
class Emit(Node):
    """What an intrinsic emits in one output language; `text` is the string between the quotes, as written."""

    language: str
    text: str

    def __str__(self) -> str:
        return f'{self.language} "{self.text}"'


@record
class Intrinsic(Node):
    """A hardware instruction: what it computes and what to emit for it."""

    name: str
    params: tuple[Param, ...]
    target: str
    body: tuple[Let | Stage, ...]
    emits: tuple[Emit, ...]
    doc: str = ""

    def __str__(self) -> str:
        head = f"intrinsic {self.name}({commas(self.params)}) for {self.target}"
        return f"{doc_text(self.doc)}{block(head, self.body)} emits {words(self.emits)}"


@record
class KernelCall(Node):
    """A line of a network: `h = dense[M = 128](x, w, b)`."""

    results: tuple[str, ...]
    kernel: str
    binds: tuple[Bind, ...]
    args: tuple[str, ...]

    def __str__(self) -> str:
        binds = f"[{commas(self.binds)}]" if self.binds else ""
        return f"{commas(self.results)} = {self.kernel}{binds}({commas(self.args)})"


@record
class Network(Node):
    """A network: kernels applied to tensors."""

    name: str
    params: tuple[Param, ...]
    results: tuple[Param, ...]
    calls: tuple[KernelCall, ...]
    doc: str = ""

    def __str__(self) -> str:
        head = f"network {self.name}({commas(self.params)}) -> ({commas(self.results)})"
        return doc_text(self.doc) + block(head, self.calls)


Declaration = Kernel | Instance | Schedule | Intrinsic | Network


@record
class File(Node):
    """A parsed `.tx` file."""

    declarations: tuple[Declaration, ...]

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.declarations)) + ("\n" if self.declarations else "")

    def kernel(self, name: str) -> Kernel | None:
        """The kernel of that name."""
        return next((d for d in self.declarations if isinstance(d, Kernel) and d.name == name), None)
