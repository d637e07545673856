"""The Python interface: kernels loaded, chosen, built, called."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import txc
from txc.dsl.diagnostics import Diagnostic

TEXT = """
kernel dense[M = 8, N = 16, K = 4](A: f32[M, K], B: f32[K, N], bias: f32[N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j] + bias[j], 0)
}
instance small = dense[M = 2]
"""
TEMPLATE = "schedule dense for cpu { split D.i: [i0, i1: {2, 4}] vectorize D.j }\n"


def test_names_are_in_the_order_of_the_file():
    module = txc.loads(TEXT)
    assert module.names == ("dense", "small")
    assert list(module) == ["dense", "small"]
    assert len(module) == 2
    assert "dense" in module
    assert "dens" not in module


def test_an_unknown_name_is_a_key_error_that_suggests():
    with pytest.raises(KeyError, match="did you mean 'dense'"):
        txc.loads(TEXT)["dens"]


def test_a_file_is_loaded_by_path(tmp_path: Path):
    (tmp_path / "dense.tx").write_text(TEXT)
    assert txc.load(tmp_path / "dense.tx")["dense"].typed.sizes == (("M", 8), ("N", 16), ("K", 4))
    with pytest.raises(FileNotFoundError):
        txc.load(tmp_path / "absent.tx")


def test_errors_in_a_text_are_raised_with_their_places():
    with pytest.raises(txc.TxcError, match=r"mine:1:7: error\[P"):
        txc.loads("kernel ", "mine")


def test_a_kernel_at_other_sizes_is_another_kernel():
    dense = txc.loads(TEXT)["dense"]
    assert dict(dense(M=3)(N=5).typed.sizes) == {"M": 3, "N": 5, "K": 4}
    assert dict(dense.typed.sizes)["M"] == 8
    with pytest.raises(txc.TxcError, match="T115"):
        dense(Q=3).build()


@pytest.mark.parametrize("name", ["dense", "small"])
def test_a_built_kernel_is_a_function_on_arrays(name: str):
    rng = np.random.default_rng(0)
    kernel = txc.loads(TEXT)[name](N=5)
    shapes = [t.shape for t in kernel.typed.inputs]
    a, b, bias = (rng.standard_normal(s).astype(np.float32) for s in shapes)
    np.testing.assert_allclose(kernel.build()(a, b, bias), np.maximum(a @ b + bias, 0), rtol=1e-5, atol=1e-6)


def test_a_kernel_verifies_itself():
    assert txc.loads(TEXT)["dense"].verify().ok


def test_the_schedule_is_text_that_parses_to_itself():
    schedule = txc.loads(TEXT + TEMPLATE)["dense"].schedule
    again = txc.loads(TEXT + str(schedule))["dense"].plan()
    assert again.choice.origin == "exact"
    assert str(again.schedule) == str(schedule)


def test_plans_say_where_their_schedule_comes_from():
    kernel = txc.loads(TEXT + TEMPLATE)["dense"]
    assert kernel.plan().choice.origin == "template"
    assert kernel.plan(schedule="default").choice.origin == "asked"
    assert txc.loads(TEXT)["dense"].plan("cpu:generic").choice.origin == "default"
    with pytest.raises(txc.TxcError, match="R620"):
        kernel.plan("cuda")


def test_an_illegal_schedule_points_into_its_text():
    kernel = txc.loads(TEXT + "schedule dense for cpu { vectorize D.q }", "mine")["dense"]
    with pytest.raises(txc.TxcError, match=r"mine:7:\d+: error\[S4"):
        kernel.lower()


def test_lowering_gives_a_nest_that_prints():
    assert str(txc.loads(TEXT)["dense"].lower("cpu:generic")).startswith("nest dense(")


def test_writing_gives_the_files_of_a_c_project(tmp_path: Path):
    paths = txc.loads(TEXT)["dense"].write(tmp_path / "out", "cpu:generic", name="layer")
    assert {p.name for p in paths} == {"layer.c", "layer.h", "manifest.json", "layer.cmake", "layer.pc"}
    assert all(p.exists() for p in paths)


def test_check_collects_and_never_raises():
    assert txc.loads(TEXT).check() == []
    bad = txc.loads(TEXT + "schedule dense for cpux { }\nschedule dense for cpu { vectorize D.q }")
    codes = [d.code for d in bad.check()]
    assert codes[0] == "R600"
    assert codes[1].startswith("S4")
    assert [d.code for d in bad["dense"](M=0).check()][:1] != []


def test_importing_txc_imports_next_to_nothing():
    code = "import sys, txc; print(sorted(m for m in sys.modules if m.startswith('txc') or m == 'numpy'))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['txc', 'txc.version']"


def test_public_names_are_there_and_others_are_not():
    for name in txc.__all__:
        assert getattr(txc, name) is not None
    assert set(txc.__all__) == set(dir(txc))
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        assert txc.lod


def test_a_pick_that_fails_leaves_the_built_in_schedule(monkeypatch: pytest.MonkeyPatch):
    """A build needs no model: what is wrong with it, or with rules that are installed, does not stop one."""

    def fails(_task: object) -> str:
        raise txc.TxcError([Diagnostic("R685", "bad rules")])

    monkeypatch.setattr("txc.tuner.models.pretrained.exists", lambda family: True)
    monkeypatch.setattr("txc.tuner.effort.unmeasured", fails)
    assert txc.loads(TEXT)["dense"].plan().choice.origin == "default"
