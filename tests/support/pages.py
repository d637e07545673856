"""Pages of the documentation as tests read them: fenced blocks, and shell sessions in them.

What the words after a fence mean:

    tx [NAME.tx]             a file without errors and warnings; with a name, it lies in the page's folder
    tx with NAME.tx          the same of that file and this block below it
    tx-error CODE [NAME.tx]  a file that has errors of that code and no other; `with` as above
    nest before | after      what the schedules of the last tx block change, before and after, both simplified
    c NAME.c, cmake NAME …   a file of the page's folder
    console                  `$` lines run there, one after the other, and print what stands below them
    python                   runs there, after the blocks above it; a block `text` behind it is what it prints
    python NAME.py           a file of the page's folder

A line `…` in an output stands for any lines, `…` in a line for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its page, its number there, the line its text begins in, the words of its fence."""

    page: Path
    number: int
    line: int
    words: tuple[str, ...]
    text: str

    @property
    def kind(self) -> str:
        """The first word of the fence."""
        return self.words[0] if self.words else ""

    @property
    def file(self) -> str | None:
        """The name of the file that the block is, if it is one."""
        *others, last = self.words or ("",)
        return last if "." in last and others and others[-1] != "with" else None

    def __str__(self) -> str:
        return f"{self.page.stem}:{self.line}"


@dataclass(frozen=True, slots=True)
class Command:
    """A `$` line of a console block with what it prints."""

    text: str
    output: str


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page."""
    text = page.read_text()
    return [Block(page, number, text.count("\n", 0, m.start(2)) + 1, tuple(m[1].split()), m[2])
            for number, m in enumerate(_BLOCK.finditer(text))]


def rewrite(block: Block, text: str) -> None:
    """Replace the text of a block of a page."""
    page = block.page.read_text()
    start, end = list(_BLOCK.finditer(page))[block.number].span(2)
    block.page.write_text(page[:start] + text + page[end:])


def commands(console: str) -> Iterator[Command]:
    """The commands of a console block; one that ends with a backslash goes on in the next line."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        end = next(n for n, line in enumerate(lines) if not line.endswith("\\")) + 1
        yield Command("\n".join(lines[:end]), "\n".join(lines[end:]))


def matches(expected: str, got: str) -> bool:
    """Whether an output is what a page says."""
    lines = [re.escape(line.rstrip()).replace("…", ".*") + "\n" for line in expected.strip("\n").splitlines()]
    pattern = "".join("(?:.*\n)*" if line.strip() == ".*" else line for line in lines)
    shown = "".join(line.rstrip() + "\n" for line in got.strip("\n").splitlines())
    return re.fullmatch(pattern, shown) is not None


def replaced(console: str, outputs: list[str]) -> str:
    """A console block with these outputs; one that leaves something open stays as it is."""
    made = ""
    for command, output in zip(commands(console), outputs, strict=True):
        shown = command.output if not command.output or "…" in command.output else output
        made += f"$ {command.text}\n" + (shown.strip("\n") + "\n" if shown.strip("\n") else "")
    return made
