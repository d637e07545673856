"""Build snippets, used as a build system would."""

import os
import subprocess
from pathlib import Path

import pytest
from support.packages import SCALE, package
from support.tools import require_tool
from txc.compiler.codegen.emit import write
from txc.compiler.runtime.toolchain import build_static
from txc.version import __version__

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
    assert (tmp_path / "out" / "libscale.a").exists()
    assert subprocess.run([str(tmp_path / "out" / "user")], check=False).returncode == 0


@pytest.mark.slow
def test_pkg_config(tmp_path: Path) -> None:
    """The flags that it prints build a program; what it says of the kernel is the first line of its doc."""
    build_static(package(SCALE, doc="Costs $3 a # of ${x}.\nMore words."), tmp_path, flags=["-O1"])
    before, after = (ask(tmp_path, option).split() for option in ("--cflags", "--libs"))
    (tmp_path / "main.c").write_text(MAIN)
    program = str(tmp_path / "main")
    command = [require_tool("cc"), *before, str(tmp_path / "main.c"), *after, "-o", program]
    subprocess.run(command, check=True)
    assert subprocess.run([program], check=False).returncode == 0
    assert ask(tmp_path, "--modversion") == __version__
    listed = ask(tmp_path, "--list-all").splitlines()
    assert [line.split(" - ")[-1] for line in listed if line.startswith("scale ")] == ["Costs $3 a # of {x}."]


def ask(folder: Path, option: str) -> str:
    """What pkg-config answers about the module in a folder."""
    module = [] if option == "--list-all" else ["--static", "scale"]
    command = [require_tool("pkg-config"), option, *module]
    environment = os.environ | {"PKG_CONFIG_PATH": str(folder)}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def test_words_of_the_templates_are_fine_as_names() -> None:
    """Only the places meant for it hold the kernel's name, whatever that is."""
    built = package(SCALE.replace("scale", "NAME_DESCRIPTION_VERSION"))
    name = built.name
    assert f"OUTPUT_NAME {name}\n" in built.files[f"{name}.cmake"]
    assert f"Name: {name}\nDescription: kernel {name}\nVersion: {__version__}\n" in built.files[f"{name}.pc"]


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
