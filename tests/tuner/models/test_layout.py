"""A layout is a name for the meaning of features."""

from __future__ import annotations

from txc.tuner.models.layout import layout


def test_other_names_orders_and_versions_are_other_layouts():
    """And the same ones the same, in every run: files hold it."""
    given = [layout(["a", "b"]), layout(["b", "a"]), layout(["ab"]), layout(["a"]), layout(["a", "b"], 1)]
    assert len(set(given)) == 5
    assert layout(("a", "b")) == "a40d8e30131d7357"
