"""The entry point of `txc`. Only the command that was asked for is imported: starting must be quick."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ..version import __version__
from .guard import DEBUG

COMMANDS = {
    "new": "Write a starter .tx file to edit.",
    "check": "Check files; print every error and warning found.",
    "fmt": "Format files.",
    "lower": "Show a kernel on its way to C.",
    "tune": "Search for the fastest schedule of a kernel and record it.",
    "build": "Write C source, header and manifest, or a library.",
    "run": "Build a kernel, run it on generated inputs, verify and time it.",
    "sketch": "Show the schedules with holes that rules derive for a kernel.",
    "freeze": "Write the best recorded schedule into the file.",
    "records": "Look at what tuning has recorded; export, import, merge, clean.",
    "targets": "List what code can be generated for.",
    "doctor": "Check this machine and its tools.",
    "explain": "Explain an error code.",
}
_COMPLETING = "_TXC_COMPLETE"       # set by a shell that asks for completions


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `txc` with the arguments (those of the process by default) and exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "--debug" in given:      # allowed anywhere, so that it can be added to the end of a failed line
        given.remove("--debug")
        os.environ[DEBUG] = "1"
    wanted = next((word for word in given if not word.startswith("-")), None)
    app(wanted)(given, prog_name="txc")


def app(wanted: str | None) -> typer.Typer:
    """The application with one command loaded and the others present by name and help line."""
    program = typer.Typer(name="txc", no_args_is_help=True, pretty_exceptions_enable=False,
                          rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]})
    program.callback()(_options)
    for name, help_line in COMMANDS.items():
        if name == wanted or _COMPLETING in os.environ:
            _load(program, name, help_line)
        else:
            program.command(name, help=help_line)(_not_loaded)
    return program


def _load(program: typer.Typer, name: str, help_line: str) -> None:
    command = getattr(importlib.import_module(f".commands.{name}", __package__), name)
    if isinstance(command, typer.Typer):
        program.add_typer(command, name=name, help=help_line)
    else:
        program.command(name)(command)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"txc {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version,
                                          help="Print the version and exit.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Tensor expressions, compiled to C and tuned."""


def _not_loaded() -> None:
    """Stands for a command that was not asked for."""


if __name__ == "__main__":
    main()
