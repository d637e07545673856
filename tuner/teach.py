"""What cost models learn from: the recorded trials of kernels, as samples in a file.

    python -m txc.tuner.teach FILE.tx… [--records DATABASE] -o SAMPLES.npz

A row of a record means something with its space, so the kernels are needed beside the records: of each kernel
and instance of the files, the sketches are derived anew, and the trials of the same space become samples.
Only those count that this machine and this code generator made, with the times of the search: what the C
compiler makes of finalists says little of the rest.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..compiler.dag import build
from ..compiler.target.target import host
from ..dsl import typed
from ..dsl.check.files import elaborate, kernel_names
from ..dsl.diagnostics import TxcError
from ..dsl.load import decode
from ..dsl.parser import parse
from .guidance import LAYOUT, cold
from .models.model import Samples
from .models.samples import Collection, task_number
from .problem import Problem
from .record import OK, Record, TaskKey
from .records import Records
from .search.ranker import Ranker
from .tune import Task, problem_of

PROVISIONAL = 0.3
"""The weight of a time that was taken while the machine was slow."""


def collected(kernel: typed.Kernel, threads: int, records: Records) -> Collection | None:
    """The samples of one kernel for so many threads of this machine; None where nothing is recorded."""
    task = Task(kernel, build(kernel), None, host(), threads)
    problem = problem_of(task)
    found = [r for r in records.trials(task.key, problem.blank.template_hash) if _tells(r, problem)]
    ranker = cold(problem)
    if not found or not isinstance(ranker, Ranker):
        return None
    ranker.tell(np.array([r.row for r in found], np.int64), np.array([_seconds(r) for r in found]))
    samples = ranker.samples
    assert samples is not None, "there are rows, so there are samples"
    number, name = _named(task.key, kernel)
    weights = np.array([PROVISIONAL if r.provisional else 1.0 for r in found])
    tasks = np.full(len(samples), number, np.int64)
    return Collection(LAYOUT, replace(samples, tasks=tasks, weights=weights), {number: name})


def _tells(record: Record, problem: Problem) -> bool:
    """Whether a trial is of this machine, this generator and, where it is right, the search's compiler."""
    blank = problem.blank
    right = record.verdict == OK
    return not record.outdated(blank.generator) and (not right or record.compiler == blank.compiler)


def _seconds(record: Record) -> float:
    return min(record.times, default=float("inf"))


def _named(key: TaskKey, kernel: typed.Kernel) -> tuple[int, str]:
    sizes = " ".join(f"{name}={value}" for name, value in kernel.sizes)
    return task_number(key.kernel_hash, key.target, key.threads), f"{kernel.declaration} {sizes}"


def kernels(path: Path) -> Iterator[typed.Kernel]:
    """The kernels and instances of a file whose sizes are all known. Raises TxcError for errors in it."""
    source = decode(path.read_bytes(), str(path))
    file = parse(source)
    for name in kernel_names(file):
        yield elaborate(file, name, {}, source)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = ArgumentParser(prog="python -m txc.tuner.teach", description="Make samples of recorded trials.")
    parser.add_argument("files", nargs="+", type=Path, help="files with the kernels that were tuned")
    parser.add_argument("--records", type=Path, help="the database (default: that of `txc tune`)")
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({1, host().cores}))
    parser.add_argument("-o", "--output", required=True, type=Path, help="the file of samples")
    given = parser.parse_args(arguments)
    found: list[Collection] = []
    try:
        with Records(given.records) as records:
            for kernel in (k for path in given.files for k in kernels(path)):
                for threads in given.threads:
                    one = collected(kernel, threads, records)
                    if one is not None:
                        found.append(one)
                        name = next(iter(one.names.values()))
                        sys.stdout.write(f"{len(one.samples):6d}  {threads}  {name}\n")
        if found:
            Collection(LAYOUT, Samples.merged([c.samples for c in found]),
                       {n: name for c in found for n, name in c.names.items()}).save(given.output)
    except TxcError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
