"""LLVM IR from loop nests: the same functions that the C code has, as values in static single assignment."""
