"""`cache_write`, `cache_read`: a stage of its own between a tensor and those who compute or read it."""

from __future__ import annotations

from dataclasses import replace

from ....dsl import ast, typed
from ... import dag
from ..errors import ScheduleError
from ..find import find_stage
from ..holes import Holes
from ..state import StageState, State, unscheduled
from .derived import (
    change_reads,
    chosen_readers,
    insert_stage,
    named_axes,
    place_of,
    readers_of,
    require_new,
    require_scope,
    tensor_of,
)
from .inline import at_index
from .padding import cache_padding, names_padding


def cache_write(state: State, directive: ast.CacheWrite, holes: Holes) -> None:
    """Compute a stage in a tensor of its own, and copy it from there.

    before  for i in 0..4 { C[i] = 0.0f32 for k in 0..8 { C[i] = C[i] + A[i, k] } }
    after   for C.i in 0..4 { local Cl: f32[1] Cl[0] = 0.0f32 for k in 0..8 { Cl[0] = Cl[0] + A[C.i, k] }
            C[C.i] = Cl[0] }     # cache_write C as Cl compute Cl at C.i
    needs   a stage whose loops are as they were at the beginning (S460), a new name (S461), no `for` (S462),
            memory that the target has (S463), a name for each axis or none (S464)

    The new stage takes over the expression, the reduction and the place; the old one is element-wise.
    """
    owner = find_stage(state, directive.tensor)
    if directive.consumer:
        raise ScheduleError("S462", f"'for {directive.consumer}' means readers, and {owner.name} is written",
                            directive.consumer.span, "leave it out")
    require_new(state, directive.name, directive.span)
    require_scope(state, directive.scope, directive.span)
    _require_untouched(state, owner, directive)
    _split_off(state, owner, directive)


def _require_untouched(state: State, owner: StageState, directive: ast.CacheWrite) -> None:
    guest = next(iter(state.guests(owner.name)), None)
    if guest:
        raise ScheduleError("S460", f"{guest.name} is computed at a loop of {owner.name}, which "
                            f"{directive.name} takes over", directive.span,
                            f"write cache_write first, then compute {guest.name} at a loop of "
                            f"{directive.name}")
    fresh = unscheduled(owner.stage)
    kept = replace(owner, body=fresh.body, axes=fresh.axes, place=fresh.place, layout=fresh.layout)
    if kept != fresh:
        raise ScheduleError("S460", f"the loops of {owner.name} have changed already", directive.span,
                            "write cache_write first: both stages then have loops of their own")


def _split_off(state: State, owner: StageState, directive: ast.CacheWrite) -> None:
    """The new stage computes, the old one copies."""
    stage = owner.stage
    old = tuple(axis.name for axis in stage.axes)
    axes = named_axes(directive.axes, stage.shape, old, directive.span)
    names = [axis.name for axis in (*axes, *stage.reduction_axes)]
    if len(set(names)) < len(names):
        raise ScheduleError("S464", f"{stage.name} has a reduction axis of one of the names in "
                            f"[{', '.join(names[: len(axes)])}]", directive.span, "take another name")
    renamed = {a: typed.Index(b.name) for a, b in zip(old, axes, strict=True)}
    body = at_index(owner.body, renamed)
    made = insert_stage(state, dag.Stage(directive.name, axes, stage.dtype, body, stage.reduction,
                                         directive.span), owner.name)
    made.place = owner.place
    copy = typed.Read(made.name, tuple(map(typed.Index, old)), stage.dtype)
    copier = unscheduled(dag.Stage(stage.name, stage.axes, stage.dtype, copy, None, stage.span))
    copier.place, copier.layout = owner.place, owner.layout
    state.stages[stage.name] = copier


def cache_read(state: State, directive: ast.CacheRead, holes: Holes) -> None:
    """Copy a tensor, or the part of it that is needed, and read the copy.

    before  for i in 0..4 { for j in 0..8 { D[i, j] = A[i, j] } }
    after   for i in 0..4 { local Ap: f32[1, 8] for d1 in 0..8 { Ap[0, d1] = A[i, d1] } for j in 0..8 {
            D[i, j] = Ap[0, j] } }     # cache_read A as Ap for D compute Ap at D.i
    needs   an input or a stage (S401) that the stage after `for` reads, or any stage (S462), a new name
            (S461), memory that the target has (S463), a name for each dimension or none (S464)

    Without `for`, all readers read the copy. Its axes are d0, d1, … unless named. `cache_read X.pad as Xs`
    copies X with what stands outside it (compiler/schedule/directives/padding.py).
    """
    require_new(state, directive.name, directive.span)
    require_scope(state, directive.scope, directive.span)
    if names_padding(state, directive.tensor):
        cache_padding(state, directive)
        return
    tensor = tensor_of(state, directive.tensor)
    readers = chosen_readers(state, directive, readers_of(state, tensor.name))
    default = tuple(f"d{n}" for n in range(len(tensor.shape)))
    axes = named_axes(directive.axes, tensor.shape, default, directive.span)
    body = typed.Read(tensor.name, tuple(typed.Index(axis.name) for axis in axes), tensor.dtype)
    made = insert_stage(state, dag.Stage(directive.name, axes, tensor.dtype, body, None, directive.span),
                        readers[0].name)
    made.place = place_of(state, tensor.name)
    for reader in readers:
        reader.body = change_reads(reader.body, lambda read: replace(read, tensor=made.name)
                                   if read.tensor == tensor.name else read)
