"""Lines of C with their indentation."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

WIDTH = 100
"""Longer lines are broken where a comma allows it."""


class Writer:
    """Collects lines; `block` indents what is written inside it and closes the brace."""

    def __init__(self, depth: int = 0) -> None:
        self._lines: list[str] = []
        self._depth = depth

    def line(self, text: str) -> None:
        """A statement at the current depth; preprocessor lines and empty ones start at the margin."""
        margin = not text or text.startswith("#")
        self._lines += [text] if margin else broken("    " * self._depth + text)

    @contextmanager
    def block(self, head: str, end: str = "}") -> Generator[None]:
        """`head {` … `}`; an empty head gives a bare scope, `else` stands behind the brace before it."""
        if head == "else" and self._lines[-1].endswith("}"):
            self._lines[-1] += " else {"
        else:
            self.line(f"{head} {{" if head else "{")
        self._depth += 1
        yield
        self._depth -= 1
        self.line(end)

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)


def broken(line: str) -> list[str]:
    """A line of C as several ones where it is too long; the later ones are indented by 8 more."""
    indent = " " * (len(line) - len(line.lstrip()) + 8)
    lines, pieces = [""], line.split(", ")
    for piece in [*(f"{p}, " for p in pieces[:-1]), pieces[-1]]:
        if lines[-1].strip() and len(lines[-1]) + len(piece.rstrip()) > WIDTH:
            lines.append(indent)
        lines[-1] += piece
    return [text.rstrip() for text in lines]
