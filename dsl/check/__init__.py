"""Names, types, ranges and proofs of bounds: from the syntax tree to typed kernels.

scope -> sizes -> order -> stages (ranges, expressions, types) -> bounds -> unused
"""

from .files import check_file, elaborate, kernel_names

__all__ = ["check_file", "elaborate", "kernel_names"]
