"""Stages that directives add: caches and padding are rewrites of the scheduled kernel.

The new stage takes its place in the topological order, others read it instead of what it stands for, and
everything after (regions, `compute at`, lowering, marks, holes) treats it like any other stage.
"""

from __future__ import annotations

from collections.abc import Callable

from ....dsl import ast, typed
from ....dsl.diagnostics import did_you_mean
from ....dsl.source import Span
from ... import dag
from ..errors import ScheduleError
from ..find import find_stage
from ..state import ROOT, Place, StageState, State, unscheduled

SCOPES = {"cpu": ("local",)}
Change = Callable[[typed.Read], typed.Expr]


def insert_stage(state: State, stage: dag.Stage, before: str) -> StageState:
    """Add a stage, at root and without directives, just before one that reads it."""
    made = unscheduled(stage)
    state.stages = {name: s for old in state.stages.values()
                    for name, s in (*(((stage.name, made),) if old.name == before else ()), (old.name, old))}
    return made


def tensor_of(state: State, ref: ast.Ref) -> typed.Tensor:
    """Type and shape of the input or stage of that name (S401)."""
    name = ".".join(ref.parts)
    known = {t.name: t for t in state.dag.inputs}
    known |= {s.name: typed.Tensor(s.name, s.stage.dtype, s.stage.shape) for s in state.stages.values()}
    if name in known:
        return known[name]
    hint = did_you_mean(name, known) or f"the tensors are {', '.join(known)}"
    raise ScheduleError("S401", f"{state.dag.declaration} has no tensor '{name}'", ref.span, hint)


def place_of(state: State, tensor: str) -> Place | str:
    """Where what reads a tensor can be computed for certain: where the tensor itself is."""
    return state.stages[tensor].place if tensor in state.stages else ROOT


def readers_of(state: State, tensor: str) -> list[StageState]:
    """The stages that read a tensor, in topological order."""
    return [s for s in state.stages.values() if any(r.tensor == tensor for r in typed.reads(s.body))]


def change_reads(expr: typed.Expr, change: Change) -> typed.Expr:
    """The expression with `change` applied to every read, to those inside subscripts first."""
    expr = typed.rebuild(expr, lambda child: change_reads(child, change))
    return change(expr) if isinstance(expr, typed.Read) else expr


def require_new(state: State, name: str, span: Span) -> None:
    """A new stage has a name of its own among tensors and sizes."""
    taken = {t.name for t in (*state.dag.inputs, *state.dag.stages)} | set(state.stages)
    if name in taken | {size for size, _ in state.dag.sizes}:
        raise ScheduleError("S461", f"{state.dag.declaration} has a tensor or size '{name}' already", span,
                            f"take another name, such as {name}_")


def require_scope(state: State, scope: str | None, span: Span) -> None:
    """The kind of memory that a cache is in, which the target must have."""
    family = state.target.family
    known = SCOPES.get(family, ())
    if scope is not None and scope not in known:
        there = ", ".join(known) or "none that can be named"
        raise ScheduleError("S463", f"{family} has no '{scope}' memory to keep a cache in", span,
                            f"the kinds of memory there are: {there}")


def chosen_readers(state: State, directive: ast.CacheRead, readers: list[StageState]) -> list[StageState]:
    """Those among the readers that a cache is for: the stage named, or all of them (S462)."""
    name = str(directive.tensor)
    if directive.consumer is None:
        if readers:
            return readers
        raise ScheduleError("S462", f"no stage reads {name}", directive.tensor.span,
                            "name a tensor that the kernel still reads")
    consumer = find_stage(state, directive.consumer)
    if consumer in readers:
        return [consumer]
    who = ", ".join(s.name for s in readers) or "no stage"
    raise ScheduleError("S462", f"{consumer.name} does not read {name}", directive.consumer.span,
                        f"it is read by {who}")


def named_axes(names: tuple[str, ...] | None, shape: tuple[int, ...], default: tuple[str, ...],
               span: Span) -> tuple[typed.Axis, ...]:
    """The axes of a new stage: as many names as there are dimensions, all different (S464)."""
    chosen = default if names is None else names
    if len(chosen) != len(shape) or len(set(chosen)) != len(chosen):
        count = f"{len(shape)} dimension{'' if len(shape) == 1 else 's'}"
        raise ScheduleError("S464", f"[{', '.join(chosen)}] does not name {count}", span,
                            "write one name for each dimension, all different, or leave them out")
    return tuple(typed.Axis(name, extent) for name, extent in zip(chosen, shape, strict=True))
