"""How many candidates a second one core draws, checks, describes and rates, of sketches that rules derive.

    python -m bench.scoring [CASE …] [--rows 4096] [--runs 9] [--threads 1]

Each number is the median of some runs. The model is of the size that searches fit; it was fitted to made-up
times. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from txc.tuner.features.population import features_of_space
from txc.tuner.features.rows import Features
from txc.tuner.guidance import LAYOUT
from txc.tuner.models.model import Samples
from txc.tuner.models.trees import AnsorModel
from txc.tuner.sampler import Sampler
from txc.tuner.search.mutation import Mutation
from txc.tuner.search.searcher import Scores
from txc.tuner.sketches import SketchSpace
from txc.tuner.space import Matrix

from .cases import chosen

CASES = ("matmul.512", "C2D.0")
TAUGHT = 400    # candidates that the model is fitted to


@dataclass(frozen=True)
class Report:
    """What was found of a space: `rates` are candidates a second of each step, by its name."""

    sketches: int
    rows: float     # of features, a candidate
    trees: int
    leaves: int
    rates: dict[str, float]

    def __str__(self) -> str:
        head = (f"{self.sketches} sketches, {self.rows:.1f} rows a candidate, "
                f"{self.trees} trees x {self.leaves} leaves")
        wide = max(map(len, self.rates))
        return "\n".join([head, *(f"  {name:<{wide}} {rate:>12,.0f} candidates/s"
                                  for name, rate in self.rates.items())])


def measured(space: SketchSpace, rows: int, runs: int,
             clock: Callable[[], float] = time.perf_counter) -> Report:
    """The rates of all steps for populations of so many rows, or of all valid ones: two at least."""
    rng = np.random.default_rng(0)
    sampler, mutation = Sampler(space), Mutation(space)
    population = sampler.valid(rows, rng)
    count = len(population)
    drawn, described = sampler.draw(count, rng), features_of_space(space, population)
    model = taught(described, count)

    def rated(matrix: Matrix) -> Scores:
        return model.score(features_of_space(space, matrix), len(matrix))

    steps: dict[str, Callable[[], object]] = {
        "drawn": lambda: sampler.draw(count, rng),
        "checked": lambda: space.valid(drawn),
        "drawn until valid": lambda: sampler.valid(count, rng),
        "mutated until valid": lambda: mutation.children(population, rng),
        "described": lambda: features_of_space(space, population),
        "rated": lambda: model.score(described, count),
        "described and rated": lambda: rated(population),
        "mutated, described and rated": lambda: rated(mutation.children(population, rng)),
    }
    rates = {name: rate(step, count, runs, clock) for name, step in steps.items()}
    assert model.fitted is not None, "there are times, so there is a fit"
    forest = model.fitted.forest
    leaves = 1 + int(np.diff(forest.first).max(initial=0))
    return Report(len(space.sketches), len(described) / count, len(forest), leaves, rates)


def taught(features: Features, candidates: int) -> AnsorModel:
    """A model of times that are made of the features, so that trees have all their leaves."""
    mixed = features.values @ np.random.default_rng(1).standard_normal(features.values.shape[1])
    seconds = np.bincount(features.owner, mixed, candidates)
    spread = float(np.std(seconds)) or 1.0
    model = AnsorModel(LAYOUT)
    samples = Samples.of(features, np.exp2((seconds - seconds.mean()) / spread))
    model.fit(samples.select(np.arange(candidates) < TAUGHT))
    return model


def rate(step: Callable[[], object], count: int, runs: int, clock: Callable[[], float]) -> float:
    """Candidates a second, `count` in a step: the median of runs, after one that is not counted."""
    step()
    seconds: list[float] = []
    for _ in range(runs):
        start = clock()
        step()
        seconds.append(clock() - start)
    return count / median(seconds)


def space_of(case: str, threads: int) -> SketchSpace:
    """The space of what is derived of a case of the suite. Raises ValueError where there is none."""
    task = chosen([case])[0].made.task(threads=threads, schedule="derived")
    return SketchSpace(task.dag, task.sketches, task.target, task.key.threads)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a report for each case."""
    made = argparse.ArgumentParser(prog="python -m bench.scoring", description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("cases", nargs="*", default=list(CASES),
                      help=f"of the suite (default: {' '.join(CASES)})")
    made.add_argument("--rows", type=int, default=4096, help="candidates at a time (default: 4096)")
    made.add_argument("--runs", type=int, default=9, help="of which the median counts (default: 9)")
    made.add_argument("--threads", type=int, default=1, help="that sketches are for (default: 1)")
    options = made.parse_args(arguments)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    try:
        for case in options.cases:
            print(f"{case}: {measured(space_of(case, options.threads), options.rows, options.runs)}")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
