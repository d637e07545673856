"""`txc build`: C source, header and manifest, or a library."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...compiler.schedule.select import RECORD
from ..guard import guarded
from ..inputs import usage
from ..kernels import several, tune_command
from ..options import Defines, File, Json, Rules, ScheduleChoice, TargetText, Threads
from ..output import emit as emit_json
from ..output import say, warn
from ..settings import Settings, load
from ..tuning import Effort, Request, limit_of, tuned_first

if TYPE_CHECKING:
    from ...api import Kernel
    from ...compiler.build import Build


class Library(StrEnum):
    """Kinds of libraries."""

    static = "static"
    shared = "shared"


class Product(StrEnum):
    """What to write."""

    c = "c"
    obj = "obj"
    llvm = "llvm"
    asm = "asm"


Names = Annotated[list[str] | None, typer.Argument(
    metavar="KERNEL", help="Kernels or instances; may be left out where the file has only one.",
    show_default=False)]
Folder = Annotated[Path, typer.Option(
    "-o", "--output", metavar="DIR",
    help="Where to write; with several kernels, a folder for each below it.")]
CName = Annotated[str | None, typer.Option("--name", help="Name of the C function. [default: the kernel's]",
                                           show_default=False)]
Lib = Annotated[Library | None, typer.Option("--lib", help="Compile to a library too.", show_default=False)]
Emit = Annotated[Product, typer.Option(
    "--emit", help="C source and what belongs to it; or through LLVM an object with its header, LLVM IR, or "
                   "assembly.")]
EffortChoice = Annotated[Effort, typer.Option(
    "--effort", help="How long to tune a kernel first that has no schedule for these sizes, and for which "
                     "--schedule asks for none: about 15 s, a minute, five, or not at all.")]
RequireTuned = Annotated[bool, typer.Option("--require-tuned", help="Fail if a kernel has not been tuned.")]


@guarded
def build(file: File, kernels: Names = None, output: Folder = Path("build"), target: TargetText = None,
          name: CName = None, emit: Emit = Product.c, lib: Lib = None, require_tuned: RequireTuned = False,
          effort: EffortChoice = Effort.none, schedule: ScheduleChoice = None, threads: Threads = None,
          rules: Rules = None, define: Defines = None, json: Json = False) -> None:
    """Write C source, header, manifest and build snippets of kernels, on request a library; or objects."""
    settings = load(target=target, threads=threads)
    chosen = several(file, kernels or [], define)
    if name and len(chosen) > 1:
        raise usage("R621", "--name is for a single kernel", "build the kernels one by one")
    if lib is not None and emit is not Product.c:
        raise usage("R621", "--lib is for C source", "an object can be put into a library with ar")
    if effort is not Effort.none and schedule in (None, RECORD):
        limit = limit_of(settings, effort.value, asked=False, kernels=1)
        tuned_first(Request(file, chosen, settings, limit, rules=rules))
    plans = [k.plan(settings.target, schedule=schedule, threads=settings.threads,
                    records=settings.records_path) for k in chosen]
    for kernel, plan in zip(chosen, plans, strict=True):
        if not plan.tuned:
            _tell_untuned(plan, _advice(kernel, plan, file, define, settings), required=require_tuned)
    folders = [output if len(plans) == 1 else output / plan.kernel.name for plan in plans]
    with _writing():
        written = [_write(plan, folder, name, lib, settings) if emit is Product.c
                   else _through_llvm(plan, folder, name, emit, settings)
                   for plan, folder in zip(plans, folders, strict=True)]
    if json:
        emit_json("build", {"kernels": [_fields(*pair) for pair in zip(plans, written, strict=True)]})
        return
    for plan, paths in zip(plans, written, strict=True):
        _show(plan, paths, _USES[emit], name or plan.kernel.name)


def _advice(kernel: Kernel, plan: Build, file: Path, define: list[str] | None, settings: Settings) -> str:
    """How to have a kernel tuned; empty where its author wrote a schedule to use as it is."""
    if plan.finished and kernel.template(settings.target) is None:
        return ""
    return f"to tune it: {tune_command(file, kernel.name, define, settings)}"


def _tell_untuned(plan: Build, advice: str, *, required: bool) -> None:
    what = f"{plan.kernel.name} has not been tuned for {plan.target}"
    if required:
        raise usage("R623", what, advice or _BIND)
    if advice:
        warn(f"{what}; {advice}")


_BIND = ("its schedule has no holes but is for other sizes too: bind them all, as in `schedule NAME[N = 8]`, "
         "or ask for it with --schedule")


def _write(plan: Build, folder: Path, name: str | None, lib: Library | None,
           settings: Settings) -> list[Path]:
    paths = list(plan.write(folder, name))
    if lib is not None:
        paths.append(plan.library(folder, name, static=lib is Library.static, cc=settings.cc or None))
    return paths


def _through_llvm(plan: Build, folder: Path, name: str | None, product: Product,
                  settings: Settings) -> list[Path]:
    if product is Product.obj:
        return list(plan.object(folder, name, cc=settings.cc or None))
    folder.mkdir(parents=True, exist_ok=True)
    assembly = product is Product.asm
    path = folder / f"{name or plan.kernel.name}{'.s' if assembly else '.ll'}"
    path.write_text(plan.assembly(name) if assembly else plan.module(name).text, encoding="utf-8")
    return [path]


@contextmanager
def _writing() -> Generator[None]:
    try:
        yield
    except OSError as error:
        where = f"cannot write {error.filename}" if error.filename else "cannot write"
        raise usage("R604", f"{where}: {error.strerror or error}") from None


def _fields(plan: Build, paths: list[Path]) -> dict[str, object]:
    return {"kernel": plan.kernel.name, "sizes": dict(plan.kernel.sizes), "target": str(plan.target),
            "schedule": plan.choice.origin, "tuned": plan.tuned, "files": [str(p) for p in paths]}


def _show(plan: Build, paths: list[Path], use: str, name: str) -> None:
    say(f"{plan.kernel.name} for {plan.target} ({_ORIGINS[plan.choice.origin]}):")
    for path in paths:
        say(f"  {path}")
    if use:
        folder = paths[0].parent
        say(f"to use it: {use}".replace("FOLDER", str(folder)).replace("NAME", name))


_USES = {Product.c: '#include "NAME.h", compile with -IFOLDER FOLDER/NAME.c -O2 [-fopenmp]',
         Product.obj: '#include "NAME.h", compile with -IFOLDER FOLDER/NAME.o -lm -fopenmp',
         Product.llvm: "", Product.asm: ""}


_ORIGINS = {"asked": "the schedule asked for", "exact": "the file's schedule for these sizes",
            "record": "the best recorded schedule", "template": "the default of the file's schedule",
            "model": "what the cost model picks, not measured", "default": "the built-in schedule"}
