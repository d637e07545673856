"""Mutations: each row of a population becomes a neighbour, all rows at once.

The kinds and their weights are Ansor's (OSDI 2020, section 5.1): a tile's factor moves to another part, an
unroll step, a place or the number of parallel loops is chosen anew. Since a part need not divide its loop,
tiles also change by one, double, halve, or become 1 or whole.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..foreign import Foreign
from ..roles import Group, Kind, Roles, ceil_divide, has_sketches, roles
from ..sampler import Sampler, divisors
from ..space import Column, Matrix, Space

TILE, UNROLL, PLACE, PARALLEL = 0.90, 0.04, 0.05, 0.01
"""How often a row's tiles, unroll steps, places and switches, or parallel loops change."""

MOVE = 0.5
"""How often a tile mutation moves a factor; else one part changes by itself."""

TRIES = 4
"""How often an invalid or unchanged child is made again before its parent stays as it was."""

Change = Callable[[Roles, Matrix, np.random.Generator], Matrix]


class Mutation:
    """Makes neighbours of rows."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._roles = roles(space)
        self._foreign = Foreign(space)
        self._sampler = Sampler(space)

    def children(self, parents: Matrix, rng: np.random.Generator) -> Matrix:
        """A valid row for each valid parent; the parent itself where no neighbour was found."""
        made = parents.copy()
        open_rows = np.arange(len(parents))
        for _ in range(TRIES):
            if not len(open_rows):
                break
            rows = self.neighbours(parents[open_rows], rng)
            good = self._space.valid(rows) & (rows != parents[open_rows]).any(axis=1)
            made[open_rows[good]] = rows[good]
            open_rows = open_rows[~good]
        return made

    def neighbours(self, parents: Matrix, rng: np.random.Generator) -> Matrix:
        """One neighbour of each row, valid or not; values are in their columns' ranges."""
        made = parents.copy()
        numbers = self._foreign.numbers(parents)
        for number, own in enumerate(self._roles):
            rows = np.flatnonzero(numbers == number)
            if len(rows):
                made[rows] = self._of_sketch(own, parents[rows], rng)
        return made

    def _of_sketch(self, own: Roles, parents: Matrix, rng: np.random.Generator) -> Matrix:
        """Neighbours of rows of one sketch: a kind for each row among those that there are."""
        changes = self._changes(own)
        if not changes:
            return parents
        weights = np.array([weight for weight, _ in changes])
        kinds = rng.choice(len(changes), len(parents), p=weights / weights.sum())
        made = parents.copy()
        for kind, (_, change) in enumerate(changes):
            rows = np.flatnonzero(kinds == kind)
            if len(rows):
                made[rows] = change(own, parents[rows], rng)
        return made

    def _changes(self, own: Roles) -> list[tuple[float, Change]]:
        found: list[tuple[float, Change]] = []
        if own.groups:
            found.append((TILE, self._tile))
        if own.of(Kind.UNROLL):
            found.append((UNROLL, self._unroll))
        if own.of(Kind.PLACE, Kind.SWITCH, Kind.KNOB) or has_sketches(self._space):
            found.append((PLACE, self._place))
        if own.of(Kind.PARALLEL):
            found.append((PARALLEL, self._parallel))
        return found

    def _unroll(self, own: Roles, parents: Matrix, rng: np.random.Generator) -> Matrix:
        return self._redraw(own.of(Kind.UNROLL), parents, rng)

    def _parallel(self, own: Roles, parents: Matrix, rng: np.random.Generator) -> Matrix:
        return self._redraw(own.of(Kind.PARALLEL), parents, rng)

    def _place(self, own: Roles, parents: Matrix, rng: np.random.Generator) -> Matrix:
        """Another place, switch, knob or sketch; columns that only the new structure has are drawn."""
        columns = [*([0] if has_sketches(self._space) else []),
                   *own.of(Kind.PLACE, Kind.SWITCH, Kind.KNOB)]
        return self._redraw(columns, parents, rng)

    def _redraw(self, columns: list[int], parents: Matrix, rng: np.random.Generator) -> Matrix:
        made = parents.copy()
        which = rng.integers(0, len(columns), len(parents))
        for k, column in enumerate(columns):
            rows = np.flatnonzero(which == k)
            made[rows, column] = _other(self._space.columns[column], parents[rows, column], rng)
        return self._completed(parents, made, rng)

    def _completed(self, parents: Matrix, made: Matrix, rng: np.random.Generator) -> Matrix:
        """The rows with values for columns that their parents' structures did not have."""
        new = self._foreign.columns(parents) & ~self._foreign.columns(made)
        rows = np.flatnonzero(new.any(axis=1))
        if len(rows):
            made[rows] = np.where(new[rows], self._sampler.fill(made[rows], rng), made[rows])
        return self._foreign.canonical(made)

    def _tile(self, own: Roles, parents: Matrix, rng: np.random.Generator) -> Matrix:
        made = parents.copy()
        which = rng.integers(0, len(own.groups), len(parents))
        dice = rng.random(len(parents))
        for k, group in enumerate(own.groups):
            moves = dice < (MOVE if len(group.columns) + group.derived > 1 else 0)
            for chosen, change in ((moves, _move), (~moves, _nudge)):
                rows = np.flatnonzero((which == k) & chosen)
                if len(rows):
                    made[rows] = change(self._space, group, parents[rows], rng)
        return self._foreign.canonical(made)


def _move(space: Space, group: Group, parents: Matrix, rng: np.random.Generator) -> Matrix:
    """A divisor of one part becomes a factor of another; the derived part takes part in this too."""
    made = parents.copy()
    parts = _parts(group, parents)
    count = parts.shape[1]
    rows = np.arange(len(parents))
    source = rng.integers(0, count, len(parents))
    target = (source + rng.integers(1, max(count, 2), len(parents))) % count
    factor = _factor(parts[rows, source], rng)
    parts[rows, target] *= factor
    parts[rows, source] //= factor
    for k, column in enumerate(group.columns):
        changed = (source == k) | (target == k)
        made[changed, column] = fitting(space.columns[column], parts[changed, k])
    return made


def _parts(group: Group, matrix: Matrix) -> Matrix:
    """The sizes of the open parts, the derived one last."""
    open_parts = matrix[:, list(group.columns)]
    if not group.derived:
        return open_parts
    outer = ceil_divide(group.extents(matrix), open_parts.prod(axis=1))
    return np.concatenate([open_parts, np.maximum(outer, 1)[:, None]], axis=1)


def _factor(values: Matrix, rng: np.random.Generator) -> Matrix:
    """A random divisor of each value, more than 1 where there is one."""
    dice = rng.random(len(values))
    found = np.ones(len(values), np.int64)
    for value in np.unique(values).tolist():
        if value > 1:
            rows, large = values == value, np.array(divisors(value)[1:], np.int64)
            found[rows] = large[(dice[rows] * len(large)).astype(np.int64)]
    return found


def _nudge(space: Space, group: Group, parents: Matrix, rng: np.random.Generator) -> Matrix:
    """One part one larger or smaller, doubled, halved, 1 or all that is left; at most what is left."""
    made = parents.copy()
    which = rng.integers(0, len(group.columns), len(parents))
    for k, position in enumerate(group.columns):
        rows = np.flatnonzero(which == k)
        column, values = space.columns[position], parents[rows, position]
        left = group.left(parents[rows], position)
        if column.values is not None:
            made[rows, position] = _neighbour(column.values, values, rng)
            continue
        ways = np.stack([values - 1, values + 1, values // 2, values * 2, np.ones_like(values), left])
        chosen = ways[rng.integers(0, len(ways), len(rows)), np.arange(len(rows))]
        made[rows, position] = fitting(column, np.minimum(chosen, left))
    return made


def fitting(column: Column, values: Matrix) -> Matrix:
    """The values, each replaced by the nearest one that the column has."""
    if column.values is None:
        return np.clip(values, column.low, column.high)
    listed = np.asarray(column.values, np.int64)
    return listed[np.abs(values[:, None] - listed[None, :]).argmin(axis=1)]


def _neighbour(listed: tuple[int, ...], values: Matrix, rng: np.random.Generator) -> Matrix:
    """The next larger or smaller of a column's values."""
    steps = rng.choice([-1, 1], len(values))
    ordinals = np.searchsorted(np.asarray(listed, np.int64), values) + steps
    return np.asarray(listed, np.int64)[np.clip(ordinals, 0, len(listed) - 1)]


def _other(column: Column, values: Matrix, rng: np.random.Generator) -> Matrix:
    """A different value of a column for each; in a range half of them are near."""
    if column.values is not None:
        listed = np.asarray(column.values, np.int64)
        steps = rng.integers(1, max(len(listed), 2), len(values))
        return listed[(np.searchsorted(listed, values) + steps) % len(listed)]
    size = column.high - column.low + 1
    far = column.low + (values - column.low + rng.integers(1, max(size, 2), len(values))) % size
    near = np.where(rng.random(len(values)) < 0.5, values - 1, values + 1)
    double = np.where(rng.random(len(values)) < 0.5, values // 2, values * 2)
    ways = np.stack([far, far, near, double])
    chosen = ways[rng.integers(0, len(ways), len(values)), np.arange(len(values))]
    return np.clip(chosen, column.low, column.high)
