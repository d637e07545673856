"""Measuring: candidates are built, verified and timed in processes that may die."""
