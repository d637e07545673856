"""Padding: the guarded reads of a tensor as a stage `X.pad` of its own.

`X.pad` covers every index that guarded reads of X can take, the hull of their ranges: X where it is inside,
the value of the guards elsewhere. Reads whose index comes from data, which may be anything, stay guarded.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from ....dsl import ast, typed
from ....dsl.dtypes import I64
from ....dsl.record import record
from ....dsl.source import Span
from ... import dag
from ..errors import ScheduleError
from ..index_range import Range, index_range
from ..state import StageState, State
from .derived import change_reads, chosen_readers, insert_stage, named_axes, place_of, tensor_of

PAD = "pad"
LARGEST = 1 << 47  # bytes of any tensor
Box = tuple[Range, ...]
Served = tuple[StageState, typed.Read, Box]  # a reader, what it reads, the indices that this takes


@record
class Padding:
    """What a copy of a tensor with the surroundings that guarded reads see has in it: the indices in `box`,
    `outside` where the tensor has none."""

    tensor: typed.Tensor
    box: Box
    outside: typed.Expr
    names: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The extents of the copy."""
        return tuple(high - low + 1 for low, high in self.box)

    def stage(self, name: str, axes: tuple[typed.Axis, ...], span: Span) -> dag.Stage:
        """The stage that makes the copy."""
        index = tuple(_plus(typed.Index(axis.name), low)
                      for axis, (low, _) in zip(axes, self.box, strict=True))
        read = typed.Read(self.tensor.name, index, self.tensor.dtype, self.outside)
        return dag.Stage(name, axes, self.tensor.dtype, read, None, span)

    def read(self, read: typed.Read, name: str) -> typed.Read:
        """A read of the copy in place of a guarded one of the tensor."""
        index = tuple(_plus(i, -low) for i, (low, _) in zip(read.index, self.box, strict=True))
        return typed.Read(name, index, read.dtype, None, read.span)


def names_padding(state: State, ref: ast.Ref) -> bool:
    """Whether `X.pad` is named, and is not a stage yet."""
    return len(ref.parts) > 1 and ref.parts[-1] == PAD and str(ref) not in state.stages


def require_padding(state: State, ref: ast.Ref) -> None:
    """`X.pad` means the guarded reads of X, which must exist (S443) and agree on what is outside (S444)."""
    name = ".".join(ref.parts[:-1])
    guards = {r.otherwise for s in state.stages.values() for r in typed.reads(s.body)
              if r.tensor == name and r.otherwise is not None}
    if not guards:
        raise ScheduleError("S443", f"no read of '{name}' is guarded, so there is no {ref}", ref.span)
    if len(guards) > 1:
        raise ScheduleError("S444", f"guarded reads of '{name}' give different values outside it", ref.span,
                            "write the padded tensor as a stage")


def materialise(state: State, ref: ast.Ref) -> StageState:
    """Make `X.pad` a stage, at root, that its readers read without guards.

    Its axes have the names of X's where X is a stage, else those of the first index variable in each
    subscript of the first guarded read, and d0, d1, … where these are not all there and different.
    """
    served = _served(state, ref)
    padding = _padding(state, ref, served)
    axes = named_axes(padding.names, padding.shape, padding.names, ref.span)
    return _add(state, padding, served, padding.stage(str(ref), axes, ref.span))


def cache_padding(state: State, directive: ast.CacheRead) -> None:
    """`cache_read X.pad as Xs for Y`: a copy of X with its surroundings, over what that reader can read."""
    served = _served(state, directive.tensor)
    readers = chosen_readers(state, directive, _different(stage for stage, _, _ in served))
    served = [s for s in served if s[0] in readers]
    padding = _padding(state, directive.tensor, served)
    default = tuple(f"d{n}" for n in range(len(padding.box)))
    axes = named_axes(directive.axes, padding.shape, default, directive.span)
    _add(state, padding, served, padding.stage(directive.name, axes, directive.span))


def _add(state: State, padding: Padding, served: list[Served], stage: dag.Stage) -> StageState:
    """Add the copy and let the reads that it serves read it."""
    readers = _different(reader for reader, _, _ in served)
    made = insert_stage(state, stage, readers[0].name)
    made.place = place_of(state, padding.tensor.name)
    known = {read for _, read, _ in served}
    for reader in readers:
        reader.body = change_reads(reader.body, lambda read: padding.read(read, stage.name)
                                   if read in known else read)
    return made


def _served(state: State, ref: ast.Ref) -> list[Served]:
    """The guarded reads that `X.pad` stands for: those whose indices have a range."""
    require_padding(state, ref)
    tensor = ".".join(ref.parts[:-1])
    found = [(stage, read, box) for stage in state.stages.values() for read in typed.reads(stage.body)
             if read.tensor == tensor and read.otherwise is not None and (box := _box(stage, read))]
    if not found:
        raise _impossible(ref, f"the guarded reads of '{tensor}' have indices that come from data, which may "
                          "be anything")
    return found


def _box(stage: StageState, read: typed.Read) -> Box | None:
    """The indices that a read takes over all of its stage."""
    ranges = {a.name: (0, a.extent - 1) for a in (*stage.stage.axes, *stage.stage.reduction_axes)}
    box = [index_range(index, ranges) for index in read.index]
    known = tuple(part for part in box if part is not None)
    return known if len(known) == len(box) else None


def _padding(state: State, ref: ast.Ref, served: list[Served]) -> Padding:
    """What a copy for these reads has in it."""
    tensor = tensor_of(state, ast.Ref(ref.parts[:-1], span=ref.span))
    _, first, _ = served[0]
    outside = first.otherwise
    assert outside is not None
    index = next((e for e in typed.walk(outside) if isinstance(e, typed.Index)), None)
    if index:
        raise _impossible(ref, f"what stands outside '{tensor.name}' depends on {index.name}")
    box = tuple((min(low for low, _ in ranges), max(high for _, high in ranges))
                for ranges in zip(*(box for _, _, box in served), strict=True))
    padding = Padding(tensor, box, outside, _names(state, tensor, first))
    if prod(padding.shape) * tensor.dtype.bytes >= LARGEST:
        raise _impossible(ref, f"the guarded reads of '{tensor.name}' span {prod(padding.shape)} elements")
    return padding


def _impossible(ref: ast.Ref, why: str) -> ScheduleError:
    return ScheduleError("S465", f"{ref} cannot be a tensor: {why}", ref.span,
                         "leave the guards where they are")


def _names(state: State, tensor: typed.Tensor, read: typed.Read) -> tuple[str, ...]:
    if tensor.name in state.stages:
        return tuple(axis.name for axis in state.stages[tensor.name].stage.axes)
    found = [next((e.name for e in typed.walk(i) if isinstance(e, typed.Index)), "") for i in read.index]
    if "" in found or len(set(found)) < len(found):
        return tuple(f"d{n}" for n in range(len(found)))
    return tuple(found)


def _different(stages: Iterable[StageState]) -> list[StageState]:
    return list({stage.name: stage for stage in stages}.values())


def _plus(index: typed.Expr, number: int) -> typed.Expr:
    """index + number, on i64."""
    wide = index if index.dtype == I64 else typed.Cast(index, I64)
    if number == 0:
        return wide
    return typed.Binary("+" if number > 0 else "-", wide, typed.Const(abs(number), I64), I64)
