"""A real cluster of two local workers: a search comes to what it comes to at home, also if a worker dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster
from support import candidates as c
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.dsl.diagnostics import TxcError
from txc.tuner.events import Event, Trial
from txc.tuner.loop import run
from txc.tuner.measure import dask
from txc.tuner.measure.address import Address
from txc.tuner.measure.dask import Cluster
from txc.tuner.measure.pool import Limits
from txc.tuner.options import Budget, Options
from txc.tuner.records import Records
from txc.tuner.search.random import RandomSearch

SPACE = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", 1, 1000)))
TRIALS = 40


@pytest.fixture
def farm() -> Generator[Any]:
    """Two workers, each a process with a nanny that starts it again when it dies."""
    options: dict[str, Any] = {"resources": {"txc": 1}, "dashboard_address": None, "silence_logs": 50}
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **options) as made:
        yield made


def runner(farm: Any) -> str:
    return "dask://" + farm.scheduler_address.removeprefix("tcp://")


def searched(folder: Path, runner: str, on_event: Any = lambda event: None,
             space: FakeSpace = SPACE) -> tuple[Any, dict[Any, Any]]:
    """The outcome of a search, and what its records say of each row; every trial is told once."""
    told: list[int] = []

    def listen(event: Event) -> None:
        if isinstance(event, Trial):
            told.append(event.number)
            on_event(event)

    options = Options(runner=runner, lock=folder / "lock", limits=Limits(run=1.0))
    with Records(folder / f"{bool(runner)}.db") as records:
        outcome = run(problem(space), RandomSearch(space, 0), Budget(TRIALS), records, listen, options)
        trials = records.trials(problem(space).blank.key, space.hash)
    assert told == list(range(1, len(trials) + 1))
    rows = {t.row: (t.verdict, t.score) for t in trials}
    assert len(rows) == len(trials)
    return outcome, rows


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_nothing(farm: Any, tmp_path: Path):
    """SIGKILL in the middle of a batch: each trial is recorded once, with the result of a search at home."""
    def kill(event: Trial) -> None:
        if event.number == 20:
            os.kill(farm.workers[0].pid, signal.SIGKILL)

    outcome, rows = searched(tmp_path, runner(farm), kill)
    expected, known = searched(tmp_path, "")
    assert rows == known
    assert len(rows) == TRIALS
    assert outcome.best.row == expected.best.row
    assert not outcome.failures


@pytest.mark.slow
def test_candidates_that_crash_or_hang_harm_no_worker(farm: Any, tmp_path: Path):
    before = [worker.pid for worker in farm.workers.values()]
    space = FakeSpace((listed("behaviour", c.INSTANT, c.CRASH, c.HANG, c.ILLEGAL), FakeColumn("cost", 1, 2)))
    outcome, _ = searched(tmp_path, runner(farm), space=space)
    assert {kind: found.count for kind, found in outcome.failures.items()} == {
        "crash": 2, "run time-out": 2, "invalid": 2}
    assert outcome.best.row == (c.INSTANT, 1)
    assert [worker.pid for worker in farm.workers.values()] == before


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dask, "CONNECTING", 0.3)
    with pytest.raises(TxcError) as caught:
        Cluster(Address("tcp://127.0.0.1:1"))
    assert caught.value.diagnostics[0].code == "R676"


def test_without_the_package(monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(dask, "import_module", missing)
    with pytest.raises(TxcError) as caught:
        Cluster(Address("tcp://127.0.0.1:1"))
    assert caught.value.diagnostics[0].code == "R675"
    assert "pip install 'txc[dask]'" in str(caught.value)
