"""Finding what a directive names: stages and live loops, or an error that says what there is."""

from __future__ import annotations

from dataclasses import replace

from ...dsl import ast
from ...dsl.diagnostics import did_you_mean
from ...dsl.source import NOWHERE, Span
from .errors import ScheduleError
from .state import Loop, StageState, State


def find_stage(state: State, ref: ast.Ref) -> StageState:
    """The stage of that name, or an error that says what there is."""
    name = ".".join(ref.parts)
    if name in state.stages:
        return state.stages[name]
    raise _unknown(state, name, ref.span)


def find_loop(state: State, ref: ast.Ref) -> tuple[StageState, Loop]:
    """The live loop `Stage.axis`, or a bare name that one stage alone has."""
    *stage, name = ref.parts
    if stage:
        owner = find_stage(state, ast.Ref(tuple(stage), span=ref.span))
        return owner, _loop(owner, name, ref.span)
    owners = _owners(state, name)
    if len(owners) == 1:
        return owners[0], _loop(owners[0], name, ref.span)
    if owners:
        choices = ", ".join(f"{s.name}.{name}" for s in owners)
        raise ScheduleError("S409", f"more than one stage has a loop '{name}'", ref.span,
                            f"write one of {choices}")
    gone = next((s for s in state.stages.values() if name in s.consumed), None)
    if gone:
        raise ScheduleError("S403", f"loop '{name}' of {gone.name} is gone: {gone.consumed[name]}", ref.span)
    if name in state.stages:
        choices = ", ".join(f"{name}.{loop.name}" for loop in state.stages[name].loops)
        raise ScheduleError("S402", f"'{name}' is a stage, not a loop", ref.span, f"write one of {choices}")
    raise _unknown_loop(name, [loop.name for s in state.stages.values() for loop in s.loops], "no stage",
                        ref.span)


def find_loops(state: State, refs: tuple[ast.Ref, ...]) -> tuple[StageState, list[Loop]]:
    """Loops of one stage, which must be adjacent, outermost first.

    A bare name that several stages have is that of the stage which the rest of the list names.
    """
    found = [find_loop(state, ref) for ref in _in_full(state, refs)]
    owner = found[0][0]
    for ref, (other, _) in zip(refs, found, strict=True):
        if other is not owner:
            if len(ref.parts) == 1 and ref.parts[0] in owner.consumed:
                _loop(owner, ref.parts[0], ref.span)
            raise ScheduleError("S404", f"loop '{ref}' belongs to {other.name}, the others to {owner.name}",
                                ref.span, "name loops of one stage only")
    positions = [owner.position(loop.name) for _, loop in found]
    if positions != list(range(positions[0], positions[0] + len(positions))):
        names = " ".join(loop.name for loop in owner.loops)
        raise ScheduleError("S405", f"these loops of {owner.name} are not adjacent, outermost first",
                            refs[0].span | refs[-1].span, f"the order is: {names}")
    return owner, [loop for _, loop in found]


def _in_full(state: State, refs: tuple[ast.Ref, ...]) -> list[ast.Ref]:
    """A list of loops, its bare names with their stage where the others leave no doubt which it is."""
    sure = {ref.parts[:-1] for ref in refs if len(ref.parts) > 1}
    for ref in refs:
        owners = _owners(state, ref.parts[-1])
        if len(ref.parts) == 1 and len(owners) == 1:
            sure.add(tuple(owners[0].name.split(".")))
    if len(sure) != 1:
        return list(refs)
    stage = sure.pop()
    return [replace(ref, parts=(*stage, *ref.parts)) if _in_doubt(state, ref, ".".join(stage)) else ref
            for ref in refs]


def _in_doubt(state: State, ref: ast.Ref, stage: str) -> bool:
    """Whether a bare name is that of loops of several stages, one of which is the given one."""
    owners = _owners(state, ref.parts[-1])
    return len(ref.parts) == 1 and len(owners) > 1 and stage in {owner.name for owner in owners}


def _owners(state: State, name: str) -> list[StageState]:
    return [s for s in state.stages.values() if any(loop.name == name for loop in s.loops)]


def _loop(owner: StageState, name: str, span: Span) -> Loop:
    for loop in owner.loops:
        if loop.name == name:
            return loop
    if name in owner.consumed:
        raise ScheduleError("S403", f"loop '{name}' of {owner.name} is gone: {owner.consumed[name]}", span)
    raise _unknown_loop(name, [loop.name for loop in owner.loops], owner.name, span)


def _unknown(state: State, name: str, span: Span = NOWHERE) -> ScheduleError:
    inputs = [t.name for t in state.dag.inputs]
    if name in inputs:
        return ScheduleError("S401", f"'{name}' is an input of the kernel, not a stage", span,
                             f"only what the kernel computes has loops; cache_read {name} as … copies it")
    stage, _, loop = name.rpartition(".")
    if stage in state.stages and any(other.name == loop for other in state.stages[stage].loops):
        hint = f"{name} is a loop of {stage}"
    else:
        hint = did_you_mean(name, state.stages) or f"the stages are {', '.join(state.stages)}"
    return ScheduleError("S401", f"{state.dag.declaration} has no stage '{name}'", span, hint)


def _unknown_loop(name: str, known: list[str], owner: str, span: Span) -> ScheduleError:
    hint = did_you_mean(name, known) or (
        f"the loops are {' '.join(dict.fromkeys(known))}" if known else "it has none")
    message = f"no stage has a loop '{name}'" if owner == "no stage" else f"{owner} has no loop '{name}'"
    return ScheduleError("S402", message, span, hint)
