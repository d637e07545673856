"""`split`: one loop becomes several, each stepping through the tile of the one outside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ....dsl import ast
from ....dsl.source import Span
from ...sym import Int, bounds, ceil_divide, maximum, multiply, product
from ..errors import ScheduleError
from ..find import find_loop
from ..holes import Holes, part_name
from ..state import Loop, StageState, State, count


def split(state: State, directive: ast.Split, holes: Holes) -> None:
    """Replace a loop by its parts, outermost first.

    before  for i in 0..20 { D[i] = A[i] }
    after   for i0 in 0..3 { for i1 in 0..6 { D[i0 * 6 + i1] = A[i0 * 6 + i1] } } for i1 in 0..2 {
            D[i1 + 18] = A[i1 + 18] }     # split D.i: [i0, i1: 6]
    needs   a loop that is not marked (S421) and at which nothing is computed (S422), names not used before
            (S406), sizes that are positive (S408) and cover the loop (S407)

    The outermost unsized part is derived: the extent divided by the other parts, rounded up. A part that does
    not divide is legal: the last tile is a nest of its own.
    """
    owner, loop = find_loop(state, directive.loop)
    require_plain(state, owner, loop, directive.span)
    claim(owner, directive.parts, [part.name for part in directive.parts])
    extent = count(owner, loop)
    sizes = _sizes(owner, directive, extent, holes)
    names = [part.name for part in directive.parts]
    tiles = [multiply(loop.tile, product(sizes[k + 1 :])) for k in range(len(sizes))]
    parts = [replace(loop, name=name, tile=tile) for name, tile in zip(names, tiles, strict=True)]
    at = owner.position(loop.name)
    owner.loops[at : at + 1] = parts
    made = owner.made[loop.axis]
    made[made.index(loop.name) : made.index(loop.name) + 1] = names
    owner.consumed[loop.name] = f"'{directive}' made {' '.join(names)} of it"


def _sizes(owner: StageState, directive: ast.Split, extent: Int, holes: Holes) -> list[Int]:
    parts = directive.parts
    derived = next((k for k, part in enumerate(parts) if part.size is None), None)
    sizes: list[Int] = []
    for k, part in enumerate(parts):
        sizes.append(1 if k == derived else _size(part, part_name(directive, part), extent, holes))
    if derived is None:
        holes.limit(extent, product(sizes), directive.span, "S407",
                    f"the parts of {directive.loop} cover {product(sizes)} of {extent} iterations",
                    "leave the outermost part without a size: it is derived")
    else:
        sizes[derived] = maximum(1, ceil_divide(extent, product(sizes)))
    _limit_holes(parts, sizes, extent, holes, derived)
    return sizes


def _size(part: ast.Part, column: str, extent: Int, holes: Holes) -> Int:
    size = holes.number(part.size, column, extent, part.span)
    lowest = bounds(size, holes.ranges)[0]
    if lowest < 1:
        can_be = "is" if isinstance(size, int) else "can be"
        raise ScheduleError("S408", f"the size of part '{part.name}' {can_be} {lowest}; a size is at least 1",
                            part.span)
    return size


def _limit_holes(parts: tuple[ast.Part, ...], sizes: list[Int], extent: Int, holes: Holes,
                 derived: int | None) -> None:
    """A hole larger than what is left for it names no new schedule: such configs are invalid."""
    for k in range(len(parts)):
        if k != derived and not isinstance(sizes[k], int):
            inner = product(s for j, s in enumerate(sizes) if j > k and j != derived)
            holes.limits.append((sizes[k], ceil_divide(extent, inner)))


def require_plain(state: State, owner: StageState, loop: Loop, span: Span) -> None:
    """Only an unmarked loop at which no stage is computed may be taken apart."""
    require_unmarked(owner, loop, span)
    guests = state.attached(owner.name, loop.name)
    if guests:
        raise ScheduleError("S422", f"{guests[0].name} is computed at {owner.name}.{loop.name}, which would "
                            "be gone", span,
                            "change the loop first, compute stages at it afterwards")


def require_unmarked(owner: StageState, loop: Loop, span: Span) -> None:
    """A loop runs in one way."""
    if loop.mark != "serial":
        raise ScheduleError("S421", f"loop {owner.name}.{loop.name} is already {loop.mark}", span,
                            "change the loop first, mark it afterwards")


def claim(owner: StageState, nodes: Sequence[ast.Node], names: list[str]) -> None:
    """New loops' names must be new to their stage, and different."""
    taken = taken_names(owner)
    for node, name in zip(nodes, names, strict=True):
        if name in taken:
            raise ScheduleError("S406", f"{owner.name} has, or had, a loop '{name}' already", node.span,
                                f"take another name, such as {name}_{len(owner.loops)}")
        taken.add(name)


def taken_names(owner: StageState) -> set[str]:
    """The names that a stage's loops have or had."""
    return {loop.name for loop in owner.loops} | set(owner.axes) | set(owner.consumed)


def remark(owner: StageState, loop: Loop, mark: str) -> None:
    """Give a loop a kind."""
    owner.loops[owner.position(loop.name)] = replace(loop, mark=mark)
