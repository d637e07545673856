"""Writes the editor files whose word lists come from the grammar.

`python -m txc.grammar.generate` fills the files of `editors/templates/` into `editors/`, at the same paths;
with `--check` it only says which ones differ. In a template `@types@` stands for the words of `words.TYPES`
with spaces between, `@types|@` for a regular expression of them, `@version@` for the version.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from ..version import __version__
from . import words

EDITORS = Path(__file__).parent / "editors"
TEMPLATES = EDITORS / "templates"

_HOLE = re.compile(r"@([a-z]+)(\|?)@")


def alternatives(texts: tuple[str, ...]) -> str:
    """A regular expression for one of some texts, longer ones first; editors and Python read it alike."""
    return "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))


def fill(template: str, quote: bool = False) -> str:
    """A template with its holes filled; `quote` for text that ends up inside JSON strings."""

    def words_for(hole: re.Match[str]) -> str:
        if hole[1] == "version":
            return __version__
        texts: tuple[str, ...] = getattr(words, hole[1].upper())
        filled = alternatives(texts) if hole[2] else " ".join(texts)
        return json.dumps(filled)[1:-1] if quote else filled

    return _HOLE.sub(words_for, template)


def generated() -> dict[Path, str]:
    """Every generated file and the text it should have."""
    templates = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    return {
        EDITORS / path.relative_to(TEMPLATES): fill(path.read_text(encoding="utf-8"), path.suffix == ".json")
        for path in templates
    }


def stale() -> list[Path]:
    """Generated files that are missing or have another text than they should."""
    return [path for path, text in generated().items()
            if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` only name it; 1 if a check found something."""
    files = stale()
    for path in files:
        name = path.relative_to(EDITORS)
        if "--check" in arguments:
            sys.stderr.write(f"{name} is stale: run python -m txc.grammar.generate\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated()[path], encoding="utf-8")
            sys.stdout.write(f"wrote {name}\n")
    return 1 if files and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
