"""Tuning a kernel: from a template and a budget to the best schedule on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..compiler.build import legal
from ..compiler.dag import Dag, kernel_hash
from ..compiler.runtime.llvm import installed as has_llvm
from ..compiler.runtime.llvm import version as llvm_version
from ..compiler.runtime.toolchain import compiler
from ..compiler.schedule.template import Template
from ..compiler.target.target import Target
from ..dsl import ast, typed
from ..dsl.diagnostics import Diagnostic, TxcError, did_you_mean
from ..dsl.source import Source
from ..version import __version__
from .events import Event
from .loop import run
from .measure.kernel import KernelRecipe
from .measure.recipe import Row
from .options import Budget, Options
from .outcome import Outcome
from .problem import Problem
from .records import OK, Record, Records, TaskKey
from .search.guide import Guide
from .search.registry import SEARCHERS
from .search.searcher import Searcher
from .versions import compiler_version, generator_version


@dataclass(frozen=True)
class Task:
    """A kernel, the directives of its template, and what it is tuned for.

    `threads` 0 is all cores of the target; `source` is the file that errors in the directives point into;
    `backend` compiles the finalists, `c` or `llvm`; candidates LLVM, where it is installed. `rules` is a
    Python file with rules for the derivation of sketches that are tried before the built-in ones.
    """

    kernel: typed.Kernel
    dag: Dag
    directives: tuple[ast.Directive, ...]
    target: Target
    threads: int = 0
    source: Source | None = None
    backend: str = "c"
    rules: Path | None = None

    @property
    def key(self) -> TaskKey:
        """What its records compete under."""
        return TaskKey(kernel_hash(self.kernel), str(self.target), self.threads or self.target.cores)


Guides = Callable[[Problem], Guide | None]
"""What rates the rows of a task, if anything does; the guides of several tasks may share a model."""


def unguided(problem: Problem) -> Guide | None:
    """No guide: searchers go by times alone."""
    return None


def tune(task: Task, budget: Budget, records: Records, *, searcher: str = "random",
         on_event: Callable[[Event], None] = lambda event: None, options: Options | None = None,
         guides: Guides = unguided) -> Outcome:
    """Search a template until the budget is spent; trials recorded earlier are not made again.

    `searcher` is a name of `search.registry.SEARCHERS`. Ctrl-C ends the run in good order: the outcome's
    status says so. Raises TxcError with S codes for an illegal template, R610 where there is no C compiler,
    R651 if the reference cannot be evaluated, R672 for an unknown searcher.
    """
    options = options or Options()
    problem = problem_of(task)
    made = searcher_of(problem, searcher, options.seed, guides)
    return run(problem, made, budget, records, on_event, options)


def searcher_of(problem: Problem, name: str, seed: int, guides: Guides = unguided) -> Searcher:
    """A new searcher by its name. Raises TxcError R672."""
    if name not in SEARCHERS:
        known = did_you_mean(name, SEARCHERS) or f"there are {', '.join(SEARCHERS)}"
        raise TxcError([Diagnostic("R672", f"there is no searcher '{name}'", hint=known)])
    return SEARCHERS[name](problem.space, seed, guides(problem))


def problem_of(task: Task) -> Problem:
    """A task as the loop sees it. Raises TxcError as `tune` does."""
    searching = "llvm" if has_llvm() else "c"
    with legal(task.source):
        template = Template(task.dag, task.directives, task.target)
    key = task.key
    generator = generator_version()
    expected = Path(f"{key.kernel_hash}-{generator}.npz")
    recipe = KernelRecipe(task.dag, task.directives, task.target, key.threads, expected, searching,
                          task.backend)
    columns = tuple(column.name for column in template.columns)
    blank = Record(
        key, task.kernel.name, dict(task.kernel.sizes), template.hash, columns, (), "", (), OK,
        compiler=_version(searching), generator=generator, version=__version__)
    return Problem(template, recipe, blank, lambda row: schedule_text(template, row), _version(task.backend))


def _version(backend: str) -> str:
    return llvm_version() if backend == "llvm" else compiler_version(compiler())


def schedule_text(template: Template, row: Row) -> str:
    """The filled directives as they stand in a file, one a line."""
    with legal(None):
        return "".join(f"{directive}\n" for directive in template.fill(row))
