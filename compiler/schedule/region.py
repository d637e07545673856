"""Regions: what part of a stage the loops below a point read, as expressions computed once.

At a loop of a host stage, each axis `v` of the host has a start (the atom `v`) and an extent still to run (the
hole `v`). `regions` gives, for every stage computed at that loop or further in, the first index and the extent it
must cover in each dimension, over those atoms: exact for affine subscripts, a hull for several reads of the same
shape, the whole dimension otherwise. Lowering evaluates the same expressions with the numbers of one tile, the
search with columns of numbers; there is no second inference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...dsl import typed
from ...dsl.affine import Affine, affine, variable
from ..sym import Hole, Int, add, floor_divide, maximum, minimum, multiply, subtract
from .state import StageState, State


@dataclass(frozen=True, slots=True)
class Interval:
    """Indices from `start`, `extent` of them. `exact`: no index outside the tensor is among them."""

    start: Affine
    extent: Int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Rounded:
    """An atom that is no variable: `form // divisor`, or `form % divisor` where the extent is 1 and 0 elsewhere."""

    op: str
    form: Affine
    divisor: int
    extent: Int


Region = tuple[Interval, ...]


@dataclass
class Atoms:
    """What the names in an interval's start stand for, beyond starts of host axes."""

    rounded: dict[str, Rounded] = field(default_factory=dict[str, Rounded])
    extents: dict[str, Int] = field(default_factory=dict[str, Int])

    def of_extent(self, extent: Int) -> Affine:
        """An extent as a form: a number, or an atom of its own."""
        if isinstance(extent, int):
            return Affine((), extent)
        name = f"#{extent}"
        self.extents[name] = extent
        return variable(name)

    def of_rounded(self, rounded: Rounded) -> Affine:
        """A rounded form as an atom."""
        name = f"({rounded.form}) {rounded.op} {rounded.divisor} #{rounded.extent}"
        self.rounded[name] = rounded
        return variable(name)


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions of a loop's guests, by stage name, and the atoms their starts use."""

    of: Mapping[str, Region]
    atoms: Atoms


Intervals = Mapping[str, Interval]


def regions(state: State, host: StageState, position: int) -> Regions:
    """The region of every stage computed at the host's loop at `position` or inside it."""
    atoms = Atoms()
    here = {axis.name: Interval(variable(axis.name), Hole(axis.name))
            for axis in (*host.stage.axes, *host.stage.reduction_axes)}
    inside = {s.name for loop in host.loops[position:] for s in _guests(state, host.name, loop.name)}
    found: dict[str, Region] = {}
    readers: dict[str, Intervals] = {host.name: here}
    for guest in reversed([s for s in state.stages.values() if s.name in inside]):
        region = _needed(state, guest, readers, atoms)
        found[guest.name] = region
        own = {axis.name: part for axis, part in zip(guest.stage.axes, region, strict=True)}
        own |= {a.name: Interval(Affine(), a.extent) for a in guest.stage.reduction_axes}
        readers[guest.name] = own
    return Regions(found, atoms)


def _guests(state: State, stage: str, loop: str) -> list[StageState]:
    direct = state.attached(stage, loop)
    return direct + [deep for guest in direct for deep in state.guests(guest.name)]


def _needed(state: State, guest: StageState, readers: Mapping[str, Intervals], atoms: Atoms) -> Region:
    """The hull of all reads of a stage."""
    reads = [(read, ranges) for name, ranges in readers.items()
             for read in typed.reads(state.stages[name].body) if read.tensor == guest.name]
    dims: list[Interval] = []
    for d, extent in enumerate(guest.stage.shape):
        parts = [_interval(read.index[d], ranges, atoms) for read, ranges in reads]
        guarded = any(read.otherwise is not None for read, _ in reads)
        dims.append(_hull(parts, extent, guarded))
    return tuple(dims)


def _hull(parts: list[Interval | None], dimension: int, guarded: bool) -> Interval:
    known = [p for p in parts if p is not None]
    shapes = {p.start.coefficients for p in known}
    if len(known) < len(parts) or len(shapes) != 1:
        return Interval(Affine(), dimension)
    low = min(p.start.constant for p in known)
    extent: Int = 0
    for part in known:
        extent = maximum(extent, add(part.start.constant - low, part.extent))
    exact = not guarded and all(p.exact for p in known)
    start = Affine(known[0].start.coefficients, low)
    return Interval(start, extent, True) if exact else Interval(start, minimum(extent, dimension), False)


def _interval(expr: typed.Expr, ranges: Intervals, atoms: Atoms) -> Interval | None:
    """The indices an expression takes over a box, or None where only the whole dimension is safe."""
    form = affine(expr)
    if form is not None:
        return _of_affine(form, ranges, atoms)
    match expr:
        case typed.Binary(op="//" | "%" as op, left=left, right=typed.Const(value=int(divisor))) if divisor > 0:
            inner = _interval(left, ranges, atoms)
            return None if inner is None else _of_rounded(op, inner, divisor, atoms)
        case typed.Binary(op="+", left=left, right=right):
            a, b = _interval(left, ranges, atoms), _interval(right, ranges, atoms)
            if a is None or b is None:
                return None
            return Interval(a.start + b.start, subtract(add(a.extent, b.extent), 1), False)
        case _:
            return None


def _of_affine(form: Affine, ranges: Intervals, atoms: Atoms) -> Interval:
    start, exact = Affine((), form.constant), True
    extent: Int = 1
    for name, factor in form.coefficients:
        part = ranges[name]
        first = part.start
        if factor < 0:
            first = first + atoms.of_extent(part.extent) + Affine((), -1)
        start = start + first * factor
        extent = add(extent, multiply(abs(factor), subtract(part.extent, 1)))
        exact = exact and part.exact
    return Interval(start, extent, exact)


def _of_rounded(op: str, inner: Interval, divisor: int, atoms: Atoms) -> Interval:
    """`//` may begin anywhere within a step; `%` of more than one index may be anything below the divisor."""
    if op == "//":
        extent = floor_divide(add(inner.extent, 2 * divisor - 2), divisor)
        rounded = Rounded("//", inner.start, divisor, inner.extent)
        return Interval(atoms.of_rounded(rounded), extent, False)
    extent = minimum(add(multiply(subtract(inner.extent, 1), divisor), 1), divisor)
    return Interval(atoms.of_rounded(Rounded("%", inner.start, divisor, inner.extent)), extent, False)
