"""All workers of one tuning run: builders on every core, and one runner that is alone when it times."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from .failure import BUILD_TIMEOUT, RUN_TIMEOUT, Failure
from .process import Process, Setting, leave_recipe, serve
from .protocol import Message
from .recipe import Recipe, Row

MIB = 1 << 20


def _half_of_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


@dataclass(frozen=True)
class Limits:
    """What a candidate may take: seconds to prepare, build and run, bytes of memory in one process."""

    prepare: float = 600.0
    build: float = 30.0
    run: float = 10.0
    memory: int = _half_of_memory()
    output: int = 64 * MIB      # of any file that a running candidate writes


@dataclass(frozen=True, slots=True)
class Timed:
    """Times of a right candidate, in seconds, as they were taken; `place` is the machine, empty for this."""

    times: tuple[float, ...]
    place: str = ""


class Pool:
    """Builds and times candidates, each known by a number. A context manager: leaving kills every worker."""

    def __init__(self, recipe: Recipe, threads: int, builders: int, limits: Limits) -> None:
        self._limits = limits
        self._scratch = Path(tempfile.mkdtemp(prefix="txc-"))
        leave_recipe(recipe, self._scratch)
        quiet = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        build = Setting(self._scratch, limits.memory, 0, {**quiet, "OMP_NUM_THREADS": "1"})
        run = Setting(self._scratch, limits.memory, limits.output,
                      {**quiet, "OMP_NUM_THREADS": str(threads), "OMP_DYNAMIC": "false"})
        self._builders = [Process(f"builder-{n}", build) for n in range(builders)]
        self._runner = Process("runner", run)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Kill the workers and remove everything they left."""
        for process in (*self._builders, self._runner):
            process.kill()
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def place(self) -> str:
        """This machine."""
        return ""

    def prepare(self) -> Failure | None:
        """Compute what all candidates share; meanwhile the other workers start."""
        for process in (*self._builders, self._runner):
            process.warm()
        ((_, reply),) = serve(self._builders[:1], [{"op": "prepare"}], self._limits.prepare, BUILD_TIMEOUT)
        return _failure(reply)

    def build(self, rows: Mapping[int, Row | None]) -> dict[int, Failure | None]:
        """Build candidates by number, on all cores; a row of None is the untuned default.

        Gives what went wrong with each, or None.
        """
        numbers = list(rows)
        requests: list[Message] = []
        for number, row in rows.items():
            self._folder(number).mkdir(exist_ok=True)
            requests.append({"op": "build", "row": row, "folder": str(self._folder(number))})
        replies = dict(serve(self._builders, requests, self._limits.build, BUILD_TIMEOUT))
        return {numbers[i]: _failure(replies[i]) for i in range(len(numbers))}

    def measure(self, number: int, best: float | None) -> Timed | Failure:
        """Verify and time a built candidate; `best` is the seconds of the best so far."""
        limit = self._limits.run + 20 * (best or 0.0)
        return self._run({"op": "measure", "folder": str(self._folder(number)), "best": best}, limit)

    def measure_all(self, numbers: Sequence[int], best: float | None) -> Iterator[tuple[int, Timed | Failure]]:
        """Verify and time built candidates one after another."""
        for number in numbers:
            result = self.measure(number, best)
            if isinstance(result, Timed):
                best = min(*result.times, best or float("inf"))
            yield number, result

    def time(self, number: int, seconds: float) -> Timed | Failure:
        """Time a candidate again that is known to be right, for about so many seconds."""
        limit = self._limits.run + 2 * seconds
        return self._run({"op": "time", "folder": str(self._folder(number)), "seconds": seconds}, limit)

    def forget(self, numbers: Sequence[int]) -> None:
        """Remove candidates that will not be timed again."""
        for number in numbers:
            shutil.rmtree(self._folder(number), ignore_errors=True)

    def _folder(self, number: int) -> Path:
        return self._scratch / str(number)

    def _run(self, request: Message, limit: float) -> Timed | Failure:
        ((_, reply),) = serve([self._runner], [request], limit, RUN_TIMEOUT)
        failure = _failure(reply)
        if failure is not None:
            return failure
        assert isinstance(reply, dict)
        return Timed(tuple(reply["times"]))


def _failure(reply: Message | Failure) -> Failure | None:
    if isinstance(reply, Failure):
        return reply
    return Failure(reply["failure"], reply["message"]) if "failure" in reply else None
