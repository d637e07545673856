"""Random legal schedules: directives are drawn one by one, and those that apply are kept."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from support.choices import Choices, Drawn
from txc.compiler.dag import Dag
from txc.compiler.lower.lower import lower
from txc.compiler.schedule.apply import apply
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.holes import Holes
from txc.compiler.schedule.state import StageState, State
from txc.compiler.target.target import Target
from txc.dsl.ast import Directive
from txc.dsl.parser import parse_directives
from txc.dsl.typed import reads

KINDS = ("split", "vectorize", "compute", "order", "unroll", "inline", "parallel", "fuse", "rfactor", "peel",
         "cache_write", "cache_read", "pad", "layout", "prefetch", "tensorize", "lanes", "at", "copied")
SIZES = (2, 1, 3, 4, 8, 5, 16)
Directives = tuple[Directive, ...]


@st.composite
def schedules(draw: st.DrawFn, graph: Dag, target: Target, most: int = 10) -> Directives:
    """A legal schedule without holes of a kernel."""
    return schedule(Drawn(draw), graph, target, most)


def schedule(choices: Choices, graph: Dag, target: Target, most: int = 10, first: str = "") -> Directives:
    """A legal schedule without holes of a kernel, with those of `first` that are legal in front."""
    kept = longest(graph, target, (), first)
    for n in range(choices.number(0, most)):
        state = scheduled(graph, target, kept)
        assert state is not None
        kept = longest(graph, target, kept, directive(choices, state, n))
    return kept


def longest(graph: Dag, target: Target, kept: Directives, text: str) -> Directives:
    """Directives and those of a text behind them that are legal one after the other."""
    more = parse_directives(text)
    if more and scheduled(graph, target, (*kept, *more)) is not None:
        return (*kept, *more)
    for one in more if len(more) > 1 else ():
        if scheduled(graph, target, (*kept, one)) is not None:
            kept = (*kept, one)
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


def directive(choices: Choices, state: State, n: int) -> str:
    """The text of directives for what there is now, "" where there is none; `n` makes names new."""
    kind, stage = choices.pick(KINDS), choices.pick(list(state.stages.values()))
    match kind:
        case "inline":
            return f"inline {stage.name}"
        case "cache_write":
            return f"cache_write {stage.name} as w{n}"
        case "layout":
            return _layout(choices, state)
        case "cache_read" | "pad" | "copied":
            return _copy(choices, state, kind, n)
        case _:
            return _of_loops(choices, state, stage, kind, n) if stage.loops else ""


def _of_loops(choices: Choices, state: State, stage: StageState, kind: str, n: int) -> str:
    pick, loops = choices.pick, [f"{stage.name}.{loop.name}" for loop in stage.loops]
    loop = pick(loops)
    made: dict[str, Callable[[], str]] = {
        "split": lambda: f"split {loop}: [n{n}a, {_sizes(choices, n)}]",
        "order": lambda: f"order {stage.name}: {' '.join(choices.shuffled([at.name for at in stage.loops]))}",
        "unroll": lambda: pick((f"unroll {loop}", f"unroll {stage.name}: {pick((16, 2, 64, 0))}")),
        "compute": lambda: f"compute {stage.name} at {_place(choices, state, stage)}",
        "parallel": lambda: f"parallel {' '.join(_adjacent(choices, loops))}",
        "fuse": lambda: f"fuse {' '.join(_adjacent(choices, loops))} as n{n}",
        "rfactor": lambda: _parts(choices, stage, n),
        "prefetch": lambda: _instruction(choices, state, kind, loop),
        "tensorize": lambda: _instruction(choices, state, kind, loop),
        "lanes": lambda: f"split {loop}: [n{n}a, n{n}b: {pick((4, 8, 2, 16))}] vectorize {stage.name}.n{n}b",
        "at": lambda: _tile(choices, state, stage, n),
    }
    return made[kind]() if kind in made else f"{kind} {loop}"


def _sizes(choices: Choices, n: int) -> str:
    return ", ".join(f"n{n}{part}: {choices.pick(SIZES)}" for part in "bc"[:choices.number(1, 2)])


def _instruction(choices: Choices, state: State, kind: str, loop: str) -> str:
    """A prefetch of something that is read, or the use of one of the kernel's intrinsics, if it has any."""
    found = [r.tensor for s in state.stages.values() for r in reads(s.body)]
    if kind == "tensorize":
        found = [i.name for i in state.dag.intrinsics]
    if not found:
        return ""
    name = choices.pick(found)
    return f"tensorize {loop} with {name}" if kind == "tensorize" else f"prefetch {name} at {loop}"


def _copy(choices: Choices, state: State, kind: str, n: int) -> str:
    """A copy of something that is read, with what stands outside it or without, where it is read or not."""
    pick = choices.pick
    guarded = [(s, r.tensor) for s in state.stages.values() for r in reads(s.body) if r.otherwise is not None]
    plain = [(s, r.tensor) for s in state.stages.values() for r in reads(s.body)]
    found = guarded if kind == "pad" else plain
    if not found:
        return ""
    reader, tensor = pick(found)
    places = [*(f"{reader.name}.{loop.name}" for loop in reader.loops), "root"]
    if kind == "pad" and pick((True, True, False)):
        return f"compute {tensor}.pad at {pick(places)}"
    if kind == "copied":
        return f"cache_read {tensor} as r{n} for {reader.name} compute r{n} at {pick(places)}"
    source = f"{tensor}.pad" if kind == "pad" else tensor
    return f"cache_read {source} as r{n}" + pick((f" for {reader.name}", ""))


def _parts(choices: Choices, stage: StageState, n: int) -> str:
    """Partial results of a reduction, by a loop that there is or a new one."""
    loops = [f"{stage.name}.{loop.name}" for loop in stage.loops]
    over = [f"{stage.name}.{loop.name}" for loop in stage.loops if stage.is_reduction(loop)]
    loop = choices.pick(over or loops)
    if choices.chance():
        return f"rfactor {loop} as R{n}"
    part = choices.pick("ab")
    return f"split {loop}: [n{n}a, n{n}b: {choices.pick(SIZES)}] rfactor {stage.name}.n{n}{part} as R{n}"


def _place(choices: Choices, state: State, stage: StageState) -> str:
    """A loop of a stage that reads it, or root."""
    readers = [s for s in state.stages.values() if any(r.tensor == stage.name for r in reads(s.body))]
    places = [f"{s.name}.{loop.name}" for s in (readers or state.stages.values()) for loop in s.loops]
    return choices.pick([*places, "root"])


def _tile(choices: Choices, state: State, stage: StageState, n: int) -> str:
    """A stage computed for each tile of one that reads it, or a copy of its own tile."""
    readers = [s for s in state.stages.values() if any(r.tensor == stage.name for r in reads(s.body))]
    size = choices.pick(SIZES)
    if readers and choices.chance():
        reader = choices.pick(readers)
        loop = choices.pick([loop.name for loop in reader.loops] or ["none"])
        return (f"split {reader.name}.{loop}: [n{n}a, n{n}b: {size}] "
                f"compute {stage.name} at {reader.name}.n{n}a")
    loop = choices.pick(stage.loops).name
    return (f"cache_write {stage.name} as w{n} split {stage.name}.{loop}: [n{n}a, n{n}b: {size}] "
            f"compute w{n} at {stage.name}.n{n}a")


def _adjacent(choices: Choices, loops: list[str]) -> list[str]:
    first = choices.pick(range(len(loops)))
    return loops[first:first + choices.pick((2, 1, 3))]


def _layout(choices: Choices, state: State) -> str:
    """A layout whose digits fit whatever the extents are: axes whole or cut in two, in any order."""
    stages = [s for s in state.stages.values() if s.stage.axes]
    if not stages:
        return ""
    stage = choices.pick(stages)
    digits: list[str] = []
    for axis in stage.stage.axes:
        base = choices.pick((1, 4, 3, 8))
        digits += [f"{axis.name} // {base}", f"{axis.name} % {base}"] if base > 1 else [axis.name]
    index = ", ".join(choices.shuffled(digits))
    return f"layout {stage.name}: [{', '.join(a.name for a in stage.stage.axes)}] -> [{index}]"
