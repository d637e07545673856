"""How near a kernel comes to what was measured."""

import pytest
import txc
from support.limits import LIMITS
from txc.cli import limits
from txc.compiler.limits.store import save
from txc.compiler.target.target import host, parse

DAG = txc.loads("kernel k[N = 64](A: f32[N, N]) -> (B: f32[N]) { B[i] = sum[j](A[i, j]) }")["k"].dag


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_nothing_is_said_where_nothing_was_measured():
    assert limits.share(DAG, 1e-6, host(), 1) is None
    assert limits.share_text(None) == ""
    assert limits.share_fields(None) is None


def test_a_share_is_the_least_time_by_the_time_taken():
    save(LIMITS)
    found = limits.share(DAG, 1e-6, host(), 1)
    assert found == (pytest.approx((16384 + 256) / 200e9 / 1e-6 + 2 * 256 / 180e9 / 1e-6
                                   - 2 * 256 / 200e9 / 1e-6), "L1 bandwidth")
    assert limits.share_text(found) == ", 8 % of L1 bandwidth"
    assert limits.share_fields((0.5, "f32 peak")) == {"what": "f32 peak", "fraction": 0.5}


def test_limits_of_this_machine_say_nothing_of_another_target():
    save(LIMITS)
    assert limits.share(DAG, 1e-6, parse("cpu:generic"), 1) is None
    assert limits.share(DAG, None, host(), 1) is None
