"""How long a candidate runs: always the least of several, never a mean.

Machines have slow phases (a factor of 1.2 to 1.5, milliseconds to seconds long). Short groups spread over
time find the truth far sooner than one long group, so the first pass is brief and good candidates are timed
again.
"""

from __future__ import annotations

from .recipe import Bench

GROUP = 0.010
"""Seconds of the first pass."""

PIECE = 0.002
"""Seconds of one piece of a group; each gives one time."""

HOPELESS = 2.0
"""A verified run this much slower than the best is the only one."""

WORSE = 1.25
"""A second run this much slower than the best is the last one."""

COLD = 0.0005
"""Seconds that a verified run may lose to cold caches and threads not yet started."""

CLOCK = 0.00002
"""Seconds that any single run may lose to whatever interrupts it."""

TICK = 1e-9
"""Seconds that the clock can tell apart."""

MOST = 1_000_000
"""Runs in one piece, for kernels faster than the clock can tell."""


def first_pass(bench: Bench, best: float | None) -> list[float]:
    """Verify a candidate and time it; `best` is the seconds of the best one so far.

    The times are those of the verified run, of a second run, and of each piece of one group; later ones are
    left out where the earlier ones tell that the candidate is no good.
    """
    times = [bench.verify()]
    if best is not None and times[0] > HOPELESS * best + COLD:
        return times
    times.append(bench.time(1))
    if best is not None and min(times) > WORSE * best + CLOCK:
        return times
    return times + group(bench, GROUP, min(times))


def group(bench: Bench, seconds: float, run: float) -> list[float]:
    """Times of pieces that together take about `seconds`, at least one, for a run of about `run` seconds."""
    runs = _runs(PIECE, run)
    pieces = max(1, round(seconds / (runs * max(run, TICK))))
    return [bench.time(runs) for _ in range(pieces)]


def again(bench: Bench, seconds: float) -> float:
    """The time of a candidate known to be right, from one run and a piece of about `seconds`.

    Its code and its tensors may have left the caches since; the first run brings them back.
    """
    first = bench.time(1)
    return first if first >= seconds else min(first, bench.time(_runs(seconds, first)))


def _runs(seconds: float, run: float) -> int:
    return max(1, min(MOST, int(seconds / max(run, TICK))))
