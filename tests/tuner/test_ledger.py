"""What is known of a task: its best trial, and what was chosen for it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import candidates as c
from support.bench import FakePool, lab
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.tuner.lab import Candidate
from txc.tuner.ledger import HOPELESS, Ledger
from txc.tuner.measure.failure import CRASH, INVALID, KINDS, RUN_TIMEOUT, WRONG, Failure
from txc.tuner.records import Choice, Records

SPACE = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", 10, 200)))
PROBLEM = problem(SPACE)
KEY = PROBLEM.blank.key
LAB = lab(FakePool())


@pytest.fixture
def records(tmp_path: Path) -> Generator[Records]:
    with Records(tmp_path / "records.db") as records:
        yield records


@pytest.fixture
def ledger(records: Records) -> Ledger:
    return Ledger(PROBLEM, records, 0, LAB)


def tried(ledger: Ledger, cost: int, seconds: float | None = None, kind: str = CRASH) -> Candidate:
    """A trial; without seconds one that failed."""
    candidate = LAB.candidate((c.INSTANT, cost))
    if seconds is None:
        candidate.failure = Failure(kind, "")
    else:
        candidate.times = [seconds]
    ledger.add(candidate, slow=False)
    return candidate


class Unread(list[Candidate]):
    """Candidates that nobody may go through."""

    def __iter__(self) -> Iterator[Candidate]:
        raise AssertionError


def test_the_best_is_known_without_looking_at_all_trials(ledger: Ledger):
    ledger.candidates = Unread()
    assert (ledger.best, ledger.unimproved) == (None, 0)
    for cost, seconds in ((10, 3.0), (11, 2.0), (12, None), (13, 2.5)):
        tried(ledger, cost, seconds)
    assert (ledger.best, ledger.unimproved) == (2.0, 2)


def test_times_taken_again_may_make_another_trial_the_best(ledger: Ledger):
    first, _, _ = (tried(ledger, cost, seconds) for cost, seconds in ((10, 3.0), (11, 2.0), (12, 4.0)))
    first.times.append(1.0)
    ledger.retime(first)
    assert (ledger.best, ledger.unimproved) == (1.0, 2)
    first.times.clear()
    ledger.review()
    assert (ledger.best, ledger.unimproved) == (2.0, 1)


def test_many_failures_and_nothing_right_are_hopeless(ledger: Ledger):
    for cost in range(10, 10 + HOPELESS - 1):
        tried(ledger, cost)
    assert not ledger.hopeless
    tried(ledger, 100)
    assert ledger.hopeless
    tried(ledger, 101, 1.0)
    assert not ledger.hopeless


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_cannot_be_the_machines_fault_condemns_a_trial_that_was_right(
        records: Records, ledger: Ledger, kind: str):
    candidate = tried(ledger, 10, 1.0)
    candidate.failure = Failure(kind, "now")
    ledger.reject(candidate)
    stored = records.show(candidate.trial)
    assert stored is not None
    assert stored.verdict == (kind if kind in (INVALID, CRASH, WRONG) else "ok")


def test_what_failed_by_accident_is_not_known_any_more(records: Records, ledger: Ledger):
    tried(ledger, 10, kind=RUN_TIMEOUT)
    tried(ledger, 11)
    again = Ledger(PROBLEM, records, 0, LAB)
    assert again.known == 2
    again.reopen()
    assert [r.row[1] for r in again.trials] == [11]
    assert (again.known, again.new) == (1, 0)


def test_finalists_are_known_by_their_times_in_the_search(records: Records):
    """The next run tells its searcher what this one did, not what another compiler made of the best."""
    two = replace(PROBLEM, blank=replace(PROBLEM.blank, compiler="LLVM 20"), ships="gcc 12")
    ledger = Ledger(two, records, 0, LAB)
    candidate = tried(ledger, 10, 2.0)
    final = LAB.as_final(candidate)
    final.times = [1.0]
    ledger.ship(final)
    stored = records.show(candidate.trial)
    assert stored is not None
    assert (stored.times, stored.compiler, stored.shipped, stored.ships) == (
        (2.0,), "LLVM 20", (1.0,), "gcc 12")
    resumed = Ledger(two, records, 0, LAB)
    assert [(k.times, k.outdated) for k in resumed.candidates] == [([2.0], False)]
    assert (ledger.best, resumed.best) == (2.0, 2.0)


def test_from_the_start_trials_must_be_better_than_the_default(records: Records, ledger: Ledger):
    """So it is after a run that was killed; its end is still to come, and the default is no find."""
    default = LAB.candidate(None)
    default.times = [2.0]
    ledger.compare_with(default)
    tried(ledger, 10, 3.0)
    assert records.best(KEY) is None
    assert not Ledger(PROBLEM, records, 0, LAB).settled(1)
    better = tried(ledger, 11, 1.0)
    best = records.best(KEY)
    assert best is not None
    assert best.id == better.trial


def test_a_trial_that_was_chosen_is_not_put_in_question_by_the_start_of_a_run(
        records: Records, ledger: Ledger):
    choice = Choice(tried(ledger, 10, 3.0).trial, 3.0, 4.0)
    records.choose(KEY, choice)
    default = LAB.candidate(None)
    default.times = [2.0]
    ledger.compare_with(default)
    assert records.choice(KEY) == replace(choice, after=1)


def test_what_another_template_gave_comes_along_by_its_text(records: Records, ledger: Ledger):
    assert ledger.rival() is None
    other = records.add(replace(PROBLEM.blank, template_hash="other", row=(1, 2), schedule="unroll i\n",
                                times=(1.0,)))
    records.choose(KEY, Choice(other, 1.0, 2.0))
    rival = ledger.rival()
    assert rival is not None
    assert (rival.row, rival.text, rival.trial) == (None, "unroll i\n", other)
    records.choose(KEY, Choice(tried(ledger, 10, 0.5).trial, 0.5, 2.0))
    assert ledger.rival() is None
