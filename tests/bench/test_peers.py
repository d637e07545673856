"""What the peers compute, at small awkward sizes, is what the kernels compute."""

import importlib.util

import pytest
from txc.bench import numpy_peer, torch_peer
from txc.bench.cases import CASES, Case
from txc.bench.peers import Peer, Variant, problem, timed
from txc.compiler.cases import make_case

SMALL = {"GMM": {"N": 7, "M": 19, "K": 11}, "softmax": {"B": 5, "N": 17}, "rowsum": {"M": 7, "N": 29},
         "colsum": {"M": 13, "N": 19}, "dense_i8": {"M": 9, "N": 7, "K": 33}}


def small(case: Case) -> Case:
    """The operator at the small sizes of its file."""
    if case.operator in SMALL:
        return Case(case.name, case.operator, case.file, case.kernel.split("_")[0]
                    if case.suite else case.kernel, {**case.all_sizes, **SMALL[case.operator]})
    return Case(case.name, case.operator, case.file, f"{case.operator.lower()}_small")


OPERATORS = [small(c) for c in {c.operator: c for c in CASES}.values()]


@pytest.fixture(scope="module", params=["numpy", pytest.param("torch", marks=pytest.mark.slow)])
def peer(request: pytest.FixtureRequest) -> Peer:
    if request.param == "numpy":
        return numpy_peer.peer()
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    found = torch_peer.peer(1)
    assert found is not None
    return found


@pytest.mark.parametrize("case", OPERATORS, ids=lambda c: c.operator)
def test_every_way_computes_what_the_reference_computes(case: Case, peer: Peer):
    inputs = make_case(case.made.dag, "normal", 0)
    ways = peer.build(case.operator, case.all_sizes, {t.name: array for t, array in inputs.inputs})
    assert ways or peer.name == "numpy"
    wrong = {way.name: why for way in ways if (why := problem(way, inputs))}
    assert not wrong


def test_a_way_that_computes_something_else_is_found():
    case = OPERATORS[[c.operator for c in OPERATORS].index("rowsum")]
    inputs = make_case(case.made.dag, "normal", 0)
    ((_, array),) = inputs.inputs

    def wrong(name: str, result) -> str:
        return problem(Variant(name, lambda: result, lambda r: r), inputs)

    assert "elements are wrong" in wrong("doubled", 2 * array.sum(1))
    assert wrong("columns", array.sum(0)) == "its shape is (29,), not (7,)"

    def fails():
        raise RuntimeError("not implemented\nfor this")

    assert problem(Variant("fails", fails, lambda r: r), inputs) == "not implemented"


def test_each_call_is_timed():
    calls: list[int] = []
    assert len(timed(lambda: calls.append(1), 5)) == len(calls) == 5
