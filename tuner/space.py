"""What the tuner needs to know of a schedule with holes: its columns and which rows are valid.

`compiler/schedule/template.py` implements this; the tuner's own tests use far smaller spaces.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.int64]
"""Rows are candidates, columns are holes, entries are values (never indices into lists of values)."""

Mask = npt.NDArray[np.bool_]


class Column(Protocol):
    """One hole: the integers `low` to `high`, or only the listed `values` where there are any."""

    @property
    def name(self) -> str:
        """The hole's name: `C.i.i4`, `step`."""
        ...

    @property
    def low(self) -> int:
        """The smallest value."""
        ...

    @property
    def high(self) -> int:
        """The largest value, inclusive."""
        ...

    @property
    def values(self) -> tuple[int, ...] | None:
        """The values allowed, or None for all of `low` to `high`."""
        ...


class Space(Protocol):
    """A schedule with holes, seen as a set of rows of integers."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """One for each hole; a schedule without holes has none, and one row."""
        ...

    def valid(self, matrix: Matrix) -> Mask:
        """Which rows are legal fillings."""
        ...
