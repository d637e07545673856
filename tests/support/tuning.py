"""Small spaces for tests of the tuner."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from support.candidates import FakeRecipe
from txc.tuner.problem import Problem
from txc.tuner.records import Record, TaskKey
from txc.tuner.space import Mask, Matrix


@dataclass(frozen=True)
class FakeColumn:
    name: str
    low: int
    high: int
    values: tuple[int, ...] | None = None


def listed(name: str, *values: int) -> FakeColumn:
    return FakeColumn(name, min(values), max(values), values)


@dataclass(frozen=True)
class FakeSpace:
    """Rows whose entries' product is at most `limit`."""

    columns: tuple[FakeColumn, ...]
    limit: int = 1 << 60
    hash: str = field(default="fake")

    def valid(self, matrix: Matrix) -> Mask:
        return np.prod(matrix.astype(float), axis=1) <= self.limit


def problem(space: FakeSpace) -> Problem:
    """A problem whose rows are candidates of `FakeRecipe`."""
    key = TaskKey("kernel", "cpu:generic", 1)
    names = tuple(column.name for column in space.columns)
    blank = Record(key, "fake", {}, space.hash, names, (), "", (), "ok")
    return Problem(space, FakeRecipe(), blank, text=lambda row: f"knob row = {list(row)}\n")
