"""Derivation rules: from a kernel's mathematics to schedules with holes."""
