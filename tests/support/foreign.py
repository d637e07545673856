"""Kernels for other machines: built with a cross compiler or LLVM, run under an emulator."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from support.tools import require_tool
from txc.compiler.codegen.interface import Interface
from txc.compiler.numerics import Array
from txc.compiler.verify import Run

PROGRAM = """\
#include "NAME.h"

#include <stdio.h>
#include <stdlib.h>

static void *block(size_t bytes, int from_input)
{
    void *p = malloc(bytes);
    if (p == NULL || (from_input && fread(p, 1, bytes, stdin) != bytes))
        exit(2);
    return p;
}

/* Reads the inputs, one behind the other, and writes the outputs. */
int main(void)
{
DECLARE    int code = NAME(ARGUMENTS);
    if (code != TXC_SUCCESS)
        return 3;
WRITE    return 0;
}
"""


def program_text(interface: Interface) -> str:
    """A C program around a kernel."""
    declare = "".join(f"    {p.element} *{p.name} = block({p.bytes}, {int(not p.output)});\n"
                      for p in interface.parameters)
    arguments = ", ".join(f"*{p.name}" if p.by_value else p.name for p in interface.parameters)
    write = "".join(f"    fwrite({p.name}, 1, {p.bytes}, stdout);\n" for p in interface.outputs)
    return (PROGRAM.replace("DECLARE", declare).replace("ARGUMENTS", arguments).replace("WRITE", write)
            .replace("NAME", interface.name))


def foreign(interface: Interface, machine: str, folder: Path, kernel: Path) -> Run:
    """A kernel's object or C file with a program around it, for `aarch64` or `riscv64`, as a backend."""
    compiler, emulator = require_tool(f"{machine}-linux-gnu-gcc"), require_tool(f"qemu-{machine}")
    main, made = folder / "main.c", folder / "main"
    main.write_text(program_text(interface))
    command = [compiler, "-O2", "-Wall", "-Werror", "-fopenmp", f"-I{folder}", str(main), str(kernel)]
    done = subprocess.run([*command, "-o", str(made), "-lm"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    command = [emulator, "-L", f"/usr/{machine}-linux-gnu", str(made)]

    def run(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
        given = b"".join(np.ascontiguousarray(a).tobytes() for a in inputs)
        done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=600)
        start = 0
        for output in outputs:
            part = done.stdout[start:start + output.nbytes]
            output[...] = np.frombuffer(part, output.dtype).reshape(output.shape)
            start += output.nbytes

    return run
