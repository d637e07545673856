"""Materialise padding: what a tiled stage reads beyond a tensor's borders becomes a copy with the borders.

The tiles then have no guards: each task, or everything once before, copies a tensor with what its readers see
around it. Whether that pays depends on how often an element is read, so sketches without the copy stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ...compiler import dag
from ...dsl import typed
from .draft import Context, Draft, Item, PaddingItem, Verdict
from .names import pair
from .pack_operand import SMALL
from .tiles import knob, split


class MaterialisePadding:
    """Condition: a tiled stage alone reads a tensor X behind guards of one value. Effect: it reads `X.pad`.

    That is made in each task, or at root by all threads, as a knob says.
    """

    name = "materialise padding"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Tensors whose borders are the same for all reads; other rules are tried too."""
        if not isinstance(item, PaddingItem):
            return Verdict.SKIP
        guarded = [(stage.name, read, read.otherwise) for stage in context.graph.stages
                   for read in typed.reads(stage.body)
                   if read.tensor == item.tensor and read.otherwise is not None]
        alone = {name for name, _, _ in guarded} == {item.stage.name}
        values = {value for _, _, value in guarded}
        constant = len(values) == 1 and not any(_has(value, typed.Index) for value in values)
        direct = not any(_has(index, typed.Read) for _, read, _ in guarded for index in read.index)
        return Verdict.APPLY if alone and constant and direct else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """One draft, whose knob says where the copy is made."""
        assert isinstance(item, PaddingItem)
        name, shape = f"{item.tensor}.pad", context.graph.tensor(item.tensor).shape
        axes, last, lanes = _axes(context.graph, item), shape[-1], context.lanes_of(item.stage)
        ahead = context.fresh(f"{name}_ahead", draft.words)
        lines = [knob(ahead, ("false", "true")),
                 f"when not {ahead} {{ compute {name} at {item.place} }}",
                 f"when {ahead} {{ compute {name} at root }}"]
        if prod(shape) > SMALL and len(shape) > 1:
            lines.append(f"when {ahead} {{ parallel {name}.{_longest(axes[:-1], shape[:-1])} }}")
        if last >= lanes:
            outer, inner = pair(axes[-1], axes)
            lines += [split(f"{name}.{axes[-1]}", [(outer, ""), (inner, str(lanes))]),
                      f"vectorize {name}.{inner}"]
        yield draft.then(*lines)


class KeepGuards:
    """Condition: a tensor that could be padded. Effect: none, its guards stay where they are."""

    name = "keep guards"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Any such tensor."""
        return Verdict.ONLY if isinstance(item, PaddingItem) else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """The draft as it is."""
        yield draft.then()


def _axes(graph: dag.Dag, item: PaddingItem) -> tuple[str, ...]:
    """The names of the copy's axes, as the directive gives them (compiler/schedule/directives/padding.py)."""
    stage = next((s for s in graph.stages if s.name == item.tensor), None)
    if stage is not None:
        return tuple(axis.name for axis in stage.axes)
    read = next(r for r in typed.reads(item.stage.body)
                if r.tensor == item.tensor and r.otherwise is not None)
    found = [next((e.name for e in typed.walk(i) if isinstance(e, typed.Index)), "") for i in read.index]
    if "" in found or len(set(found)) < len(found):
        return tuple(f"d{k}" for k in range(len(found)))
    return tuple(found)


def _longest(axes: tuple[str, ...], shape: tuple[int, ...]) -> str:
    """The outermost axis that is about as long as the longest."""
    return next(axis for axis, extent in zip(axes, shape, strict=True) if 2 * extent > max(shape))


def _has(expr: typed.Expr, kind: type) -> bool:
    return any(isinstance(e, kind) for e in typed.walk(expr))
