"""Which record of a task is best: the last comparison says, and what was timed later as its winner was.

Times of two compilers never compete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .record import Choice, Record


def ranked(right: Sequence[Record], last: Choice | None, chosen: Record | None) -> list[Record]:
    """Records to build with, best first; none where the untuned default is better.

    `right` are the right trials of a task, `last` is the outcome of the last comparison, `chosen` its winner.
    """
    found = _fastest(right)
    if last is None:
        return found
    newer = [r for r in found if r.id > last.after and _beats(r, last, chosen)]
    first = newer or ([chosen] if chosen else [])
    numbers = {record.id for record in first}
    return [*first, *(r for r in found if r.id not in numbers)] if first else []


def _fastest(right: Sequence[Record]) -> list[Record]:
    """By the times of the search; first come those of the compiler that most of them are of."""
    usual = Counter(record.compiler for record in right).most_common(1)
    return sorted(right, key=lambda r: (r.compiler != usual[0][0], min(r.times), r.id))


def _beats(record: Record, last: Choice, chosen: Record | None) -> bool:
    """Whether a later trial is faster than the winner, both as one compiler made them."""
    for compiler in (record.ships, record.compiler):
        seconds, limit = record.seconds_by(compiler), _to_beat(compiler, last, chosen)
        if seconds is not None and limit is not None:
            return seconds < limit
    return False


def _to_beat(compiler: str, last: Choice, chosen: Record | None) -> float | None:
    """Seconds that a trial must stay below; a choice made while the machine was slow is no excuse."""
    known = chosen.seconds_by(compiler) if chosen else None
    told = last.seconds if last.compiler in ("", compiler) else None
    return min((s for s in (known, told) if s is not None), default=None)
