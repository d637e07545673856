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
static int call(void *const *arguments, const txc_run *run)
{
    return NAME_run(ARGUMENTS, run);
}

/* Calls the kernel `calls` times; `ns` receives the nanoseconds of each call. Scratch memory is made once. */
int NAME_bench(void *const *arguments, int calls, int64_t *ns)
{
    txc_run run = {sizeof(txc_run), NULL, 0, NULL, NULL};
    int code = TXC_SUCCESS;
    run.workspace_bytes = NAME_workspace_bytes();
    if (run.workspace_bytes > 0 && (run.workspace = malloc(run.workspace_bytes)) == NULL)
        return TXC_NO_MEMORY;
    for (int i = 0; i < calls && code == TXC_SUCCESS; i++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        code = call(arguments, &run);
        clock_gettime(CLOCK_MONOTONIC, &end);
        ns[i] = (int64_t)(end.tv_sec - start.tv_sec) * 1000000000 + (end.tv_nsec - start.tv_nsec);
    }
    free(run.workspace);
    return code;
}
"""


def bench_source(interface: Interface) -> str:
    """The text of NAME_bench.c: `int NAME_bench(void *const *arguments, int calls, int64_t *ns)`."""
    arguments = ",\n        ".join(_argument(i, p) for i, p in enumerate(interface.parameters))
    return _SOURCE.replace("ARGUMENTS", arguments).replace("NAME", interface.name)


def _argument(position: int, p: Parameter) -> str:
    pointer = f"(const {p.element} *)arguments[{position}]"
    return f"*{pointer}" if p.by_value else f"({p.type})arguments[{position}]" if p.output else pointer
