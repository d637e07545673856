"""The syntax tree of a `.tx` file.

Nodes are frozen and compare by content: spans never take part in equality, so `parse(str(node)) == node`.
`str(node)` is canonical text; `format.py` is the one that also keeps comments. A schedule is a tuple of
directives, and it is this very type from the parser to the records of the tuner.

    file       = kernel | instance | schedule | intrinsic | network, in any order
    expression = Number Bool Name Access Guarded Call Reduce Unary Binary IfElse
    directive  = Split Knob Order Fuse Parallel Vectorize Unroll Inline ComputeAt Bind CacheRead CacheWrite
                 Layout Rfactor Cooperate Prefetch Pipeline Tensorize When
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field, fields
from typing import cast

from .record import record
from .source import NOWHERE, Span


@record
class Node:
    """Base of all nodes: a span that equality ignores."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


# ── expressions ──────────────────────────────────────────────────────────────────────────────────────────


@record
class Number(Node):
    """A numeric literal, kept as written: `3`, `0.5`, `1e-5`."""

    text: str

    @property
    def value(self) -> int | float:
        """Its value: an int unless it has a point or an exponent."""
        return float(self.text) if any(c in self.text for c in ".eE") else int(self.text)

    def __str__(self) -> str:
        return self.text


@record
class Bool(Node):
    """`true` or `false`."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@record
class Name(Node):
    """A bare name: a size, an index, a scalar, a named constant, a knob."""

    name: str

    def __str__(self) -> str:
        return self.name


@record
class Access(Node):
    """A read of one element: `A[i, k + 1]`."""

    tensor: str
    index: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"{self.tensor}[{commas(self.index)}]"


@record
class Guarded(Node):
    """A read with a value for indices outside the tensor: `(X[i - 1] else 0)`."""

    access: Access
    otherwise: Expr

    def __str__(self) -> str:
        return f"({self.access} else {self.otherwise})"


@record
class Call(Node):
    """A function or a cast: `exp(x)`, `max(a, b)`, `f32(x)`."""

    function: str
    args: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"{self.function}({commas(self.args)})"


@record
class Axis(Node):
    """An index variable on the left of a definition or under a reducer; its bound may be written: `k < K`."""

    name: str
    bound: Expr | None = None

    def __str__(self) -> str:
        return self.name if self.bound is None else f"{self.name} < {operand(self.bound, SUM)}"


@record
class Reduce(Node):
    """A reduction: `sum[k](A[i, k] * B[k, j])`."""

    reducer: str
    axes: tuple[Axis, ...]
    body: Expr

    def __str__(self) -> str:
        return f"{self.reducer}[{commas(self.axes)}]({self.body})"


@record
class Unary(Node):
    """`-x` or `not x`."""

    op: str
    value: Expr

    def __str__(self) -> str:
        if self.op == "not":
            return f"not {operand(self.value, NOT)}"
        return f"-{operand(self.value, NEGATE)}"


@record
class Binary(Node):
    """`+ - * / // %`, comparisons, `and`, `or`. Left-associative; comparisons do not chain."""

    op: str
    left: Expr
    right: Expr

    def __str__(self) -> str:
        level = LEVELS[self.op]
        left = level + 1 if level == COMPARE else level
        return f"{operand(self.left, left)} {self.op} {operand(self.right, level + 1)}"


@record
class IfElse(Node):
    """`then if condition else otherwise`; the branch not taken is never read."""

    condition: Expr
    then: Expr
    otherwise: Expr

    def __str__(self) -> str:
        return f"{operand(self.then, OR)} if {operand(self.condition, OR)} else {self.otherwise}"


Expr = Number | Bool | Name | Access | Guarded | Call | Reduce | Unary | Binary | IfElse

# Binding strength, loosest first.
CONDITIONAL, OR, AND, NOT, COMPARE, SUM, PRODUCT, NEGATE, ATOM = range(9)
LEVELS = {"or": OR, "and": AND, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT,
          **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), COMPARE)}


def level(expr: Expr) -> int:
    """How strongly the outermost operator of an expression binds."""
    match expr:
        case IfElse():
            return CONDITIONAL
        case Binary():
            return LEVELS[expr.op]
        case Unary():
            return NOT if expr.op == "not" else NEGATE
        case _:
            return ATOM


def operand(expr: Expr, needed: int) -> str:
    """Text of an operand, in parentheses where it binds more loosely than its place needs."""
    return str(expr) if level(expr) >= needed else f"({expr})"


def commas(items: Iterable[object]) -> str:
    """Items separated by commas."""
    return ", ".join(map(str, items))


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


# ── schedules ────────────────────────────────────────────────────────────────────────────────────────────


@record
class Ref(Node):
    """A stage, or a loop of one: `D`, `D.i0`, `X.pad`, `i0`."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)


@record
class Between(Node):
    """A bounded hole: `1..64`, both ends included."""

    low: Expr
    high: Expr

    def __str__(self) -> str:
        return f"{operand(self.low, SUM)}..{operand(self.high, SUM)}"


@record
class OneOf(Node):
    """A hole with listed values: `{0, 16, 64}`."""

    values: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"{{{commas(self.values)}}}"


Choice = Expr | Between | OneOf


@record
class Part(Node):
    """One part of a split, outermost first: unsized (a hole or derived), fixed, or a bounded hole."""

    name: str
    size: Choice | None = None

    def __str__(self) -> str:
        return self.name if self.size is None else f"{self.name}: {self.size}"


@record
class Split(Node):
    """`split D.i: [i0, i1: 8]`"""

    loop: Ref
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return f"split {self.loop}: [{commas(self.parts)}]"


@record
class Knob(Node):
    """`knob step in {0, 16, 64}`"""

    name: str
    values: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"knob {self.name} in {{{commas(self.values)}}}"


@record
class Order(Node):
    """`order D: i0 j0 i1 j1` names every live loop of the stage, outermost first."""

    stage: Ref
    loops: tuple[Ref, ...]

    def __str__(self) -> str:
        return f"order {self.stage}: {words(self.loops)}"


@record
class Fuse(Node):
    """`fuse D.i0 D.j0 as t`: adjacent loops become one."""

    loops: tuple[Ref, ...]
    name: str

    def __str__(self) -> str:
        return f"fuse {words(self.loops)} as {self.name}"


@record
class Parallel(Node):
    """`parallel i0 j0` fuses adjacent loops and runs them on threads; `: n` takes the first n of them."""

    loops: tuple[Ref, ...]
    count: Choice | None = None

    def __str__(self) -> str:
        return f"parallel {words(self.loops)}" + ("" if self.count is None else f": {self.count}")


@record
class Vectorize(Node):
    """`vectorize j2`"""

    loop: Ref

    def __str__(self) -> str:
        return f"vectorize {self.loop}"


@record
class Unroll(Node):
    """`unroll C.i4` (that loop) or `unroll C: step` (inner loops of C while their product is <= step)."""

    target: Ref
    step: Choice | None = None
    explicit: Choice | None = None

    def __str__(self) -> str:
        step = "" if self.step is None else f": {self.step}"
        return f"unroll {self.target}{step}" + ("" if self.explicit is None else f", {self.explicit}")


@record
class Inline(Node):
    """`inline T`"""

    stages: tuple[Ref, ...]

    def __str__(self) -> str:
        return f"inline {words(self.stages)}"


@record
class ComputeAt(Node):
    """`compute C at D.j1`; several places in braces are a hole; `root` is outside every loop."""

    stage: Ref
    places: tuple[Ref, ...]

    def __str__(self) -> str:
        places = str(self.places[0]) if len(self.places) == 1 else f"{{{commas(self.places)}}}"
        return f"compute {self.stage} at {places}"


@record
class BindTo(Node):
    """`bind i0: block.x` (GPU)."""

    loops: tuple[Ref, ...]
    hardware: str

    def __str__(self) -> str:
        return f"bind {words(self.loops)}: {self.hardware}"


@record
class CacheRead(Node):
    """`cache_read B[k, j] as Bp for C in shared`"""

    tensor: Ref
    axes: tuple[str, ...] | None
    name: str
    consumer: Ref | None = None
    scope: str | None = None

    def __str__(self) -> str:
        return f"cache_read {_cache_text(self)}"


@record
class CacheWrite(Node):
    """`cache_write Y as Yl in local`"""

    tensor: Ref
    axes: tuple[str, ...] | None
    name: str
    consumer: Ref | None = None
    scope: str | None = None

    def __str__(self) -> str:
        return f"cache_write {_cache_text(self)}"


def _cache_text(cache: CacheRead | CacheWrite) -> str:
    axes = "" if cache.axes is None else f"[{commas(cache.axes)}]"
    consumer = "" if cache.consumer is None else f" for {cache.consumer}"
    scope = "" if cache.scope is None else f" in {cache.scope}"
    return f"{cache.tensor}{axes} as {cache.name}{consumer}{scope}"


@record
class Layout(Node):
    """`layout Bp: [k, j] -> [j // 16, k, j % 16]`"""

    stage: Ref
    axes: tuple[str, ...]
    index: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"layout {self.stage}: [{commas(self.axes)}] -> [{commas(self.index)}]"


@record
class Rfactor(Node):
    """`rfactor C.k1 as Cr`"""

    loop: Ref
    name: str

    def __str__(self) -> str:
        return f"rfactor {self.loop} as {self.name}"


@record
class Cooperate(Node):
    """`cooperate Xs Fs` (GPU)."""

    stages: tuple[Ref, ...]

    def __str__(self) -> str:
        return f"cooperate {words(self.stages)}"


@record
class Prefetch(Node):
    """`prefetch B at C.k0`"""

    tensor: Ref
    place: Ref

    def __str__(self) -> str:
        return f"prefetch {self.tensor} at {self.place}"


@record
class Pipeline(Node):
    """`pipeline Xs: 2`"""

    stage: Ref
    depth: Choice

    def __str__(self) -> str:
        return f"pipeline {self.stage}: {self.depth}"


@record
class Tensorize(Node):
    """`tensorize C.k1 with vnni`"""

    loop: Ref
    intrinsic: str

    def __str__(self) -> str:
        return f"tensorize {self.loop} with {self.intrinsic}"


@record
class When(Node):
    """`when knob { … }`: directives that apply where the condition holds."""

    condition: Expr
    directives: tuple[Directive, ...]

    def __str__(self) -> str:
        return block(f"when {self.condition}", self.directives)


Directive = (Split | Knob | Order | Fuse | Parallel | Vectorize | Unroll | Inline | ComputeAt | BindTo
             | CacheRead | CacheWrite | Layout | Rfactor | Cooperate | Prefetch | Pipeline | Tensorize | When)


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


# ── intrinsics, networks, files ──────────────────────────────────────────────────────────────────────────


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


def words(items: Iterable[object]) -> str:
    """Items separated by spaces."""
    return " ".join(map(str, items))


def doc_text(doc: str) -> str:
    """`##` lines for a doc text; a line without text is `##` alone."""
    return "".join(f"## {line}".rstrip() + "\n" for line in doc.split("\n")) if doc else ""


def block(head: str, items: Iterable[object]) -> str:
    """`head { items }`, one item a line, indented by four."""
    lines = [f"    {line}" for item in items for line in str(item).split("\n")]
    return "\n".join([f"{head} {{", *lines, "}"])


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in order."""
    yield node
    for f in fields(node):
        value: object = getattr(node, f.name)
        for child in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
            yield from walk(child) if isinstance(child, Node) else ()
