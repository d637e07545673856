"""A picture as SVG, readable in light and dark surroundings."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from .graph import Edge, Picture, Vertex
from .layout import LINE, PADDING, Box, Point, layout

_FILL = {"input": "#e8f0fe", "stage": "#ffffff", "output": "#e6f4ea"}
_HEAD = """\
  <defs>
    <marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
      <path d="M0 0 L8 4 L0 8 z" fill="#5f6368"/>
    </marker>
  </defs>
  <rect width="100%" height="100%" fill="#fafafa"/>"""


def svg(picture: Picture) -> str:
    """The text of an `.svg` file."""
    placed = layout(picture)
    width, height = round(placed.width), round(placed.height)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
             f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f"  <title>{escape(picture.name)}</title>", _HEAD]
    lines += [_path(points) for _, points in placed.lines]
    lines += [line for vertex in picture.vertices for line in _vertex(vertex, placed.boxes[vertex.name])]
    lines += [_label(edge, points) for edge, points in placed.lines]
    return "\n".join([*lines, "</svg>", ""])


def _path(points: tuple[Point, ...]) -> str:
    """A smooth line that leaves and enters each point vertically."""
    steps = [f"M{_at(points[0])}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        steps.append(f"C{_at((x0, middle))} {_at((x1, middle))} {_at((x1, y1))}")
    return f'  <path d="{" ".join(steps)}" fill="none" stroke="#5f6368" marker-end="url(#tip)"/>'


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _vertex(vertex: Vertex, box: Box) -> Iterable[str]:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    dashes = ' stroke-dasharray="5 4"' if vertex.inlined else ""
    stroke = 2 if vertex.kind == "output" else 1
    radius = box.height / 2 if vertex.kind == "input" else 4
    yield (f'  <rect x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
           f' rx="{radius:.1f}" fill="{_FILL[vertex.kind]}" stroke="#3c4043" stroke-width="{stroke}"'
           f"{dashes}/>")
    for number, text in enumerate((vertex.name, *vertex.lines)):
        y = top + PADDING / 2 + LINE * (number + 0.75)
        weight = ' font-weight="bold"' if number == 0 else ""
        yield f'  <text x="{box.x:.1f}" y="{y:.1f}" text-anchor="middle"{weight}>{escape(text)}</text>'


def _label(edge: Edge, points: tuple[Point, ...]) -> str:
    """The way of reading, in the middle of an edge's last piece, on a light ground."""
    (x0, y0), (x1, y1) = points[-2:]
    name = quoteattr(f"{edge.tensor} to {edge.reader}")
    return (f'  <text x="{(x0 + x1) / 2:.1f}" y="{(y0 + y1) / 2 + 4:.1f}" text-anchor="middle" fill="#5f6368"'
            f' stroke="#fafafa" stroke-width="4" paint-order="stroke" aria-label={name}>'
            f"{escape(edge.access)}</text>")
