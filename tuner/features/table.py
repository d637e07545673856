"""The features of all statements of one structure, for blocks of candidates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...compiler.schedule.template import Matrix
from . import ansor, machine
from .formula import Number
from .logs import Block, Logs, Places
from .operations import flops
from .statement import Kernel, Statement

_SLOTS = slice(len(ansor.HEAD), len(ansor.HEAD) + len(ansor.SLOT))
_CURVE = slice(_SLOTS.stop, _SLOTS.stop + len(ansor.CURVE))
_SMALL = 1e-6  # no level of the curve is narrower


@dataclass(frozen=True, slots=True)
class Numbers:
    """The features of a statement of a stage as formulas: those before the buffers', the buffers', the points
    of the curve, and those after it."""

    stage: str
    before: Sequence[Number]
    buffers: Sequence[Sequence[Number]]
    curve: Sequence[tuple[Number, Number]]
    after: Sequence[Number]


def numbers(kernel: Kernel, statement: Statement) -> Numbers:
    """The formulas of a statement's features."""
    buffers = [ansor.access(kernel, statement, number) for number in range(len(statement.accesses))]
    after = [*ansor.tail(statement), *machine.machine(kernel, statement)]
    curve = ansor.curve(statement, flops(statement.counts))
    return Numbers(statement.nest.stage.name, ansor.head(statement), buffers, curve, after)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where a statement's features stand among the distinct logarithms."""

    plain: Places
    buffers: Places
    x: Places
    y: Places


class Table:
    """Computes the features of every statement of a structure. `stages` has the stage of each."""

    def __init__(self, statements: Sequence[Numbers], rows: int) -> None:
        self.stages = tuple(each.stage for each in statements)
        self._logs = Logs((number for each in statements for number in _all(each)), rows)
        self._plans = [self._plan(each) for each in statements]

    def _plan(self, made: Numbers) -> _Plan:
        places = self._logs.places
        unfilled = [0.0] * (len(ansor.SLOT) + len(ansor.CURVE))
        plain = places([*made.before, *unfilled, *made.after])
        buffers = np.stack([places(buffer) for buffer in made.buffers])
        x, y = (places([point[n] for point in made.curve]) for n in (0, 1))
        return _Plan(plain, buffers, x, y)

    def fill(self, holes: Mapping[str, Matrix], values: Block) -> None:
        """Write the features of a block of candidates: (statements, candidates, features)."""
        rows = values.shape[1]
        logs = self._logs.run(holes, rows)
        for plan, into in zip(self._plans, values, strict=True):
            block = logs[plan.plain]
            slots = _largest_first(logs[plan.buffers])[: ansor.SLOTS]
            block[_SLOTS][: slots.shape[0] * ansor.ACCESS] = slots.reshape(-1, rows)
            if len(plan.x):
                block[_CURVE] = _sampled(logs[plan.x], logs[plan.y])
            into[:] = block.T


def _all(made: Numbers) -> Iterator[Number]:
    yield from made.before
    for buffer in made.buffers:
        yield from buffer
    for point in made.curve:
        yield from point
    yield from made.after


def _largest_first(buffers: Block) -> Block:
    """Buffers (buffers, features, candidates) sorted for each candidate: most lines first, then most bytes.

    Neighbours are exchanged until none is out of order, all candidates at once.
    """
    for unsorted in range(len(buffers) - 1, 0, -1):
        for k in range(unsorted):
            one, other = buffers[k], buffers[k + 1]
            lines, more = one[ansor.LINES] < other[ansor.LINES], one[ansor.LINES] == other[ansor.LINES]
            wrong = lines | (more & (one[ansor.BYTES] < other[ansor.BYTES]))
            if wrong.any():
                buffers[k], buffers[k + 1] = np.where(wrong, other, one), np.where(wrong, one, other)
    return buffers


def _sampled(x: Block, y: Block) -> Block:
    """A piecewise linear curve (points, candidates), its first piece level, at even parts of its last x."""
    parts = np.arange(1, ansor.POINTS + 1, dtype=np.float32) / np.float32(ansor.POINTS)
    samples = parts[:, None] * x[-1]
    found = np.repeat(y[:1], ansor.POINTS, axis=0)
    for k in range(1, len(x)):
        width = np.maximum(x[k] - x[k - 1], _SMALL)
        found += np.clip((samples - x[k - 1]) / width, 0, 1) * (y[k] - y[k - 1])
    return found
