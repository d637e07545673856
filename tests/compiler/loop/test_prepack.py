"""Splitting a nest: one after the other the two parts compute what it does, each a valid nest."""

from textwrap import dedent

import numpy as np
import pytest
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Nest
from txc.compiler.loop.prepack import Prepacked, prepacked
from txc.compiler.loop.text import parse
from txc.compiler.loop.verify import verify

HEAD = "nest f(A: f32[4], W: f32[4], V: f32[4], s: f32) -> (D: f32[4])"
COPY = "for i in 0..4 { D[i] = A[i] * P[i] }"


def split(body: str, constants: tuple[str, ...] = ("W", "V", "s")) -> Prepacked:
    """The two nests, checked: together they compute what the whole one does."""
    nest = parse(dedent(f"{HEAD} {{ {body} }}"))
    made = prepacked(nest, constants)
    verify(made.prepack)
    verify(made.main)
    rng = np.random.default_rng(0)
    arrays = {b.name: np.asarray(rng.integers(-4, 5, b.shape), np.float32) for b in nest.inputs}
    whole, parts = dict(arrays), dict(arrays)
    run(nest, whole)
    run(made.prepack, parts)
    run(made.main, parts)
    np.testing.assert_array_equal(parts["D"], whole["D"])
    return made


def names(nest: Nest) -> tuple[str, str]:
    return " ".join(b.name for b in nest.inputs), " ".join(b.name for b in nest.outputs)


def test_a_packed_tensor() -> None:
    """What depends on constants alone is an output of the first nest and an input of the second."""
    made = split("global P: f32[4] for i in 0..4 { P[3 - i] = W[i] } "
                 "for i in 0..4 { D[i] = A[i] * P[i] + V[i] }")
    assert names(made.prepack) == ("W", "P")
    assert names(made.main) == ("A V P", "D")
    assert "global P" not in str(made.main) + str(made.prepack)


def test_stages_that_only_others_of_these_need() -> None:
    """They are private to the first nest."""
    made = split("global Q: f32[4] for i in 0..4 { Q[i] = W[i] + s[] } "
                 f"global P: f32[4] for i in 0..4 {{ P[i] = Q[3 - i] }} {COPY}")
    assert [b.name for b in made.packed] == ["P"]
    assert "global Q" in str(made.prepack)


@pytest.mark.parametrize("body", [
    f"global P: f32[4] for i in 0..4 {{ P[i] = W[i] + A[0] }} {COPY}",
    f"global P: f32[4] for i in 0..4 {{ P[i] = W[i] }} for i in 0..4 {{ P[i] = P[i] + A[i] }} {COPY}",
    f"global Q: f32[4] for i in 0..4 {{ Q[i] = A[i] }} global P: f32[4] "
    f"for i in 0..4 {{ P[i] = W[i] * Q[i] }} {COPY}",
    f"global P: f32[4] for i in 0..4 {{ P[i] = 0.0f32 if A[i] > 0.0f32 {{ P[i] = W[i] }} }} {COPY}",
    f"let a = A[0] global P: f32[4] for i in 0..4 {{ P[i] = W[i] * a }} {COPY}",
    "register P: f32[4] P[0] = W[0] P[1] = W[1] P[2] = W[2] P[3] = W[3] "
    "D[0] = P[0] * A[0] D[1] = P[1] D[2] = P[2] D[3] = P[3]",
])
def test_what_depends_on_more_stays(body: str) -> None:
    """Through values, conditions, names, other tensors, or because it stands in registers."""
    made = split(body)
    assert not made.packed and not made.prepack.body.stmts


def test_named_constants_are_in_both() -> None:
    """A value named once and used by both is computed in each."""
    made = split("let w = W[0] global P: f32[4] for i in 0..4 { P[i] = V[i] * w } "
                 "for i in 0..4 { D[i] = A[i] * P[i] + w }")
    assert names(made.main) == ("A W P", "D")
    assert "let w" in str(made.main) and "let w" in str(made.prepack)


def test_without_constants_nothing_changes() -> None:
    """All is in the main nest, also what depends on nothing at all."""
    body = f"global P: f32[4] for i in 0..4 {{ P[i] = 2.0f32 }} {COPY}"
    made = split(body, ())
    assert made.main.body == parse(f"{HEAD} {{ {body} }}").body
    assert [b.name for b in split(body).packed] == ["P"]


def test_outputs_are_computed_by_the_main_nest() -> None:
    """Even one that depends on constants alone."""
    made = split("for i in 0..4 { D[i] = W[i] }")
    assert names(made.main) == ("A W", "D") and not made.packed
