"""The register tile of a statement: what unrolled and vector loops make inside the innermost serial loop.

Values are counted in vectors of the target. Exact for the tile of a matrix product; in general a model, for
what an instruction scheduler keeps alive is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...compiler.target.target import Target
from .accesses import READ, Access
from .formula import Number, at_most, below, ceil, least, most, pick, product, total
from .levels import Level
from .statement import Statement


@dataclass(frozen=True, slots=True)
class Tile:
    """What one pass through the tile does.

    `vectors` of work; `accumulators` vectors written, `loaded` vectors read, `broadcasts` scalars read into
    all lanes, `scattered` vectors read whose elements do not stand together. `written_out` copies of the
    statement are in the code, those of unrolled loops further out included. `filled` is the part of the lanes
    that a vector loop uses.
    """

    vectors: Number
    accumulators: Number
    loaded: Number
    broadcasts: Number
    scattered: Number
    written_out: Number
    filled: Number

    @property
    def live(self) -> Number:
        """Vector registers needed: all accumulators, all loaded for one row, and a broadcast at a time."""
        return self.accumulators + self.loaded + self.scattered + least(self.broadcasts, 1.0)

    @property
    def loads(self) -> Number:
        """Values read."""
        return self.loaded + self.scattered + self.broadcasts


def tile(statement: Statement, target: Target) -> Tile:
    """The register tile of a statement."""
    levels = statement.levels
    lanes = float(target.lanes(int(statement.accesses[0].bytes)))
    copies = [_copies(level, lanes) for level in levels]
    inner = _inner(levels, copies)
    reads = [access for access in statement.accesses if access.kind == READ]
    sorts = [_sorts(access, levels) for access in reads]
    values = [_values(access, inner) * float(access.reads) for access in reads]
    vector = product([level.full for level in levels if level.mark == "vectorized"])
    # Each lane of a reduction adds to an accumulator of its own.
    lanewise = [number for number, level in zip(inner, levels, strict=True)
                if level.reduction and level.mark == "vectorized"]
    loaded, broadcasts, scattered = (
        total([value * sort[n] for value, sort in zip(values, sorts, strict=True)]) for n in range(3))
    return Tile(product(inner), _values(statement.accesses[0], inner) * product(lanewise), loaded, broadcasts,
                scattered, product(copies), vector / (ceil(vector / lanes) * lanes))


def _copies(level: Level, lanes: float) -> Number:
    """How often a loop writes out what is in it."""
    if level.mark == "vectorized":
        return ceil(level.full / lanes)
    return pick(level.unrolled, level.full, 1.0)


def _inner(levels: Sequence[Level], copies: Sequence[Number]) -> list[Number]:
    """The copies that loops inside the innermost serial one make; 1 for others."""
    inside: Number = 1.0
    found: list[Number] = []
    for level, number in zip(reversed(levels), reversed(copies), strict=True):
        if level.mark != "vectorized":
            inside = inside * most(level.unrolled, at_most(level.full, 1.0))
        found.insert(0, pick(inside, number, 1.0))
    return found


def _values(access: Access, inner: Sequence[Number]) -> Number:
    """Different values of a buffer in the tile."""
    return product([pick(below(0.0, by), number, 1.0)
                    for by, number in zip(access.strides, inner, strict=True)])


def _sorts(access: Access, levels: Sequence[Level]) -> tuple[Number, Number, Number]:
    """Whether a read is of vectors, of scalars for all lanes, or of scattered elements: 1 for one of them.

    Without a vector loop all values are scalars, which fill registers as vectors do.
    """
    vector = [by for by, level in zip(access.strides, levels, strict=True) if level.mark == "vectorized"]
    if not vector:
        return 1.0, 0.0, 0.0
    same, apart = at_most(vector[0], 0.0), below(1.0, vector[0])
    return 1.0 - (same + apart), same, apart
