"""Lowering: a scheduled kernel with numbers for its holes becomes a loop nest.

The walk keeps, for each axis of a stage, its value so far and how much of it is left. Entering a loop of tile
T with `left` elements to go makes `left // T` full iterations and, where T does not divide, a nest of its own
for the rest: every extent in the result is a number, and no full tile contains a guard. Only a parallel loop,
a fused one, and loops ordered against their own splits choose between full and rest at run time, by `If`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..loop.ir import Alloc, Block, Buffer, Expr, Nest, Stmt
from ..loop.peel import peel
from ..schedule.region import Regions, regions
from ..schedule.state import Place, StageState, State
from .arithmetic import ZERO, plus
from .expressions import Stored
from .frame import Frame, Tensors
from .fused import begin_fused, decoded
from .lanes import Lanes, is_place, lanes_of, widest_element
from .layout import arrangement
from .loops import one_loop
from .names import loop_names
from .partly import frame_inside
from .parts import all_parts
from .prefetch import prefetches
from .starts import region_box
from .statement import element_store, reduction_edge, reduction_step
from .tensorize import invocation
from .tiles import Tiles
from .walk import Walk


def lower(state: State, holes: Mapping[str, int]) -> Nest:
    """The nest of a scheduled kernel; `holes` gives a number for every hole."""
    made = _Lowering(state, holes)
    return peel(made.nest(), {made.names[s.name, loop] for s in state.stages.values() for loop in s.peeled})


class _Lowering:
    def __init__(self, state: State, holes: Mapping[str, int]) -> None:
        self.state = state
        self.tiles = Tiles(state, holes)
        self.names = loop_names(state)
        self.regions: dict[tuple[str, int], Regions] = {}

    def nest(self) -> Nest:
        graph = self.state.dag
        params = {t.name: Buffer(t.name, t.dtype, t.shape) for t in (*graph.inputs, *graph.outputs)}
        tensors = {name: Stored(b, (ZERO,) * len(b.shape), b.shape) for name, b in params.items()}
        stmts: list[Stmt] = []
        for stage in self.state.stages.values():
            if isinstance(stage.place, Place):
                continue
            if stage.name not in params:
                shape = stage.stage.shape
                stored = self._stored(stage, (ZERO,) * len(shape), shape, "global")
                tensors = {**tensors, stage.name: stored}
                stmts.append(Alloc(stored.buffer))
            whole = {a.name: (ZERO, a.extent) for a in stage.stage.axes}
            stmts += self.stage(stage, whole, tensors)
        inputs = tuple(params[t.name] for t in graph.inputs)
        outputs = tuple(params[t.name] for t in graph.outputs)
        return Nest(graph.name, inputs, outputs, Block(tuple(stmts)))

    def _stored(self, stage: StageState, start: tuple[Expr, ...], extents: tuple[int, ...],
                scope: str) -> Stored:
        """A new buffer for a region of a stage, in the stage's layout."""
        arranged = arrangement(stage.layout, extents, self.tiles.holes)
        shape = extents if arranged is None else arranged.shape
        return Stored(Buffer(stage.name, stage.stage.dtype, shape, scope), start, stage.stage.shape, arranged)

    # ── one stage ────────────────────────────────────────────────────────────────────────────────────────

    def stage(self, stage: StageState, box: Mapping[str, tuple[Expr, int]],
              tensors: Tensors) -> tuple[Stmt, ...]:
        """The nest that computes a stage over a box of its spatial axes (axis to start and extent)."""
        start = {name: first for name, (first, _) in box.items()}
        extent = {name: number for name, (_, number) in box.items()}
        for axis in stage.stage.reduction_axes:
            start[axis.name], extent[axis.name] = ZERO, axis.extent
        frame = Frame(dict.fromkeys(start, ZERO), extent, start, extent, tensors)
        best = self._best_buffer(stage, frame)
        if best is None:
            return self.loops(stage, 0, frame, init=False)
        kept = Stored(best, (ZERO,) * len(best.shape), best.shape)
        frame = replace(frame, tensors={**tensors, f"{stage.name}.best": kept})
        return (Block((Alloc(best), *self.loops(stage, 0, frame, init=False))),)

    def _best_buffer(self, stage: StageState, frame: Frame) -> Buffer | None:
        if not is_place(stage) or self._lanes(stage, frame):
            return None
        shape = tuple(frame.extent[a.name] for a in stage.stage.axes)
        scope = "local" if isinstance(stage.place, Place) else "global"
        return Buffer(f"{stage.name}.arg.best", stage.body.dtype, shape, scope)

    def _lanes(self, stage: StageState, frame: Frame) -> Lanes | None:
        return lanes_of(stage, self.tiles.holes, frame.value, frame.left, frame.start)

    def loops(self, stage: StageState, position: int, frame: Frame, init: bool) -> tuple[Stmt, ...]:
        """The loops from a position on. `init` walks the spatial ones alone, to set the accumulator."""
        if position == len(stage.loops):
            return self.statement(stage, frame, init)
        loop = stage.loops[position]
        if init and stage.is_reduction(loop):
            return self.loops(stage, position + 1, frame, init=True)
        whole = None if init else invocation(stage, position, frame)
        if whole is not None:
            return *self._identities(stage, position, frame), whole
        if init or stage.stage.reduction is None or position != stage.first_reduction():
            missing = not init and position == self.tiles.missing_parts(stage)
            before = self.enter(stage, position, frame, init=True) if missing else ()
            return *before, *self.enter(stage, position, frame, init)
        lanes = self._lanes(stage, frame)
        frame = replace(frame, lanes=lanes)
        stmts = (*self.loops(stage, position, frame, init=True), *self.enter(stage, position, frame, init))
        if lanes is None:
            return stmts
        after = self.loops(stage, position, replace(frame, lanes=lanes.finished()), init=True)
        whole = (*lanes.allocs, *stmts, *after)
        return whole if position else (Block(whole),)

    def _identities(self, stage: StageState, position: int, frame: Frame) -> tuple[Stmt, ...]:
        """What an instruction adds to, where no loop outside it has set that."""
        adds = stage.tensorized is not None and stage.tensorized.intrinsic.adds
        unset = adds and position <= stage.first_reduction()
        return self.loops(stage, position, frame, init=True) if unset else ()

    def enter(self, stage: StageState, position: int, frame: Frame, init: bool) -> tuple[Stmt, ...]:
        """One loop and what stands in it."""
        loop = stage.loops[position]
        if init:
            frame = all_parts(self.tiles, stage, loop, frame)
        if loop.axis not in frame.left:
            frame = begin_fused(self.tiles, stage, loop, frame)
        kind = self.tiles.kind(stage, position, frame.left, init)

        def inside(f: Frame) -> tuple[Stmt, ...]:
            return self.inside(stage, position, f, init)

        return one_loop(Walk(self.tiles, self.names, stage), loop, frame, kind, inside, init=init)

    def inside(self, stage: StageState, position: int, frame: Frame, init: bool) -> tuple[Stmt, ...]:
        """What stands in a loop: members of a fused axis, stages computed here, the loops further in."""
        if init and stage.loops[position].part:
            return self._with_guests(stage, position, frame, init)
        return decoded(Walk(self.tiles, self.names, stage), stage.loops[position], frame,
                       lambda f: self._with_guests(stage, position, f, init))

    def _with_guests(self, stage: StageState, position: int, frame: Frame, init: bool) -> tuple[Stmt, ...]:
        loop = stage.loops[position]
        ahead = () if init else prefetches(self.state, stage, position, frame, self.tiles.of(loop))
        stmts: list[Stmt] = [*ahead]
        guests = [] if init else self.state.attached(stage.name, loop.name)
        for guest in guests:
            made, frame = self._guest(stage, position, guest, frame)
            stmts += made
        return (*stmts, *self.loops(stage, position + 1, frame, init))

    # ── stages computed inside ───────────────────────────────────────────────────────────────────────────

    def _guest(self, host: StageState, position: int, guest: StageState,
               frame: Frame) -> tuple[list[Stmt], Frame]:
        """A stage computed here, over the region that the loops further in read."""
        key = host.name, position
        if key not in self.regions:
            self.regions[key] = regions(self.state, host, position)
        found = self.regions[key]
        inside = frame_inside(host, position, frame)
        starts, extents = region_box(host, found.of[guest.name], found.atoms, inside)
        stmts: list[Stmt] = []
        tensors = frame.tensors
        if not self.state.dag.is_output(guest.name):
            stored = self._stored(guest, starts, extents, "local")
            stmts.append(Alloc(stored.buffer))
            tensors = {**tensors, guest.name: stored}
        box = {a.name: (s, e) for a, s, e in zip(guest.stage.axes, starts, extents, strict=True)}
        stmts += self.stage(guest, box, tensors)
        return stmts, replace(frame, tensors=tensors)

    # ── statements ───────────────────────────────────────────────────────────────────────────────────────

    def statement(self, stage: StageState, frame: Frame, init: bool) -> tuple[Stmt, ...]:
        """The store of one element, of one step of its reduction, or what stands around those steps."""
        at = {axis: plus(start, frame.value[axis]) for axis, start in frame.start.items()}
        reduction = stage.stage.reduction
        if reduction is None:
            return element_store(stage, at, frame)
        if not init:
            return reduction_step(stage, reduction.reducer, at, frame)
        var = self.names[stage.name, frame.lanes.loop] if frame.lanes else ""
        width = self.state.target.lanes(widest_element(stage))
        return reduction_edge(stage, reduction.reducer, at, frame, width, var)
