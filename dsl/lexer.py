"""Text to tokens. Comments are kept apart; what is no token is reported and then, where the meaning is plain
(`&&`, `;`), mended, so that the parser can go on and find what else is wrong."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..grammar.words import RESERVED, TERMINALS
from .diagnostics import Report
from .source import Source, Span

NUMBER_LIMIT = 400  # characters: longer than any double written out, shorter than what `int` refuses


class Token(NamedTuple):
    """A token: its terminal in the grammar, its text, and where it starts and ends."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Its place in the source."""
        return Span(self.start, self.end)


class Lexed(NamedTuple):
    """The tokens (the last one is `$END`) and the comments of a text, each in order."""

    tokens: list[Token]
    comments: list[Token]


SYMBOLS = {text: t.name for t in TERMINALS.values() for text in t.texts if not text[0].isalpha()}

# Operators of other languages: what stands for them here (a token of ours, or nothing) and what to say.
FOREIGN = {
    "&&": ("and", "write 'and'"),
    "||": ("or", "write 'or'"),
    "!": ("not", "write 'not'"),
    "**": ("*", "powers are written pow(x, y)"),
    ":=": ("=", "a definition is written with '='"),
    "=>": (">=", "'at least' is written '>='"),
    "=<": ("<=", "'at most' is written '<='"),
    "<>": ("!=", "'not equal' is written '!='"),
    "...": ("..", "a range is written with two dots: 1..64"),
    "&": ("and", "there are no bit operations; 'and' combines conditions"),
    "|": ("or", "there are no bit operations; 'or' combines conditions"),
    "?": ("", "a choice is written: a if condition else b"),
    ";": ("", "leave it out: definitions and directives need nothing between them"),
}
LOOKALIKES = {"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "→": "->",
              "“": '"', "”": '"', "‘": '"', "’": '"', "'": '"', "…": ".."}


def _any_of(texts: dict[str, str] | dict[str, tuple[str, str]]) -> str:
    return "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))


_TOKEN = re.compile(
    "|".join((
        rf"(?P<white>{TERMINALS['WHITE'].pattern})",
        rf"(?P<comment>{TERMINALS['COMMENT'].pattern})",
        r"(?P<block>/\*(?s:.*?)(?:\*/|\Z))",
        rf"(?P<name>{TERMINALS['NAME'].pattern})",
        rf"(?P<number>{TERMINALS['NUMBER'].pattern})",
        rf"(?P<string>{TERMINALS['STRING'].pattern})",
        r"(?P<open>\"[^\n]*)",
        r"(?P<two>\.\.(?!\.))",
        r"(?P<figure>\.?[0-9](?:[0-9A-Za-z_]|\.(?!\.))*)",
        rf"(?P<foreign>!(?!=)|{_any_of({text: h for text, h in FOREIGN.items() if text != '!'})})",
        rf"(?P<symbol>{_any_of(SYMBOLS)})",
        r"(?P<stray>[^\x00-\x7f]+|(?s:.))",
    )),
    re.ASCII,
)
_TARGET = re.compile(TERMINALS["TARGET"].pattern, re.ASCII)


def first_on_line(text: str, token: Token) -> bool:
    """Whether only white space stands before a token on its line."""
    return not text[text.rfind("\n", 0, token.start) + 1 : token.start].strip(" \t\r\f\ufeff")


def tokenize(source: Source, report: Report) -> Lexed:
    """Split a source into tokens and comments; lexical errors go to the report."""
    lexer = _Lexer(source.text, report)
    position = 0
    while position < len(source.text):
        position = lexer.step(position)
    end = len(source.text)
    lexer.tokens.append(Token("$END", "", end, end))
    return Lexed(lexer.tokens, lexer.comments)


class _Lexer:
    """The state of one run: `header` is whether a `for` would now be followed by a target, not by a name;
    `after_for` whether the next word is that target (`cpu:x86-64-v4+avx512_vnni` is one token there)."""

    def __init__(self, text: str, report: Report) -> None:
        self.text = text
        self.report = report
        self.tokens: list[Token] = []
        self.comments: list[Token] = []
        self.header = False
        self.after_for = False

    def step(self, position: int) -> int:
        """Take what stands at a position; gives the position after it."""
        match = _TOKEN.match(self.text, position)
        assert match is not None  # the last alternatives match any character
        kind, text, end = str(match.lastgroup), match[0], match.end()
        span = Span(position, end)
        match kind:
            case "white":
                pass
            case "comment":
                self.comments.append(Token("COMMENT", text, position, end))
            case "name" if self.after_for:
                return self._target(position)
            case "name":
                self._word(text, span)
            case "symbol" | "two":
                self._add(SYMBOLS[text], text, span)
            case "string":
                self._add("STRING", text, span)
            case "number":
                self._number(text, span)
            case _:
                self._wrong(kind, text, span)
        return end

    def _add(self, kind: str, text: str, span: Span) -> None:
        self.tokens.append(Token(kind, text, span.start, span.end))
        self.after_for = False

    def _word(self, text: str, span: Span) -> None:
        kind = RESERVED.get(text, "NAME")
        self._add(kind, text, span)
        if kind in ("SCHEDULE", "INTRINSIC"):
            self.header = True
        elif kind in ("CACHE_READ", "CACHE_WRITE"):
            self.header = False
        elif kind == "FOR" and self.header:
            self.header = False
            self.after_for = True

    def _target(self, position: int) -> int:
        match = _TARGET.match(self.text, position)
        assert match is not None  # every name starts a target
        self._add("TARGET", match[0], Span(position, match.end()))
        return match.end()

    def _number(self, text: str, span: Span) -> None:
        if len(text) > NUMBER_LIMIT:
            self.report.error("L002", f"a number of {len(text)} characters is too long", span,
                              f"the limit is {NUMBER_LIMIT} characters")
            text = "0"
        self._add("NUMBER", text, span)

    def _wrong(self, kind: str, text: str, span: Span) -> None:
        match kind:
            case "figure":
                self.report.error("L002", f"'{_short(text)}' is not a number", span, _number_hint(text))
                self._add("NUMBER", "0", span)
            case "foreign":
                self._foreign(text, span)
            case "open":
                start = Span(span.start, span.start + 1)
                self.report.error("L004", "this string has no closing quote on its line", start, "add a '\"'")
                self._add("STRING", '""', span)
            case "block":
                start = Span(span.start, span.start + 2)
                self.report.error("L005", "'/*' does not start a comment", start,
                                  "a comment starts with '#' and goes to the end of the line")
            case _:
                self._stray(text, span)

    def _foreign(self, text: str, span: Span) -> None:
        ours, hint = FOREIGN[text]
        if text == ";":
            self.report.error("L006", "';' is not part of the language", span, hint)
        else:
            self.report.error("L003", f"'{text}' is not an operator of the language", span, hint)
        if ours:
            self._add(RESERVED.get(ours) or SYMBOLS[ours], ours, span)

    def _stray(self, text: str, span: Span) -> None:
        character, ours = text[0], LOOKALIKES.get(text[0], "")
        shown = f"'{_short(text)}'" if text.isprintable() else f"U+{ord(character):04X}"
        hint = ""
        if ours:
            hint = f"write {ours} instead"
        elif character.isalpha():
            hint = "names are made of the letters A-Z and a-z, digits and '_'"
        elif character.isspace() or not character.isprintable():
            hint = "only plain spaces, tabs and newlines separate words"
        self.report.error("L001", f"{shown} is not part of the language", span, hint)
        if ours in SYMBOLS and len(text) == 1:
            self._add(SYMBOLS[ours], ours, span)


def _number_hint(text: str) -> str:
    if text.startswith("."):
        return f"write 0{text}" if text[1:].isdigit() else "a number starts with a digit"
    if text.endswith(".") and text[:-1].isdigit():
        return f"write {text}0, or {text[:-1]} for an integer"
    if re.fullmatch(r"0[xX][0-9A-Fa-f]{1,16}|0[bB][01]{1,64}|0[oO][0-7]{1,20}", text):
        return f"numbers are written in decimal: {int(text, 0)}"
    if re.fullmatch(r"[0-9_]+", text):
        return f"write {text.replace('_', '')}"
    if re.fullmatch(r"[0-9.]+[fFlLuU]", text):
        return f"numbers have no suffix: write {text[:-1]}, its type follows from where it stands"
    return "numbers look like 3, 0.5 or 1e-5; a name cannot start with a digit"


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}…"
