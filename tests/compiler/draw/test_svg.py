"""SVG files: valid XML that shows every tensor and every edge."""

from __future__ import annotations

from xml.etree import ElementTree

from support.kernels import example
from txc.compiler.draw.graph import Edge, Picture, Vertex, picture
from txc.compiler.draw.svg import svg
from txc.dsl.parser import parse_directives

SPACE = "{http://www.w3.org/2000/svg}"


def test_every_tensor_and_edge_is_there():
    drawn = picture(example("attention"))
    root = ElementTree.fromstring(svg(drawn))
    texts = [t.text for t in root.iter(f"{SPACE}text")]
    assert {v.name for v in drawn.vertices} <= set(texts)
    assert len([p for p in root.iter(f"{SPACE}path") if p.get("marker-end")]) == len(drawn.edges)
    assert [t for t in texts if t in {e.access for e in drawn.edges}]


def test_inlined_stages_are_dashed():
    drawn = picture(example("softmax"), parse_directives("inline e"))
    boxes = [r for r in ElementTree.fromstring(svg(drawn)).iter(f"{SPACE}rect") if r.get("stroke-dasharray")]
    assert len(boxes) == 1


def test_texts_are_escaped():
    text = svg(Picture("a<b", (Vertex("x&y", "input", ("1 < 2",)),), (Edge("x&y", "x&y", 'say "<"'),)))
    root = ElementTree.fromstring(text)
    assert [t.text for t in root.iter(f"{SPACE}text")] == ["x&y", "1 < 2", 'say "<"']
