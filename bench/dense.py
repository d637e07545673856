"""The dense layer, untuned and tuned, against numpy's matrix product and the machine's FMA peak.

    python bench/dense.py [--threads N] [--rounds N] [--offset BYTES] [--json]

Each round times a window of FMAs, then some calls of each contender, in turns; the table shows the best
and the median of all rounds. txc's kernels run in a loop in C; numpy's time includes its call from Python,
and its bias and ReLU are left out, which favours numpy. Tune first: `txc tune examples/dense.tx --threads N`.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CALLS = 5  # of each contender in a round


def main() -> None:
    """Time, and print a table or JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--offset", type=int, default=0, help="bytes from a multiple of 64 to each array")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.threads)  # before numpy is imported
    result = measure(options.threads, options.rounds, options.offset)
    print(json.dumps(result, indent=2) if options.json else table(result))


def measure(threads: int, rounds: int, offset: int) -> dict[str, object]:
    """Seconds per call of each contender by round, and GFLOP/s of the FMA windows."""
    import numpy as np
    import txc

    kernel = txc.load(ROOT / "examples" / "dense.tx")["dense"]
    random = np.random.default_rng(0)
    a, b = (_aligned(random.standard_normal((512, 512), dtype=np.float32), offset) for _ in range(2))
    bias = _aligned(random.standard_normal(512, dtype=np.float32), offset)
    out = _aligned(np.empty((512, 512), np.float32), offset)
    plans = {
        "untuned": kernel.plan(schedule="default", threads=threads),
        "tuned": kernel.plan(threads=threads),
    }
    if plans["tuned"].choice.origin != "record":
        sys.exit(f"tune first: txc tune examples/dense.tx --threads {threads}")

    def looped(plan: object) -> Callable[[], float]:
        function = plan.build(bench=True)  # type: ignore[attr-defined]
        function.set_threads(threads)
        return lambda: min(function.bench([a, b, bias], [out], CALLS)) * 1e-9

    contenders = {name: looped(plan) for name, plan in plans.items()}
    contenders["numpy"] = lambda: min(_timed(lambda: np.matmul(a, b, out=out)) for _ in range(CALLS))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    peaks: list[float] = []
    peak = fma_peak()
    for _ in range(rounds):
        peaks.append(peak())
        for name, run in contenders.items():
            times[name].append(run())
    info = {
        "machine": _cpu(),
        "threads": threads,
        "rounds": rounds,
        "numpy": np.__version__,
        "txc": txc.__version__,
        "blas": np.show_config("dicts")["Build Dependencies"]["blas"]["name"],  # type: ignore[index]
        "cc": subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )[0],
        "command": " ".join(["python", "bench/dense.py", *sys.argv[1:]]),
    }
    return {**info, "peak": max(peaks), "times": times, "schedule": str(plans["tuned"].schedule)}


def _aligned(array: Any, offset: int) -> Any:
    """A copy whose first element lies `offset` bytes behind a multiple of 64."""
    import numpy as np

    room = np.empty(array.nbytes + 128, np.uint8)
    start = -room.ctypes.data % 64 + offset
    copy = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def fma_peak() -> Callable[[], float]:
    """A function that measures GFLOP/s of FMAs of one thread: examples/demo/peak.c."""
    folder = tempfile.mkdtemp(prefix="txc-peak-")
    library = Path(folder, "peak.so")
    source = ROOT / "examples" / "demo" / "peak.c"
    subprocess.run(
        ["cc", "-O2", "-march=native", "-shared", "-fPIC", str(source), "-o", str(library)], check=True
    )
    function = ctypes.CDLL(str(library)).fma_peak
    function.restype = ctypes.c_double
    return function


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n")
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def table(result: dict[str, object]) -> str:
    """The result for people."""
    times, peak, threads = result["times"], result["peak"], result["threads"]
    assert isinstance(times, dict) and isinstance(peak, float) and isinstance(threads, int)
    flops, best_numpy = 2 * 512**3, min(times["numpy"])
    lines = [f"{result[k]}" for k in ("command", "machine", "cc")]
    lines.append(
        f"numpy {result['numpy']} ({result['blas']}), txc {result['txc']}, {threads} thread(s), "
        f"{result['rounds']} rounds in turns; FMA peak {peak:.1f} GFLOP/s a thread"
    )
    for name, seconds in times.items():
        best, middle = min(seconds), statistics.median(seconds)
        lines.append(
            f"  {name:8} best {1e3 * best:7.3f} ms  median {1e3 * middle:7.3f} ms  "
            f"{1e-9 * flops / best:6.1f} GFLOP/s  {1e-7 * flops / best / peak / threads:3.0f} % of the peak  "
            f"{best_numpy / best:4.2f} x numpy"
        )
    return "\n".join([*lines, str(result["schedule"])])


if __name__ == "__main__":
    main()
