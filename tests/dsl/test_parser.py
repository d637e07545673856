"""The parser: trees with spans, several errors a run, no traceback whatever the input."""

from __future__ import annotations

import pytest
import strategies as trees
from hypothesis import given, settings
from hypothesis import strategies as st
from txc.dsl import ast
from txc.dsl.diagnostics import TxcError
from txc.dsl.parser import parse, parse_declaration, parse_directives, parse_expression, parse_schedule
from txc.dsl.source import NOWHERE, Source
from txc.grammar import words

PROGRAM = """\
## Row sums.
## And more.
kernel rows[M = 4, N](A: f32[M, N], const b: f32) -> (s: f32[M]) {
    let two = 1 + 1
    s[i] = sum[j]((A[i, j - 1] else 0) * b) if M > 2 and not N < 3 else -A[i, 0] ** 1
}
""".replace(" ** 1", "")


@pytest.mark.slow
@given(trees.files)
@settings(max_examples=300, deadline=None)
def test_printed_trees_parse_back(file: ast.File) -> None:
    """The text of a tree is the text of that tree."""
    assert parse(Source(str(file))) == file


@given(trees.expressions)
@settings(max_examples=300, deadline=None)
def test_printed_expressions_parse_back(expr: ast.Expr) -> None:
    """Parentheses stand in printed expressions exactly where they must."""
    assert parse_expression(str(expr)) == expr


@given(trees.directives)
@settings(deadline=None)
def test_printed_directives_parse_back(directive: ast.Directive) -> None:
    """Every directive prints as it is written."""
    assert parse_directives(str(directive)) == (directive,)


def test_spans_cut_the_text_of_each_node() -> None:
    """The text below a node's span parses to that node again."""
    file = parse(Source(PROGRAM))
    seen = 0
    for node in ast.walk(file):
        text = PROGRAM[node.span.start : node.span.end]
        if isinstance(node, ast.Expr):
            assert parse_expression(text) == node
            seen += 1
        elif isinstance(node, ast.Axis | ast.Param | ast.Let | ast.Size):
            assert text.split() == str(node).split()
            seen += 1
    assert seen > 30
    assert all(node.span != NOWHERE for node in ast.walk(file))


def test_doc_comments_belong_to_the_declaration_right_below() -> None:
    """`##` lines right above a declaration are its doc; an empty line or another comment ends them."""
    kernel = "kernel k() -> (s: f32) { s = 1 }"
    assert parse(Source(PROGRAM)).declarations[0].doc == "Row sums.\nAnd more."
    assert parse_declaration(f"##  indented\n##\n## last\n{kernel}").doc == " indented\n\nlast"
    assert parse_declaration(f"## of the file\n\n## of k\n{kernel}").doc == "of k"
    assert parse_declaration(f"## far\n\n{kernel}").doc == ""
    assert parse_declaration(f"## far\n# near\n{kernel}").doc == ""
    assert parse_declaration(f"### ruler\n{kernel}").doc == ""
    assert parse(Source(f"{kernel} ## trailing\n{kernel}")).declarations[1].doc == ""
    assert parse(Source(f"{kernel.removesuffix('}')}\n## inside\n}} {kernel}")).declarations[1].doc == ""


def test_small_extensions_of_directives() -> None:
    """`unroll` may do without a value, `parallel` may say how many loops, holes stand wherever values do."""
    text = "unroll C.i4 parallel i j: {1, 2} parallel i: n split C.k: [a, b: 1..4, c: {2, 4}, d: n * 2..64]"
    unroll, some, named, split = parse_directives(text)
    assert unroll == ast.Unroll(ast.Ref(("C", "i4")))
    assert isinstance(some, ast.Parallel) and some.count == ast.OneOf((ast.Number("1"), ast.Number("2")))
    assert isinstance(named, ast.Parallel) and named.count == ast.Name("n")
    assert isinstance(split, ast.Split) and [str(part) for part in split.parts] == [
        "a", "b: 1..4", "c: {2, 4}", "d: n * 2..64"]


def test_parse_schedule_takes_schedules_only() -> None:
    """A schedule is given back as one; another declaration is P001."""
    assert parse_schedule("schedule k for cpu:x86-64-v4 { }").target == "cpu:x86-64-v4"
    with pytest.raises(TxcError) as caught:
        parse_schedule("instance a = b[M = 1]")
    assert [d.code for d in caught.value.diagnostics] == ["P001"]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "\ufeff", "\t\r\n"])
def test_a_text_without_declarations_is_an_empty_file(text: str) -> None:
    """No declaration is no error."""
    assert parse(Source(text)) == ast.File(())


def test_line_ends_tabs_and_byte_order_marks_do_not_matter() -> None:
    """The tree is the same with CRLF, tabs and a byte order mark."""
    other = "\ufeff" + PROGRAM.replace("\n", "\r\n").replace("    ", "\t")
    assert parse(Source(other)) == parse(Source(PROGRAM))


def codes(text: str) -> list[str]:
    """Codes of the errors in a text, none if it parses."""
    try:
        parse(Source(text))
    except TxcError as error:
        return [d.code for d in error.diagnostics if d.span != NOWHERE and str(error)]
    return []


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "kernel k() -> (s: f32) { s = " + "(" * 3000 + "1" + ")" * 3000 + "}",
     "kernel k() -> (s: f32) { s = " + "-" * 3000 + "1 }",
     "kernel k() -> (s: f32) { s = " + "a + " * 5000 + "1 }",
     "schedule k for cpu { " + "when a { " * 3000 + "}" * 3000 + " }"])
def test_deep_nesting_is_an_error_not_a_crash(text: str) -> None:
    """Thousands of levels give errors or, for mere parentheses, a tree; never a RecursionError."""
    assert set(codes(text)) <= {"P002", "P008", "P013"}


def test_what_parses_is_shallow_enough_to_walk() -> None:
    """A tree at the limit can be printed, compared, hashed and walked."""
    tree = parse_expression(" + ".join(["a"] * 98))
    again = parse_expression(str(tree))
    assert again == tree
    assert hash(again) == hash(tree)
    assert len(list(ast.walk(tree))) == 195
    with pytest.raises(TxcError) as caught:
        parse_expression(" + ".join(["a"] * 120))
    assert [d.code for d in caught.value.diagnostics] == ["P013"]


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_parses_or_gives_errors(text: str) -> None:
    """No input makes a traceback."""
    codes(text)


VOCABULARY = [*words.RESERVED, *words.OPERATORS, *words.BRACKETS, *words.SEPARATORS, "A", "i", "1", "0.5",
              '"s"', "\n", "# c\n", "##d\n",
              "&&", ";", "/*", "1.", "é", '"', "k[i] =", "kernel f() -> (s: f32) {"]


@given(st.lists(st.sampled_from(VOCABULARY), max_size=40), st.sampled_from(" \n"))
@settings(max_examples=400, deadline=None)
def test_any_row_of_tokens_parses_or_gives_errors(tokens: list[str], between: str) -> None:
    """No order of tokens makes a traceback."""
    codes(between.join(tokens))


@pytest.mark.slow
@given(trees.files, st.data())
@settings(max_examples=200, deadline=None)
def test_programs_with_a_mistake_give_errors_or_parse(file: ast.File, data: st.DataObject) -> None:
    """A program with some characters cut out or put in never makes a traceback."""
    text = str(file)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    codes(text[:start] + data.draw(st.sampled_from(["", " ", *VOCABULARY])) + text[end:])


def test_errors_in_several_declarations_and_stages_are_all_reported() -> None:
    """Parsing goes on at the next definition, directive and declaration."""
    text = """\
kernel a(A: flot[2]) -> (B: f32[2]) { B[i] = A[i] }
kernel b(A: f32[2]) -> (B: f32[2]) {
    C[i] = A[i] +
    D[i] = (A[i]
    E[i] = A[i] < 1 < 2
    B[i] = A[i]
}
schedule b for cpu {
    spilt B.i: [x, y]
    vectorize B.y
    knob k in {1 2}
    unroll B: k k
    order B
}
instance c = b(2)
"""
    with pytest.raises(TxcError) as caught:
        parse(Source(text))
    found = [(d.code, *Source(text).position(d.span.start)) for d in caught.value.diagnostics]
    assert found == [("P010", 1, 13), ("P001", 3, 17), ("P004", 5, 21), ("P009", 9, 5), ("P001", 11, 18),
                     ("P009", 12, 17), ("P001", 14, 1), ("P001", 15, 15)]
