"""What a picture of a kernel shows: tensors, who reads whom and how, what a schedule does to each."""

from __future__ import annotations

from dataclasses import dataclass

from ...dsl import ast, typed
from ...dsl.affine import affine
from .. import dag
from .notes import notes


@dataclass(frozen=True, slots=True)
class Vertex:
    """A tensor: `kind` is input, stage or output, `lines` stand below its name; `inlined` ones vanish."""

    name: str
    kind: str
    lines: tuple[str, ...]
    inlined: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """`reader` reads `tensor` in that way."""

    tensor: str
    reader: str
    access: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The vertices of a kernel, producers first, and its edges."""

    name: str
    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]


def picture(graph: dag.Dag, directives: tuple[ast.Directive, ...] = ()) -> Picture:
    """The picture of a kernel under a schedule, with holes or without."""
    told = notes(graph, directives)
    inputs = (Vertex(t.name, "input", (_shape(t.dtype.name, t.shape), *told.get(t.name, ())))
              for t in graph.inputs)
    stages = (_stage(graph, s, told.get(s.name, ())) for s in graph.stages)
    edges = (edge for stage in graph.stages for edge in _edges(stage))
    return Picture(graph.name, (*inputs, *stages), tuple(edges))


def access(stage: dag.Stage, read: typed.Read) -> str:
    """How a stage reads a tensor.

    `gather` through another tensor; `window` where a subscript is more than an axis; `contraction` along axes
    of a reduction; `broadcast` where elements serve several points; `transposed` or `pointwise` otherwise.
    """
    if any(isinstance(e, typed.Read) for index in read.index for e in typed.walk(index)):
        kind = "gather"
    else:
        kind = _kind(stage, read)
    return kind if read.otherwise is None else f"{kind}, guarded"


def _kind(stage: dag.Stage, read: typed.Read) -> str:
    forms = [affine(index) for index in read.index]
    names = [tuple(form.coefficients) if form else None for form in forms]
    if any(n is None or len(n) > 1 or any(f != 1 for _, f in n) for n in names) or any(
            form and form.coefficients and form.constant for form in forms):
        return "window"
    used = [name for n in names if n for name, _ in n]
    if any(a.name in used for a in stage.reduction_axes):
        return "contraction"
    axes = [a.name for a in stage.axes]
    if len(used) < len(axes):
        return "broadcast"
    return "pointwise" if used == axes else "transposed"


def _stage(graph: dag.Dag, stage: dag.Stage, told: tuple[str, ...]) -> Vertex:
    shape = _shape(stage.dtype.name, stage.shape)
    sums = () if stage.reduction is None else (
        f"{stage.reduction.reducer} over {' '.join(a.name for a in stage.reduction.axes)}",)
    kind = "output" if graph.is_output(stage.name) else "stage"
    return Vertex(stage.name, kind, (shape, *sums, *told), "inlined" in told)


def _edges(stage: dag.Stage) -> list[Edge]:
    found: dict[str, list[str]] = {}
    for read in typed.reads(stage.body):
        found.setdefault(read.tensor, []).append(access(stage, read))
    return [Edge(tensor, stage.name, "; ".join(dict.fromkeys(ways))) for tensor, ways in found.items()]


def _shape(dtype: str, shape: tuple[int, ...]) -> str:
    return f"{dtype}{list(shape) if shape else ''}"
