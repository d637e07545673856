"""A small plot of lines with shaded bands, as SVG: panels beside each other, a logarithmic axis of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

from .curves import Band, Floats

COLOURS = ("#8a8f98", "#d9822b", "#3a8f5d", "#2b6cb0", "#9b3f8c", "#c23b3b", "#6b7d2a")
"""Of the lines in order: grey for what the others are measured by."""

WIDTH, HEIGHT = 400, 270
LEFT, TOP, RIGHT, BOTTOM = 52, 34, 14, 42
"""Of a panel and of the margins around its axes, in pixels."""

LEGEND = 34
TICKS = (1, 2, 5)

STYLE = """text { font: 12px system-ui, sans-serif; fill: #30343b }
.title { font-size: 13px; font-weight: 600 }
.grid { stroke: #e3e6ea }
.axis { stroke: #8a8f98 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }"""


@dataclass(frozen=True)
class Panel:
    """Bands by name under a title."""

    title: str
    bands: Mapping[str, Band]


@dataclass(frozen=True)
class Frame:
    """Where numbers stand in a panel: trials 1 to `trials`, qualities `floor` to 1."""

    trials: int
    floor: float

    def x(self, trial: float) -> float:
        """The place of a number of trials."""
        return LEFT + (WIDTH - LEFT - RIGHT) * log10(trial) / max(log10(self.trials), 1e-9)

    def y(self, quality: float) -> float:
        """The place of a quality, cut off below."""
        part = (max(quality, self.floor) - self.floor) / (1 - self.floor)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)


def plot(panels: Sequence[Panel], columns: int = 2) -> str:
    """A picture of all panels under one legend."""
    names = list(dict.fromkeys(name for panel in panels for name in panel.bands))
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    width = columns * WIDTH
    height = LEGEND + -(-len(panels) // columns) * HEIGHT
    parts = [_legend(colours, width)]
    for i, panel in enumerate(panels):
        place = f"translate({i % columns * WIDTH} {LEGEND + i // columns * HEIGHT})"
        parts.append(f'<g transform="{place}">\n{_panel(panel, colours)}\n</g>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img">\n<style>{STYLE}</style>\n'
            f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n")


def _legend(colours: Mapping[str, str], width: int) -> str:
    step = (width - LEFT) / max(1, len(colours))
    parts = []
    for i, (name, colour) in enumerate(colours.items()):
        x = LEFT + i * step
        parts.append(f'<line x1="{x:.0f}" y1="20" x2="{x + 18:.0f}" y2="20" stroke="{colour}" '
                     f'stroke-width="3"/><text x="{x + 23:.0f}" y="24">{escape(name)}</text>')
    return "\n".join(parts)


def _panel(panel: Panel, colours: Mapping[str, str]) -> str:
    frame = _frame(panel)
    lines = [f'<text class="title" x="{LEFT}" y="20">{escape(panel.title)}</text>',
             f'<text x="{WIDTH - RIGHT}" y="20" text-anchor="end">speed, of the best known</text>',
             *_axes(frame)]
    lines += [_shade(band, frame, colours[name]) for name, band in panel.bands.items()]
    lines += [_line(band.middle, frame, colours[name]) for name, band in panel.bands.items()]
    return "\n".join(lines)


def _frame(panel: Panel) -> Frame:
    """All medians after the eighth trial fit, in steps of a tenth; before it, searches are mostly luck."""
    trials = max(len(band.middle) for band in panel.bands.values())
    lowest = min(float(band.middle[min(7, trials - 1)]) for band in panel.bands.values())
    return Frame(trials, min(0.9, floor(lowest * 10) / 10))


def _axes(frame: Frame) -> list[str]:
    left, right, bottom = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM
    lines = []
    steps = 10 if frame.floor < 0.65 else 20 if frame.floor < 0.85 else 50
    for i in range(round((1 - frame.floor) * steps) + 1):
        quality = frame.floor + i / steps
        y = frame.y(quality)
        lines.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
                     f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{quality:.0%}</text>')
    for tick in _ticks(frame.trials):
        x = frame.x(tick)
        lines.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>'
                     f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{tick}</text>')
    middle = (left + right) / 2
    lines.append(f'<line class="axis" x1="{left}" y1="{bottom}" x2="{right}" y2="{bottom}"/>')
    lines.append(f'<text x="{middle:.0f}" y="{bottom + 34}" text-anchor="middle">trials</text>')
    return lines


def _ticks(trials: int) -> list[int]:
    return [t for power in range(9) for t in (m * 10 ** power for m in TICKS) if t <= trials]


def _steps(values: Floats, frame: Frame) -> list[str]:
    """Corners of a staircase through the values, without those in the middle of a step."""
    found = [f"{frame.x(1):.1f},{frame.y(values[0]):.1f}"]
    for i in range(1, len(values)):
        if values[i] != values[i - 1] or i == len(values) - 1:
            x = frame.x(i + 1)
            found += [f"{x:.1f},{frame.y(values[i - 1]):.1f}", f"{x:.1f},{frame.y(values[i]):.1f}"]
    return found


def _line(values: Floats, frame: Frame, colour: str) -> str:
    return f'<polyline class="line" stroke="{colour}" points="{" ".join(_steps(values, frame))}"/>'


def _shade(band: Band, frame: Frame, colour: str) -> str:
    points = [*_steps(band.low, frame), *reversed(_steps(band.high, frame))]
    return f'<polygon fill="{colour}" fill-opacity="0.13" points="{" ".join(points)}"/>'
