"""Random kernels with random schedules through every back end: `make fuzz FUZZ=1000`.

Each case has a number, from which it is made again at any time. One that goes wrong is made as small as it
can be and written to build/fuzz/, to be run again with `tests/fuzz.py --file FILE`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from support.backends import BACKENDS, Failure, failures
from support.candidate import Candidate, numbered, read, statistics
from support.shrink import smallest
from txc.dsl.diagnostics import TxcError

FOLDER = Path(__file__).resolve().parent.parent / "build" / "fuzz"
PATIENCE = 120      # seconds for a batch, and five for each case of it, while this process is not stopped
BATCH = 20      # cases for one run of each C compiler
LEVELS = ("-O1", "-O2")
RARELY = {"plain": 4, "interpreter": 8}      # slow back ends see every n-th batch
LINE = 100      # cases between two lines of progress

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """What a batch showed."""

    failures: list[Failure]
    features: Counter[str]


def batch(numbers: Sequence[int], backends: Sequence[str]) -> Outcome:
    """Run numbered cases; those that take a process down are found one by one."""
    turn = numbers[0] // BATCH
    level = LEVELS[(turn + turn // 8) % len(LEVELS)]
    outcome = in_process(lambda: _batch(numbers, backends, level), len(numbers))
    if isinstance(outcome, Outcome):
        return outcome
    if len(numbers) == 1:
        return Outcome([Failure(numbers[0], _culprit(numbered(numbers[0]), backends), outcome)], Counter())
    parts = [batch([n], backends) for n in numbers]
    return Outcome([f for p in parts for f in p.failures], sum((p.features for p in parts), Counter()))


def _batch(numbers: Sequence[int], backends: Sequence[str], level: str) -> Outcome:
    made: list[tuple[int, Candidate]] = []
    found: list[Failure] = []
    for number in numbers:
        try:
            made.append((number, numbered(number)))
        except Exception as error:      # of a directive that should be legal or a ScheduleError
            found.append(Failure(number, "schedule", f"{type(error).__name__}: {error}"))
    features = Counter(word for _, c in made for word in c.features())
    return Outcome(found + failures(made, backends, (level,)), features)


def _culprit(candidate: Candidate, backends: Sequence[str]) -> str:
    """The first back end that takes the process down."""
    return next((b for b in backends if wrong(candidate, b)), ",".join(backends))


def wrong(candidate: Candidate, backend: str) -> str:
    """What one back end does wrong with a candidate, in a process of its own; empty if nothing."""
    backends = [backend] if backend in BACKENDS else []
    for level in LEVELS if backends else LEVELS[:1]:
        found = in_process(lambda v=level: failures([(0, candidate)], backends, (v,)), 1)
        if found:
            return found if isinstance(found, str) else found[0].message
    return ""


def in_process(work: Callable[[], T], cases: int) -> T | str:
    """What a child process makes of some work, or words for how it ended."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_child, args=(work, sender))
    child.start()
    sender.close()
    try:
        if any(receiver.poll(1) for _ in range(PATIENCE + 5 * cases)):
            return receiver.recv()
        child.kill()
        return "takes too long"
    except EOFError:
        child.join()
        return f"the process ended with code {child.exitcode}"
    finally:
        child.join()
        receiver.close()


def _child(work: Callable[[], object], sender: Connection) -> None:
    with tempfile.TemporaryDirectory(prefix="txc-fuzz-") as folder:
        tempfile.tempdir = folder
        sender.send(work())
    os._exit(0)


def report(failure: Failure, candidate: Candidate) -> str:
    """The smallest case that shows a failure, as it is written to a file, and how to run it."""
    small = smallest(candidate, lambda c: wrong(c, failure.backend))
    message = wrong(small, failure.backend) or failure.message
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{failure.number}-{failure.backend}.tx"
    head = "".join(f"# {line}\n" for line in f"{failure.number}, {failure.backend}: {message}".splitlines())
    path.write_text(f"{head}\n{small}")
    command = f"python tests/fuzz.py --file {os.path.relpath(path)} --backends {failure.backend}"
    return f"\ncase {failure.number}, {failure.backend}: {message}\n\n{small}\nagain: {command}\n"


def cases(arguments: argparse.Namespace) -> Iterator[list[int]]:
    """Numbers of cases, batch by batch, until there were enough."""
    end = time.monotonic() + arguments.minutes * 60 if arguments.minutes else float("inf")
    last = arguments.seed + arguments.count if arguments.count else sys.maxsize
    numbers = iter(range(arguments.seed, last))
    while time.monotonic() < end and (some := list(islice(numbers, BATCH))):
        yield some


def backends(arguments: argparse.Namespace, numbers: Sequence[int]) -> list[str]:
    """Those for a batch: the ones asked for, or all but that slow ones have turns."""
    turn = numbers[0] // BATCH
    return arguments.backends or [b for b in BACKENDS if turn % RARELY.get(b, 1) == 0]


def main() -> int:
    """1 if anything went wrong."""
    arguments = _arguments()
    if arguments.file:
        return _files(arguments.file, arguments.backends or BACKENDS)
    started, done, counts, bad = time.monotonic(), 0, Counter[str](), 0
    for numbers in cases(arguments):
        outcome = batch(numbers, backends(arguments, numbers))
        counts += outcome.features
        for number in dict.fromkeys(f.number for f in outcome.failures):
            failure = next(f for f in outcome.failures if f.number == number)
            bad += 1
            print(_shown(failure), flush=True)
        done += len(numbers)
        if done // LINE > (done - len(numbers)) // LINE:
            rate = (time.monotonic() - started) / done
            print(f"{done} cases, {bad} wrong, {rate * 1000:.0f} ms each; next {numbers[-1] + 1}", flush=True)
    print(f"{done} cases from {arguments.seed}, {bad} wrong\n{statistics(counts, max(done, 1))}")
    return bool(bad)


def _files(paths: Sequence[Path], backends: Sequence[str]) -> int:
    """Run cases that stand in files, one by one where not all of them are right."""
    made = [(path, read(path.read_text())) for path in paths]
    numbered_ones = list(enumerate(one for _, one in made))
    if in_process(lambda: failures(numbered_ones, backends, LEVELS[:1]), len(made)) == []:
        print("right")
        return 0
    found = [f"{path}, {b}: {m}" for path, one in made for b in backends if (m := wrong(one, b))]
    print("\n".join(found) or "wrong only together")
    return 1


def _shown(failure: Failure) -> str:
    try:
        return report(failure, numbered(failure.number))
    except TxcError as error:
        return f"case {failure.number}, {failure.backend}: {failure.message}\n{error}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=0, help="how many cases")
    parser.add_argument("--minutes", type=float, default=0, help="how long, at most")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first case")
    parser.add_argument("--backends", type=lambda text: text.split(","), default=[],
                        help=f"of {', '.join(BACKENDS)}; without it all, slow ones for a part of the cases")
    parser.add_argument("--file", type=Path, nargs="+",
                        help="kernels f and their schedules, instead of random ones")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
