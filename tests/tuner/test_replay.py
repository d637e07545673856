"""Builds take schedules from records: by their text, verified again where another txc made them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
import txc
from txc.compiler.build import Build
from txc.compiler.target.target import host
from txc.compiler.verify import Verdict
from txc.tuner.record import Choice, Record
from txc.tuner.records import Records
from txc.tuner.replay import task_key
from txc.tuner.versions import generator_version

TEXT = "kernel scale[N = 8](A: f32[N], c: f32) -> (B: f32[N]) {\n    B[i] = A[i] * c\n}\n"
KERNEL = txc.loads(TEXT)["scale"]
TARGET = host()
KEY = task_key(KERNEL.typed, TARGET, 0)
RECORD = Record(KEY, "scale", {"N": 8}, "a space that is gone", ("sketch", "x"), (3, 4), "unroll B.i\n",
                (1e-6,), "ok", generator=generator_version())


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Records]:
    monkeypatch.setenv("TXC_RECORDS", str(tmp_path / "records.db"))
    with Records() as records:
        yield records


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The schedules that are verified; those that unroll by 4 are found wrong."""
    seen: list[str] = []

    def verify(build: Build) -> Verdict:
        seen.append("\n".join(map(str, build.choice.directives)))
        return Verdict(ok="4" not in seen[-1], message="B[0] is off")

    monkeypatch.setattr(Build, "verify", verify)
    return seen


def schedule() -> str:
    """The schedule that a build takes, and where it is from."""
    plan = KERNEL.plan()
    return f"{plan.choice.origin}: {' '.join(map(str, plan.choice.directives))}"


def test_the_text_is_the_meaning(store: Records, verified: list[str]):
    """A record of a sketch whose rules are gone is built, and nothing is measured or verified."""
    number = store.add(RECORD)
    assert schedule() == "record: unroll B.i"
    assert (KERNEL.plan().choice.facts or {})["id"] == number
    assert verified == []
    assert "nest scale" in str(KERNEL.lower())


def test_a_row_means_nothing_beside_another_space(store: Records):
    store.add(RECORD)
    assert store.trials(KEY, "the space of today") == []


@pytest.mark.parametrize("change", [{"generator": "older"}, {"machine": "another machine"}])
def test_what_another_txc_made_is_verified_before_it_is_used(store: Records, verified: list[str], change):
    store.add(replace(RECORD, **change))
    assert schedule() == "record: unroll B.i"
    assert verified == ["unroll B.i"]


def test_what_does_not_hold_gives_way_to_the_next_best(store: Records, verified: list[str]):
    """One is wrong, one is illegal, one does not even parse; the fourth is right."""
    for n, text in enumerate(("unroll B: 4", "vectorize", "unroll B: 2")):
        store.add(replace(RECORD, row=(n, 0), schedule=text, times=(1e-7 * (n + 1),), generator="older"))
    assert schedule() == "record: unroll B: 2"
    assert verified == ["unroll B: 4", "unroll B: 2"]


def test_where_nothing_holds_a_build_goes_on_without(store: Records, verified: list[str]):
    store.add(replace(RECORD, schedule="unroll B: 4", generator="older"))
    assert schedule().startswith("default: ")
    with pytest.raises(txc.TxcError, match=r"R663.*record 1 of scale .*B\[0\] is off"):
        KERNEL.freeze()


def test_an_illegal_schedule_of_another_txc_does_not_hold(store: Records):
    """Found out by really building it, for this one verification is the true one."""
    store.add(replace(RECORD, schedule="unroll Q.i", generator="older"))
    assert schedule().startswith("default: ")


def test_a_default_that_won_is_what_builds_use(store: Records):
    store.add(RECORD)
    store.choose(KEY, Choice(None, 1e-7, 1e-7))
    plan = KERNEL.plan()
    assert plan.choice.origin == "record"
    assert "note" in (plan.choice.facts or {})
    assert KERNEL.records() == []


def test_a_default_that_nothing_was_compared_with_yet_is_no_find(store: Records):
    """A run that was killed at once leaves its time alone; what is slower is not built either."""
    store.restore(KEY, Choice(None, 1e-7, 1e-7, provisional=True))
    assert schedule().startswith("default: ")
    store.add(RECORD)
    assert schedule().startswith("default: ")
    store.add(replace(RECORD, row=(0, 0), times=(1e-8,)))
    assert schedule() == "record: unroll B.i"

def test_records_are_given_best_first(store: Records):
    store.add(replace(RECORD, times=(3.0,)))
    store.add(replace(RECORD, row=(0, 0), times=(2.0,)))
    assert [r.score for r in KERNEL.records()] == [2.0, 3.0]
    assert KERNEL(N=9).records() == []


def test_without_a_database_there_is_nothing(tmp_path: Path):
    path = tmp_path / "none.db"
    assert KERNEL.records(records=path) == []
    assert KERNEL.plan(records=path).choice.origin == "default"
    assert not path.exists()
