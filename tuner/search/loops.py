"""The parts of split loops, those of many rows and splits changed at once.

Tables have a line for each group of parts (`groups.Group`), filled up with -1 for parts that a group lacks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..groups import Group, ceil_divide
from ..ranges import Places, Ranges
from ..space import Matrix

FACTORS = np.array([2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 8, 12, 16, 32, 64], np.int64)
"""What may be moved from one part to another: a common divisor with one of these."""


class Loops:
    """Changes parts of loops; `which` says of each row which group changes."""

    def __init__(self, groups: Sequence[Group], ranges: Ranges) -> None:
        self._ranges = ranges
        self._parts = _table([group.columns for group in groups])
        self._over = _table([group.over for group in groups])
        self._extent = np.array([group.extent for group in groups], np.int64)
        self._of = _table([group.of for group in groups])
        self._given = np.array([bool(group.of) for group in groups], np.bool_)
        self._derived = np.array([group.derived for group in groups], np.bool_)

    def move(self, rows: Matrix, which: Places, rng: np.random.Generator) -> Matrix:
        """A divisor of one part becomes a factor of another; the derived part takes part in this too.

        A row stays as it is where a part would have a value that its column does not have.
        """
        columns = np.concatenate([self._parts[which], np.full((len(rows), 1), -1)], axis=1)
        sizes, extents = self._sizes(rows, which)
        outer = np.where(self._derived[which], ceil_divide(extents, sizes.prod(axis=1)), 1)
        sizes = np.concatenate([sizes, outer[:, None]], axis=1)
        there = columns >= 0
        there[:, -1] = self._derived[which]
        every = np.arange(len(rows))
        source = np.where(sizes > 1, rng.random(sizes.shape), -1).argmax(axis=1)
        others = np.where(there, rng.random(sizes.shape), -1)
        others[every, source] = -1
        target = others.argmax(axis=1)
        factor = _divisor(sizes[every, source], rng)
        factor[others[every, target] < 0] = 1
        sizes[every, source] //= factor
        sizes[every, target] *= factor
        beside: Matrix = sizes.copy()
        beside[every, target], beside[:, -1] = 1, 1
        most = ceil_divide(extents, beside.prod(axis=1))        # factors of a part rounded up may be more
        sizes[every, target] = np.minimum(sizes[every, target], most)
        made = self._put(rows, columns[every, source], sizes[every, source])
        made = self._put(made, columns[every, target], sizes[every, target])
        exact = np.flatnonzero((self._sizes(made, which)[0] == sizes[:, :-1]).all(axis=1))
        moved = rows.copy()
        moved[exact] = made[exact]      # a listed value near the product would be another candidate
        return moved

    def nudge(self, rows: Matrix, which: Places, rng: np.random.Generator) -> Matrix:
        """One part is one larger or smaller, doubled, halved, 1 or all that is left; at most what is left."""
        sizes, extents = self._sizes(rows, which)
        every = np.arange(len(rows))
        part = np.where(self._parts[which] >= 0, rng.random(sizes.shape), -1).argmax(axis=1)
        values, columns = sizes[every, part], self._parts[which, part]
        left = ceil_divide(extents, sizes.prod(axis=1) // values)
        ways = np.stack([values - 1, values + 1, values // 2, values * 2, np.ones_like(values), left])
        chosen = np.minimum(ways[rng.integers(0, len(ways), len(rows)), every], left)
        beside = self._ranges.beside(columns, values, rng)
        return self._put(rows, columns, np.where(self._ranges.listed[columns], beside, chosen))

    def _sizes(self, rows: Matrix, which: Places) -> tuple[Matrix, Matrix]:
        """The sizes of open parts, 1 where a group has fewer, and the iterations of each loop."""
        wide = np.concatenate([rows, np.ones((len(rows), 1), np.int64)], axis=1)
        every = np.arange(len(rows))
        tile = wide[every[:, None], self._of[which]].prod(axis=1)
        whole = np.where(self._given[which], tile, self._extent[which])
        over = wide[every[:, None], self._over[which]].prod(axis=1)
        return wide[every[:, None], self._parts[which]], ceil_divide(whole, over)

    def _put(self, rows: Matrix, columns: Places, values: Matrix) -> Matrix:
        """The rows with values, or the nearest that there are, in columns; not where the column is -1."""
        made = rows.copy()
        some = np.flatnonzero(columns >= 0)
        made[some, columns[some]] = self._ranges.nearest(columns[some], values[some])
        return made


def _table(lists: Sequence[Sequence[int]]) -> Places:
    width = max(map(len, lists), default=0)
    lines = [[*line, *[-1] * (width - len(line))] for line in lists]
    return np.array(lines, np.intp).reshape(len(lists), width)


def _divisor(values: Matrix, rng: np.random.Generator) -> Matrix:
    """A random divisor of each value, more than 1 where the value is."""
    common = np.gcd(values, FACTORS[rng.integers(0, len(FACTORS), len(values))])
    return np.where(common > 1, common, values)
