"""What the parser says about typical mistakes: code, place, words."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from txc.dsl.diagnostics import Diagnostic, TxcError
from txc.dsl.parser import parse
from txc.dsl.source import Source
from txc.dsl.syntax_errors import alternatives
from txc.grammar import words

BODY = "kernel k(A: f32[4]) -> (B: f32[4]) {\n    §\n}\n"
SCHEDULE = "schedule k for cpu {\n    §\n}\n"
SIGNATURE = "kernel k(§) -> (B: f32[4]) {\n}\n"

# Each: where the text stands, the text with its bad part in guillemets, code, a piece of message or hint.
MISTAKES = [
    (BODY, "B[i] = A[i] +\n«}»", "P001", "unexpected '}'; expected an expression"),
    (BODY, "B[i] = A[i] «+»\n    C[i] = 2", "P001", "expected an expression after '+'"),
    (BODY, "B[i] = 2 «k»\n    C[i] = 2", "P001", "expected an operator before it"),
    (BODY, "B[i] = (2 «k»)", "P001", "a product is written with '*'"),
    (BODY, "B[i] = A[i]«[»0]", "P001", "all indices stand in one pair of brackets"),
    (BODY, "B[i] = A[i - 1] «else» 0", "P001", "stands in parentheses: (X[i - 1] else 0)"),
    (BODY, "B[i] = A[i] if i < 2\n«}»", "P001", "a if condition else b"),
    (BODY, "B[i] = sum«(»A[i])", "P001", "sum[k](…)"),
    (BODY, "«//» a comment", "P001", "a comment starts with '#'"),
    (BODY, "«split» B.i: [a, b]", "P001", "directives stand in a schedule"),
    (BODY, "B[i] = max«(»A[i], 0\n    C[i] = 1", "P002", "add the missing ')'"),
    (BODY, "B[i] = A«[»i\n    let n = 3", "P002", "add the missing ']'"),
    (BODY, "B[i] = max«(»A[i],\n    C[i] = 1", "P002", "this '(' is never closed"),
    (BODY, "B[i] = max(A[i«)»)", "P003", "does not match the open '['"),
    (BODY, "B[i] = A[i]«)»", "P003", "closes nothing"),
    (BODY, "B[i] = 1 if 0 < A[i] «<» 1 else 2", "P004", "a < b and b < c"),
    (BODY, "B[i] = 1 if i «=» 1 else 2", "P005", "write '=='"),
    (BODY, "B[i] «==» 1", "P005", "write '='"),
    (BODY, "B[i] «+=» 1", "P006", "sum[k](…)"),
    (BODY, "let «for» = 3", "P007", "'for_'"),
    (SIGNATURE, "«max»: f32", "P007", "cannot be a name"),
    (SIGNATURE, "A: f32, «f16»: f32", "P007", "cannot be a name"),
    (SIGNATURE, "A: «float32»[4]", "P010", "did you mean 'f32'?"),
    (SIGNATURE, "A: «f23»", "P010", "did you mean"),
    (SIGNATURE, "A«f32»".replace("A", "A "), "P001", "expected a colon ':'"),
    (SCHEDULE, "«vectorise» a", "P009", "did you mean 'vectorize'?"),
    (SCHEDULE, "split B.i «[»a, b]", "P001", "expected a colon ':' or a dot '.'"),
    (SCHEDULE, "knob a in {1 «2»}", "P001", "a comma ','"),
    (SCHEDULE, "split B.i: «[»a, b\n    vectorize b", "P002", "add the missing ']'"),
    ("§ k", "«kernal»", "P008", "did you mean 'kernel'?"),
    ("§ i", "«vectorize»", "P008", "directives stand in a schedule"),
    ("§", "kernel k() «Y»: f32", "P001", "an arrow '->'"),
    ("§", "kernel k() -> «Y»: f32 { }", "P001", "results stand in parentheses"),
    ("§", "schedule k for cpu «{»\n  vectorize i\n", "P002", "add the missing '}'"),
    ("§", "schedule k for cpu «{»\n vectorize i\nkernel k() -> (s: f32) { }", "P002", "'kernel' stands here"),
    ("§", "instance a = b[M = 1]\n«}»", "P003", "closes nothing"),
    (BODY, "B[i] = «relu»(A[i])", "P011", "there is no function 'relu'"),
    (BODY, "B[i] = «tan»(A[i])", "P011", "did you mean 'tanh'?"),
    (BODY, "B[i «+» 1] = A[i]", "P012", "the left side of a definition"),
    (BODY, "B[«0»] = A[0]", "P012", "bare names"),
    (BODY, "B[i] = sum[k «-» 1](A[k])", "P012", "a reducer"),
]


def errors(text: str) -> list[Diagnostic]:
    """The errors of a text that has some."""
    with pytest.raises(TxcError) as caught:
        parse(Source(text))
    return list(caught.value.diagnostics)


@pytest.mark.parametrize(("frame", "marked", "code", "says"), MISTAKES)
def test_typical_mistakes(frame: str, marked: str, code: str, says: str) -> None:
    """Each typical mistake has its code, points at its place and says what helps."""
    text = frame.replace("§", marked)
    start, end = text.index("«"), text.index("»") - 1
    first = errors(text.replace("«", "").replace("»", ""))[0]
    assert (first.code, first.span.start, first.span.end) == (code, start, end)
    assert says in " ".join((first.message, first.hint, *(note for _, note in first.notes)))


def test_the_end_of_the_text_is_pointed_at_behind_the_last_word() -> None:
    """Where nothing is open the error stands behind the last token, not on an empty line below."""
    (error,) = errors("instance a = b\n\n# comment\n\n")
    assert (error.code, error.span.start, error.span.end) == ("P001", 14, 14)
    assert error.message == "the text ends too early; expected an opening bracket '['"


def test_an_unclosed_brace_does_not_hide_the_next_declaration() -> None:
    """A declaration keyword at the start of a line starts a declaration, whatever is open."""
    found = errors("kernel a() -> (s: f32) {\n  s = 1\nkernel b() -> (s: f32) {\n  s = 1 + + \n}\n")
    assert [error.code for error in found] == ["P002", "P001"]


def test_errors_beside_lexical_ones_are_not_reported_twice() -> None:
    """One stray character gives one error."""
    assert [e.code for e in errors("kernel k() -> (s: f32) { s = 1 @ 2 }")] == ["L001"]


@given(st.sets(st.sampled_from([*words.TERMINALS, "$END"]), min_size=1))
@example({"TIMES", "KERNEL", "INSTANCE", "EXTREME"})
@settings(max_examples=200, deadline=None)
def test_lists_of_what_was_expected_are_short_english(kinds: set[str]) -> None:
    """At most four things, and never the name of a terminal."""
    text = alternatives(frozenset(kinds))
    counted = text.replace("','", "")
    for phrase in sorted((words.phrase(kind) for kind in kinds if kind != "$END"), key=len, reverse=True):
        counted = counted.replace(phrase, "one thing")      # some phrases have an "or" of their own
    assert counted.count(", ") + counted.count(" or ") <= 4
    assert not any(f" {kind} " in f" {text} " for kind in words.TERMINALS)
