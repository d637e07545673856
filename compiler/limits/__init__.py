"""Limits of this machine, measured: how fast it multiplies and adds, how fast it reads and copies."""
