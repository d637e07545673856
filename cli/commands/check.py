"""`txc check`: every error and warning of files, without building anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ...compiler.check import check as check_source
from ...dsl.diagnostics import Diagnostic, TxcError
from ...dsl.source import Source
from .. import exits
from ..guard import guarded
from ..inputs import read_source, sizes, sources_below
from ..options import Defines, Json
from ..output import diagnostic_fields, emit, plural, say, show, summary

Paths = Annotated[list[Path], typer.Argument(
    metavar="FILES", help="Files, folders (all .tx files below), or - for standard input.",
    show_default=False)]
Strict = Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")]


@guarded
def check(files: Paths, define: Defines = None, strict: Strict = False, json: Json = False) -> None:
    """Check files; print every error and warning found."""
    given = sizes(define)
    checked = [_check(path, given) for path in sources_below(files)]
    found = [(d, source) for source, diagnostics in checked for d in diagnostics]
    worst = {d.severity for d, _ in found}
    ok = "error" not in worst and not (strict and "warning" in worst)
    if json:
        emit("check", {"files": len(checked), **_counts([d for d, _ in found]),
                       "diagnostics": [diagnostic_fields(d, source) for d, source in found]}, ok=ok)
    else:
        for diagnostic, source in found:
            show(diagnostic, source, sys.stdout)
        counts = summary(d for d, _ in found)
        say(f"{plural(len(checked), 'file')} checked: {counts or 'no errors'}")
    raise typer.Exit(exits.OK if ok else exits.INPUT)


def _check(path: Path, given: dict[str, int]) -> tuple[Source, list[Diagnostic]]:
    try:
        source = read_source(path)
    except TxcError as error:       # not text: an error like any other, and the other files are checked too
        if error.source is None:
            raise
        return error.source, list(error.diagnostics)
    return source, check_source(source, given)


def _counts(diagnostics: list[Diagnostic]) -> dict[str, int]:
    return {f"{kind}s": sum(d.severity == kind for d in diagnostics) for kind in ("error", "warning", "note")}
