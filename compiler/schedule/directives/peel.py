"""`peel`: a loop in pieces, borders where guards depend on it and an interior where none is left."""

from __future__ import annotations

from collections.abc import Iterator

from ....dsl import ast
from ....dsl.source import Span
from ..errors import ScheduleError
from ..find import find_loop
from ..holes import Holes
from ..state import Loop, StageState, State


def peel(state: State, directive: ast.Peel, holes: Holes) -> None:
    """Cut a loop where the guards of padded reads change: border nests, and an interior nest without guards.

    before  for i in 0..9 { D[i] = select(i >= 1, A[i - 1], 0.0f32) }
    after   D[0] = 0.0f32 for i in 0..8 { D[i + 1] = A[i] }     # peel D.i
    needs   a loop that is not vectorized (S425), nor split afterwards (S426)

    A loop of tiles is cut between tiles: where a guard holds for some of a tile, that tile is a border. A
    member of a fused loop is cut by branches in each task. What no guard depends on stays whole.
    """
    owner, name = _named(state, directive.loop)
    owner.peeled.add(name)
    check_peeled(owner, directive.span)


def _named(state: State, ref: ast.Ref) -> tuple[StageState, str]:
    """The live loop, or member of a fused loop, that a directive names."""
    *stage, name = ref.parts
    for owner in state.stages.values():
        if (not stage or owner.name == ".".join(stage)) and any(m.name == name for m in _members(owner)):
            return owner, name
    owner, loop = find_loop(state, ref)
    return owner, loop.name


def _members(owner: StageState) -> Iterator[Loop]:
    for axis in owner.axes.values():
        yield from axis.members


def check_peeled(owner: StageState, span: Span) -> None:
    """What must hold of a stage's peeled loops."""
    live = {loop.name: loop for loop in (*owner.loops, *_members(owner))}
    for name in sorted(owner.peeled):
        if name not in live:
            raise ScheduleError("S426", f"loop {owner.name}.{name} was to be peeled, and is gone: "
                                f"{owner.consumed.get(name, 'its stage is another')}", span,
                                "split first, then peel the loops that come of it")
        if live[name].mark == "vectorized":
            raise ScheduleError("S425", f"loop {owner.name}.{name} is vectorized, and lanes are not cut",
                                span, f"split it, and peel the loop of vectors outside {name}")
