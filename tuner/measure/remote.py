"""What runs on the workers of a cluster: what machine this is, and a pool of local processes for each task.

A worker of the cluster never runs a candidate itself: a candidate that crashes or hangs harms only a process
of the local pool. Tensors do not travel at all: each machine evaluates the reference itself.
"""

from __future__ import annotations

import pickle
import weakref
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...compiler.runtime.toolchain import compiler
from ...compiler.target.host import model
from ...compiler.target.target import Target, host
from ...dsl.diagnostics import TxcError
from ..options import available_cores
from ..versions import compiler_version, generator_version
from .failure import Failure
from .lock import MachineLock
from .pool import Limits, Pool, Timed
from .recipe import Filling


@dataclass(frozen=True, slots=True)
class Host:
    """What a worker's machine is; times of equal hosts may guide one search."""

    model: str
    target: Target
    compiler: str
    generator: str


class Forgotten(Exception):
    """The candidate is not here: the worker has started anew since it was built."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker needs to know of a task, once. `recipe` is pickled; no `lock` is the usual file."""

    recipe: bytes
    threads: int
    limits: Limits
    lock: Path | None = None


class Station:
    """The local pool of one task. Opened when first used, closed with the last reference to it.

    It holds the machine's lock as the tuner does at home: shared to build, alone to time.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._lock = MachineLock(order.lock)
        self._pool: Pool | None = None
        self._built: set[int] = set()

    def __reduce__(self) -> tuple[Any, ...]:
        return Station, (self._order,)      # a cluster may move data; what moves is a station without a pool

    def prepare(self) -> Failure | None:
        """Evaluate the reference on this machine."""
        with self._lock.shared():
            return self._opened().prepare()

    def build(self, rows: Mapping[int, Filling], finals: Set[int],
              stale: Sequence[int]) -> dict[int, Failure | None]:
        """Build candidates on all cores of this machine, `finals` as `Workers.build` does with `final`.

        `stale` ones are removed before.
        """
        pool = self._opened()
        pool.forget([number for number in stale if number in self._built])
        self._built.difference_update(stale)
        with self._lock.shared():
            results = pool.build({n: row for n, row in rows.items() if n not in finals})
            results |= pool.build({n: rows[n] for n in finals}, final=True)
        self._built.update(number for number, failure in results.items() if failure is None)
        return results

    def measure(self, number: int, best: float | None) -> Timed | Failure:
        """Verify and time a candidate built here, alone on this machine. Raises Forgotten."""
        pool = self._holding(number)
        with self._lock.alone():
            return pool.measure(number, best)

    def time(self, number: int, seconds: float) -> Timed | Failure:
        """Time a candidate built here again, alone on this machine. Raises Forgotten."""
        pool = self._holding(number)
        with self._lock.alone():
            return pool.time(number, seconds)

    def _holding(self, number: int) -> Pool:
        if number not in self._built:
            raise Forgotten(number)
        return self._opened()

    def _opened(self) -> Pool:
        if self._pool is None:
            order = self._order
            limits = replace(order.limits, memory=min(order.limits.memory, Limits().memory))
            self._pool = Pool(pickle.loads(order.recipe), order.threads, available_cores(), limits)
            weakref.finalize(self, self._pool.close)
        return self._pool


def describe() -> Host:
    """This machine, with its C compiler and the sources of txc."""
    try:
        said = compiler_version(compiler())
    except TxcError:
        said = ""       # LLVM may do without
    return Host(model(), host(), said, generator_version())


def station(order: Order) -> Station:
    """Open a task's station on this machine."""
    return Station(order)


def call(station: Station, method: str, *arguments: object) -> Any:
    """Have a station do something; it lives where this runs."""
    return getattr(station, method)(*arguments)
