"""Random program × random legal schedule × every backend gives the same numbers.

A failure shows the kernel and its schedule as a file that `txc` takes, directives that do not matter dropped.
`make fuzz` runs thousands.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.directives import Directives, schedules, shrunk
from support.kernels import dag
from support.programs import programs
from support.tools import require_tool
from txc.compiler.cases import Case, make_cases
from txc.compiler.codegen.emit import emit
from txc.compiler.codegen.interface import interface
from txc.compiler.codegen.llvm.module import module
from txc.compiler.dag import Dag
from txc.compiler.driver import lowered
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Nest
from txc.compiler.loop.verify import verify
from txc.compiler.numerics import Array
from txc.compiler.passes.pipeline import optimise
from txc.compiler.runtime.function import KernelFunction
from txc.compiler.runtime.jit import jit
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.target.target import Target, parse
from txc.compiler.verify import Run, verify_cases

TARGETS = ("cpu:x86-64-v3", "cpu:generic", "cpu:x86-64-v4")     # interpreted anywhere
HERE = ("cpu", "cpu:generic")
COMPILERS = (("gcc", ("-O1", "-fopenmp")), ("clang", ("-O1",)), ("gcc", ("-O1", "-std=c99", "-DTXC_PLAIN_C")))


@dataclass(frozen=True)
class Candidate:
    """A kernel and a schedule for it."""

    text: str
    graph: Dag
    target: Target
    directives: Directives

    def __str__(self) -> str:
        lines = "".join(f"    {d}\n" for d in self.directives)
        return f"{self.text}\nschedule f for {self.target} {{\n{lines}}}\n"

    __repr__ = __str__


@st.composite
def candidates(draw: st.DrawFn, targets: Sequence[str] = TARGETS) -> Candidate:
    """A random kernel with a random legal schedule."""
    text = draw(programs())
    graph, target = dag(text), parse(draw(st.sampled_from(targets)))
    return Candidate(text, graph, target, draw(schedules(graph, target)))


Check = Callable[[Candidate, Sequence[Case]], str]      # what is wrong with a candidate; empty if nothing


def check_interpreted(candidate: Candidate, cases: Sequence[Case]) -> str:
    """Lowered and optimised nests, in order and with concurrent loops reversed."""
    nest = lowered(candidate.graph, candidate.directives, candidate.target)
    verify(nest, "lowered", after="lower")
    final = optimise(nest, candidate.target, check=True)
    for name, which in (("lowered", nest), ("optimised", final)):
        for order in ("forward", "reversed"):
            verdict = verify_cases(cases, interpreted(which, order))
            if not verdict.ok:
                return f"{name} nest, {order}: {verdict.message}"
    return ""


def interpreted(nest: Nest, order: str) -> Run:
    """The interpreter as a backend."""
    buffers = (*nest.inputs, *nest.outputs)
    return lambda inputs, outputs: run(
        nest, {b.name: a for b, a in zip(buffers, (*inputs, *outputs), strict=True)}, order)


def check_compiled(candidate: Candidate, cases: Sequence[Case]) -> str:
    """C by every compiler, and plain C."""
    nest = optimise(lowered(candidate.graph, candidate.directives, candidate.target), candidate.target)
    package = emit(nest, candidate.graph, candidate.target)
    for compiler, flags in COMPILERS:
        with tempfile.TemporaryDirectory() as folder:
            function = Function(build_shared(package, Path(folder), compiler, flags), package.interface)
        verdict = verify_cases(cases, called(function))
        if not verdict.ok:
            return f"{compiler} {' '.join(flags)}: {verdict.message}"
    return ""


def check_llvm(candidate: Candidate, cases: Sequence[Case]) -> str:
    """LLVM, loaded into this process."""
    nest = optimise(lowered(candidate.graph, candidate.directives, candidate.target), candidate.target)
    facade = interface(candidate.graph)
    function = jit(module(nest, facade, candidate.target), facade, candidate.target)
    return verify_cases(cases, called(function)).message


def called(function: KernelFunction) -> Run:
    """A compiled kernel as a backend."""
    def call(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
        function(*inputs, out=outputs)

    return call


def fails(candidate: Candidate, cases: Sequence[Case], check: Check) -> str:
    """What is wrong with a candidate, errors of the compiler included."""
    try:
        return check(candidate, cases)
    except ScheduleError:
        return ""       # directives were dropped that others need
    except Exception as error:      # whatever it is, the candidate shows it
        return f"{type(error).__name__}: {error}"


def hold(candidate: Candidate, check: Check) -> None:
    """Fail with the smallest schedule that goes wrong in any way."""
    cases = make_cases(candidate.graph)
    if not fails(candidate, cases, check):
        return

    def with_directives(directives: Directives) -> Candidate:
        return replace(candidate, directives=directives)

    fewer = shrunk(candidate.directives, lambda d: bool(fails(with_directives(d), cases, check)))
    smallest = with_directives(fewer)
    pytest.fail(f"{fails(smallest, cases, check)}\n\n{smallest}", pytrace=False)


SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
                phases=[Phase.explicit, Phase.reuse, Phase.generate])     # `hold` shrinks what matters
FEWER = settings(SLOW, max_examples=max(10, SLOW.max_examples // 4))


@SLOW
@given(candidates())
def test_nests_compute_what_the_reference_says(candidate: Candidate) -> None:
    hold(candidate, check_interpreted)


@pytest.mark.slow
@FEWER
@given(candidates(HERE))
def test_compiled_kernels_compute_what_the_reference_says(candidate: Candidate) -> None:
    for tool in {compiler for compiler, _ in COMPILERS}:
        require_tool(tool)
    hold(candidate, check_compiled)


@SLOW
@given(candidates(HERE))
def test_kernels_that_llvm_compiles_compute_what_the_reference_says(candidate: Candidate) -> None:
    hold(candidate, check_llvm)
