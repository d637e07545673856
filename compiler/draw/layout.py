"""Where the vertices of a picture stand: in layers, every edge downwards, few edges crossing.

The method of Sugiyama, Tagawa and Toda (1981): layers by longest path, edges that skip layers led through
places of their own there, and a few sweeps that put each vertex at the mean of its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .graph import Edge, Picture, Vertex

Point = tuple[float, float]
Place = str | tuple[int, int]
"""A vertex by name, or the place of an edge, by its number, in a layer that it passes."""

LETTER, LINE = 7.2, 17.0
"""Width and height of a letter, in pixels."""

PADDING = 14.0
BETWEEN, BELOW = 36.0, 64.0
"""Distances of neighbours in a layer, and of layers."""

PASSING = 12.0
"""Width that an edge takes in a layer that it passes."""

SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A vertex's rectangle, in pixels, by its centre and its size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes by name, the points of each edge from its tensor to its reader, and the size of it all."""

    boxes: Mapping[str, Box]
    lines: tuple[tuple[Edge, tuple[Point, ...]], ...]
    width: float
    height: float


def layout(picture: Picture) -> Layout:
    """Places for everything in a picture."""
    depth = _depths(picture)
    ways = [_way(number, edge, depth) for number, edge in enumerate(picture.edges)]
    layers: list[list[Place]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for name, level in depth.items():
        layers[level].append(name)
    for place in (place for way in ways for place in way if not isinstance(place, str)):
        layers[place[1]].append(place)
    _untangle(layers, ways)
    return _placed(picture, layers, ways)


def _depths(picture: Picture) -> dict[str, int]:
    """The layer of each vertex: one below the lowest that it reads; inputs are just above their readers."""
    depth = {v.name: 0 for v in picture.vertices}
    for vertex in picture.vertices:     # producers first
        above = [depth[e.tensor] + 1 for e in picture.edges if e.reader == vertex.name]
        depth[vertex.name] = max(above, default=0)
    for vertex in picture.vertices:
        if vertex.kind == "input":
            depth[vertex.name] = min((depth[e.reader] - 1 for e in picture.edges if e.tensor == vertex.name),
                                     default=0)
    return depth


def _way(number: int, edge: Edge, depth: Mapping[str, int]) -> list[Place]:
    """The places of an edge, one in each layer from its tensor to its reader."""
    return [edge.tensor, *((number, level) for level in range(depth[edge.tensor] + 1, depth[edge.reader])),
            edge.reader]


def _untangle(layers: list[list[Place]], ways: Sequence[Sequence[Place]]) -> None:
    """Order each layer by the mean position of neighbours above, then below, and so on."""
    links = [(a, b) for way in ways for a, b in pairwise(way)]
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for level in range(1, len(layers)) if down else range(len(layers) - 2, -1, -1):
            at = {place: k for k, place in enumerate(layers[level - 1 if down else level + 1])}
            mean: dict[Place, float] = {}
            for k, place in enumerate(layers[level]):
                near = [at[a if down else b] for a, b in links if (b if down else a) == place
                        and (a if down else b) in at]
                mean[place] = sum(near) / len(near) if near else float(k)
            layers[level].sort(key=mean.__getitem__)


def _placed(picture: Picture, layers: Sequence[Sequence[Place]], ways: Sequence[Sequence[Place]]) -> Layout:
    sizes = {v.name: _size(v) for v in picture.vertices}
    width = max((_width(layer, sizes) for layer in layers), default=0.0) + 2 * BETWEEN
    points: dict[Place, tuple[Point, Point]] = {}
    y = PADDING
    for layer in layers:
        height = max((sizes[p][1] for p in layer if isinstance(p, str)), default=0.0)
        x = (width - _width(layer, sizes)) / 2
        for place in layer:
            wide = _wide(place, sizes)
            points[place] = (x + wide / 2, y), (x + wide / 2, y + height)
            x += wide + BETWEEN
        y += height + BELOW
    boxes = {name: _box(*points[name], *size) for name, size in sizes.items()}
    lines = tuple((edge, _line(boxes, points, way)) for edge, way in zip(picture.edges, ways, strict=True))
    return Layout(boxes, lines, width, y - BELOW + PADDING)


def _box(top: Point, bottom: Point, width: float, height: float) -> Box:
    """A vertex in the middle of its layer."""
    return Box(top[0], (top[1] + bottom[1]) / 2, width, height)


def _line(boxes: Mapping[str, Box], points: Mapping[Place, tuple[Point, Point]],
          way: Sequence[Place]) -> tuple[Point, ...]:
    """From the lower edge of a tensor's box to its reader's upper edge, straight through layers between."""
    first, last = boxes[str(way[0])], boxes[str(way[-1])]
    return ((first.x, first.y + first.height / 2), *(point for place in way[1:-1] for point in points[place]),
            (last.x, last.y - last.height / 2))


def _size(vertex: Vertex) -> tuple[float, float]:
    texts = (vertex.name, *vertex.lines)
    return max(map(len, texts)) * LETTER + 2 * PADDING, len(texts) * LINE + PADDING


def _wide(place: Place, sizes: Mapping[str, tuple[float, float]]) -> float:
    return sizes[place][0] if isinstance(place, str) else PASSING


def _width(layer: Sequence[Place], sizes: Mapping[str, tuple[float, float]]) -> float:
    return sum(_wide(place, sizes) for place in layer) + BETWEEN * max(0, len(layer) - 1)
