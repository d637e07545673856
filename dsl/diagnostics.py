"""Diagnostics: code + span + message + hint, collected rather than raised one at a time.

Codes are letters by layer and never reused: L lexical, P parse, T types, shapes and bounds, S schedule,
G code generation, R running, measuring and the environment. `docs/errors/CODE.md` explains each one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from .record import record
from .source import NOWHERE, Source, Span


@record
class Diagnostic:
    """One thing to tell the user.

    `notes` are further (span, text) pairs; `severity` is error, warning or note.
    """

    code: str
    message: str
    span: Span = NOWHERE
    hint: str = ""
    notes: tuple[tuple[Span, str], ...] = ()
    severity: str = "error"


class TxcError(Exception):
    """Everything wrong with an input, raised at once: several diagnostics and the source they point into."""

    def __init__(self, diagnostics: Iterable[Diagnostic], source: Source | None = None) -> None:
        self.diagnostics = tuple(diagnostics)
        self.source = source
        super().__init__()

    def __str__(self) -> str:
        return "\n\n".join(render(d, self.source) for d in self.diagnostics)


@dataclass
class Report:
    """A collector: checks add to it and go on, and `finish` raises if any error was among them."""

    source: Source | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def error(self, code: str, message: str, span: Span = NOWHERE, hint: str = "",
              notes: Iterable[tuple[Span, str]] = ()) -> None:
        """Add an error."""
        self._add(Diagnostic(code, message, span, hint, tuple(notes)))

    def warning(self, code: str, message: str, span: Span = NOWHERE, hint: str = "",
                notes: Iterable[tuple[Span, str]] = ()) -> None:
        """Add a warning."""
        self._add(Diagnostic(code, message, span, hint, tuple(notes), "warning"))

    def note(self, code: str, message: str, span: Span = NOWHERE, hint: str = "") -> None:
        """Add a note."""
        self._add(Diagnostic(code, message, span, hint, (), "note"))

    def _add(self, diagnostic: Diagnostic) -> None:
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    @property
    def failed(self) -> bool:
        """Whether any error was added."""
        return any(d.severity == "error" for d in self.diagnostics)

    def finish(self) -> None:
        """Raise `TxcError` with everything collected if there was an error."""
        if self.failed:
            raise TxcError(sorted(self.diagnostics, key=lambda d: d.span), self.source)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint that names the closest known word, or the empty string."""
    close = difflib.get_close_matches(name, sorted(set(known)), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else ""


def render(diagnostic: Diagnostic, source: Source | None) -> str:
    """Plain text: `file:line:col: severity[CODE]: message`, the line with carets, notes, the hint."""
    head = f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"
    lines: list[str] = []
    if source is None or diagnostic.span == NOWHERE:
        lines.append(head if source is None else f"{source.name}: {head}")
    else:
        line, column = source.position(diagnostic.span.start)
        lines.append(f"{source.name}:{line}:{column}: {head}")
        lines += _excerpt(diagnostic.span, source)
    for span, text in diagnostic.notes:
        lines.append(f"  note: {text}")
        if source is not None and span != NOWHERE:
            lines += _excerpt(span, source)
    if diagnostic.hint:
        lines.append(f"  hint: {diagnostic.hint}")
    return "\n".join(lines)


def _excerpt(span: Span, source: Source) -> list[str]:
    line, column = source.position(span.start)
    text = source.line(line).expandtabs(1)
    width = max(1, min(span.end - span.start, len(text) - column + 1))
    gutter = f"{line:>5}"
    return [f"{gutter} | {text}", f"{' ' * len(gutter)} | {' ' * (column - 1)}{'^' * width}"]
