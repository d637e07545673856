"""Budgets of `txc tune` in words and numbers."""

import pytest
from txc.cli.settings import Settings
from txc.cli.tuning import Limit, limit_of
from txc.dsl.diagnostics import TxcError


def limit(settings: Settings, effort: str | None = None, *, asked: bool = False, kernels: int = 1) -> Limit:
    return limit_of(settings, effort, asked=asked, kernels=kernels)


def test_without_anything_it_is_a_minute_for_each_kernel():
    assert limit(Settings()) == Limit(seconds=60.0)
    assert limit(Settings(), kernels=3) == Limit(seconds=180.0)


def test_budgets_are_of_the_whole_job():
    assert limit(Settings(budget="90s"), kernels=3) == Limit(seconds=90.0)
    assert limit(Settings(budget="200"), kernels=3) == Limit(200)
    assert limit(Settings(budget="2m", trials=50)) == Limit(50, 120.0)
    assert limit(Settings(budget="200", trials=50)) == Limit(50)


def test_an_effort_is_for_each_kernel_and_wins_over_settings():
    settings = Settings(budget="10h", trials=3)
    assert limit(settings, "quick", kernels=2) == Limit(seconds=30.0)
    assert limit(settings, "full") == Limit(seconds=300.0)
    assert limit(settings, "none") == Limit()


def test_an_effort_beside_a_budget_is_an_error():
    with pytest.raises(TxcError) as caught:
        limit(Settings(budget="90s"), "quick", asked=True)
    assert [d.code for d in caught.value.diagnostics] == ["R673"]


def test_limits_read_as_words():
    assert str(Limit(200, 90.0)) == "200 trials or 1:30"
    assert str(Limit()) == "no measuring"
