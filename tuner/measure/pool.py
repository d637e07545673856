"""All workers of one tuning run: builders on every core, and one runner, whose cores are its own.

Builders go on while a kernel of fewer threads than there are cores is timed, on the cores that are left; one
of all cores is timed alone.
"""

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
from .process import Crew, Process, Setting, ask, attend, leave_recipe
from .protocol import Message
from .recipe import Filling, Recipe

MIB = 1 << 20

RENEWED = 10_000
"""A runner that has verified so many candidates gives way to a new one: LLVM leaves some 10 KiB of each."""

TWIN = 0.003
"""Seconds of timing a candidate whose code is known to be right."""


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
    """Times of a right candidate, in seconds, as they were taken; `place` is the machine, empty for this.

    Candidates of the same `code` are the same program; it is empty where that is not known.
    """

    times: tuple[float, ...]
    place: str = ""
    code: str = ""


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
        self._building = Crew(self._builders, BUILD_TIMEOUT)
        self._running = Crew([self._runner], RUN_TIMEOUT)
        self._beside = max(0, builders - threads)
        self._begun = set[int]()
        self._verified = 0
        self._codes = dict[int, str]()
        self._known = dict[str, Timed | Failure]()

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

    @property
    def machine(self) -> str:
        """This machine's processor."""
        return ""

    def prepare(self) -> Failure | None:
        """Compute what all candidates share; meanwhile the other workers start."""
        for process in (*self._builders, self._runner):
            process.warm()
        for process, op in ((self._builders[0], "prepare"), (self._runner, "warm")):
            request = {"op": op, "folder": str(self._scratch)}
            failure = _failure(ask(process, request, self._limits.prepare, BUILD_TIMEOUT))
            if failure is not None:
                return failure
        return None

    def start(self, rows: Mapping[int, Filling], *, final: bool = False) -> None:
        """Have candidates built, by number, while others are timed; a row of None is the untuned default.

        With `final` they are compiled as they are in the end. Nothing happens but while `build`, `measure`
        or `time` waits.
        """
        for number, row in rows.items():
            folder = self._folder(number)
            folder.mkdir(exist_ok=True)
            request = {"op": "build", "row": row, "folder": str(folder), "final": final}
            self._building.submit(number, request, self._limits.build)
        self._begun.update(rows)

    def build(self, rows: Mapping[int, Filling], *, final: bool = False) -> dict[int, Failure | None]:
        """Have candidates built that were not started before, and wait for all of these, on all cores.

        Those that were started and are not waited for come later. Gives what went wrong with each, or None.
        """
        self.start({n: row for n, row in rows.items() if n not in self._begun}, final=final)
        self._building.hurry(rows)
        while any(number not in self._building.replies for number in rows):
            self._building.dispatch(len(self._builders))
            attend(self._building)
        return {number: self._built(number) for number in rows}

    def _built(self, number: int) -> Failure | None:
        self._begun.discard(number)
        reply = self._building.replies.pop(number)
        if isinstance(reply, dict) and reply.get("code"):
            self._codes[number] = reply["code"]
        return _failure(reply)

    def measure(self, number: int, best: float | None) -> Timed | Failure:
        """Verify and time a built candidate; `best` is the seconds of the best so far.

        One whose code was verified before is only timed a little, and has the earlier times as well.
        """
        code = self._codes.get(number, "")
        known = self._known.get(code)
        if isinstance(known, Failure):
            return known
        if known is None:
            self._renew_runner()
            limit = self._limits.run + 20 * (best or 0.0)
            result = self._run({"op": "measure", "folder": str(self._folder(number)), "best": best}, limit)
        else:
            result = self.time(number, TWIN)
        if isinstance(result, Timed):
            result = Timed((*(known.times if known else ()), *result.times), code=code)
        if code:
            self._known[code] = result
        return result

    def _renew_runner(self) -> None:
        self._verified += 1
        if self._verified % RENEWED == 0:
            self._runner.kill()     # idle now; the next request starts another

    def measure_all(self, numbers: Sequence[int],
                    best: float | None) -> Iterator[tuple[int, Timed | Failure]]:
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
            self._codes.pop(number, None)

    def rest(self) -> None:
        """End the workers until they are needed again; what was built stays."""
        while self._building.busy:
            attend(self._building)
        for process in (*self._builders, self._runner):
            process.kill()

    def _folder(self, number: int) -> Path:
        return self._scratch / str(number)

    def _run(self, request: Message, limit: float) -> Timed | Failure:
        """Have the runner do something while at most as many builders work as there are cores left."""
        while len(self._building.busy) > self._beside:
            attend(self._building)
        self._running.submit(0, request, limit)
        self._running.dispatch(1)
        while 0 not in self._running.replies:
            self._building.dispatch(self._beside)
            attend(self._running, self._building)
        reply = self._running.replies.pop(0)
        failure = _failure(reply)
        if failure is not None:
            return failure
        assert isinstance(reply, dict)
        return Timed(tuple(reply["times"]))


def _failure(reply: Message | Failure) -> Failure | None:
    if isinstance(reply, Failure):
        return reply
    return Failure(reply["failure"], reply["message"]) if "failure" in reply else None
