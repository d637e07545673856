"""Searchers: which rows of a space to measure next."""
