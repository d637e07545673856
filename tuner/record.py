"""One trial of the tuner, what it is of, and the outcome of a comparison; how a database row holds them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..compiler.target.host import model

OK = "ok"

_PLAIN = ("kernel", "template_hash", "schedule", "verdict", "message", "seed", "compiler", "ships",
          "generator", "version", "provisional", "retired", "created", "machine")
_LISTS = ("columns", "row", "times", "shipped")


@dataclass(frozen=True, slots=True)
class TaskKey:
    """What is tuned: records of equal keys compete. `threads` is how many the times were taken with."""

    kernel_hash: str
    target: str
    threads: int


@dataclass(frozen=True, slots=True)
class Record:
    """One trial. `times` are seconds, those of all its runs in the search, as `compiler` made it.

    `shipped` are those of a finalist as `ships` made it, the compiler of the kernel in the end; both are
    empty for other trials. `verdict` is `ok` or one of `measure.failure.KINDS`, then with a message. A
    provisional time was taken while the machine was slow. `machine` is the processor's name, empty where it
    is not known. `id` is 0 until the record is stored.
    """

    key: TaskKey
    kernel: str
    sizes: dict[str, int]
    template_hash: str
    columns: tuple[str, ...]
    row: tuple[int, ...]
    schedule: str
    times: tuple[float, ...]
    verdict: str
    message: str = ""
    seed: int = 0
    compiler: str = ""
    generator: str = ""
    version: str = ""
    provisional: bool = False
    retired: bool = False
    created: str = ""
    machine: str = ""
    id: int = 0
    shipped: tuple[float, ...] = ()
    ships: str = ""

    @property
    def score(self) -> float | None:
        """Seconds of the fastest run: of the kernel as it ships where that is known, else of the search."""
        return min(self.shipped or self.times) if self.verdict == OK and self.times else None

    def seconds_by(self, compiler: str) -> float | None:
        """Seconds of the fastest run as one compiler made it; None where there was none."""
        times = (*(self.times if compiler == self.compiler else ()),
                 *(self.shipped if compiler == self.ships else ()))
        return min(times, default=None)

    def outdated(self, generator: str, machine: str = "") -> bool:
        """Whether it is of another code generator, or another machine than this or the one that is named.

        Then it is verified again before it is used.
        """
        return self.generator != generator or self.machine not in ("", machine or model())


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome of a final, interleaved comparison: a trial, or None where the untuned default won.

    `seconds` is the time of the winner, `default_seconds` that of the default in the same rounds, both as
    `compiler` made them (empty where that is not known); `after` is the last trial that was stored then. A
    provisional choice stands for a comparison that is still to come: of the default, as the search knows it.
    """

    trial: int | None
    seconds: float
    default_seconds: float
    after: int = 0
    compiler: str = ""
    provisional: bool = False


def key_of(row: sqlite3.Row) -> TaskKey:
    """What a row's trial or comparison is of."""
    return TaskKey(*(row[f.name] for f in fields(TaskKey)))


def choice_of(row: sqlite3.Row) -> Choice:
    """The choice in a row."""
    values: dict[str, Any] = {f.name: row[f.name] for f in fields(Choice)}
    values["provisional"] = bool(row["provisional"])
    return Choice(**values)


def choice_values(key: TaskKey, choice: Choice) -> dict[str, Any]:
    """The columns of a choice."""
    return asdict(key) | asdict(choice)


def values_of(record: Record) -> dict[str, Any]:
    """The columns of a record: its fields but the id, lists as JSON, and its score."""
    plain = {name: getattr(record, name) for name in _PLAIN}
    lists = {name: json.dumps(list(getattr(record, name))) for name in _LISTS}
    return asdict(record.key) | plain | lists | {"sizes": json.dumps(record.sizes), "score": record.score}


def record_of(row: sqlite3.Row) -> Record:
    """The record in a row."""
    values: dict[str, Any] = {name: row[name] for name in _PLAIN}
    values |= {name: bool(row[name]) for name in ("provisional", "retired")}
    values |= {name: tuple(json.loads(row[name])) for name in _LISTS}
    return Record(key=key_of(row), sizes=json.loads(row["sizes"]), id=row["id"], **values)
