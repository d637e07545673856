"""What all nodes of the syntax tree share: the base class, a walk, and how text is put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import cast

from .record import record
from .source import NOWHERE, Span


@record
class Node:
    """Base of all nodes: a span that equality ignores."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


def commas(items: Iterable[object]) -> str:
    """Items separated by commas."""
    return ", ".join(map(str, items))


def words(items: Iterable[object]) -> str:
    """Items separated by spaces."""
    return " ".join(map(str, items))


def doc_text(doc: str) -> str:
    """`##` lines for a doc text; a line without text is `##` alone."""
    return "".join(f"## {line}".rstrip() + "\n" for line in doc.split("\n")) if doc else ""


def block(head: str, items: Iterable[object]) -> str:
    """`head { items }`, one item a line, indented by four."""
    lines = [f"    {line}" for item in items for line in str(item).split("\n")]
    return "\n".join([f"{head} {{", *lines, "}"])


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in order."""
    yield node
    for value in (getattr(node, name) for name in node.__match_args__):
        for child in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
            yield from walk(child) if isinstance(child, Node) else ()
