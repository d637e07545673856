"""The order of the passes, and why it is this one.

    simplify     what lowering wrote becomes canonical: every later pass looks for sums, ramps, `<` and `>=`
    transpose    copies between two orders of memory, while both of their loops are still there
    peel-copies  copies of padded tensors in pieces, each of which then is a loop of plain vectors
    vectorize    lanes; loops of several vectors come out of it as unrolled ones
    unroll       written out, so that subscripts of small buffers are numbers
    tidy         simplified anew: equal guards are now equal text, and the next pass compares them
    guards       out of inner loops; tiles in two versions, the one without any
    settle       simplified anew: branches that the versions decided are gone, loops start where they do work
    scalarize    local buffers whose places are all known become registers, before
    promote      what loops accumulate in memory does: a place in a register is none that it must load
    name-values  one load for each value, when it is certain which buffers are memory
    math         functions as arithmetic, last: everything before takes one for a single node
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..loop.ir import Nest
from ..loop.simplify import simplify
from ..loop.verify import verify
from ..target.target import Target
from .guards import Guards
from .math import Math
from .name_values import NameValues
from .peel import PeelCopies
from .promote import Promote
from .scalarize import Scalarize
from .transpose import Transpose
from .unroll import Unroll
from .vectorize import Vectorize

Pass = Callable[[Nest], Nest]
Watch = Callable[[str, Nest], None]


@dataclass(frozen=True, slots=True)
class Simplify:
    """Index arithmetic and guards as short as ranges allow (loop/simplify.py)."""

    def __call__(self, nest: Nest) -> Nest:
        """The simplified nest."""
        return simplify(nest)


def passes(target: Target) -> tuple[tuple[str, Pass], ...]:
    """Name and pass, in order, for a target."""
    return (
        ("simplify", Simplify()),
        ("transpose", Transpose(target.vector_bytes)),
        ("peel-copies", PeelCopies()),
        ("vectorize", Vectorize(target.vector_bytes)),
        ("unroll", Unroll()),
        ("tidy", Simplify()),
        ("guards", Guards()),
        ("settle", Simplify()),
        ("scalarize", Scalarize()),
        ("promote", Promote()),
        ("name-values", NameValues()),
        ("math", Math(halves="f16c" in target.features)),
    )


def optimise(nest: Nest, target: Target, watch: Watch | None = None, *, check: bool = False) -> Nest:
    """The nest that code is generated from; `watch` sees it after each pass.

    With `check`, the nest is verified after each pass: `InvalidNest` names the one that broke a rule.
    """
    for name, step in passes(target):
        nest = step(nest)
        if check:
            verify(nest, after=name)
        if watch:
            watch(name, nest)
    if check:
        verify(nest, "final", after="the last pass")
    return nest
