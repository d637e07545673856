"""Random kernels with random legal schedules, each from a number, and as files that `txc` takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from support import forms
from support.choices import Choices, Seeded
from support.derived import filled
from support.directives import Directives, schedule
from support.kernels import dag
from support.programs import Program
from txc.compiler.cases import make_case
from txc.compiler.dag import Dag
from txc.compiler.target.target import Target, parse
from txc.dsl import ast
from txc.dsl.parser import parse as parse_file
from txc.dsl.source import Source

HERE = ("cpu", "cpu", "cpu:x86-64-v2", "cpu:generic")
TRIES = 4
MOST = (4, 8, 12, 20)    # directives that are tried
SKETCHED = (False, False, False, True)      # whether rules write the schedule
FORMS = (forms.product, forms.window, forms.rows, forms.instructed)


@dataclass(frozen=True)
class Candidate:
    """A kernel `f` and a schedule for it."""

    text: str
    target: Target
    directives: Directives

    @cached_property
    def graph(self) -> Dag:
        """What the kernel computes."""
        return dag(self.text)

    def __str__(self) -> str:
        lines = "".join(f"    {d}\n" for d in self.directives)
        return f"{self.text}\nschedule f for {self.target} {{\n{lines}}}\n"

    __repr__ = __str__

    def features(self) -> set[str]:
        """What occurs in the schedule and the kernel, in words, for statistics."""
        words = {_word(d) for d in self.directives}
        words |= {"const input" for t in self.graph.inputs if t.const}
        words |= {str(t.dtype) for t in (*self.graph.inputs, *self.graph.outputs)}
        words |= {s.reduction.reducer for s in self.graph.stages if s.reduction}
        return words


def candidate(choices: Choices, targets: Sequence[str] = HERE) -> Candidate:
    """A random kernel with a random legal schedule: any directives, or a sketch that is filled."""
    make = choices.pick(FORMS) if choices.chance() else general
    text, first = make(choices)
    for _ in range(TRIES):
        if _telling(dag(text)):
            break
        text, first = make(choices)
    plain = Candidate(text, parse(choices.pick(targets)), ())
    if choices.pick(SKETCHED):
        return replace(plain, directives=filled(choices, plain.graph, plain.target))
    if not choices.pick((True, True, True, False)):
        first = ""
    most = choices.pick(MOST)
    return replace(plain, directives=schedule(choices, plain.graph, plain.target, most, first))


def general(choices: Choices) -> tuple[str, str]:
    """Any kernel, and no directives to begin with."""
    return Program(choices).write(), ""


def _telling(graph: Dag) -> bool:
    """Whether some output has different elements: others come out right of many wrong kernels."""
    case = make_case(graph, "normal", 0)
    return any(np.unique(expected.value).size > 1 for _, expected in case.outputs)


def numbered(seed: int) -> Candidate:
    """The random kernel of a number."""
    return candidate(Seeded(seed))


def read(text: str) -> Candidate:
    """A kernel `f` and its schedule from a file."""
    found = next(d for d in parse_file(Source(text)).declarations if isinstance(d, ast.Schedule))
    kernel = text[:found.span.start] + text[found.span.end:]
    return Candidate(kernel.strip() + "\n", parse(found.target), found.directives)


def statistics(counts: Counter[str], cases: int) -> str:
    """How often each thing occurs, in percent of the cases."""
    return "  ".join(f"{word} {100 * n / cases:.1f}" for word, n in sorted(counts.items()))


def _word(directive: ast.Directive) -> str:
    """What a directive does, as statistics count it."""
    words = str(directive).split()
    pad = any(w.endswith(".pad") for w in words[:2])
    return f"{words[0]} X.pad" if pad else words[0]
