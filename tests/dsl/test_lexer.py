"""Tokens, comments and lexical errors."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from txc.dsl.diagnostics import Diagnostic, Report, TxcError
from txc.dsl.lexer import Token, tokenize
from txc.dsl.load import decode
from txc.dsl.source import Source


def lex(text: str) -> tuple[list[Token], list[Token], list[Diagnostic]]:
    """Tokens without the last, comments, diagnostics."""
    source = Source(text)
    report = Report(source)
    lexed = tokenize(source, report)
    assert lexed.tokens[-1].kind == "$END"
    return lexed.tokens[:-1], lexed.comments, report.diagnostics


@pytest.mark.parametrize(("text", "tokens"), [
    ("1..64", "1 .. 64"),
    ("1.5..2.5e3", "1.5 .. 2.5e3"),
    ("a.b..c", "a . b .. c"),
    ("x<=-1", "x <= - 1"),
    ("a//b", "a // b"),
    ("(-> -= >=", "( -> - = >="),
    ("schedule k for cpu:x86-64-v4+avx512_vnni{", "schedule k for cpu:x86-64-v4+avx512_vnni {"),
    ("schedule k for # here\n cuda:sm_80", "schedule k for cuda:sm_80"),
    ("cache_read B as C for cpu:1", "cache_read B as C for cpu : 1"),
    ('emits c "a\\"#" "b"', 'emits c "a\\"#" "b"'),
])
def test_texts_split_into_tokens(text: str, tokens: str) -> None:
    """Longest match, ranges beside points, targets behind the `for` of a header only."""
    found, _, errors = lex(text)
    assert [token.text for token in found] == tokens.split()
    assert errors == []


def test_comments_are_kept_apart() -> None:
    """Comments, doc comments too, are no tokens; one goes to the end of its line."""
    found, comments, _ = lex("a # b\n## c\r\nd#")
    assert [token.text for token in found] == ["a", "d"]
    assert [comment.text for comment in comments] == ["# b", "## c\r", "#"]


@given(st.text())
def test_tokens_and_comments_are_in_order_and_in_place(text: str) -> None:
    """Every token lies behind the one before; those without an error are the text at their place."""
    tokens, comments, errors = lex(text)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
    assert all(text[c.start : c.end] == c.text for c in comments)
    assert errors or all(text[t.start : t.end] == t.text for t in tokens)


@pytest.mark.parametrize(("text", "code", "bad", "hint"), [
    ("a @ b", "L001", "@", ""),
    ("a × b", "L001", "×", "write * instead"),
    ("größe", "L001", "öß", "letters A-Z"),
    ("a\u00a0b", "L001", "\u00a0", "plain spaces"),
    ("a\x00b", "L001", "\x00", "plain spaces"),
    ("1.", "L002", "1.", "write 1.0, or 1"),
    (".5", "L002", ".5", "write 0.5"),
    ("0x1F", "L002", "0x1F", "decimal: 31"),
    ("1_000", "L002", "1_000", "write 1000"),
    ("2.0f", "L002", "2.0f", "write 2.0"),
    ("2x", "L002", "2x", "cannot start with a digit"),
    ("1.2.3", "L002", "1.2.3", "numbers look like"),
    ("1" * 401, "L002", "1" * 401, "the limit is 400"),
    ("a && b", "L003", "&&", "write 'and'"),
    ("a || b", "L003", "||", "write 'or'"),
    ("!a", "L003", "!", "write 'not'"),
    ("a ** b", "L003", "**", "pow(x, y)"),
    ("a ? b", "L003", "?", "a if condition else b"),
    ('c "abc', "L004", '"', "add a '\"'"),
    ("a /* b */ c", "L005", "/*", "starts with '#'"),
    ("a;", "L006", ";", "leave it out"),
])
def test_lexical_errors(text: str, code: str, bad: str, hint: str) -> None:
    """What is no token has a code, its place and a hint."""
    _, _, (error,) = lex(text)
    assert error.code == code
    assert text[error.span.start : error.span.end] == bad
    assert hint in error.hint


def test_foreign_operators_are_read_as_ours() -> None:
    """After `&&` and the like parsing goes on as if they had been written well."""
    tokens, _, _ = lex("a && !b || c ** 2;")
    assert [token.kind for token in tokens] == ["NAME", "AND", "NOT", "NAME", "OR", "NAME", "TIMES", "NUMBER"]


def test_bytes_are_utf_8() -> None:
    """A byte order mark is dropped; bytes that are not UTF-8 are L007 at their place."""
    assert decode(b"\xef\xbb\xbf# \xc3\xa9", "a.tx") == Source("# é", "a.tx")
    with pytest.raises(TxcError) as caught:
        decode("# é".encode() + b"\n\n \xff", "a.tx")
    (error,) = caught.value.diagnostics
    assert (error.code, error.span.start, error.span.end) == ("L007", 6, 7)
    assert str(caught.value).startswith("a.tx:3:2: error[L007]: the byte 0xff is not UTF-8 text")
