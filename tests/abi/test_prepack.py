"""Constant inputs packed ahead of time: two builds of one kernel in C and C++ programs."""

import itertools
import json
from pathlib import Path

import pytest
from support.c_programs import LANGUAGES, SANITIZE, WARNINGS, compiled, require_sanitizers, run
from support.kernels import dag
from txc.compiler.codegen.emit import Package, emit, write
from txc.compiler.driver import nest_of
from txc.compiler.target.target import parse
from txc.dsl.parser import parse_directives

KERNEL = """kernel dense[M = 7, N = 43, K = 9](
    A: f32[M, K], const B: f32[K, N], const scale: f32, const bias: f32[N]
) -> (D: f32[M, N]) {
    T[k, j] = B[k, j] * scale
    Bp[k, j] = T[k, j] + 0
    C[i, j] = sum[k](A[i, k] * Bp[k, j])
    D[i, j] = C[i, j] + bias[j]
}"""
TILES = """split D.j: [j0, j1: 16] order D: j0 i j1 vectorize D.j1 parallel D.j0
    compute C at D.i order C: k i j vectorize C.j"""
# A stage that only prepack needs, computed in parallel; C at root needs a workspace in both ways.
ONE = """layout Bp: [k, j] -> [j // 16, k, j % 16] layout T: [k, j] -> [j, k] parallel T.k
    split Bp.j: [p0, p1: 16] order Bp: p0 k p1 vectorize Bp.p1 parallel Bp.p0
    order C: k i j vectorize C.j vectorize D.j"""
TWO = f"inline T layout Bp: [k, j] -> [j // 8, k * 9 + j % 8] {TILES}"


def package(name: str, schedule: str, target: str = "cpu") -> Package:
    graph, machine = dag(KERNEL, "dense"), parse(target)
    return emit(nest_of(graph, parse_directives(schedule), machine, check=True), graph, machine, name=name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of both builds."""
    place = tmp_path_factory.mktemp("prepack")
    write(package("one", ONE), place)
    write(package("two", TWO), place)
    return place


def build(folder: Path, name: str, cc: str, *flags: str) -> Path:
    """Compile the test program with both builds; the path of the program."""
    sources = [Path(__file__).with_name("prepack.c"), folder / "one.c", folder / "two.c"]
    return compiled(cc, [*flags, f"-I{folder}"], sources, folder / name.replace("+", "p"))


MATRIX = list(itertools.product(["gcc", "clang"], LANGUAGES, [[], ["-DTXC_PLAIN_C"]]))


@pytest.mark.slow
@pytest.mark.parametrize(("cc", "language", "mode"), MATRIX)
def test_both_ways_give_the_same(folder: Path, cc: str, language: str, mode: list[str]) -> None:
    """Packed or not; blocks copied, of another layout, missing; in C99 and C++17, plain and with vectors."""
    run(build(folder, "".join([cc, language, *mode]), cc, *LANGUAGES[language], "-O1", *mode, *WARNINGS))


@pytest.mark.slow
@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_sanitizers(folder: Path, cc: str) -> None:
    """Blocks of exactly their size, off alignment: nothing outside is touched, nothing undefined is read."""
    require_sanitizers(cc, folder)
    run(build(folder, f"san{cc}", cc, "-x", "c", "-std=c99", *SANITIZE))


@pytest.mark.slow
def test_openmp(folder: Path) -> None:
    """Parallel loops of the prepack nest run on threads."""
    run(build(folder, "omp", "gcc", "-x", "c", "-std=c99", "-O2", "-fopenmp", *WARNINGS))


def test_the_header_does_not_depend_on_the_schedule() -> None:
    """Neither what is packed nor how shows in what callers see."""
    assert package("one", ONE).files["one.h"] == package("one", TWO).files["one.h"]
    assert package("one", "").files["one.h"] == package("one", TWO).files["one.h"]


def test_the_manifest_says_what_is_packed() -> None:
    """Tensors computed ahead, then those copied; what prepack alone needs is not in the block."""
    packed = json.loads(package("one", ONE).files["manifest.json"])["packed"]
    assert packed["tensors"] == ["Bp", "bias"]
    assert packed["bytes"] == 64 + 3 * 9 * 16 * 4 + 192
