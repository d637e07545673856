"""What may be the same memory: metadata that tells LLVM that buffers of a nest never overlap.

Each buffer has a scope, and an access says which scopes it is in and in which it is not. Buffers of the
workspace whose bytes are used one after the other share a scope.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

Scopes = frozenset[int]
Place = tuple[range, Scopes]


@dataclass
class Aliases:
    """Scopes of the buffers of one module, and its metadata."""

    _numbers: count[int] = field(default_factory=lambda: count(1))
    _scopes: list[int] = field(default_factory=list[int])
    _of: dict[str, Scopes] = field(default_factory=dict[str, Scopes])
    _places: dict[str, list[Place]] = field(default_factory=dict[str, list[Place]])
    _tags: dict[Scopes, tuple[int, int]] = field(default_factory=dict[Scopes, tuple[int, int]])

    def own(self, buffer: str) -> None:
        """A buffer with memory of its own."""
        self._of[buffer] = self._fresh()

    def share(self, buffer: str, arena: str, place: range) -> None:
        """A buffer at a place in memory that others use too."""
        others = self._places.setdefault(arena, [])
        met = [scopes for other, scopes in others if other.start < place.stop and place.start < other.stop]
        self._of[buffer] = frozenset[int]().union(*met) if met else self._fresh()
        others.append((place, self._of[buffer]))

    def tags(self, buffer: str) -> str:
        """What stands behind an access to a buffer."""
        scopes = self._of[buffer]
        if scopes not in self._tags:
            self._tags[scopes] = (next(self._numbers), next(self._numbers))
        inside, outside = self._tags[scopes]
        return f", !alias.scope !{inside}, !noalias !{outside}"

    def text(self) -> str:
        """The metadata."""
        if not self._tags:
            return ""
        lines = ["!0 = distinct !{!0}", *(f"!{n} = distinct !{{!{n}, !0}}" for n in self._scopes)]
        for scopes, (inside, outside) in self._tags.items():
            lines.append(f"!{inside} = {_listed(sorted(scopes))}")
            lines.append(f"!{outside} = {_listed([n for n in self._scopes if n not in scopes])}")
        return "".join(f"{line}\n" for line in lines)

    def _fresh(self) -> Scopes:
        self._scopes.append(next(self._numbers))
        return frozenset(self._scopes[-1:])


def _listed(numbers: list[int]) -> str:
    return f"!{{{', '.join(f'!{n}' for n in numbers)}}}"
