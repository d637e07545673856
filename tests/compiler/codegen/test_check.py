"""Names that C does not allow, found in a file."""

from txc.compiler.codegen.check import check_names
from txc.dsl.parser import parse
from txc.dsl.source import Source

TEXT = """\
kernel f[N = 4](int: f32[N]) -> (y: f32[N]) { y[i] = int[i] }
instance tan = f[N = 8]
"""


def test_the_span_is_the_name() -> None:
    """An instance is refused at its name (and not at the `tan` in `instance`); parameters are no error."""
    source = Source(TEXT)
    (found,) = check_names(parse(source), source)
    assert found.code == "G501"
    assert TEXT[found.span.start:found.span.end] == "tan" and TEXT[found.span.start - 1] == " "
