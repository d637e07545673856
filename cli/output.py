"""What commands print: diagnostics, plain lines, JSON objects. Results go to stdout, all else to stderr.

Rich is imported only where something is laid out (tables, pages, progress): importing it takes longer than
checking a file does.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from ..dsl.diagnostics import Diagnostic, render
from ..dsl.source import NOWHERE, Source

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 240   # of tables that nobody sees at a terminal, so that nothing is cut off
SCHEMA = 1      # of every JSON object; rises when a field changes its meaning or goes away

_STYLES = {"error": "1;31", "warning": "1;33", "note": "1;36", "bold": "1", "dim": "2", "good": "32"}
_HEAD = re.compile(r"^(?P<place>.*?)(?P<head>(?P<severity>error|warning|note)\[\w+\]:)(?P<rest>.*)$")
_CARETS = re.compile(r"^( +\| +)(\^+)$")


def colored(stream: TextIO) -> bool:
    """Whether to colour what is written there: on a terminal unless NO_COLOR, or with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str, stream: TextIO) -> str:
    """The text in a style (error, warning, note, bold, dim, good) where the stream shows colours."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colored(stream) else text


def say(text: str = "") -> None:
    """A line of a result, to stdout."""
    sys.stdout.write(f"{text}\n")


def tell(text: str, style: str | None = None) -> None:
    """A line about what happens, to stderr."""
    sys.stderr.write((paint(text, style, sys.stderr) if style else text) + "\n")
    sys.stderr.flush()


def warn(text: str) -> None:
    """A warning that belongs to no place in a file, to stderr."""
    tell(f"{paint('warning:', 'warning', sys.stderr)} {text}")


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """A rich console with the same idea of colours as everything else here."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, no_color=not colored(stream), highlight=False, width=width,
                   force_terminal=True if os.environ.get("FORCE_COLOR") else None)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> None:
    """A table to stdout, each row on one line; the columns named in `right` are flushed right."""
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    for row in rows:
        shown.add_row(*row)
    console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(shown)


def emit(command: str, fields: Mapping[str, object], *, ok: bool = True) -> None:
    """One JSON object on a line of its own: `schema`, `command`, `ok`, then the fields. Flushed at once."""
    sys.stdout.write(json.dumps({"schema": SCHEMA, "command": command, "ok": ok, **fields}) + "\n")
    sys.stdout.flush()


def show(diagnostic: Diagnostic, source: Source | None, stream: TextIO) -> None:
    """A diagnostic with its place, carets and hint, a blank line after it."""
    text = render(diagnostic, source)
    if colored(stream):
        text = "\n".join(_highlight(line, diagnostic.severity, stream) for line in text.split("\n"))
    stream.write(text + "\n\n")


def diagnostic_fields(diagnostic: Diagnostic, source: Source | None) -> dict[str, object]:
    """A diagnostic for JSON. Lines and columns are 1-based, the end exclusive; null without a place."""
    return {
        "file": None if source is None else source.name,
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        **_place(diagnostic, source),
        "hint": diagnostic.hint or None,
        "notes": [text for _, text in diagnostic.notes],
    }


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or the empty string."""
    found = list(diagnostics)
    counts = ((sum(d.severity == kind for d in found), kind) for kind in ("error", "warning", "note"))
    return ", ".join(plural(n, kind) for n, kind in counts if n)


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`, `2 sketches`."""
    return f"{count} {noun}" + ("" if count == 1 else "es" if noun.endswith("ch") else "s")


def _place(diagnostic: Diagnostic, source: Source | None) -> dict[str, int | None]:
    names = ("line", "column", "end_line", "end_column")
    if source is None or diagnostic.span == NOWHERE:
        return dict.fromkeys(names)
    start, end = source.position(diagnostic.span.start), source.position(diagnostic.span.end)
    return dict(zip(names, (*start, *end), strict=True))


def _highlight(line: str, severity: str, stream: TextIO) -> str:
    if head := _HEAD.match(line):
        return (paint(head["place"], "bold", stream) + paint(head["head"], head["severity"], stream)
                + paint(head["rest"], "bold", stream))
    if carets := _CARETS.match(line):
        return paint(carets[1], "dim", stream) + paint(carets[2], severity, stream)
    return line
