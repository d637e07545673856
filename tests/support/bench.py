"""A bench without processes: what candidates take is what a test says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from txc.tuner.lab import Lab
from txc.tuner.measure.failure import Failure
from txc.tuner.measure.lock import Unlocked
from txc.tuner.measure.pool import Timed
from txc.tuner.measure.recipe import Filling


class FakePool:
    """Row `(behaviour, cost)` takes `cost` times 10 µs times `speed`, the default's cost is 50.

    `codes` names programs by their cost, and `failures` says which rows fail when built.
    """

    place = machine = ""

    def __init__(self) -> None:
        self.speed = 1.0
        self.codes: dict[int, str] = {}
        self.failures: dict[int, Failure] = {}
        self.rows: dict[int, Filling] = {}
        self.started: list[list[int]] = []
        self.forgotten: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        pass

    def prepare(self) -> None:
        pass

    def start(self, rows: Mapping[int, Filling], *, final: bool = False) -> None:
        self.rows |= rows
        self.started.append([self.cost(n) for n in rows])

    def build(self, rows: Mapping[int, Filling], *, final: bool = False) -> dict[int, Failure | None]:
        self.rows |= rows
        return {n: self.failures.get(self.cost(n)) for n in rows}

    def cost(self, number: int) -> int:
        row = self.rows[number]
        return row[1] if isinstance(row, tuple) else 50

    def seconds(self, number: int) -> float:
        return self.cost(number) * 1e-5 * self.speed

    def measure_all(self, numbers: Sequence[int], best: float | None) -> Iterator[tuple[int, Timed]]:
        for number in numbers:
            yield number, Timed((self.seconds(number),), code=self.codes.get(self.cost(number), ""))

    def time(self, number: int, seconds: float) -> Timed:
        return Timed((self.seconds(number),), code=self.codes.get(self.cost(number), ""))

    def forget(self, numbers: Sequence[int]) -> None:
        self.forgotten += [self.cost(n) for n in numbers]

    def rest(self) -> None:
        pass


def lab(pool: Any) -> Lab:
    """A lab with such a pool."""
    return Lab(pool, Unlocked())
