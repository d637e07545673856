"""The C interface, line by line: generated files in C and C++ programs, with every compiler and flag."""

import itertools
import json
import re
import subprocess
from pathlib import Path

import pytest
from support.c_programs import LANGUAGES, SANITIZE, WARNINGS, require_sanitizers, run
from support.packages import MIXED, SCALE, package
from support.tools import require_tool
from txc.compiler.codegen.emit import Package, write
from txc.compiler.target.target import host, parse

PROGRAM = Path(__file__).with_name("program.c")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of both kernels."""
    place = tmp_path_factory.mktemp("abi")
    write(mixed(), place)
    write(package(SCALE), place)
    return place


def mixed() -> Package:
    return package(MIXED, const=("F", "bias"), doc="Everything at once: /* even this */ comment.")


def build(folder: Path, name: str, cc: str, *flags: str) -> Path:
    """Compile the test program with the kernels; the path of the program."""
    output = folder / re.sub(r"\W+", "_", name)
    files = [str(folder / "mixed.c"), str(folder / "scale.c")]
    command = [require_tool(cc), *flags, f"-I{folder}", str(PROGRAM), *files, "-o", str(output), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output


MATRIX = list(itertools.product(["gcc", "clang"], LANGUAGES, ["-O0", "-O2"], [[], ["-march=native"]]))


@pytest.mark.slow
@pytest.mark.parametrize(("cc", "language", "level", "machine"), MATRIX)
def test_compiles_cleanly(folder: Path, cc: str, language: str, level: str, machine: list[str]) -> None:
    """Two headers in one program: C99 and C++17, each compiler, each level, each with -march=native."""
    flags = [*LANGUAGES[language], level, *machine, *WARNINGS]
    run(build(folder, "".join([cc, language, level, *machine]), cc, *flags))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_openmp(folder: Path, language: str) -> None:
    """The same with OpenMP, which then runs the parallel regions."""
    driver = "g++" if language == "c++17" else "gcc"
    run(build(folder, f"omp{language}", driver, *LANGUAGES[language], "-O2", "-fopenmp", *WARNINGS))


@pytest.mark.parametrize("language", LANGUAGES)
def test_openmp_compiles_with_clang(folder: Path, language: str) -> None:
    """Clang takes the OpenMP pragma too, also where its library is not installed."""
    command = [require_tool("clang"), *LANGUAGES[language], "-O2", "-fopenmp", *WARNINGS, f"-I{folder}", "-c",
               str(folder / "mixed.c"), "-o", str(folder / f"clang_omp_{language[0:3]}.o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_c(folder: Path, cc: str, language: str) -> None:
    """Without GNU extensions the same program gives the same results."""
    run(build(folder, f"plain{cc}{language}", cc, *LANGUAGES[language], "-O2", "-DTXC_PLAIN_C", *WARNINGS))


@pytest.mark.slow
@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize("mode", [[], ["-DTXC_PLAIN_C"]])
def test_sanitizers(folder: Path, cc: str, mode: list[str]) -> None:
    """Clean under the address and undefined-behaviour sanitizers; no array of the program is aligned."""
    require_sanitizers(cc, folder)
    run(build(folder, "".join(["san", cc, *mode]), cc, "-x", "c", "-std=c99", *SANITIZE, *mode))


def test_debug_macro_finds_overlaps(folder: Path) -> None:
    """NAME_DEBUG makes a run return a code where an output overlaps another argument."""
    run(build(folder, "debug", "gcc", "-x", "c", "-std=c99", "-O1", "-Dmixed_DEBUG", *WARNINGS))


def test_allocation_failure(folder: Path) -> None:
    """NAME_MALLOC and NAME_FREE replace malloc and free; a NULL becomes a code."""
    (folder / "none.h").write_text("#include <stddef.h>\nvoid *none(size_t bytes);\nvoid drop(void *p);\n")
    (folder / "none.c").write_text("""\
#include "none.h"
#include "mixed.h"
void *none(size_t bytes) { (void)bytes; return NULL; }
void drop(void *p) { (void)p; }
int main(void)
{
    float f[960] = {0};
    int8_t counts[24] = {0};
    uint8_t flags[40] = {0}, mask[40];
    uint16_t half[40] = {0};
    float d[960];
    int32_t total;
    return mixed(f, f, 1.0f, 0, counts, flags, half, d, &total, mask) == TXC_NO_MEMORY ? 0 : 1;
}
""")
    output = folder / "none"
    command = [require_tool("gcc"), "-std=c99", *WARNINGS, "-include", str(folder / "none.h"),
               "-Dmixed_MALLOC=none", "-Dmixed_FREE=drop", str(folder / "none.c"), str(folder / "mixed.c"),
               "-o", str(output), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    run(output)


def test_unsupported_cpu(tmp_path: Path) -> None:
    """Where the CPU lacks a feature of the target, a call returns its code and nothing else happens."""
    lacking = next((f for f in ("avx512f", "avx512_bf16") if f not in host().features), None)
    if lacking is None or "x86_64" not in host().features:
        pytest.skip("this CPU has every feature that could be lacking")
    write(package(SCALE, parse(f"cpu:x86-64+{lacking}")), tmp_path)
    (tmp_path / "main.c").write_text("""\
#include "scale.h"
int main(void)
{
    double x[33] = {0}, y[33];
    return scale(x, y) == TXC_UNSUPPORTED_CPU ? 0 : 1;
}
""")
    output = tmp_path / "main"
    sources = [str(tmp_path / "main.c"), str(tmp_path / "scale.c")]
    subprocess.run([require_tool("gcc"), *sources, "-o", str(output)], check=True)
    run(output)


def test_exports_and_state(folder: Path) -> None:
    """A compiled kernel exports only names that start with its own, and has no variables."""
    thing = folder / "symbols.o"
    subprocess.run([require_tool("gcc"), "-O2", "-c", str(folder / "mixed.c"), "-o", str(thing)], check=True)
    table = subprocess.run([require_tool("nm"), str(thing)], capture_output=True, text=True, check=True)
    kinds = [line.split()[-2:] for line in table.stdout.splitlines()]
    exported = {name for kind, name in kinds if kind.isupper() and kind not in "UR"}
    assert exported == {"mixed", "mixed_run", "mixed_workspace_bytes", "mixed_strerror", "mixed_prepack",
                        "mixed_prepack_bytes", "mixed_packed", "mixed_packed_workspace_bytes"}
    assert [name for kind, name in kinds if kind in "bBdDC"] == []


def test_little_stands_on_the_stack(folder: Path) -> None:
    """No function needs more than 4 KB of stack."""
    command = [require_tool("gcc"), "-O2", "-Wstack-usage=4096", "-Werror", "-c", str(folder / "mixed.c"),
               "-o", str(folder / "stack.o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_interface_does_not_depend_on_the_schedule() -> None:
    """Another nest and another target for the same declaration give the very same header."""
    serial = MIXED.replace("parallel for", "for")
    other = package(serial, "cpu:generic", const=("F", "bias"), doc=mixed().interface.doc)
    assert other.files["mixed.h"] == mixed().files["mixed.h"]
    assert other.files["mixed.c"] != mixed().files["mixed.c"]


def test_headers_of_other_abis_are_refused(folder: Path, tmp_path: Path) -> None:
    """Two headers with different ABI numbers in one program are an error at compile time."""
    (tmp_path / "two.c").write_text('#define TXC_ABI 999\n#include "mixed.h"\n')
    command = [require_tool("gcc"), f"-I{folder}", "-c", str(tmp_path / "two.c"), "-o", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "different ABI numbers" in done.stderr


def test_parameters_with_awkward_names_are_renamed() -> None:
    """`int` becomes `int_`, and the manifest tells."""
    inputs = json.loads(mixed().files["manifest.json"])["inputs"]
    assert {p["name"]: p["c_name"] for p in inputs}["int"] == "int_"
