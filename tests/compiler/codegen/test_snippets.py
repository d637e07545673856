"""Build snippets, used as a build system would."""

import subprocess
from pathlib import Path

import pytest
from support.packages import SCALE, package
from support.tools import require_tool
from txc.compiler.codegen.emit import write
from txc.compiler.runtime.toolchain import build_static

MAIN = '#include "scale.h"\nint main(void) { double x[33] = {0}, y[33]; return scale(x, y); }\n'
PROJECT = """\
cmake_minimum_required(VERSION 3.16)
project(user C)
include(kernels/scale.cmake)
add_executable(user main.c)
target_link_libraries(user PRIVATE txc::scale)
"""


@pytest.mark.slow
def test_cmake(tmp_path: Path) -> None:
    """A project includes the snippet, links its target, and calls the kernel."""
    write(package(SCALE), tmp_path / "kernels")
    (tmp_path / "main.c").write_text(MAIN)
    (tmp_path / "CMakeLists.txt").write_text(PROJECT)
    out = str(tmp_path / "out")
    for arguments in (["-S", str(tmp_path), "-B", out], ["--build", out]):
        command = [require_tool("cmake"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert subprocess.run([str(tmp_path / "out" / "user")], check=False).returncode == 0


def test_pkg_config_describes_the_library_beside_it(tmp_path: Path) -> None:
    """Its flags, with ${pcfiledir} as its folder, compile and link a program; no line is left to fill in."""
    built = package(SCALE, doc="Three times as much.\nMore words.")
    build_static(built, tmp_path, flags=["-O1"])
    fields = dict(line.split(": ", 1) for line in built.files["scale.pc"].splitlines() if ": " in line)
    assert (fields["Name"], fields["Description"]) == ("scale", "Three times as much.")
    flags = " ".join(fields[key] for key in ("Cflags", "Libs", "Libs.private"))
    flags = flags.replace("${pcfiledir}", str(tmp_path))
    (tmp_path / "main.c").write_text(MAIN)
    before, after = flags.split()[:1], flags.split()[1:]
    program = str(tmp_path / "main")
    command = [require_tool("cc"), *before, str(tmp_path / "main.c"), *after, "-o", program]
    subprocess.run(command, check=True)
    assert subprocess.run([program], check=False).returncode == 0
