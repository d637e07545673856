"""Training the model that txc ships, from samples of many tasks.

`python -m txc.tuner.models.pretrain SAMPLES… -o MODEL` trains one; with `--without KERNEL` it leaves kernels
out and says how well the model ranks them.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Collection as Names
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...dsl.diagnostics import Diagnostic, TxcError
from .boosting import Growth
from .fitted import Fitted
from .labels import rank_correlation
from .model import Samples
from .samples import Collection, load
from .trees import AnsorModel

GROWTH = Growth(trees=200)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well a model ranks the candidates of a task that it was not trained on: 1 for the right order."""

    task: str
    candidates: int
    correlation: float


def pretrain(collection: Collection, growth: Growth = GROWTH) -> Fitted:
    """A model of all samples, each task counting the same. Raises TxcError R682, R683."""
    model = AnsorModel(collection.layout, growth=growth)
    if len(collection.samples):
        model.fit(balanced(collection.samples))
    if model.fitted is None:
        raise TxcError([Diagnostic("R683", "no candidate of these samples works: there is nothing to learn")])
    return model.fitted


def balanced(samples: Samples) -> Samples:
    """The same samples, weighted so that a task with many does not outvote one with few."""
    _, position, count = np.unique(samples.tasks, return_inverse=True, return_counts=True)
    return replace(samples, weights=samples.weights * (count.mean() / count)[position])


def split(collection: Collection, kernels: Names[str]) -> tuple[Collection, Collection]:
    """The samples of all other kernels, and those of the named ones."""
    named = np.array([kernel in kernels for kernel in collection.kernels()], np.bool_)
    rest, out = (replace(collection, samples=collection.samples.select(m)) for m in (~named, named))
    return rest, out


def judge(model: Fitted, collection: Collection) -> Iterator[Verdict]:
    """How well a model ranks each task of a collection."""
    for number in np.unique(collection.samples.tasks).tolist():
        samples = collection.samples.select(collection.samples.tasks == number)
        scores = model.score(samples.features, len(samples))
        yield Verdict(collection.names[number], len(samples), rank_correlation(scores, samples.seconds))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = ArgumentParser(prog="python -m txc.tuner.models.pretrain", description="Train a cost model.")
    parser.add_argument("samples", nargs="+", type=Path, help="files of samples that tuning runs wrote")
    parser.add_argument("-o", "--output", required=True, type=Path, help="the model")
    parser.add_argument("--without", action="append", default=[], metavar="KERNEL",
                        help="leave a kernel out, and say how well it is ranked")
    parser.add_argument("--trees", type=int, default=GROWTH.trees)
    given = parser.parse_args(arguments)
    try:
        rest, out = split(Collection.merged(list(map(load, given.samples))), given.without)
        model = pretrain(rest, replace(GROWTH, trees=given.trees))
        model.save(given.output)
    except TxcError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for verdict in judge(model, out):
        sys.stdout.write(f"{verdict.correlation:6.3f}  {verdict.candidates:6d}  {verdict.task}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
