"""Copies in pieces: zeros, what is inside, zeros; every other loop stays as it is."""

import pytest
from support.passes import documented, transformed
from txc.compiler.loop.simplify import simplify
from txc.compiler.passes.peel import PeelCopies


def test_a_padded_row_is_three_pieces() -> None:
    nest = simplify(transformed(PeelCopies(), """
        nest f(X: i64[6]) -> (C: i64[9]) { vectorized for x in 0..9 {
          C[x] = select(x >= 2 and x < 8, X[x - 2], 7) } }"""))
    assert [str(s).replace("\n", " ") for s in nest.body.stmts] == [
        "vectorized for x in 0..2 {   C[x] = 7 }",
        "vectorized for x in 0..6 {   C[x + 2] = X[x] }", "C[8] = 7"]


@pytest.mark.parametrize("body", [
    "for x in 0..9 { C[x] = select(x >= 2, C[x], 7) }",                     # reads what it writes
    "for x in 0..9 { C[x] = X[x % 6] }",                                    # no guard
    "for x in 0..9 { C[x] = select(x % 2 == 0, X[x // 2], 7) }",            # no comparison of sums
    "for x in 0..9 { C[x] = 0  for s in 0..2 { C[x] = C[x] + select(x >= s, X[s], 7) } }",  # a reduction
])
def test_other_loops_stay(body: str) -> None:
    text = f"nest f(X: i64[6]) -> (C: i64[9]) {{ for i in 0..9 {{ C[i] = i }} {body} }}"
    assert str(transformed(PeelCopies(), text)) == str(transformed(lambda nest: nest, text))


def test_the_documentation_shows_what_it_does() -> None:
    after, shown = documented(PeelCopies())
    assert after == shown
