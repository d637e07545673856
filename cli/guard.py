"""What stands around every command: errors become messages and exit codes, never a traceback."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

import typer

from ..dsl.diagnostics import TxcError
from ..version import __version__
from . import exits
from .output import diagnostic_fields, emit, show, tell

P = ParamSpec("P")
DEBUG = "TXC_DEBUG"     # what --debug sets


def guarded(function: Callable[P, None]) -> Callable[P, None]:
    """The command with every way to fail turned into a message and an exit code.

    A command called with `json=True` reports a TxcError as a JSON object with `"ok": false`.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort):
            raise
        except TxcError as error:
            _report(error, _name(function), json=bool(kwargs.get("json")))
            raise typer.Exit(exits.code_of(error.diagnostics)) from error
        except KeyboardInterrupt as interrupt:
            tell("interrupted")
            raise typer.Exit(exits.INTERRUPTED) from interrupt
        except BrokenPipeError as closed:       # `txc … | head`: the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(exits.OK) from closed
        except Exception as defect:
            if os.environ.get(DEBUG):
                raise
            _crash(defect)
            raise typer.Exit(exits.INTERNAL) from defect

    return call


def _name(function: Callable[..., object]) -> str:
    """The command's name as typed: `records list` for `commands/records.py`, function `list_`."""
    module = function.__module__.rpartition(".")[2]
    name = function.__name__.strip("_")
    return name if name == module else f"{module} {name}"


def _report(error: TxcError, command: str, *, json: bool) -> None:
    if json:
        fields = [diagnostic_fields(d, error.source) for d in error.diagnostics]
        emit(command, {"diagnostics": fields}, ok=False)
        return
    for diagnostic in error.diagnostics:
        show(diagnostic, error.source, sys.stderr)


def _crash(defect: Exception) -> None:
    """Tell that this is a defect of txc and where its traceback is kept."""
    text = f"{type(defect).__name__}: {defect}".splitlines()[0]
    tell(f"internal error: {text}", "error")
    kept = _keep(defect)
    where = f"the report is in {kept}; " if kept else ""
    tell(f"  this is a defect of txc, not of your program; {where}`txc --debug …` shows the traceback")


def _keep(defect: Exception) -> Path | None:
    """Write a crash report: version, command line, traceback. None where nothing can be written."""
    from platformdirs import user_state_path

    try:
        folder = user_state_path("txc", ensure_exists=True)
        path = folder / f"crash-{os.getpid()}.txt"
        lines = [f"txc {__version__}, Python {sys.version}", f"command: {sys.argv}", ""]
        path.write_text("\n".join(lines) + "\n" + "".join(traceback.format_exception(defect)))
        return path
    except OSError:
        return None
