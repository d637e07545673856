"""What an ablation says: medians over seeds of how good the best row is after how many trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from textwrap import fill
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Data = Mapping[str, Any]

BASE = "random"
"""The searcher whose end the others are measured by."""


@dataclass(frozen=True)
class Band:
    """Quality after 1, 2, … trials: medians over seeds with quartiles; 1 is the best known speed."""

    low: Floats
    middle: Floats
    high: Floats


def speeds(data: Data, case: str) -> dict[tuple[int, ...], float]:
    """The seconds of a case's incumbents, as they were timed in turns."""
    return {tuple(row): seconds for row, seconds in data["retimed"].get(case, [])}


def best_known(data: Data, case: str) -> float:
    """The seconds of the fastest of all incumbents of a case."""
    return min(speeds(data, case).values())


def qualities(data: Data, case: str, searcher: str) -> Floats:
    """Best known time over that of the best row so far (seeds, trials); 0 while there is none.

    A row's time is that of the last rounds, in which all took turns: what a search believed it to be plays
    no part. A search ends by comparing its best few, so the best of its incumbents is what it has.
    """
    known, best = speeds(data, case), best_known(data, case)
    cells = [c for c in data["cells"] if (c["case"], c["searcher"]) == (case, searcher)]
    found = np.zeros((len(cells), data["trials"]))
    for line, cell in zip(found, cells, strict=True):
        for number, row, _ in cell["incumbents"]:
            if tuple(row) in known:
                np.maximum(line[number - 1:], best / known[tuple(row)], out=line[number - 1:])
    return found


def band(quality: Floats) -> Band:
    """Medians over seeds."""
    low, middle, high = np.quantile(quality, (0.25, 0.5, 0.75), axis=0)
    return Band(low, middle, high)


def trials_to(quality: Floats, wanted: float) -> float:
    """The median over seeds of the trials until a quality is reached; infinite where most never do."""
    reached = quality >= wanted
    first = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, np.inf)
    return float(np.median(first))


def cases(data: Data) -> list[str]:
    """The cases whose incumbents have been timed in turns, in order."""
    return [c for c in dict.fromkeys(cell["case"] for cell in data["cells"]) if speeds(data, c)]


def searchers(data: Data, case: str | None = None) -> list[str]:
    """The searchers that were run, for a case or at all, in order."""
    return list(dict.fromkeys(c["searcher"] for c in data["cells"] if case in (None, c["case"])))


def page(data: Data, picture: str) -> str:
    """The result as Markdown."""
    info, parts = data["info"], [_summary(data)]
    parts += [_table(data, case) for case in cases(data)]
    about = f"{info['cpu']}, {info['date'][:10]}, {data['trials']} trials, one thread. "
    about += ("Lines are medians over seeds, shades and brackets the quartiles. Every row that any search "
              "held for the best was timed again, in turns with all others of its kernel; 100 % is the "
              "fastest of them.")
    about = fill(about, 118)
    return "\n\n".join(["# What each part of the search is worth", f"![Best speed against trials]({picture})",
                        about, *parts, f"Made by `{info['command']}`."]) + "\n"


def _summary(data: Data) -> str:
    """Trials to what random search has in the end, for each searcher and case."""
    rows = []
    for searcher in searchers(data):
        counts = [_needed(data, case, searcher) for case in cases(data)]
        known = [c for c in counts if c is not None]
        share = f"{median(known) / data['trials']:.0%}" if known and median(known) < np.inf else "–"
        rows.append([searcher, *(_count(c, data["trials"]) for c in counts), share])
    title = f"Trials until a search is as good as {BASE} search after {data['trials']}:"
    head = ["searcher", *cases(data), f"median, of {data['trials']}"]
    return f"{title}\n\n{_markdown(head, rows)}"


def _needed(data: Data, case: str, searcher: str) -> float | None:
    quality, base = qualities(data, case, searcher), qualities(data, case, BASE)
    if not len(quality) or not len(base):
        return None
    return trials_to(quality, float(np.median(base[:, -1])))


def _table(data: Data, case: str) -> str:
    marks = [n for n in (24, 96, 300) if n <= data["trials"]] or [data["trials"]]
    rows = []
    for searcher in searchers(data, case):
        quality = qualities(data, case, searcher)
        found = band(quality)
        cells = [f"{found.middle[n - 1]:.1%} ({found.low[n - 1]:.1%} – {found.high[n - 1]:.1%})"
                 for n in marks]
        rows.append([searcher, str(len(quality)), *cells])
    head = ["searcher", "seeds", *(f"after {n}" for n in marks)]
    return f"## {case}\n\nBest known: {best_known(data, case) * 1e3:.4g} ms.\n\n{_markdown(head, rows)}"


def _count(count: float | None, trials: int) -> str:
    if count is None:
        return "–"
    return f"{count:.0f}" if count < np.inf else f"> {trials}"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, rule, *rows])
