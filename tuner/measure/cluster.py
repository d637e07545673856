"""Candidates built and timed on the workers of a dask cluster, all of them on machines of one description.

A candidate stays on the worker that built it, and is measured there; other candidates are measured on other
workers at the same time. Timing again, the incumbent's gate and the final comparison run on one worker, which
is `place`. What a worker that is lost had in hand is done again elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

from ...compiler.target.data import named
from ...compiler.target.target import Target, parse
from ..versions import generator_version
from .address import Address
from .dask import LOST, Calls, Cluster, failed
from .failure import WORKER_LOST, Failure
from .pool import Timed
from .recipe import Filling
from .remote import Host, Order

RETRIES = 2
"""How many times a trial is tried again whose worker was lost."""

REJOIN = 30.0
"""Seconds to wait for a worker when all are lost."""

PAUSE = 0.5
"""Seconds between looks whether one has come."""


@dataclass
class _Worker:
    """A worker with the station opened on it, the candidates built there, and those to remove with the next
    build.
    """

    opened: Any
    built: set[int]
    stale: list[int]


class ClusterPool:
    """The workers of a cluster, as `workers.Workers` has it, for a task that is tuned for `target`.

    Workers that join later take part from the next build on. Raises TxcError R675 to R678 when made, R676,
    R679 at any time if the scheduler or all workers have gone.
    """

    def __init__(self, address: Address, target: str, order: Order) -> None:
        self._target, self._order = parse(target), order
        self._cluster = Cluster(address)
        self._workers: dict[str, _Worker] = {}
        self._refused: dict[str, str] = {}
        self._host: Host | None = None
        self._rows: dict[int, Filling] = {}
        self._finals = set[int]()
        self._losses = Counter[int]()
        try:
            self._failure = self._enlist()
            if not self._workers and self._failure is None:
                raise self._nobody()
        except BaseException:
            self._cluster.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._workers.clear()
        self._cluster.close()

    @property
    def place(self) -> str:
        """The worker on which `time` runs now."""
        return next(iter(self._workers), "")

    @property
    def machine(self) -> str:
        """The processor of all workers."""
        return self._host.model if self._host else ""

    def prepare(self) -> Failure | None:
        """What went wrong when the workers evaluated the reference, if none of them could."""
        return None if self._workers else self._failure

    def start(self, rows: Mapping[int, Filling], *, final: bool = False) -> None:
        """Nothing yet: workers build when `build` asks them."""

    def build(self, rows: Mapping[int, Filling], *, final: bool = False) -> dict[int, Failure | None]:
        """Build candidates, dealt out to all workers."""
        self._rows |= rows
        self._finals.update(rows if final else ())
        results: dict[int, Failure | None] = {}
        while left := [number for number in rows if number not in results]:
            self._muster()
            names = list(self._workers)
            calls = Calls(self._cluster)
            for i, name in enumerate(names[:len(left)]):
                self._send_build(calls, name, left[i::len(names)])
            while calls:
                results |= self._built(*calls.receive())
        return results

    def measure_all(self, numbers: Sequence[int],
                    best: float | None) -> Iterator[tuple[int, Timed | Failure]]:
        """Verify and time built candidates, one at a time on each worker."""
        left, calls = list(numbers), Calls(self._cluster)
        while left or calls:
            for number, failure in self._rebuild(left):
                left.remove(number)
                yield number, failure
            for name, worker in self._workers.items():
                number = next((n for n in left if n in worker.built), None)
                if number is not None and name not in calls:
                    left.remove(number)
                    calls.send(name, number, worker.opened, "measure", number, best)
            if calls:
                name, number, reply = calls.receive()
                result = self._measured(name, number, reply)
                if result is None:
                    left.append(number)
                    continue
                if isinstance(result, Timed):
                    best = min(*result.times, best or float("inf"))
                yield number, result

    def time(self, number: int, seconds: float) -> Timed | Failure:
        """Time a candidate again on the worker `place`; one of another worker is built and verified there."""
        while True:
            if not self._workers:
                self._muster()
            name = self.place
            worker = self._workers[name]
            reply: Any = None
            if number not in worker.built:
                reply = self._move(name, number)
            if reply is None:
                reply = self._ask(name, "time", number, seconds)
            result = self._measured(name, number, reply)
            if result is not None:
                return result

    def forget(self, numbers: Sequence[int]) -> None:
        """Have candidates removed before the next build."""
        for number in numbers:
            self._rows.pop(number, None)
            self._finals.discard(number)
            for worker in self._workers.values():
                if number in worker.built:
                    worker.built.discard(number)
                    worker.stale.append(number)

    def rest(self) -> None:
        """Nothing: workers of a cluster serve all searches."""

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────

    def _ask(self, name: str, method: str, *arguments: object) -> Any:
        calls = Calls(self._cluster)
        calls.send(name, None, self._workers[name].opened, method, *arguments)
        return calls.receive()[2]

    def _send_build(self, calls: Calls, name: str, numbers: list[int]) -> None:
        worker = self._workers[name]
        stale, worker.stale = worker.stale, []
        finals = self._finals.intersection(numbers)
        calls.send(name, numbers, worker.opened, "build", {n: self._rows[n] for n in numbers}, finals, stale)

    def _built(self, name: str, numbers: list[int], reply: Any) -> dict[int, Failure | None]:
        """What is settled of a build: everything, or after a loss what will not be tried again."""
        if reply is LOST:
            self._drop(name)
            return {n: failure for n in numbers if (failure := self._charge(n))}
        self._workers[name].built.update(n for n, failure in reply.items() if failure is None)
        return reply

    def _measured(self, name: str, number: int, reply: Any) -> Timed | Failure | None:
        """What a trial came to; None if its worker was lost and it will be tried again."""
        if reply is LOST:
            self._drop(name)
            return self._charge(number)
        return replace(reply, place=name) if isinstance(reply, Timed) else reply

    def _rebuild(self, numbers: Sequence[int]) -> Iterator[tuple[int, Failure]]:
        """Build those anew whose worker was lost; gives those that fail now."""
        while homeless := [n for n in numbers if not any(n in w.built for w in self._workers.values())]:
            failures = self.build({n: self._rows[n] for n in homeless})
            failed_now = {n: failure for n, failure in failures.items() if failure}
            yield from failed_now.items()
            numbers = [n for n in numbers if n not in failed_now]

    def _move(self, name: str, number: int) -> Any:
        """Build and verify a candidate on a worker; None if it is right there."""
        calls = Calls(self._cluster)
        self._send_build(calls, name, [number])
        name, numbers, reply = calls.receive()
        if reply is LOST:
            return LOST
        failure = self._built(name, numbers, reply)[number]
        result = failure or self._ask(name, "measure", number, None)
        return None if isinstance(result, Timed) else result

    def _charge(self, number: int) -> Failure | None:
        self._losses[number] += 1
        if self._losses[number] <= RETRIES:
            return None
        return Failure(WORKER_LOST, f"the worker was lost {self._losses[number]} times")

    # ── workers ──────────────────────────────────────────────────────────────────────────────────────────

    def _drop(self, name: str) -> None:
        self._workers.pop(name, None)

    def _muster(self) -> None:
        """Take in workers that have joined; wait for one where there is none. Raises TxcError R679."""
        end = monotonic() + REJOIN
        while True:
            self._enlist()
            if self._workers:
                return
            if monotonic() > end:
                raise failed("R679", "all workers of the dask cluster are lost",
                             "finished trials are recorded: start again to go on")
            sleep(PAUSE)

    def _enlist(self) -> Failure | None:
        """Open stations on workers that fit, and have them evaluate the reference; the last failure."""
        present = self._cluster.workers()
        for name in [n for n in self._workers if n not in present]:
            self._drop(name)
        new = [n for n in present if n not in self._workers and n not in self._refused]
        failure, calls, opened = None, Calls(self._cluster), dict[str, Any]()
        for name in self._fitting(new):
            opened[name] = self._cluster.open(name, self._order)
            calls.send(name, None, opened[name], "prepare")
        while calls:
            name, _, reply = calls.receive()
            if reply is None:
                self._workers[name] = _Worker(opened[name], set(), [])
            elif reply is not LOST:
                failure = reply
                self._refused[name] = reply.message
        return failure

    def _fitting(self, names: list[str]) -> list[str]:
        """Workers whose machines can stand for the task's target and are of the one description in use."""
        hosts = dict[str, Host]()
        for name, host in self._cluster.describe(names).items():
            reason = unfit(host, self._target, self._order.threads)
            if reason:
                self._refused[name] = reason
            else:
                hosts[name] = host
        if hosts and self._host is None:
            self._host = Counter(hosts.values()).most_common(1)[0][0]
        for name, host in hosts.items():
            if host != self._host:
                self._refused[name] = "is not like the machines in use"
        return [name for name, host in hosts.items() if host == self._host]

    def _nobody(self) -> Exception:
        address = self._cluster.address
        if not self._refused:
            return failed("R677", f"no worker at {address.scheduler} offers the resource {address.resource}",
                          f"start one with `dask worker {address.scheduler} --nthreads 1 "
                          f"--resources {address.resource}=1`")
        reasons = "; ".join(f"{name} {reason}" for name, reason in sorted(self._refused.items())[:4])
        return failed("R678", f"no worker at {address.scheduler} can measure for {self._target}: {reasons}",
                      "name the workers' own target with --target, and install the same txc on all machines")


def unfit(host: object, target: Target, threads: int) -> str | None:
    """Why a machine cannot measure for a target, to stand after the worker's name; None if it can.

    It must have all features of the target and be of its design, where the target names one.
    """
    if not isinstance(host, Host):
        return f"cannot tell what it is: {host}"
    if host.generator != generator_version():
        return "has another version of txc"
    here = host.target
    missing = sorted(target.features - here.features)
    if here.family != target.family or missing:
        return f"is {here}, without {', '.join(missing) or target.family}"
    design = named(target.family, target.name)
    if design and design.core and here.name != target.name:
        return f"is {here}"
    if threads > here.cores:
        return f"has {here.cores} cores, not {threads}"
    return None
