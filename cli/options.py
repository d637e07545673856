"""Arguments and options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class BackendName(StrEnum):
    """What makes machine code of a nest."""

    c = "c"
    llvm = "llvm"


Backend = Annotated[BackendName, typer.Option(
    "--backend", help="What compiles kernels: a C compiler, or LLVM through llvmlite.")]
File = Annotated[Path, typer.Argument(help="A .tx file, or - for standard input.", show_default=False)]
KernelName = Annotated[str | None, typer.Argument(
    metavar="KERNEL", help="A kernel or instance; may be left out where the file has only one.",
    show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON (schema 1) instead of text.")]
Defines = Annotated[list[str] | None, typer.Option(
    "-D", metavar="NAME=VALUE", help="Give a size its value; may be repeated.", show_default=False)]
TargetText = Annotated[str | None, typer.Option(
    "--target", metavar="TARGET",
    help="What to generate code for; `txc targets` lists them. [default: cpu]",
    show_default=False)]
ScheduleChoice = Annotated[str | None, typer.Option(
    "--schedule", metavar="N|NAME",
    help="The N-th schedule of the kernel in the file (from 1), or record, model, default, none.",
    show_default=False)]
Rules = Annotated[Path | None, typer.Option(
    "--rules", metavar="FILE.py", show_default=False,
    help="A Python file with rules to try before the built-in ones when sketches are derived.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of everything random. [default: 0]",
                                          show_default=False)]
Threads = Annotated[int | None, typer.Option(
    "--threads", min=0, help="Threads to run kernels with; 0 is all usable cores. [default: 0]",
    show_default=False)]
