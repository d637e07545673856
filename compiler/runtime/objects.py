"""Kernels as object files, through LLVM or a C compiler, for this machine or another."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..codegen.emit import Package, write
from ..codegen.llvm.module import Module
from ..target.target import Target
from .llvm import object_code
from .toolchain import compile_files, compiler, default_flags


def build_object(package: Package, folder: Path, cc: str | None = None, module: Module | None = None,
                 target: Target | None = None) -> tuple[Path, Path]:
    """Write NAME.o and NAME.h into a folder; their paths.

    With a module, what the kernel computes is LLVM's code for the target, and the package has the entry
    points around it; the C compiler `cc` then compiles only these and joins both. Raises TxcError R610, R611,
    R630, R631.
    """
    command, name = compiler(cc), package.name
    folder.mkdir(parents=True, exist_ok=True)
    header, made = folder / f"{name}.h", folder / f"{name}.o"
    with tempfile.TemporaryDirectory(prefix="txc-") as place:
        work = Path(place)
        write(package, work)
        source, entry, kernel = work / f"{name}.c", work / "entry.o", work / "kernel.o"
        flags = [*default_flags(command), "-fPIC", "-c"]
        compile_files([*command, *flags, str(source), "-o", str(entry)], source)
        objects = [str(entry)]
        if module is not None and target is not None:
            kernel.write_bytes(object_code(module.text, target))
            objects.append(str(kernel))
        whole = work / made.name
        compile_files([*command, "-r", "-nostdlib", *objects, "-o", str(whole)], source)
        made.write_bytes(whole.read_bytes())
    header.write_text(package.files[header.name], encoding="utf-8")
    return made, header
