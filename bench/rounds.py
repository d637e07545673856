"""Timing in turns: every contender has a group of calls in every round, and rounds go over all cases.

A machine has slow phases of up to a second. Samples of one contender that follow each other may all lie in
one; samples spread over the whole run do not. So the rounds are the outer loop, and a minimum over them is
what the machine can do; medians tell what it usually did.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

GROUP = 0.01        # seconds of calls of a contender in a round
MOST = 1000         # calls in a group at most
LEAST = 2           # and at least: the first touches memory that was just allocated
FEWEST = 3          # rounds of a contender, however slow it is


@dataclass
class Contender:
    """Something to time: `run(calls)` gives the nanoseconds of each. `pause` seconds of silence come before.

    The pause lets the threads of whoever ran before go to sleep: they wait actively for a while.
    """

    name: str
    run: Callable[[int], Sequence[int]]
    pause: float = 0.0
    calls: int = 1
    rounds: int = 0
    minima: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)

    def calibrate(self, rounds: int, budget: float) -> None:
        """Find how many calls make a group, and how many rounds fit into a budget of seconds."""
        first = max(1, min(*self.run(2)))
        self.calls = max(LEAST, min(MOST, round(GROUP * 1e9 / first)))
        each = self.pause + first * (self.calls + 1) * 1e-9
        self.rounds = max(min(FEWEST, rounds), min(rounds, int(budget / each)))

    def turn(self) -> None:
        """One group, after a call that warms the caches."""
        time.sleep(self.pause)
        self.run(1)
        found = self.run(self.calls)
        self.minima.append(min(found) * 1e-9)
        self.medians.append(statistics.median(found) * 1e-9)

    @property
    def best(self) -> float:
        """Seconds of the fastest call of all."""
        return min(self.minima)

    @property
    def median(self) -> float:
        """Seconds of the median of the rounds' medians."""
        return statistics.median(self.medians)


def interleave(groups: Sequence[Sequence[Contender]], rounds: int,
               before: Callable[[int], None] = lambda group: None,
               watch: Callable[[int], None] = lambda done: None) -> None:
    """`rounds` rounds over all groups, in each the contenders in turns; slow ones sit out evenly.

    `before(group)` runs before the turns of a group in each round.
    """
    for round_ in range(rounds):
        for number, group in enumerate(groups):
            before(number)
            for contender in group:
                if due(round_, rounds, contender.rounds):
                    contender.turn()
        watch(round_ + 1)


def due(round_: int, rounds: int, wanted: int) -> bool:
    """Whether something that takes part in `wanted` of the rounds, evenly spread, takes part in this one."""
    return (round_ + 1) * wanted // rounds > round_ * wanted // rounds
