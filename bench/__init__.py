"""Kernels against the libraries that people use now: `python -m bench.suite`. README.md says how."""
