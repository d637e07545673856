"""Which records can go: what is old, failed or of no use any more, but never what builds use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from .record import OK, Record, TaskKey
from .records import Records


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What may go: any record that one of these names. Retired ones always may.

    `before` is a moment; `keep` is how many of the best of each task stay whatever else is said, and with
    nothing else said only they do.
    """

    before: datetime | None = None
    failed: bool = False
    outdated: bool = False
    keep: int | None = None

    @property
    def _only_keep(self) -> bool:
        return self.keep is not None and not (self.before or self.failed or self.outdated)

    def drops(self, record: Record, generator: str) -> bool:
        """Whether it may go, if it is none of those kept."""
        return (record.retired or self._only_keep or (self.failed and record.verdict != OK)
                or (self.outdated and record.outdated(generator))
                or (self.before is not None and datetime.fromisoformat(record.created) < self.before))


def superfluous(store: Records, cleaning: Cleaning, generator: str) -> list[Record]:
    """The records that can go, oldest first. What a build would use now stays."""
    found = list(store.find(retired=True))
    kept = _kept(store, found, max(1, cleaning.keep or 0))
    return [r for r in found if r.id not in kept and cleaning.drops(r, generator)]


def _kept(store: Records, found: Iterable[Record], count: int) -> set[int]:
    """Numbers of the best records of each task, and of those of the last comparisons."""
    tasks: defaultdict[TaskKey, list[Record]] = defaultdict(list)
    for record in found:
        if record.score is not None and not record.retired:
            tasks[record.key].append(record)
    kept: set[int] = set()
    for key, records in tasks.items():
        fastest = sorted(records, key=lambda r: (r.score or 0, r.id))
        numbers = dict.fromkeys(r.id for r in (*store.ranked(key), *fastest))
        kept.update(islice(numbers, count))
    return kept
