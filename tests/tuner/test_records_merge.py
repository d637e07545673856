"""Trials from elsewhere: each is there once, and what builds use is what was found."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from txc.tuner.records import Choice, Record, Records, TaskKey
from txc.tuner.records_merge import Taken, absorb
from txc.tuner.records_text import entries, read, written

KEY = TaskKey("abc", "cpu:x86-64-v3", 2)
OTHER = replace(KEY, threads=1)


def trial(row: int, seconds: float, key: TaskKey = KEY, machine: str = "") -> Record:
    return Record(key, "dense", {}, "t", ("a",), (row,), "", (seconds,), "ok", machine=machine,
                  created="2026-01-02T03:04:05+00:00")


@pytest.fixture
def here(tmp_path: Path) -> Generator[Records]:
    with Records(tmp_path / "here.db") as records:
        yield records


@pytest.fixture
def there(tmp_path: Path) -> Generator[Records]:
    with Records(tmp_path / "there.db") as records:
        yield records


def best(records: Records, key: TaskKey = KEY) -> float | None:
    found = records.best(key)
    return None if found is None else found.score


def test_the_same_trial_is_there_once_and_the_one_here_stays(here: Records, there: Records):
    here.add(trial(1, 1.0))
    there.add(trial(1, 0.5))
    there.add(trial(2, 0.7))
    there.add(replace(trial(1, 0.6), template_hash="another space"))
    assert absorb(here, entries(there)) == Taken(new=2, known=1)
    assert [(r.template_hash, r.row, r.score) for r in here.find()] == [
        ("t", (1,), 1.0), ("t", (2,), 0.7), ("another space", (1,), 0.6)]


def test_merging_twice_changes_nothing_more(here: Records, there: Records):
    number = there.add(trial(1, 0.5))
    there.choose(KEY, Choice(number, 0.5, 0.9))
    absorb(here, entries(there))
    before = list(here.find()), here.choices()
    assert absorb(here, entries(there)) == Taken(new=0, known=1)
    assert (list(here.find()), here.choices()) == before


def test_several_databases_are_merged_with_the_fate_of_each_task(here: Records, there: Records):
    """Where the untuned default won elsewhere, it wins here; numbers of trials are those of here."""
    here.add(trial(9, 9.0, OTHER))
    there.add(trial(3, 0.3, OTHER))
    slow = there.add(trial(1, 1.2))
    there.add(trial(2, 1.0))
    there.choose(KEY, Choice(slow, 0.9, 2.0))
    absorb(here, entries(there))
    assert best(here) == 1.2                    # of the comparison, though another had shown less before
    assert best(here, OTHER) == 0.3
    choice = here.choice(KEY)
    assert choice is not None
    assert here.show(choice.trial or 0) == here.best(KEY)
    here.add(trial(4, 0.8))
    assert best(here) == 0.8                    # later trials compete


def test_a_default_that_won_elsewhere_wins_here(here: Records, there: Records):
    there.add(trial(1, 1.2))
    there.choose(KEY, Choice(None, 1.1, 1.1))
    absorb(here, entries(there))
    assert here.best(KEY) is None
    assert here.choice(KEY) == Choice(None, 1.1, 1.1, after=1)


def test_a_comparison_here_is_not_replaced(here: Records, there: Records):
    here.add(trial(1, 1.0))
    here.choose(KEY, Choice(None, 0.9, 0.9))
    there.choose(KEY, Choice(there.add(trial(2, 0.95)), 0.95, 2.0))
    absorb(here, entries(there))
    assert here.best(KEY) is None
    assert len(here.choices()) == 1


def test_times_of_another_machine_count_only_where_this_one_has_none(here: Records, there: Records):
    there.add(trial(1, 0.1, machine="a faster one"))
    there.add(trial(1, 0.2, OTHER, machine="a faster one"))
    here.add(trial(2, 1.0))
    absorb(here, entries(there))
    assert best(here) == 1.0
    assert best(here, OTHER) == 0.2
    foreign = here.best(OTHER)
    assert foreign is not None
    assert foreign.outdated(foreign.generator)


def test_an_error_on_the_way_leaves_everything_as_it_was(here: Records):
    def broken() -> Generator[Record]:
        yield trial(1, 1.0)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        absorb(here, broken())
    assert list(here.find()) == []


def test_joined_exports_keep_their_choices_apart(here: Records, there: Records, tmp_path: Path):
    """Numbers of two databases collide in one file; each choice still means its own trial."""
    there.choose(KEY, Choice(there.add(trial(1, 1.0)), 1.0, 2.0))
    with Records(tmp_path / "third.db") as third:
        third.choose(OTHER, Choice(third.add(trial(7, 3.0, OTHER)), 3.0, 4.0))
        lines = [written(e) for store in (there, third) for e in entries(store)]
    absorb(here, read(lines, "both.jsonl")[0])
    rows = [r.row for key in (KEY, OTHER) if (r := here.best(key))]
    assert rows == [(1,), (7,)]
