"""Sketches: schedules with holes that derivation rules wrote, and what rules say about good fillings.

A sketch is a template like one that a user writes. Its *limits* narrow the space to fillings that can be fast
(register tiles that fit the registers, panels that fit a cache): they say nothing of what is legal.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..dsl import ast

MOST_TAILS = 2
"""Tails of one filling. Each doubles code that is compiled, and none of the fastest schedules had more."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The product of some columns lies between `low` and `high`, inclusive; `why` is for readers.

    A column that a filling's structure does not have counts as 1.
    """

    columns: tuple[str, ...]
    low: int
    high: int
    why: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A loop that is split: its extent times the product of some columns `of`, into inner parts, outer first.

    Parts that do not divide leave tails, each of which is code of its own.
    """

    extent: int
    of: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One application of a rule to a stage, in a derivation."""

    rule: str
    stage: str

    def __str__(self) -> str:
        return f"{self.rule}({self.stage})"


@dataclass(frozen=True, slots=True)
class Sketch:
    """A derived schedule with holes: prints as the lines of a `schedule` block.

    `parts` are the splits whose tails are counted: a filling with more than `MOST_TAILS` of them is left out.
    `derivation` lists the rules that made it, first to last, output stages first (Ansor, OSDI 2020, section
    4.1).

    `panel` is how many bytes a buffer made inside a loop may have, `copies` how many statements, in vectors,
    unrolling may write out; 0 is any number.
    """

    directives: tuple[ast.Directive, ...]
    limits: tuple[Limit, ...] = ()
    parts: tuple[Parts, ...] = ()
    derivation: tuple[Step, ...] = ()
    panel: int = 0
    copies: int = 0

    def __str__(self) -> str:
        return "\n".join(map(str, self.directives))
