"""Records survive, and say which schedule is best."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from txc.compiler.target.host import model
from txc.tuner.records import Choice, Record, Records, TaskKey, default_path

KEY = TaskKey("abc", "cpu:x86-64-v3", 2)
RECORD = Record(KEY, "dense", {"M": 128}, "t1", ("C.i.i4", "step"), (4, 16), "vectorize j2\n", (0.003, 0.002),
                "ok", seed=7, compiler="gcc 12", generator="1", version="0.1",
                created="2026-01-02T03:04:05+00:00")


def trial(*row: int, score: float | None = None) -> Record:
    """A trial of a row; without a score one that crashed."""
    if score is None:
        return replace(RECORD, row=row, times=(), verdict="crash", message="died")
    return replace(RECORD, row=row, times=(score,))


@pytest.fixture
def records(tmp_path: Path) -> Generator[Records]:
    with Records(tmp_path / "deep" / "records.db") as records:
        yield records


def test_a_record_comes_back_as_it_was_stored(records: Records):
    number = records.add(RECORD)
    assert records.show(number) == replace(RECORD, id=number, machine=model())
    assert RECORD.score == 0.002
    assert trial(1).score is None


def test_an_unknown_id_shows_nothing(records: Records):
    assert records.show(99) is None


def test_a_record_says_when_it_was_created(records: Records):
    stored = records.show(records.add(replace(RECORD, created="")))
    assert stored is not None
    assert stored.created.startswith("2")
    assert stored.created.endswith("+00:00")


def test_a_row_is_stored_once_for_each_task_and_template(records: Records):
    first = records.add(RECORD)
    assert records.add(replace(RECORD, times=(9.0,))) == first
    assert records.add(replace(RECORD, template_hash="t2")) != first
    assert records.add(replace(RECORD, key=replace(KEY, threads=1))) != first
    assert len(list(records.find())) == 3


def test_listing_filters_and_keeps_the_newest(records: Records):
    for record in (trial(1, 1, score=1.0), trial(2, 2), replace(trial(3, 3), kernel="conv")):
        records.add(record)
    assert [r.row for r in records.find(kernel="dense")] == [(1, 1), (2, 2)]
    assert [r.row for r in records.find(verdict="crash", target=KEY.target)] == [(2, 2), (3, 3)]
    assert [r.row for r in records.find(limit=2)] == [(2, 2), (3, 3)]
    assert list(records.find(target="cuda:sm_80")) == []


def test_the_best_is_the_fastest_right_trial_of_the_task(records: Records):
    records.add(trial(1, 1))
    assert records.best(KEY) is None
    records.add(trial(2, 2, score=2.0))
    records.add(trial(3, 3, score=1.0))
    records.add(replace(trial(4, 4, score=0.1), key=replace(KEY, target="cpu:generic")))
    best = records.best(KEY)
    assert best is not None
    assert best.row == (3, 3)


def test_a_final_comparison_decides_until_something_faster_comes(records: Records):
    slow = records.add(trial(1, 1, score=1.2))
    records.add(trial(2, 2, score=1.0))
    records.choose(KEY, Choice(slow, 0.9, 2.0))
    best = records.best(KEY)
    assert best is not None
    assert best.id == slow
    records.add(trial(3, 3, score=0.95))
    best = records.best(KEY)
    assert best is not None
    assert best.id == slow
    records.add(trial(4, 4, score=0.85))
    best = records.best(KEY)
    assert best is not None
    assert best.row == (4, 4)


def test_where_the_default_won_there_is_no_best(records: Records):
    records.add(trial(1, 1, score=1.2))
    records.choose(KEY, Choice(None, 1.1, 1.1))
    assert records.best(KEY) is None
    assert records.choice(KEY) == Choice(None, 1.1, 1.1, after=1)


def test_new_times_replace_the_old(records: Records):
    number = records.add(replace(RECORD, provisional=True))
    records.retime(number, (0.003, 0.002, 0.001), provisional=False, generator="2", compiler="cc 2")
    stored = records.show(number)
    assert stored is not None
    assert not stored.outdated("2")
    assert stored.times == (0.003, 0.002, 0.001)
    assert not stored.provisional
    best = records.best(KEY)
    assert best is not None
    assert best.score == 0.001


def test_times_of_the_search_and_of_what_ships_stand_side_by_side(records: Records):
    number = records.add(RECORD)
    records.ship(number, (0.005, 0.004), generator="1", compiler="cc 2")
    stored = records.show(number)
    assert stored is not None
    assert stored == replace(RECORD, id=number, machine=model(), shipped=(0.005, 0.004), ships="cc 2")
    assert stored.score == 0.004
    assert (stored.seconds_by("gcc 12"), stored.seconds_by("cc 2"), stored.seconds_by("cc 3")) == (
        0.002, 0.004, None)
    records.retime(number, (0.001,), provisional=False, generator="1", compiler="gcc 12")
    again = records.show(number)
    assert again is not None
    assert (again.times, again.shipped, again.score) == ((0.001,), (0.005, 0.004), 0.004)


def test_times_of_two_generators_never_stand_in_one_record(records: Records):
    number = records.add(RECORD)
    records.ship(number, (0.004,), generator="2", compiler="cc 2")
    stored = records.show(number)
    assert stored is not None
    assert (stored.times, stored.compiler, stored.shipped, stored.generator) == (
        (0.004,), "cc 2", (0.004,), "2")
    records.retime(number, (0.003,), provisional=False, generator="3", compiler="gcc 12")
    stored = records.show(number)
    assert stored is not None
    assert (stored.times, stored.compiler, stored.shipped, stored.ships) == ((0.003,), "gcc 12", (), "")


def test_a_fresh_start_retires_the_trials_of_one_template(records: Records):
    records.add(trial(1, 1, score=1.0))
    other = records.add(replace(trial(1, 1, score=5.0), template_hash="t2"))
    records.retire(KEY, "t1")
    assert records.trials(KEY, "t1") == []
    best = records.best(KEY)
    assert best is not None
    assert best.id == other
    assert len(list(records.find())) == 1
    assert len(list(records.find(retired=True))) == 2
    records.add(trial(1, 1, score=2.0))
    assert [r.score for r in records.trials(KEY, "t1")] == [2.0]


def test_failures_of_other_generators_become_history(records: Records):
    """What is right stays, and so does what fails with the present one; the rows can be tried anew."""
    right = records.add(trial(1, 1, score=1.0))
    old = records.add(trial(2, 2))
    present = records.add(replace(trial(3, 3), generator="2"))
    other = records.add(replace(trial(2, 2), template_hash="t2"))
    records.retire_failures(KEY, "t1", "2")
    assert [r.id for r in records.find()] == [right, present, other]
    assert records.add(trial(2, 2, score=2.0)) != old


def test_accidents_become_history(records: Records):
    """A time-out may be the machine's fault; a crash is the candidate's."""
    crash = records.add(trial(1, 1))
    accidents = ("run time-out", "build time-out", "out of memory", "worker lost", "unknown")
    for n, verdict in enumerate(accidents):
        records.add(replace(trial(2, n), verdict=verdict))
    other = records.add(replace(trial(2, 2), verdict="unknown", template_hash="t2"))
    records.retire_accidents(KEY, "t1")
    assert [r.id for r in records.find()] == [crash, other]


def test_a_trial_found_wrong_is_not_chosen_any_more(records: Records):
    """The choice before it holds again, or what is best without any."""
    first, second = records.add(trial(1, 1, score=2.0)), records.add(trial(2, 2, score=1.0))
    records.choose(KEY, Choice(first, 2.0, 4.0))
    records.choose(KEY, Choice(second, 1.0, 4.0))
    records.condemn(second, "wrong result", "off by one", "2")
    best = records.best(KEY)
    assert best is not None
    assert best.id == first
    condemned = records.show(second)
    assert condemned is not None
    assert (condemned.verdict, condemned.generator, condemned.score) == ("wrong result", "2", None)


def test_a_choice_made_while_the_machine_was_slow_is_held_to_its_best_time(records: Records):
    """Its time in the comparison was 7; a later trial must beat the 1.2 that it has shown, not the 7."""
    chosen = records.add(trial(1, 1, score=1.2))
    records.choose(KEY, Choice(chosen, 7.0, 9.0))
    records.add(trial(2, 2, score=4.0))
    best = records.best(KEY)
    assert best is not None
    assert best.id == chosen


def test_a_record_of_another_generator_must_be_verified_again():
    assert RECORD.outdated("2")
    assert not RECORD.outdated("1")


def test_several_processes_write_at_once(tmp_path: Path):
    """Two writers of the same and of other rows: every row is there exactly once."""
    path = tmp_path / "records.db"
    script = (
        "import sys\nfrom pathlib import Path\nfrom dataclasses import replace\n"
        "from txc.tuner.records import Record, Records, TaskKey\n"
        "own = int(sys.argv[2])\n"
        "with Records(Path(sys.argv[1])) as records:\n"
        "    for n in range(60):\n"
        "        row = (n, 0) if n % 2 else (n, own)\n"
        "        key = TaskKey('k', 'cpu', 1)\n"
        "        records.add(Record(key, 'dense', {}, 't', ('i', 'j'), row, '', (1.0,), 'ok'))\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-c", script, path]
    writers = [subprocess.Popen([*command, str(n)], env=environment) for n in (1, 2)]
    assert [w.wait(30) for w in writers] == [0, 0]
    with Records(path) as records:
        rows = [r.row for r in records.find()]
    assert len(rows) == len(set(rows)) == 30 + 60


def test_the_path_is_the_users_or_the_environments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert default_path().name == "records.db"
    monkeypatch.setenv("TXC_RECORDS", str(tmp_path / "mine.db"))
    assert default_path() == tmp_path / "mine.db"


