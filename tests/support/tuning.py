"""Small spaces for tests of the tuner."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
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
