"""The loops around each statement of a scheduled kernel: how often they run, and what an iteration moves.

What is described is the full tile. A loop's `trips` are a fraction where its tile does not divide: the
product of all trips around a statement is then how often it runs, tails included, while `full` is the whole
number of iterations that the loop over full tiles has. A loop over a fused axis counts as one over each of
its members.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...compiler.schedule.region import Atoms, Clamped, regions
from ...compiler.schedule.state import FUSED, Loop, Place, StageState, State, in_order, split_order
from ...dsl.affine import Affine
from .formula import Formulas, Number, at_most, below, ceil, floor, least, most, product

Moves = Mapping[str, Number]
"""How many elements one iteration goes along each axis; along those not named it stays."""

INNER, MIDDLE, OUTER = "inner", "middle", "outer"


@dataclass(frozen=True, slots=True)
class Level:
    """One loop around a statement.

    `unrolled` is 1 where it is written out, else 0. `moves` is along the axes of the statement's stage.
    `place` says which of its stage's axes of a sort the loop steps through: the inner one, …
    """

    stage: str
    loop: str
    mark: str
    trips: Number
    full: Number
    unrolled: Number
    reduction: bool
    place: str
    moves: Moves


@dataclass(frozen=True, slots=True)
class Nested:
    """A stage and the loops around its statement, outermost first. The first `outer` are its hosts'.

    `ends` gives, for each of the stage's own loops, how many levels there are down to it.
    """

    stage: StageState
    levels: tuple[Level, ...]
    outer: int
    ends: Mapping[str, int]

    @property
    def first_reduction(self) -> int:
        """How many levels are outside the outermost of the stage's reduction loops."""
        over = (k for k, level in enumerate(self.levels) if k >= self.outer and level.reduction)
        return next(over, len(self.levels))


def nested(state: State, formulas: Formulas) -> dict[str, Nested]:
    """Every stage with the loops around it."""
    found: dict[str, Nested] = {}

    def of(stage: StageState) -> Nested:
        if stage.name not in found:
            place = stage.place
            host = of(state.stages[place.stage]) if isinstance(place, Place) else None
            found[stage.name] = _Around(state, stage, formulas).nested(host)
        return found[stage.name]

    for stage in state.stages.values():
        of(stage)
    return found


@dataclass(frozen=True, slots=True)
class _Around:
    """The loops around one stage."""

    state: State
    stage: StageState
    formulas: Formulas

    def nested(self, host: Nested | None) -> Nested:
        levels = list(self._host_levels(host)) if host else []
        outer, ends = len(levels), dict[str, int]()
        for position, loop in enumerate(self.stage.loops):
            levels += self._levels(position, loop)
            ends[loop.name] = len(levels)
        return Nested(self.stage, tuple(levels), outer, ends)

    # ── loops of hosts ───────────────────────────────────────────────────────────────────────────────────

    def _host_levels(self, host: Nested) -> Iterator[Level]:
        """The loops around the place of a guest: its region moves with them."""
        place = self.stage.place
        assert isinstance(place, Place)
        found = regions(self.state, host.stage, host.stage.position(place.loop))
        region = found.of[self.stage.name]
        for level in host.levels[: host.ends[place.loop]]:
            moves = {axis.name: _moved(part.start, level.moves, found.atoms)
                     for axis, part in zip(self.stage.stage.axes, region, strict=True)}
            moves = {name: by for name, by in moves.items() if by != 0.0}
            # A region that stays where it is is computed anew in the tail as well, and not just part of it.
            yield replace(level, moves=moves, trips=level.trips if moves else ceil(level.trips))

    # ── loops of its own ─────────────────────────────────────────────────────────────────────────────────

    def _levels(self, position: int, loop: Loop) -> Iterator[Level]:
        unrolled = self._unrolled(position)
        fused = self.stage.axes[loop.axis].kind == FUSED
        whole = loop.mark == "parallel" or fused or not in_order(self.stage, loop.axis)
        for member, trips, by in self._steps(loop, self._trips(loop), self.formulas.of(loop.tile)):
            full = ceil(trips) if whole else most(floor(trips), 1.0)
            moves = {member.axis: by}
            if member.part:
                moves[member.part] = by / self.formulas.of(self.stage.parts[member.part])
            yield Level(self.stage.name, loop.name, loop.mark, trips, full, unrolled,
                        self.stage.is_reduction(member), self._place(member), moves)

    def _steps(self, loop: Loop, trips: Number, by: Number) -> Iterator[tuple[Loop, Number, Number]]:
        """A loop as (loop, trips, elements an iteration), a fused one as its members.

        Of a member whose values follow one another every `inner` steps, the loop takes those between its own
        step and its span: all where it is the only step through the fused axis.
        """
        axis = self.stage.axes[loop.axis]
        if axis.kind != FUSED:
            yield loop, trips, by
            return
        alone = len(self.stage.made[axis.name]) == 1
        counts = [self._trips(member) for member in axis.members]
        for k, member in enumerate(axis.members):
            inner, tile = product(counts[k + 1 :]), self.formulas.of(member.tile)
            if alone:
                yield from self._steps(member, counts[k], tile)
                continue
            first, last = (least(most(n, by), by * trips) for n in (inner, inner * counts[k]))
            yield from self._steps(member, last / first, most(by / inner, 1.0) * tile)

    def _trips(self, loop: Loop) -> Number:
        left = self._left(loop)
        return left / least(self.formulas.of(loop.tile), left)

    def _left(self, loop: Loop) -> Number:
        """What is left of an axis before one of the steps that splits made of it."""
        left = self._extent(loop.axis)
        for outer in split_order(self.stage, loop.axis):
            if outer.name == loop.name:
                break
            left = least(self.formulas.of(outer.tile), left)
        return left

    def _extent(self, name: str) -> Number:
        axis = self.stage.axes[name]
        if axis.kind != FUSED:
            return self.formulas.of(axis.extent)
        return product([self._trips(member) for member in axis.members])

    def _place(self, loop: Loop) -> str:
        axes = self.stage.stage.reduction_axes if self.stage.is_reduction(loop) else self.stage.stage.axes
        names = [axis.name for axis in axes]
        if loop.axis not in names or loop.axis == names[-1]:
            return INNER
        return OUTER if loop.axis == names[0] else MIDDLE

    # ── what unrolling writes out ────────────────────────────────────────────────────────────────────────

    def _unrolled(self, position: int) -> Number:
        """1 where a loop is written out: by its mark, or as its copies are within the stage's step."""
        loop, step = self.stage.loops[position], self.formulas.of(self.stage.unroll)
        if loop.mark != "serial":
            return float(loop.mark == "unrolled")
        copies = self._copies(position)
        return 0.0 if copies is None else at_most(copies, step) * below(0.0, step)

    def _copies(self, position: int) -> Number | None:
        """Copies of the statement if the loops from a position on were written out; None where they never
        are."""
        copies: Number = 1.0
        begun = {loop.axis for loop in self.stage.loops[: position + 1]}
        for loop in self.stage.loops[position:]:
            if self.stage.tensorized is not None and self.stage.tensorized.loop == loop.name:
                return copies
            fused = self.stage.axes[loop.axis].kind == FUSED and loop.axis not in begun
            if fused or self.state.attached(self.stage.name, loop.name):
                return None
            count = ceil(self._trips(loop))
            lanes = float(self.state.target.lanes(self.stage.stage.dtype.bytes))
            copies = copies * (ceil(count / lanes) if loop.mark == "vectorized" else count)
        return copies


def _moved(start: Affine, moves: Moves, atoms: Atoms) -> Number:
    """How far a region's start goes when the host's axes move."""
    result: Number = 0.0
    for name, factor in start.coefficients:
        result = result + _atom(name, moves, atoms) * float(abs(factor))
    return result


def _atom(name: str, moves: Moves, atoms: Atoms) -> Number:
    """How far an atom of a region's start goes; one that is rounded, on average."""
    if name not in atoms.forms:
        return moves.get(name, 0.0)
    form = atoms.forms[name]
    by = _moved(form.form, moves, atoms)
    if isinstance(form, Clamped):
        return by
    return by / float(form.divisor) if form.op == "//" else by if form.extent == 1 else 0.0


def copies_of(levels: Sequence[Level]) -> Number:
    """How often a statement runs inside loops, tails included."""
    return product([level.trips for level in levels])
