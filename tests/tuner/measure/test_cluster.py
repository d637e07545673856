"""Trials on a cluster: each is done exactly once, whatever becomes of workers; machines are never mixed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.farm import HERE, Farm
from txc.compiler.target.target import parse
from txc.dsl.diagnostics import TxcError
from txc.tuner.measure import cluster
from txc.tuner.measure.address import Address
from txc.tuner.measure.cluster import RETRIES, ClusterPool, unfit
from txc.tuner.measure.failure import WORKER_LOST, Failure
from txc.tuner.measure.pool import Limits, Timed
from txc.tuner.measure.remote import Order

ORDER = Order(b"", 1, Limits())
ROWS = {n: (n,) for n in range(1, 9)}
OTHER = replace(HERE, compiler="another compiler")


def pool(farm: Farm, monkeypatch: pytest.MonkeyPatch, target: str = "cpu:generic") -> ClusterPool:
    monkeypatch.setattr(cluster, "Cluster", lambda address: farm)
    monkeypatch.setattr(cluster, "REJOIN", 0.0)
    monkeypatch.setattr(cluster, "PAUSE", 0.0)
    return ClusterPool(Address("tcp://farm:1"), target, ORDER)


def code(caught: pytest.ExceptionInfo[TxcError]) -> str:
    return caught.value.diagnostics[0].code


def measured(made: ClusterPool) -> dict[int, Timed | Failure]:
    results = list(made.measure_all(list(ROWS), None))
    assert len(results) == len(ROWS)
    return dict(results)


def test_candidates_are_dealt_out_and_measured_where_they_were_built(monkeypatch: pytest.MonkeyPatch):
    farm = Farm({"a": HERE, "b": HERE})
    made = pool(farm, monkeypatch)
    assert made.prepare() is None
    assert made.build(ROWS) == dict.fromkeys(ROWS)
    assert {n: r.place for n, r in measured(made).items() if isinstance(r, Timed)} == {
        n: "ab"[(n - 1) % 2] for n in ROWS}


@pytest.mark.parametrize("death", range(1, 12))
def test_whenever_a_worker_dies_every_trial_is_done_once(death: int, monkeypatch: pytest.MonkeyPatch):
    """Two builds and eight measurements; some of those of the dead worker are done again."""
    farm = Farm({"a": HERE, "b": HERE}, deaths=(death,))
    made = pool(farm, monkeypatch)
    assert made.build(ROWS) == dict.fromkeys(ROWS)
    results = measured(made)
    assert {n: r.times for n, r in results.items() if isinstance(r, Timed)} == {
        n: (n * 1e-3,) for n in ROWS}


def test_the_last_worker_may_be_replaced(monkeypatch: pytest.MonkeyPatch):
    farm = Farm({"a": HERE}, deaths=(4,), joining=["new"])
    made = pool(farm, monkeypatch)
    made.build(ROWS)
    places = [r.place for r in measured(made).values() if isinstance(r, Timed)]
    assert sorted(places) == ["a"] * 2 + ["new"] * 6


def test_a_trial_that_loses_its_worker_again_and_again_fails(monkeypatch: pytest.MonkeyPatch):
    farm = Farm({f"w{n}": HERE for n in range(5)}, deaths=(1, 2, 3))
    made = pool(farm, monkeypatch)
    failure = made.build({1: (1,)})[1]
    assert failure == Failure(WORKER_LOST, f"the worker was lost {RETRIES + 1} times")
    assert made.build({2: (2,)}) == {2: None}


def test_no_worker_left_is_an_error(monkeypatch: pytest.MonkeyPatch):
    made = pool(Farm({"a": HERE}, deaths=(2,)), monkeypatch)
    made.build(ROWS)
    with pytest.raises(TxcError) as caught:
        measured(made)
    assert code(caught) == "R679"


def test_timing_again_stays_on_one_worker(monkeypatch: pytest.MonkeyPatch):
    """A candidate of another worker is built and verified there first, once."""
    farm = Farm({"a": HERE, "b": HERE})
    made = pool(farm, monkeypatch)
    made.build(ROWS)
    farm.log.clear()
    for _ in range(2):
        assert made.time(2, 0.003) == Timed((0.002,), "a")
    assert farm.log == [("a", "build", {2: (2,)}), ("a", "measure", 2), ("a", "time", 2), ("a", "time", 2)]


@pytest.mark.parametrize("death", [3, 4, 5])
def test_timing_goes_on_elsewhere(death: int, monkeypatch: pytest.MonkeyPatch):
    made = pool(Farm({"a": HERE, "b": HERE}, deaths=(death,)), monkeypatch)
    made.build(ROWS)
    assert made.place == "a"
    assert made.time(2, 0.003) == Timed((0.002,), "b")
    assert made.place == "b"


def test_what_is_forgotten_goes_with_the_next_build(monkeypatch: pytest.MonkeyPatch):
    farm = Farm({"a": HERE})
    made = pool(farm, monkeypatch)
    made.build(ROWS)
    made.forget(list(ROWS))
    made.build({20: (20,)})
    assert made._workers["a"].opened.built == {20}


def test_only_machines_of_one_description_take_part(monkeypatch: pytest.MonkeyPatch):
    made = pool(Farm({"a": OTHER, "b": HERE, "c": HERE}), monkeypatch)
    assert list(made._workers) == ["b", "c"]


def test_a_worker_that_cannot_prepare_is_left_out(monkeypatch: pytest.MonkeyPatch):
    made = pool(Farm({"full": HERE, "b": HERE}), monkeypatch)
    assert made.prepare() is None
    assert list(made._workers) == ["b"]
    assert pool(Farm({"full": HERE}), monkeypatch).prepare() == Failure("unknown", "no room")


def test_nobody_offers_the_resource(monkeypatch: pytest.MonkeyPatch):
    farm = Farm({})
    with pytest.raises(TxcError) as caught:
        pool(farm, monkeypatch)
    assert code(caught) == "R677"
    assert "--resources txc=1" in str(caught.value)
    assert farm.log == [("", "close", None)]


def test_nobody_fits(monkeypatch: pytest.MonkeyPatch):
    old = replace(HERE, generator="older")
    with pytest.raises(TxcError) as caught:
        pool(Farm({"a": old, "b": ModuleNotFoundError("No module named 'txc'")}), monkeypatch)
    assert code(caught) == "R678"
    said = str(caught.value)
    assert "a has another version of txc; b cannot tell what it is: No module named 'txc'" in said


@pytest.mark.parametrize(("here", "wanted", "threads", "reason"), [
    ("cpu:zen4", "cpu:zen4", 1, None),
    ("cpu:zen4", "cpu:x86-64-v3", 1, None),
    ("cpu:zen4", "cpu:generic", 1, None),
    ("cpu:zen4", "cpu:zen3", 1, "is cpu:zen4"),
    ("cpu:x86-64-v3", "cpu:x86-64-v4", 1, "is cpu:x86-64-v3, without avx512bw"),
    ("cpu:haswell", "cpu:haswell", 99, "has 4 cores, not 99"),
])
def test_which_machines_fit_a_target(here: str, wanted: str, threads: int, reason: str | None):
    found = unfit(replace(HERE, target=parse(here)), parse(wanted), threads)
    assert found == reason or (reason and found and found.startswith(reason))
