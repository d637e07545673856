"""A small C file beside a kernel: calls through one list of pointers, and calls that are timed one by one."""

from __future__ import annotations

from .interface import Interface, Parameter

_SOURCE = """\
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 199309L
#endif
#include "NAME.h"

#include <stdlib.h>
#include <time.h>

/* Calls the kernel with `arguments` in the order of its parameters: pointers to tensors and to scalars. */
static int call(void *const *arguments, const void *packed, const txc_run *run)
{
CALL}

/* Calls the kernel `calls` times; `ns` receives the nanoseconds of each call. Scratch memory is made once,
 * and so is the packed block of a kernel with constant inputs. */
int NAME_bench(void *const *arguments, int calls, int64_t *ns)
{
    txc_run run = {sizeof(txc_run), NULL, 0, NULL, NULL};
    int code = TXC_SUCCESS;
    unsigned char *block = NULL;
    void *packed = NULL;
    run.workspace_bytes = NAME_workspace_bytes();
    if (run.workspace_bytes > 0 && (run.workspace = malloc(run.workspace_bytes)) == NULL)
        return TXC_NO_MEMORY;
PREPACK    for (int i = 0; i < calls && code == TXC_SUCCESS; i++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        code = call(arguments, packed, &run);
        clock_gettime(CLOCK_MONOTONIC, &end);
        ns[i] = (int64_t)(end.tv_sec - start.tv_sec) * 1000000000 + (end.tv_nsec - start.tv_nsec);
    }
    free(block);
    free(run.workspace);
    return code;
}
"""

_PREPACK = """\
    block = (unsigned char *)malloc(NAME_prepack_bytes() + 63);
    if (block == NULL) {
        free(run.workspace);
        return TXC_NO_MEMORY;
    }
    packed = block + (-(uintptr_t)block & 63);
    code = NAME_prepack(CONSTANTS, packed);
"""


def bench_source(interface: Interface) -> str:
    """The text of NAME_bench.c: `int NAME_bench(void *const *arguments, int calls, int64_t *ns)`.

    With constant inputs it is NAME_packed that is called: packing is not part of the time.
    """
    given = {p.name: _argument(i, p) for i, p in enumerate(interface.parameters)}
    constants = [given[p.name] for p in interface.constants]
    if constants:
        inputs = [given[p.name] for p in interface.inputs if not p.tensor.const]
        outputs = [given[p.name] for p in interface.outputs]
        call = _call("NAME_packed", [*inputs, "packed", *outputs, "run"])
    else:
        call = "    (void)packed;\n" + _call("NAME_run", [*given.values(), "run"])
    prepack = _PREPACK.replace("CONSTANTS", ",\n        ".join(constants)) if constants else ""
    return (_SOURCE.replace("CALL", call).replace("PREPACK", prepack)
            .replace("NAME", interface.name))


def _call(function: str, arguments: list[str]) -> str:
    return f"    return {function}({f',{chr(10)}        '.join(arguments)});\n"


def _argument(position: int, p: Parameter) -> str:
    pointer = f"(const {p.element} *)arguments[{position}]"
    return f"*{pointer}" if p.by_value else f"({p.type})arguments[{position}]" if p.output else pointer
