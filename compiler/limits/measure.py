"""Measuring the limits of this machine: the best of many short windows, spread over the time it takes."""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from ...version import __version__
from ..runtime.toolchain import compiler
from ..target.host import model
from ..target.target import Target, host
from .limits import Limits, Rates
from .probe import WINDOW, Probe

ROUNDS = 40
MOST = 512 << 20    # bytes that memory is measured with
_CACHED = 16 << 20  # bytes of a large last-level cache that are used: others share it

Measure = Callable[[], float]


def measure(rounds: int = ROUNDS, window: float = WINDOW, most: int = MOST, cc: str | None = None,
            watch: Callable[[int], None] = lambda done: None) -> Limits:
    """The limits of this machine: of everything there is to measure, `rounds` windows of `window` seconds.

    Windows that read or copy are an eighth as long: where neighbours share caches and memory, short ones find
    the gaps. Memory is measured with up to `most` bytes; `watch` hears how many rounds are done. Takes some
    seconds; other work on the machine lowers the result. Raises TxcError R610, R640.
    """
    measuring = Measuring(window, most, cc)
    for done in range(rounds):
        measuring.round()
        watch(done + 1)
    return measuring.limits()


class Measuring:
    """The same bit by bit, between other work: `limits` is the best of the rounds so far."""

    def __init__(self, window: float = WINDOW, most: int = MOST, cc: str | None = None) -> None:
        """Build what measures. Raises TxcError R610, R640."""
        self._compiler = " ".join(compiler(cc))
        self._probe = Probe(host(), cc, window)
        self._probes = _probes(self._probe, host(), most)
        self._best = dict.fromkeys(self._probes, 0.0)

    def round(self) -> None:
        """One window of everything. The memory that is measured stays taken."""
        for key, run in self._probes.items():
            self._best[key] = max(self._best[key], run())

    def limits(self) -> Limits:
        """What was found."""
        here = host()
        sizes = {"L1": here.l1, "L2": here.l2, "L3": here.l3}
        return Limits(model() or platform.machine(), str(here), __version__, self._compiler,
                      datetime.now(UTC).isoformat(timespec="seconds"), here.cores,
                      {level: size for level, size in sizes.items() if size},
                      self._rates(1), self._rates(here.cores))

    def _rates(self, threads: int) -> Rates:
        values: dict[str, dict[str, float]] = {"arithmetic": {}, "read": {}, "copy": {}}
        for (count, what, name), rate in self._best.items():
            if count == threads:
                values[what][name] = round(rate, 2)
        return Rates(**values)


def _probes(probe: Probe, here: Target, most: int) -> dict[tuple[int, str, str], Measure]:
    """What to measure: threads, what, and of which type or where."""
    found: dict[tuple[int, str, str], Measure] = {}
    for threads in sorted({1, here.cores}):
        for kind in probe.kinds:
            found[threads, "arithmetic", kind] = partial(probe.arithmetic, kind, threads)
        for level, size in _working_sets(here, threads, most).items():
            found[threads, "read", level] = partial(probe.read, size, threads)
            found[threads, "copy", level] = partial(probe.copy, size, threads)
    return found


def _working_sets(here: Target, threads: int, most: int) -> dict[str, int]:
    """Bytes for each thread that lie in a cache and not in the one before it; of memory, in none."""
    sizes = {"L1": here.l1 // 2, "L2": here.l2 // 2}
    if here.l3 > 2 * here.l2:
        sizes["L3"] = max(2 * here.l2, min(here.l3 // 8, _CACHED) // threads)
    sizes["DRAM"] = max(min(4 * here.l3, most), 16 * here.l2 if most == MOST else most) // threads
    return {level: min(size, most) for level, size in sizes.items()}
