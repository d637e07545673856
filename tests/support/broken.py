"""Programs broken by one or more small mistakes, as a hand, an editor or a disk makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from txc.dsl.diagnostics import Report
from txc.dsl.lexer import Token, tokenize
from txc.dsl.source import Source

from .kernels import EXAMPLES
from .pages import blocks

NUMBERS = ("0", "-1", "-8", "1", "1.5", "1e300", "007", "2147483648", "9223372036854775808", "9" * 420)
TYPES = ("f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "bool", "f31", "float")
BRACKETS = "()[]{}"
BYTES = (b"\x00", b"\xff", b"\xc3", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\r", b"\x1b[31m", b'"', b"\\", b"$",
         "é".encode(), "≤".encode(), "🎲".encode(), b"/*", b"##", b";", b"\t", b"'", b"&&", b"...")
WORDS = ("else", "if", "sum[", "argmax[", "for", "when", "knob", "kernel", "let", "->", "..", "=", "//", "%",
         "<", "==", "and", "not", "clamp(", "const", "true", "compute", "at", "root", "in", "exp(", "i8(")


@dataclass(frozen=True, slots=True)
class Broken:
    """A program that is probably wrong: where it is from, what was done to it, and its bytes."""

    origin: str
    change: str
    data: bytes

    def __str__(self) -> str:
        return f"{self.origin}, {self.change}\n{self.data.decode(errors='replace')}"


def broken(seed: int) -> Broken:
    """The broken program of that number, always the same one."""
    random = Random(seed)
    origin, text = random.choice(corpus())
    names, data = [], text.encode()
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        change = CHANGES[seed % len(CHANGES)] if not names else random.choice(CHANGES)
        names.append(change.__name__.strip("_"))
        data = change(random, data)
    return Broken(origin, f"seed {seed}: {', '.join(names)}", data)


@cache
def corpus() -> tuple[tuple[str, str], ...]:
    """Good programs by name: the examples, and the documentation's schedules, each with its kernel."""
    files = [(str(path.relative_to(EXAMPLES)), path.read_text()) for path in sorted(EXAMPLES.rglob("*.tx"))]
    page = blocks(EXAMPLES.parent / "docs" / "schedules.md")
    named = {block.file: block.text for block in page if block.file}
    shown = [(str(b), named[b.words[-1]] + b.text) for b in page if b.words[:2] == ("tx", "with")]
    alone = [(str(b), b.text) for b in page if b.words == ("tx",)]
    return (*files, *shown, *alone)


def _token_dropped(random: Random, data: bytes) -> bytes:
    return _replace(random, data, lambda token: "")


def _token_doubled(random: Random, data: bytes) -> bytes:
    return _replace(random, data, lambda token: f"{token.text} {token.text}")


def _token_replaced(random: Random, data: bytes) -> bytes:
    return _replace(random, data, lambda token: random.choice(_tokens(random.choice(corpus())[1])).text)


def _word_inserted(random: Random, data: bytes) -> bytes:
    return _replace(random, data, lambda token: f"{token.text} {random.choice(WORDS)} ")


def _name_misspelt(random: Random, data: bytes) -> bytes:
    def misspell(token: Token) -> str:
        at = random.randrange(len(token.text))
        put = random.choice(("", token.text[at] * 2, random.choice("aexyzNM_"), token.text[at].swapcase()))
        return token.text[:at] + put + token.text[at + 1 :]

    return _replace(random, data, misspell, "NAME")


def _name_exchanged(random: Random, data: bytes) -> bytes:
    names = [t.text for t in _tokens(data.decode(errors="replace")) if t.kind == "NAME"] or ["x"]
    return _replace(random, data, lambda token: random.choice(names), "NAME")


def _number_changed(random: Random, data: bytes) -> bytes:
    return _replace(random, data, lambda token: random.choice(NUMBERS), "NUMBER")


def _size_changed(random: Random, data: bytes) -> bytes:
    """A number a bit larger or smaller: still a number, but maybe the wrong one."""
    def change(token: Token) -> str:
        value = int(token.text) if token.text.isdigit() else 3
        return str(random.choice((value + 1, value - 1, value * 2, value * 100_003, 2 * value + 1)))

    return _replace(random, data, change, "NUMBER")


def _type_exchanged(random: Random, data: bytes) -> bytes:
    return _replace(random, data, lambda token: random.choice(TYPES), *(t.upper() for t in TYPES))


def _bracket_changed(random: Random, data: bytes) -> bytes:
    places = [at for at, byte in enumerate(data) if chr(byte) in BRACKETS]
    at = random.choice(places or [0])
    return data[:at] + random.choice(("", *BRACKETS)).encode() + data[at + 1 :]


def _tokens_swapped(random: Random, data: bytes) -> bytes:
    text = data.decode(errors="replace")
    tokens = _tokens(text)
    if len(tokens) < 2:
        return data
    at = random.randrange(len(tokens) - 1)
    a, b = tokens[at], tokens[min(len(tokens) - 1, at + random.choice((1, 1, 2, 5)))]
    return f"{text[:a.start]}{b.text}{text[a.end:b.start]}{a.text}{text[b.end:]}".encode()


def _line_deleted(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    del lines[random.randrange(len(lines))]
    return b"".join(lines)


def _line_moved(random: Random, data: bytes) -> bytes:
    """A line somewhere else, or there too."""
    lines = data.splitlines(keepends=True) or [b""]
    line = random.choice(lines)
    if random.random() < 0.5:
        lines.remove(line)
    lines.insert(random.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _bytes_inserted(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice((*BYTES, random.randbytes(random.randint(1, 4)))) + data[at:]


def _truncated(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


CHANGES: tuple[Callable[[Random, bytes], bytes], ...] = (
    _token_dropped, _token_doubled, _token_replaced, _word_inserted, _name_misspelt, _name_exchanged,
    _number_changed, _size_changed, _type_exchanged, _bracket_changed, _tokens_swapped, _line_deleted,
    _line_moved, _bytes_inserted, _truncated)


def _tokens(text: str) -> Sequence[Token]:
    return tokenize(Source(text), Report()).tokens[:-1]


def _replace(random: Random, data: bytes, change: Callable[[Token], str], *kinds: str) -> bytes:
    """The data with a token replaced, of one of the kinds if any are named; unchanged where there is none."""
    text = data.decode(errors="replace")
    chosen = [t for t in _tokens(text) if not kinds or t.kind in kinds]
    if not chosen:
        return data
    token = random.choice(chosen)
    return f"{text[:token.start]}{change(token)}{text[token.end:]}".encode()
