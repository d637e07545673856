"""Where regions start: forms over the axes of a loop's host as index expressions."""

from __future__ import annotations

from collections.abc import Mapping

from ...dsl.affine import Affine
from .. import sym
from ..schedule.region import Atoms, Clamped, Rounded
from .ir import Binary, Call, Const, Expr
from .lower_arithmetic import ZERO, plus, times


def form_expr(form: Affine, first: Mapping[str, Expr], left: Mapping[str, int], atoms: Atoms) -> Expr:
    """A region's start as an index expression."""
    result: Expr = ZERO
    for name, factor in form.coefficients:
        if name in atoms.extents:
            atom: Expr = Const(int(sym.evaluate(atoms.extents[name], left)))
        elif name in atoms.forms:
            atom = _form_atom(atoms.forms[name], first, left, atoms)
        else:
            atom = first[name]
        result = plus(result, times(atom, factor))
    return plus(result, Const(form.constant)) if form.constant else result


def _form_atom(atom: Rounded | Clamped, first: Mapping[str, Expr], left: Mapping[str, int],
               atoms: Atoms) -> Expr:
    form, extent = form_expr(atom.form, first, left, atoms), int(sym.evaluate(atom.extent, left))
    if isinstance(atom, Clamped):
        last = atom.dimension - extent
        return ZERO if last == 0 else Call("max", (ZERO, Call("min", (form, Const(last)))))
    return ZERO if atom.op == "%" and extent > 1 else Binary(atom.op, form, Const(atom.divisor))
