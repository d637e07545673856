"""`fuse`: adjacent loops become one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ....dsl import ast
from ..errors import ScheduleError
from ..find import find_loops
from ..holes import Holes
from ..state import FUSED, IterAxis, Loop, StageState, State
from .split import claim, require_plain


def fuse(state: State, directive: ast.Fuse, holes: Holes) -> None:
    """Turn adjacent loops of one stage into one.

    before  for i in 0..4 { for j in 0..8 { D[i, j] = A[i, j] } }
    after   for t in 0..32 { let i = t // 8 let j = t % 8 D[i, j] = A[i, j] }     # fuse D.i D.j as t
    needs   loops of one stage (S404), adjacent in this order (S405), not marked (S421), at which nothing is
            computed (S422), all spatial or all reductions (S413), with their splits in order (S415)
    """
    owner, loops = find_loops(state, directive.loops)
    fuse_loops(state, owner, loops, directive.name, directive)


def fuse_loops(state: State, owner: StageState, loops: list[Loop], name: str, directive: ast.Node) -> Loop:
    """The fused loop, in place of its members."""
    for loop in loops:
        require_plain(state, owner, loop, directive.span)
    if len({owner.is_reduction(loop) for loop in loops}) > 1:
        raise ScheduleError("S413", f"a reduction loop and a spatial loop of {owner.name} cannot be fused: "
                            "the accumulator is set outside the one and inside the other", directive.span)
    claim(owner, [directive], [name])
    at = owner.position(loops[0].name)
    owner.axes[name] = IterAxis(name, FUSED, 0, tuple(loops))
    owner.made[name] = [name]
    fused = Loop(name, name, 1)
    owner.loops[at : at + len(loops)] = [fused]
    for loop in loops:
        owner.consumed[loop.name] = f"it is part of the fused loop {name}"
    return fused


def joined(names: Iterable[str], taken: Collection[str]) -> str:
    """The name that a loop fused by `parallel` gets: its members' names, `_` behind them while it is
    taken."""
    name = "_".join(names)
    while name in taken:
        name += "_"
    return name
