"""Several tasks as one job: budgets, dead tasks, going on, and nothing lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from support import candidates as c
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.tuner.events import Event, Finished, Round, Started, Trial
from txc.tuner.ledger import HOPELESS
from txc.tuner.options import Budget, Options
from txc.tuner.outcome import EXHAUSTED, FAILING, FINISHED, INTERRUPTED, STALLED
from txc.tuner.records import Records, TaskKey
from txc.tuner.search.grid import GridSearch
from txc.tuner.search.random import RandomSearch
from txc.tuner.session import Session
from txc.tuner.tasks.job import AWAKE, Part, replay, round_size, run_together
from txc.tuner.tasks.outcome import JobOutcome

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")


def part(name: str, space: FakeSpace, weight: float = 1.0) -> Part:
    made = problem(space)
    blank = replace(made.blank, key=TaskKey(name, "cpu:generic", 1), kernel=name)
    return Part(replace(made, blank=blank), RandomSearch(space), weight)


def costs(low: int, high: int, behaviour: int = c.INSTANT) -> FakeSpace:
    return FakeSpace((listed("behaviour", behaviour), FakeColumn("cost", low, high)))


@pytest.fixture
def records(tmp_path: Path):
    with Records(tmp_path / "records.db") as records:
        yield records


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(lock=tmp_path / "lock", batch=4, builders=1)


def counts(records: Records) -> dict[str, int]:
    return dict(Counter(r.kernel for r in records.find()))


def parts() -> list[Part]:
    return [part("slow", costs(20, 400)), part("quick", costs(1, 9), weight=0.1)]


def test_the_trials_of_all_make_the_budget_and_go_where_the_time_is(records: Records, options: Options):
    heard: list[tuple[int, Event]] = []
    outcome = run_together(parts(), Budget(32), records, on_event=lambda *e: heard.append(e), options=options)
    assert outcome.status == FINISHED
    assert sum(counts(records).values()) == sum(o.trials for o in outcome.outcomes) == 32
    assert counts(records)["slow"] > counts(records)["quick"] >= 4
    assert [e.kernel for _, e in heard if isinstance(e, Started)] == ["slow", "quick"]
    assert [n for n, e in heard if isinstance(e, Finished)] == [0, 1]
    assert {n: sum(isinstance(e, Trial) for m, e in heard if m == n) for n in (0, 1)} == {
        n: o.new for n, o in enumerate(outcome.outcomes)}
    assert all(e.trials % 4 == 0 or e.trials == 9 for _, e in heard if isinstance(e, Round))
    best = [o.best for o in outcome.outcomes]
    assert all(b is not None and b.row[1] <= 50 for b in best)


def test_the_value_is_that_of_the_objective(records: Records, options: Options):
    """A default takes 0.5 ms; the winner of each task is known once its space is exhausted."""
    small = [part("a", costs(25, 28)), part("b", costs(10, 13), weight=3.0)]
    outcome = run_together(small, Budget(30), records, objective="worst", options=options)
    assert (outcome.status, outcome.objective) == (EXHAUSTED, "worst")
    assert outcome.value == pytest.approx(0.0003)
    assert outcome.default_value == pytest.approx(0.0015)
    assert outcome.improvement == pytest.approx(5.0)
    again = run_together(small, Budget(8), records, objective="geomean", options=options)
    assert again.improvement == pytest.approx(2 ** 0.25 * 5 ** 0.75)


def test_what_is_dead_or_stalled_leaves_the_rest_to_others(records: Records, options: Options):
    """`none` dies of its failures, `flat` by early stopping."""
    three = [part("none", costs(1, 400, c.BUG)), part("flat", costs(60, 4000), weight=100.0),
             part("rest", costs(1, 4000))]
    outcome = run_together(three, Budget(200), records, options=replace(options, early_stop=9))
    none, flat, rest = outcome.outcomes
    assert (none.status, none.trials, none.valid) == (FAILING, HOPELESS, 0)
    assert flat.status == STALLED
    assert rest.trials >= 10
    assert outcome.value is not None


def test_a_round_of_failures_alone_does_not_end_a_task(records: Records, options: Options):
    """The first rows of the space are bad; those behind them are not."""
    space = FakeSpace((listed("behaviour", c.BUG, c.INSTANT), FakeColumn("cost", 20, 27)))
    one = part("a", space)
    outcome = run_together([replace(one, searcher=GridSearch(space))], Budget(16), records, options=options)
    assert [(o.trials, o.valid) for o in outcome.outcomes] == [(16, 8)]


def test_a_task_too_slow_for_the_time_left_leaves_it_to_the_others(
        records: Records, options: Options, monkeypatch: pytest.MonkeyPatch):
    """`slow` seems to need an age a trial: it gets the first one, and then `quick` all others."""
    def pace(session: Session) -> float:
        return 1e9 if session.kernel == "slow" else 1e-3

    monkeypatch.setattr(Session, "pace", property(pace))
    outcome = run_together(parts(), Budget(trials=9, seconds=30.0), records, options=options)
    assert [o.trials for o in outcome.outcomes] == [1, 8]


def test_a_job_goes_on_where_it_stopped(records: Records, options: Options, tmp_path: Path):
    """The trials of a job stopped half-way and resumed are those of one that was not stopped."""
    run_together(parts(), Budget(16), records, options=options)
    half = counts(records)
    second = run_together(parts(), Budget(32), records, options=options)
    assert sum(half.values()) == 16
    assert sum(o.new for o in second.outcomes) == 16
    with Records(tmp_path / "whole.db") as whole:
        run_together(parts(), Budget(32), whole, options=replace(options, batch=4))
        assert counts(whole) == counts(records)


def test_a_job_that_is_done_runs_nothing(records: Records, options: Options):
    first = run_together(parts(), Budget(8), records, options=options)
    heard: list[Event] = []
    again = run_together(parts(), Budget(8), records, on_event=lambda n, e: heard.append(e), options=options)
    assert [type(e) for e in heard] == [Started, Started, Finished, Finished]
    assert [o.best for o in again.outcomes] == [o.best for o in first.outcomes]
    assert again.value == first.value


def test_an_interrupt_keeps_every_trial(records: Records, options: Options):
    def interrupt(number: int, event: Event) -> None:
        if number == 1 and isinstance(event, Trial):
            raise KeyboardInterrupt

    outcome = run_together(parts(), Budget(40), records, on_event=interrupt, options=options)
    assert outcome.status == INTERRUPTED
    assert [o.status for o in outcome.outcomes] == [INTERRUPTED] * 2
    assert counts(records) == {"slow": 4, "quick": 1}


def test_a_budget_of_seconds_is_that_of_the_whole_job(records: Records, options: Options):
    start = time.monotonic()
    outcome = run_together([part(str(n), costs(10, 10**6)) for n in range(3)], Budget(seconds=2.0), records,
                           options=options)
    assert outcome.status == FINISHED
    assert all(o.trials >= 1 for o in outcome.outcomes)
    assert time.monotonic() - start < 20


def test_many_tasks_do_not_have_workers_all_at_once(records: Records, options: Options):
    """Whatever was built before a task's workers ended can still be timed and compared."""
    many = [part(str(n), costs(10 + n, 45)) for n in range(AWAKE + 2)]
    most = 0

    def count(number: int, event: Event) -> None:
        nonlocal most
        if isinstance(event, Round):
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            most = max(most, len(children))

    outcome = run_together(many, Budget(8 * len(many)), records, on_event=count, options=options)
    assert all(o.best is not None and o.trials >= 4 for o in outcome.outcomes)
    assert 0 < most <= AWAKE * (options.builders + 1)


def test_a_task_gets_no_more_than_its_share_by_its_first_round():
    assert round_size(16, 2, Budget(200)) == 16
    assert round_size(16, 30, Budget(200)) == 6
    assert round_size(16, 30, Budget(20)) == 1
    assert round_size(16, 24, Budget(seconds=60.0)) == 16
    assert round_size(16, 24, Budget(seconds=15.0)) == 5
    assert round_size(16, 24, Budget(seconds=1.0)) == 4


def test_records_are_replayed_as_rounds():
    """Half a round and more counts as one, and any trial as a first."""
    assert replay([], 4) == []
    assert replay([5.0], 4) == [5.0]
    assert replay([5.0, 4.0, 6.0, 3.0, 2.0], 4) == [3.0]
    assert replay([5.0, 4.0, 6.0, 3.0, 2.0, 9.0, 9.0], 4) == [3.0, 2.0]


SCRIPT = """
import sys
from dataclasses import replace
from pathlib import Path
from support import candidates as c
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.tuner.events import Trial
from txc.tuner.options import Budget, Options
from txc.tuner.records import Records, TaskKey
from txc.tuner.search.random import RandomSearch
from txc.tuner.tasks.job import Part, run_together

def part(name, low):
    space = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", low, 5000)))
    made = problem(space)
    blank = replace(made.blank, key=TaskKey(name, "cpu:generic", 1), kernel=name)
    return Part(replace(made, blank=blank), RandomSearch(space))

def report(number, event):
    if isinstance(event, Trial):
        print(event.record.kernel, event.record.row, flush=True)

with Records(Path(sys.argv[1])) as records:
    options = Options(lock=Path(sys.argv[1] + ".lock"), batch=8, builders=1)
    run_together([part("a", 30), part("b", 10)], Budget(int(sys.argv[2])), records, on_event=report,
                 options=options)
"""


def start(path: Path, trials: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, path, str(trials)], env=environment, text=True,
                            stdout=subprocess.PIPE)


@pytest.mark.slow
def test_twenty_kills_at_random_moments_lose_nothing(tmp_path: Path):
    """After each SIGKILL every reported trial is recorded once; the last run ends with a sound result.

    Every other victim has few trials left, and is mostly killed in its final comparison.
    """
    path = tmp_path / "records.db"
    told: list[str] = []
    kept: list[str] = []
    moments = random.Random(4)
    for number in range(20):
        few = number % 2
        victim = start(path, len(kept) + 8 if few else 5000)
        assert victim.stdout is not None
        told += [victim.stdout.readline().strip() for _ in range(8 if few else moments.randrange(30))]
        time.sleep(moments.uniform(0.0, 0.5 if few else 0.05))
        os.kill(victim.pid, signal.SIGKILL)
        told += victim.communicate()[0].splitlines()
        with Records(path) as records:
            kept = [f"{r.kernel} {r.row}" for r in records.find()]
        assert len(kept) == len(set(kept))
        assert set(told) <= set(kept)
        assert len(kept) <= len(told) + 20
    last = start(path, len(kept) + 40)
    last.communicate(timeout=60)
    assert last.returncode == 0
    check_sound(path, len(kept) + 40)


def check_sound(path: Path, trials: int) -> None:
    with Records(path) as records:
        found = list(records.find())
        assert len(found) == trials
        for name in ("a", "b"):
            best = records.best(TaskKey(name, "cpu:generic", 1))
            assert best is not None
            assert best.row[1] == min(r.row[1] for r in found if r.kernel == name)
            assert best.score == pytest.approx(best.row[1] * 1e-5)


def test_an_outcome_without_times_has_no_value():
    assert JobOutcome(FINISHED, (), "sum", None, None, 1.0).improvement is None
