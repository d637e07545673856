"""Finding and calling the C compiler."""

import ctypes
import subprocess
from pathlib import Path

import pytest
from support.packages import SCALE, package
from support.tools import require_tool
from txc.compiler.runtime.toolchain import build_shared, build_static, compiler, supports
from txc.dsl.diagnostics import TxcError


def test_the_compiler_is_found_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument, then TXC_CC, then CC; words behind the program are flags."""
    monkeypatch.setenv("CC", "gcc -m64")
    assert compiler() == ("gcc", "-m64")
    monkeypatch.setenv("TXC_CC", "cc")
    assert compiler() == ("cc",)
    assert compiler("gcc -g") == ("gcc", "-g")


def test_no_compiler() -> None:
    """R610 names the program that is missing."""
    with pytest.raises(TxcError) as error:
        compiler("no-such-compiler")
    (found,) = error.value.diagnostics
    assert found.code == "R610" and "no-such-compiler" in found.message


def test_flags_are_tried() -> None:
    """A flag the compiler knows, and one it does not."""
    command = compiler()
    assert supports(command, "-O1") and not supports(command, "-fno-such-flag-at-all")


def test_a_failing_compiler_keeps_the_source(tmp_path: Path) -> None:
    """R611 has the compiler's first lines, and says where the source is."""
    with pytest.raises(TxcError) as error:
        build_shared(package(SCALE), tmp_path, flags=["-fno-such-flag-at-all"])
    (found,) = error.value.diagnostics
    assert found.code == "R611" and "no-such-flag" in found.message
    assert str(tmp_path / "scale.c") in found.hint and (tmp_path / "scale.c").exists()


def test_static_and_shared_libraries(tmp_path: Path) -> None:
    """Both hold the kernel; the static one links into a C program."""
    shared = build_shared(package(SCALE), tmp_path)
    assert ctypes.CDLL(str(shared)).scale_workspace_bytes() == 0
    static = build_static(package(SCALE), tmp_path, flags=["-O1"])
    main, program = tmp_path / "main.c", str(tmp_path / "main")
    main.write_text('#include "scale.h"\nint main(void) { return (int)scale_workspace_bytes(); }\n')
    command = [require_tool("cc"), f"-I{tmp_path}", str(main), str(static), "-o", program]
    subprocess.run(command, check=True)
    assert subprocess.run([program], check=False).returncode == 0


def test_a_loaded_library_is_replaced_and_never_overwritten(tmp_path: Path) -> None:
    """The old file lives on for who has it open; nothing else stays behind; a failure changes nothing."""
    for build, name in ((build_shared, "libscale.so"), (build_static, "libscale.a")):
        library = build(package(SCALE), tmp_path, flags=["-O1"])
        with library.open("rb") as old:
            before = old.read()
            assert build(package(SCALE, doc="Another."), tmp_path, flags=["-O0"]) == library
            old.seek(0)
            assert old.read() == before != library.read_bytes()
        after = library.read_bytes()
        with pytest.raises(TxcError):
            build(package(SCALE), tmp_path, flags=["-fno-such-flag-at-all"])
        assert library.name == name and library.read_bytes() == after
    left = {path.name for path in tmp_path.iterdir()} - set(package(SCALE).files)
    assert left == {"libscale.so", "libscale.a"}
