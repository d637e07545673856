"""Lines of C with their indentation."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


class Writer:
    """Collects lines; `block` indents what is written inside it and closes the brace."""

    def __init__(self, depth: int = 0) -> None:
        self._lines: list[str] = []
        self._depth = depth

    def line(self, text: str) -> None:
        """One line at the current depth; preprocessor lines and empty ones start at the margin."""
        margin = not text or text.startswith("#")
        self._lines.append(text if margin else "    " * self._depth + text)

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
