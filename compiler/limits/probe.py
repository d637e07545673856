"""Windows of work at the machine's limits, on one thread or several at once."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Thread

import numpy as np
import numpy.typing as npt

from ...dsl.diagnostics import Diagnostic, TxcError
from ..runtime.toolchain import compiler
from ..target.target import Target
from .source import STREAMS, kinds, source

WINDOW = 2e-3       # seconds of a window of arithmetic, eight times those of one that reads or copies
_AHEAD = 1_000_000  # nanoseconds from starting threads to their common begin

Work = tuple[str, npt.NDArray[np.uint8]]
"""A function of `source`, and the bytes it works on."""


class Probe:
    """The functions of `source`, compiled for this machine. Each call of a method is one window."""

    def __init__(self, target: Target, cc: str | None = None, window: float = WINDOW) -> None:
        """Compile for a target that this machine can run. Raises TxcError R610, R640."""
        self.kinds = {kind.name: kind for kind in kinds(target)}
        self._window = window
        self._library = _compiled(source(target), cc)
        self._turns: dict[tuple[str, int, int], int] = {}
        self._buffers: dict[int, list[npt.NDArray[np.uint8]]] = {}
        self._grain = 2 * STREAMS * target.vector_bytes

    def arithmetic(self, kind: str = "f32", threads: int = 1) -> float:
        """10^9 operations a second of one window; `kind` is one of `kinds`."""
        found = self.kinds[kind]
        works = [(found.function, self._buffer(i, self._grain)) for i in range(threads)]
        return self._rate(works, found.operations, self._window)

    def read(self, size: int, threads: int = 1) -> float:
        """10^9 bytes a second read in one window from `size` bytes for each thread."""
        return self._stream("read_bytes", size, threads)

    def copy(self, size: int, threads: int = 1) -> float:
        """10^9 bytes a second read and written in one window that copies within `size` bytes."""
        return self._stream("copy_bytes", size, threads)

    def _stream(self, name: str, size: int, threads: int) -> float:
        size = max(self._grain, size // self._grain * self._grain)
        works = [(name, self._buffer(i, size)) for i in range(threads)]
        self._span(works, 1)    # so that caches hold what fits
        return self._rate(works, size, self._window / 8)

    def _buffer(self, thread: int, size: int) -> npt.NDArray[np.uint8]:
        """Memory of a thread's own that has been written to, from a multiple of 64 on."""
        held = self._buffers.setdefault(size, [])
        while len(held) <= thread:
            room = np.ones(size + 64, np.uint8)
            held.append(room[-room.ctypes.data % 64:][:size])
        return held[thread]

    def _rate(self, works: Sequence[Work], amount: int, window: float) -> float:
        """Amounts of all threads by nanoseconds from the first begin to the last end."""
        key = (*works[0][:1], amount, len(works))
        if key not in self._turns:
            self._turns[key] = self._calibrated(works[:1], window)
        turns = self._turns[key]
        return len(works) * turns * amount / max(self._span(works, turns), 1)

    def _calibrated(self, works: Sequence[Work], window: float) -> int:
        """How many turns make a window: of one thread, for others may begin late."""
        turns = 1
        while (took := self._span(works, turns) * 1e-9) < window / 4:
            turns *= 2 if took * 16 > window else 8
        return max(1, round(turns * window / took))

    def _span(self, works: Sequence[Work], turns: int) -> int:
        """Nanoseconds from the first begin to the last end of works that run at once."""
        spans = [np.zeros(2, np.int64) for _ in works]
        start = time.clock_gettime_ns(time.CLOCK_MONOTONIC) + (_AHEAD if len(works) > 1 else 0)
        calls = [partial(self._timed, work, turns, start, span)
                 for work, span in zip(works, spans, strict=True)]
        threads = [Thread(target=call) for call in calls[1:]]
        for thread in threads:
            thread.start()
        calls[0]()
        for thread in threads:
            thread.join()
        return int(max(s[1] for s in spans) - min(s[0] for s in spans))

    def _timed(self, work: Work, turns: int, start: int, span: npt.NDArray[np.int64]) -> None:
        name, data = work
        function = ctypes.cast(self._library[name], ctypes.c_void_p)
        numbers = (ctypes.c_int64(n) for n in (data.nbytes, turns, start))
        self._library["timed"](function, ctypes.c_void_p(data.ctypes.data), *numbers,
                               ctypes.c_void_p(span.ctypes.data))


def _compiled(text: str, cc: str | None) -> ctypes.CDLL:
    command = compiler(cc)
    with tempfile.TemporaryDirectory(prefix="txc-") as folder:      # a loaded library needs no file
        file, library = Path(folder, "limits.c"), Path(folder, "limits.so")
        file.write_text(text)
        whole = [*command, "-O2", "-shared", "-fPIC", str(file), "-o", str(library)]
        done = subprocess.run(whole, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            said = next(iter(done.stderr.strip().splitlines()), f"exit code {done.returncode}")
            message = f"the kernels that measure this machine cannot be built: {said}"
            raise TxcError([Diagnostic("R640", message, hint="try another C compiler, with TXC_CC")])
        return ctypes.CDLL(str(library))
