"""`rfactor`: a reduction in two stages, partial results and their combination.

The new stage steps through the same reduction axes by the same loops; its steps along one of them are no
longer reduction points but elements of a new axis. A tile that does not divide is therefore shorter, as it
was before, and no term is masked. `parts` of its state says which loops those are: `Loop.part`.
"""

from __future__ import annotations

from dataclasses import replace

from ....dsl import ast, typed
from ....dsl.source import Span
from ... import dag
from ...sym import holes_of
from ..errors import ScheduleError
from ..find import find_loop
from ..holes import Holes
from ..state import (
    FUSED,
    SPATIAL,
    IterAxis,
    Loop,
    Place,
    StageState,
    State,
    count,
    in_order,
    steps,
    unscheduled,
)
from .derived import insert_stage, require_new
from .split import require_plain


def rfactor(state: State, directive: ast.Rfactor, holes: Holes) -> None:
    """Reduce the other loops of a reduction for each step of one loop; then reduce those partial results.

    before  for i in 0..4 { C[i] = 0.0f32 for k in 0..8 { C[i] = C[i] + A[i, k] } }
    after   global Cf: f32[4, 2] for Cf.i in 0..4 { for Cf.k0 in 0..2 { Cf[Cf.i, Cf.k0] = 0.0f32 for k1 in
            0..4 { Cf[Cf.i, Cf.k0] = Cf[Cf.i, Cf.k0] + A[Cf.i, Cf.k0 * 4 + k1] } } } for C.i in 0..4 {
            C[C.i] = 0.0f32 for C.k0 in 0..2 { C[C.i] = C[C.i] + Cf[C.i, C.k0] } }
            # split C.k: [k0, k1: 4] rfactor C.k0 as Cf
    needs   a reduction loop (S470) beside which others are left (S473), of a stage whose loops are not marked
            (S421) and host no stage (S422); a reducer other than argmin and argmax (S471), a number of steps
            that does not depend on holes (S474), a new name (S461)

    The new stage keeps the loops; the old one begins anew with one for each of its axes, and one for the
    partial results. The new axis stands before the axes whose loops are inside its loop. The new stage may be
    computed at a loop of the old one; inside that over the parts only while one loop steps through these
    (S472).
    """
    owner, loop = find_loop(state, directive.loop)
    _require_reduction(owner, loop, directive.span)
    require_new(state, directive.name, directive.span)
    for other in owner.loops:
        require_plain(state, owner, other, directive.span)
    number = count(owner, loop)
    if not isinstance(number, int):
        raise ScheduleError("S474", f"how many partial results {directive.name} has depends on what is left "
                            f"open: {', '.join(dict.fromkeys(holes_of(number)))}", directive.span,
                            f"give the parts that decide how often {loop.name} runs a fixed size")
    _divide(state, owner, loop, number, directive)


def _require_reduction(owner: StageState, loop: Loop, span: Span) -> None:
    over = [other.name for other in owner.loops if owner.is_reduction(other)]
    if loop.name not in over:
        raise ScheduleError("S470", f"loop {owner.name}.{loop.name} reduces nothing", span,
                            f"name a reduction loop: {' '.join(over)}" if over else
                            f"{owner.name} is no reduction")
    reduction = owner.stage.reduction
    if reduction and reduction.reducer in ("argmin", "argmax"):
        raise ScheduleError("S471", f"partial results of {reduction.reducer} are pairs, of which a stage "
                            "cannot be made", span, f"vectorize {owner.name}.{loop.name}, which keeps both")
    if len(over) == 1:
        raise ScheduleError("S473", f"no other loop of {owner.name} reduces, so each partial result would be "
                            "one term", span, "split the loop first: "
                            f"split {owner.name}.{loop.name}: [{loop.name}0, {loop.name}1]")


def _divide(state: State, owner: StageState, loop: Loop, number: int, directive: ast.Rfactor) -> None:
    """The two stages in place of one."""
    stage, reduction = owner.stage, owner.stage.reduction
    assert reduction is not None
    new = typed.Axis(loop.name, number)
    at = _position(owner, loop)
    axes = (*stage.axes[:at], new, *stage.axes[at:])
    left = tuple(axis for axis in reduction.axes if axis.name != loop.name)
    partial = dag.Stage(directive.name, axes, stage.dtype, owner.body, dag.Reduction(reduction.reducer, left),
                        directive.span)
    made = insert_stage(state, partial, stage.name)
    _take_loops(owner, made, loop, number)
    read = typed.Read(partial.name, tuple(typed.Index(axis.name) for axis in axes), stage.dtype)
    rest = unscheduled(dag.Stage(stage.name, stage.axes, stage.dtype, read,
                                 dag.Reduction(reduction.reducer, (new,)), stage.span))
    rest.place, rest.layout = owner.place, owner.layout
    moved = {other.name: f"{partial.name} has it, by '{directive}'" for other in owner.loops}
    gone = {**owner.consumed, **moved}
    rest.consumed = {name: why for name, why in gone.items() if name not in rest.axes}
    state.stages[stage.name] = rest


def _position(owner: StageState, loop: Loop) -> int:
    """Where the new axis stands among the others: before the first that has a loop inside the loop."""
    here = owner.position(loop.name)
    for n, axis in enumerate(owner.stage.axes):
        inside = [position for position, _ in steps(owner, axis.name) if position > here]
        parts = [p for p, other in enumerate(owner.loops) if other.part == axis.name and p > here]
        if inside or parts:
            return n
    return len(owner.stage.axes)


def _take_loops(owner: StageState, made: StageState, loop: Loop, number: int) -> None:
    """The new stage steps as the old one did; the loop's steps are elements of an axis of its own."""
    made.axes, made.made = dict(owner.axes), dict(owner.made)
    made.loops, made.consumed, made.parts = list(owner.loops), dict(owner.consumed), dict(owner.parts)
    if loop.axis == loop.name and made.axes[loop.name].kind != FUSED:
        made.axes[loop.name] = IterAxis(loop.name, SPATIAL, number)
        return
    if loop.axis == loop.name:
        _rename_fused(made, loop.name)
    at = made.position(loop.name)
    made.loops[at] = replace(made.loops[at], part=loop.name)
    made.parts[loop.name] = loop.tile
    made.axes[loop.name] = IterAxis(loop.name, SPATIAL, number)
    made.made[loop.name] = []


def _rename_fused(made: StageState, name: str) -> None:
    """A fused axis makes room for the axis of parts, which has the name of its only loop."""
    hidden = f"{name}.fused"
    made.axes[hidden] = replace(made.axes.pop(name), name=hidden)
    made.made[hidden] = made.made.pop(name)
    made.loops = [replace(loop, axis=hidden) if loop.axis == name else loop for loop in made.loops]


def check_parts(owner: StageState, span: Span) -> None:
    """Where only some of the partial results are computed, one loop steps through them."""
    place = owner.place
    for axis in owner.stage.axes:
        needed = owner.axes[axis.name].extent
        if axis.name not in owner.parts or not isinstance(place, Place) or needed == axis.extent:
            continue
        over = [loop for loop in owner.loops if loop.part == axis.name]
        if len(over) != 1 or not in_order(owner, over[0].axis):
            raise ScheduleError("S472", f"{owner.name} is computed at {place.stage}.{place.loop}, where "
                                f"{needed} of its {axis.extent} parts along {axis.name} are needed, but no "
                                "loop of its own steps through just these", span,
                                f"leave {owner.name}.{axis.name} whole, in its place among the loops it was "
                                "split with")
