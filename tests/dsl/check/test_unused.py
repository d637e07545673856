"""Unused names are warnings, unless something is wrong anyway."""

import pytest
from support.marked import diagnose, expect

CASES = [
    "kernel k[N = 4, «M = 2»](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] }",
    "kernel k[N = 4](X: f32[N], «Z: f32») -> (Y: f32[N]) { Y[i] = X[i] }",
    "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { «let M = N» Y[i] = X[i] }",
    "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { «T[i] = X[i]» Y[i] = X[i] }",
    "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { T[i, «j < 2»] = X[i] Y[i] = T[i, 0] }",
    "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = sum[«j < 2»](X[i]) }",
]


@pytest.mark.parametrize("text", CASES)
def test_an_unused_name_is_a_warning(text: str) -> None:
    """Sizes, inputs, constants, stages and indices."""
    assert expect("T111", text).severity == "warning"


def test_an_output_may_repeat_itself() -> None:
    """Its axes are asked for by its shape, used or not."""
    assert diagnose("kernel k(b: f32[4]) -> (Y: f32[8, 4]) { Y[i, j] = b[j] }") == []


def test_errors_come_alone() -> None:
    """What is unused because of a slip elsewhere is not mentioned beside it."""
    expect("T101", "kernel k(X: f32[4], scale: f32) -> (Y: f32[4]) { Y[i] = X[i] * «scal» }")
