"""`txc new`: a starter file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..guard import guarded
from ..inputs import usage
from ..options import Json
from ..output import emit, say
from ..starters import STARTERS, WITH_TEMPLATE


class Kind(StrEnum):
    """The starter programs."""

    dense = "dense"
    conv = "conv"
    softmax = "softmax"
    empty = "empty"


Name = Annotated[str, typer.Argument(help="Name of the kernel; the file is NAME.tx in this folder.",
                                     show_default=False)]
KindChoice = Annotated[Kind, typer.Option("--kind", help="What the starter computes.")]


@guarded
def new(name: Name, kind: KindChoice = Kind.dense, json: Json = False) -> None:
    """Write a commented starter file NAME.tx; an existing file is never touched."""
    path = Path(name if name.endswith(".tx") else f"{name}.tx")
    kernel = path.stem
    if not (kernel.isidentifier() and kernel.isascii()):
        raise usage("R608", f"'{kernel}' cannot be the name of a kernel",
                    "letters, digits and underscores, for example my_layer")
    try:
        with path.open("x") as file:
            file.write(STARTERS[kind.value].replace("NAME", kernel))
    except FileExistsError:
        hint = "choose another name, or remove the file first"
        raise usage("R608", f"{path} exists already", hint) from None
    except OSError as error:
        raise usage("R608", f"cannot write {path}: {error.strerror}") from None
    if json:
        emit("new", {"file": str(path), "kernel": kernel, "kind": kind.value})
        return
    say(f"wrote {path}")
    say("next:")
    tune = [f"tune {path} {kernel} --budget 60s"] if kind in WITH_TEMPLATE else []
    for step in (f"check {path}", f"run {path} {kernel} --verify", *tune, f"build {path} {kernel}"):
        say(f"  txc {step}")
