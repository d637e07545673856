"""Which schedule a build uses: the one place that knows.

The first that there is, of: the one asked for; a hole-free schedule of the file for exactly these sizes; the
best valid record; the default of the closest schedule of the file; what a cost model picks; the built-in
default. Among schedules of a file the one that binds more sizes is closer, then the one with the more
specific target; two of equal rank are an error (S480).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ...dsl import ast, typed
from ...dsl.check.declarations import Callee, bind_sizes, callees, instance_sizes
from ...dsl.check.scope import declare
from ...dsl.check.sizes import bind
from ...dsl.diagnostics import Diagnostic, Report, TxcError
from ...dsl.record import record
from ...dsl.source import Source
from ..target.target import Requirement, Target, requirement

Directives = tuple[ast.Directive, ...]
BUILT_IN = "default"
UNSCHEDULED = "none"
RECORD = "record"
MODEL = "model"


@record
class Candidate:
    """A schedule of the file with the kernel, the sizes and the features that it is for."""

    schedule: ast.Schedule
    kernel: ast.Kernel
    sizes: Mapping[str, int]
    requirement: Requirement

    @property
    def has_holes(self) -> bool:
        """Whether anything is left to choose."""
        return has_holes(self.schedule.directives)

    @property
    def exact(self) -> bool:
        """Whether every size of the kernel is bound."""
        return len(self.sizes) == len(self.kernel.sizes)

    @property
    def rank(self) -> tuple[int, tuple[int, bool], bool]:
        """How close it is, greater is closer: sizes bound, target, nothing left to choose."""
        return len(self.sizes), self.requirement.rank, not self.has_holes

    def applies(self, kernel: typed.Kernel, target: Target) -> bool:
        """Whether it is for this kernel at these sizes and for this target."""
        same = self.kernel.name == kernel.declaration and self.sizes.items() <= dict(kernel.sizes).items()
        return same and self.requirement.applies(target)


@record
class Choice:
    """The schedule chosen, hole-free. `origin` is asked, exact, record, template, model or default.

    `facts` are those of the record, for the manifest.
    """

    directives: Directives
    origin: str
    schedule: ast.Schedule | None = None
    facts: Mapping[str, object] | None = None


@record
class Recorded:
    """What tuning found: the schedule, and facts about it (time, verdict, …)."""

    directives: Directives
    facts: Mapping[str, object]


@record
class Sources:
    """Schedules that no file holds: the best record (or None), a template's default, the built-in default.

    `model` is what a cost model picks, unmeasured, or None.
    """

    record: Callable[[], Recorded | None]
    fill: Callable[[Directives], Directives]
    built_in: Callable[[], Directives]
    model: Callable[[], Directives | None] = lambda: None


def select(file: ast.File, kernel: typed.Kernel, target: Target, sources: Sources, asked: str | None = None,
           source: Source | None = None) -> Choice:
    """The schedule to build a kernel with.

    `asked` is `default`, `none`, `record`, `model` or the number, from 1, of a schedule among those of the
    kernel in the file.
    Raises TxcError S480 for two schedules of equal rank, R609 for one that does not exist or does not apply.
    """
    if asked is not None:
        return _asked(file, kernel, target, sources, asked)
    fitting = [c for c in candidates(file) if c.applies(kernel, target)]
    exact = _closest([c for c in fitting if c.exact and not c.has_holes], source)
    if exact is not None:
        return Choice(exact.schedule.directives, "exact", exact.schedule)
    record = sources.record()
    if record is not None:
        return Choice(record.directives, "record", facts=record.facts)
    closest = _closest(fitting, source)
    if closest is not None:
        return Choice(sources.fill(closest.schedule.directives), "template", closest.schedule)
    picked = sources.model()
    return Choice(sources.built_in(), "default") if picked is None else Choice(picked, "model")


def template(file: ast.File, kernel: typed.Kernel, target: Target, asked: str | None = None,
             source: Source | None = None) -> ast.Schedule | None:
    """The schedule with holes to tune: the one asked for by number, else the closest; None if there is none.

    Raises TxcError S480 and R609 as `select` does.
    """
    if asked is not None and asked not in (BUILT_IN, UNSCHEDULED, RECORD, MODEL):
        found = _numbered(file, kernel, target, asked)
        return found if has_holes(found.directives) else None
    open_ = [c for c in candidates(file) if c.has_holes and c.applies(kernel, target)]
    closest = _closest(open_, source)
    return None if closest is None else closest.schedule


def check_ranks(file: ast.File, source: Source) -> list[Diagnostic]:
    """Unknown targets of schedules and intrinsics (R600, R601), and schedules that no build could choose
    between (S480)."""
    report = Report(source)
    for declared in file.declarations:
        if not isinstance(declared, ast.Schedule | ast.Intrinsic):
            continue
        try:
            requirement(declared.target)
        except TxcError as error:
            for found in error.diagnostics:
                report.error(found.code, found.message, declared.span, found.hint)
    seen: dict[object, ast.Schedule] = {}
    for found in () if report.failed else candidates(file):
        needs = found.requirement
        key = (found.kernel.name, frozenset(found.sizes.items()), needs, found.has_holes)
        first = seen.setdefault(key, found.schedule)
        if first is not found.schedule:
            _report_tie(first, found.schedule, report)
    return report.diagnostics


def has_holes(directives: Directives) -> bool:
    """Whether directives leave anything to choose, as their text shows."""
    return any(_is_hole(node) for directive in directives for node in ast.walk(directive))


def _is_hole(node: ast.Node) -> bool:
    match node:
        case ast.Knob() | ast.Between() | ast.OneOf():
            return True
        case ast.Split(parts=parts):
            return sum(part.size is None for part in parts) > 1     # the outermost one follows
        case ast.ComputeAt(places=places):
            return len(places) > 1
        case _:
            return False


def _schedules(file: ast.File) -> Iterator[ast.Schedule]:
    return (d for d in file.declarations if isinstance(d, ast.Schedule))


def candidates(file: ast.File) -> Iterator[Candidate]:
    """The schedules of a file; those for unknown kernels or sizes are the checker's to report."""
    known = callees(file)
    for schedule in _schedules(file):
        callee = known.get(schedule.kernel)
        if callee is not None:
            sizes = _all_sizes(callee) if callee.binds else {}
            own = bind_sizes(callee.kernel, schedule.binds, Report())
            yield Candidate(schedule, callee.kernel, {**sizes, **own}, requirement(schedule.target))


def _all_sizes(instance: Callee) -> dict[str, int]:
    """All sizes of an instance: those it gives, and defaults, which may depend on them."""
    scope = declare(instance.kernel, Report())
    bind(instance.kernel, instance_sizes(instance, scope.report), scope)
    values = {size.name: scope.sizes.get(size.name) for size in instance.kernel.sizes}
    return {name: value for name, value in values.items() if value is not None}


def _closest(candidates: list[Candidate], source: Source | None) -> Candidate | None:
    if not candidates:
        return None
    best = max(candidates, key=lambda c: c.rank)
    equal = [c for c in candidates if c.rank == best.rank]
    if len(equal) > 1:
        report = Report(source)
        _report_tie(equal[0].schedule, equal[1].schedule, report)
        report.finish()
    return best


def _report_tie(first: ast.Schedule, second: ast.Schedule, report: Report) -> None:
    report.error("S480", f"two schedules for '{second.kernel}' fit equally well", second.span,
                 "give one of them more sizes or a more specific target, or remove one",
                 [(first.span, "the other one")])


def _asked(file: ast.File, kernel: typed.Kernel, target: Target, sources: Sources,
           asked: str) -> Choice:
    if asked == BUILT_IN:
        return Choice(sources.built_in(), "asked")
    if asked == UNSCHEDULED:
        return Choice((), "asked")
    if asked == RECORD:
        found = sources.record()
        if found is None:
            raise _unusable(f"nothing is recorded of {kernel.name} that holds", "tune it: txc tune")
        return Choice(found.directives, "record", facts=found.facts)
    if asked == MODEL:
        picked = sources.model()
        if picked is None:
            raise _unusable(f"there is no cost model for {target} to pick a schedule with",
                            "txc has models of CPUs; tune the kernel instead: txc tune")
        return Choice(picked, "model")
    schedule = _numbered(file, kernel, target, asked)
    directives = schedule.directives
    return Choice(sources.fill(directives) if has_holes(directives) else directives, "asked", schedule)


def _numbered(file: ast.File, kernel: typed.Kernel, target: Target, asked: str) -> ast.Schedule:
    """The schedule with that number among those of the kernel, whatever their sizes and target."""
    own = [c for c in candidates(file) if c.kernel.name == kernel.declaration]
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked) <= len(own)):
        known = f"1 to {len(own)}, " if own else "the file has none; "
        raise _unusable(f"there is no schedule '{asked}' of kernel '{kernel.declaration}'",
                        f"{known}{BUILT_IN} (the built-in one), {RECORD}, {MODEL} or {UNSCHEDULED} "
                        "(plain loops) are possible")
    chosen = own[int(asked) - 1]
    if not chosen.applies(kernel, target):
        sizes = ", ".join(f"{name} = {value}" for name, value in kernel.sizes)
        head = str(chosen.schedule).partition(" {")[0].splitlines()[-1]
        raise _unusable(f"schedule {asked} (`{head}`) is not for {target} with {sizes or 'no sizes'}",
                        "give the sizes with -D and the target with --target")
    return chosen.schedule


def _unusable(message: str, hint: str) -> TxcError:
    return TxcError([Diagnostic("R609", message, hint=hint)])
