"""Compiling generated C, loading it, calling it on numpy arrays."""
