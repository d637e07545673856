"""LLVM through llvmlite, imported when first needed: modules of LLVM IR as objects and assembly."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from ...dsl.diagnostics import Diagnostic, TxcError
from ..codegen.llvm.machines import ABI, architecture, features, triple
from ..target.target import Target

OLDEST = 22
LEVEL = 2
"""How hard LLVM's code generation works: no passes on the IR before it, which is in good order already."""


@cache
def llvm() -> Any:
    """llvmlite's binding with all machines. Raises TxcError R630 where it is not installed or too old."""
    try:
        binding: Any = import_module("llvmlite.binding")
    except ImportError:
        raise _error("R630", "LLVM needs the Python package llvmlite",
                     "install it with pip install 'txc[llvm]'") from None
    if binding.llvm_version_info[0] < OLDEST:
        found = ".".join(map(str, binding.llvm_version_info))
        raise _error("R630", f"this llvmlite has LLVM {found}, and {OLDEST} is needed",
                     "install a newer one with pip install -U 'txc[llvm]'")
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    return binding


def installed() -> bool:
    """Whether `llvm` gives something."""
    try:
        llvm()
    except TxcError:
        return False
    return True


def version() -> str:
    """`LLVM 22.1.0`"""
    return "LLVM " + ".".join(map(str, llvm().llvm_version_info))


def object_code(text: str, target: Target) -> bytes:
    """A module of LLVM IR as an object file. Raises TxcError R630, R631."""
    machine = _machine(target)
    return machine.emit_object(_parsed(text, machine))


def assembly(text: str, target: Target) -> str:
    """A module of LLVM IR as assembly text. Raises TxcError R630, R631."""
    machine = _machine(target)
    return machine.emit_assembly(_parsed(text, machine))


def _machine(target: Target) -> Any:
    binding = llvm()
    try:
        found = binding.Target.from_triple(triple(target))
    except RuntimeError as error:
        raise _error("R631", f"LLVM has no code generator for {target}: {error}") from None
    names = ",".join(f"+{name}" for name in features(target))
    return found.create_target_machine(features=names, opt=LEVEL, reloc="pic", codemodel="small",
                                       abiname=ABI.get(architecture(target), ""))


def _parsed(text: str, machine: Any) -> Any:
    """The module; only a mistake of txc makes one that LLVM does not take."""
    try:
        module = llvm().parse_assembly(text)
        module.data_layout = str(machine.target_data)
        module.verify()
    except RuntimeError as error:
        raise _error("R631", f"LLVM refused the module: {str(error).strip()}",
                     "this is a mistake of txc, which we would like to hear of") from None
    return module


def _error(code: str, message: str, hint: str = "") -> TxcError:
    return TxcError([Diagnostic(code, message, hint=hint)])
