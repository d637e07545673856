"""The end of a run: good candidates are timed again, and the best of them against the untuned default.

The best few and the default are compiled anew for that, as the kernel is in the end: what another compiler
made of them has only chosen them.

First times come from single groups, perhaps in a slow phase; many rows that are as good as the best look
worse. Rounds in which all candidates take turns are spread over time and disturbed alike. They give every
candidate the same chance to show its best time, by which the winner is chosen, and times of one machine in
one state, from which the speed-up is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from math import ceil

from .lab import GROUP, SLOW, Candidate, Lab

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

SPREAD, MOST_SPREAD = 0.1, 10.0
"""The part of what the run took until then over which the planned rounds are spread, and at most seconds."""

AT_ONCE = 3
"""Contenders that are compiled beside each other: the default and the best two come first."""

COMPILING = 10.0
"""Seconds after which no more contenders are compiled; the first ones always are."""

QUIET = 0.25
"""The part of the planned rounds that must be quiet; otherwise more follow."""

MOST_ROUNDS = 60
PAUSE = 0.2
"""Seconds before each round that a slow phase has made necessary."""

LEAST_PATIENCE, MOST_PATIENCE = 3.0, 15.0
SHARE = 0.25
"""Bounds on the seconds for such rounds, and the part of what the run took until then that they may take."""

BETTER = 0.99
"""A winner must need less than this part of the default's time."""

CONTRADICTED = 1.25
"""A winner whose time in the rounds is this much above the default's in the same rounds is none."""


def allowance(elapsed: float) -> float:
    """Seconds that rounds after the planned ones may take, in a run that has gone on for `elapsed`."""
    return max(LEAST_PATIENCE, min(MOST_PATIENCE, SHARE * elapsed))


def promising(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those worth timing again, best first; provisional times count as better than they look."""
    right = distinct(sorted((c for c in candidates if c.times), key=hoped_seconds))
    return right[:max(AT_LEAST, min(AT_MOST, ceil(AGAIN * len(right))))]


def distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first of those that are the same program."""
    seen = set[str]()
    found: list[Candidate] = []
    for candidate in candidates:
        if candidate.code not in seen:
            found.append(candidate)
        if candidate.code:
            seen.add(candidate.code)
    return found


def hoped_seconds(candidate: Candidate) -> float:
    """The time that a candidate may turn out to have once the machine is quick again."""
    return candidate.seconds * (0.8 if candidate.provisional else 1.0)


def unlike(default: Candidate, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that are not the same program as the default: what it takes in another folder is chance."""
    return [c for c in candidates if not c.code or c.code != default.code]


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
    right = distinct(sorted((c for c in candidates if c.times), key=lambda c: c.seconds))
    if not right:
        return []
    affordable = int(PATIENCE / (ROUNDS * max(GROUP, right[0].seconds))) - 1
    return right[:max(2, min(CONTENDERS, affordable))]


def as_final(lab: Lab, candidates: Sequence[Candidate], in_time: Callable[[], bool]) -> list[Candidate]:
    """New candidates for these, compiled as in the end, verified and timed; some may fail now.

    They are compiled in this order, some at once. The last ones are left out where that takes long.
    """
    made = [lab.as_final(c) for c in candidates]
    end = time.monotonic() + COMPILING
    ready: list[Candidate] = []
    while len(ready) < len(made) and (not ready or (time.monotonic() < end and in_time())):
        ready += (some := made[len(ready):len(ready) + AT_ONCE])
        lab.verify(some)
    return ready


def compare(lab: Lab, candidates: Sequence[Candidate], in_time: Callable[[], bool],
            elapsed: float = 0.0) -> list[float]:
    """The least time of each candidate over interleaved rounds, whose order turns from round to round.

    The rounds of a run that has gone on for `elapsed` seconds are spread over a part of that. While too few
    of them were quiet, more follow, further apart, for some seconds.
    """
    least = [float("inf")] * len(candidates)
    turn = sum(max(GROUP, c.seconds) for c in candidates)
    planned = max(FEWEST_ROUNDS, min(ROUNDS, int(PATIENCE / turn)))
    pause = max(0.0, min(MOST_SPREAD, SPREAD * elapsed) / planned - turn)
    quiet = number = 0
    while (number < planned and (number < FEWEST_ROUNDS or in_time())) or _moved(least, number):
        time.sleep(pause if number and in_time() else 0.0)
        quiet += _round(lab, candidates, number, least)
        number += 1
    end = time.monotonic() + allowance(elapsed) - PAUSE - turn
    while quiet < QUIET * planned and number < MOST_ROUNDS and in_time() and time.monotonic() < end:
        time.sleep(PAUSE)
        quiet += _round(lab, candidates, number, least)
        number += 1
    return least


def _moved(least: Sequence[float], number: int) -> bool:
    """Whether all that was timed has become void, by a machine lost in the last round."""
    return 0 < number < MOST_ROUNDS and min(least) == float("inf")


def _round(lab: Lab, candidates: Sequence[Candidate], number: int, least: list[float]) -> bool:
    """Time each candidate once more; whether at least half came near the best they have ever shown.

    Where the rounds go on at another machine, those until then are void.
    """
    places = [c.place for c in candidates]
    order = [(number + i) % len(candidates) for i in range(len(candidates))]
    times = lab.time([candidates[i] for i in order])
    if places != [c.place for c in candidates]:
        least[:] = [float("inf")] * len(least)
        return False
    near = 0
    for i, seconds in zip(order, times, strict=True):
        least[i] = min(least[i], seconds)
        near += seconds <= SLOW * candidates[i].seconds
    return 2 * near >= len(candidates)


def winner(candidates: Sequence[Candidate], least: Sequence[float]) -> int:
    """The position of the best of those that ran in the rounds, by the best time each has ever shown.

    The least of all times is nearest to what code can do; in a slow phase the rounds alone say little.
    """
    def score(position: int) -> float:
        return candidates[position].seconds if least[position] < float("inf") else float("inf")

    return min(range(len(candidates)), key=score)


def beats(best: Candidate, seconds: float, default: Candidate, default_seconds: float) -> bool:
    """Whether a winner is better than the untuned default; the seconds are the least of the same rounds.

    The best times ever shown must say so, and those of the rounds not the contrary: on a crowded machine code
    for many threads may have been lucky once and be hopeless otherwise.
    """
    return best.seconds < BETTER * default.seconds and seconds <= CONTRADICTED * default_seconds
