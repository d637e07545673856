"""txc's kernels: built by each back end, verified, called in a loop in C."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from txc.compiler.build import Build
from txc.compiler.cases import Case as Inputs
from txc.compiler.runtime.library import NUMPY
from txc.compiler.verify import verify_case

from .cases import Case

BACKENDS = ("gcc", "clang", "llvm")


def missing(backend: str) -> str:
    """Why a back end cannot be timed here; empty if it can."""
    if backend == "llvm":
        there = "backend" in inspect.signature(Build.build).parameters
        return "" if there else "this txc has no LLVM back end"
    return "" if shutil.which(backend) else f"{backend} is not installed"


@dataclass(frozen=True)
class Ours:
    """A kernel built: its calls, and where its schedule is from (exact, template, record, default)."""

    backend: str
    origin: str
    function: Any
    inputs: list[Any]
    outputs: list[Any]

    def timed(self, calls: int) -> list[int]:
        """Nanoseconds of each call, one after the other in C."""
        return [int(ns) for ns in self.function.bench(self.inputs, self.outputs, calls)]


def built(case: Case, backend: str, threads: int, schedule: str | None, inputs: Inputs) -> Ours:
    """The kernel, verified on inputs. Raises TxcError if it cannot be built, ValueError if it is wrong."""
    plan = case.made.plan(schedule=schedule, threads=threads)
    how = {"backend": backend} if backend == "llvm" else {"cc": backend}
    function = plan.build(**how, bench=True)
    function.set_threads(threads)

    def run(given: Sequence[Any], outputs: Sequence[Any]) -> None:
        function(*given, out=outputs)

    verdict = verify_case(inputs, run)
    if not verdict.ok:
        raise ValueError(f"{case.name} through {backend} is wrong: {verdict.message}")
    outputs = [aligned(np.zeros(t.shape, NUMPY[t.dtype.name])) for t in plan.kernel.outputs]
    given = [aligned(array) for _, array in inputs.inputs]
    return Ours(backend, plan.choice.origin, function, given, outputs)


def aligned(array: Any) -> Any:
    """A copy that begins at a multiple of 64 bytes, where PyTorch puts its own; scalars stay."""
    if not array.shape:
        return array
    room = np.empty(array.nbytes + 64, np.uint8)
    start = -room.ctypes.data % 64
    copy = room[start:start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy
