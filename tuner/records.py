"""Records: one row of a SQLite database for each trial, written as it arrives.

A record's meaning is its schedule text, the filled directives as they stand in a `.tx` file. The row of
integers means something only beside the hash of the template that it fills. Trials of the same task, template
and row are one trial. The database is in WAL mode: killing a writer loses at most the trial that it was about
to write, and several may write at once.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from ..compiler.target.host import model
from .measure.failure import ACCIDENTS
from .record import OK, Choice, Record, TaskKey, choice_of, choice_values, key_of, record_of, values_of
from .records_rank import ranked
from .records_schema import migrate, readable

__all__ = ["OK", "Choice", "Record", "Records", "TaskKey", "default_path"]


def default_path() -> Path:
    """Where records are kept: `TXC_RECORDS`, else `records.db` in the user's data folder."""
    return Path(os.environ.get("TXC_RECORDS") or platformdirs.user_data_path("txc") / "records.db")


class Records:
    """The database of records. Safe to open from several processes at once.

    `machine` is the processor on which candidates are measured, where it is not this one (a cluster's).
    """

    machine = ""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        with readable(self.path):
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            migrate(self._db)

    @classmethod
    def snapshot(cls, path: Path) -> Self:
        """A copy in memory of a database, brought up to date; the file stays as it is.

        Raises TxcError R650 for one that a newer txc wrote, R666 for what is no database of records.
        """
        made = cls.__new__(cls)
        made.path = path
        made._db = sqlite3.connect(":memory:", isolation_level=None)
        made._db.row_factory = sqlite3.Row
        with readable(path):
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
                file.backup(made._db)
            migrate(made._db)
        return made

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
        return self.insert(replace(record, created=record.created or now,
                                   machine=record.machine or self._here))[0]

    def insert(self, record: Record) -> tuple[int, bool]:
        """Store a trial as it is; its id, and whether it is new. One of the same row is kept instead."""
        values = values_of(record)
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        added = self._db.execute(
            f"INSERT INTO trials ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING id",
            values).fetchone()
        found = added or self._db.execute(
            "SELECT id FROM trials WHERE kernel_hash = :kernel_hash AND target = :target"
            " AND threads = :threads AND template_hash = :template_hash AND row = :row AND NOT retired",
            values).fetchone()
        return int(found[0]), added is not None

    def delete(self, trials: Iterable[int]) -> None:
        """Remove trials, choices of them, and choices that newer ones have replaced."""
        with self.transaction():
            self._db.executemany("DELETE FROM trials WHERE id = ?", [(trial,) for trial in trials])
            self._db.execute(
                "DELETE FROM choices WHERE trial NOT IN (SELECT id FROM trials) OR id NOT IN"
                " (SELECT MAX(choices.id) FROM choices LEFT JOIN trials ON trials.id = trial"
                "  WHERE trial IS NULL OR verdict = 'ok'"
                "  GROUP BY choices.kernel_hash, choices.target, choices.threads)")
            self._db.execute(       # numbers of the last trials are given again
                "UPDATE choices SET after = MIN(after, (SELECT COALESCE(MAX(id), 0) FROM trials))")
        with suppress(sqlite3.OperationalError):    # someone is writing: the file shrinks another time
            self._db.execute("VACUUM")

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All that is written inside is stored, or nothing of it."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    def retime(self, trial: int, times: Sequence[float], provisional: bool, generator: str,
               compiler: str) -> None:
        """Replace the times of the search by those that a trial has with a code generator and a compiler.

        What it took as it ships stays if it is of the same generator and machine.
        """
        def change(record: Record) -> Record:
            made = replace(record, times=tuple(times), provisional=provisional, generator=generator,
                           compiler=compiler)
            lost = record.outdated(generator, self._here)
            return replace(made, shipped=(), ships="") if lost else made

        self._update(trial, change)

    def ship(self, trial: int, times: Sequence[float], generator: str, compiler: str) -> None:
        """Store the times of a finalist as it ships, made by a code generator and a compiler.

        Times of the search that are of another generator or machine give way to these.
        """
        def change(record: Record) -> Record:
            made = replace(record, shipped=tuple(times), ships=compiler, generator=generator)
            lost = record.outdated(generator, self._here)
            return replace(made, times=tuple(times), compiler=compiler) if lost else made

        self._update(trial, change)

    def condemn(self, trial: int, verdict: str, message: str, generator: str) -> None:
        """Say of a trial that was right that it fails now, with a code generator."""
        self._update(trial, lambda record: replace(
            record, verdict=verdict, message=message, generator=generator, times=(), shipped=(), ships=""))

    def _update(self, trial: int, change: Callable[[Record], Record]) -> None:
        """Change a trial by what was found here; nobody else does meanwhile."""
        with self.transaction():
            record = self.show(trial)
            if record is not None:
                values = values_of(replace(change(record), machine=self._here))
                changed = ", ".join(f"{name} = :{name}" for name in values)
                self._db.execute(f"UPDATE trials SET {changed} WHERE id = :id", values | {"id": trial})

    def show(self, trial: int) -> Record | None:
        """The record with an id."""
        row = self._db.execute("SELECT * FROM trials WHERE id = ?", (trial,)).fetchone()
        return None if row is None else record_of(row)

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
        return map(record_of, rows.fetchall())

    def trials(self, key: TaskKey, template_hash: str) -> list[Record]:
        """What a resumed run knows already: the trials of one task and template, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM trials WHERE kernel_hash = ? AND target = ? AND threads = ? AND template_hash = ?"
            " AND NOT retired ORDER BY id", (key.kernel_hash, key.target, key.threads, template_hash))
        return list(map(record_of, rows.fetchall()))

    def retire(self, key: TaskKey, template_hash: str) -> None:
        """Start a task over: its trials so far are history, neither resumed nor chosen from."""
        where = "kernel_hash = ? AND target = ? AND threads = ?"
        task = (key.kernel_hash, key.target, key.threads)
        with self.transaction():
            self._db.execute(f"UPDATE trials SET retired = 1 WHERE {where} AND template_hash = ?",
                             (*task, template_hash))
            self._db.execute(f"DELETE FROM choices WHERE {where}", task)

    def retire_failures(self, key: TaskKey, template_hash: str, generator: str) -> None:
        """Make history of what failed with other code generators: this one may well do it."""
        self._db.execute(
            "UPDATE trials SET retired = 1 WHERE kernel_hash = ? AND target = ? AND threads = ?"
            " AND template_hash = ? AND verdict != 'ok' AND generator != ? AND NOT retired",
            (key.kernel_hash, key.target, key.threads, template_hash, generator))

    def retire_accidents(self, key: TaskKey, template_hash: str) -> None:
        """Make history of failures that may not happen again, such as time-outs."""
        marks = ", ".join("?" * len(ACCIDENTS))
        self._db.execute(
            "UPDATE trials SET retired = 1 WHERE kernel_hash = ? AND target = ? AND threads = ?"
            f" AND template_hash = ? AND verdict IN ({marks}) AND NOT retired",
            (key.kernel_hash, key.target, key.threads, template_hash, *ACCIDENTS))

    def choose(self, key: TaskKey, choice: Choice) -> None:
        """Store the outcome of a final comparison among the trials stored so far."""
        with self.transaction():
            last = self._db.execute("SELECT COALESCE(MAX(id), 0) FROM trials").fetchone()[0]
            self.restore(key, replace(choice, after=last))

    def choice(self, key: TaskKey) -> Choice | None:
        """The outcome of the last final comparison."""
        row = self._last_choice(key)
        return None if row is None else choice_of(row)

    def restore(self, key: TaskKey, choice: Choice) -> None:
        """Store a choice as it is."""
        values = choice_values(key, choice)
        self._db.execute(f"INSERT INTO choices ({', '.join(values)})"
                         f" VALUES ({', '.join(f':{name}' for name in values)})", values)

    def choices(self) -> list[tuple[TaskKey, Choice]]:
        """The outcomes of all final comparisons, oldest first."""
        rows = self._db.execute("SELECT * FROM choices ORDER BY id")
        return [(key_of(row), choice_of(row)) for row in rows]

    def best(self, key: TaskKey) -> Record | None:
        """The record to build with; None where there is none or the untuned default is better."""
        return next(self.ranked(key), None)

    def ranked(self, key: TaskKey) -> Iterator[Record]:
        """Records to build with, best first; none where the untuned default is better.

        The best is the choice of the last final comparison, unless a trial stored since has a better time as
        the same compiler made it. Times of other machines count only where this one has none.
        """
        last = self.choice(key)
        chosen = self.show(last.trial) if last and last.trial else None
        return iter(ranked(self._right(key), last, chosen))

    @property
    def _here(self) -> str:
        return self.machine or model()

    def _right(self, key: TaskKey) -> list[Record]:
        """The right trials of a task: those of this machine if there are any."""
        rows = self._db.execute(
            "SELECT * FROM trials WHERE kernel_hash = ? AND target = ? AND threads = ? AND verdict = 'ok'"
            " AND NOT retired", (key.kernel_hash, key.target, key.threads))
        found = list(map(record_of, rows))
        return [r for r in found if r.machine in ("", self._here)] or found

    def _last_choice(self, key: TaskKey) -> sqlite3.Row | None:
        """The last whose trial has not been found wrong since."""
        return self._db.execute(
            "SELECT choices.* FROM choices LEFT JOIN trials ON trials.id = trial"
            " WHERE choices.kernel_hash = ? AND choices.target = ? AND choices.threads = ?"
            " AND (trial IS NULL OR verdict = 'ok') ORDER BY choices.id DESC LIMIT 1",
            (key.kernel_hash, key.target, key.threads)).fetchone()
