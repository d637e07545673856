"""The C library beside kernels that LLVM compiled: made once."""

import ctypes
from pathlib import Path

import platformdirs
from txc.compiler.runtime.support import support


def test_it_is_compiled_once_and_kept() -> None:
    """A second process finds it in the cache."""
    first = support()
    kept = list((platformdirs.user_cache_path("txc") / "support").glob("*.so"))
    times = {file: file.stat().st_mtime_ns for file in kept}
    assert Path(first._name) in times
    support.cache_clear()
    assert support()._name == first._name
    assert {file: file.stat().st_mtime_ns for file in times} == times


def test_a_failing_kernel_gives_its_code() -> None:
    """Timing stops at the first call that fails."""
    calls: list[int] = []

    @ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 4)
    def kernel(tensors: int, workspace: int, parallel: int, run: int) -> int:
        assert workspace % 64 == 0
        calls.append(1)
        return -5 if len(calls) == 3 else 0

    ns = (ctypes.c_int64 * 9)()
    assert support().txc_call(kernel, None, ctypes.c_size_t(500), 9, ns) == -5
    assert len(calls) == 3
