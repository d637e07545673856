"""Candidates as numbers that a cost model learns from."""
