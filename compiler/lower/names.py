"""Names of loop variables in a nest. Buffers have the names of their tensors: `C`, `Y.sum`."""

from __future__ import annotations

from ..schedule.state import State


def loop_names(state: State) -> dict[tuple[str, str], str]:
    """A variable for every loop of every stage: its own name where no other stage has one, else `C.i`.

    Made names have a dot in them, which no name of a program has.
    """
    owners: dict[str, set[str]] = {}
    every: list[tuple[str, str]] = []
    for stage in state.stages.values():
        members = [m.name for axis in stage.axes.values() for m in axis.members]
        for name in (*(loop.name for loop in stage.loops), *members):
            owners.setdefault(name, set()).add(stage.name)
            every.append((stage.name, name))
    taken = {t.name for t in (*state.dag.inputs, *state.dag.stages)} | set(state.stages)
    return {(stage, name): name if len(owners[name]) == 1 and name not in taken else f"{stage}.{name}"
            for stage, name in every}
