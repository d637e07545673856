"""Databases of older versions come up to date; newer ones and other files are refused and left alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from txc.dsl.diagnostics import TxcError
from txc.tuner.records import Choice, Record, Records, TaskKey
from txc.tuner.records_schema import MIGRATIONS

VERSION_1 = """
CREATE TABLE trials (
    id INTEGER PRIMARY KEY,
    kernel_hash TEXT NOT NULL, target TEXT NOT NULL, threads INTEGER NOT NULL,
    kernel TEXT NOT NULL, sizes TEXT NOT NULL,
    template_hash TEXT NOT NULL, columns TEXT NOT NULL, row TEXT NOT NULL,
    schedule TEXT NOT NULL,
    times TEXT NOT NULL, score REAL, verdict TEXT NOT NULL, message TEXT NOT NULL,
    provisional INTEGER NOT NULL, retired INTEGER NOT NULL,
    seed INTEGER NOT NULL, compiler TEXT NOT NULL, generator TEXT NOT NULL, version TEXT NOT NULL,
    created TEXT NOT NULL);
CREATE UNIQUE INDEX one_trial_a_row ON trials (kernel_hash, target, threads, template_hash, row)
    WHERE NOT retired;
CREATE INDEX best_trials ON trials (kernel_hash, target, threads, score);
CREATE TABLE choices (
    id INTEGER PRIMARY KEY,
    kernel_hash TEXT NOT NULL, target TEXT NOT NULL, threads INTEGER NOT NULL,
    trial INTEGER REFERENCES trials (id),
    seconds REAL NOT NULL, default_seconds REAL NOT NULL,
    after INTEGER NOT NULL);
CREATE INDEX task_choices ON choices (kernel_hash, target, threads);
INSERT INTO trials VALUES (
    3, 'abc', 'cpu:x86-64-v3', 2, 'dense', '{"M": 128}', 't1', '["C.i.i4", "step"]', '[4, 16]',
    'vectorize j2', '[0.003, 0.002]', 0.002, 'ok', '', 0, 0, 7, 'gcc 12', '1', '0.1',
    '2026-01-02T03:04:05+00:00');
INSERT INTO choices VALUES (1, 'abc', 'cpu:x86-64-v3', 2, 3, 0.0021, 0.004, 3);
PRAGMA user_version = 1;
"""
VERSION_2 = VERSION_1.replace("PRAGMA user_version = 1", """
ALTER TABLE trials ADD COLUMN machine TEXT NOT NULL DEFAULT '';
INSERT INTO trials VALUES (
    4, 'abc', 'cpu:x86-64-v3', 2, 'dense', '{"M": 128}', 't1', '["C.i.i4", "step"]', '[8, 16]',
    'vectorize j2', '[0.001]', 0.001, 'ok', '', 0, 0, 7, 'LLVM 20', '1', '0.1',
    '2026-01-02T03:04:05+00:00', 'a machine');
INSERT INTO trials VALUES (
    5, 'abc', 'cpu:x86-64-v3', 2, 'dense', '{"M": 128}', 't2', '["x"]', '[8]',
    '', '[0.005]', 0.005, 'ok', '', 0, 0, 7, 'gcc 12', '1', '0.1', '2026-01-02T03:04:05+00:00', 'a machine');
PRAGMA user_version = 2""")
KEY = TaskKey("abc", "cpu:x86-64-v3", 2)


def database(path: Path, script: str) -> Path:
    with sqlite3.connect(path) as db:
        db.executescript(script)
    db.close()
    return path


def version(path: Path) -> int:
    db = sqlite3.connect(path)
    number = int(db.execute("PRAGMA user_version").fetchone()[0])
    db.close()
    return number


def test_a_database_of_version_1_comes_up_to_date_with_all_it_holds(tmp_path: Path):
    path = database(tmp_path / "old.db", VERSION_1)
    with Records(path) as records:
        found = records.best(KEY)
        assert found == Record(
            KEY, "dense", {"M": 128}, "t1", ("C.i.i4", "step"), (4, 16), "vectorize j2",
            (0.003, 0.002), "ok", seed=7, compiler="gcc 12", generator="1", version="0.1",
            created="2026-01-02T03:04:05+00:00", id=3)
        assert records.choice(KEY) == Choice(3, 0.0021, 0.004, 3, "gcc 12")
    assert version(path) == len(MIGRATIONS) == 3


def test_finalists_of_version_2_are_known_by_their_compiler(tmp_path: Path):
    """Beside trials of LLVM, what a C compiler made was timed as it ships; alone it is of the search."""
    with Records(database(tmp_path / "old.db", VERSION_2)) as records:
        found = {r.id: (r.times, r.compiler, r.shipped, r.ships) for r in records.find()}
        choice = records.choice(KEY)
    assert found == {
        3: ((0.003, 0.002), "gcc 12", (0.003, 0.002), "gcc 12"),
        4: ((0.001,), "LLVM 20", (), ""),
        5: ((0.005,), "gcc 12", (), "")}
    assert choice == Choice(3, 0.0021, 0.004, 3, "gcc 12")


def test_a_snapshot_of_an_old_database_leaves_the_file_as_it_is(tmp_path: Path):
    path = database(tmp_path / "old.db", VERSION_1)
    with Records.snapshot(path) as records:
        assert [r.id for r in records.find()] == [3]
    assert version(path) == 1


@pytest.mark.parametrize("opened", [Records, Records.snapshot])
def test_a_database_of_a_newer_txc_is_refused_and_keeps_what_it_has(tmp_path: Path, opened):
    path = database(tmp_path / "new.db", VERSION_1 + "PRAGMA user_version = 1000;")
    with pytest.raises(TxcError, match="R650"):
        opened(path)
    assert version(path) == 1000
    db = sqlite3.connect(path)
    assert db.execute("SELECT id FROM trials").fetchall() == [(3,)]
    db.close()


@pytest.mark.parametrize("opened", [Records, Records.snapshot])
def test_a_file_that_is_no_database_is_an_error_that_names_it(tmp_path: Path, opened):
    path = tmp_path / "notes.txt"
    path.write_text("this is a shopping list, and quite a long one\n" * 40)
    with pytest.raises(TxcError, match=r"R666.*notes\.txt"):
        opened(path)
    assert path.read_text().startswith("this is a shopping list")


def test_a_snapshot_of_no_file_makes_none(tmp_path: Path):
    with pytest.raises(TxcError, match="R666"):
        Records.snapshot(tmp_path / "absent.db")
    assert not (tmp_path / "absent.db").exists()
