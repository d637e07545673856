"""Records: one row of a SQLite database for each trial, written as it arrives.

A record's meaning is its schedule text, the filled directives as they stand in a `.tx` file. The row of
integers means something only beside the hash of the template that it fills. The database is in WAL mode:
killing a writer loses at most the trial that it was about to write, and several may write at once.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import platformdirs

from .records_schema import migrate

OK = "ok"


@dataclass(frozen=True, slots=True)
class TaskKey:
    """What is tuned: records of equal keys compete. `threads` is how many the times were taken with."""

    kernel_hash: str
    target: str
    threads: int


@dataclass(frozen=True, slots=True)
class Record:
    """One trial. Times are seconds, those of all its runs so far; `score` is the least, None if it failed.

    `verdict` is `ok` or one of `measure.failure.KINDS`, then with a message. A provisional time was taken
    while the machine was slow. `id` is 0 until the record is stored.
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
    id: int = 0

    @property
    def score(self) -> float | None:
        """Seconds of the fastest run."""
        return min(self.times) if self.verdict == OK and self.times else None

    def outdated(self, generator: str) -> bool:
        """Whether another code generator made it, so that it must be verified again before it is used."""
        return self.generator != generator


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome of a final, interleaved comparison: a trial, or None where the untuned default won.

    `seconds` is the time of the winner, `default_seconds` that of the default in the same rounds; `after` is
    the last trial that was stored then.
    """

    trial: int | None
    seconds: float
    default_seconds: float
    after: int = 0


def default_path() -> Path:
    """Where records are kept: `TXC_RECORDS`, else `records.db` in the user's data folder."""
    return Path(os.environ.get("TXC_RECORDS") or platformdirs.user_data_path("txc") / "records.db")


class Records:
    """The database of records. Safe to open from several processes at once."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        migrate(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def add(self, record: Record) -> int:
        """Store a trial; its id. One of the same row that another process stored first is kept instead."""
        now = datetime.now(UTC).isoformat("T", "seconds")
        values = _values(record) | {"created": record.created or now}
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        added = self._db.execute(
            f"INSERT INTO trials ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING id",
            values)
        found = added.fetchone() or self._db.execute(
            "SELECT id FROM trials WHERE kernel_hash = :kernel_hash AND target = :target"
            " AND threads = :threads AND template_hash = :template_hash AND row = :row AND NOT retired",
            values).fetchone()
        return int(found[0])

    def retime(self, trial: int, times: Sequence[float], provisional: bool, generator: str) -> None:
        """Replace the times of a trial by those that it has with a code generator."""
        self._db.execute(
            "UPDATE trials SET times = ?, score = ?, provisional = ?, generator = ? WHERE id = ?",
            (json.dumps(list(times)), min(times), provisional, generator, trial))

    def condemn(self, trial: int, verdict: str, message: str, generator: str) -> None:
        """Say of a trial that was right that it fails now, with a code generator."""
        self._db.execute(
            "UPDATE trials SET verdict = ?, message = ?, generator = ?, score = NULL, times = '[]'"
            " WHERE id = ?", (verdict, message, generator, trial))

    def show(self, trial: int) -> Record | None:
        """The record with an id."""
        row = self._db.execute("SELECT * FROM trials WHERE id = ?", (trial,)).fetchone()
        return None if row is None else _record(row)

    def find(self, *, kernel: str | None = None, target: str | None = None, verdict: str | None = None,
             limit: int | None = None, retired: bool = False) -> Iterator[Record]:
        """Records in the order in which they were stored, by name of kernel, target and verdict.

        With a limit, only the last so many. Those that a fresh start has retired are left out, unless asked
        for.
        """
        asked = {"kernel": kernel, "target": target, "verdict": verdict}
        given = {name: value for name, value in asked.items() if value is not None}
        where = " AND ".join([*(f"{name} = :{name}" for name in given), "1" if retired else "NOT retired"])
        newest = f"SELECT * FROM trials WHERE {where} ORDER BY id DESC LIMIT :limit"
        values = given | {"limit": -1 if limit is None else limit}
        rows = self._db.execute(f"SELECT * FROM ({newest}) ORDER BY id", values)
        return map(_record, rows.fetchall())

    def trials(self, key: TaskKey, template_hash: str) -> list[Record]:
        """What a resumed run knows already: the trials of one task and template, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM trials WHERE kernel_hash = ? AND target = ? AND threads = ? AND template_hash = ?"
            " AND NOT retired ORDER BY id", (key.kernel_hash, key.target, key.threads, template_hash))
        return list(map(_record, rows.fetchall()))

    def retire(self, key: TaskKey, template_hash: str) -> None:
        """Start a task over: its trials so far are history, neither resumed nor chosen from."""
        where = "kernel_hash = ? AND target = ? AND threads = ?"
        task = (key.kernel_hash, key.target, key.threads)
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(f"UPDATE trials SET retired = 1 WHERE {where} AND template_hash = ?",
                             (*task, template_hash))
            self._db.execute(f"DELETE FROM choices WHERE {where}", task)

    def retire_failures(self, key: TaskKey, template_hash: str, generator: str) -> None:
        """Make history of what failed with other code generators: this one may well do it."""
        self._db.execute(
            "UPDATE trials SET retired = 1 WHERE kernel_hash = ? AND target = ? AND threads = ?"
            " AND template_hash = ? AND verdict != 'ok' AND generator != ? AND NOT retired",
            (key.kernel_hash, key.target, key.threads, template_hash, generator))

    def choose(self, key: TaskKey, choice: Choice) -> None:
        """Store the outcome of a final comparison among the trials stored so far."""
        self._db.execute(
            "INSERT INTO choices (kernel_hash, target, threads, trial, seconds, default_seconds, after)"
            " SELECT ?, ?, ?, ?, ?, ?, COALESCE(MAX(id), 0) FROM trials",
            (key.kernel_hash, key.target, key.threads, choice.trial, choice.seconds, choice.default_seconds))

    def choice(self, key: TaskKey) -> Choice | None:
        """The outcome of the last final comparison."""
        row = self._last_choice(key)
        return None if row is None else Choice(row["trial"], row["seconds"], row["default_seconds"],
                                               row["after"])

    def best(self, key: TaskKey) -> Record | None:
        """The record to build with; None where there is none or the untuned default is better.

        That is the choice of the last final comparison, unless a trial stored since has a better time.
        """
        last = self._last_choice(key)
        chosen = self.show(last["trial"]) if last and last["trial"] else None
        row = self._db.execute(
            "SELECT * FROM trials WHERE kernel_hash = ? AND target = ? AND threads = ? AND verdict = 'ok'"
            " AND NOT retired AND id > ? AND score < ? ORDER BY score, id LIMIT 1",
            (key.kernel_hash, key.target, key.threads, last["after"] if last else 0,
             _to_beat(last, chosen))).fetchone()
        return chosen if row is None else _record(row)

    def _last_choice(self, key: TaskKey) -> sqlite3.Row | None:
        """The last whose trial has not been found wrong since."""
        return self._db.execute(
            "SELECT choices.* FROM choices LEFT JOIN trials ON trials.id = trial"
            " WHERE choices.kernel_hash = ? AND choices.target = ? AND choices.threads = ?"
            " AND (trial IS NULL OR verdict = 'ok') ORDER BY choices.id DESC LIMIT 1",
            (key.kernel_hash, key.target, key.threads)).fetchone()


_PLAIN = ("kernel", "template_hash", "schedule", "verdict", "message", "seed", "compiler", "generator",
          "version", "provisional", "retired", "created")
_LISTS = ("columns", "row", "times")


def _to_beat(last: sqlite3.Row | None, chosen: Record | None) -> float:
    """Seconds that a later trial must stay below; a choice made while the machine was slow is no excuse."""
    if last is None:
        return 1e300
    return min(last["seconds"], chosen.score or 1e300) if chosen else last["seconds"]


def _values(record: Record) -> dict[str, Any]:
    key = {f.name: getattr(record.key, f.name) for f in fields(TaskKey)}
    plain = {name: getattr(record, name) for name in _PLAIN}
    lists = {name: json.dumps(list(getattr(record, name))) for name in _LISTS}
    return key | plain | lists | {"sizes": json.dumps(record.sizes), "score": record.score}


def _record(row: sqlite3.Row) -> Record:
    key = TaskKey(*(row[f.name] for f in fields(TaskKey)))
    values: dict[str, Any] = {name: row[name] for name in _PLAIN}
    values |= {name: bool(row[name]) for name in ("provisional", "retired")}
    values |= {name: tuple(json.loads(row[name])) for name in _LISTS}
    return Record(key=key, sizes=json.loads(row["sizes"]), id=row["id"], **values)
