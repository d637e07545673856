"""Tokens to syntax tree: a table-driven LALR(1) parser that goes on after an error.

The tables come from `tx.lark` (see `grammar/tables.py`). After an error everything up to the start of the
next definition, directive or declaration is skipped, so that one run reports several errors.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from ..grammar.tables import Tables, load_tables
from ..grammar.words import DECLARATIONS, DIRECTIVES, RESERVED
from . import ast
from .build import BUILDERS
from .diagnostics import Report
from .lexer import Lexed, Token, first_on_line, tokenize
from .source import NOWHERE, Source, Span
from .syntax_errors import Place, describe

DEPTH_LIMIT = 100  # levels of nodes, so that recursive functions over the tree stay within Python's own limit
ERROR_LIMIT = 20

DECLARATION_KINDS = frozenset(RESERVED[word] for word in DECLARATIONS)
DIRECTIVE_KINDS = frozenset(RESERVED[word] for word in DIRECTIVES)


def parse(source: Source) -> ast.File:
    """The tree of a whole file. Raises `TxcError` with every lexical and syntax error found."""
    report = Report(source)
    lexed = tokenize(source, report)
    file = _run("file", source, lexed, report)
    docs = [_doc_above(d.span.start, source, lexed.comments) for d in file.declarations]
    with_docs = (replace(d, doc=doc) if doc else d for d, doc in zip(file.declarations, docs, strict=True))
    return replace(file, declarations=tuple(with_docs))


def parse_expression(text: str) -> ast.Expr:
    """The tree of one expression."""
    return _run_text("expression", text)


def parse_directives(text: str) -> tuple[ast.Directive, ...]:
    """The directives of a schedule's body, without the braces."""
    return _run_text("directives", text)


def parse_declaration(text: str) -> ast.Declaration:
    """Exactly one declaration."""
    source = Source(text)
    report = Report(source)
    lexed = tokenize(source, report)
    declaration = _run("declaration", source, lexed, report)
    return replace(declaration, doc=_doc_above(declaration.span.start, source, lexed.comments))


def parse_schedule(text: str) -> ast.Schedule:
    """Exactly one schedule declaration; P001 where it is another declaration."""
    declaration = parse_declaration(text)
    if not isinstance(declaration, ast.Schedule):
        report = Report(Source(text))
        report.error("P001", "expected a schedule here", declaration.span)
        report.finish()
    assert isinstance(declaration, ast.Schedule)
    return declaration


def _run_text(start: str, text: str) -> Any:
    source = Source(text)
    report = Report(source)
    return _run(start, source, tokenize(source, report), report)


def _run(start: str, source: Source, lexed: Lexed, report: Report) -> Any:
    value = _Parser(_tables(), start, source, lexed.tokens, report).run()
    report.finish()
    return value


@cache
def _tables() -> Tables:
    return load_tables()


def _doc_above(start: int, source: Source, comments: list[Token]) -> str:
    """The text of the `##` lines right above an offset, without anything else between."""
    lines: list[str] = []
    if not first_on_line(source.text, Token("", "", start, start)):
        return ""
    line, _ = source.position(start)
    for comment in reversed(comments[: bisect_right(comments, start, key=lambda c: c.start)]):
        right_above = source.position(comment.start)[0] == line - 1 and first_on_line(source.text, comment)
        if not (right_above and is_doc(comment.text)):
            break
        line -= 1
        lines.append(comment.text[2:].removeprefix(" ").rstrip())
    return "\n".join(reversed(lines))


def is_doc(comment: str) -> bool:
    """Whether a comment is a doc comment: exactly two `#`; a longer row of them is a ruler."""
    return comment.startswith("##") and not comment.startswith("###")


class _Entry(NamedTuple):
    """What the stack holds for a symbol: its value, what it covers, how many levels of nodes are below."""

    value: Any
    span: Span
    depth: int


class _Parser:
    """One run over one list of tokens."""

    def __init__(self, tables: Tables, start: str, source: Source, tokens: list[Token],
                 report: Report) -> None:
        self.actions = tables.actions
        self.rules = tables.rules
        first, self.last = tables.starts[start]
        self.source = source
        self.tokens = tokens
        self.report = report
        self.index = 0
        self.states = [first]
        self.before = [first]  # the states when the current token came: what could stand in its place
        self.entries: list[_Entry] = []
        self.broken_lines = {source.position(d.span.start)[0] for d in report.diagnostics}
        self.too_deep = False

    def run(self) -> Any:
        """The value of the start symbol, or None after an error that ends the run."""
        while True:
            token = self.tokens[self.index]
            action = self.actions[self.states[-1]].get(token.kind)
            if action is None:
                self._complain()
                if not self._recover():
                    return None
                self.before = self.states[:]
            elif action < 0:
                self._reduce(~action)
                if token.kind == "$END" and self.states[-1] == self.last:
                    return self.entries[-1].value
            else:
                self._push(action, _Entry(token, token.span, 0))
                self.index += 1
                self.before = self.states[:]

    def _push(self, state: int, entry: _Entry) -> None:
        self.states.append(state)
        self.entries.append(entry)

    def _reduce(self, number: int) -> None:
        rule = self.rules[number]
        taken = self.entries[len(self.entries) - rule.length :]
        del self.entries[len(self.entries) - rule.length :]
        del self.states[len(self.states) - rule.length :]
        children: list[Any] = []
        for position, splice in rule.recipe:
            if splice:
                children += taken[position].value
            else:
                children.append(None if position < 0 else taken[position].value)
        span = taken[0].span | taken[-1].span if taken else NOWHERE
        depth = max((entry.depth for entry in taken), default=0)
        if not rule.build:
            entry = _Entry(children, span, depth)
        elif rule.single and len(children) == 1:
            entry = _Entry(children[0], span, depth)
        else:
            entry = _Entry(BUILDERS[rule.build](children, span), span, depth + 1)
            self._check_depth(depth + 1, span)
        self._push(self.actions[self.states[-1]][rule.origin], entry)

    def _check_depth(self, depth: int, span: Span) -> None:
        if depth > DEPTH_LIMIT and not self.too_deep:
            self.too_deep = True
            hint = "give a part of it a name, as a stage of its own"
            self.report.error("P013", f"this is nested more than {DEPTH_LIMIT} levels deep", span, hint)

    def _complain(self) -> None:
        """Report the current token, unless a lexical error on its line is likely the cause."""
        line, _ = self.source.position(self.tokens[self.index].start)
        if line not in self.broken_lines:
            accepted = frozenset(kind for kind in self.actions[self.before[-1]] if self._accepts(kind))
            place = Place(self.source, self.tokens, self.index, accepted)
            self.report.diagnostics.append(describe(place))

    def _accepts(self, kind: str) -> bool:
        """Whether a token of that kind could stand in place of the current one."""
        states = self.before[:]
        while True:
            action = self.actions[states[-1]].get(kind)
            if action is None:
                return False
            if action >= 0:
                return kind != "$END" and kind.isupper()
            rule = self.rules[~action]
            del states[len(states) - rule.length :]
            states.append(self.actions[states[-1]][rule.origin])
            if kind == "$END" and states[-1] == self.last:
                return True

    def _recover(self) -> bool:
        """Go back to the innermost open block and forward to where something new starts in it."""
        if len(self.report.diagnostics) >= ERROR_LIMIT or not any(map(self._is_block, self.states)):
            return False
        braces = 0
        while not self._is_block(self.states[-1]):
            self.states.pop()
            entry = self.entries.pop()
            braces += isinstance(entry.value, Token) and entry.value.kind == "LBRACE"
        failed = self.index
        while (token := self.tokens[self.index]).kind != "$END":
            if self._starts_declaration(token) and self._unwind_to_file():
                return True
            if self._continues(token, failed, braces):
                return True
            braces += {"LBRACE": 1, "RBRACE": -1 if braces else 0}.get(token.kind, 0)
            self.index += 1
        return False

    def _is_block(self, state: int) -> bool:
        """Whether a declaration, definition or directive can start in a state."""
        row = self.actions[state]
        closes = row.get("RBRACE", -1) >= 0 and "COMMA" not in row
        return closes or row.get("KERNEL", -1) >= 0 or row.get("SPLIT", -1) >= 0

    def _starts_declaration(self, token: Token) -> bool:
        return token.kind in DECLARATION_KINDS and first_on_line(self.source.text, token)

    def _unwind_to_file(self) -> bool:
        depth = next((i for i, s in enumerate(self.states) if self.actions[s].get("KERNEL", -1) >= 0), None)
        if depth is None:
            return False
        while len(self.states) > 1 and self.actions[self.states[-1]].get("KERNEL", -1) < 0:
            self.states.pop()
            self.entries.pop()
        return True

    def _continues(self, token: Token, failed: int, braces: int) -> bool:
        """Whether parsing can go on at a token, in the block that is open now."""
        if self.actions[self.states[-1]].get(token.kind, -1) < 0:
            return False
        match token.kind:
            case "RBRACE":
                return braces == 0
            case "NAME":
                following = self.tokens[self.index + 1].kind
                defines = following in ("LSQB", "ASSIGN", "UPDATE", "COMMA")
                return defines and first_on_line(self.source.text, token)
            case _:
                return self.index > failed or first_on_line(self.source.text, token)
