"""`prefetch`: memory is fetched while what was fetched before is computed with."""

from __future__ import annotations

from ....dsl import ast, typed
from ....dsl.diagnostics import did_you_mean
from ..errors import ScheduleError
from ..find import find_loop
from ..holes import Holes
from ..instructions import Prefetched
from ..region import read_region
from ..state import FUSED, Place, StageState, State, in_order


def prefetch(state: State, directive: ast.Prefetch, holes: Holes) -> None:
    """In each iteration of a loop, ask for the memory that the next one reads of a tensor.

    before  for i in 0..4 { for j in 0..8 { D[i, j] = A[i, j] } }
    after   for i in 0..4 { if i < 3 { prefetch A[i + 1, 0] } for j in 0..8 { D[i, j] = A[i, j] } }
            # prefetch A at D.i
    needs   a tensor that is read in the loop (S493) and exists before it (S494), a plain loop that is neither
            in a vector nor part of an instruction (S492)

    Of each row a line of 64 bytes after the other, 64 lines at most. Nothing but time depends on it.
    """
    owner, loop = find_loop(state, directive.place)
    name = ".".join(directive.tensor.parts)
    if name not in _tensors(state):
        raise ScheduleError("S493", f"there is no tensor '{name}' to prefetch", directive.tensor.span,
                            did_you_mean(name, _tensors(state)))
    owner.prefetched.append(Prefetched(name, loop.name, directive.span))


def _tensors(state: State) -> dict[str, typed.Tensor]:
    """All tensors by name: inputs, and what is computed."""
    stages = (typed.Tensor(s.name, s.stage.dtype, s.stage.shape) for s in state.stages.values())
    return {t.name: t for t in (*state.dag.inputs, *stages)}


def check_prefetched(state: State) -> None:
    """After the last directive: there is a next iteration, and it reads the tensor."""
    for owner in state.stages.values():
        for made in owner.prefetched:
            _check(state, owner, made)


def _check(state: State, owner: StageState, made: Prefetched) -> None:
    if made.loop not in [loop.name for loop in owner.loops]:
        raise _wrong("S492", made, f"loop {made.loop} of {owner.name} is gone: {owner.consumed[made.loop]}",
                     "shape loops first, prefetch in them afterwards")
    at = owner.position(made.loop)
    loop = owner.loops[at]
    if owner.axes[loop.axis].kind == FUSED or not in_order(owner, loop.axis):
        raise _wrong("S492", made, f"the next iteration of {owner.name}.{made.loop} is not the next part of "
                     "an axis", "prefetch in a loop that is neither fused nor ordered against its split")
    if any(other.mark == "vectorized" for other in owner.loops[: at + 1]):
        raise _wrong("S492", made, f"{owner.name}.{made.loop} runs in the lanes of vectors",
                     "name an outer loop")
    if owner.tensorized is not None and owner.position(owner.tensorized.loop) <= at:
        raise _wrong("S492", made, f"{owner.name}.{made.loop} is part of {owner.tensorized.intrinsic.name}",
                     "name an outer loop")
    tensor = _tensors(state).get(made.tensor)
    if tensor is None or not tensor.shape or read_region(state, owner, at, tensor) is None:
        raise _wrong("S493", made, f"nothing inside {owner.name}.{made.loop} reads elements of {made.tensor}",
                     "name a tensor that is read there")
    producer = state.stages.get(made.tensor)
    if producer is not None and _lives_inside(state, producer, owner, at):
        raise _wrong("S494", made, f"{made.tensor} is computed inside {owner.name}.{made.loop}: the next "
                     "iteration makes its own", "prefetch what it is made of")


def _lives_inside(state: State, producer: StageState, host: StageState, at: int) -> bool:
    """Whether a stage has a new buffer in each iteration of a loop."""
    while isinstance(producer.place, Place):
        outer = state.stages[producer.place.stage]
        if outer is host:
            return host.position(producer.place.loop) >= at
        producer = outer
    return False


def _wrong(code: str, made: Prefetched, message: str, hint: str) -> ScheduleError:
    return ScheduleError(code, message, made.span, hint)


def tensor_of(state: State, name: str) -> typed.Tensor:
    """The tensor of that name."""
    return _tensors(state)[name]
