"""`order`: the loops of a stage in another order."""

from __future__ import annotations

from ...dsl import ast
from .errors import ScheduleError
from .holes import Holes
from .marks import check_marks
from .places import check_places
from .state import FUSED, StageState, State, find_loop, find_stage, in_order, steps


def order(state: State, directive: ast.Order, holes: Holes) -> None:
    """Reorder all loops of a stage.

    before  for i { for j { for k { C[i, j] += … } } }
    after   for i { for k { for j { C[i, j] += … } } }     # order C: i k j
    needs   every live loop named exactly once (S414); a fused loop's parts are not torn apart by loops of the
            axes it stands for (S415); parallel loops stay outside reduction loops (S431)

    Moving a reduction loop outwards is legal: the accumulator is set in a nest just outside the outermost
    reduction loop, over the spatial loops inside that point.
    """
    owner = find_stage(state, directive.stage)
    names = [_own_loop(state, owner, ref) for ref in directive.loops]
    live = [loop.name for loop in owner.loops]
    missing = [name for name in live if name not in names]
    twice = next((ref for i, ref in enumerate(directive.loops) if names[i] in names[:i]), None)
    if missing or twice:
        problem = f"names '{twice}' twice" if twice else f"leaves out {' '.join(missing)}"
        raise ScheduleError("S414", f"the order of {owner.name} {problem}", (twice or directive).span,
                            f"name each loop once: {' '.join(live)}")
    owner.loops.sort(key=lambda loop: names.index(loop.name))
    _keep_fused_together(owner, directive)
    check_marks(state, owner, directive.span)
    check_places(state, directive.span)


def _own_loop(state: State, owner: StageState, ref: ast.Ref) -> str:
    """A bare name in an order means this stage's loop, whoever else has one of that name."""
    full = ref if len(ref.parts) > 1 else ast.Ref((*owner.name.split("."), *ref.parts), span=ref.span)
    found, loop = find_loop(state, full)
    if found is not owner:
        raise ScheduleError("S404", f"loop '{ref}' belongs to {found.name}, not to {owner.name}", ref.span)
    return loop.name


def _keep_fused_together(owner: StageState, directive: ast.Order) -> None:
    for axis in owner.axes.values():
        if axis.kind != FUSED:
            continue
        places = [position for position, _ in steps(owner, axis.name)]
        members = {member.axis for member in axis.members}
        between = [loop for loop in owner.loops[min(places) : max(places)] if loop.axis in members]
        apart = between or any(not in_order(owner, member) for member in members)
        if apart:
            raise ScheduleError("S415", f"this order puts loops of {' '.join(sorted(members))} between or before the "
                                f"parts of the fused loop {axis.name} that decide where they begin", directive.span,
                                f"move the inner loops inside all parts of {axis.name}")
