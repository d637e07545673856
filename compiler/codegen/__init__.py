"""C code from loop nests: expressions, vectors, entry points, and the files a C project gets."""
