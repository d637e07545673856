"""Logarithms of formulas for blocks of candidates: log2(1 + x) of each different one, taken once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ...compiler.schedule.template import Matrix
from .formula import Node, Number
from .program import Program

Block = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


class Logs:
    """A row of logarithms for each different number: first those that holes decide, then the known ones."""

    def __init__(self, numbers: Iterable[Number], rows: int) -> None:
        found = list(numbers)
        nodes = list({id(n): n for n in found if isinstance(n, Node)}.values())
        known = list(dict.fromkeys([0.0, *(n for n in found if isinstance(n, float))]))
        self._program = Program(nodes, rows)
        self._variable = len(nodes)
        self._values = np.empty((len(nodes) + len(known), rows), np.float32)
        self._values[len(nodes) :] = np.log2(1 + np.array(known))[:, None]
        self._nodes = {id(node): k for k, node in enumerate(nodes)}
        self._known = {value: len(nodes) + k for k, value in enumerate(known)}

    def places(self, numbers: Sequence[Number]) -> Places:
        """The rows that hold the logarithms of numbers."""
        return np.array([self._nodes[id(n)] if isinstance(n, Node) else self._known[n] for n in numbers],
                        np.int64)

    def run(self, holes: Mapping[str, Matrix], rows: int) -> Block:
        """The logarithms (numbers, candidates) of a block; the next run overwrites them."""
        columns = self._program.run(holes, rows)
        values = self._values[:, :rows]
        for row, column in enumerate(self._program.results):
            values[row] = columns[column]
        variable = values[: self._variable]
        np.log2(np.add(variable, 1, out=variable), out=variable)
        return values
