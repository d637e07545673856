"""Everything is measured once a round, and the best counts."""

from txc.compiler.limits.limits import LEVELS
from txc.compiler.limits.measure import measure
from txc.compiler.target.target import host


def test_one_short_round_measures_everything():
    heard: list[int] = []
    limits = measure(2, window=1e-5, most=1 << 16, watch=heard.append)
    assert heard == [1, 2]
    assert limits.cores == host().cores
    for rates in (limits.one, limits.all):
        assert {"f32", "f64"} <= set(rates.arithmetic)
        assert set(rates.read) == set(rates.copy) <= set(LEVELS)
        assert all(r > 0 for values in (rates.arithmetic, rates.read, rates.copy) for r in values.values())
