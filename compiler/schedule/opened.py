"""A schedule with its numbers opened: a template to start tuning from.

Inner sizes of splits become ranges, those of vector loops numbers of whole vectors; limits of unrolling
become a choice; an axis that is vectorised whole is split first. Nothing else changes, so that the template
is legal where the schedule is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...dsl import ast
from .. import dag
from ..target.target import Target
from .numbers import WORD

VECTORS = (1, 2, 4, 8)  # in a vector loop
ROWS = 16  # at most in any other inner loop
UNROLL = (0, 16, 64)
LONG = 1 << 30  # extent of a loop that is not an axis


def opened(graph: dag.Dag, directives: tuple[ast.Directive, ...],
           target: Target) -> tuple[ast.Directive, ...]:
    """The directives with holes in place of numbers; the same ones where there is nothing to open.

    before  split D.j: [j0, j1: 32]; vectorize D.j1; unroll D: 16
    after   split D.j: [j0, j1: {8, 16, 32, 64}]; vectorize D.j1; unroll D: {0, 16, 64}
    """
    opener = _Opener(graph, directives, target)
    return tuple(made for directive in directives for made in opener.open(directive))


class _Opener:
    """What opening one directive needs to know of the others."""

    def __init__(self, graph: dag.Dag, directives: tuple[ast.Directive, ...], target: Target) -> None:
        self.stages = {stage.name: stage for stage in graph.stages}
        self.target = target
        self.vectors = {d.loop.parts[-1] for d in directives if isinstance(d, ast.Vectorize)}
        self.arranged = {d.stage.parts[0] for d in directives if isinstance(d, ast.Order | ast.ComputeAt)}

    def open(self, directive: ast.Directive) -> Iterator[ast.Directive]:
        """The directive with holes, after a split that it may need."""
        match directive:
            case ast.Split(loop=loop, parts=(ast.Part(size=None) as outer, ast.Part(name, ast.Number()))):
                yield ast.Split(loop, (outer, ast.Part(name, self._sizes(loop, name))))
            case ast.Unroll(target=stage, step=ast.Number(), explicit=explicit):
                yield ast.Unroll(stage, ast.OneOf(_numbers(UNROLL)), explicit)
            case ast.Vectorize(loop=ast.Ref(parts=(stage, axis)) as loop) if self._whole(stage, axis):
                outer, inner = _fresh(self.stages[stage], axis)
                yield ast.Split(loop, (ast.Part(outer), ast.Part(inner, self._whole_vectors(loop))))
                yield ast.Vectorize(ast.Ref((stage, inner)))
            case _:
                yield directive

    def _sizes(self, loop: ast.Ref, name: str) -> ast.Choice:
        if name in self.vectors:
            return self._whole_vectors(loop)
        low, high = _numbers((1, min(ROWS, self._extent(loop))))
        return ast.Between(low, high)

    def _whole_vectors(self, loop: ast.Ref) -> ast.Choice:
        """Sizes of whole vectors; of an axis that is shorter than the longest of these, all of it too."""
        lanes, extent = self._lanes(loop), self._extent(loop)
        return ast.OneOf(_numbers(sorted({min(extent, n * lanes) for n in VECTORS})))

    def _whole(self, stage: str, axis: str) -> bool:
        """Whether this is an axis, longer than a vector, of a stage whose loops stand as they are."""
        loop = ast.Ref((stage, axis))
        free = stage in self.stages and stage not in self.arranged
        return free and LONG > self._extent(loop) > self._lanes(loop)

    def _lanes(self, loop: ast.Ref) -> int:
        stage = self.stages.get(loop.parts[0])
        return self.target.lanes(stage.dtype.bytes if stage else WORD)

    def _extent(self, loop: ast.Ref) -> int:
        stage = self.stages.get(loop.parts[0])
        axes = (*stage.axes, *stage.reduction_axes) if stage else ()
        return next((a.extent for a in axes if a.name == loop.parts[-1]), LONG)


def _fresh(stage: dag.Stage, axis: str) -> tuple[str, str]:
    """Names for the two parts of an axis that the stage does not use yet."""
    taken = {a.name for a in (*stage.axes, *stage.reduction_axes)}
    while {f"{axis}0", f"{axis}1"} & taken:
        axis += "_"
    return f"{axis}0", f"{axis}1"


def _numbers(values: Sequence[int]) -> tuple[ast.Expr, ...]:
    return tuple(ast.Number(str(value)) for value in values)
