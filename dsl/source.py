"""Source text and positions in it: what every diagnostic points at."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from .record import Cached, record


@record
class Span:
    """The characters `start` (inclusive) to `end` (exclusive) of a source; `NOWHERE` for made-up nodes."""

    start: int
    end: int

    def __lt__(self, other: Span) -> bool:
        """Whether it starts earlier, or at the same place and ends earlier."""
        return (self.start, self.end) < (other.start, other.end)

    def __or__(self, other: Span) -> Span:
        """The smallest span that covers both."""
        if self == NOWHERE:
            return other
        if other == NOWHERE:
            return self
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(-1, -1)


@record
class Source(Cached):
    """A named text. `name` is a path, or `<stdin>`, or whatever the caller wants errors to say."""

    text: str
    name: str = "<text>"

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offsets at which lines begin."""
        return (0, *(i + 1 for i, c in enumerate(self.text) if c == "\n"))

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line end."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return (self.text[start:] if end < 0 else self.text[start:end]).rstrip("\r")
