"""Loop nests: the IR, its text, its verifier and interpreter, and lowering into it."""
