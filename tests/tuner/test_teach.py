"""Models learn from what a search of this machine, this generator and its compiler has seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from txc.compiler.dag import build
from txc.compiler.target.target import host
from txc.tuner.records import Record, Records
from txc.tuner.search.random import RandomSearch
from txc.tuner.teach import PROVISIONAL, collected, kernels
from txc.tuner.tune import Task, problem_of

TEXT = """
kernel dense[M = 20, N = 24, K = 12](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    D[i, j] = sum[k](A[i, k] * B[k, j])
}
"""


def test_only_trials_that_a_search_here_would_see_become_samples(tmp_path: Path, require_tool):  # pyright: ignore
    """A finalist counts by its time in the search, and a provisional time counts for less."""
    require_tool("cc")
    pytest.importorskip("lightgbm")
    path = tmp_path / "dense.tx"
    path.write_text(TEXT)
    (kernel,) = kernels(path)
    problem = problem_of(Task(kernel, build(kernel), None, host(), 1))
    blank, rows = problem.blank, RandomSearch(problem.space).ask(6).tolist()

    def trial(number: int) -> Record:
        return replace(blank, row=tuple(rows[number]), times=(1.0 + number,))

    with Records(tmp_path / "records.db") as records:
        records.add(replace(trial(0), shipped=(0.1,), ships="another compiler"))
        records.add(replace(trial(1), provisional=True))
        records.add(replace(trial(2), times=(), verdict="crash"))
        records.add(replace(trial(3), generator="older"))
        records.add(replace(trial(4), machine="another machine"))
        records.add(replace(trial(5), compiler="another compiler"))
        found = collected(kernel, 1, records)
    assert found is not None
    assert found.samples.seconds.tolist() == [1.0, 2.0, np.inf]
    assert found.samples.weights.tolist() == [1.0, PROVISIONAL, 1.0]
