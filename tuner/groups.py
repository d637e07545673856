"""The open parts of splits: which columns share the iterations of one loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from .sketch import Parts
from .space import Matrix


@dataclass(frozen=True, slots=True)
class Group:
    """The open parts of one split: positions of columns, outermost first.

    The loop has `extent` iterations, or as many as the columns `of` together, divided by the columns `over`,
    rounded up. Where `derived`, the outermost part takes what the columns leave. Of a loop whose extent
    depends on where its stage is computed, `extent` is the largest.
    """

    columns: tuple[int, ...]
    extent: int
    derived: bool = True
    of: tuple[int, ...] = ()
    over: tuple[int, ...] = ()

    def extents(self, matrix: Matrix) -> Matrix:
        """The loop's iterations in each row."""
        whole = matrix[:, list(self.of)].prod(axis=1) if self.of else np.full(len(matrix), self.extent)
        return ceil_divide(whole, matrix[:, list(self.over)].prod(axis=1))

    def left(self, matrix: Matrix, column: int) -> Matrix:
        """The most that a column may be in each row, given the other parts."""
        others = [c for c in self.columns if c != column]
        return ceil_divide(self.extents(matrix), matrix[:, others].prod(axis=1))


def ceil_divide(one: Matrix, other: Matrix) -> Matrix:
    """Quotients rounded up."""
    return -(-one // other)


def given(groups: Iterable[Group], parts: Iterable[Parts], at: Mapping[str, int]) -> tuple[Group, ...]:
    """The groups, those of stages computed in others' tiles with the tiles that they are given.

    A sketch's `parts` say what those are; from its directives alone only the whole loop is known.
    """
    known = {tuple(at[name] for name in p.parts if name in at): tuple(at[name] for name in p.of if name in at)
             for p in parts if p.of and p.extent == 1}
    return tuple(replace(group, of=known[group.columns]) if _is_given(group, known) else group
                 for group in groups)


def _is_given(group: Group, known: Mapping[tuple[int, ...], tuple[int, ...]]) -> bool:
    """Whether a tile is known for a group, other than one that the group itself is a part of."""
    tile = known.get(group.columns, ())
    return bool(tile) and not set(group.columns) <= set(tile)
