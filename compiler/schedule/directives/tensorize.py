"""`tensorize`: the inner loops of a stage become one instruction."""

from __future__ import annotations

from ....dsl import ast, typed
from ....dsl.diagnostics import TxcError, did_you_mean
from ....dsl.source import Span
from ...sym import Int
from ...target.target import Target, requirement
from ..errors import ScheduleError
from ..find import find_loop
from ..holes import Holes
from ..instructions import Tensorized
from ..match import Inner, Match, Pattern, matches, pattern_of
from ..state import FUSED, StageState, State, in_order, left_of


def tensorize(state: State, directive: ast.Tensorize, holes: Holes) -> None:
    """Compute what the loops from one inward compute by an intrinsic.

    before  for i in 0..16 { D[i] = A[i] + B[i] }
    after   for i0 in 0..2 { tensorize add(A[i0 * 8; 1], B[i0 * 8; 1], D[i0 * 8; 1]) }
            # split D.i: [i0, i1: 8] tensorize D.i1 with add
    needs   an intrinsic of the file (S485) for the target (S486) that computes the same (S487) over as many
            elements (S488), with operands that change along its own axes (S489) at the distances that its
            text takes (S490); plain loops with nothing computed inside, in no vector, not parallel, once for
            a stage (S491)

    Where a part does not divide, the rest is computed by plain loops.
    """
    owner, loop = find_loop(state, directive.loop)
    if owner.tensorized is not None:
        raise ScheduleError("S491", f"{owner.name} is tensorized already, from {owner.tensorized.loop} on",
                            directive.span, "tensorize a stage once")
    found = {i.name: i for i in state.dag.intrinsics}
    if directive.intrinsic not in found:
        raise ScheduleError("S485", f"this file has no intrinsic '{directive.intrinsic}' without errors",
                            directive.span, did_you_mean(directive.intrinsic, found))
    intrinsic = found[directive.intrinsic]
    _require_target(intrinsic, state.target, directive.span)
    owner.tensorized = Tensorized(loop.name, intrinsic, directive.span)


def _require_target(intrinsic: typed.Intrinsic, target: Target, span: Span) -> None:
    try:
        needs = requirement(intrinsic.target)
    except TxcError as error:
        problem = error.diagnostics[0].message
        raise ScheduleError("S486", f"{intrinsic.name} is for no known target: {problem}", span) from None
    if not needs.applies(target):
        missing = ", ".join(sorted(needs.features - target.features)) or needs.family
        raise ScheduleError("S486", f"{intrinsic.name} is for {intrinsic.target}; {target} lacks {missing}",
                            span, f"write a schedule for {intrinsic.target}; beside it, one for "
                            f"{needs.family} is used elsewhere")


def check_tensorized(state: State, holes: Holes) -> None:
    """After the last directive: what each intrinsic computes is what the loops would."""
    for owner in state.stages.values():
        made = owner.tensorized
        if made is None:
            continue
        _check_loops(state, owner, made)
        try:
            pattern = pattern_of(made.intrinsic)
            found = matches(pattern, inner_of(owner, made))
        except ScheduleError as error:
            raise ScheduleError(error.code, error.message, made.span, error.hint) from None
        _limit_extents(owner, made, pattern, found[0], holes)


def _check_loops(state: State, owner: StageState, made: Tensorized) -> None:
    """The loop is there, no vector is around it, and inside are plain loops alone."""
    if made.loop not in [loop.name for loop in owner.loops]:
        raise _wrong(made, f"loop {made.loop} of {owner.name} is gone: {owner.consumed[made.loop]}",
                     "shape loops first, tensorize them afterwards")
    at = owner.position(made.loop)
    for position, loop in enumerate(owner.loops):
        if position < at and loop.mark == "vectorized":
            raise _wrong(made, f"the vectorized loop {loop.name} is outside {owner.name}.{made.loop}",
                         "vectorize an inner loop: it is for the elements that the intrinsic leaves over")
        if position < at:
            continue
        if loop.mark == "vectorized" and owner.is_reduction(loop):
            raise _wrong(made, f"reduction loop {loop.name} inside {owner.name}.{made.loop} is vectorized",
                         "vectorize a spatial loop: it is for the elements that the intrinsic leaves over")
        if loop.mark == "parallel":
            raise _wrong(made, f"the parallel loop {loop.name} is inside {owner.name}.{made.loop}",
                         "tensorize a loop further in")
        if owner.axes[loop.axis].kind == FUSED:
            raise _wrong(made, f"{loop.name} is fused: an axis of the intrinsic is a loop of its own",
                         "fuse only loops outside the tensorized ones")
        if not in_order(owner, loop.axis):
            raise _wrong(made, f"{loop.name} is ordered against the split that made it",
                         "keep the parts of each split in their order")
        for guest in state.attached(owner.name, loop.name):
            raise _wrong(made, f"{guest.name} is computed at {owner.name}.{loop.name}, inside {made.loop}",
                         f"compute {guest.name} further out")


def _wrong(made: Tensorized, message: str, hint: str) -> ScheduleError:
    return ScheduleError("S491", message, made.span, hint)


def inner_of(owner: StageState, made: Tensorized) -> Inner:
    """What the loops from the tensorized one inward run over."""
    at = owner.position(made.loop)

    def left(axes: tuple[typed.Axis, ...]) -> dict[str, Int]:
        found = {a.name: left_of(owner, a.name, at) for a in axes}
        return {name: extent for name, extent in found.items() if extent != 1}

    stage = owner.stage
    return Inner(stage, owner.body, left(stage.axes), left(stage.reduction_axes), f"{owner.name}.{made.loop}")


def _limit_extents(owner: StageState, made: Tensorized, pattern: Pattern, match: Match, holes: Holes) -> None:
    """Extents that depend on holes must come out as the intrinsic's."""
    inner = inner_of(owner, made)
    theirs = {**inner.spatial, **inner.reduction}
    for axis in (*pattern.spatial, *pattern.reduction):
        extent = theirs[match.axes[axis.name]]
        for small, large in ((extent, axis.extent), (axis.extent, extent)):
            holes.limit(small, large, made.span, "S488",
                        f"{pattern.name} runs over {axis.name}: {axis.extent}",
                        "give the inner parts these sizes")
