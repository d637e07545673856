"""Regions: what part of a stage the loops below a point read, as expressions computed once.

At a loop of a host stage, each axis `v` of the host has a start (the atom `v`) and an extent still to run
(the hole `v`). `regions` gives, for every stage computed at that loop or further in, the first index and the
extent it must cover in each dimension, over those atoms: exact for affine subscripts, a hull for several
reads of the same shape, the whole dimension otherwise. What guarded or conditional reads name outside a
tensor is left out: the region is moved inside. Lowering evaluates the same expressions with the numbers of
one tile, the search with columns of numbers; there is no second inference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...dsl import typed
from ...dsl.affine import Affine, affine, variable
from ...dsl.record import record
from ..sym import Hole, Int, add, floor_divide, maximum, minimum, multiply, subtract
from .state import StageState, State


@record
class Interval:
    """Indices from `start`, `extent` of them. `inside`: no index outside the tensor is among them."""

    start: Affine
    extent: Int
    inside: bool = True


@record
class Rounded:
    """An atom that is no variable: `form // divisor`, or `form % divisor` where the extent is 1 and 0
    elsewhere."""

    op: str
    form: Affine
    divisor: int
    extent: Int


@record
class Clamped:
    """An atom that is no variable: `form`, moved so that `extent` indices from it lie inside a dimension."""

    form: Affine
    extent: Int
    dimension: int


Region = tuple[Interval, ...]


@dataclass
class Atoms:
    """What the names in an interval's start stand for, beyond starts of host axes."""

    forms: dict[str, Rounded | Clamped] = field(default_factory=dict[str, Rounded | Clamped])
    extents: dict[str, Int] = field(default_factory=dict[str, Int])

    def of_extent(self, extent: Int) -> Affine:
        """An extent as a form: a number, or an atom of its own."""
        if isinstance(extent, int):
            return Affine((), extent)
        name = f"#{extent}"
        self.extents[name] = extent
        return variable(name)

    def of(self, form: Rounded | Clamped) -> Affine:
        """A form that is not affine as an atom."""
        name = f"#{form}"
        self.forms[name] = form
        return variable(name)


@record
class Regions:
    """The regions of a loop's guests, by stage name, and the atoms their starts use."""

    of: Mapping[str, Region]
    atoms: Atoms


@record
class Reader:
    """Who reads: the part of each of its axes that runs, and how far the axis runs altogether."""

    body: typed.Expr
    parts: Mapping[str, Interval]
    ranges: Mapping[str, tuple[int, int]]


def _reader(stage: StageState, parts: Mapping[str, Interval]) -> Reader:
    axes = (*stage.stage.axes, *stage.stage.reduction_axes)
    return Reader(stage.body, parts, {axis.name: (0, axis.extent - 1) for axis in axes})


def regions(state: State, host: StageState, position: int) -> Regions:
    """The region of every stage computed at the host's loop at `position` or inside it."""
    atoms = Atoms()
    return Regions(_inside(state, host, position, atoms)[0], atoms)


def read_region(state: State, host: StageState, position: int, tensor: typed.Tensor) -> Regions | None:
    """The region of any tensor that is read in the host's loop at `position`; None if nothing reads it."""
    atoms = Atoms()
    readers = _inside(state, host, position, atoms)[1]
    if all(read.tensor != tensor.name for reader in readers for read in typed.reads(reader.body)):
        return None
    return Regions({tensor.name: _needed(tensor.name, tensor.shape, readers, atoms)}, atoms)


def _inside(state: State, host: StageState, position: int,
            atoms: Atoms) -> tuple[dict[str, Region], list[Reader]]:
    """The regions of the stages computed inside a loop, and all that reads there."""
    here = {axis.name: Interval(variable(axis.name), Hole(axis.name))
            for axis in (*host.stage.axes, *host.stage.reduction_axes)}
    inside = {s.name for loop in host.loops[position:] for s in _guests(state, host.name, loop.name)}
    found: dict[str, Region] = {}
    readers = [_reader(host, here)]
    for guest in reversed([s for s in state.stages.values() if s.name in inside]):
        region = _needed(guest.name, guest.stage.shape, readers, atoms)
        found[guest.name] = region
        own = {axis.name: part for axis, part in zip(guest.stage.axes, region, strict=True)}
        own |= {a.name: Interval(Affine(), a.extent) for a in guest.stage.reduction_axes}
        readers.append(_reader(guest, own))
    return found, readers


def _guests(state: State, stage: str, loop: str) -> list[StageState]:
    direct = state.attached(stage, loop)
    return direct + [deep for guest in direct for deep in state.guests(guest.name)]


def _needed(tensor: str, shape: tuple[int, ...], readers: Sequence[Reader], atoms: Atoms) -> Region:
    """The hull of all reads of a tensor."""
    reads = [(read,
              reader) for reader in readers for read in typed.reads(reader.body) if read.tensor == tensor]
    return tuple(_hull([_interval(read.index[d], reader, dimension, atoms) for read, reader in reads],
                       dimension, atoms)
                 for d, dimension in enumerate(shape))


def _hull(parts: list[Interval | None], dimension: int, atoms: Atoms) -> Interval:
    known = [p for p in parts if p is not None]
    shapes = {p.start.coefficients for p in known}
    if len(known) < len(parts) or len(shapes) != 1:
        return Interval(Affine(), dimension)
    low = min(p.start.constant for p in known)
    extent: Int = 0
    for part in known:
        extent = maximum(extent, add(part.start.constant - low, part.extent))
    start = Affine(known[0].start.coefficients, low)
    if all(p.inside for p in known):
        return Interval(start, extent)
    extent = minimum(extent, dimension)
    return Interval(atoms.of(Clamped(start, extent, dimension)), extent)


def _interval(expr: typed.Expr, reader: Reader, dimension: int, atoms: Atoms) -> Interval | None:
    """The indices an expression takes over a box, or None where only the whole dimension is safe."""
    form = affine(expr)
    if form is not None:
        low, high = form.bounds(reader.ranges)
        return replace(_of_affine(form, reader.parts, atoms), inside=low >= 0 and high < dimension)
    match expr:
        case typed.Binary(op="//" | "%" as op, left=left,
                          right=typed.Const(value=int(divisor))) if divisor > 0:
            inner = _interval(left, reader, dimension, atoms)
            return None if inner is None else _of_rounded(op, inner, divisor, atoms)
        case typed.Binary(op="+", left=left, right=right):
            a, b = (_interval(e, reader, dimension, atoms) for e in (left, right))
            if a is None or b is None:
                return None
            return Interval(a.start + b.start, subtract(add(a.extent, b.extent), 1), inside=False)
        case _:
            return None


def _of_affine(form: Affine, parts: Mapping[str, Interval], atoms: Atoms) -> Interval:
    start = Affine((), form.constant)
    extent: Int = 1
    for name, factor in form.coefficients:
        part = parts[name]
        first = part.start
        if factor < 0:
            first = first + atoms.of_extent(part.extent) + Affine((), -1)
        start = start + first * factor
        extent = add(extent, multiply(abs(factor), subtract(part.extent, 1)))
    return Interval(start, extent)


def _of_rounded(op: str, inner: Interval, divisor: int, atoms: Atoms) -> Interval:
    """`//` may begin anywhere within a step; `%` of more than one index may be anything below the divisor."""
    start = atoms.of(Rounded(op, inner.start, divisor, inner.extent))
    if op == "//":
        return Interval(start, floor_divide(add(inner.extent, 2 * divisor - 2), divisor), inside=False)
    return Interval(start, minimum(add(multiply(subtract(inner.extent, 1), divisor), 1), divisor),
                    inside=False)
