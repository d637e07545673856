"""`txc lower`: a kernel on its way to C."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ...compiler.schedule.select import BUILT_IN
from ...dsl.format import format_text
from ..guard import guarded
from ..inputs import usage
from ..kernels import one
from ..options import Defines, File, Json, KernelName, ScheduleChoice, TargetText
from ..output import emit as emit_json
from ..output import say, tell
from ..settings import Settings, load

if TYPE_CHECKING:
    from ...api import Kernel
    from ...compiler.build import Build
    from ...compiler.loop.ir import Nest


class Stage(StrEnum):
    """What to show."""

    dag = "dag"
    nest = "nest"
    c = "c"
    llvm = "llvm"
    asm = "asm"
    template = "template"


Emit = Annotated[Stage, typer.Option(
    "--emit", help="The tensor DAG, the final loop nest, C, LLVM IR, LLVM's assembly, or a schedule with "
                   "holes to tune.")]
Verify = Annotated[bool, typer.Option("--verify", help="Check the nest's rules after each pass.")]
PrintAfter = Annotated[str | None, typer.Option(
    "--print-after", metavar="PASS", help="Show the nest after this pass, or after each with all.",
    show_default=False)]


@guarded
def lower(file: File, kernel: KernelName = None, emit: Emit = Stage.nest, print_after: PrintAfter = None,
          verify: Verify = False, schedule: ScheduleChoice = None, target: TargetText = None,
          define: Defines = None, json: Json = False) -> None:
    """Show a kernel on its way to C, or to machine code."""
    settings = load(target=target)
    chosen = one(file, kernel, define)
    if verify:
        chosen.plan(settings.target, schedule=schedule).lower(check=True)
        tell("after each pass the nest keeps the rules of nests")
    if emit is Stage.template:
        shown = [("template", _template(chosen, settings, schedule))]
    elif emit is Stage.dag and print_after is None:
        shown = [("dag", str(chosen.dag))]
    else:
        plan = chosen.plan(settings.target, schedule=schedule, threads=settings.threads)
        shown = _after(plan, print_after) if print_after else [(emit.value, _final(plan, emit))]
    if json:
        emit_json("lower", {"kernel": chosen.name, "sizes": dict(chosen.typed.sizes),
                            "parts": [{"name": name, "text": text} for name, text in shown]})
        return
    for name, text in shown:
        if len(shown) > 1:
            say(f"# after {name}")
        say(text.rstrip())


def _template(kernel: Kernel, settings: Settings, schedule: str | None) -> str:
    """The built-in schedule, or the one asked for, with its numbers opened."""
    plan = kernel.plan(settings.target, schedule=schedule or BUILT_IN)
    made = plan.opened(settings.target)
    if made is None:
        raise usage("R609", f"the schedule of {kernel.name} has no numbers to open",
                    "write a schedule with holes: docs/schedules.md shows what can be left open")
    return format_text(str(made))


def _final(plan: Build, stage: Stage) -> str:
    match stage:
        case Stage.nest:
            return str(plan.lower())
        case Stage.llvm:
            return plan.module().text
        case Stage.asm:
            return plan.assembly()
        case _:
            pass
    package = plan.emit()
    return package.files[f"{package.name}.c"]


def _after(plan: Build, wanted: str) -> list[tuple[str, str]]:
    """Names of passes and the nests after them: of all, or of every run of one."""
    nests: list[tuple[str, str]] = []

    def keep(name: str, nest: Nest) -> None:
        nests.append((name, str(nest)))

    plan.lower(keep)
    chosen = [(name, text) for name, text in nests if wanted in (name, "all")]
    if not chosen:
        known = ", ".join(dict.fromkeys(name for name, _ in nests))
        raise usage("R625", f"there is no pass '{wanted}'", f"there are: all, {known}")
    return chosen
