"""A small C library, compiled once for a machine: calls of kernels that LLVM compiled, and their timing."""

from __future__ import annotations

import ctypes
import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path

import platformdirs

from .toolchain import compile_shared, compiler, default_flags

SOURCE = """\
#define _POSIX_C_SOURCE 199309L
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

typedef int body_function(void *arg, int task);
typedef int parallel_function(const void *run, int tasks, body_function *body, void *arg);
typedef int kernel_function(void *const *tensors, unsigned char *workspace, parallel_function *parallel,
                            const void *run);

static int parallel(const void *run, int tasks, body_function *body, void *arg)
{
    (void)run;
#if defined(_OPENMP)
#pragma omp parallel for schedule(static)
#endif
    for (int task = 0; task < tasks; task++)
        (void)body(arg, task);      /* which cannot fail */
    return 0;
}

/* Calls the kernel `calls` times; `ns`, unless NULL, receives the nanoseconds of each call. */
int txc_call(kernel_function *kernel, void *const *tensors, size_t workspace_bytes, int calls, int64_t *ns)
{
    unsigned char *memory = NULL, *workspace = NULL;
    int code = 0;
    if (workspace_bytes > 0) {
        memory = malloc(workspace_bytes);
        if (memory == NULL)
            return -3;
        workspace = memory + (-(uintptr_t)memory & 63);
    }
    for (int i = 0; i < calls && code == 0; i++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        code = kernel(tensors, workspace, parallel, NULL);
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (ns != NULL)
            ns[i] = (int64_t)(end.tv_sec - start.tv_sec) * 1000000000 + (end.tv_nsec - start.tv_nsec);
    }
    free(memory);
    return code;
}
"""


@cache
def support() -> ctypes.CDLL:
    """The library, loaded; compiled where the user's cache does not have it.

    Raises TxcError R610 without a C compiler.
    """
    command = compiler()
    flags = default_flags(command)
    key = hashlib.sha256(repr((SOURCE, command, flags)).encode()).hexdigest()[:16]
    library = platformdirs.user_cache_path("txc") / "support" / f"{key}.so"
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            source = Path(folder, "support.c")
            source.write_text(SOURCE)
            made = compile_shared(command, flags, [source], Path(folder, "support.so"))
            os.replace(made, library)       # whole or not at all, whoever else does the same
    return ctypes.CDLL(str(library))
