"""What one run leaves to the next: what was found, what failed, and what is still to be compared."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import pytest
from support import candidates as c
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.tuner.events import Event, Trial
from txc.tuner.loop import run
from txc.tuner.options import Budget, Options
from txc.tuner.outcome import EXHAUSTED, FINISHED, INTERRUPTED, Outcome
from txc.tuner.records import Choice, Records
from txc.tuner.search.grid import GridSearch

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")

KEY = problem(FakeSpace(())).blank.key


def costs(low: int, high: int, template: str = "fake") -> FakeSpace:
    return FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", low, high)), hash=template)


@pytest.fixture
def records(tmp_path: Path) -> Generator[Records]:
    with Records(tmp_path / "records.db") as records:
        yield records


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(lock=tmp_path / "lock")


def tune(space: FakeSpace, records: Records, options: Options, trials: int = 20,
         on_event: Callable[[Event], None] = lambda event: None) -> Outcome:
    return run(problem(space), GridSearch(space), Budget(trials), records, on_event, options)


def test_what_failed_with_another_generator_is_tried_again(records: Records, options: Options):
    """Failures of old do not count; right rows do, but show anew what they can before they win."""
    space = costs(20, 29)
    blank = replace(problem(space).blank, generator="old")
    records.add(replace(blank, row=(c.INSTANT, 20), verdict="crash", message="a defect since mended"))
    right = records.add(replace(blank, row=(c.INSTANT, 29), times=(1e-6,)))
    outcome = tune(space, records, options)
    assert (outcome.status, outcome.trials, outcome.new, outcome.valid) == (EXHAUSTED, 10, 9, 10)
    assert outcome.failures == {}
    assert outcome.best is not None
    assert outcome.best.row == (c.INSTANT, 20)
    stored = records.show(right)
    assert stored is not None
    assert stored.score == pytest.approx(0.00029)
    assert stored.generator == problem(space).blank.generator


def test_what_failed_by_accident_is_tried_again(records: Records, options: Options):
    """A time-out of an earlier run is history; what was wrong stays known."""
    space = costs(20, 29)
    blank = problem(space).blank
    records.add(replace(blank, row=(c.INSTANT, 20), verdict="run time-out", message="more than 10 s"))
    records.add(replace(blank, row=(c.INSTANT, 21), verdict="wrong result", message="differs"))
    outcome = tune(space, records, options)
    assert (outcome.status, outcome.trials, outcome.valid) == (EXHAUSTED, 10, 9)
    assert outcome.best is not None
    assert outcome.best.row == (c.INSTANT, 20)


def test_an_interrupted_run_is_held_against_the_default(records: Records, options: Options):
    """Its end, which would have compared them, never came: what is slower than the default is no find."""
    def interrupt(event: Event) -> None:
        if isinstance(event, Trial) and event.number == 5:
            raise KeyboardInterrupt

    slow = costs(60, 90)
    outcome = tune(slow, records, options, on_event=interrupt)
    assert (outcome.status, outcome.valid) == (INTERRUPTED, 5)
    assert outcome.best is None
    assert records.best(KEY) is None
    finished = tune(slow, records, options, trials=5)
    assert (finished.status, finished.new) == (FINISHED, 0)
    choice = records.choice(KEY)
    assert choice is not None
    assert not choice.provisional


def test_the_choice_of_another_template_is_among_the_finalists(records: Records, options: Options):
    """It wins if it still is the best, and the choice is of this run then: a third has nothing to do."""
    tune(costs(20, 25), records, options)
    other = costs(30, 35, "other")
    outcome = tune(other, records, options, 6)
    assert outcome.best is not None
    assert outcome.best.row == (c.INSTANT, 20)
    choice = records.choice(KEY)
    assert choice is not None
    assert choice.after == max(r.id for r in records.find())
    assert tune(other, records, options, 6).new == 0


def test_a_lucky_time_of_another_template_does_not_win_for_ever(records: Records, options: Options):
    lucky = records.add(replace(problem(costs(40, 40)).blank, row=(c.INSTANT, 40), times=(1e-6,),
                                schedule=f"knob row = [{c.INSTANT}, 40]"))
    records.choose(KEY, Choice(lucky, 1e-6, 5e-4))
    outcome = tune(costs(30, 35, "other"), records, options, 6)
    assert outcome.best is not None
    assert outcome.best.row == (c.INSTANT, 30)
