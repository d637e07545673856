"""Random legal schedules: directives are drawn one by one, and those that apply are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from txc.compiler.dag import Dag
from txc.compiler.loop.lower import lower
from txc.compiler.schedule.apply import apply
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.holes import Holes
from txc.compiler.schedule.state import StageState, State
from txc.compiler.target.target import Target
from txc.dsl.ast import Directive
from txc.dsl.parser import parse_directives
from txc.dsl.typed import reads

T = TypeVar("T")
Pick = Callable[[Sequence[Any]], Any]
KINDS = ("split", "vectorize", "compute", "order", "unroll", "inline", "parallel", "fuse", "rfactor", "cache_write",
         "cache_read", "pad", "peel", "layout", "prefetch", "tensorize")
SIZES = (2, 1, 3, 4, 8, 5, 16)
Directives = tuple[Directive, ...]


@st.composite
def schedules(draw: st.DrawFn, graph: Dag, target: Target, most: int = 10) -> Directives:
    """A legal schedule without holes of a kernel."""
    kept: Directives = ()
    for n in range(draw(st.integers(0, most))):
        state = scheduled(graph, target, kept)
        assert state is not None
        text = directive(draw, state, n)
        longer = (*kept, *parse_directives(text)) if text else kept
        if scheduled(graph, target, longer) is not None:
            kept = longer
    return kept


def scheduled(graph: Dag, target: Target, directives: Directives) -> State | None:
    """The kernel with directives applied; None where one is illegal."""
    try:
        state = apply(graph, target, directives, Holes(dict(graph.sizes), {}))
        if any(stage.tensorized for stage in state.stages.values()):
            lower(state, {})    # where operands stand is looked at there
        return state
    except ScheduleError:
        return None


def shrunk(directives: Directives, fails: Callable[[Directives], bool]) -> Directives:
    """The directives with every one dropped that is not needed to fail (illegal ones do not fail)."""
    for n in reversed(range(len(directives))):
        fewer = directives[:n] + directives[n + 1:]
        if fails(fewer):
            directives = fewer
    return directives


def directive(draw: st.DrawFn, state: State, n: int) -> str:
    """The text of a directive for what there is now, "" where there is none; `n` makes names new."""
    def pick(choices: Sequence[T]) -> T:
        return draw(st.sampled_from(choices))

    kind, stage = pick(KINDS), pick(list(state.stages.values()))
    loops = [f"{stage.name}.{loop.name}" for loop in stage.loops]
    if kind == "inline":
        return f"inline {stage.name}"
    if kind == "cache_write":
        return f"cache_write {stage.name} as w{n}"
    if kind == "layout":
        return _layout(draw, pick, stage) if stage.stage.axes else ""
    if kind in ("cache_read", "pad"):
        return _copy(pick, state, kind, n)
    if not loops:
        return ""
    loop = pick(loops)
    match kind:
        case "split":
            sizes = [pick(SIZES) for _ in range(draw(st.integers(1, 2)))]
            parts = ", ".join(f"n{n}{part}: {size}" for part, size in zip("bc", sizes, strict=False))
            return f"split {loop}: [n{n}a, {parts}]"
        case "order":
            order = draw(st.permutations([loop.name for loop in stage.loops]))
            return f"order {stage.name}: {' '.join(order)}"
        case "peel":
            return f"peel {loop}"
        case "unroll":
            return pick((f"unroll {loop}", f"unroll {stage.name}: {pick((16, 2, 64, 0))}"))
        case "compute":
            return f"compute {stage.name} at {_place(pick, state, stage)}"
        case "parallel":
            return f"parallel {' '.join(_adjacent(pick, loops))}"
        case "rfactor":
            return f"rfactor {pick(_reductions(stage, loops))} as R{n}"
        case "prefetch" | "tensorize":
            return _instruction(pick, state, kind, loop)
        case "fuse":
            return f"fuse {' '.join(_adjacent(pick, loops))} as n{n}"
        case _:
            return f"vectorize {loop}"


def _instruction(pick: Pick, state: State, kind: str, loop: str) -> str:
    """A prefetch of something that is read, or the use of one of the kernel's intrinsics, if it has any."""
    found = [r.tensor for s in state.stages.values() for r in reads(s.body)]
    if kind == "tensorize":
        found = [i.name for i in state.dag.intrinsics]
    if not found:
        return ""
    name = pick(found)
    return f"tensorize {loop} with {name}" if kind == "tensorize" else f"prefetch {name} at {loop}"


def _copy(pick: Pick, state: State, kind: str, n: int) -> str:
    """A copy of something that is read, with what stands outside it or without."""
    found = [(s, r.tensor) for s in state.stages.values() for r in reads(s.body)]
    if not found:
        return ""
    reader, tensor = pick(found)
    if kind == "pad" and pick((True, False)):
        places = [f"{reader.name}.{loop.name}" for loop in reader.loops]
        return f"compute {tensor}.pad at {pick([*places, 'root'])}"
    source = f"{tensor}.pad" if kind == "pad" else tensor
    return f"cache_read {source} as r{n}" + pick((f" for {reader.name}", ""))


def _place(pick: Pick, state: State, stage: StageState) -> str:
    """A loop of a stage that reads it, or root."""
    readers = [s for s in state.stages.values() if any(r.tensor == stage.name for r in reads(s.body))]
    places = [f"{s.name}.{loop.name}" for s in (readers or state.stages.values()) for loop in s.loops]
    return pick([*places, "root"])


def _reductions(stage: StageState, loops: list[str]) -> list[str]:
    """The loops that reduce; all of them where none does."""
    over = [f"{stage.name}.{loop.name}" for loop in stage.loops if stage.is_reduction(loop)]
    return over or loops


def _adjacent(pick: Pick, loops: list[str]) -> list[str]:
    first = pick(range(len(loops)))
    return loops[first:first + pick((2, 1, 3))]


def _layout(draw: st.DrawFn, pick: Pick, stage: StageState) -> str:
    """A layout whose digits fit whatever the extents are: axes whole or cut in two, in any order."""
    digits: list[str] = []
    for axis in stage.stage.axes:
        base = pick((1, 4, 3, 8))
        digits += [f"{axis.name} // {base}", f"{axis.name} % {base}"] if base > 1 else [axis.name]
    index = ", ".join(draw(st.permutations(digits)))
    return f"layout {stage.name}: [{', '.join(a.name for a in stage.stage.axes)}] -> [{index}]"
