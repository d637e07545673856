"""A search for a point of a box that meets linear constraints: bounds propagation, then halving of the box.

Complete within its budget. One linear constraint alone is decided without halving, and so are sums of two,
which covers what conditions around a read usually say.
"""

from __future__ import annotations

from typing import Literal

from ..affine import Affine, Range
from ..record import record
from .linear import Clause, Problem, derived_range

BUDGET = 1500
ROUNDS = 12


@record
class Outcome:
    """`point` meets all constraints (`found`), none does (`none`), or the budget did not suffice (`unknown`).

    A point gives every variable a value, those that do not matter their smallest.
    """

    verdict: Literal["found", "none", "unknown"]
    point: dict[str, int]


def search(problem: Problem, goal: Affine) -> Outcome:
    """A point of the problem at which `goal >= 0`, if there is one."""
    constraints = [goal, *problem.constraints, *(goal + other for other in problem.constraints)]
    names = _relevant(problem, constraints)
    pending = [dict(problem.ranges)]
    for _ in range(BUDGET):
        if not pending:
            return Outcome("none", {})
        ranges = pending.pop()
        if not _propagate(ranges, constraints, problem):
            continue
        widest = max(names, key=lambda n: ranges[n][1] - ranges[n][0], default="")
        if not widest or ranges[widest][0] == ranges[widest][1]:
            if _holds(ranges, constraints, problem.clauses):
                return Outcome("found", {n: low for n, (low, _) in ranges.items()})
            continue
        low, high = ranges[widest]
        middle = (low + high) // 2
        pending += [{**ranges, widest: (middle + 1, high)}, {**ranges, widest: (low, middle)}]
    return Outcome("unknown", {})


def _relevant(problem: Problem, constraints: list[Affine]) -> list[str]:
    """The free variables that matter, in the order they were introduced."""
    forms = [*constraints, *(f for clause in problem.clauses for forms in clause for f in forms)]
    used = {
        name for f in (*forms, *(a for d in problem.derived for a in d.args)) for name in f.names
    }
    return [name for name in problem.free if name in used]


def _propagate(ranges: dict[str, Range], constraints: list[Affine], problem: Problem) -> bool:
    """Shrink the box in place to what the constraints leave; False where they leave nothing."""
    for _ in range(ROUNDS):
        before = dict(ranges)
        for derived in problem.derived:
            if not _meet(ranges, derived.name, derived_range(derived, ranges)):
                return False
        active = constraints
        for clause in problem.clauses:
            possible = [a for a in clause if all(f.bounds(ranges)[1] >= 0 for f in a)]
            if not possible:
                return False
            active = [*active, *possible[0]] if len(possible) == 1 else active
        if not all(_tighten(ranges, constraint) for constraint in active):
            return False
        if ranges == before:
            break
    return True


def _tighten(ranges: dict[str, Range], constraint: Affine) -> bool:
    """Shrink the variables of `constraint >= 0` to what the largest values of the others allow."""
    slack = constraint.bounds(ranges)[1]
    if slack < 0:
        return False
    for name, factor in constraint.coefficients:
        low, high = ranges[name]
        if (high - low) * abs(factor) > slack:
            ranges[name] = (
                (high - slack // factor, high) if factor > 0 else (low, low + slack // -factor)
            )
    return True


def _meet(ranges: dict[str, Range], name: str, other: Range) -> bool:
    low, high = ranges[name]
    ranges[name] = (max(low, other[0]), min(high, other[1]))
    return ranges[name][0] <= ranges[name][1]


def _holds(ranges: dict[str, Range], constraints: list[Affine], clauses: list[Clause]) -> bool:
    """Whether all constraints hold in a box of one point: its upper and lower bounds are the values."""
    return all(c.bounds(ranges)[0] >= 0 for c in constraints) and all(
        any(all(f.bounds(ranges)[0] >= 0 for f in alternative) for alternative in clause)
        for clause in clauses
    )
