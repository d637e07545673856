"""Names in a nest: of buffers for tensors, of variables for loops."""

from __future__ import annotations

from ..schedule.state import State


def plain(name: str) -> str:
    """A tensor's name as one word."""
    return name.replace(".", "_")


def loop_names(state: State) -> dict[tuple[str, str], str]:
    """A variable for every loop: its own name where one stage alone uses it, the stage's in front elsewhere."""
    owners: dict[str, set[str]] = {}
    every: list[tuple[str, str]] = []
    for stage in state.stages.values():
        members = [m.name for axis in stage.axes.values() for m in axis.members]
        for name in (*(loop.name for loop in stage.loops), *members):
            owners.setdefault(name, set()).add(stage.name)
            every.append((stage.name, name))
    taken = {plain(t.name) for t in (*state.dag.inputs, *state.dag.stages)}
    return {(stage, name): name if len(owners[name]) == 1 and name not in taken else f"{plain(stage)}_{name}"
            for stage, name in every}
