"""Objects for this machine and for others, the latter run under qemu and compared with the reference."""

import platform
import subprocess
from pathlib import Path

import pytest
from support.foreign import foreign
from support.kernels import EXAMPLES, example, suite
from support.tools import require_tool
from txc.compiler.cases import make_cases
from txc.compiler.codegen.emit import emit, write
from txc.compiler.codegen.llvm.package import emit_around
from txc.compiler.dag import Dag
from txc.compiler.driver import nest_of
from txc.compiler.runtime.objects import build_object
from txc.compiler.runtime.toolchain import compiler_for
from txc.compiler.schedule.default import default_schedule
from txc.compiler.target.target import parse
from txc.compiler.verify import verify_cases

WAYS = ("llvm", "c")
SMALL = sorted(file.stem for file in (EXAMPLES / "suite").glob("*.tx"))
REAL = [("gmm", "0"), ("dep", "1"), ("c2d", "1"), ("nrm", "0"), ("t2d", "1")]
OTHERS = ["softmax", "dense_i8", "quantized", "row_argmax"]


def check(kernel: Dag, target: str, way: str, folder: Path) -> None:
    """Build a kernel for a machine, run it there, and compare."""
    machine = parse(target)
    cc = compiler_for(machine)
    nest = nest_of(kernel, default_schedule(kernel, machine), machine)
    if cc is not None:
        require_tool(cc)
    if way == "llvm":
        package, module = emit_around(nest, kernel, machine)
        source, _ = build_object(package, folder, cc, module, machine)
    else:
        package = emit(nest, kernel, machine)
        write(package, folder)
        source = folder / f"{package.name}.c"
    run = foreign(package.interface, target.partition(":")[2], folder, source)
    verdict = verify_cases(make_cases(kernel)[:1], run)
    assert verdict.ok, verdict.message


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [*SMALL, *OTHERS])
def test_aarch64(tmp_path: Path, name: str, way: str) -> None:
    """Kernels for AArch64, through LLVM and through C, give there what the reference says."""
    check(example(name), "cpu:aarch64", way, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "shape"), REAL)
def test_aarch64_at_real_shapes(tmp_path: Path, name: str, shape: str, way: str) -> None:
    check(suite(name, shape), "cpu:aarch64", way, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_riscv64(tmp_path: Path, way: str) -> None:
    """A kernel for RISC-V runs there too."""
    check(example("dense"), "cpu:riscv64", way, tmp_path)


MAIN = """\
#include "dense.h"
#include <stdio.h>
int main(void)
{
    static float a[512 * 512], b[512 * 512], bias[512], d[512 * 512];
    for (int i = 0; i < 512 * 512; i++)
        a[i] = b[i] = 1.0f;
    int code = dense(a, b, bias, d);
    printf("%d %g %s\\n", code, d[512 * 512 - 1], dense_strerror(dense(NULL, b, bias, d)));
    return 0;
}
"""


def test_an_object_is_used_like_the_source(tmp_path: Path) -> None:
    """NAME.h is the header of the C source, and the object exports all that it declares."""
    import txc

    plan = txc.load(EXAMPLES / "dense.tx")["dense"].plan()
    made, header = plan.object(tmp_path)
    assert header.read_text() == plan.emit().files["dense.h"]
    (tmp_path / "main.c").write_text(MAIN)
    program = tmp_path / "main"
    command = [require_tool("cc"), f"-I{tmp_path}", str(tmp_path / "main.c"), str(made), "-lm", "-fopenmp"]
    subprocess.run([*command, "-o", str(program)], check=True)
    done = subprocess.run([str(program)], capture_output=True, text=True, check=True)
    assert done.stdout == "0 512 an argument is NULL\n"
    table = subprocess.run([require_tool("nm"), str(made)], capture_output=True, text=True, check=True).stdout
    kinds = [line.split()[-2:] for line in table.splitlines()]
    assert all(name.startswith("dense") for kind, name in kinds if kind in "TDBCW")


@pytest.mark.skipif(platform.machine() == "aarch64", reason="AArch64 is this machine")
def test_the_compiler_of_another_machine() -> None:
    """GCC's cross compiler, unless one is named."""
    target = parse("cpu:aarch64")
    assert compiler_for(target) == "aarch64-linux-gnu-gcc"
    assert compiler_for(target, "clang --target=aarch64-linux-gnu") == "clang --target=aarch64-linux-gnu"
    assert compiler_for(parse("cpu")) is None
