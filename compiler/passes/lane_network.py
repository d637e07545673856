"""Transposing a small matrix whose rows are vectors, by shuffles that machines have as instructions.

Rows are first interleaved inside groups of 128 bits (`unpcklps`, `unpckhps`, `zip1`, `zip2`), which
transposes a square of each group; then whole groups change places (`vperm2f128`, `vshuff32x4`). A square of
n rows takes log2(n) steps of n shuffles. Eklundh, A Fast Computer Method for Matrix Transposing, 1972.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..loop.ir import Expr, Let, Shuffle, Var

GROUP_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cells:
    """A vector, and the row and column of the matrix that each lane holds."""

    value: Var
    cells: tuple[tuple[int, int], ...]


def transposed(rows: Sequence[Var], name: str) -> tuple[list[Let], list[Expr]]:
    """Statements, and a vector for each column of a matrix, of its elements in all rows.

    Rows are vectors of equal length, no fewer lanes than there are rows; both numbers are powers of two.
    Values that need a name are called `name` and a number.
    """
    network = _Network(name, min(rows[0].lanes, GROUP_BYTES // rows[0].dtype.bytes))
    vectors = [Cells(row, tuple((r, c) for c in range(row.lanes))) for r, row in enumerate(rows)]
    return network.lets, list(network.columns(network.exchanged(network.interleaved(vectors)), len(rows)))


class _Network:
    def __init__(self, name: str, group: int) -> None:
        self.name = name
        self.group = group
        self.lets: list[Let] = []

    def shuffled(self, left: Cells, right: Cells, picks: tuple[int, ...]) -> Cells:
        """A named shuffle of two vectors."""
        cells = (*left.cells, *right.cells)
        var = Var(f"{self.name}.{len(self.lets)}", left.value.dtype, len(picks))
        self.lets.append(Let(var, Shuffle(left.value, right.value, picks)))
        return Cells(var, tuple(cells[n] for n in picks))

    def interleaved(self, rows: list[Cells]) -> list[list[Cells]]:
        """Sets of as many rows as a group has lanes, each transposed inside each group."""
        size = min(self.group, len(rows))
        sets = [rows[k:k + size] for k in range(0, len(rows), size)]
        for _ in range(size.bit_length() - 1):
            sets = [[woven for k in range(size // 2) for woven in self.woven(one[k], one[k + size // 2])]
                    for one in sets]
        return sets

    def woven(self, left: Cells, right: Cells) -> Iterator[Cells]:
        """The lower halves of all groups lane by lane, and the upper ones."""
        lanes, half = left.value.lanes, self.group // 2
        for first in (0, half):
            chosen = [lane for lane in range(lanes) if lane % self.group - first in range(half)]
            yield self.shuffled(left, right, tuple(n for lane in chosen for n in (lane, lanes + lane)))

    def exchanged(self, sets: list[list[Cells]]) -> list[Cells]:
        """Groups exchanged between the sets, so that those of one column come together."""
        step = 1
        while step < len(sets):
            for first in (k for k in range(len(sets)) if not k & step):
                pairs = [self.swapped(a, b, step * self.group)
                         for a, b in zip(sets[first], sets[first + step], strict=True)]
                sets[first], sets[first + step] = [p for p, _ in pairs], [q for _, q in pairs]
            step *= 2
        return [vector for one in sets for vector in one]

    def swapped(self, left: Cells, right: Cells, step: int) -> tuple[Cells, Cells]:
        """Two vectors as rows of a matrix of 2 × 2 blocks of `step` lanes, transposed."""
        lanes = left.value.lanes
        blocks = range(0, lanes, 2 * step)
        low = tuple(n for b in blocks for n in (*range(b, b + step), *range(lanes + b, lanes + b + step)))
        return self.shuffled(left, right, low), self.shuffled(left, right, tuple(n + step for n in low))

    def columns(self, vectors: list[Cells], rows: int) -> Iterator[Expr]:
        """The vector of each column, part of a longer one where there are fewer rows than lanes."""
        places = {cell: (vector, lane) for vector in vectors for lane, cell in enumerate(vector.cells)}
        for column in range(vectors[0].value.lanes):
            found = [places[row, column] for row in range(rows)]
            vector, picks = found[0][0], tuple(lane for _, lane in found)
            whole = picks == tuple(range(vector.value.lanes))
            yield vector.value if whole else Shuffle(vector.value, vector.value, picks)
