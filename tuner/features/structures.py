"""The structures of a template: each is described once, candidates are grouped by theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from ...compiler.schedule.check import structures
from ...compiler.schedule.template import Matrix, Row, Template
from .formula import Formulas
from .statement import Kernel, kernel

ROWS = 1000
"""Candidates in a block: few enough for its columns to stay in the second-level cache."""

Positions = npt.NDArray[np.int64]
Made = TypeVar("Made")

_KERNELS: WeakKeyDictionary[Template, dict[Row, Kernel | None]] = WeakKeyDictionary()
"""The statements of each structure, whatever is made of them: most of the time goes into these."""


class Structures(Generic[Made]):
    """What `make` makes of each structure of a template, once; it goes when the template does."""

    def __init__(self, make: Callable[[Kernel], Made]) -> None:
        self._make = make
        self._known: WeakKeyDictionary[Template, dict[tuple[int, Row], Made | None]] = WeakKeyDictionary()
        self._every: WeakKeyDictionary[Template, list[Made]] = WeakKeyDictionary()

    def groups(self, template: Template, matrix: Matrix,
               cores: int = 0) -> Iterator[tuple[Made, Positions]]:
        """Candidates by structure, as positions in the matrix; those whose choices are illegal are left out.

        They run on so many cores (0: all of the target).
        """
        keys = np.ascontiguousarray(matrix[:, : len(template.structural)])
        found, number = keys[:1], np.zeros(len(keys), np.int64)
        if keys.shape[1]:
            found, number = np.unique(keys, axis=0, return_inverse=True)
        for k, key in enumerate(found):
            made = self._of(template, tuple(map(int, key)), cores)
            if made is not None:
                yield made, np.flatnonzero(number.ravel() == k)

    def every(self, template: Template) -> list[Made]:
        """Those of all legal structures, in a fixed order."""
        if template not in self._every:
            rows = (tuple(choice.values()) for choice in structures(template.directives, template.numbers))
            found = (self._of(template, row, 0) for row in rows)
            self._every[template] = [made for made in found if made is not None]
        return self._every[template]

    def _of(self, template: Template, row: Row, cores: int) -> Made | None:
        known = self._known.setdefault(template, {})
        key = (cores, row)
        if key not in known:
            found = _kernel(template, row)
            known[key] = None if found is None else self._make(found.on(cores))
        return known[key]


def _kernel(template: Template, row: Row) -> Kernel | None:
    """The statements for a row's structural choices; None where they are illegal together."""
    known = _KERNELS.setdefault(template, {})
    if row not in known:
        structure = template.structure(row)
        if structure is None:
            known[row] = None
        else:
            ranges = {c.name: (float(c.low), float(c.high)) for c in structure.columns.values()}
            known[row] = kernel(structure.state, Formulas(ranges))
    return known[row]


def blocks(template: Template, rows: Matrix) -> Iterator[tuple[slice, Mapping[str, Matrix]]]:
    """Rows block by block, as columns by the names of their holes."""
    for first in range(0, len(rows), ROWS):
        part = slice(first, first + ROWS)
        yield part, {column.name: rows[part, k] for k, column in enumerate(template.columns)}
