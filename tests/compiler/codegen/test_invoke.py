"""Instructions in C: texts with operands, accumulators in registers, other functions' calls, prefetches."""

from __future__ import annotations

import ctypes
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import txc
from support.assembly import assembly, hottest_loop, is_spill
from support.intrinsics import DENSE_I16, DENSE_I16_SCHEDULE, DENSE_U8, DENSE_U8_SCHEDULE, DOT, VNNI
from support.kernels import EXAMPLES, typed_kernel
from support.tools import require_tool
from txc.compiler.codegen.emit import Package, emit, write
from txc.compiler.codegen.invoke import unescaped
from txc.compiler.dag import build
from txc.compiler.driver import nest_of
from txc.compiler.target.host import machine
from txc.compiler.target.target import parse
from txc.dsl.parser import parse_directives

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
V4 = "cpu:x86-64-v4+avx512_vnni"
LARGE = DENSE_U8.replace("M = 6, N = 48, K = 10", "M = 64, N = 96, K = 64")
ACCELERATOR = EXAMPLES / "accelerator"


def package(text: str, schedule: str, target: str = V4) -> Package:
    """The files for a kernel given as text."""
    kernel, machine = typed_kernel(text), parse(target)
    return emit(nest_of(build(kernel), parse_directives(schedule), machine, check=True), kernel, machine)


@pytest.mark.parametrize("optimise", ["-O0", "-O2"])
@pytest.mark.parametrize(("compiler", "standard"), [
    ("gcc", ["-std=c99"]), ("clang", ["-std=c99"]), ("gcc", ["-x", "c++", "-std=c++17"]),
    ("clang", ["-x", "c++", "-std=c++17"])])
def test_compiles_without_a_warning(tmp_path: Path, compiler: str, standard: list[str],
                                    optimise: str) -> None:
    """Inline assembly on vectors, as C99 and C++17; the assembler takes it too."""
    write(package(DENSE_U8 + VNNI, DENSE_U8_SCHEDULE), tmp_path)
    subprocess.run([require_tool(compiler), *standard, optimise, *STRICT, "-c", "f.c", "-o", "f.o"],
                   cwd=tmp_path, check=True)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_accumulators_are_registers_of_the_machine(compiler: str) -> None:
    """The inner loop is a dot product for each accumulator, and stores none of them."""
    schedule = DENSE_U8_SCHEDULE.replace("[j0, j1: 16]", "[j0, j2: 2, j1: 16]").replace(
        "order C: j0 i0 k0 i1 j1 k1 unroll i1", "order C: j0 i0 k0 i1 j2 j1 k1 unroll i1 unroll j2")
    loop = hottest_loop(assembly(LARGE + VNNI, schedule, V4, require_tool(compiler)), "vpdpbusd")
    assert len([line for line in loop if "vpdpbusd" in line]) == 8
    assert not any(map(is_spill, loop))
    assert not any(re.match(r"\s+vmovdq\w+\s+%zmm\d+, .*\(", line) for line in loop)


@pytest.mark.skipif("avx2" not in machine().features, reason="needs AVX2")
@pytest.mark.parametrize("sizes", [{"M": 64, "N": 48, "K": 32}, {"M": 13, "N": 27, "K": 9}])
def test_multiply_add_of_pairs_runs(sizes: dict[str, int]) -> None:
    """The 8-bit example with AVX2's multiply-add of pairs is exact, whole tiles and tails."""
    module = txc.load(EXAMPLES / "dense_u8i8.tx")
    verdict = module["dense_u8i8"](**sizes).verify()
    assert verdict.ok, verdict.message


def test_an_accumulator_in_memory_is_loaded_and_stored() -> None:
    """Where no loop carries it, a vector operand is a variable around the instruction alone."""
    text = """kernel f[N = 16](A: f32[N], B: f32[N]) -> (C: f32[N]) { C[i] = A[i] + B[i] }
    intrinsic add(a: f32[8], b: f32[8], c: f32[8]) for cpu { c[n] = a[n] + b[n] } emits c "$c = $a + $b;" """
    source = package(text, "split C.i: [i0, i1: 8] tensorize i1 with add", "cpu:x86-64-v3").files["f.c"]
    assert "f_add(f32x8_load(A + i0 * 8), f32x8_load(B + i0 * 8), add_c);" in source
    assert "f32x8 add_c;" in source
    assert "f32x8_store(C + i0 * 8, add_c);" in source


def test_addresses_and_strides_are_arguments() -> None:
    """A pointer to the first element, and the distances that the text takes."""
    source = package(DENSE_I16 + DOT, DENSE_I16_SCHEDULE).files["f.c"]
    assert "do { dot((TXC_a), (TXC_b), (TXC_b_S0), (TXC_b_S1), (TXC_c)); } while (0)" in source
    assert "f_dot(A + i * 5 + k0 * 2, B + k0 * 12, 1, 6, C + i * 6);" in source


def test_what_needs_a_machine_says_so() -> None:
    """Another machine's compiler stops at a line that names the instruction."""
    source = package(DENSE_U8 + VNNI, DENSE_U8_SCHEDULE).files["f.c"]
    assert '#error "vnni is for cpu:x86-64-v4+avx512_vnni and GNU C"' in source
    assert "#error" not in package(DENSE_I16 + DOT, DENSE_I16_SCHEDULE).files["f.c"]


def test_texts_are_unescaped() -> None:
    """Quotes, backslashes and line ends; anything else keeps its backslash."""
    assert unescaped(r"a \"b\" \\n\n%\q") == 'a "b" \\n\n%\\q'


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_functions_of_an_accelerator(tmp_path: Path, compiler: str) -> None:
    """The example links with a library of its own, and gives the product."""
    kernel = txc.load(ACCELERATOR / "dense.tx")["dense_on_accelerator"]
    kernel.write(tmp_path)
    library = tmp_path / "lib.so"
    subprocess.run([require_tool(compiler), *STRICT, "-O1", "-shared", "-fPIC", f"-I{ACCELERATOR}",
                    str(tmp_path / "dense_on_accelerator.c"), str(ACCELERATOR / "accelerator.c"), "-o",
                    str(library)], check=True)
    random = np.random.default_rng(1)
    a = random.integers(-8, 8, (64, 96)).astype(np.float32)
    b = random.integers(-8, 8, (96, 128)).astype(np.float32)
    c = np.full((64, 128), np.nan, np.float32)
    pointers = [x.ctypes.data_as(ctypes.c_void_p) for x in (a, b, c)]
    assert ctypes.CDLL(str(library)).dense_on_accelerator(*pointers) == 0
    assert (c == a @ b).all()


def test_prefetches() -> None:
    """A macro that is nothing where the compiler has none."""
    text = "kernel f[M = 4, N = 64](A: f32[M, N]) -> (C: f32[M]) { C[i] = sum[j](A[i, j]) }"
    source = package(text, "prefetch A at C.i", "cpu:generic").files["f.c"]
    assert "#define TXC_PREFETCH(p) __builtin_prefetch(p)" in source
    assert "TXC_PREFETCH(A + i * 64 + 64);" in source
    assert "TXC_PREFETCH" not in package(text, "", "cpu:generic").files["f.c"]


@pytest.mark.parametrize(("target", "instruction"), [(V4, "vpdpbusd"), ("cpu:x86-64-v3", "vpmaddwd")])
def test_the_example_has_its_instructions(target: str, instruction: str) -> None:
    """The 8-bit example uses VNNI where it is, and AVX2 elsewhere: the more specific schedule is chosen."""
    source = txc.load(EXAMPLES / "dense_u8i8.tx")["dense_u8i8"].plan(target).emit().files["dense_u8i8.c"]
    assert ("vpdpbusd" in source) == (instruction == "vpdpbusd")
    assert ("pmaddwd" in source) == (instruction == "vpmaddwd")
