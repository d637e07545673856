"""Rows of a real template become verified, timed libraries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.dense import TEXT, task
from txc.tuner.measure.failure import INVALID, WRONG, Rejected
from txc.tuner.measure.kernel import KEPT_CASES, KernelRecipe


@pytest.fixture
def recipe(tmp_path: Path, require_tool) -> KernelRecipe:  # pyright: ignore
    require_tool("cc")
    dense = task()
    made = KernelRecipe(dense.dag, dense.directives, dense.target, 1, tmp_path / "cache" / "expected.npz")
    made.prepare()
    return made


@pytest.mark.parametrize("backend", ["c", "llvm"])
@pytest.mark.parametrize("row", [None, (5, 8), (3, 16)])
def test_rows_and_the_default_are_right_and_take_time(
        recipe: KernelRecipe, tmp_path: Path, row, backend: str):  # pyright: ignore
    through = replace(recipe, backend=backend)
    through.build(row, tmp_path)
    bench = through.load(tmp_path)
    assert 0 < bench.verify() < 1
    assert 0 < bench.time(10) < 0.01


def test_a_candidate_that_computes_something_else_is_rejected(recipe: KernelRecipe, tmp_path: Path):
    mutant = task(TEXT.replace("A[i, k] * B[k, j]", "A[i, k] * B[k, j] if k < 11 else 0.0"))
    other = replace(recipe, graph=mutant.dag)
    other.build((5, 8), tmp_path)
    with pytest.raises(Rejected) as caught:
        other.load(tmp_path).verify()
    assert caught.value.failure.kind == WRONG
    assert "expected" in caught.value.failure.message


def test_an_illegal_row_is_invalid(recipe: KernelRecipe, tmp_path: Path):
    with pytest.raises(Rejected) as caught:
        recipe.build((99, 8), tmp_path)
    assert caught.value.failure.kind == INVALID


def test_expected_results_are_computed_once_and_few_are_kept(recipe: KernelRecipe):
    before = recipe.expected.read_bytes()
    recipe.expected.write_bytes(b"kept")
    recipe.prepare()
    assert recipe.expected.read_bytes() == b"kept"
    recipe.expected.write_bytes(before)
    for n in range(KEPT_CASES):
        (recipe.expected.parent / f"{n}.npz").touch()
    replace(recipe, expected=recipe.expected.with_name("new.npz")).prepare()
    assert len(list(recipe.expected.parent.iterdir())) == KEPT_CASES
    assert recipe.expected.with_name("new.npz").exists()
