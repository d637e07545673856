"""The picture is whole and shows every line."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
from txc.bench.curves import Band
from txc.bench.svg import Frame, Panel, plot

SVG = "{http://www.w3.org/2000/svg}"


def bent(low: float, high: float) -> Band:
    middle = np.linspace(low, high, 300)
    return Band(middle - 0.05, middle, np.minimum(1.0, middle + 0.05))


def test_every_band_of_every_panel_is_drawn():
    panels = [Panel(f"case & {n}", {"random": bent(0.4, 0.9), "full": bent(0.5, 1.0)}) for n in range(3)]
    root = ElementTree.fromstring(plot(panels))
    assert len(root.findall(f".//{SVG}polyline")) == len(root.findall(f".//{SVG}polygon")) == 6
    said = [text.text for text in root.iter(f"{SVG}text")]
    assert {"case & 0", "case & 1", "case & 2", "random", "full", "100%", "40%", "200"} <= set(said)
    assert said.count("full") == 1


def test_better_is_higher_and_later_is_further_right():
    frame = Frame(300, 0.4)
    assert frame.y(1.0) < frame.y(0.7) < frame.y(0.4) == frame.y(0.1)
    assert frame.x(1) < frame.x(10) < frame.x(300)
    assert abs((frame.x(10) - frame.x(1)) - (frame.x(100) - frame.x(10))) < 1e-9
