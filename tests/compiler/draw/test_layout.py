"""Places in pictures: nothing overlaps, every edge goes down."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from support.kernels import SMALL, example
from txc.compiler.draw.graph import Edge, Picture, Vertex, picture
from txc.compiler.draw.layout import layout


@pytest.mark.parametrize("name", ["attention", "layernorm", "conv2d", "softmax", "kmeans"])
def test_boxes_stand_apart_and_inside_and_edges_go_down(name: str):
    assert name in SMALL
    placed = layout(picture(example(name)))
    for box in placed.boxes.values():
        assert box.width / 2 <= box.x <= placed.width - box.width / 2
        assert box.height / 2 <= box.y <= placed.height - box.height / 2
    for one, other in combinations(placed.boxes.values(), 2):
        assert (abs(one.x - other.x) >= (one.width + other.width) / 2
                or abs(one.y - other.y) >= (one.height + other.height) / 2)
    for _, points in placed.lines:
        assert all(above[1] < below[1] for above, below in pairwise(points))


def test_edges_that_skip_layers_go_around_what_stands_there():
    """A chain a, b, c with an edge from a to c: it passes beside b."""
    vertices = tuple(Vertex(name, "stage", ("a rather long line of text",)) for name in "abc")
    edges = (Edge("a", "b", ""), Edge("b", "c", ""), Edge("a", "c", ""))
    placed = layout(Picture("p", vertices, edges))
    box = placed.boxes["b"]
    (points,) = (points for edge, points in placed.lines if (edge.tensor, edge.reader) == ("a", "c"))
    above, below = points[1:-1]
    assert above[0] == below[0]
    assert abs(above[0] - box.x) > box.width / 2
    assert above[1] <= box.y - box.height / 2
    assert below[1] >= box.y + box.height / 2


def test_edges_that_need_not_cross_do_not():
    vertices = tuple(Vertex(name, "stage", ()) for name in "abxy")
    placed = layout(Picture("p", vertices, (Edge("a", "y", ""), Edge("b", "x", ""))))
    left_to_right = placed.boxes["a"].x < placed.boxes["b"].x
    assert (placed.boxes["y"].x < placed.boxes["x"].x) == left_to_right


def test_a_picture_of_nothing_has_a_size():
    placed = layout(Picture("p", (), ()))
    assert placed.boxes == {}
    assert placed.width > 0
