"""What each part of the search is worth: the best time against trials, for searchers with parts left out.

    python -m bench.ablation run [CASE …] [--seeds 5] [--trials 300] [--minutes 60] …
    python -m bench.ablation plot

A search of one case, searcher and seed is a cell. Cells that the file of results has are not run again, so
that a run can be done in stretches. When a case's cells are done, every row that any of them held for the
best is timed again, all in turns. `plot` draws docs/ablation.svg and writes docs/ablation.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs
from txc.tuner.options import Options
from txc.tuner.problem import Problem
from txc.tuner.search.guide import Guide
from txc.tuner.search.registry import SEARCHERS

from .cases import chosen
from .cell import Trail, followed, retimed
from .curves import band, cases, page, qualities, searchers
from .suite import RESULTS, say
from .svg import Panel, plot

DOCS = Path(__file__).resolve().parents[1] / "docs"
CASES = ("GMM.0", "C2D.0", "DEP.0", "TBS.0")

COLD, TRANSFERRED = "cold", "transferred"
VARIANTS = {
    "random": ("random", ""), "no model": ("ga", ""), "no crossover": ("evolution-without-crossover", COLD),
    "full": ("evolution", COLD), "full, transferred": ("evolution", TRANSFERRED)}
"""What is compared: the searcher's name in the registry, and where its model starts from, if it has one."""

TEACHERS = ("random", "full")
"""The cells of other cases whose trials teach a transferred model."""


@dataclass(frozen=True)
class Study:
    """What a test replaces: how a case becomes a problem, and what rates its rows.

    `guide` gets a kind of `VARIANTS`, the case and its problem, and the trials of other cases' cells.
    """

    problem: Callable[[str], Problem]
    guide: Callable[[str, str, Mapping[str, Sequence[Mapping[str, Any]]]], Guide | None]
    options: Callable[[int], Options] = lambda seed: Options(seed=seed)


def real() -> Study:
    """Kernels of the suite, one thread, their derived sketches."""
    @cache
    def problem(case: str) -> Problem:
        from txc.tuner.tune import problem_of

        (found,) = chosen([case])
        return problem_of(found.made.task(threads=1, schedule="derived"))

    def guide(kind: str, case: str, trials: Mapping[str, Sequence[Mapping[str, Any]]]) -> Guide | None:
        from . import guides

        if kind == TRANSFERRED:
            taught = guides.prior({name: problem(name) for name in trials}, trials)
            return guides.ranker(problem(case), taught)
        return guides.ranker(problem(case)) if kind else None

    return Study(problem, guide)


@dataclass
class Ablation:
    """The results so far, kept in a file; all trials beside it in a folder, for the transferred models."""

    path: Path
    work: Path
    study: Study
    trials: int = 300
    rounds: int = 15    # in which incumbents take turns when they are timed again

    def load(self) -> dict[str, Any]:
        """The results, without cells at first. Raises ValueError for those of another number of trials."""
        if not self.path.exists():
            return {"schema": 1, "info": {}, "trials": self.trials, "cells": [], "retimed": {}}
        data = json.loads(self.path.read_text())
        if data["trials"] != self.trials:
            raise ValueError(f"{self.path} has cells of {data['trials']} trials: give --trials or --results")
        return data

    def save(self, data: Mapping[str, Any]) -> None:
        """Write the results, a cell a line."""
        head = {k: v for k, v in data.items() if k not in ("cells", "retimed")}
        cells = ",\n".join(json.dumps(cell) for cell in data["cells"])
        times = ",\n".join(f"{json.dumps(case)}: {json.dumps(t)}" for case, t in data["retimed"].items())
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(f'{json.dumps(head)[:-1]},\n"cells": [\n{cells}\n],\n"retimed": {{\n{times}\n}}}}\n')
        part.replace(self.path)

    def run(self, cells: Sequence[tuple[str, str, int]], info: Mapping[str, str], end: float) -> None:
        """Run cells until a time of the monotonic clock; then time the incumbents of finished cases."""
        data = self.load()
        data["info"] = dict(info)
        done = {_name(c["case"], c["searcher"], c["seed"]) for c in data["cells"]}
        for case, searcher, seed in cells:
            if _name(case, searcher, seed) in done or time.monotonic() > end:
                continue
            say(f"{case}, {searcher}, seed {seed}")
            start = time.monotonic()
            trail = self._follow(case, searcher, seed)
            cell = {"case": case, "searcher": searcher, "seed": seed, "trials": len(trail.rows),
                    "failed": trail.seconds.count(None), "elapsed": round(time.monotonic() - start, 1),
                    "incumbents": trail.incumbents}
            data["cells"].append(cell)
            done.add(_name(case, searcher, seed))
            data["retimed"].pop(case, None)     # one more has not been in its rounds
            self.save(data)
        for case in dict.fromkeys(case for case, _, _ in cells):
            whole = all(_name(*cell) in done for cell in cells if cell[0] == case)
            if whole and case not in data["retimed"]:
                self.retime(data, case)

    def retime(self, data: dict[str, Any], case: str) -> None:
        """Time all incumbents of a case in turns."""
        say(f"{case}: all incumbents in turns")
        cells = [cell for cell in data["cells"] if cell["case"] == case]
        rows = [tuple(row) for cell in cells for _, row, _ in cell["incumbents"]]
        found = retimed(self.study.problem(case), rows, self.study.options(0), self.rounds, say)
        data["retimed"][case] = list(found.items())
        self.save(data)

    def _follow(self, case: str, searcher: str, seed: int) -> Trail:
        name, kind = VARIANTS[searcher]
        problem = self.study.problem(case)
        made = SEARCHERS[name](problem.space, seed, self.study.guide(kind, case, self._taught(case)))
        trail = followed(problem, made, self.trials, self.study.options(seed))
        self.work.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"rows": trail.rows, "seconds": trail.seconds})
        (self.work / f"{_name(case, searcher, seed)}.json").write_text(text)
        return trail

    def _taught(self, case: str) -> dict[str, list[Mapping[str, Any]]]:
        """Trials of the other cases."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for file in sorted(self.work.glob("*.json")):
            other, searcher, _ = file.stem.split("~")
            if other != case and searcher in TEACHERS:
                found.setdefault(other, []).append(json.loads(file.read_text()))
        return found

    def plot(self, docs: Path) -> None:
        """Draw and write what there is."""
        data = self.load()
        panels = [Panel(case, {s: band(qualities(data, case, s)) for s in searchers(data, case)})
                  for case in cases(data)]
        (docs / "ablation.svg").write_text(plot(panels))
        (docs / "ablation.md").write_text(page(data, "ablation.svg"))


def _name(case: str, searcher: str, seed: int) -> str:
    return f"{case}~{searcher}~{seed}"


def order(names: Sequence[str], variants: Sequence[str], seeds: int) -> Iterator[tuple[str, str, int]]:
    """Cells, a seed of all before the next one; transferred models last, when there is what to learn from."""
    for last in (False, True):
        for seed in range(seeds):
            for case in names:
                for variant in variants:
                    if (VARIANTS[variant][1] == TRANSFERRED) == last:
                        yield case, variant, seed


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m bench.ablation", description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("what", choices=("run", "plot"))
    made.add_argument("cases", nargs="*", help=f"cases of the suite (default: {' '.join(CASES)})")
    made.add_argument("--searchers", nargs="+", choices=VARIANTS, default=list(VARIANTS), metavar="NAME",
                      help=f"some of: {', '.join(VARIANTS)}")
    made.add_argument("--seeds", type=int, default=5)
    made.add_argument("--trials", type=int, default=300)
    made.add_argument("--minutes", type=float, default=float("inf"), help="begin no cell after so many")
    made.add_argument("--results", type=Path, default=RESULTS / "ablation.json")
    made.add_argument("--work", type=Path, default=platformdirs.user_cache_path("txc") / "ablation",
                      help="a folder for all trials of all cells")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Run or plot."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(words)
    ablation = Ablation(options.results, options.work, real(), options.trials)
    try:
        if options.what == "plot":
            ablation.plot(DOCS)
            return
        names = [case.name for case in chosen(options.cases or CASES)]
        from .info import machine_info

        end = time.monotonic() + 60 * options.minutes
        info = {**machine_info(), "command": " ".join(["python -m bench.ablation", *words])}
        ablation.run(list(order(names, options.searchers, options.seeds)), info, end)
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
