"""Directives of schedules, and the choices that stand in them."""

from __future__ import annotations

from .expressions import SUM, Expr, operand
from .nodes import Node, block, commas, words
from .record import record


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
class Peel(Node):
    """`peel Y.x`"""

    loop: Ref

    def __str__(self) -> str:
        return f"peel {self.loop}"


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


Directive = (Split | Knob | Order | Fuse | Parallel | Vectorize | Unroll | Peel | Inline | ComputeAt
             | BindTo | CacheRead | CacheWrite | Layout | Rfactor | Cooperate | Prefetch | Pipeline
             | Tensorize | When)
