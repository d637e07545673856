"""Programs with marks: «…» stands around the text that a diagnostic must point at."""

from txc.dsl.check import check_file
from txc.dsl.diagnostics import Diagnostic
from txc.dsl.parser import parse
from txc.dsl.source import Source, Span


def diagnose(text: str, **sizes: int) -> list[Diagnostic]:
    """Everything that checking a program finds."""
    source = Source(text)
    return check_file(parse(source), source, sizes)


def expect(code: str, marked: str, **sizes: int) -> Diagnostic:
    """Check that a program gives exactly one diagnostic, of this code and at its mark; return it."""
    before, inside, after = marked.replace("»", "«").split("«")
    found = diagnose(before + inside + after, **sizes)
    assert [(d.code, d.span) for d in found] == [(code, Span(len(before), len(before) + len(inside)))], found
    return found[0]
