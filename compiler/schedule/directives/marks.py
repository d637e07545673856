"""`parallel`, `vectorize`, `unroll`: how a loop runs, and which dependences forbid it."""

from __future__ import annotations

from ....dsl import ast
from ....dsl.source import Span
from ...sym import bounds
from ..errors import ScheduleError
from ..find import find_loop, find_loops, find_stage
from ..holes import Holes, explicit_name, parallel_name, step_name
from ..state import ROOT, Loop, StageState, State
from .fuse import fuse_loops, joined
from .split import remark, require_unmarked, taken_names


def parallel(state: State, directive: ast.Parallel, holes: Holes) -> None:
    """Run adjacent spatial loops of a root stage on threads, fused to one.

    before  for i in 0..4 { for j in 0..8 { D[i, j] = A[i, j] } }
    after   parallel for i_j in 0..32 { let i = i_j // 8 let j = i_j % 8 D[i, j] = A[i, j] }
            # parallel D.i D.j
    needs   spatial loops (S430) outside every reduction loop (S431) of a stage at root (S432), not marked
            (S421), only one such directive for a stage (S433), a number of loops that there are (S434)
    """
    loops = directive.loops
    if directive.count is not None:
        number = holes.decide(directive.count, parallel_name(directive))
        if not 0 <= number <= len(loops):
            raise ScheduleError("S434", f"{number} of {len(loops)} loops cannot be parallel", directive.span,
                                f"write a number from 0 to {len(loops)}")
        loops = loops[:number]
    if not loops:
        return
    owner, found = find_loops(state, loops)
    for loop in found:
        _require_independent(owner, loop, directive.span)
    if any(loop.mark == "parallel" for loop in owner.loops):
        raise ScheduleError("S433", f"{owner.name} has a parallel loop already", directive.span,
                            "name all its parallel loops in one directive")
    name = joined((loop.name for loop in found), taken_names(owner))
    target = found[0] if len(found) == 1 else fuse_loops(state, owner, found, name, directive)
    require_unmarked(owner, target, directive.span)
    remark(owner, target, "parallel")


def vectorize(state: State, directive: ast.Vectorize, holes: Holes) -> None:
    """Run the iterations of a loop in the lanes of vectors.

    before  for i in 0..4 { for j in 0..8 { D[i, j] = A[i, j] } }
    after   for i in 0..4 { vectorized for j in 0..8 { D[i, j] = A[i, j] } }     # vectorize D.j
    needs   a loop that is not marked (S421), with no stage computed inside it (S435) and no parallel loop
            (S438), one such loop for a stage (S433)

    Lanes of a reduction loop add to accumulators of their own, which are combined behind the outermost
    reduction loop (compiler/lower/lanes.py).
    """
    owner, loop = find_loop(state, directive.loop)
    if any(other.mark == "vectorized" for other in owner.loops):
        raise ScheduleError("S433", f"{owner.name} has a vectorized loop already", directive.span,
                            "split one loop and vectorize its inner part")
    require_unmarked(owner, loop, directive.span)
    remark(owner, loop, "vectorized")


def unroll(state: State, directive: ast.Unroll, holes: Holes) -> None:
    """Write loop bodies out: one loop fully, or a stage's inner loops while their product is at most `step`.

    before  for i in 0..4 { for j in 0..8 { D[i, j] = A[i, j] } }
    after   for i in 0..4 { unrolled for j in 0..8 { D[i, j] = A[i, j] } }     # unroll D.j
    needs   a loop that is not marked (S421); a step of at least 0 (S437)

    A vectorised loop counts as its number of vectors. `unroll C: step, false` leaves it to the C compiler.
    """
    if directive.step is None:
        owner, loop = find_loop(state, directive.target)
        require_unmarked(owner, loop, directive.span)
        remark(owner, loop, "unrolled")
        return
    owner = find_stage(state, directive.target)
    step = holes.number(directive.step, step_name(directive), 1)
    if bounds(step, holes.ranges)[0] < 0:
        raise ScheduleError("S437", f"the unroll step {directive.step} is negative", directive.span,
                            "write 0 to unroll nothing")
    explicit = directive.explicit is None or holes.decide(directive.explicit, explicit_name(directive))
    owner.unroll = step if explicit else 0


def _require_independent(owner: StageState, loop: Loop, span: Span) -> None:
    if owner.is_reduction(loop):
        spatial = [other.name for other in owner.loops if not owner.is_reduction(other)]
        raise ScheduleError("S430", f"loop {owner.name}.{loop.name} cannot be parallel: each iteration adds "
                            f"to the {owner.name} that the one before it left", span,
                            f"mark a spatial loop: {' '.join(spatial)}" if spatial else
                            f"make it one of a stage of partial results: rfactor {owner.name}.{loop.name} "
                            "as …")


def check_marks(state: State, owner: StageState, span: Span) -> None:
    """What must hold of a stage's marked loops in their present order."""
    first = owner.first_reduction()
    for position, loop in enumerate(owner.loops):
        if loop.mark == "parallel":
            _check_parallel(owner, loop, position > first, span)
        if loop.mark == "vectorized":
            _check_vectorized(state, owner, position, span)


def _check_parallel(owner: StageState, loop: Loop, inside: bool, span: Span) -> None:
    if inside:
        outer = owner.loops[owner.first_reduction()]
        raise ScheduleError("S431", f"parallel loop {owner.name}.{loop.name} is inside the reduction loop "
                            f"{outer.name}: its tasks would all wait for each of its iterations", span,
                            f"order {loop.name} outside {outer.name}")
    if owner.place != ROOT:
        raise ScheduleError("S432", f"{owner.name} is computed inside another stage's loops, so its loop "
                            f"{loop.name} cannot be parallel", span, "mark a loop of the outer stage")


def _check_vectorized(state: State, owner: StageState, position: int, span: Span) -> None:
    for loop in owner.loops[position:]:
        if loop.mark == "parallel":
            raise ScheduleError("S438", f"parallel loop {owner.name}.{loop.name} is inside the vectorized "
                                f"loop {owner.loops[position].name}: lanes cannot start tasks", span,
                                f"order {loop.name} outside {owner.loops[position].name}")
        for guest in state.attached(owner.name, loop.name):
            raise ScheduleError("S435", f"{guest.name} is computed inside the vectorized loop "
                                f"{owner.name}.{owner.loops[position].name}", span,
                                "compute it further out, or vectorize an inner loop")
