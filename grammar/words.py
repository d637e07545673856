"""The words of the language, read from `tx.lark`: one source for parser, messages, formatter and editors.

Every terminal stands on one line of the grammar, `NAME: pattern  // phrase`, in a section with a name.
Importing this needs no Lark.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

GRAMMAR = (Path(__file__).parent / "tx.lark").read_text(encoding="utf-8")

_SECTION = re.compile(r"// section: (\w+)")
_TERMINAL = re.compile(r"([A-Z_]+): (.*?)\s+// (.+)")
_LITERAL = re.compile(r'"([^"]+)"')


class Terminal(NamedTuple):
    """A terminal of the grammar: its literal texts, or a regular expression, and what messages call it."""

    name: str
    section: str
    texts: tuple[str, ...]
    pattern: str
    phrase: str


def read_terminals(grammar: str) -> tuple[Terminal, ...]:
    """All terminals of a grammar text, in its order."""
    found: list[Terminal] = []
    section = ""
    for line in grammar.splitlines():
        if heading := _SECTION.fullmatch(line):
            section = heading[1]
        elif match := _TERMINAL.fullmatch(line):
            name, body, phrase = match.groups()
            texts = () if body.startswith("/") else tuple(_LITERAL.findall(body))
            found.append(Terminal(name, section, texts, "" if texts else body[1:-1], phrase))
    return tuple(found)


TERMINALS = {terminal.name: terminal for terminal in read_terminals(GRAMMAR)}


def _texts(*sections: str) -> tuple[str, ...]:
    return tuple(text for t in TERMINALS.values() if t.section in sections for text in t.texts)


DECLARATIONS = _texts("declarations")
DIRECTIVES = _texts("directives")
KEYWORDS = _texts("declarations", "keywords")  # the directives are a list of their own
CONSTANTS = _texts("constants")
TYPES = _texts("types")
FUNCTIONS = _texts("functions")  # `min` and `max` are functions and reducers
REDUCERS = _texts("reducers") + TERMINALS["EXTREME"].texts
OPERATORS = _texts("operators")
BRACKETS = _texts("brackets")
SEPARATORS = _texts("separators")

# Words with a meaning in one place only; they stay free as names.
HARDWARE = ("block.x", "block.y", "block.z", "thread.x", "thread.y", "thread.z", "vthread")
TARGET_WORDS = ("cpu", "cuda")
SCOPES = ("shared", "local")
LANGUAGES = ("c", "llvm", "ptx")

# Words that cannot be names, each with its terminal.
RESERVED = {text: t.name for t in TERMINALS.values() for text in t.texts if text[0].isalpha()}


def phrase(terminal: str) -> str:
    """What messages call a terminal: "a closing bracket ']'"; the end of the text has a name too."""
    return "the end of the file" if terminal == "$END" else TERMINALS[terminal].phrase
