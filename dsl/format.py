"""The formatter: canonical layout, with every comment and the single empty lines between groups kept.

A comment on the line where something ends stays behind it; one on a line of its own stays before what
follows; one inside a definition or directive moves to the line before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import ast
from .diagnostics import Report
from .lexer import Token, tokenize
from .parser import parse
from .source import Source
from .wrap import INDENT, WIDTH, break_param, break_stage, fill, indented, one_or_each

_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")

Render = Callable[[ast.Node, int], list[str]]


def format_text(text: str, name: str = "<text>") -> str:
    """The text in canonical layout; formatting that changes nothing. Raises `TxcError` as the parser does."""
    source = Source(text.replace("\ufeff", "") if text.startswith("\ufeff") else text, name)
    file = parse(source)
    lexed = tokenize(source, Report(source))
    lines = _Formatter(source, lexed.tokens, lexed.comments).file(file)
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class _Group:
    """A bracketed list of a declaration's head: what stands before it, its brackets, its items."""

    lead: str
    brackets: str
    items: tuple[ast.Node, ...]
    region: tuple[int, int]

    @property
    def flat(self) -> str:
        return f"{self.lead}{self.brackets[0]}{ast.commas(self.items)}{self.brackets[1]}"


def _first_from(tokens: list[Token], offset: int) -> int:
    """Position of the first token that starts at an offset or later."""
    return bisect_left(tokens, offset, key=lambda token: token.start)


class _Formatter:
    """One text being formatted; `room` is always the width that is left at the current indentation."""

    def __init__(self, source: Source, tokens: list[Token], comments: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.comments = comments

    def file(self, file: ast.File) -> list[str]:
        """All lines of a file."""
        return self.block(file.declarations, (0, len(self.source.text)), WIDTH, self.declaration, apart=True)

    # ── items with comments around them ──

    def block(self, nodes: Sequence[ast.Node], region: tuple[int, int], room: int, render: Render,
              *, apart: bool = False, comma: bool = False) -> list[str]:
        """Lines of the nodes in a region and of the comments around them. `apart` puts an empty line between
        nodes of several lines; `comma` a comma behind all but the last."""
        lines: list[str] = []
        end = region[0]
        previous: ast.Node | None = None
        for node in nodes:
            comments = self.within(end, node.span.start)
            if apart and previous is not None and not self.joined(previous, node, end):
                lines.append("")
            end = self.own_lines(comments, end, lines, first=previous is None)
            self.gap(end, node.span.start, lines)
            rendered = render(node, room)
            if comma and node is not nodes[-1]:
                rendered[-1] += ","
            end = self.trailing(node.span.end, region[1], rendered)
            lines += rendered
            previous = node
        self.own_lines(self.within(end, region[1]), end, lines, first=not nodes)
        return lines

    def joined(self, previous: ast.Node, node: ast.Node, end: int) -> bool:
        """Whether no empty line has to be added between declarations: there is one, or both are short."""
        short = isinstance(previous, ast.Instance) and isinstance(node, ast.Instance)
        return short or self.has_gap(end, node.span.start)

    def own_lines(self, comments: list[Token], end: int, lines: list[str], *, first: bool) -> int:
        """Add comments as lines of their own; gives where the last one ends."""
        for comment in comments:
            if lines or not first:
                self.gap(end, comment.start, lines)
            lines.append(comment.text.rstrip())
            end = comment.end
        return end

    def trailing(self, end: int, limit: int, lines: list[str]) -> int:
        """Put a comment that stands behind an offset on its line behind the last of the lines."""
        stop = self.source.text.find("\n", end)
        stop = limit if stop < 0 else min(stop, limit)
        for comment in self.within(end, stop):
            between = self.tokens[_first_from(self.tokens, end) : _first_from(self.tokens, comment.start)]
            if all(token.kind == "COMMA" for token in between):
                lines[-1] += f"  {comment.text.rstrip()}"
                return comment.end
        return end

    def within(self, start: int, end: int) -> list[Token]:
        """The comments that start in a region."""
        return self.comments[_first_from(self.comments, start) : _first_from(self.comments, end)]

    def has_gap(self, start: int, end: int) -> bool:
        """Whether an empty line stands between two offsets."""
        return _EMPTY_LINE.search(self.source.text, start, end) is not None

    def gap(self, start: int, end: int, lines: list[str]) -> None:
        """Keep one empty line where the source has some, but not at the start of a block."""
        if lines and lines[-1] and start < end and not self.within(start, end) and self.has_gap(start, end):
            lines.append("")

    # ── declarations ──

    def declaration(self, node: ast.Node, room: int) -> list[str]:
        """Lines of a declaration."""
        match node:
            case ast.Kernel():
                groups = self.groups(node, ("", "[]", node.sizes), ("", "()", node.params),
                                     (" -> ", "()", node.results))
                return self.body(node, f"kernel {node.name}", groups, "", node.body, self.statement)
            case ast.Network():
                groups = self.groups(node, ("", "()", node.params), (" -> ", "()", node.results))
                return self.body(node, f"network {node.name}", groups, "", node.calls, self.line)
            case ast.Schedule():
                groups = self.groups(node, ("", "[]", node.binds))
                head = f"schedule {node.kernel}"
                return self.body(node, head, groups, f" for {node.target}", node.directives, self.directive)
            case ast.Intrinsic():
                groups = self.groups(node, ("", "()", node.params))
                head, tail = f"intrinsic {node.name}", f" for {node.target}"
                lines = self.body(node, head, groups, tail, node.body, self.statement)
                return [*lines[:-1], *one_or_each("} emits", node.emits)]
            case ast.Instance():
                groups = self.groups(node, ("", "[]", node.binds))
                return self.head(f"instance {node.name} = {node.kernel}", groups, "")
            case _:
                raise AssertionError(f"no declaration: {node}")

    def groups(self, node: ast.Node, *parts: tuple[str, str, tuple[ast.Node, ...]]) -> list[_Group]:
        """The bracketed lists of a head, with the region of the source that each covers."""
        regions = self.bracket_regions(node)
        found: list[_Group] = []
        for lead, brackets, items in parts:
            if brackets == "[]" and not items:
                continue
            found.append(_Group(lead, brackets, items, regions[len(found)]))
        return found

    def bracket_regions(self, node: ast.Node) -> list[tuple[int, int]]:
        """Offsets inside the outermost brackets of a declaration's head; an instance has one, all of it."""
        if isinstance(node, ast.Instance):
            return [(node.span.start, node.span.end)]
        found: list[tuple[int, int]] = []
        opened: list[int] = []
        for token in self.tokens[_first_from(self.tokens, node.span.start) :]:
            if token.kind == "LBRACE":
                break
            if token.kind in ("LPAR", "LSQB"):
                opened.append(token.end)
            elif token.kind in ("RPAR", "RSQB"):
                start = opened.pop()
                found += [] if opened else [(start, token.start)]
        return found

    def head(self, start: str, groups: list[_Group], end: str) -> list[str]:
        """A head on one line, or with as few of its groups broken as its width and its comments need."""
        broken = {i for i, group in enumerate(groups) if self.within(*group.region)}
        params = [i for i, group in enumerate(groups) if group.brackets == "()"]
        order = [*params, *(i for i in range(len(groups)) if i not in params)]
        lines = self.render_head(start, groups, end, broken)
        for i in order:
            if all(len(line) <= WIDTH for line in lines):
                break
            if groups[i].items:
                broken.add(i)
                lines = self.render_head(start, groups, end, broken)
        return lines

    def render_head(self, start: str, groups: list[_Group], end: str, broken: set[int]) -> list[str]:
        """The head with the given groups on lines of their own."""
        lines: list[str] = []
        text = start
        for i, group in enumerate(groups):
            if i in broken:
                lines += [f"{text}{group.lead}{group.brackets[0]}", *indented(self.group_lines(group))]
                text = group.brackets[1]
            else:
                text += group.flat
        return [*lines, text + end]

    def group_lines(self, group: _Group) -> list[str]:
        """The items of a broken group: on one line where they fit and have no comments, else one a line."""
        joined = ast.commas(group.items)
        if len(INDENT) + len(joined) <= WIDTH and not self.within(*group.region):
            return [joined]
        return self.block(group.items, group.region, WIDTH - len(INDENT), self.item, comma=True)

    def body(self, node: ast.Node, start: str, groups: list[_Group], tail: str, items: Sequence[ast.Node],
             render: Render, room: int = WIDTH) -> list[str]:
        """A head, the items in braces. Comments of the head outside its groups go to the top of the body."""
        own = self.tokens[_first_from(self.tokens, node.span.start) :]
        brace = next(token for token in own if token.kind == "LBRACE")
        lines = self.head(start, groups, f"{tail} {{")
        stray = [c.text.rstrip() for c in self.within(node.span.start, brace.start)
                 if not any(group.region[0] <= c.start < group.region[1] for group in groups)]
        begin = self.trailing(brace.end, items[0].span.start if items else node.span.end, lines)
        inner = self.block(items, (begin, node.span.end), room - len(INDENT), render)
        return [*lines, *indented([*stray, *inner]), "}"]

    # ── what stands in bodies ──

    def inside(self, node: ast.Node) -> list[str]:
        """Comments inside a node that is printed as one: they go before it."""
        return [comment.text.rstrip() for comment in self.within(node.span.start, node.span.end)]

    def item(self, node: ast.Node, room: int) -> list[str]:
        """A parameter, a size or a binding."""
        text = break_param(node, room - 1) if isinstance(node, ast.Param) else [str(node)]
        return [*self.inside(node), *text]

    def statement(self, node: ast.Node, room: int) -> list[str]:
        """A definition or a constant."""
        text = break_stage(node, room) if isinstance(node, ast.Stage) else fill(str(node), room)
        return [*self.inside(node), *text]

    def line(self, node: ast.Node, room: int) -> list[str]:
        """A call of a network, or a simple directive."""
        return [*self.inside(node), *fill(str(node), room)]

    def directive(self, node: ast.Node, room: int) -> list[str]:
        """A directive; `when` has a block of them."""
        if isinstance(node, ast.When):
            head = f"when {node.condition}"
            return self.body(node, head, [], "", node.directives, self.directive, room)
        return self.line(node, room)
