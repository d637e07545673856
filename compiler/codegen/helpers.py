"""Small C functions on scalars that generated code uses; a file holds those that it calls.

Named by the type they give: `i32_from_f32` saturates, `i64_floordiv` rounds down, `f32_max` propagates NaN.
"""

from __future__ import annotations

import re

from ...dsl.dtypes import DTYPES, DType
from .ctext import MEMORY_TYPE, Text, cast, infix, literal
from .vectors import GNU
from .wrapping import wrapping

_PATTERN = re.compile(
    r"\b(?:bf16|[fiu]\d+)_(?:min|max|abs|floordiv|floormod|sigmoid|odd_from_f64|(?:from|bits)_\w+)(?=\()")

_HALVES = {
    "f32_from_f16": """\
/* Sign, exponent and fraction in their places; subnormals are multiples of 2^-24. */
static inline float f32_from_f16(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t magnitude = half & 0x7fffu;
    float value = (float)magnitude * 5.9604644775390625e-8f;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (magnitude >= 0x7c00u)
        bits = 0x7f800000u | (magnitude & 0x3ffu) << 13;
    else if (magnitude >= 0x400u)
        bits = (magnitude << 13) + 0x38000000u;
    bits |= sign;
    memcpy(&value, &bits, sizeof value);
    return value;
}
""",
    "f16_from_f32": """\
/* To nearest, ties to even. */
static inline uint16_t f16_from_f32(float value)
{
    uint32_t bits, sign;
    memcpy(&bits, &value, sizeof bits);
    sign = bits >> 16 & 0x8000u;
    bits &= 0x7fffffffu;
    if (bits > 0x7f800000u)             /* NaN */
        return (uint16_t)(sign | 0x7e00u);
    if (bits >= 0x47800000u)            /* 65536 and above */
        return (uint16_t)(sign | 0x7c00u);
    if (bits < 0x38800000u) {           /* subnormal: a sum near 0.5 has the wanted unit, 2^-24 */
        memcpy(&value, &bits, sizeof value);
        value += 0.5f;
        memcpy(&bits, &value, sizeof bits);
        return (uint16_t)(sign | (bits - 0x3f000000u));
    }
    bits -= 0x38000000u;
    return (uint16_t)(sign | (bits + 0xfffu + (bits >> 13 & 1u)) >> 13);
}
""",
    "f32_from_bf16": """\
static inline float f32_from_bf16(uint16_t half)
{
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
""",
    "bf16_from_f32": """\
/* To nearest, ties to even. */
static inline uint16_t bf16_from_f32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value)
        return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}
""",
    "f32_odd_from_f64": """\
/* Rounded to odd: rounding the result again, to fewer bits, then gives what rounding once would. */
static inline float f32_odd_from_f64(double value)
{
    float near = (float)value;
    uint32_t bits;
    if ((double)near == value || value != value)
        return near;
    memcpy(&bits, &near, sizeof bits);
    if (fabs((double)near) > fabs(value))
        bits--;
    bits |= 1u;
    memcpy(&near, &bits, sizeof near);
    return near;
}
""",
}


def helper_section(code: str, vectors: str = "") -> str:
    """The C text of all helpers that code calls. Those that only the plain C of `vectors` calls are for
    compilers without GNU C; others would warn of functions that nothing uses.
    """
    with_gnu, _, without = vectors.partition("#else")
    called = set(_PATTERN.findall(code)) | set(_PATTERN.findall(with_gnu))
    only_plain = set(_PATTERN.findall(without)) - called
    always = [source(name) for name in sorted(called)]
    plain = [f"#if !{GNU}\n{source(name)}#endif\n" for name in sorted(only_plain)]
    return "\n".join(always + plain)


def source(name: str) -> str:
    """The C text of a helper."""
    if name in _HALVES:
        return _HALVES[name]
    kind, what = name.split("_", 1)
    dtype = DTYPES[kind]
    match what.split("_"):
        case ["min" | "max" as which]:
            return _extreme(name, dtype, "<" if which == "min" else ">")
        case ["abs"]:
            value = Text("a")
            negated = wrapping("-", dtype, Text("0"), value)
            return _function(name, dtype, "a", f"return a < 0 ? {negated} : a;")
        case ["floordiv"]:
            return _floordiv(name, dtype)
        case ["floormod"]:
            return _floormod(name, dtype)
        case ["bits", origin]:
            return _bits(name, dtype, DTYPES[origin])
        case ["from", origin]:
            return _saturating(name, dtype, DTYPES[origin])
        case ["sigmoid"]:
            return _sigmoid(name, dtype)
        case _:
            raise KeyError(name)


def _function(name: str, dtype: DType, parameters: str, *lines: str) -> str:
    c_type = MEMORY_TYPE[dtype.name]
    head = ", ".join(f"{c_type} {p}" for p in parameters.split())
    body = "".join(f"    {line}\n" for line in lines)
    return f"static inline {c_type} {name}({head})\n{{\n{body}}}\n"


def _bits(name: str, dtype: DType, origin: DType) -> str:
    to, value = MEMORY_TYPE[dtype.name], MEMORY_TYPE[origin.name]
    return (f"static inline {to} {name}({value} a)\n{{\n    {to} b;\n    memcpy(&b, &a, sizeof b);\n"
            f"    return b;\n}}\n")


def _extreme(name: str, dtype: DType, op: str) -> str:
    plain = f"a {op} b ? a : b"
    if not dtype.is_float:
        return _function(name, dtype, "a b", f"return {plain};")
    return _function(name, dtype, "a b", f"return a != a ? a : ({plain});    /* NaN from either side */")


def _sigmoid(name: str, dtype: DType) -> str:
    """With an exponential that cannot overflow: small results keep their digits, down to subnormal ones."""
    one, f = ("1.0f", "f") if dtype.bits == 32 else ("1.0", "")
    return _function(
        name, dtype, "a",
        f"const {MEMORY_TYPE[dtype.name]} small = exp{f}(-fabs{f}(a));",
        f"return (a < 0 ? small : {one}) / ({one} + small);")


def _floordiv(name: str, dtype: DType) -> str:
    c_type, zero = MEMORY_TYPE[dtype.name], literal(0, dtype)
    minus = wrapping("-", dtype, zero, Text("a"))
    return _function(
        name, dtype, "a b",
        f"if (b == -1)            /* the one quotient that can wrap */\n        return {minus};",
        f"return ({c_type})(a / b - (a % b != 0 && (a < 0) != (b < 0)));")


def _floormod(name: str, dtype: DType) -> str:
    c_type = MEMORY_TYPE[dtype.name]
    return _function(
        name, dtype, "a b",
        "if (b == -1)\n        return 0;",
        f"return ({c_type})(a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0));")


def _saturating(name: str, dtype: DType, origin: DType) -> str:
    low, high = dtype.limits
    floats = MEMORY_TYPE[origin.name]
    smallest, beyond = literal(float(low), origin), literal(float(high + 1), origin)
    lines = (f"if (!(a > {smallest}))       /* too small, or NaN */",
             f"    return {infix('==', Text('a'), Text('a'))} ? {literal(low, dtype)} : 0;",
             f"return a >= {beyond} ? {literal(high, dtype)} : {cast(MEMORY_TYPE[dtype.name], Text('a'))};")
    return _function(name, dtype, "a", *lines).replace(f"({MEMORY_TYPE[dtype.name]} a)", f"({floats} a)")
