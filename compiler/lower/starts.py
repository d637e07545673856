"""Where regions are: forms over the axes of a loop's host as index expressions."""

from __future__ import annotations

from collections.abc import Mapping

from ...dsl.affine import Affine
from .. import sym
from ..loop.ir import Binary, Call, Const, Expr
from ..schedule.region import Atoms, Clamped, Region, Rounded
from ..schedule.state import StageState, in_order
from .arithmetic import ZERO, plus, times
from .frame import Frame


def region_box(host: StageState, region: Region, atoms: Atoms,
               frame: Frame) -> tuple[tuple[Expr, ...], tuple[int, ...]]:
    """Starts and extents of a region with the numbers of this tile."""
    axes = [a.name for a in (*host.stage.axes, *host.stage.reduction_axes)]
    first = {axis: _first(host, axis, frame) for axis in axes}
    starts = tuple(form_expr(part.start, first, frame.left, atoms) for part in region)
    return starts, tuple(int(sym.evaluate(part.extent, frame.left)) for part in region)


def _first(host: StageState, axis: str, frame: Frame) -> Expr:
    """Where what is left of an axis begins; with gaps in it, where the axis itself does."""
    gaps = not in_order(host, axis) and frame.left[axis] > 1
    return frame.start[axis] if gaps else plus(frame.start[axis], frame.value[axis])


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
