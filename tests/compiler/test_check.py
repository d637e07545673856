"""Everything about a source at once: syntax, kernels, schedules."""

import pytest
from txc.compiler.check import check
from txc.dsl.source import Source

KERNEL = "kernel scale[N = 8](A: f32[N]) -> (B: f32[N]) {\n    B[i] = A[i] * 2\n}\n"


def codes(text: str, **sizes: int) -> list[str]:
    return [d.code for d in check(Source(text), sizes)]


@pytest.mark.parametrize(("more", "found"), [
    ("", []),
    ("schedule scale for cpu { vectorize i }\n", []),
    ("schedule scale for cpu { vectorize i\n", ["P002"]),
    ("schedule scale for cpux { vectorize i }\n", ["R600"]),
    ("schedule scale for cpu { vectorize i }\n" * 2, ["S480"]),
    ("schedule scale for cpu { vectorize q }\n", ["S402"]),
])
def test_what_is_wrong_with_a_source_is_found_whatever_finds_it(more: str, found: list[str]) -> None:
    """Parser, choice of schedules and their legality report through one function, which never raises."""
    assert codes(KERNEL + more) == found


def test_errors_come_in_the_order_of_the_text() -> None:
    """A schedule's error stands before that of a kernel below it."""
    later = "kernel more[N = 8](A: f32[N]) -> (B: f32[N]) {\n    B[i] = A[i + 1]\n}\n"
    found = check(Source(KERNEL + "schedule scale for cpu { vectorize q }\n" + later))
    assert found[0].code == "S402"
    assert [d.span for d in found] == sorted(d.span for d in found)


def test_given_sizes_override_defaults() -> None:
    """A subscript that is inside for one size is outside for another."""
    text = KERNEL.replace("N = 8", "N = 4").replace("A: f32[N]", "A: f32[4]")
    assert codes(text) == []
    assert codes(text, N=8) != []
