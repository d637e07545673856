"""What the tuning loop needs to know of a task, whatever is behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .measure.recipe import Recipe, Row
from .records import Record
from .space import Space


@dataclass(frozen=True)
class Problem:
    """A space of rows, how to build and run them, and what their records say.

    `blank` is a record without a trial: it holds what all trials of the task share. `text` gives the schedule
    that a row stands for, as `.tx` text; it may raise TxcError for an illegal row. `ships` is what compiles
    those of the final comparison, empty where that is what compiles all; `family` what kind of machine it is
    for.
    """

    space: Space
    recipe: Recipe
    blank: Record
    text: Callable[[Row], str]
    ships: str = ""
    family: str = "cpu"

    def compiler(self, *, final: bool) -> str:
        """What compiles candidates."""
        return self.ships if final and self.ships else self.blank.compiler
