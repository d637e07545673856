"""Verification: whether a kernel computes what the reference says, and touches nothing else.

A kernel is run on buffers between red zones, its outputs filled with a pattern beforehand. It is right if
each output element lies within its tolerance, no byte of a red zone or of an input has changed, and no
wrong element still holds the pattern. The pattern is 0xFF in one case, so that what is read from outside
is NaN, and 0x7F in the next, so that one of them differs from what a stray write leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np

from ..dsl.dtypes import BOOL
from ..dsl.typed import Tensor
from .bounded import Bounded
from .cases import Case, make_cases
from .dag import Dag
from .guarded import GuardedBuffer
from .numerics import Array, largest, load

PATTERNS = (0xFF, 0x7F)

Run = Callable[[Sequence[Array], Sequence[Array]], None]
"""Runs a kernel on inputs and outputs, interface arrays in the signature's order; fills the outputs."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a kernel is right.

    `worst` is the largest |got − expected| in units of its tolerance (at most 1 if right), `where` its
    element, `message` what is wrong, empty if nothing.
    """

    ok: bool
    worst: float = 0.0
    where: str = ""
    message: str = ""


def verify(dag: Dag, run: Run, seeds: Sequence[int] = (0,)) -> Verdict:
    """The verdict on a kernel over fresh cases, of each kind for each seed."""
    return verify_cases(make_cases(dag, seeds), run)


def verify_cases(cases: Iterable[Case], run: Run) -> Verdict:
    """The verdict over given cases: the first that fails, else the one that comes closest to failing."""
    return worst_of(verify_case(case, run, pattern) for case, pattern in zip(cases, cycle(PATTERNS)))


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The first that fails, else the one that comes closest to failing."""
    worst = Verdict(ok=True)
    for verdict in verdicts:
        if not verdict.ok:
            return verdict
        worst = max(worst, verdict, key=lambda v: v.worst)
    return worst


def verify_case(case: Case, run: Run, pattern: int = PATTERNS[0]) -> Verdict:
    """The verdict on one run between red zones."""
    inputs = [GuardedBuffer(t, pattern, array) for t, array in case.inputs]
    outputs = [GuardedBuffer(t, pattern) for t, _ in case.outputs]
    run([b.array for b in inputs], [b.array for b in outputs])
    return judge(case, inputs, outputs)


def judge(case: Case, inputs: Sequence[GuardedBuffer], outputs: Sequence[GuardedBuffer]) -> Verdict:
    """The verdict on what a run has left in its buffers."""
    damage = [problem for b in (*inputs, *outputs) for problem in b.damage()]
    if damage:
        return Verdict(ok=False, worst=float("inf"), message=f"{'; '.join(damage)} ({case.name})")
    worst = Verdict(ok=True)
    for (tensor, expected), buffer in zip(case.outputs, outputs, strict=True):
        verdict = compare(tensor, expected, buffer.array, buffer.untouched())
        if not verdict.ok:
            return replace(verdict, message=f"{verdict.message} ({case.name})")
        worst = max(worst, verdict, key=lambda v: v.worst)
    return worst


def compare(tensor: Tensor, expected: Bounded, got: Array, untouched: Array | None = None) -> Verdict:
    """The verdict on one output, an interface array. `untouched` marks elements that hold the pattern."""
    value = load(got, tensor.dtype)
    distance = _distance(expected.value, value)
    right = (distance <= expected.tolerance) | np.isinf(expected.tolerance)
    right = right | _overflowed(tensor, expected, value)
    if tensor.dtype == BOOL:
        right = right & (np.ascontiguousarray(got).view(np.uint8) <= 1)
    ratio = _ratio(distance, expected.tolerance, right)
    at = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    where, worst = _element(tensor.name, at), float(ratio[at])
    if right.all():
        return Verdict(ok=True, worst=worst, where=where)
    if untouched is not None and (untouched & ~right).any():
        at = np.unravel_index(int(np.argmax(untouched & ~right)), ratio.shape)
        where = _element(tensor.name, at)
        return Verdict(ok=False, worst=worst, where=where, message=f"{where} was not written")
    message = (f"{where} is {value[at]}, expected {expected.value[at]} within {expected.tolerance[at]:.3g}; "
               f"{np.count_nonzero(~right)} of {right.size} elements are wrong")
    return Verdict(ok=False, worst=worst, where=where, message=message)


def _ratio(distance: Array, tolerance: Array, right: Array) -> Array:
    """Distances in units of tolerance: at most 1 where right, more where wrong."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(distance > 0, distance / tolerance, 0.0)
    within, beyond = np.minimum(np.nan_to_num(ratio), 1.0), np.where(ratio > 1, ratio, np.inf)
    return np.where(right, within, beyond)


def _distance(expected: Array, got: Array) -> Array:
    """|got − expected|, 0 for equal infinities and NaNs."""
    same = (expected == got) | ((expected != expected) & (got != got))
    with np.errstate(invalid="ignore"):
        apart = np.abs(got.astype(np.float64) - expected.astype(np.float64))
    return np.where(same, 0.0, np.where(np.isnan(apart), np.inf, np.maximum(apart, np.finfo(float).tiny)))


def _overflowed(tensor: Tensor, expected: Bounded, got: Array) -> Array:
    """Where infinity stands for a value that may lie beyond the largest of its type."""
    if not tensor.dtype.is_float:
        return np.zeros((), dtype=bool)
    with np.errstate(invalid="ignore"):
        beyond = np.abs(expected.value) + expected.tolerance > largest(tensor.dtype)
    return beyond & np.isinf(got) & (np.sign(got) == np.sign(expected.value))


def _element(name: str, at: tuple[np.intp, ...]) -> str:
    return f"{name}[{', '.join(str(int(i)) for i in at)}]" if at else name
