"""The ranges of index variables: what is written, what the declared shape says, what the bare uses say."""

from __future__ import annotations

from collections.abc import Iterator

from .. import ast
from ..record import record
from ..source import Span
from .scope import Extent, Scope, Tensor
from .sizes import dimension


@record
class Use:
    """A place that says what the range of an index is."""

    extent: Extent
    span: Span
    says: str


def extent_of(axis: ast.Axis, body: ast.Expr, scope: Scope, declared: Use | None = None) -> Extent:
    """The extent of an index variable; None where it is not known, which is reported unless a size is open.

    A written bound decides; else the declared shape (of an output's axis) and all bare, unguarded uses, which
    must agree; else the bare uses inside guards, which by themselves bind nothing.
    """
    if axis.bound is not None:
        return _written(axis, scope)
    uses = [*([declared] if declared else []), *_bare_uses(axis.name, body, scope, guarded=False)]
    uses = uses or list(_bare_uses(axis.name, body, scope, guarded=True))
    if not uses:
        scope.report.error(
            "T306",
            f"nothing says how far the index '{axis.name}' runs",
            axis.span,
            hint=f"write its range, half-open from 0: {ast.Axis(axis.name, ast.Name(_some_size(scope)))}",
        )
        return None
    return _agreed(axis, uses, scope)


def _written(axis: ast.Axis, scope: Scope) -> Extent:
    assert axis.bound is not None
    outside = [
        n for n in ast.walk(axis.bound) if isinstance(n, ast.Name) and n.name not in scope.spans
    ]
    if outside:
        scope.report.error(
            "T314",
            f"the bound of '{axis.name}' uses '{outside[0]}', which is not a size",
            outside[0].span,
            hint="bounds are over sizes; write a condition in the body instead: "
            f"(… if {axis.name} < {axis.bound} else 0)",
        )
        return None
    return dimension(axis.bound, scope, f"the range of '{axis.name}'")


def _agreed(axis: ast.Axis, uses: list[Use], scope: Scope) -> Extent:
    """The extent that all uses agree on; None, and nothing more is said of the index, where they do not."""
    known = [use for use in uses if use.extent is not None]
    other = next((use for use in known if use.extent != known[0].extent), None)
    if other is None:
        return known[0].extent if known else None
    scope.report.error(
        "T307",
        f"the uses of '{axis.name}' disagree: {known[0].says}, but {other.says}",
        other.span,
        notes=[(known[0].span, f"here '{axis.name}' runs to {known[0].extent}")],
        hint=f"write the range you mean, such as {axis.name} < {known[0].extent}, "
        "and guard the reads that go beyond a tensor",
    )
    return None


def _bare_uses(name: str, body: ast.Expr, scope: Scope, guarded: bool) -> Iterator[Use]:
    for access in _accesses(body, guarded):
        tensor = scope.tensors.get(access.tensor)
        if tensor is None or len(tensor.shape) != len(access.index):
            continue
        for position, index in enumerate(access.index):
            if isinstance(index, ast.Name) and index.name == name:
                yield Use(tensor.shape[position], index.span, _says(tensor, position, access))


def _accesses(expr: ast.Node, guarded: bool) -> Iterator[ast.Access]:
    inside = {id(n.access) for n in ast.walk(expr) if isinstance(n, ast.Guarded)}
    return (
        n for n in ast.walk(expr) if isinstance(n, ast.Access) and (guarded or id(n) not in inside)
    )


def _says(tensor: Tensor, position: int, access: ast.Access) -> str:
    extent = tensor.shape[position]
    return f"{access} says {'?' if extent is None else extent}"


def declared_use(tensor: Tensor, position: int) -> Use | None:
    """What the declared shape of an output says about one of its axes."""
    if tensor.declared is None or position >= len(tensor.shape):
        return None
    extent = tensor.shape[position]
    return Use(extent, tensor.declared.span, f"the declaration {tensor.declared} says {extent}")


def _some_size(scope: Scope) -> str:
    return next(iter(scope.sizes), "N")
