"""The end of a run: good candidates are timed again, and the best of them against the untuned default.

First times come from single groups, perhaps in a slow phase; many rows that are as good as the best look
worse. Rounds in which all candidates take turns are spread over time and disturbed alike, so their least
times can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from .lab import GROUP, Candidate, Lab

AGAIN = 0.15
"""The part of the right candidates that is timed again."""

AT_LEAST, AT_MOST = 8, 24
"""Bounds on how many those are."""

AGAIN_ROUNDS = 4

CONTENDERS = 8
"""How many go into the final comparison, beside the default."""

ROUNDS = 20
FEWEST_ROUNDS = 5
PATIENCE = 20.0
"""Seconds that the final comparison may take; slow kernels get fewer contenders, then fewer rounds."""

BETTER = 0.99
"""A winner must need less than this part of the default's time."""


def promising(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those worth timing again, best first; provisional times count as better than they look."""
    right = sorted((c for c in candidates if c.times), key=_hoped_seconds)
    return right[:max(AT_LEAST, min(AT_MOST, ceil(AGAIN * len(right))))]


def _hoped_seconds(candidate: Candidate) -> float:
    return candidate.seconds * (0.8 if candidate.provisional else 1.0)


def time_again(lab: Lab, candidates: Sequence[Candidate], in_time: Callable[[], bool]) -> None:
    """Round-robin rounds over candidates, which improve their times; they are no longer provisional then."""
    for _ in range(AGAIN_ROUNDS):
        if not in_time():
            return
        lab.time(candidates)
    for candidate in candidates:
        candidate.provisional = False


def contenders(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best few: fewer of slow kernels, so that every one still gets its rounds."""
    right = sorted((c for c in candidates if c.times), key=lambda c: c.seconds)
    if not right:
        return []
    affordable = int(PATIENCE / (ROUNDS * max(GROUP, right[0].seconds))) - 1
    return right[:max(2, min(CONTENDERS, affordable))]


def compare(lab: Lab, candidates: Sequence[Candidate], in_time: Callable[[], bool]) -> list[float]:
    """The least time of each candidate over interleaved rounds, whose order turns from round to round."""
    least = [float("inf")] * len(candidates)
    turn = sum(max(GROUP, c.seconds) for c in candidates)
    for number in range(max(FEWEST_ROUNDS, min(ROUNDS, int(PATIENCE / turn)))):
        if number >= FEWEST_ROUNDS and not in_time():
            break
        order = [(number + i) % len(candidates) for i in range(len(candidates))]
        times = lab.time([candidates[i] for i in order])
        for i, seconds in zip(order, times, strict=True):
            least[i] = min(least[i], seconds)
    return least
