"""Tuning a kernel of a file, from template to record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.dense import TEXT, task
from txc.dsl.diagnostics import TxcError
from txc.dsl.parser import parse_directives
from txc.tuner.options import Budget, Options
from txc.tuner.records import Records
from txc.tuner.tune import problem_of, tune
from txc.tuner.versions import generator_version


def test_a_kernel_is_tuned_and_its_records_say_what_was_run(tmp_path: Path, require_tool):  # pyright: ignore
    require_tool("cc")
    dense = task()
    with Records(tmp_path / "records.db") as records:
        outcome = tune(dense, Budget(trials=5), records, options=Options(seed=3, lock=tmp_path / "lock"))
        found = list(records.find())
        best = records.best(dense.key)
    assert outcome.new == outcome.valid == len(found) == 5
    assert outcome.failures == {}
    assert outcome.best == best
    assert outcome.default_seconds is not None
    template = problem_of(dense).space
    for record in found:
        assert record.key == dense.key
        assert record.columns == tuple(c.name for c in template.columns)
        assert (record.kernel, record.sizes) == ("dense", {"M": 20, "N": 24, "K": 12})
        assert (record.seed, record.verdict, record.provisional) == (3, "ok", record.provisional)
        assert not record.outdated(generator_version())
        filled = parse_directives(record.schedule)
        assert f"i1: {record.row[record.columns.index('D.i.i1')]}" in str(filled[0])
        assert len(filled) == len(dense.sketches[0].directives)


def test_llvm_compiles_candidates_and_what_ships_the_finalists(tmp_path: Path, require_tool):  # pyright: ignore
    """What a choice says was timed as a build would have it."""
    require_tool("cc")
    with Records(tmp_path / "records.db") as records:
        outcome = tune(task(), Budget(trials=10), records, options=Options(lock=tmp_path / "lock"))
        assert outcome.valid == 10
        assert all(r.compiler.startswith("LLVM ") for r in records.find())
        finalists = {r.id: r for r in records.find() if r.shipped}
        choice = records.choice(task().key)
    assert 0 < len(finalists) < 10
    assert not any(r.ships.startswith("LLVM ") for r in finalists.values())
    assert choice is not None
    assert choice.trial is None or finalists[choice.trial].ships == choice.compiler


def test_llvm_may_be_what_ships(tmp_path: Path):
    dense = replace(task(), backend="llvm")
    with Records(tmp_path / "records.db") as records:
        outcome = tune(dense, Budget(trials=4), records, options=Options(lock=tmp_path / "lock"))
        assert outcome.valid == 4
        assert all(record.compiler.startswith("LLVM ") for record in records.find())


def test_the_target_and_the_threads_are_part_of_the_task():
    dense = task()
    assert dense.key.threads == 1
    assert dense.key.target == str(dense.target)


def test_an_illegal_template_is_told_with_its_place():
    broken = task(TEXT.replace("vectorize j1", "parallel k"))
    with pytest.raises(TxcError) as caught:
        problem_of(broken)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code.startswith("S4")
    assert caught.value.source is not None
    assert "parallel k" in caught.value.source.text[diagnostic.span.start - 12:diagnostic.span.end]
