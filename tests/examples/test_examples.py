"""Every example computes what its description says, by a reference written apart from the compiler."""

from pathlib import Path

import numpy as np
import pytest
from references import FULL, REFERENCES, SUITE
from support.kernels import EXAMPLES, example, load, suite
from txc.compiler.cases import KINDS, make_inputs
from txc.compiler.dag import Dag
from txc.compiler.reference import evaluate
from txc.dsl.check import check_file
from txc.dsl.parser import parse
from txc.dsl.source import Source

FILES = sorted(EXAMPLES.rglob("*.tx"))


def agree(dag: Dag, kind: str, rtol: float, atol: float) -> None:
    """The compiler's reference and numpy give the same outputs."""
    inputs = make_inputs(dag, kind, seed=1)
    wanted = REFERENCES[dag.declaration](dict(dag.sizes), *inputs.values())
    outputs = wanted if isinstance(wanted, tuple) else (wanted,)
    for got, output in zip(evaluate(dag, inputs).values(), outputs, strict=True):
        np.testing.assert_allclose(got.value, output, rtol=rtol, atol=atol)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_checks_without_a_word(path: Path) -> None:
    """No example has an error or a warning."""
    source = Source(path.read_text(), path.name)
    assert check_file(parse(source), source) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFERENCES)
def test_small(name: str, kind: str) -> None:
    """At a small and awkward size the two references agree."""
    agree(example(name), kind, 1e-10, 1e-11)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "shape"), FULL)
def test_full(name: str, shape: str) -> None:
    """At the two shapes of the suite they agree too."""
    agree(suite(name, shape), "normal", 1e-9, 1e-10)


@pytest.mark.parametrize("name", SUITE)
def test_defaults_are_the_first_shape(name: str) -> None:
    """A kernel built without sizes is its first instance."""
    path = EXAMPLES / "suite" / f"{name}.tx"

    assert load(path, name).sizes == suite(name, "0").sizes
