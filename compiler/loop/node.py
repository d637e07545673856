"""What nodes have in common: a value that never changes, and a place for what follows from it.

Passes ask the same of a node again and again: its hash, the variables in it, the loads. A node is frozen, so
an answer found once holds for good. It is kept in a slot that is no field: it has no part in equality,
`replace`, printing or pickles, and goes when the node does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


class Node:
    """Base of a node: the slots of its hash, of its facts (facts.py) and sum (affine.py), of a statement
    whether it has guards (guards.py), where it is simple (simplify.py), what it accesses (access.py)."""

    __slots__ = ("accesses", "facts", "form", "hashed", "simple")
    accesses: Any
    facts: Any
    form: Any
    hashed: int
    simple: Any


@dataclass_transform(frozen_default=True)
def node(cls: type[T]) -> type[T]:
    """The class as a frozen, slotted dataclass that computes its hash once: those of deep trees cost much."""
    made: Any = dataclass(frozen=True, slots=True)(cls)
    computed: Callable[[object], int] = made.__hash__

    def __hash__(self: Any) -> int:
        try:
            return self.hashed
        except AttributeError:
            value = computed(self)
            object.__setattr__(self, "hashed", value)
            return value

    made.__hash__ = __hash__
    return made
