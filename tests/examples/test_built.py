"""The examples as a user builds them: generated C against the reference, small and at shapes of the suite."""

from pathlib import Path

import pytest
import txc
from references import FULL, SUITE

OTHERS = ("dense", "softmax", "layernorm", "dense_i8", "argmax", "gather", "conv_nchw", "attention", "kmeans",
          "quantized", "jacobi")


@pytest.mark.parametrize("name", SUITE)
def test_small(name: str, examples_dir: Path) -> None:
    """At awkward small sizes, where every tile has a tail."""
    verdict = txc.load(examples_dir / "suite" / f"{name}.tx")[f"{name}_small"].verify()
    assert verdict.ok, verdict.message


@pytest.mark.slow
@pytest.mark.parametrize(("name", "shape"), FULL)
def test_full(name: str, shape: str, examples_dir: Path) -> None:
    """At the two shapes of the suite."""
    verdict = txc.load(examples_dir / "suite" / f"{name}.tx")[f"{name}_{shape}"].verify()
    assert verdict.ok, verdict.message


@pytest.mark.slow
@pytest.mark.parametrize("file", OTHERS)
def test_others(file: str, examples_dir: Path) -> None:
    """The other examples, with the sizes they have by default."""
    module = txc.load(examples_dir / f"{file}.tx")
    for name in module.names:
        verdict = module[name].verify()
        assert verdict.ok, f"{name}: {verdict.message}"


def test_integers_with_tails(examples_dir: Path) -> None:
    """The reference multiplies integers slowly, so this one is small."""
    verdict = txc.load(examples_dir / "dense_i8.tx")["dense_i8"](M=30, N=70, K=50).verify()
    assert verdict.ok, verdict.message
