"""A picture in the language of Graphviz."""

from __future__ import annotations

from .graph import Picture, Vertex

_SHAPES = {"input": "shape=ellipse", "stage": "shape=box", "output": "shape=box, penwidth=2"}


def dot(picture: Picture) -> str:
    """The text of a `.dot` file."""
    vertices = [f"    {_quoted(v.name)} [{_SHAPES[v.kind]}{_style(v)}, label={_label(v)}]"
                for v in picture.vertices]
    edges = [f"    {_quoted(e.tensor)} -> {_quoted(e.reader)} [label={_quoted(e.access)}]"
             for e in picture.edges]
    head = [f"digraph {_quoted(picture.name)} {{", "    node [fontname=sans]", "    edge [fontname=sans]"]
    return "\n".join([*head, *vertices, *edges, "}", ""])


def _style(vertex: Vertex) -> str:
    return ", style=dashed" if vertex.inlined else ""


def _label(vertex: Vertex) -> str:
    return _quoted("\n".join([vertex.name, *vertex.lines]))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
