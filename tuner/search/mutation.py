"""Mutations: each row of a population becomes a neighbour, all rows at once.

The kinds and their weights are Ansor's (OSDI 2020, section 5.1): a tile's factor moves to another part, an
unroll step, a place or the number of parallel loops is chosen anew. Since a part need not divide its loop,
tiles also change by one, double, halve, or become 1 or whole. Knobs that no split uses count as places.
"""

from __future__ import annotations

import numpy as np

from ..foreign import Foreign
from ..ranges import Places, Ranges
from ..roles import Kind, Roles, has_sketches, roles
from ..sampler import Sampler
from ..space import Matrix, Space
from .loops import Loops

WEIGHTS = (0.90, 0.04, 0.05, 0.01)
"""How often a row's tiles, unroll steps, places and switches, or parallel loops change."""

KINDS = ((Kind.UNROLL,), (Kind.PLACE, Kind.SWITCH, Kind.KNOB), (Kind.PARALLEL,))
"""The columns of each weight but the first, that of tiles."""

MOVE = 0.5
"""How often a tile mutation moves a factor; else one part changes by itself."""

RANGE = 0.5
"""How often a value of a range of numbers is drawn anew; else the next one is taken."""


class Mutation:
    """Makes neighbours of rows."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._ranges = Ranges(space.columns)
        self._foreign = Foreign(space)
        self._sampler = Sampler(space)
        every = roles(space)
        self._loops = Loops([group for own in every for group in own.groups], self._ranges)
        self._choices = _Choices(_listed(every, has_sketches(space)))

    def children(self, parents: Matrix, rng: np.random.Generator, tries: int = 3) -> Matrix:
        """A valid row for each valid parent; the parent itself where no neighbour was found in some tries."""
        made = parents.copy()
        left = np.arange(len(parents))
        for _ in range(tries):
            rows = self.neighbours(parents[left], rng)
            good = self._space.valid(rows) & (rows != parents[left]).any(axis=1)
            made[left[good]] = rows[good]
            left = left[~good]
            if len(left) == 0:
                break
        return made

    def neighbours(self, parents: Matrix, rng: np.random.Generator) -> Matrix:
        """One neighbour of each row, valid or not; values are in their columns' ranges."""
        if not self._space.columns:
            return parents
        kinds, what = self._choices.draw(self._foreign.numbers(parents), rng)
        made = parents.copy()
        moves = rng.random(len(parents)) < MOVE
        for chosen, change in ((moves, self._loops.move), (~moves, self._loops.nudge)):
            rows = np.flatnonzero((kinds == 0) & chosen)
            if len(rows):
                made[rows] = change(parents[rows], what[rows], rng)
        rows = np.flatnonzero(kinds > 0)
        if len(rows):
            made[rows, what[rows]] = self._redrawn(parents[rows, what[rows]], what[rows], rng)
        return self._completed(parents, made, rng)

    def _redrawn(self, values: Matrix, columns: Places, rng: np.random.Generator) -> Matrix:
        """Other values of listed columns; of a range of numbers half the time the next one."""
        anew = self._ranges.listed[columns] | (rng.random(len(values)) < RANGE)
        other = self._ranges.other(columns, values, rng)
        return np.where(anew, other, self._ranges.beside(columns, values, rng))

    def _completed(self, parents: Matrix, made: Matrix, rng: np.random.Generator) -> Matrix:
        """The rows with drawn values for columns that their parents' structures did not have."""
        foreign = self._foreign.columns(made)
        new = self._foreign.columns(parents) & ~foreign
        rows = np.flatnonzero(new.any(axis=1))
        if len(rows):
            made[rows] = np.where(new[rows], self._sampler.fill(made[rows], rng), made[rows])
        return self._foreign.lowered(made, foreign)


def _listed(every: tuple[Roles, ...], sketches: bool) -> list[list[list[int]]]:
    """For each sketch and kind, what can change: groups by their number among all, else columns."""
    found: list[list[list[int]]] = []
    first = 0
    for own in every:
        groups = list(range(first, first + len(own.groups)))
        first += len(own.groups)
        columns = [own.of(*kinds) for kinds in KINDS]
        if sketches:
            columns[1] = [0, *columns[1]]
        found.append([groups, *columns])
    return found


class _Choices:
    """Draws a kind for each row by weight, and one of what there is of it."""

    def __init__(self, lists: list[list[list[int]]]) -> None:
        self._counts = np.array([[len(line) for line in kinds] for kinds in lists], np.int64)
        width = max(1, int(self._counts.max(initial=0)))
        self._lists = np.array([[[*line, *[0] * (width - len(line))] for line in kinds] for kinds in lists],
                               np.intp)
        weights = np.where(self._counts > 0, WEIGHTS, 0.0)
        self._ends = np.cumsum(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9), axis=1)
        self._ends[:, -1] = 1.0

    def draw(self, numbers: Matrix, rng: np.random.Generator) -> tuple[Matrix, Places]:
        """For rows of the sketches `numbers`: which kind changes, and which group or column of it."""
        dice = rng.random((2, len(numbers)))
        kinds = (dice[0][:, None] >= self._ends[numbers]).sum(axis=1)
        which = (dice[1] * self._counts[numbers, kinds]).astype(np.int64)
        return kinds, self._lists[numbers, kinds, which]
