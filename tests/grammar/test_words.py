"""The word lists are those of the grammar."""

from __future__ import annotations

import subprocess
import sys

from lark import Lark
from txc.grammar import words
from txc.grammar.tables import STARTS
from txc.grammar.words import RESERVED, TERMINALS, phrase


def test_every_terminal_has_an_english_phrase() -> None:
    """What Lark finds in the grammar is what `words` finds, and each has a phrase that is not its name."""
    lark = Lark(words.GRAMMAR, parser="lalr", start=list(STARTS))
    assert {terminal.name for terminal in lark.terminals} == set(TERMINALS)
    for terminal in TERMINALS.values():
        assert terminal.phrase and terminal.name not in terminal.phrase
        assert terminal.texts or terminal.pattern
    assert phrase("RSQB") == "a closing bracket ']'"
    assert phrase("$END") == "the end of the file"


def test_word_lists_are_whole_and_disjoint() -> None:
    """Each reserved word stands in exactly one list, `min` and `max` in two."""
    lists = (words.KEYWORDS, words.DIRECTIVES, words.CONSTANTS, words.TYPES, words.FUNCTIONS, words.REDUCERS)
    listed = sorted(word for each in lists for word in each)
    assert sorted([*RESERVED, "max", "min"]) == listed
    assert len(words.DIRECTIVES) == 20
    assert set(words.DECLARATIONS) <= set(words.KEYWORDS)


def test_words_need_no_lark() -> None:
    """The light path stays light: neither the words nor a parse with cached tables import Lark."""
    code = ("import sys; from txc.dsl.parser import parse_expression; parse_expression('a'); "
            "sys.modules.pop('lark', None); import importlib, txc.dsl.parser as p; p._tables.cache_clear(); "
            "parse_expression('a + 1'); from txc.grammar import words; sys.exit('lark' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
