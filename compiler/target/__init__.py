"""Targets: what code is generated for, as data, and this machine."""
