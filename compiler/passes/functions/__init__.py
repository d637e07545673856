"""The functions of the language as arithmetic, one family a file."""
