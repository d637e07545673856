"""Files stay small. Those above 300 lines are listed with their size, which may only fall."""

from support.sources import ROOT, tracked

LIMIT = 300
LIST = ROOT / "tests" / "size_allowlist.txt"


def allowed() -> dict[str, int]:
    """The listed files with their sizes: `path lines` on each line, `#` for comments."""
    rows = [line.split() for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    return {path: int(lines) for path, lines in rows}


def sizes() -> dict[str, int]:
    """Lines of every Python file."""
    return {f: len((ROOT / f).read_text().splitlines()) for f in tracked() if f.endswith(".py")}


def test_no_file_grows_beyond_its_limit() -> None:
    """A new file has at most 300 lines, a listed one at most its number: split it by idea."""
    limits = allowed()
    assert {f: n for f, n in sizes().items() if n > limits.get(f, LIMIT)} == {}


def test_the_list_only_falls() -> None:
    """A listed file that shrank takes its number along; one that is gone or small again leaves the list."""
    now = sizes()
    assert {f: now.get(f, 0) for f, n in allowed().items() if n > max(now.get(f, 0), LIMIT)} == {}
