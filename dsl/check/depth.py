"""A limit on nesting, so that no text can exhaust the stack of what reads its tree."""

from __future__ import annotations

from dataclasses import fields
from typing import cast

from .. import ast
from ..diagnostics import Report

DEEPEST = 150


def check_depth(file: ast.File, report: Report) -> bool:
    """Whether no node lies deeper than `DEEPEST` below its declaration; reports the first that does."""
    pending = [(node, 0) for node in reversed(file.declarations)]
    trail: list[tuple[ast.Node, int]] = list(pending)
    while trail:
        node, depth = trail.pop()
        if depth > DEEPEST:
            report.error(
                "T116",
                f"this is nested more than {DEEPEST} deep",
                node.span,
                hint="split the expression into several stages",
            )
            return False
        trail.extend((child, depth + 1) for child in _children(node))
    return True


def _children(node: ast.Node) -> list[ast.Node]:
    found: list[ast.Node] = []
    for field in fields(node):
        value: object = getattr(node, field.name)
        items = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
        found += [item for item in items if isinstance(item, ast.Node)]
    return found
