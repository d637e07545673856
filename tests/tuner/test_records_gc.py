"""Cleaning drops what is asked for, and never what builds use."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from txc.tuner.records import Choice, Record, Records, TaskKey
from txc.tuner.records_gc import Cleaning, superfluous

KEY = TaskKey("abc", "cpu:x86-64-v3", 2)
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def trial(row: int, seconds: float | None, year: int = 2026, generator: str = "now") -> Record:
    verdict = "crash" if seconds is None else "ok"
    return Record(KEY, "dense", {}, "t", ("a",), (row,), "", () if seconds is None else (seconds,), verdict,
                  generator=generator, created=f"{year}-06-01T00:00:00+00:00")


@pytest.fixture
def records(tmp_path: Path) -> Generator[Records]:
    with Records(tmp_path / "records.db") as records:
        yield records


def dropped(records: Records, cleaning: Cleaning) -> list[int]:
    """First entries of the rows that can go."""
    return [r.row[0] for r in superfluous(records, cleaning, "now")]


def test_nothing_said_drops_only_history(records: Records):
    records.add(replace(trial(1, 1.0), template_hash="old"))
    records.retire(KEY, "old")
    records.add(trial(2, None, 2020))
    records.add(trial(3, 1.0, 2020, "then"))
    assert dropped(records, Cleaning()) == [1]


def test_each_word_names_some(records: Records):
    records.add(trial(1, 1.0))
    records.add(trial(2, 2.0, year=2025))
    records.add(trial(3, None))
    records.add(trial(4, 4.0, generator="then"))
    assert dropped(records, Cleaning(before=BEFORE)) == [2]
    assert dropped(records, Cleaning(failed=True)) == [3]
    assert dropped(records, Cleaning(outdated=True)) == [4]
    assert dropped(records, Cleaning(before=BEFORE, failed=True)) == [2, 3]


def test_the_best_few_stay(records: Records):
    for row in range(1, 6):
        records.add(trial(row, row / 10, year=2025))
    records.add(trial(6, None))
    records.add(replace(trial(7, 9.0), key=replace(KEY, threads=1)))
    assert dropped(records, Cleaning(keep=2)) == [3, 4, 5, 6]
    assert dropped(records, Cleaning(before=BEFORE, keep=4)) == [5]


def test_what_builds_use_stays_whatever_is_said(records: Records):
    records.add(trial(1, 1.0, 2020, "then"))
    chosen = records.add(trial(2, 1.5, 2020, "then"))
    records.choose(KEY, Choice(chosen, 0.9, 2.0))
    assert dropped(records, Cleaning(BEFORE, failed=True, outdated=True)) == [1]


def test_deleting_leaves_a_sound_database(records: Records):
    """Numbers are given again after the last rows went: a later trial still counts as later."""
    first = records.add(trial(1, 1.0))
    records.add(trial(2, 1.2))
    gone = records.add(trial(3, 2.0))
    records.choose(KEY, Choice(gone, 2.0, 3.0))
    records.choose(KEY, Choice(first, 1.0, 3.0))
    records.delete([gone])
    assert [c.trial for _, c in records.choices()] == [first]
    assert records.best(KEY) == records.show(first)
    new = records.add(trial(4, 0.5))
    assert new == gone
    assert records.best(KEY) == records.show(new)
