"""Kernels called on numpy arrays: results, arguments that do not fit, timing."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.packages import MIXED, SCALE, package
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared
from txc.dsl.diagnostics import TxcError

CASTS = """
nest casts(h: f16, flag: bool, n: i64, B: bf16[3]) -> (H: f16[2], F: f32[3], s: f64) {
  H[0] = h[]
  H[1] = f16(flag[])
  for i in 0..3 {
    F[i] = f32(B[i])
  }
  s[] = f64(n[])
}
"""


@pytest.fixture(scope="module")
def scale(tmp_path_factory: pytest.TempPathFactory) -> Function:
    built = package(SCALE)
    return Function(build_shared(built, tmp_path_factory.mktemp("scale"), bench=True), built.interface)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Function:
    built = package(MIXED, const=("F", "bias"))
    return Function(build_shared(built, tmp_path_factory.mktemp("mixed")), built.interface)


def test_outputs_are_made(scale: Function) -> None:
    """Without `out` there is a new array for each call."""
    x = np.arange(33.0)
    first, second = scale(x), scale(x)
    np.testing.assert_array_equal(first, 3 * x)
    assert first is not second


def test_outputs_are_filled(scale: Function) -> None:
    """With `out` the very array is written and given back."""
    y = np.zeros(33)
    assert scale(np.ones(33), out=y) is y
    assert (y == 3).all()


def test_several_outputs_scalars_and_scratch_memory(mixed: Function) -> None:
    """A tuple in the order of the declaration; scalars are numbers in, arrays of rank 0 out."""
    rng = np.random.default_rng(0)
    a, f = (rng.integers(-5, 6, s).astype(np.float32) for s in ((24, 40), (40,)))
    counts, flags = np.arange(-3, 21).astype(np.int8), rng.integers(0, 2, 40).astype(bool)
    half = rng.integers(-4, 5, 40).astype(np.float16)
    d, total, mask = mixed(a, f, 2.0, 100, counts, flags, half)
    np.testing.assert_array_equal(d, np.where(flags, a[::-1] * f + half * np.float32(2), np.float32(0.5)))
    assert total.shape == () and total == 100 + counts.sum()
    np.testing.assert_array_equal(mask, (f > 0) & flags)
    assert mixed.workspace_bytes() > 0


def test_scalars_of_small_types(tmp_path: Path) -> None:
    """f16 and bool by value, bf16 as bits."""
    built = package(CASTS)
    function = Function(build_shared(built, tmp_path), built.interface)
    bits = np.array([0x3F80, 0xC000, 0x7F80], np.uint16)
    h, f, s = function(np.float16(-2.5), True, 1 << 40, bits)
    np.testing.assert_array_equal(h, np.array([-2.5, 1], np.float16))
    np.testing.assert_array_equal(f, np.array([1, -2, np.inf], np.float32))
    assert s == float(1 << 40)


@pytest.mark.parametrize(("argument", "words"), [
    (np.zeros(33, np.float32), "must have type float64 (f64), not float32"),
    (np.zeros(34), "must have shape (33,), not (34,)"),
    (np.zeros(66)[::2], "not contiguous"),
    ([0.0] * 33, "must be a numpy array, not list")])
def test_arrays_that_do_not_fit(scale: Function, argument: object, words: str) -> None:
    """R612 names the argument and what is wrong."""
    with pytest.raises(TxcError) as error:
        scale(argument)
    (found,) = error.value.diagnostics
    assert found.code == "R612" and found.message.startswith("X ") and words in found.message


def test_wrong_counts_outputs_and_scalars(scale: Function, mixed: Function) -> None:
    """Too few inputs, too many outputs, a read-only output, a number that does not fit."""
    read_only = np.zeros(33)
    read_only.flags.writeable = False
    x = np.zeros(33)
    a = [np.zeros((24, 40), np.float32), np.zeros(40, np.float32)]
    rest = [np.zeros(24, np.int8), np.zeros(40, bool), np.zeros(40, np.float16)]
    for call in (lambda: scale(), lambda: scale(x, out=(x, x)), lambda: scale(x, out=read_only),
                 lambda: mixed(*a, 1.0, 0.5, *rest), lambda: mixed(*a, 1.0, 1 << 40, *rest),
                 lambda: mixed(*a, "2", 1, *rest)):
        with pytest.raises(TxcError) as error:
            call()
        assert [d.code for d in error.value.diagnostics] == ["R612"]
    with pytest.raises(TxcError, match=r"scale takes 1 input \(X\), not 2"):
        scale(x, x)


def test_constants_packed_ahead(tmp_path: Path) -> None:
    """A block may be copied; one of another size is R612, of another layout R613; packed runs are timed."""
    built = package(MIXED, const=("F", "bias"))
    function = Function(build_shared(built, tmp_path, bench=True), built.interface)
    f = np.arange(40, dtype=np.float32)
    rest = np.zeros(24, np.int8), np.ones(40, bool), np.zeros(40, np.float16)
    a = np.ones((24, 40), np.float32)
    plain = function(a, f, 2.0, 100, *rest)
    block = function.prepack(f, 100)
    assert block.ctypes.data % 64 == 0
    for given in (block, block.copy()):
        for got, wanted in zip(function.packed(given, a, 2.0, *rest), plain, strict=True):
            np.testing.assert_array_equal(got, wanted)
    for wrong, code in ((block[:-1], "R612"), (np.zeros_like(block), "R613")):
        with pytest.raises(TxcError) as error:
            function.packed(wrong, a, 2.0, *rest)
        assert [d.code for d in error.value.diagnostics] == [code]
    outputs = [np.empty_like(array) for array in plain]
    assert (function.bench([a, f, 2.0, 100, *rest], outputs, 3) > 0).all()
    np.testing.assert_array_equal(outputs[0], plain[0])
    assert len(function.ways()) == 2


def test_bench(scale: Function) -> None:
    """One time for each call, and the outputs are those of a call."""
    y = np.zeros(33)
    times = scale.bench([np.ones(33)], [y], 5)
    assert times.shape == (5,) and (times > 0).all() and (y == 3).all()


def test_a_code_becomes_an_error(mixed: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    """R613 says what the code means."""
    monkeypatch.setattr(mixed, "_call", lambda *_: -4)
    args = [np.zeros((24, 40), np.float32), np.zeros(40, np.float32), 1.0, 1, np.zeros(24, np.int8),
            np.zeros(40, bool), np.zeros(40, np.float16)]
    with pytest.raises(TxcError) as error:
        mixed(*args)
    (found,) = error.value.diagnostics
    assert found.code == "R613" and "this CPU lacks instructions" in found.message


def test_libraries_that_are_none(tmp_path: Path) -> None:
    """R614 for a missing file and for a file that is no library."""
    (tmp_path / "text.so").write_text("no library")
    for name in ("missing.so", "text.so"):
        with pytest.raises(TxcError) as error:
            Function(tmp_path / name, package(SCALE).interface)
        assert [d.code for d in error.value.diagnostics] == ["R614"]


def test_a_library_that_lacks_a_function(tmp_path: Path) -> None:
    """R614 says how a function that the text of an intrinsic calls is found."""
    (tmp_path / "f.c").write_text("void absent(void); int f(void) { absent(); return 0; }")
    subprocess.run(["cc", "-shared", "-fPIC", "f.c", "-o", "f.so"], cwd=tmp_path, check=True)
    with pytest.raises(TxcError) as error:
        Function(tmp_path / "f.so", package(SCALE).interface)
    (found,) = error.value.diagnostics
    assert found.code == "R614" and "absent" in found.message and "TXC_CC=" in found.hint
