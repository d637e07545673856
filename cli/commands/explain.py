"""`txc explain`: what an error code means, with a program that fails and one that passes."""

from __future__ import annotations

from typing import Annotated

import typer

from ...dsl.diagnostics import did_you_mean
from ..guard import guarded
from ..inputs import usage
from ..options import Json
from ..output import console, emit, say

Code = Annotated[str | None, typer.Argument(
    metavar="CODE", help="A code such as T204; without one, all are listed.", show_default=False)]


@guarded
def explain(code: Code = None, json: Json = False) -> None:
    """Explain an error code; without one, list all codes."""
    if code is None:
        _list(json)
    else:
        _page(code.upper(), json)


def _list(json: bool) -> None:
    from ...dsl.explain import codes
    from ...dsl.explain import explain as page

    titles = {code: found.title for code in codes() if (found := page(code))}
    if json:
        emit("explain", {"codes": [{"code": c, "title": t} for c, t in titles.items()]})
        return
    for code, title in titles.items():
        say(f"{code}  {title}")


def _page(code: str, json: bool) -> None:
    from ...dsl.explain import codes
    from ...dsl.explain import explain as page

    found = page(code)
    if found is None:
        raise usage("R607", f"there is no error code '{code}'",
                    did_you_mean(code, codes()) or "`txc explain` lists them all")
    if json:
        emit("explain", {"code": code, "title": found.title, "text": found.text})
        return
    from rich.markdown import Markdown

    console().print(Markdown(found.text))
