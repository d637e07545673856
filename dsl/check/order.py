"""The order of stages: producers before consumers."""

from __future__ import annotations

from .. import ast
from .scope import Scope, names_in


def in_order(scope: Scope) -> list[ast.Stage]:
    """The stages, producers first and otherwise in text order. Those on a cycle are reported and left out."""
    needs = {
        name: [n for n in dict.fromkeys(names_in(stage.value)) if n in scope.stages]
        for name, stage in scope.stages.items()
    }
    ordered: dict[str, ast.Stage] = {}
    cyclic: set[str] = set()
    for name in scope.stages:
        _visit(name, needs, scope, ordered, cyclic)
    return list(ordered.values())


def _visit(
    root: str,
    needs: dict[str, list[str]],
    scope: Scope,
    ordered: dict[str, ast.Stage],
    cyclic: set[str],
) -> None:
    """Depth-first from `root`, with an explicit path: a chain of stages may be long."""
    path: list[str] = [root] if root not in ordered else []
    pending = {root: iter(needs[root])}
    while path:
        following = next(pending[path[-1]], None)
        if following is None:
            done = path.pop()
            if done not in cyclic:
                ordered[done] = scope.stages[done]
        elif following in path:
            _report_cycle(path[path.index(following) :], scope, cyclic)
        elif following not in ordered and following not in cyclic:
            path.append(following)
            pending[following] = iter(needs[following])


def _report_cycle(cycle: list[str], scope: Scope, cyclic: set[str]) -> None:
    if cyclic.issuperset(cycle):
        return
    cyclic.update(cycle)
    first = scope.stages[cycle[0]]
    if len(cycle) == 1:
        scope.report.error(
            "T106",
            f"'{first.name}' reads itself",
            first.span,
            hint="a running total is a reduction: sum[k](…)",
        )
        return
    shown = " -> ".join((*cycle, cycle[0]))
    notes = [
        (scope.stages[name].span, f"'{name}' reads '{following}'")
        for name, following in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
    ]
    scope.report.error(
        "T106",
        f"stages read each other in a cycle: {shown}",
        first.span,
        notes=notes,
        hint="define one of them without the others",
    )
