"""Every back end on many kernels at once: which of them go wrong, and how."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support.candidate import Candidate
from txc.compiler.cases import Case, make_cases
from txc.compiler.codegen.emit import emit, write
from txc.compiler.codegen.interface import interface
from txc.compiler.codegen.llvm.module import module
from txc.compiler.driver import lowered
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import For, Invoke, Nest
from txc.compiler.loop.verify import verify
from txc.compiler.loop.visit import walk_stmts
from txc.compiler.numerics import Array
from txc.compiler.passes.pipeline import optimise
from txc.compiler.runtime.function import KernelFunction, c_type
from txc.compiler.runtime.jit import jit
from txc.compiler.runtime.library import Function, _Run
from txc.compiler.runtime.toolchain import compile_shared
from txc.compiler.verify import Run, verify_cases

COMPILERS = {
    "gcc": ("gcc", "-fopenmp"),
    "clang": ("clang",),
    "plain": ("gcc", "-std=c99", "-DTXC_PLAIN_C"),
}
BACKENDS = ("interpreter", "llvm", *COMPILERS)
THREADS = (2, 3)


@dataclass(frozen=True)
class Failure:
    """A case that a back end gets wrong."""

    number: int
    backend: str
    message: str


@dataclass(frozen=True)
class Ready:
    """A candidate that back ends can begin with."""

    number: int
    candidate: Candidate
    cases: Sequence[Case]
    nest: Nest

    @property
    def name(self) -> str:
        """Its name in C."""
        return f"case{self.number}"

    @property
    def needs_vectors(self) -> bool:
        """Whether it uses an instruction on values that are vectors, which plain C does not have."""
        return any(isinstance(s, Invoke) and s.intrinsic.name == "value8" for s in walk_stmts(self.nest.body))

    @property
    def concurrent(self) -> bool:
        """Whether threads have something to do."""
        return any(isinstance(s, For) and s.kind == "parallel" for s in walk_stmts(self.nest.body))


def failures(candidates: Iterable[tuple[int, Candidate]], backends: Sequence[str] = BACKENDS,
             flags: Sequence[str] = ("-O1",)) -> list[Failure]:
    """What is wrong with numbered candidates, each compiled once for each back end."""
    found: list[Failure] = []
    ready: list[Ready] = []
    for number, candidate in candidates:
        failure = _attempt(number, "compiler", lambda n=number, c=candidate: ready.append(_ready(n, c)))
        found += failure
    for backend in backends:
        match backend:
            case "interpreter":
                checks = [(r, lambda r=r: interpreted(r)) for r in ready]
            case "llvm":
                checks = [(r, lambda r=r: compiled(r, _jitted(r))) for r in ready]
            case _:
                fit = [r for r in ready if backend != "plain" or not r.needs_vectors]
                checks = [(r, lambda r=r, m=make: compiled(r, m())) for r, make in built(fit, backend, flags)]
        for one, check in checks:
            found += _attempt(one.number, backend, check)
    return found


def _attempt(number: int, backend: str, check: Callable[[], str | None]) -> list[Failure]:
    """A failure, if the check says or raises something."""
    try:
        message = check()
    except Exception as error:      # whatever it is, the candidate shows it
        message = f"{type(error).__name__}: {error}"
    return [Failure(number, backend, message)] if message else []


def _ready(number: int, candidate: Candidate) -> Ready:
    nest = lowered(candidate.graph, candidate.directives, candidate.target)
    verify(nest, "lowered", after="lower")
    final = optimise(nest, candidate.target, check=True)
    return Ready(number, candidate, make_cases(candidate.graph), final)


# ── the interpreter ──


def interpreted(ready: Ready) -> str:
    """The lowered nest, and the optimised one; with concurrent loops reversed too where there are some."""
    candidate = ready.candidate
    before = lowered(candidate.graph, candidate.directives, candidate.target)
    orders = [("lowered", before, "forward"), ("optimised", ready.nest, "reversed")]
    if ready.concurrent:
        orders += [("lowered", before, "reversed"), ("optimised", ready.nest, "forward")]
    for name, nest, order in orders:
        verdict = verify_cases(ready.cases, _interpreter(nest, order))
        if not verdict.ok:
            return f"{name} nest, {order}: {verdict.message}"
    return ""


def _interpreter(nest: Nest, order: str) -> Run:
    buffers = (*nest.inputs, *nest.outputs)
    return lambda inputs, outputs: run(
        nest, {b.name: a for b, a in zip(buffers, (*inputs, *outputs), strict=True)}, order)


# ── compiled kernels ──


def compiled(ready: Ready, function: KernelFunction) -> str:
    """Every way to run a kernel, with constants packed too; the same bits for any number of threads."""
    for n, way in enumerate(function.ways()):
        verdict = verify_cases(ready.cases, way)
        if not verdict.ok:
            return f"{'packed: ' if n else ''}{verdict.message}"
    return _bits(ready, function) if ready.concurrent else ""


def _bits(ready: Ready, function: KernelFunction) -> str:
    inputs = [array for _, array in ready.cases[0].inputs]
    results = dict(_runs(function, inputs))
    first = next(iter(results.values()))
    return next((f"other bits with {name}" for name, result in results.items() if result != first), "")


def _runs(function: KernelFunction, inputs: Sequence[Array]) -> Iterator[tuple[str, list[bytes]]]:
    """Outputs for several numbers of threads, and with tasks one after the other in two orders."""
    def outputs() -> list[bytes]:
        given = function(*inputs)
        return [a.tobytes() for a in (given if isinstance(given, tuple) else (given,))]

    threaded = function.set_threads(1)
    yield "one thread", outputs()
    for count in THREADS if threaded else ():
        function.set_threads(count)
        yield f"{count} threads", outputs()
    if isinstance(function, Function):
        for order in ("forward", "backward"):
            yield f"tasks {order}", _in_order(function, inputs, backward=order == "backward")


_BODY = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_PARALLEL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, _BODY, ctypes.c_void_p)


def _in_order(function: Function, inputs: Sequence[Array], *, backward: bool) -> list[bytes]:
    """Outputs with a `parallel_for` of our own."""
    def loop(_: int, tasks: int, body: Callable[[int, int], int], arg: int) -> int:
        order = reversed(range(tasks)) if backward else range(tasks)
        return max((abs(body(arg, task)) for task in order), default=0)

    hold = _PARALLEL(loop)
    outputs = function._outputs(None)
    memory = np.empty(function.workspace_bytes(), np.uint8)
    how = _Run(ctypes.sizeof(_Run), memory.ctypes.data, memory.size, None, ctypes.cast(hold, ctypes.c_void_p))
    call = function._function(f"{function.name}_run",
                              [*map(c_type, function.interface.parameters), ctypes.c_void_p])
    function._check(call(*function._arguments(inputs, outputs), ctypes.addressof(how)))
    return [a.tobytes() for a in outputs]


def _jitted(ready: Ready) -> KernelFunction:
    facade = interface(ready.candidate.graph)
    return jit(module(ready.nest, facade, ready.candidate.target), facade, ready.candidate.target)


Make = Callable[[], KernelFunction]


def built(ready: Sequence[Ready], backend: str, flags: Sequence[str]) -> list[tuple[Ready, Make]]:
    """All kernels by one run of a C compiler; one by one where that fails, so that it is seen which does."""
    if not ready:
        return []
    command = (*COMPILERS[backend], *flags)
    try:
        library = _library(ready, command)
    except Exception:
        return [(r, lambda r=r: _function(r, _library([r], command))) for r in ready]
    return [(r, lambda r=r: _function(r, library)) for r in ready]


def _function(ready: Ready, library: Path) -> KernelFunction:
    return Function(library, interface(ready.candidate.graph, ready.name))


def _library(ready: Sequence[Ready], command: Sequence[str]) -> Path:
    folder = Path(tempfile.mkdtemp())
    for one in ready:
        write(emit(one.nest, one.candidate.graph, one.candidate.target, name=one.name), folder)
    sources = [folder / f"{one.name}.c" for one in ready]
    return compile_shared(command, ("-w",), sources, folder / "all.so")

