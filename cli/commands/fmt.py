"""`txc fmt`: files in the one layout."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Annotated

import typer

from ...dsl.source import Source
from .. import exits
from ..guard import guarded
from ..inputs import STDIN, read_source, sources_below
from ..options import Json
from ..output import emit, paint, plural, say, tell

Paths = Annotated[list[Path], typer.Argument(
    metavar="FILES", help="Files, folders (all .tx files below), or - for standard input.",
    show_default=False)]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")]
Diff = Annotated[bool, typer.Option(
    "--diff", help="Write nothing; print what would change; exit 1 if anything.")]
_COLORS = {"+": "good", "-": "error", "@": "note"}


@guarded
def fmt(files: Paths, check: Check = False, diff: Diff = False, json: Json = False) -> None:
    """Format files; with -, format standard input to standard output."""
    from ...dsl.format import format_text

    changed: list[str] = []
    dry = check or diff
    paths = sources_below(files)
    for path in paths:
        source = read_source(path)
        new = format_text(source.text, source.name)
        if new != source.text:
            changed.append(source.name)
        if diff and not json:
            _print_diff(source, new)
        if not dry and str(path) == STDIN and not json:
            sys.stdout.write(new)
        elif not dry and new != source.text and str(path) != STDIN:
            path.write_text(new)
    _summary(changed, len(paths), dry=dry, json=json)


def _summary(changed: list[str], files: int, *, dry: bool, json: bool) -> None:
    ok = not (dry and changed)
    if json:
        emit("fmt", {"files": files, "changed": changed, "written": not dry}, ok=ok)
    else:
        for name in changed:
            if name != "<stdin>":
                tell(f"would change {name}" if dry else f"formatted {name}")
        count, happened = plural(len(changed), "file"), "would change" if dry else "changed"
        tell(f"{count} {happened}, {files - len(changed)} unchanged", "dim")
    raise typer.Exit(exits.OK if ok else exits.INPUT)


def _print_diff(source: Source, new: str) -> None:
    old = source.text.splitlines()
    for line in difflib.unified_diff(old, new.splitlines(), source.name, source.name, lineterm=""):
        style = _COLORS.get(line[:1])
        say(paint(line, style, sys.stdout) if style else line)
