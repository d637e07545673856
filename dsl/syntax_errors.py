"""What to say about a token that cannot stand where it stands.

Each rule looks for one typical mistake and gives a diagnostic or None; the first that answers is taken, and
the last one, which lists what was expected, always answers.
"""

from __future__ import annotations

from functools import cached_property

from ..grammar.words import DECLARATIONS, DIRECTIVES, FUNCTIONS, REDUCERS, RESERVED, TYPES, phrase
from .diagnostics import Diagnostic, did_you_mean
from .lexer import Token, first_on_line
from .record import Cached, record
from .source import Source, Span

CLOSERS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
TEXTS = {"RPAR": ")", "RSQB": "]", "RBRACE": "}"}
STARTERS = frozenset(RESERVED[word] for word in (*DECLARATIONS, *DIRECTIVES, "let"))

# Kinds that stand together under one name when all of them are expected.
OPERANDS = frozenset(("NAME", "NUMBER", "TRUE", "FALSE", "FUNCTION", "EXTREME", "TYPE", "REDUCER",
                      "LPAR", "MINUS"))
GROUPS = (
    ("an expression", OPERANDS | {"NOT"}),
    ("an expression", OPERANDS),
    ("an operator", frozenset(("PLUS", "MINUS", "TIMES", "LESS", "COMPARE", "AND", "OR", "IF"))),
    ("an operator", frozenset(("PLUS", "MINUS", "TIMES", "AND", "OR", "IF"))),
    ("an operator", frozenset(("PLUS", "MINUS", "TIMES"))),
    ("a declaration", frozenset(RESERVED[word] for word in DECLARATIONS)),
    ("a directive", frozenset(RESERVED[word] for word in DIRECTIVES)),
    ("a definition", frozenset(("NAME", "LET"))),
)
FOREIGN_TYPES = {
    "float": "f32", "double": "f64", "half": "f16", "int": "i32", "long": "i64", "short": "i16", "char": "i8",
    "float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16",
    "int64": "i64", "int32": "i32", "int16": "i16", "int8": "i8", "uint8": "u8",
}


@record
class Place(Cached):
    """Where parsing stopped: at `tokens[index]`, where only `accepted` kinds could stand."""

    source: Source
    tokens: list[Token]
    index: int
    accepted: frozenset[str]

    @property
    def token(self) -> Token:
        """The token that cannot stand here."""
        return self.tokens[self.index]

    def before(self, count: int = 1) -> Token | None:
        """The token so many places earlier."""
        return self.tokens[self.index - count] if self.index >= count else None

    def previous_kind(self, count: int = 1) -> str:
        """The kind of an earlier token, or the empty string."""
        token = self.before(count)
        return "" if token is None else token.kind

    def starts_line(self, token: Token) -> bool:
        """Whether a token is the first on its line."""
        return first_on_line(self.source.text, token)

    @cached_property
    def open_brackets(self) -> list[int]:
        """Positions of the brackets open here, outermost first, within the current declaration."""
        found: list[int] = []
        for i, token in enumerate(self.tokens[: self.index]):
            if token.text in DECLARATIONS and self.starts_line(token):
                found.clear()
            elif token.kind in CLOSERS:
                found.append(i)
            elif found and token.kind == CLOSERS[self.tokens[found[-1]].kind]:
                found.pop()
        return found

    @property
    def opener(self) -> Token | None:
        """The innermost open bracket."""
        return self.tokens[self.open_brackets[-1]] if self.open_brackets else None


def describe(place: Place) -> Diagnostic:
    """The diagnostic for a place."""
    return next(found for rule in RULES if (found := rule(place)) is not None)


def _unclosed(place: Place) -> Diagnostic | None:
    opener, token = place.opener, place.token
    if opener is None:
        return None
    closer = CLOSERS[opener.kind]
    ends = token.kind == "$END"
    inner = token.kind in STARTERS or token.kind == "NAME"
    fresh = place.starts_line(token) and (token.text in DECLARATIONS if opener.kind == "LBRACE" else inner)
    outer = token.kind == "RBRACE" and opener.kind != "LBRACE"
    if not ends and not ((fresh or outer) and (closer in place.accepted)):
        return None
    return _never_closed(opener, None if ends else token)


def _never_closed(opener: Token, before: Token | None) -> Diagnostic:
    closer = TEXTS[CLOSERS[opener.kind]]
    notes = ((before.span, f"'{before.text}' stands here before a '{closer}'"),) if before else ()
    message, hint = f"this '{opener.text}' is never closed", f"add the missing '{closer}'"
    return Diagnostic("P002", message, opener.span, hint, notes)


def _unmatched(place: Place) -> Diagnostic | None:
    token, opener = place.token, place.opener
    if token.kind not in CLOSERS.values():
        return None
    if opener is None:
        return Diagnostic("P003", f"this '{token.text}' closes nothing", token.span, "remove it")
    closer = CLOSERS[opener.kind]
    if token.kind == closer:
        return None
    if opener.kind == "LBRACE":  # of the declaration: most likely still right
        return Diagnostic("P003", f"this '{token.text}' closes nothing", token.span, "remove it")
    return Diagnostic("P003", f"'{token.text}' does not match the open '{opener.text}'", token.span,
                      f"close with '{TEXTS[closer]}' first", ((opener.span, "opened here"),))


def _chained(place: Place) -> Diagnostic | None:
    if place.token.kind not in ("LESS", "COMPARE") or "AND" not in place.accepted:
        return None
    return Diagnostic("P004", "comparisons do not chain", place.token.span, "write a < b and b < c")


def _swallowed(place: Place) -> Diagnostic | None:
    """An `=` after `C[i] = A[i] +` and a new line `D[i]`: the next definition was read as an operand."""
    start = place.index - 1
    if place.token.kind != "ASSIGN" or start < 0:
        return None
    if place.tokens[start].kind == "RSQB":
        while start > 0 and place.tokens[start].kind != "LSQB":
            start -= 1
        start -= 1
    name, before = place.tokens[start], place.tokens[start - 1]
    if start < 1 or name.kind != "NAME" or not place.starts_line(name) or before.kind == "RBRACE":
        return None
    opener = place.opener
    if opener and opener.kind != "LBRACE":
        return _never_closed(opener, name)
    return Diagnostic("P001", f"expected an expression after '{before.text}'", before.span)


def _equals(place: Place) -> Diagnostic | None:
    token, accepted = place.token, place.accepted
    if token.kind == "ASSIGN" and "AND" in accepted:
        return Diagnostic("P005", "'=' defines and does not compare", token.span, "to compare, write '=='")
    if token.text == "==" and "ASSIGN" in accepted:
        return Diagnostic("P005", "'==' compares and does not define", token.span, "to define, write '='")
    return None


def _update(place: Place) -> Diagnostic | None:
    if place.token.kind != "UPDATE" or "ASSIGN" not in place.accepted:
        return None
    return Diagnostic("P006", "'+=' stands only in the body of an intrinsic", place.token.span,
                      "define the tensor once, with '=' and a reducer: C[i] = sum[k](…)")


def _reserved(place: Place) -> Diagnostic | None:
    token = place.token
    if token.text not in RESERVED or "NAME" not in place.accepted or "TIMES" in place.accepted:
        return None
    if token.kind in STARTERS and place.starts_line(token):
        return None
    return Diagnostic("P007", f"'{token.text}' is a word of the language and cannot be a name", token.span,
                      f"choose another name, such as '{token.text}_'")


def _unknown_declaration(place: Place) -> Diagnostic | None:
    token = place.token
    if "KERNEL" not in place.accepted or token.kind == "$END":
        return None
    if token.text in DIRECTIVES:
        hint = "directives stand in a schedule: schedule NAME for cpu { … }"
    else:
        known = "a file holds kernel, instance, schedule, intrinsic and network declarations"
        hint = did_you_mean(token.text, DECLARATIONS) or (_comment(place) or known)
    return Diagnostic("P008", f"'{token.text}' does not start a declaration", token.span, hint)


def _unknown_directive(place: Place) -> Diagnostic | None:
    token = place.token
    if "SPLIT" not in place.accepted or token.kind not in ("NAME", "LET") or "NAME" in place.accepted:
        return None
    hint = did_you_mean(token.text, DIRECTIVES) or f"the directives are {', '.join(DIRECTIVES)}"
    return Diagnostic("P009", f"there is no directive '{token.text}'", token.span, hint)


def _unknown_type(place: Place) -> Diagnostic | None:
    token = place.token
    if set(place.accepted) != {"TYPE"} or token.kind not in ("NAME", "FUNCTION"):
        return None
    meant = did_you_mean(FOREIGN_TYPES.get(token.text, token.text), TYPES)
    hint = meant or f"the types are {', '.join(TYPES)}"
    return Diagnostic("P010", f"there is no type '{token.text}'", token.span, hint)


def _unknown_function(place: Place) -> Diagnostic | None:
    name = place.before()
    if place.token.kind != "LPAR" or name is None or name.kind != "NAME" or "TIMES" not in place.accepted:
        return None
    hint = did_you_mean(name.text, (*FUNCTIONS, *REDUCERS)) or f"the functions are {', '.join(FUNCTIONS)}"
    return Diagnostic("P011", f"there is no function '{name.text}'", name.span, hint)


def _bare_index(place: Place) -> Diagnostic | None:
    if not place.open_brackets or place.open_brackets[-1] == 0 or place.token.kind == "$END":
        return None
    before = place.tokens[place.open_brackets[-1] - 1]
    left = before.kind == "NAME" and place.starts_line(before)
    if before.kind not in ("REDUCER", "EXTREME") and not left:
        return None
    if not place.accepted <= {"NAME", "RSQB", "COMMA", "LESS"} or "COLON" in place.token.kind:
        return None
    what = "the left side of a definition" if left else "a reducer"
    return Diagnostic("P012", f"the indices of {what} are bare names", place.token.span,
                      "write a bound as k < K, and move arithmetic to the reads on the right")


def _juxtaposed(place: Place) -> Diagnostic | None:
    """`2 k` in a definition: the name was taken for the start of the next one."""
    name = place.before()
    if name is None or name.kind != "NAME" or not {"LSQB", "ASSIGN"} <= place.accepted:
        return None
    ends = ("NAME", "NUMBER", "RPAR", "RSQB", "TRUE", "FALSE")
    if place.starts_line(name) or place.previous_kind(2) not in ends:
        return None
    hint = "a product is written with '*'" if place.previous_kind(2) == "NUMBER" else ""
    return Diagnostic("P001", f"unexpected '{name.text}'; expected an operator before it", name.span, hint)


def _expected(place: Place) -> Diagnostic:
    token = place.token
    what = alternatives(place.accepted)
    if token.kind == "$END":
        last = place.before()
        span = Span(last.end, last.end) if last else token.span
        return Diagnostic("P001", f"the text ends too early; expected {what}", span, _hint(place))
    return Diagnostic("P001", f"unexpected '{_short(token.text)}'; expected {what}", token.span, _hint(place))


def _hint(place: Place) -> str:
    token, previous = place.token, place.previous_kind()
    match token.kind:
        case "ELSE" if "TIMES" in place.accepted:
            return "a read with a value for outside stands in parentheses: (X[i - 1] else 0)"
        case "LSQB" if previous == "RSQB":
            return "all indices stand in one pair of brackets: X[i, j]"
        case "LPAR" if previous == "REDUCER":
            return "a reducer names its index variables: sum[k](…)"
        case "NAME" if previous == "NUMBER":
            return "a product is written with '*'"
        case "NAME" if previous == "ARROW":
            return "results stand in parentheses: -> (Y: f32[N])"
        case "TIMES":
            return _comment(place)
        case _ if "ELSE" in place.accepted:
            return "a choice names both values: a if condition else b"
        case _ if token.text in DIRECTIVES and "LET" in place.accepted:
            return "directives stand in a schedule: schedule NAME for cpu { … }"
        case _:
            return ""


def _comment(place: Place) -> str:
    return "a comment starts with '#'" if place.token.text == "//" else ""


def alternatives(kinds: frozenset[str]) -> str:
    """What was expected, in English: closing brackets first, at most four things."""
    left, names = set(kinds), list[str]()
    for name, group in GROUPS:
        if group <= left and name not in names:
            names.append(name)
            left -= group
    single = sorted(left, key=lambda k: (k not in TEXTS, k not in ("COMMA", "ASSIGN", "COLON"), k))
    listed = [phrase(kind) for kind in single]
    merged = listed[:4] + names if len(names) < 2 else listed[:3] + names
    if len(merged) > 4:
        merged = [*merged[:3], merged[-1]]
    return merged[0] if len(merged) == 1 else f"{', '.join(merged[:-1])} or {merged[-1]}"


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}…"


RULES = (_unclosed, _unmatched, _chained, _swallowed, _equals, _update, _reserved, _unknown_declaration,
         _unknown_directive, _unknown_type, _unknown_function, _bare_index, _juxtaposed, _expected)
