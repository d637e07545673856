"""The cases: they exist, and their tiny relatives too."""

import pytest
from txc.bench.cases import CASES, SUITE, chosen


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_case_is_a_kernel_with_useful_operations_at_most_those_that_its_text_spells_out(case):
    assert 0 < case.flops <= max(case.made.dag.flops(), 5 * case.made.dag.flops() // 3)
    assert case.small.made.dag.compulsory_bytes() <= 64


def test_the_suite_has_both_shapes_of_every_operator():
    assert [c.name for c in CASES if c.suite] == [f"{op}.{shape}" for op in SUITE for shape in (0, 1)]


def test_words_choose_by_whole_names_or_what_is_before_the_dot():
    names = [c.name for c in chosen(["c2d", "GMM.1", "matmul"])]
    assert names[:4] == ["C2D.0", "C2D.1", "GMM.1", "matmul.512"]
    assert chosen([]) == list(CASES)
    with pytest.raises(ValueError, match="there is no case c9d"):
        chosen(["c9d"])
