"""The proof that every read stays inside its tensor and no divisor is zero.

A claim is proved by finding no point of the box at which it fails (`solver.py`). A point found is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import ast, typed
from ..affine import Affine, Range
from ..diagnostics import Report
from ..dtypes import BOOL
from .context import Obligation
from .linear import Problem, assume, form, problem
from .solver import Outcome, search

Condition = tuple[typed.Expr, bool]
MOST_CASES = 16


def prove(obligation: Obligation, report: Report) -> None:
    """Report an obligation that does not hold, or cannot be proved."""
    box = obligation.context.box
    if box is None:
        return
    for conditions, expr in _cases(obligation.expr, MOST_CASES):
        failure = _refute(obligation, box, conditions, expr)
        if failure is not None:
            _complain(obligation, *failure, report)
            return


def _cases(expr: typed.Expr, most: int) -> Iterator[tuple[tuple[Condition, ...], typed.Expr]]:
    """The expression without `if`, once for each way its conditions can turn out, up to `most` of them."""
    select = next((e for e in _outside_reads(expr) if isinstance(e, typed.Select)), None)
    if select is None or most < 2:
        yield (), expr
        return
    for holds, branch in ((True, select.then), (False, select.otherwise)):
        for conditions, simpler in _cases(_replace(expr, select, branch), most // 2):
            yield ((select.condition, holds), *conditions), simpler


def _outside_reads(expr: typed.Expr) -> Iterator[typed.Expr]:
    yield expr
    if not isinstance(expr, typed.Read | typed.Reduce):
        for child in typed.children(expr):
            yield from _outside_reads(child)


def _replace(expr: typed.Expr, old: typed.Expr, new: typed.Expr) -> typed.Expr:
    return new if expr == old else typed.rebuild(expr, lambda child: _replace(child, old, new))


def _refute(
    obligation: Obligation,
    box: dict[str, Range],
    conditions: tuple[Condition, ...],
    expr: typed.Expr,
) -> tuple[Outcome, Problem, Affine] | None:
    """A point at which the obligation fails, or that none was found in time; None where it holds."""
    setting = problem(box)
    for condition, holds in (*((c, True) for c in obligation.context.conditions), *conditions):
        assume(condition, setting, holds=holds)
    value = form(expr, setting)
    if obligation.kind == "nonzero":
        setting.constraints.append(value * -1)
        goals = [value]
    else:
        goals = [value * -1 - Affine((), 1), value - Affine((), obligation.extent)]
    for goal in goals:
        outcome = search(setting, goal)
        if outcome.verdict != "none":
            return outcome, setting, value
    return None


def _complain(
    obligation: Obligation, outcome: Outcome, setting: Problem, value: Affine, report: Report
) -> None:
    certain = outcome.verdict == "found" and setting.exact
    match obligation.node:
        case ast.Binary() as division:
            _complain_divisor(division, _witness(obligation, outcome) if certain else "", report)
        case ast.Access() as access if certain:
            _complain_outside(obligation, access, outcome, value, report)
        case ast.Access() as access:
            data = [setting.data[n] for n in _sources(value, setting) if n in setting.data]
            _complain_unproved(obligation, access, data, report)


def _complain_divisor(division: ast.Binary, witness: str, report: Report) -> None:
    why = f"it is 0 for {witness}" if witness else "nothing says that it is not 0"
    at_least_one = ast.Call("max", (division.right, ast.Number("1")))
    mended = ast.Binary(division.op, division.left, at_least_one)
    report.error(
        "T312",
        f"'{division.right}' divides in '{division}', but {why}",
        division.right.span,
        hint=f"write {mended} where it is never negative, or a condition around it",
    )


def _complain_outside(
    obligation: Obligation, access: ast.Access, outcome: Outcome, value: Affine, report: Report
) -> None:
    shown = ["…"] * len(access.index)
    shown[obligation.position] = str(value.at(outcome.point))
    at = _witness(obligation, outcome)
    where = f"{at} reads" if at else "it reads"
    report.error(
        "T309",
        f"'{access}' falls outside '{access.tensor}': {where} {access.tensor}[{ast.commas(shown)}], "
        f"but {_dimension(obligation, access)}",
        access.span,
        hint=f"write {_guarded(obligation, access)}",
    )


def _complain_unproved(
    obligation: Obligation, access: ast.Access, data: list[typed.Read], report: Report
) -> None:
    written = access.index[obligation.position]
    index = list(access.index)
    index[obligation.position] = ast.Call("clamp", (written,))
    hint = f"write {ast.Access(access.tensor, tuple(index))} or {_guarded(obligation, access)}"
    if data:
        report.error(
            "T311",
            f"'{access}' reads through data: nothing keeps '{written}' inside '{access.tensor}', where "
            f"{_dimension(obligation, access)}",
            access.span,
            hint=hint,
        )
    else:
        report.error(
            "T310",
            f"cannot prove that '{access}' stays inside '{access.tensor}', where "
            f"{_dimension(obligation, access)}",
            access.span,
            hint=hint,
        )


def _dimension(obligation: Obligation, access: ast.Access) -> str:
    position, extent = obligation.position, obligation.extent
    match len(access.index), position:
        case 1, _:
            return f"{access.tensor} has {extent} element{'' if extent == 1 else 's'}"
        case 2, 0:
            return f"{access.tensor} has {extent} row{'' if extent == 1 else 's'}"
        case 2, 1:
            return f"{access.tensor} has {extent} column{'' if extent == 1 else 's'}"
        case _:
            return f"dimension {position + 1} of {access.tensor} is {extent}"


def _guarded(obligation: Obligation, access: ast.Access) -> ast.Expr:
    zero = ast.Bool(value=False) if obligation.dtype == BOOL else ast.Number("0")
    return ast.Guarded(access, zero)


def _witness(obligation: Obligation, outcome: Outcome) -> str:
    """`i = 511, k = 2`: the indices that occur in the expression."""
    names = dict.fromkeys(e.name for e in typed.walk(obligation.expr) if isinstance(e, typed.Index))
    return ", ".join(f"{name} = {outcome.point[name]}" for name in names)


def _sources(value: Affine, setting: Problem) -> set[str]:
    """The variables that a form depends on, through all that is derived."""
    found = set(value.names)
    for derived in reversed(setting.derived):
        if derived.name in found:
            found.update(name for argument in derived.args for name in argument.names)
    return found
