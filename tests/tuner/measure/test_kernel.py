"""Rows of a real template become verified, timed libraries."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.dense import TEXT, task
from support.kernels import dag
from txc.compiler.schedule.default import default_schedule
from txc.compiler.target.target import host
from txc.dsl.parser import parse_directives
from txc.tuner.measure.failure import INVALID, WRONG, Rejected
from txc.tuner.measure.kernel import EXPECTED, KEPT_CASES, OBJECT, KernelRecipe
from txc.tuner.measure.pool import Limits, Pool, Timed
from txc.tuner.sketch import Sketch


@pytest.fixture
def recipe(tmp_path: Path, folder: Path, require_tool) -> KernelRecipe:  # pyright: ignore
    require_tool("cc")
    dense = task()
    assert dense.directives
    made = KernelRecipe(dense.dag, dense.sketches, dense.target, 1, tmp_path / "cache" / "dense.npz")
    made.prepare(folder.parent)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scratch" / "1"
    made.mkdir(parents=True)
    return made


@pytest.mark.parametrize("backend", ["c", "llvm"])
@pytest.mark.parametrize("row", [None, (5, 8), (3, 16), "vectorize D.j\nunroll D: 4\n"])
def test_rows_and_the_default_are_right_and_take_time(
        recipe: KernelRecipe, folder: Path, row, backend: str):  # pyright: ignore
    through = replace(recipe, backend=backend)
    through.build(row, folder, final=False)
    bench = through.load(folder)
    assert 0 < bench.verify() < 1
    assert 0 < bench.time(10) < 0.01


@pytest.mark.parametrize(("ships", "file"), [("c", "libdense.so"), ("llvm", OBJECT)])
def test_the_final_ones_are_compiled_by_what_ships(recipe: KernelRecipe, folder: Path, ships: str, file: str):
    through = replace(recipe, backend="llvm", ships=ships)
    through.build((5, 8), folder, final=True)
    assert (folder / file).exists()
    assert 0 < through.load(folder).verify() < 1


AXPY = """kernel f[M = 5, N = 16, K = 6](A: f32[M, K], B: f32[K, N]) -> (C: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
}
intrinsic axpy(a: f32, b: f32[8], c: f32[8]) for cpu {
    c[n] += a * b[n]
} emits c "$c += $a * $b;"
"""


@pytest.mark.parametrize(("final", "file"), [(False, "libf.so"), (True, OBJECT)])
def test_an_instruction_with_a_text_for_c_alone_goes_through_the_c_compiler(
        tmp_path: Path, folder: Path, require_tool, final: bool, file: str):  # pyright: ignore
    """Unless LLVM is what ships: what it makes of such an instruction is not what a build would have."""
    require_tool("cc")
    directives = parse_directives("split C.j: [j0, j1: 8] order C: j0 k i j1 tensorize j1 with axpy")
    made = KernelRecipe(dag(AXPY), (Sketch(directives),), host(), 1, tmp_path / "f.npz", "llvm", ships="llvm")
    made.prepare(folder.parent)
    made.build((), folder, final=final)
    assert (folder / file).exists()
    assert 0 < made.load(folder).verify() < 1


def test_rows_of_several_sketches_are_built(recipe: KernelRecipe, folder: Path):
    """The first column says which: here a plain nest, and the template."""
    plain = Sketch(default_schedule(recipe.graph, recipe.target))
    through = replace(recipe, backend="llvm", sketches=(plain, *recipe.sketches))
    codes: list[str] = []
    for row in ((0, 1, 4), (1, 5, 8)):
        other = folder.with_name(str(row[0] + 2))
        other.mkdir()
        codes.append(through.build(row, other, final=False))
        assert 0 < through.load(other).verify() < 1
    assert codes[0] == through.build(None, folder, final=False) != codes[1]


def test_a_candidate_that_computes_something_else_is_rejected(recipe: KernelRecipe, folder: Path):
    mutant = task(TEXT.replace("A[i, k] * B[k, j]", "A[i, k] * B[k, j] if k < 11 else 0.0"))
    other = replace(recipe, graph=mutant.dag)
    other.build((5, 8), folder, final=False)
    with pytest.raises(Rejected) as caught:
        other.load(folder).verify()
    assert caught.value.failure.kind == WRONG
    assert "expected" in caught.value.failure.message


def test_an_illegal_row_is_invalid(recipe: KernelRecipe, folder: Path):
    with pytest.raises(Rejected) as caught:
        recipe.build((99, 8), folder, final=False)
    assert caught.value.failure.kind == INVALID


def test_expected_results_are_computed_once(recipe: KernelRecipe, folder: Path):
    recipe.expected.write_bytes(b"kept")
    recipe.prepare(folder.parent)
    assert (folder.parent / EXPECTED).read_bytes() == b"kept"


@pytest.mark.parametrize(("age", "left"), [(1e6, KEPT_CASES), (0, KEPT_CASES + 2)])
def test_of_expected_results_the_latest_are_kept_and_none_of_today_goes(
        recipe: KernelRecipe, folder: Path, age: float, left: int):
    cache, used = recipe.expected.parent, time.time() - age
    for n in range(KEPT_CASES):
        (cache / f"{n}.npz").touch()
        os.utime(cache / f"{n}.npz", (used, used))
    replace(recipe, expected=cache / "new.npz").prepare(folder.parent)
    assert len(list(cache.iterdir())) == left
    assert {recipe.expected, cache / "new.npz"} <= set(cache.iterdir())


def test_a_run_goes_on_whatever_becomes_of_the_cache(recipe: KernelRecipe):
    """Its runner reads the expected results anew when it was sent to rest, as in a job of many kernels."""
    with Pool(recipe, 1, 1, Limits()) as pool:
        assert pool.prepare() is None
        assert pool.build({1: (5, 8)}) == {1: None}
        pool.rest()
        shutil.rmtree(recipe.expected.parent)
        assert isinstance(pool.measure(1, None), Timed)
