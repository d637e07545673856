"""What a job of several tasks makes small, and how much a second of each task is worth to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Protocol

Seconds = Mapping[int, float]
"""The latency of tasks by their numbers, all of them finite and positive."""


class Objective(Protocol):
    """A function of latencies that falls when any of them does, or at least does not rise."""

    def value(self, seconds: Seconds) -> float:
        """The value to make small, over the tasks given."""
        ...

    def slopes(self, seconds: Seconds) -> dict[int, float]:
        """How fast the value falls with each latency, up to one factor common to all tasks."""
        ...


@dataclass(frozen=True)
class Sum:
    """The weighted sum of latencies, in seconds: the time of a network that runs each task `weight` times."""

    weights: Sequence[float]

    def value(self, seconds: Seconds) -> float:
        return sum(self.weights[n] * s for n, s in seconds.items())

    def slopes(self, seconds: Seconds) -> dict[int, float]:
        return {n: self.weights[n] for n in seconds}


@dataclass(frozen=True)
class Worst:
    """The largest weighted latency, in seconds."""

    weights: Sequence[float]

    def value(self, seconds: Seconds) -> float:
        return max((self.weights[n] * s for n, s in seconds.items()), default=0.0)

    def slopes(self, seconds: Seconds) -> dict[int, float]:
        worst = self.value(seconds)
        return {n: self.weights[n] if self.weights[n] * s == worst else 0.0 for n, s in seconds.items()}


@dataclass(frozen=True)
class GeoMean:
    """One over the weighted geometric mean of the speed-ups against `references`, latencies of the tasks.

    A task without a reference counts with the factor that it runs faster than one second.
    """

    weights: Sequence[float]
    references: Mapping[int, float]

    def value(self, seconds: Seconds) -> float:
        total = sum(self.weights[n] for n in seconds)
        logs = (self.weights[n] * log(s / self.references.get(n, 1.0)) for n, s in seconds.items())
        return exp(sum(logs) / total) if total else 1.0

    def slopes(self, seconds: Seconds) -> dict[int, float]:
        return {n: self.weights[n] / s for n, s in seconds.items()}


OBJECTIVES: dict[str, Callable[[Sequence[float], Mapping[int, float]], Objective]] = {
    "sum": lambda weights, references: Sum(weights),
    "worst": lambda weights, references: Worst(weights),
    "geomean": GeoMean,
}
"""Makes an objective of weights and of the latencies of the untuned defaults."""
