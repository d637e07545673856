"""Short reduction axes are taps of filters."""

from __future__ import annotations

from support.derived import context
from txc.dsl.typed import Axis
from txc.tuner.rules.taps import block_sizes, copies, unrolled

STAGE = context("""kernel f[N = 64, C = 100](X: f32[N + 4, C], F: f32[3, 2, C]) -> (Y: f32[N]) {
    Y[i < N] = sum[c, r < 3, s < 2](X[i + r + s, c] * F[r, s, c])
}""").graph.stage("Y")
C, R, S = STAGE.reduction_axes


def test_taps_are_taken_whole_or_one_by_one_and_long_axes_in_powers_of_two():
    assert (block_sizes(R), block_sizes(C)) == ("{1, 3}", "{16, 32, 64, 100}")


def test_writing_out_taps_makes_copies_from_the_innermost_on():
    assert copies((C, R, S)) == [1, 2, 6]
    assert copies((R, S, C)) == [1]


def test_few_copies_are_made():
    eight = Axis("t", 8)
    assert copies((R, eight)) == [1, 8]
    assert unrolled((R, eight)) == [eight]
    assert unrolled((C, R, S)) == [S, R]
