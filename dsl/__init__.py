"""The language: text to typed kernels. Nothing here imports numpy."""
