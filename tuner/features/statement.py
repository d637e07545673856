"""A statement with its loops and accesses, and the memory that its loops touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ...compiler.schedule.state import State
from ...compiler.target.target import Target
from .accesses import Access, accesses, elements
from .formula import Formulas, Number, most, product, total
from .levels import Level, Nested, nested
from .operations import operations


@dataclass(frozen=True)
class Statement:
    """The store of one element, or one step of its reduction."""

    nest: Nested
    accesses: tuple[Access, ...]
    counts: Counter[str]
    unroll: Number

    @cached_property
    def touched(self) -> tuple[tuple[Number, ...], ...]:
        """The bytes of each access inside the loops from level k on; the last entry is for a single run."""
        return tuple(_bytes(self.accesses, self.levels, k) for k in range(len(self.levels) + 1))

    @property
    def levels(self) -> tuple[Level, ...]:
        """The loops around it, outermost first."""
        return self.nest.levels

    @property
    def runs(self) -> Number:
        """How often it runs."""
        return product([level.trips for level in self.levels])

    def inside(self, level: int) -> Number:
        """How often it runs in the loops from a level on."""
        return product([each.trips for each in self.levels[level:]])

    def footprint(self, level: int) -> Number:
        """Bytes of all that it touches in the loops from a level on."""
        return total(self.touched[level])


@dataclass(frozen=True, slots=True)
class Kernel:
    """All statements of a scheduled kernel."""

    statements: tuple[Statement, ...]
    target: Target

    def on(self, cores: int) -> Kernel:
        """The same on so many cores (0: all of the target)."""
        return replace(self, target=replace(self.target, cores=cores or self.target.cores))

    def under(self, statement: Statement, level: int) -> list[Statement]:
        """The statements in a loop around one of them, itself among them."""
        loops = [(each.stage, each.loop) for each in statement.levels[: level + 1]]
        return [other for other in self.statements
                if [(each.stage, each.loop) for each in other.levels[: level + 1]] == loops]

    def working_set(self, statement: Statement, level: int) -> Number:
        """Bytes of all buffers that one iteration of a loop touches, with what else stands in the loop."""
        largest: dict[str, Number] = {}
        for other in self.under(statement, level):
            for access, size in zip(other.accesses, other.touched[level + 1], strict=True):
                largest[access.buffer] = most(largest.get(access.buffer, 0.0), size)
        return total(list(largest.values()))


def kernel(state: State, formulas: Formulas) -> Kernel:
    """The statements of a scheduled kernel, producers first.

    Setting the accumulators of a reduction is no statement of its own: it writes each once, as what reads
    them does.
    """
    nests = nested(state, formulas)
    made = [_statement(state, nests, nest, formulas) for nest in nests.values()]
    order = {name: number for number, name in enumerate(state.stages)}
    return Kernel(tuple(sorted(made, key=lambda s: order[s.nest.stage.name])), state.target)


def _statement(state: State, nests: dict[str, Nested], nest: Nested, formulas: Formulas) -> Statement:
    found = accesses(state, nests, nest.stage, formulas)
    return Statement(nest, found, operations(nest.stage), formulas.of(nest.stage.unroll))


def _bytes(found: Sequence[Access], levels: Sequence[Level], first: int) -> tuple[Number, ...]:
    return tuple(elements(access, levels, first) * access.bytes for access in found)
