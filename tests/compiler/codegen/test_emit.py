"""Generated C against the interpreter of nests: every operation, on every type, in lanes and without."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.expressions import edge_values, random_indices, random_nest
from support.packages import MIXED, kernel_of, package
from support.tools import require_tool
from txc.compiler.codegen.emit import emit, write
from txc.compiler.loop.interp import run
from txc.compiler.loop.simplify import simplify
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared
from txc.compiler.target.target import parse
from txc.dsl.diagnostics import TxcError
from txc.dsl.dtypes import BF16, DType

BUILDS = [("gcc", "cpu", ["-O2", "-std=c99"]), ("clang", "cpu", ["-O2"]), ("gcc", "cpu:x86-64", ["-O1"]),
          ("gcc", "cpu:generic", ["-O1", "-DTXC_PLAIN_C"])]
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


@pytest.mark.slow
@pytest.mark.parametrize(("cc", "target", "flags"), BUILDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_random_expressions(tmp_path: Path, cc: str, target: str, flags: list[str], seed: int) -> None:
    """Forty random expressions compile without a warning and give what the interpreter gives."""
    nest = simplify(random_nest(seed, 40))
    built = emit(nest, kernel_of(nest), parse(target))
    function = Function(build_shared(built, tmp_path, require_tool(cc), [*flags, *STRICT]), built.interface)
    generator = np.random.default_rng(seed)
    arrays = {b.name: edge_values(generator, b.dtype) for b in nest.inputs}
    results = function(*arrays.values())
    assert isinstance(results, tuple)
    with np.errstate(all="ignore"):
        run(nest, arrays)
    for buffer, got in zip(nest.outputs, results, strict=True):
        same(buffer.dtype, got, arrays[buffer.name])


@pytest.mark.slow
@pytest.mark.parametrize("simplified", [False, True])
def test_random_indices(tmp_path: Path, simplified: bool) -> None:
    """Index expressions, printed as sums, give what the interpreter gives, simplified before or not."""
    nest = random_indices(7, 120)
    nest = simplify(nest) if simplified else nest
    built = emit(nest, kernel_of(nest), parse("cpu:x86-64-v3"))
    function = Function(build_shared(built, tmp_path, "gcc", ["-O0", *STRICT]), built.interface)
    wanted: dict[str, np.ndarray] = {}
    run(nest, wanted)
    for buffer, got in zip(nest.outputs, function(), strict=True):
        np.testing.assert_array_equal(got, wanted[buffer.name])


WIDENED = """
nest widened(A: bf16[16]) -> (B: f32[16]) {
  for i in 0..2 {
    B[ramp(i * 8, 1, 8)] = f32(A[ramp(i * 8, 1, 8)])
  }
}
"""


@pytest.mark.parametrize("flags", [[], ["-DTXC_PLAIN_C"]], ids=["vectors", "plain"])
@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_what_only_plain_c_calls_is_there_only_for_it(tmp_path: Path, cc: str, flags: list[str]) -> None:
    """Clang warns of functions that nothing uses, `inline` ones too: bf16 to f32 is one with vectors."""
    built = package(WIDENED, "cpu:generic")
    halves = np.arange(16, dtype=np.uint16) + 0x3F80
    function = Function(build_shared(built, tmp_path, require_tool(cc), [*flags, *STRICT]), built.interface)
    np.testing.assert_array_equal(function(halves), (halves.astype(np.uint32) << 16).view(np.float32))


def same(dtype: DType, got: np.ndarray, wanted: np.ndarray) -> None:
    """Integers and bools exactly; floats up to what contraction may change."""
    if not dtype.is_float:
        np.testing.assert_array_equal(got, wanted)
        return
    if dtype == BF16:
        got, wanted = ((a.astype(np.uint32) << 16).view(np.float32) for a in (got, wanted))
    tolerance = 1e-2 if dtype.bits == 16 else 1e-5
    np.testing.assert_allclose(got.astype(np.float64), wanted.astype(np.float64), rtol=tolerance, atol=0)


def test_packages_hold_everything() -> None:
    """Source, header, manifest and build snippets, and the schedule's text on top of the source."""
    built = package(MIXED, "cpu:generic", schedule_text="schedule mixed for cpu {\n    parallel i\n}")
    assert set(built.files) == {"mixed.c", "mixed.h", "manifest.json", "mixed.cmake", "mixed.pc"}
    assert " *     parallel i\n" in built.files["mixed.c"].split("*/")[0]
    manifest = json.loads(built.files["manifest.json"])
    assert manifest["schedule"].startswith("schedule mixed")
    assert manifest["workspace"]["bytes"] == built.workspace == 63 + sum(
        manifest["workspace"][part] for part in ("shared", "slices"))


def test_the_same_nest_gives_the_same_text(tmp_path: Path) -> None:
    """Generation is deterministic, and `write` writes exactly the texts."""
    assert package(MIXED, "cpu:generic").files == package(MIXED, "cpu:generic").files
    for path in write(package(MIXED, "cpu:generic"), tmp_path / "new"):
        assert path.read_text() == package(MIXED, "cpu:generic").files[path.name]


@pytest.mark.parametrize("name", ["double", "expf", "class", "txc_run", "main", "f32x8_add", "_Bool", "a-b"])
def test_names_that_c_does_not_allow(name: str) -> None:
    """A kernel cannot be called like a keyword, a library function, or one of our own."""
    with pytest.raises(TxcError) as error:
        package(MIXED, "cpu:generic", name=name)
    assert [d.code for d in error.value.diagnostics] == ["G501"]


def test_another_name_changes_every_function() -> None:
    """`name` replaces the kernel's own in all that C sees."""
    built = package(MIXED, "cpu:generic", name="other")
    assert "mixed_" not in built.files["other.c"] and "int other_run(" in built.files["other.h"]
