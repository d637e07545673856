"""The loop records every trial once, whatever happens to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support import candidates as c
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.tuner.events import Event, Finished, Round, Started, Trial
from txc.tuner.loop import run
from txc.tuner.measure.pool import MIB, Limits
from txc.tuner.options import Budget, Options
from txc.tuner.outcome import EXHAUSTED, FAILING, FINISHED, INTERRUPTED, STALLED, Outcome
from txc.tuner.records import Records
from txc.tuner.search.grid import GridSearch
from txc.tuner.search.random import RandomSearch

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")

COSTS = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", 10, 200)))


@pytest.fixture
def records(tmp_path: Path):
    with Records(tmp_path / "records.db") as records:
        yield records


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(lock=tmp_path / "lock", limits=Limits(build=2.0, run=1.0, memory=600 * MIB))


def tune(space: FakeSpace, records: Records, options: Options, trials: int | None = 20,
         on_event=lambda event: None) -> Outcome:  # pyright: ignore
    searcher = RandomSearch(space, options.seed)
    return run(problem(space), searcher, Budget(trials), records, on_event, options)


def rows(records: Records) -> list[tuple[int, ...]]:
    return [r.row for r in records.find()]


def test_a_run_finds_the_fastest_and_compares_it_with_the_default(records: Records, options: Options):
    events: list[Event] = []
    outcome = tune(COSTS, records, options, trials=40, on_event=events.append)
    assert outcome.status == FINISHED
    assert (outcome.trials, outcome.new, outcome.valid) == (40, 40, 40)
    assert outcome.best is not None
    assert outcome.best.row[1] == min(cost for _, cost in rows(records))
    assert outcome.default_seconds == pytest.approx(0.0005)
    assert outcome.speedup == pytest.approx(50 / outcome.best.row[1])
    assert records.best(outcome.best.key) == outcome.best
    assert outcome.best.schedule == f"knob row = {list(outcome.best.row)}\n"
    assert [e.number for e in events if isinstance(e, Trial)] == list(range(1, 41))
    assert [e.record.row for e in events if isinstance(e, Trial)] == rows(records)
    assert [e.trials for e in events if isinstance(e, Round)] == [16, 32, 40]
    assert sum(isinstance(e, Started) for e in events) == 1
    assert events[-1] == Finished(outcome)


def test_where_nothing_is_faster_the_default_stays(records: Records, options: Options):
    space = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", 50, 60)))
    outcome = tune(space, records, options)
    assert outcome.status == EXHAUSTED
    assert outcome.best is None
    assert outcome.speedup == 1.0
    assert outcome.valid == outcome.trials == 11
    assert records.best(problem(space).blank.key) is None


@pytest.mark.slow
def test_bad_candidates_are_counted_by_class_and_harm_nobody(records: Records, options: Options):
    bad = (c.WRONG_RESULT, c.CRASH, c.ABORT, c.EXIT, c.HANG, c.MEMORY, c.NO_COMPILE, c.ILLEGAL, c.DEAD_BUILD,
           c.BUG, c.GARBAGE, c.GOOD, c.INSTANT)
    space = FakeSpace((listed("behaviour", *bad), listed("cost", 20)))
    outcome = run(problem(space), GridSearch(space), Budget(50), records, options=options)
    assert outcome.status == EXHAUSTED
    assert {kind: f.count for kind, f in outcome.failures.items()} == {
        "wrong result": 1, "crash": 4, "run time-out": 1, "out of memory": 1, "compile error": 1,
        "invalid": 1, "unknown": 1}
    assert outcome.failures["invalid"].message == "row (9, 20) is illegal"
    assert outcome.valid == 3
    assert len(rows(records)) == len(bad)
    assert outcome.best is not None


def test_a_second_run_resumes_and_does_the_rest(records: Records, options: Options):
    first = tune(COSTS, records, options, trials=10)
    second = tune(COSTS, records, options, trials=25)
    assert (first.new, second.new, second.trials) == (10, 15, 25)
    with Records(records.path.with_name("other.db")) as other:
        tune(COSTS, other, options, trials=25)
        assert rows(other) == rows(records)


def test_a_task_that_is_done_runs_nothing(records: Records, options: Options):
    first = tune(COSTS, records, options, trials=5)
    start = time.monotonic()
    events: list[Event] = []
    again = tune(COSTS, records, options, trials=5, on_event=events.append)
    assert again.new == 0
    assert events == [Started("fake", 191, 5, 5, None, first.default_seconds), Finished(again)]
    assert again.best == first.best
    assert again.speedup == first.speedup
    assert time.monotonic() - start < 0.2


def test_a_fresh_run_starts_over(records: Records, options: Options):
    tune(COSTS, records, options, trials=6)
    fresh = Options(lock=options.lock, limits=options.limits, fresh=True)
    outcome = tune(COSTS, records, fresh, trials=6)
    assert (outcome.trials, outcome.new) == (6, 6)
    assert len(list(records.find(retired=True))) == 12


def test_a_budget_of_seconds_is_kept(records: Records, options: Options):
    endless = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", 10, 10**6)))
    start = time.monotonic()
    outcome = run(problem(endless), RandomSearch(endless), Budget(seconds=1.5), records, options=options)
    assert outcome.status == FINISHED
    assert outcome.new >= 1
    assert time.monotonic() - start < 15


def test_the_first_batch_of_a_slow_kernel_is_small(
        records: Records, options: Options, monkeypatch: pytest.MonkeyPatch):
    """A trial is thought to take 10 s, as long as nothing else is known: one is all that fits."""
    monkeypatch.setattr("txc.tuner.session.RUNS", 10 / 0.0005)
    rounds: list[int] = []

    def listen(event: Event) -> None:
        if isinstance(event, Round):
            rounds.append(event.new)

    run(problem(COSTS), RandomSearch(COSTS), Budget(20, 15.0), records, listen, options)
    assert rounds[0] == 1
    assert rounds[-1] == 20


def test_a_search_without_improvement_stops_early(records: Records, options: Options):
    """The best of a grid is its first row; the rest of the space is left alone, also by the next run."""
    patient = replace(options, early_stop=20)
    outcome = run(problem(COSTS), GridSearch(COSTS), Budget(100), records, options=patient)
    assert (outcome.status, outcome.trials) == (STALLED, 32)
    assert outcome.best is not None
    assert outcome.best.row == (c.INSTANT, 10)
    again = run(problem(COSTS), GridSearch(COSTS), Budget(100), records, options=patient)
    assert (again.status, again.trials, again.new) == (STALLED, 32, 0)


def test_a_search_in_which_everything_fails_is_given_up(records: Records, options: Options):
    space = FakeSpace((listed("behaviour", c.BUG), FakeColumn("cost", 1, 1000)))
    outcome = run(problem(space), GridSearch(space), Budget(1000), records, options=options)
    assert (outcome.status, outcome.valid) == (FAILING, 0)
    assert 150 <= outcome.trials < 150 + options.batch


class Listening(GridSearch):
    """Notes in which order it is asked and told."""

    def __init__(self, space: FakeSpace) -> None:
        super().__init__(space)
        self.heard: list[str] = []

    def ask(self, count: int):  # pyright: ignore
        self.heard.append("ask")
        return super().ask(count)

    def tell(self, rows, scores) -> None:  # pyright: ignore
        self.heard.append("tell")
        super().tell(rows, scores)


@pytest.mark.parametrize(("builders", "order"), [
    (1, ["ask", "tell", "ask", "tell", "ask", "tell"]), (2, ["ask", "ask", "tell", "ask", "tell", "tell"])])
def test_the_next_batch_is_built_meanwhile_where_a_core_is_free(
        records: Records, options: Options, builders: int, order: list[str]):
    """Either way each row is tried once."""
    searcher = Listening(COSTS)
    outcome = run(problem(COSTS), searcher, Budget(40), records, options=replace(options, builders=builders))
    assert searcher.heard == order
    assert outcome.trials == 40
    assert [cost for _, cost in rows(records)] == list(range(10, 50))


def test_an_interrupt_keeps_every_trial(records: Records, options: Options):
    def interrupt(event: Event) -> None:
        if isinstance(event, Trial) and event.number == 7:
            raise KeyboardInterrupt

    outcome = tune(COSTS, records, options, trials=20, on_event=interrupt)
    assert outcome.status == INTERRUPTED
    assert outcome.new == 7
    assert len(rows(records)) == 7
    assert outcome.best is not None


SCRIPT = """
import sys
from pathlib import Path
from support import candidates as c
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.tuner.events import Trial
from txc.tuner.loop import run
from txc.tuner.options import Budget, Options
from txc.tuner.records import Records
from txc.tuner.search.random import RandomSearch

space = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", 10, 200)))
report = lambda event: print(event.record.row, flush=True) if isinstance(event, Trial) else None
with Records(Path(sys.argv[1])) as records:
    options = Options(lock=Path(sys.argv[1] + ".lock"))
    run(problem(space), RandomSearch(space), Budget(60), records, report, options)
"""


def start(path: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, path], env=environment, text=True,
                            stdout=subprocess.PIPE)


@pytest.mark.slow
def test_a_killed_tuner_loses_at_most_the_trial_under_way(tmp_path: Path):
    """After SIGKILL each reported trial is recorded, and resuming leaves each row exactly once."""
    path = tmp_path / "records.db"
    victim = start(path)
    assert victim.stdout is not None
    told = [victim.stdout.readline() for _ in range(20)]
    os.kill(victim.pid, signal.SIGKILL)
    told += victim.stdout.readlines()
    victim.wait()
    victim.stdout.close()
    with Records(path) as records:
        kept = [f"{row}\n" for row in rows(records)]
    assert kept[:len(told)] == told
    assert len(kept) <= len(told) + 1
    resumed = start(path)
    rest = resumed.communicate(timeout=30)[0].splitlines(keepends=True)
    with Records(path) as records:
        found = [f"{row}\n" for row in rows(records)]
    assert found == kept + rest
    assert len(found) == len(set(found)) == 60


@pytest.mark.slow
def test_sigint_ends_a_run_in_good_order(tmp_path: Path):
    """Ctrl-C: every reported trial is kept, and the process ends by itself, soon, without a traceback."""
    path = tmp_path / "records.db"
    tuner = start(path)
    assert tuner.stdout is not None
    told = [tuner.stdout.readline() for _ in range(5)]
    tuner.send_signal(signal.SIGINT)
    told += tuner.communicate(timeout=10)[0].splitlines(keepends=True)
    assert tuner.returncode == 0
    assert len(told) < 60
    with Records(path) as records:
        assert len(told) <= len(rows(records)) <= len(told) + 1


@pytest.mark.slow
def test_two_tuners_of_one_task_share_a_database(tmp_path: Path):
    path = tmp_path / "records.db"
    tuners = [start(path) for _ in range(2)]
    said = [t.communicate(timeout=40)[0].splitlines() for t in tuners]
    assert [t.returncode for t in tuners] == [0, 0]
    with Records(path) as records:
        found = [str(row) for row in rows(records)]
    assert len(found) == len(set(found)) == 60
    assert all(set(lines) <= set(found) for lines in said)
