"""Taking over trials of elsewhere: of another database, or of exported lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .record import Choice, Record, TaskKey
from .records import Records
from .records_text import Decision, Entry


@dataclass(frozen=True, slots=True)
class Taken:
    """How many trials were new here, and how many were here before."""

    new: int = 0
    known: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.new + other.new, self.known + other.known)


def absorb(store: Records, entries: Iterable[Entry]) -> Taken:
    """Add entries to a database, all or, after an error, none.

    A trial that is here (same task, same space, same row) stays as it is. The outcome of a comparison is
    taken over where its task has no trials here yet: it says nothing of others.
    """
    at = _Numbers()
    new = known = 0
    with store.transaction():
        tasks = {record.key for record in store.find()} | {key for key, _ in store.choices()}
        for entry in entries:
            match entry:
                case Record():
                    number, is_new = store.insert(replace(entry, id=0))
                    at.note(entry, number)
                    new, known = new + is_new, known + (not is_new)
                case Decision(key, choice):
                    if key not in tasks and (choice := at.here(key, choice)):
                        store.restore(key, choice)
    return Taken(new, known)


class _Numbers:
    """The numbers of trials here, by task and the number that they had where they are from."""

    def __init__(self) -> None:
        self._here: dict[TaskKey, dict[int, int]] = {}

    def note(self, record: Record, number: int) -> None:
        """Say which number a record has got."""
        self._here.setdefault(record.key, {})[record.id] = number

    def here(self, key: TaskKey, choice: Choice) -> Choice | None:
        """The choice in terms of numbers here; None if its trial did not come along."""
        known = self._here.get(key, {})
        if choice.trial is not None and choice.trial not in known:
            return None
        after = max((here for there, here in known.items() if there <= choice.after), default=0)
        return replace(choice, trial=known.get(choice.trial) if choice.trial else None, after=after)
