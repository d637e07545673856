"""Lines of generated C."""

from txc.compiler.codegen.writer import WIDTH, Writer, broken


def test_blocks_indent() -> None:
    """Braces of C, `else` behind the brace before it, preprocessor lines at the margin."""
    writer = Writer()
    with writer.block("if (a)"):
        writer.line("b;")
    with writer.block("else"):
        writer.line("#pragma c")
    assert str(writer) == "if (a) {\n    b;\n} else {\n#pragma c\n}\n"


def test_long_lines_are_broken_after_commas() -> None:
    """No line is too long, and put together they are what was written."""
    line = "    x = SPLAT(" + ", ".join(f"value_{i}" for i in range(40)) + ");"
    lines = broken(line)
    assert len(lines) > 1 and max(map(len, lines)) <= WIDTH
    assert lines[0].startswith("    x = ") and all(text.startswith(" " * 12 + "value") for text in lines[1:])
    assert " ".join(text.strip() for text in lines) == line.strip()
    assert broken("    a = b;") == ["    a = b;"]
    assert broken("x" * 200) == ["x" * 200]
