"""The order of the passes, and why it is this one."""

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
        # What lowering wrote becomes canonical: later passes look for sums of terms, and for `<` and `>=`.
        ("simplify", Simplify()),
        # Both want whole loops: rows and columns of a copy, or the rows of a padded one, which becomes
        # loops of plain vectors without guards.
        ("transpose", Transpose(target.vector_bytes)),
        ("peel-copies", PeelCopies()),
        # Several vectors come out as an unrolled loop; written out, subscripts of small buffers are numbers.
        ("vectorize", Vectorize(target.vector_bytes)),
        ("unroll", Unroll()),
        # Equal guards must be equal nodes for `guards` to share them; branches that it decides go after it.
        ("tidy", Simplify()),
        ("guards", Guards()),
        ("settle", Simplify()),
        # Buffers that are registers altogether first: `promote` loads and stores the others around loops.
        ("scalarize", Scalarize()),
        ("promote", Promote()),
        # What is memory is certain now, and so what a run of statements leaves as it is.
        ("name-values", NameValues()),
        # Last, for until here a function is one node, which is cheap to compare, to copy and to name.
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
