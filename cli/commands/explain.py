"""`txc explain`: what an error code means, with an example that fails and one that passes."""

from __future__ import annotations

from typing import Annotated

import typer

from ...dsl.diagnostics import did_you_mean
from ...dsl.explain import Page, codes
from ...dsl.explain import explain as find
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
        _list(json=json)
        return
    page = find(code)
    if page is None:
        raise usage("R607", f"there is no error code '{code}'",
                    did_you_mean(code.upper(), codes()) or "`txc explain` lists them all")
    if json:
        emit("explain", {"code": page.code, "title": page.title, "text": page.text,
                         "language": page.language, "failing": page.failing, "mended": page.mended})
    else:
        _show(page)


def _list(*, json: bool) -> None:
    titles = {code: page.title for code in codes() if (page := find(code))}
    if json:
        emit("explain", {"codes": [{"code": c, "title": t} for c, t in titles.items()]})
        return
    for code, title in titles.items():
        say(f"{code}  {title}")


def _show(page: Page) -> None:
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.syntax import Syntax

    shown = console()
    shown.print(f"[bold]{page.code}[/bold]: {page.title}\n")
    shown.print(Markdown(page.text))
    for title, example in (("Failing", page.failing), ("Mended", page.mended)):
        shown.print(f"\n[bold]{title}[/bold]\n")
        code = Syntax(example.rstrip(), page.language, theme="ansi_dark", background_color="default")
        shown.print(Padding(code, (0, 4)))
