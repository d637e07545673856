"""The tables of the record database, and how older databases become newer ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..dsl.diagnostics import Diagnostic, TxcError

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (   # 1
        """CREATE TABLE trials (
            id INTEGER PRIMARY KEY,
            kernel_hash TEXT NOT NULL, target TEXT NOT NULL, threads INTEGER NOT NULL,
            kernel TEXT NOT NULL, sizes TEXT NOT NULL,
            template_hash TEXT NOT NULL, columns TEXT NOT NULL, row TEXT NOT NULL,
            schedule TEXT NOT NULL,
            times TEXT NOT NULL, score REAL, verdict TEXT NOT NULL, message TEXT NOT NULL,
            provisional INTEGER NOT NULL, retired INTEGER NOT NULL,
            seed INTEGER NOT NULL, compiler TEXT NOT NULL, generator TEXT NOT NULL, version TEXT NOT NULL,
            created TEXT NOT NULL)""",
        """CREATE UNIQUE INDEX one_trial_a_row ON trials (kernel_hash, target, threads, template_hash, row)
            WHERE NOT retired""",
        "CREATE INDEX best_trials ON trials (kernel_hash, target, threads, score)",
        """CREATE TABLE choices (
            id INTEGER PRIMARY KEY,
            kernel_hash TEXT NOT NULL, target TEXT NOT NULL, threads INTEGER NOT NULL,
            trial INTEGER REFERENCES trials (id),
            seconds REAL NOT NULL, default_seconds REAL NOT NULL,
            after INTEGER NOT NULL)""",
        "CREATE INDEX task_choices ON choices (kernel_hash, target, threads)",
    ),
    (   # 2: the processor; times of different ones do not compete
        "ALTER TABLE trials ADD COLUMN machine TEXT NOT NULL DEFAULT ''",
    ),
    (   # 3: times of the search, and of finalists as they ship, each with its compiler
        "ALTER TABLE trials ADD COLUMN shipped TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE trials ADD COLUMN ships TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE choices ADD COLUMN compiler TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE choices ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0",
        # the times of finalists had replaced those of the search, where that was LLVM's
        """UPDATE trials SET shipped = times, ships = compiler
            WHERE verdict = 'ok' AND compiler NOT LIKE 'LLVM %'
            AND (kernel_hash, target, threads, template_hash) IN (
                SELECT kernel_hash, target, threads, template_hash FROM trials
                WHERE compiler LIKE 'LLVM %')""",
        """UPDATE choices SET compiler = COALESCE(
            (SELECT trials.compiler FROM trials WHERE trials.id = choices.trial), '')""",
    ),
)
"""What makes version n of the schema from version n - 1. Never edit one that was released: add another."""


def migrate(db: sqlite3.Connection) -> None:
    """Bring a database up to date; `PRAGMA user_version` says how far it is.

    Raises TxcError R650 for one that a newer txc wrote.
    """
    if _version(db) == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")       # another process may be doing the same
    with db:
        done = _version(db)
        if done > len(MIGRATIONS):
            raise TxcError([Diagnostic("R650", "a newer txc wrote this record database",
                                       hint="update txc, or name another file in TXC_RECORDS")])
        for statements in MIGRATIONS[done:]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


@contextmanager
def readable(path: Path) -> Generator[None]:
    """Turn what SQLite says of a file that it cannot open into an error of the user's: TxcError R666."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise TxcError([Diagnostic("R666", f"the records in {path} cannot be read: {error}",
                                   hint="it must be a database of records; a file of JSON lines is what "
                                        "`txc records import` reads")]) from None


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
