"""One case from building to its row, with a peer that is a stub, at a size where nothing takes time."""

import pytest
from txc.bench.cases import Case
from txc.bench.peers import Arrays, Peer, Variant
from txc.bench.worker import Options, run
from txc.compiler.limits.measure import Measuring

SMALL = Case("sums", "rowsum", "sums.tx", "rowsum", {"M": 7, "N": 29}, {"M": 1, "N": 1})


def build(operator: str, sizes, arrays: Arrays) -> list[Variant]:
    x = arrays["X"]
    calls = {"right": lambda: x.sum(1), "wrong": lambda: x.sum(1) + 1}
    return [Variant(name, call, lambda y: y) for name, call in calls.items()]


STUB = Peer("stub", "1.0", build)


@pytest.fixture(scope="module")
def found() -> dict:
    said: list[str] = []
    options = Options(rounds=2, budget=0.1, backends=("gcc",))
    limits, (row,) = run([SMALL], [STUB], Measuring(1e-5, 1 << 16), options, said.append)
    assert limits.one.arithmetic["f32"] >= row["peak"]
    assert said[0] == "sums: verifying"
    assert said[1].startswith("  not timed: stub, wrong: ")
    assert said[-2:] == ["round 1 of 2", "round 2 of 2"]
    return row


def test_the_row_says_what_was_computed(found: dict):
    assert (found["flops"], found["bytes"], found["threads"]) == (7 * 29, 4 * (7 * 29 + 7), 1)
    assert found["limit"]["what"] == "L1 bandwidth"
    assert found["peak"] > 0


def test_ours_has_times_and_the_fraction_of_the_limit(found: dict):
    ours = found["ours"]["gcc"]
    assert ours["schedule"] == "template"
    assert ours["fraction"] == pytest.approx(found["limit"]["seconds"] / ours["seconds"])
    assert 0 < ours["seconds"] <= ours["median"]


def test_a_wrong_way_is_not_timed_and_the_empty_call_is_taken_off(found: dict):
    stub = found["peers"]["stub"]
    assert [way["way"] for way in stub["ways"]] == ["right"]
    assert stub["empty"] > 0
    assert list(found["rejected"]) == ["stub, wrong"]


def test_a_kernel_that_cannot_be_built_is_told_and_the_rest_goes_on():
    said: list[str] = []
    options = Options(rounds=1, budget=0.1, backends=("no-such-cc",))
    _, (row,) = run([SMALL], [STUB], Measuring(1e-5, 1 << 16), options, said.append)
    assert row["ours"] == {}
    assert "there is no C compiler 'no-such-cc'" in row["rejected"]["no-such-cc"]
