"""The built-in rules."""

from __future__ import annotations

from txc.tuner.rules.builtin import BUILTIN


def test_names_of_rules_differ():
    """A derivation tells one from the other."""
    assert len({rule.name for rule in BUILTIN}) == len(BUILTIN)


def test_the_last_rule_takes_everything():
    """Else stages would be left over."""
    assert BUILTIN[-1].name == "skip"
