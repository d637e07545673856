"""The pages behind the codes: what a diagnostic means, a text that gives it, and the same text mended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).resolve().parent.parent / "docs" / "errors"

_PAGE = re.compile(
    r"# (?P<code>[A-Z]\d{3}): (?P<title>[^\n]+)\n(?P<text>.*?)"
    r"\n## Failing\n\s*```(?P<language>\w+)\n(?P<failing>.*?)```\n"
    r"\s*## Mended\n\s*```\w+\n(?P<mended>.*?)```\n(?P<rest>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of `docs/errors`. `language` is `tx`, or `console` where no program causes the error; `text` is
    all prose, that behind the examples too."""

    code: str
    title: str
    text: str
    language: str
    failing: str
    mended: str


def codes() -> list[str]:
    """All codes that have a page, sorted."""
    return sorted(path.stem for path in PAGES.glob("[A-Z][0-9][0-9][0-9].md"))


def explain(code: str) -> Page | None:
    """The page of a code, in any case of letters; None where there is none."""
    code = code.upper()
    if code not in codes():
        return None
    return read_page((PAGES / f"{code}.md").read_text(encoding="utf-8"))


def read_page(markdown: str) -> Page:
    """A page from its text. Raises `ValueError` where a part is missing."""
    match = _PAGE.fullmatch(markdown)
    if match is None:
        raise ValueError("a page is '# CODE: title', text, '## Failing' and '## Mended' with an example each")
    text = "\n\n".join(part for part in (match["text"].strip(), match["rest"].strip()) if part)
    return Page(match["code"], match["title"], text, match["language"], match["failing"], match["mended"])
