"""Where random choices come from: hypothesis, or a generator that a number starts."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices(ABC):
    """Random choices. The first of several is the simplest one."""

    @abstractmethod
    def pick(self, options: Sequence[T]) -> T:
        """One of some things."""

    @abstractmethod
    def number(self, low: int, high: int) -> int:
        """A number from low to high."""

    @abstractmethod
    def shuffled(self, options: Sequence[T]) -> list[T]:
        """All things in some order."""

    def chance(self) -> bool:
        """True or false."""
        return self.pick((False, True))


class Drawn(Choices):
    """Choices of hypothesis, which makes them simpler when something fails."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T]) -> T:
        return self._draw(st.sampled_from(options))

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def shuffled(self, options: Sequence[T]) -> list[T]:
        return self._draw(st.permutations(options))


class Seeded(Choices):
    """The same choices for the same seed, ten times as fast."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, options: Sequence[T]) -> T:
        return options[self._random.randrange(len(options))]

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def shuffled(self, options: Sequence[T]) -> list[T]:
        return self._random.sample(options, len(options))
