"""Operations on the vectors of GNU C: macros around its operators, or instructions by their names."""

from __future__ import annotations

from .operations import BITS, COMPARE, INFIX, LIBRARY
from .shuffles import gnu_shuffle
from .vector_type import VectorType
from .x86 import instruction


def gnu(t: VectorType, op: str) -> str:
    """The macro of an operation; in two forms where x86 has an instruction that C has no operator for."""
    if op.startswith("shuffle_"):
        return gnu_shuffle(t, op)
    parameters, body = _lanewise(t, op) or _form(t, op) or _operator(t, op)
    name = f"{t}_{op}({parameters})"
    found = instruction(t, op)
    if found is None:
        return f"#define {name} ({body})"
    return f"#if defined(__x86_64__)\n{found.macro(name)}\n#else\n#define {name} ({body})\n#endif"


def _form(t: VectorType, op: str) -> tuple[str, str] | None:
    """Parameters and text of what is the same for all types, or only for some."""
    forms = {
        "load": ("p", f"*(const {t}_memory *)(p)"),
        "store": ("p, v", f"*({t}_memory *)(p) = (v)"),
        "lane": ("v, l", "(v)[l]"),
        "pick": ("m, a, b", _pick(t, "m")),
        "larger": ("a, b", _pick(t, "(a) > (b)")),
        "smaller": ("a, b", _pick(t, "(a) < (b)")),
        "not": ("a", "~(a)"),
        "neg": ("a", "-(a)" if t.is_float else f"({t})-({t.unsigned})(a)"),
        "abs": ("a", f"({t})(({t.mask})(a) & INT{t.bits}_MAX)"),
        "shr": ("a, n", "(a) >> (n)"),
        "shl": ("a, n", f"({t})(({t.unsigned})(a) << (n))"),
        "muladd": ("a, b, c", "(a) * (b) + (c)"),
        "from_bf16": ("a", f"({t})(__builtin_convertvector(a, {t.unsigned}) << 16)")}
    return forms.get(op)


def _pick(t: VectorType, chosen: str) -> str:
    bits = f"(({t.mask})(a) & ({chosen})) | (({t.mask})(b) & ~({chosen}))"
    return bits if t == t.mask else f"({t})({bits})"


def _lanewise(t: VectorType, op: str) -> tuple[str, str] | None:
    """A function that C has for scalars only."""
    if op in LIBRARY:
        call, origin = f"{LIBRARY[op]}{'f' if t.bits == 32 else ''}", t
    elif op == "from_f16":
        call, origin = "f32_from_f16", VectorType("u16", t.lanes)
    elif op == "to_f16":
        call, origin = "f16_from_f32", VectorType("f32", t.lanes)
    else:
        return None
    loop = f"for (int l_ = 0; l_ < {t.lanes}; l_++) r_[l_] = {call}(v_[l_]);"
    return "a", f"__extension__({{ const {origin} v_ = (a); {t} r_; {loop} r_; }})"


def _operator(t: VectorType, op: str) -> tuple[str, str]:
    if op.startswith("bits_"):
        return "a", f"({t})(a)"
    if op.startswith(("from_", "wide_")):
        return "a", f"__builtin_convertvector(a, {t})"
    if op in COMPARE:
        return "a, b", f"({t.mask})((a) {COMPARE[op]} (b))"
    if t.is_float or op in BITS:
        return "a, b", f"(a) {(INFIX | BITS)[op]} (b)"
    return "a, b", f"({t})(({t.unsigned})(a) {INFIX[op]} ({t.unsigned})(b))"
