"""C and C++ programs around generated kernels: flags, compiling, running."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.tools import in_ci, require_tool

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
LANGUAGES = {"c99": ["-x", "c", "-std=c99"], "c++17": ["-x", "c++", "-std=c++17"]}
SANITIZE = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def compiled(cc: str, flags: Sequence[str], sources: Sequence[Path], output: Path) -> Path:
    """Compile a program, without any warning; its path."""
    command = [require_tool(cc), *flags, *map(str, sources), "-o", str(output), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output


def require_sanitizers(cc: str, folder: Path) -> None:
    """Skip, or fail in continuous integration, where a compiler comes without its sanitizers' libraries."""
    source = folder / "nothing.c"
    source.write_text("int main(void) { return 0; }\n")
    command = [require_tool(cc), *SANITIZE, str(source), "-o", str(folder / f"nothing_{cc}")]
    if subprocess.run(command, capture_output=True, check=False).returncode and not in_ci():
        pytest.skip(f"the sanitizers of {cc} are not installed")


def run(program: Path) -> None:
    """Run the test program; it must find nothing wrong."""
    done = subprocess.run([str(program)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
