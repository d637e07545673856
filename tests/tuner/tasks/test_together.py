"""Several kernels of a file as one job."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.dense import TEXT, task
from txc.dsl.diagnostics import TxcError
from txc.tuner.options import Budget, Options
from txc.tuner.records import Records
from txc.tuner.tasks.plan import Plan, plan
from txc.tuner.tasks.together import tune_together
from txc.tuner.tune import Task, tune


def larger() -> Task:
    return task(TEXT.replace("M = 20", "M = 40"))


def test_kernels_share_a_budget_and_equal_ones_are_tuned_once(tmp_path: Path, require_tool):  # pyright: ignore
    require_tool("cc")
    heard: set[int] = set()
    with Records(tmp_path / "records.db") as records:
        outcome = tune_together([task(), larger(), task()], Budget(8), records, weights=[1.0, 1.0, 2.0],
                                on_event=lambda number, event: heard.add(number),
                                options=Options(lock=tmp_path / "lock", batch=4))
        assert len(list(records.find())) == 8
    one, other, same = outcome.outcomes
    assert (one.trials, other.trials) == (4, 4)
    assert same == one
    assert heard == {0, 1}
    assert one.seconds is not None
    assert other.seconds is not None
    assert outcome.value == pytest.approx(3 * one.seconds + other.seconds)


def test_unknown_objectives_searchers_and_models_are_told(tmp_path: Path):
    with Records(tmp_path / "records.db") as records:
        for objective, searcher, model, code in (("mean", "random", None, "R671"),
                                                 ("sum", "psychic", None, "R672"),
                                                 ("sum", "evolution", "xgboost", "R684")):
            with pytest.raises(TxcError) as caught:
                tune_together([task()], Budget(1), records, objective=objective, searcher=searcher,
                              model=model)
            assert [d.code for d in caught.value.diagnostics] == [code]


def test_a_plan_says_what_there_is_to_search_and_what_is_known(tmp_path: Path, require_tool):  # pyright: ignore
    require_tool("cc")
    dense = task()
    with Records(tmp_path / "records.db") as records:
        sizes = {"M": 20, "N": 24, "K": 12}
        fresh = Plan("dense", sizes, str(dense.target), threads=1, columns=2, points=18, sketches=1,
                     recorded=0, valid=0, best=None)
        assert plan(dense, records) == fresh
        tune(dense, Budget(2), records, options=Options(lock=tmp_path / "lock"))
        known = plan(dense, records)
        assert (known.recorded, known.valid) == (2, 2)
        assert known.best == min(r.score for r in records.find() if r.score is not None)
