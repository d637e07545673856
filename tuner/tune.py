"""Tuning a kernel: from a template, or from mathematics alone, and a budget to the best schedule here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..compiler.build import legal
from ..compiler.dag import Dag, kernel_hash
from ..compiler.runtime.llvm import installed as has_llvm
from ..compiler.runtime.llvm import version as llvm_version
from ..compiler.runtime.toolchain import compiler
from ..compiler.target.target import Target
from ..dsl import ast, typed
from ..dsl.diagnostics import Diagnostic, TxcError, did_you_mean
from ..dsl.source import Source
from ..version import __version__
from .events import Event
from .guidance import MODELS, Guides, chosen, learning
from .loop import run
from .measure.kernel import KernelRecipe
from .measure.recipe import Row
from .options import Budget, Options
from .outcome import Outcome
from .problem import Problem
from .records import OK, Record, Records, TaskKey
from .rules.derive import derive
from .rules.user import rules as rules_of
from .search.registry import SEARCHERS
from .search.searcher import Searcher
from .sketch import Sketch
from .sketches import SketchSpace
from .versions import compiler_version, generator_version


@dataclass(frozen=True)
class Task:
    """A kernel, the directives of its template, and what it is tuned for.

    Where `directives` is None, rules derive the sketches that are searched; `rules` is a Python file with
    rules that are tried before the built-in ones. `threads` 0 is all cores of the target; `source` is the
    file that errors in the directives point into; `backend` compiles the finalists, `c` or `llvm`; candidates
    LLVM, where it is installed.
    """

    kernel: typed.Kernel
    dag: Dag
    directives: tuple[ast.Directive, ...] | None
    target: Target
    threads: int = 0
    source: Source | None = None
    backend: str = "c"
    rules: Path | None = None

    @property
    def key(self) -> TaskKey:
        """What its records compete under."""
        return TaskKey(kernel_hash(self.kernel), str(self.target), self.threads or self.target.cores)

    @cached_property
    def sketches(self) -> tuple[Sketch, ...]:
        """What is searched: the template, or what rules derive. Raises TxcError R685 for bad rules."""
        if self.directives is not None:
            return (Sketch(self.directives),)
        return derive(self.dag, self.target, rules_of(self.rules), self.key.threads)


def tune(task: Task, budget: Budget, records: Records, *, searcher: str = "evolution",
         model: str | None = None, on_event: Callable[[Event], None] = lambda event: None,
         options: Options | None = None, guides: Guides | None = None) -> Outcome:
    """Search for the best schedule until the budget is spent; trials recorded earlier are not made again.

    `searcher` is a name of `search.registry.SEARCHERS`, `model` one of `guidance.MODELS` (None: what suits
    the searcher) unless `guides` are given. Ctrl-C ends the run in good order: the outcome's
    status says so. Raises TxcError with S codes for an illegal template, R610 where there is no C compiler,
    R651 if the reference cannot be evaluated, R672 for an unknown searcher, R684 for an unknown model.
    """
    options = options or Options()
    guides = guides or MODELS[chosen(model, searcher)]
    problem = problem_of(task)
    made = searcher_of(problem, searcher, options.seed, guides)
    return run(problem, made, budget, records, on_event, options)


def searcher_of(problem: Problem, name: str, seed: int, guides: Guides = learning) -> Searcher:
    """A new searcher by its name. Raises TxcError R672."""
    if name not in SEARCHERS:
        known = did_you_mean(name, SEARCHERS) or f"there are {', '.join(SEARCHERS)}"
        raise TxcError([Diagnostic("R672", f"there is no searcher '{name}'", hint=known)])
    return SEARCHERS[name](problem.space, seed, guides(problem))


def problem_of(task: Task) -> Problem:
    """A task as the loop sees it. Raises TxcError as `tune` does."""
    searching = "llvm" if has_llvm() else "c"
    with legal(task.source):
        space = SketchSpace(task.dag, task.sketches, task.target, task.key.threads)
    key = task.key
    generator = generator_version()
    expected = Path(f"{key.kernel_hash}-{generator}.npz")
    recipe = KernelRecipe(task.dag, task.sketches, task.target, key.threads, expected, searching,
                          task.backend)
    columns = tuple(column.name for column in space.columns)
    blank = Record(
        key, task.kernel.name, dict(task.kernel.sizes), space.hash, columns, (), "", (), OK,
        compiler=_version(searching), generator=generator, version=__version__)
    return Problem(space, recipe, blank, lambda row: schedule_text(space, row), _version(task.backend),
                   task.target.family)


def _version(backend: str) -> str:
    return llvm_version() if backend == "llvm" else compiler_version(compiler())


def schedule_text(space: SketchSpace, row: Row) -> str:
    """The filled directives as they stand in a file, one a line."""
    with legal(None):
        return "".join(f"{directive}\n" for directive in space.fill(row))
