"""`order`: the loops of a stage in another order."""

from __future__ import annotations

from ....dsl import ast
from ....dsl.source import Span
from ..errors import ScheduleError
from ..find import find_loop, find_stage
from ..holes import Holes
from ..state import FUSED, StageState, State, in_order, steps


def order(state: State, directive: ast.Order, holes: Holes) -> None:
    """Reorder all loops of a stage.

    before  for i in 0..4 { C[i] = 0.0f32 for k in 0..8 { C[i] = C[i] + A[i, k] } }
    after   for i in 0..4 { C[i] = 0.0f32 } for k in 0..8 { for i in 0..4 { C[i] = C[i] + A[i, k] }
            }     # order C: k i
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


def _own_loop(state: State, owner: StageState, ref: ast.Ref) -> str:
    """A bare name in an order means this stage's loop, whoever else has one of that name."""
    full = ref if len(ref.parts) > 1 else ast.Ref((*owner.name.split("."), *ref.parts), span=ref.span)
    found, loop = find_loop(state, full)
    if found is not owner:
        raise ScheduleError("S404", f"loop '{ref}' belongs to {found.name}, not to {owner.name}", ref.span)
    return loop.name


def check_fused(owner: StageState, span: Span) -> None:
    """The parts of a fused loop stand together, with those of its members' axes in the order splits made."""
    for axis in owner.axes.values():
        if axis.kind != FUSED:
            continue
        places = [position for position, _ in steps(owner, axis.name)]
        members = list(dict.fromkeys(member.axis for member in axis.members))
        between = [loop for loop in owner.loops[min(places) : max(places)] if loop.axis in members]
        torn = [member for member in members if not in_order(owner, member)]
        if between or torn:
            across = between[0].axis if between else torn[0]
            parts = " ".join(owner.made[across])
            raise ScheduleError("S415", f"{axis.name} is fused of steps through {' '.join(members)} of "
                                f"{owner.name}, and those through {across} are not in their order around it",
                                span, f"order the loops {parts} one inside the other, those outside "
                                f"{axis.name} first, or fuse fewer loops")
