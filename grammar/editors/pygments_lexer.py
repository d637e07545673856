"""A Pygments lexer for `.tx`, found by Pygments through an entry point: `pygmentize -l txc dense.tx`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from pygments.lexer import (
    RegexLexer,
    bygroups,  # pyright: ignore[reportUnknownVariableType]
    words,
)
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

from .. import words as tx

_NAME = r"[A-Za-z_]\w*"
_TARGET = _NAME + r"(?::[\w.\-]+)?(?:\+[\w.\-]+)*"
_TYPES = "|".join(tx.TYPES)
_DECLARATION = "|".join(tx.DECLARATIONS)
_FIRST_WORD = re.compile(rf"(?:\s+|#.*)*(?:{_DECLARATION})\s")


class TxLexer(RegexLexer):
    """Tokens of `.tx` files; the word lists are those of the grammar."""

    name = "txc"
    aliases: ClassVar[Sequence[str]] = ("txc",)
    filenames: ClassVar[Sequence[str]] = ("*.tx",)
    mimetypes: ClassVar[Sequence[str]] = ("text/x-txc",)
    tokens: ClassVar[dict[str, list[tuple[object, ...]]]] = {
        "root": [
            (r"\s+", Whitespace),
            (r"##.*", String.Doc),
            (r"#.*", Comment.Single),
            (r'"(?:\\.|[^"\\\n])*"', String.Double),
            (rf"\b({_DECLARATION})(\s+)({_NAME})", bygroups(Keyword.Declaration, Whitespace, Name.Function)),
            (rf"\b(for)(\s+)({_TARGET})(?=\s*\{{)", bygroups(Keyword, Whitespace, Name.Namespace)),
            (words(tx.HARDWARE, r"\b", r"\b"), Name.Builtin.Pseudo),
            (words(tx.REDUCERS, r"\b", r"\b(?=\s*\[)"), Name.Function.Magic),
            (words(tx.FUNCTIONS, r"\b", r"\b(?=\s*\()"), Name.Builtin),
            (words(tx.TYPES, r"\b", r"\b"), Keyword.Type),
            (words(tx.CONSTANTS, r"\b", r"\b"), Keyword.Constant),
            (words(tx.DIRECTIVES, r"\b", r"\b"), Keyword.Reserved),
            (words(tx.KEYWORDS, r"\b", r"\b"), Keyword),
            (rf"{_NAME}(?=\s*:\s*(?:{_TYPES})\b)", Name.Variable),
            (_NAME, Name),
            (r"\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)", Number.Float),
            (r"\d+", Number.Integer),
            (words(tx.OPERATORS), Operator),
            (words((*tx.BRACKETS, *tx.SEPARATORS)), Punctuation),
        ],
    }

    @staticmethod
    def analyse_text(text: str) -> float:
        """How surely a text is txc's, which shares its extension with textX: by its first word."""
        return 0.9 if _FIRST_WORD.match(text) else 0.0
