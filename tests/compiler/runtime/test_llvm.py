"""LLVM as a library: objects and assembly for every machine, and errors where it is missing."""

import sys

import pytest
from support.llvm import ir_of
from support.packages import SCALE
from txc.compiler.runtime import llvm
from txc.compiler.target.target import parse
from txc.dsl.diagnostics import TxcError

MACHINES = {"cpu:x86-64-v2": b"\x3e\x00", "cpu:x86-64-v4": b"\x3e\x00", "cpu:aarch64": b"\xb7\x00",
            "cpu:riscv64": b"\xf3\x00"}


@pytest.mark.parametrize("target", MACHINES)
def test_objects_are_for_the_target(target: str) -> None:
    """The machine that the header of the object file names."""
    code = llvm.object_code(ir_of(SCALE, target), parse(target))
    assert code[:4] == b"\x7fELF" and code[18:20] == MACHINES[target]


def test_assembly_uses_what_the_target_has() -> None:
    """The widest vectors of each."""
    for target, register in (("cpu:x86-64", "xmm"), ("cpu:x86-64-v3", "ymm"), ("cpu:aarch64", "v0.2d")):
        assert register in llvm.assembly(ir_of(SCALE, target), parse(target))


def test_without_llvmlite_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """R630, and only where code is wanted from it: LLVM IR as text needs no library."""
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    llvm.llvm.cache_clear()
    text = ir_of(SCALE)
    with pytest.raises(TxcError, match=r"error\[R630\].*llvmlite\n.*pip install 'txc\[llvm\]'"):
        llvm.assembly(text, parse("cpu"))
    monkeypatch.undo()
    llvm.llvm.cache_clear()


def test_an_old_llvmlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The IR is in the notation of a version of LLVM."""
    binding = llvm.llvm()
    llvm.llvm.cache_clear()
    monkeypatch.setattr(binding, "llvm_version_info", (15, 0, 7))
    with pytest.raises(TxcError, match=r"R630.*has LLVM 15.0.7, and 22 is needed"):
        llvm.version()
    monkeypatch.undo()
    llvm.llvm.cache_clear()
    assert llvm.version().startswith("LLVM ")


def test_what_llvm_refuses_is_an_error() -> None:
    """R631, with what LLVM says."""
    with pytest.raises(TxcError, match=r"R631.*refused"):
        llvm.object_code("define i32 @f() { ret i64 0 }", parse("cpu"))
