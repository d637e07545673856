"""The formatter keeps the program and all comments, and formatting twice changes nothing more."""

from __future__ import annotations

from collections import Counter

import pytest
import strategies as trees
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from txc.dsl import ast
from txc.dsl.diagnostics import Report, TxcError
from txc.dsl.format import format_text
from txc.dsl.lexer import tokenize
from txc.dsl.parser import parse
from txc.dsl.source import Source


def comments(text: str) -> Counter[str]:
    """The comments of a text, without trailing white space."""
    source = Source(text)
    return Counter(c.text.rstrip() for c in tokenize(source, Report(source)).comments)


TRIVIA = st.sampled_from([" ", "\n", "\n\n\n", " # a\n", "\n# b \n", "\n\n## c\n\n", "\n##d\n", "\t\r\n"])


@given(trees.files, st.data())
@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_formatting_keeps_program_and_comments(file: ast.File, data: st.DataObject) -> None:
    """White space and comments anywhere: same tree, same comments, and a second run changes nothing."""
    source = Source(str(file))
    tokens = tokenize(source, Report(source)).tokens[:-1]
    drawn = data.draw(st.lists(TRIVIA, min_size=20, max_size=40))
    gaps = [drawn[i % len(drawn)] for i in range(len(tokens) + 1)]
    text = gaps[0] + "".join(token.text + gap for token, gap in zip(tokens, gaps[1:], strict=True))
    once = format_text(text)
    assert parse(Source(once)) == parse(Source(text))
    assert comments(once) == comments(text)
    assert format_text(once) == once


CASES = {
    "spacing": ("kernel  k[M=2,N](A:f32[M,N],b:f32)->(C:f32[M]){C[i]=A[i,0]*-b+2*(M-1)}",
                "kernel k[M = 2, N](A: f32[M, N], b: f32) -> (C: f32[M]) {\n"
                "    C[i] = A[i, 0] * -b + 2 * (M - 1)\n}\n"),
    "one directive a line": ("schedule k for cpu { split C.i: [a, b]  vectorize b }",
                             "schedule k for cpu {\n    split C.i: [a, b]\n    vectorize b\n}\n"),
    "comments and groups": (
        "# file\n\n\n## doc\nschedule k for cpu {   # head\n\n  # first\n  vectorize b # why\n\n\n"
        "  unroll C:{1,2}\n  # last\n\n} # end\n",
        "# file\n\n## doc\nschedule k for cpu {  # head\n    # first\n    vectorize b  # why\n\n"
        "    unroll C: {1, 2}\n    # last\n}  # end\n"),
    "comments of parameters": (
        "kernel k(A: f32, # one\n  B: f32 # two\n) -> (s: f32) { s = A + B }",
        "kernel k(\n    A: f32,  # one\n    B: f32  # two\n) -> (s: f32) {\n    s = A + B\n}\n"),
    "comments inside a definition go before it": (
        "kernel k() -> (s: f32) {\n  s = 1 + # one\n  2 }",
        "kernel k() -> (s: f32) {\n    # one\n    s = 1 + 2\n}\n"),
    "declarations stand apart, instances may not": (
        "instance a = k[M = 1]\ninstance b = k[M = 2]\nkernel k[M]() -> (s: f32) { }\ninstance c = k[M = 3]",
        "instance a = k[M = 1]\ninstance b = k[M = 2]\n\nkernel k[M]() -> (s: f32) {\n}\n\n"
        "instance c = k[M = 3]\n"),
    "when": ("schedule k for cpu { when a == 1 { # c\n vectorize b } }",
             "schedule k for cpu {\n    when a == 1 {  # c\n        vectorize b\n    }\n}\n"),
    "nothing": ("\n\n", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_layout(case: str) -> None:
    """Small texts and their canonical layout."""
    text, formatted = CASES[case]
    assert format_text(text) == formatted


CONV = """\
kernel conv2d[N = 1, CI = 64, H = 56, W = 56, CO = 64, R = 3, S = 3, stride = 1, pad = 1](
    X: f32[N, CI, H, W], F: f32[CO, CI, R, S]
) -> (Y: f32[N, CO, (H + 2 * pad - R) // stride + 1, (W + 2 * pad - S) // stride + 1]) {
    Y[n, f, y, x] = sum[c, r, s](
        (X[n, c, y * stride + r - pad, x * stride + s - pad] else 0) * F[f, c, r, s]
    )
    Z[n, f, y, x] =
        Y[n, f, y, x] * 0.044715 * Y[n, f, y, x] * Y[n, f, y, x]
        + Y[n, f, y, x] * 0.79788456
        - max(Y[n, f, y, x], 0.5)
    T[n, f, y, x] =
        Y[n, f, y, x] + 0.044715 * Y[n, f, y, x]
        if Y[n, f, y, x] > 0.0 and Z[n, f, y, x] > 0.0
        else Z[n, f, y, x] - 0.79788456
}
"""


def test_long_lines_break_at_groups_operators_and_brackets() -> None:
    """Long signatures and definitions have one canonical layout, and every line of it fits."""
    assert format_text(" ".join(CONV.split())) == CONV
    assert max(map(len, CONV.splitlines())) <= 100


def test_long_directives_are_filled() -> None:
    """A directive too long for a line goes on in the next one, indented."""
    loops = " ".join(f"loop_{i}" for i in range(20))
    formatted = format_text(f"schedule k for cpu {{ order C: {loops} }}")
    assert formatted.split() == f"schedule k for cpu {{ order C: {loops} }}".split()
    assert max(map(len, formatted.splitlines())) <= 100
    assert formatted.splitlines()[2].startswith("        loop_")


TEXTS = """\
intrinsic madd(a: i16[2], b: i16[8, 2], c: i32[8]) for cpu:x86-64-v3 {
    c[n] += sum[k](i32(a[k]) * i32(b[n, k]))
} emits c "int32_t txc_a; i32x8 txc_v = {0}; __builtin_memcpy(&txc_a, &$a, 4); txc_v += txc_a;"
    c "$c = (i32x8)((u32x8)$c + (u32x8)__builtin_ia32_pmaddwd256((i16x16)txc_v, $b));"
    header "immintrin.h"
"""


def test_texts_of_an_intrinsic_stand_on_lines_of_their_own() -> None:
    """Texts that do not fit one line are one a line; those that do are on one."""
    assert format_text(" ".join(TEXTS.split())) == TEXTS
    short = "intrinsic f(c: i32) for cpu {\n    c = 1\n} emits c \"$c = 1;\" header \"f.h\"\n"
    assert format_text(short) == short


DIMENSIONS = """\
kernel k[H = 8, W = 8, K = 3, stride = 2, dilation = 2, pad = 1](
    X: f32[H, W]
) -> (
    Y: f32[
        (H + 2 * pad - dilation * (K - 1) - 1) // stride + 1,
        (W + 2 * pad - dilation * (K - 1) - 1) // stride + 1
    ],
    s: f32
) {
    s = 1
}
"""


def test_dimensions_of_a_long_parameter_stand_on_lines_of_their_own() -> None:
    """A parameter too long for a line has one dimension a line."""
    assert format_text(" ".join(DIMENSIONS.split())) == DIMENSIONS


def test_text_with_errors_is_not_formatted() -> None:
    """Syntax errors come out as the parser reports them, with the name of the text."""
    with pytest.raises(TxcError) as caught:
        format_text("kernel", "a.tx")
    assert [d.code for d in caught.value.diagnostics] == ["P001"]
    assert str(caught.value).startswith("a.tx:1:7: error[P001]")
