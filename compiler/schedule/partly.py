"""Inside some of the steps through a fused axis: what they leave of the axes that it stands for.

`fuse i j as t`, `split t: [t0, t1: T]`: inside t0 and outside t1, T values of t are left, from a multiple of
T on. A member that takes a step every `inner` of them, `count` steps in all, is left with

    one step            where T divides inner
    T // inner steps    where inner divides T, and T divides inner * count, after which it begins anew
    all of its steps    otherwise

Only numbers are looked at: where a hole takes part, all steps are left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod

from ...dsl.record import record
from ..sym import Int
from .state import FUSED, IterAxis, Loop, StageState, count, in_order, left_of, steps


@record
class Partly:
    """A fused axis of which the steps down to `tile` are taken, and others not yet."""

    axis: IterAxis
    tile: int


@record
class Left:
    """What is left of a member: `steps` of its `count`, which begin at (value // inner) % count."""

    member: Loop
    tile: int
    inner: int
    count: int
    steps: int


def begun(state: StageState, position: int) -> Iterator[tuple[IterAxis, Int]]:
    """The fused axes that loops before a position step through, and ones from there on too; the tile of the
    last step taken."""
    for axis in state.axes.values():
        found = steps(state, axis.name) if axis.kind == FUSED else []
        passed = [loop for at, loop in found if at < position]
        if passed and len(passed) < len(found):
            yield axis, passed[-1].tile


def partly(state: StageState, position: int) -> Iterator[Partly]:
    """Those of which it is known what is left of the members."""
    for axis, tile in begun(state, position):
        members = axis.members
        numbers = [tile, *(count(state, m) for m in members), *(m.tile for m in members)]
        numbers += [left_of(state, m.axis, position) for m in members]
        plain = all(state.axes[m.axis].kind != FUSED and in_order(state, m.axis) for m in members)
        if plain and in_order(state, axis.name) and isinstance(tile, int) \
                and all(isinstance(number, int) for number in numbers):
            yield Partly(axis, tile)


def left_of_members(found: Partly, counts: Sequence[int], run: int,
                    left: Mapping[str, int]) -> Iterator[Left]:
    """The members of which less than all is left, outermost first.

    `run` values of the fused axis are left, `left` elements of each axis outside of it.
    """
    left, whole = dict(left), set[str]()
    inner = prod(counts)
    for k, (member, number) in enumerate(zip(found.axis.members, counts, strict=True)):
        inner //= number
        tile = member.tile
        assert isinstance(tile, int)
        taken = _taken(found.tile, run, inner, number, outermost=k == 0)
        if taken is None or member.axis in whole or left[member.axis] % tile:
            whole.add(member.axis)
            continue
        left[member.axis] = taken * tile
        if taken > 1:
            whole.add(member.axis)
        yield Left(member, tile, inner, number, taken)


def _taken(tile: int, run: int, inner: int, number: int, *, outermost: bool) -> int | None:
    if inner % tile == 0:
        return 1
    if tile % inner == 0 and (outermost or inner * number % tile == 0):
        return run // inner
    return None


def left_inside(state: StageState, axes: Iterable[str], position: int) -> dict[str, Int]:
    """The extent of each axis that is left inside the loops before a position, for a full tile."""
    left = {axis: left_of(state, axis, position) for axis in axes}
    for found in partly(state, position):
        counts = [number for m in found.axis.members if isinstance(number := count(state, m), int)]
        run = left_of(state, found.axis.name, position)
        assert isinstance(run, int)
        fixed = {axis: number for axis, number in left.items() if isinstance(number, int)}
        for part in left_of_members(found, counts, run, fixed):
            left[part.member.axis] = part.steps * part.tile
    return left
