"""A task goes on round by round: what it tells the searcher is true, and nothing proposed is lost."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import candidates as c
from support.bench import FakePool, lab
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.tuner import session as module
from txc.tuner.clock import Clock
from txc.tuner.events import Event, Phase
from txc.tuner.options import Options
from txc.tuner.records import Records
from txc.tuner.search.grid import GridSearch
from txc.tuner.session import RUNS, Session

SPACE = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", 10, 200)))
PROBLEM = problem(SPACE)


class Listening(GridSearch):
    """A grid that notes for which costs it was asked, and what it was told of each."""

    def __init__(self) -> None:
        super().__init__(SPACE)
        self.asked: list[int] = []
        self.told: dict[int, list[float]] = {}

    def ask(self, count: int):  # pyright: ignore
        rows = super().ask(count)
        self.asked += rows[:, 1].tolist()
        return rows

    def tell(self, rows, scores) -> None:  # pyright: ignore
        for (_, cost), seconds in zip(rows.tolist(), scores.tolist(), strict=True):
            self.told.setdefault(cost, []).append(seconds)
        super().tell(rows, scores)


class Stand:
    """A session with what it stands on; `speeds` are those of the machine, one for each round's timing."""

    def __init__(self, records: Records, options: Options, speeds: tuple[float, ...] = (),
                 seconds: float | None = None) -> None:
        self.searcher, self.pool, self.records = Listening(), FakePool(), records
        self._speeds = iter(speeds)
        self.session = Session(PROBLEM, self.searcher, records, self._hear, options, lab(self.pool),
                               Clock(seconds))

    def _hear(self, event: Event) -> None:
        if event == Phase("time"):
            self.pool.speed = next(self._speeds, 1.0)

    def costs(self) -> list[int]:
        return [record.row[1] for record in self.records.find()]


@pytest.fixture
def records(tmp_path: Path) -> Generator[Records]:
    with Records(tmp_path / "records.db") as records:
        yield records


@pytest.fixture
def options() -> Options:
    return Options(batch=4, builders=1)


def test_rows_that_are_timed_again_are_told_again(records: Records, options: Options):
    """What they took in a slow phase is put right when the machine is quick."""
    stand = Stand(records, options, (2.0, 1.0))
    stand.session.begin()
    stand.session.round(4)
    assert stand.searcher.told[10] == [pytest.approx(20e-5)]
    stand.session.round(4)
    assert {cost: told[-1] for cost, told in stand.searcher.told.items()} == {
        cost: pytest.approx(cost * 1e-5) for cost in range(10, 18)}


def test_the_best_is_told_again_after_it_was_timed_before_a_batch(records: Records, options: Options):
    stand = Stand(records, options, (1.05, 1.0))
    stand.session.begin()
    stand.session.round(4)
    stand.session.round(4)
    assert stand.searcher.told[10] == [pytest.approx(10.5e-5), pytest.approx(10e-5)]
    assert stand.session.ledger.best == pytest.approx(10e-5)


def test_rows_asked_for_ahead_are_all_tried(records: Records, options: Options):
    """Where there is time for half of them, the others come first in the next round, and it is full."""
    stand = Stand(records, replace(options, builders=2))
    stand.session.begin()
    stand.session.round(4, ahead=4)
    stand.session.round(2, ahead=4)
    stand.session.round(4)
    stand.session.round(4)
    assert stand.costs() == stand.searcher.asked == list(range(10, 24))
    assert stand.pool.started[:2] == [[14, 15, 16, 17], [18, 19]]


def test_nothing_is_asked_ahead_where_nothing_is_built_ahead(records: Records, options: Options):
    stand = Stand(records, replace(options, builders=2, runner="dask://there:8786"))
    stand.session.begin()
    stand.session.round(4, ahead=4)
    assert stand.searcher.asked == [10, 11, 12, 13]


def test_what_was_timed_in_a_slow_phase_is_not_forgotten_for_it(
        records: Records, options: Options, monkeypatch: pytest.MonkeyPatch):
    """Cost 14 seems to take as long as 15.4, but may well be better than cost 13."""
    monkeypatch.setattr(module, "KEPT", 4)
    stand = Stand(records, options, (1.0, 1.1))
    stand.session.begin()
    stand.session.round(4)
    stand.session.round(1)
    assert stand.pool.forgotten == [13]


def test_a_round_that_runs_out_of_time_leaves_the_rest_alone(records: Records, options: Options):
    """One candidate is timed and recorded; of the others nothing is said, neither that they fail."""
    stand = Stand(records, options)
    stand.session.begin()
    stand.session.round(4, in_time=lambda: False)
    assert stand.costs() == [10]
    assert stand.searcher.told == {10: [pytest.approx(10e-5)]}


def test_before_any_trial_the_default_tells_the_pace(records: Records, options: Options):
    stand = Stand(records, options)
    assert stand.session.pace == 0
    stand.session.begin()
    assert stand.session.pace == pytest.approx(RUNS * 50e-5)


def test_a_twin_of_the_default_does_not_win(records: Records, options: Options):
    """Cost 49 is the very same program, luckier by 2 %: the default stays."""
    stand = Stand(records, options)
    stand.pool.codes = dict.fromkeys((49, 50), "the default's")
    others = np.array([(c.INSTANT, cost) for cost in range(10, 201) if cost not in (49, 60)])
    stand.searcher.tell(others, others[:, 1] * 1e-5)
    stand.session.begin()
    stand.session.round(2)
    stand.session.finish(lambda: True)
    assert stand.costs() == [49, 60]
    choice = records.choice(PROBLEM.blank.key)
    assert choice is not None
    assert (choice.trial, choice.provisional) == (None, False)
    assert records.best(PROBLEM.blank.key) is None


def test_trials_of_another_compiler_are_timed_anew_before_they_guide(records: Records, options: Options):
    """What another compiler made in an instant is no time to be compared with."""
    records.add(replace(PROBLEM.blank, row=(c.INSTANT, 30), times=(1e-9,), compiler="gcc 12"))
    stand = Stand(records, options)
    assert stand.session.ledger.best is None
    stand.session.begin()
    assert stand.searcher.told == {30: [pytest.approx(30e-5)]}
    (record,) = records.find()
    assert (record.times, record.compiler) == ((pytest.approx(30e-5),), "")

def test_no_more_is_timed_anew_than_there_is_time_for(
        records: Records, options: Options, monkeypatch: pytest.MonkeyPatch):
    """A trial is thought to take 100 s, and half of the search's 850 s is for the best of old."""
    monkeypatch.setattr(module, "RUNS", 100 / 50e-5)
    for cost in range(30, 38):
        records.add(replace(PROBLEM.blank, row=(c.INSTANT, cost), times=(cost * 1e-9,), compiler="gcc 12"))
    stand = Stand(records, options, seconds=1000.0)
    stand.session.begin()
    assert [r.row[1] for r in records.find() if r.compiler == ""] == [30, 31, 32, 33]
