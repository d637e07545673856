"""Targets as data: what a machine can do and how wide it is."""
