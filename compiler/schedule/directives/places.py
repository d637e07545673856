"""`compute … at`: where a stage is computed, and whether its readers still find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ....dsl import ast, typed
from ....dsl.affine import variable
from ....dsl.source import Span
from ... import sym
from ...sym import Hole
from ..errors import ScheduleError
from ..find import find_loop, find_stage
from ..holes import Holes, place_name
from ..partly import begun, left_inside
from ..region import Interval, regions
from ..state import ROOT, Place, StageState, State, in_order, steps
from .padding import materialise, names_padding


def compute_at(state: State, directive: ast.ComputeAt, holes: Holes) -> None:
    """Compute a stage inside a loop of another, just what is read there.

    before  global T: f32[9] for a in 0..9 { T[a] = A[a] * B[a] } for i in 0..9 { D[i] = T[i] + A[i] }
    after   for i in 0..9 { local T: f32[1] T[0] = A[i] * B[i] D[i] = T[0] + A[i] }     # compute T at D.i
    needs   readers of the stage (S453), all inside that loop (S450), which is not one of its own (S451) and
            not vectorized (S435); an output only where the iterations each compute a part of it (S452)
    """
    one = len(directive.places) == 1
    place = directive.places[0 if one else holes.chosen(place_name(directive), directive.span)]
    if names_padding(state, directive.stage):
        materialise(state, directive.stage)
    owner = find_stage(state, directive.stage)
    if place.parts == (ROOT,):
        owner.place = ROOT
    else:
        _attach(state, owner, place)


def _attach(state: State, owner: StageState, place: ast.Ref) -> None:
    host, loop = find_loop(state, place)
    if host is owner or host.name in {guest.name for guest in state.guests(owner.name)}:
        raise ScheduleError("S451", f"{owner.name} cannot be computed inside its own loops", place.span,
                            "name a loop of a stage that reads it")
    owner.place = Place(host.name, loop.name)


def check_places(state: State, span: Span) -> None:
    """Every attached stage is inside the loop its readers run in, and its extents are those of its region."""
    for owner in state.stages.values():
        if isinstance(owner.place, Place):
            _check_readers(state, owner, owner.place, span)
    refresh_extents(state)
    for owner in state.stages.values():
        if isinstance(owner.place, Place) and state.dag.is_output(owner.name):
            _check_partition(state, owner, owner.place, span)


def _check_readers(state: State, owner: StageState, place: Place, span: Span) -> None:
    host = state.stages[place.stage]
    at = host.position(place.loop)
    readers = [s for s in state.stages.values()
               if any(r.tensor == owner.name for r in typed.reads(s.body))]
    if not readers:
        raise ScheduleError("S453", f"no stage reads {owner.name}, so no loop needs a part of it", span,
                            f"compute {owner.name} at root, and others inside its loops")
    for reader in readers:
        if not _runs_inside(state, reader, host, at):
            where = "at root" if reader.place == ROOT else f"at {_text(reader.place)}"
            raise ScheduleError("S450", f"{reader.name}, computed {where}, reads {owner.name}, which would "
                                f"exist only inside {place.stage}.{place.loop}", span,
                                f"compute {reader.name} inside that loop first, in a line above, or "
                                f"{owner.name} further out")


def _text(place: Place | str) -> str:
    return f"{place.stage}.{place.loop}" if isinstance(place, Place) else place


def _runs_inside(state: State, reader: StageState, host: StageState, at: int) -> bool:
    """Whether a stage runs inside the host's loop at a position: as the host, or computed there."""
    while reader is not host:
        if not isinstance(reader.place, Place):
            return False
        outer = state.stages[reader.place.stage]
        if outer is host:
            return host.position(reader.place.loop) >= at
        reader = outer
    return True


def refresh_extents(state: State) -> None:
    """Set each stage's extents, in closed form: those of its region, or of all of it at root; hosts first."""
    for owner in reversed(state.stages.values()):
        place = owner.place
        extents = region_of(state, owner, place) if isinstance(place, Place) else owner.stage.shape
        for axis, extent in zip(owner.stage.axes, extents, strict=True):
            owner.axes[axis.name] = replace(owner.axes[axis.name], extent=extent)


def region_of(state: State, owner: StageState, place: Place) -> list[sym.Int]:
    """The extents of an attached stage for a full tile of its host, over the holes of the schedule."""
    host = state.stages[place.stage]
    position = host.position(place.loop)
    axes = [axis.name for axis in (*host.stage.axes, *host.stage.reduction_axes)]
    left = left_inside(host, axes, position + 1)
    return [sym.substitute(part.extent, left) for part in regions(state, host, position).of[owner.name]]


def _check_partition(state: State, owner: StageState, place: Place, span: Span) -> None:
    """Each element of an output computed at a loop is computed by exactly one of the loop's iterations."""
    host = state.stages[place.stage]
    position = host.position(place.loop)
    parts = regions(state, host, position).of[owner.name]
    extents = {axis.name: axis.extent for axis in (*host.stage.axes, *host.stage.reduction_axes)}
    own = [part.start.names[0] for part, dimension in zip(parts, owner.stage.shape, strict=True)
           if _is_axis(part, extents, dimension)]
    stepped = {axis for axis in extents if any(at <= position for at, _ in steps(host, axis))}
    complete = len(set(own)) == len(parts) and stepped <= set(own) and not any(begun(host, position + 1))
    if not complete or host.place != ROOT or not all(in_order(host, axis) for axis in stepped):
        raise ScheduleError("S452", f"output {owner.name} cannot be computed at {host.name}.{place.loop}: "
                            "the iterations there do not each compute a part of their own", span,
                            f"compute {owner.name} at root")


def _is_axis(part: Interval, extents: Mapping[str, int], dimension: int) -> bool:
    """Whether a part runs through a dimension as one axis of the host does."""
    names = part.start.names
    return (len(names) == 1 and part.start == variable(names[0]) and part.extent == Hole(names[0])
            and extents[names[0]] == dimension)
