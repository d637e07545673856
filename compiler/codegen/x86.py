"""Instructions of x86 that GNU C has no operator for, by the names its compilers give them.

Code uses an operation only where its target has the instruction; no header is needed. gcc and clang share the
names, but for those on 64 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from .vector_type import VectorType, parse

_ROUND = {"round": 8, "floor": 9, "ceil": 10}       # how, without the "inexact" exception
_PAIRS = {"larger": "max", "smaller": "min"}
_SUFFIX = {16: "", 32: "256", 64: "512"}            # by the bytes of the vector of floats


@dataclass(frozen=True, slots=True)
class Instruction:
    """What gcc calls an instruction on the parameters of a macro, and what clang does."""

    gcc: str
    clang: str

    def macro(self, name: str) -> str:
        """The definition of a macro."""
        if self.gcc == self.clang:
            return f"#define {name} ({self.gcc})"
        return (f"#if defined(__clang__)\n#define {name} ({self.clang})\n#else\n"
                f"#define {name} ({self.gcc})\n#endif")


def instruction(t: VectorType, op: str) -> Instruction | None:
    """The instruction for an operation that gives such a vector."""
    if op == "from_f16":
        return _from_f16(t)
    if op == "to_f16":
        return _to_f16(t)
    if op.startswith("wide_"):
        return _widened(t, parse(op.removeprefix("wide_")))
    size = t.lanes * t.bits // 8
    if size not in _SUFFIX or not t.is_float:
        return None
    kind = ("ps" if t.bits == 32 else "pd") + _SUFFIX[size]
    if op in _ROUND:
        return _round(t, kind, _ROUND[op])
    if op == "sqrt":
        return _sqrt(t, kind)
    return _pair(t, kind, _PAIRS[op]) if op in _PAIRS else None


def _same(t: VectorType, text: str) -> Instruction:
    return Instruction(f"({t}){text}", f"({t}){text}")


def _round(t: VectorType, kind: str, how: int) -> Instruction:
    if kind.endswith("512"):
        return _same(t, f"__builtin_ia32_rndscale{kind[:2]}_mask(a, {how}, a, -1, 4)")
    return _same(t, f"__builtin_ia32_round{kind}(a, {how})")


def _sqrt(t: VectorType, kind: str) -> Instruction:
    if kind.endswith("512"):
        return Instruction(f"({t})__builtin_ia32_sqrt{kind}_mask(a, a, -1, 4)",
                           f"({t})__builtin_ia32_sqrt{kind}(a, 4)")
    return _same(t, f"__builtin_ia32_sqrt{kind}(a)")


def _pair(t: VectorType, kind: str, name: str) -> Instruction:
    """The second one where either is NaN, which is why no compiler may use it for `a > b ? a : b`."""
    if kind.endswith("512"):
        return Instruction(f"({t})__builtin_ia32_{name}{kind}_mask(a, b, a, -1, 4)",
                           f"({t})__builtin_ia32_{name}{kind}(a, b, 4)")
    return _same(t, f"__builtin_ia32_{name}{kind}(a, b)")


def widens(t: VectorType, origin: VectorType) -> bool:
    """Whether one instruction widens integers to the lanes of a vector."""
    return (t.element in ("i16", "i32") and origin.element in ("i8", "u8", "i16") and origin.bits < t.bits
            and (t.lanes * t.bits in (128, 256) or (t.lanes == 16 and t.bits == 4 * origin.bits)))


def _widened(t: VectorType, origin: VectorType) -> Instruction:
    """Clang finds the instruction by itself; gcc puts less than 16 bytes together one by one."""
    how = "sz"[origin.element[0] == "u"]
    name = f"pmov{how}x{'bw'[origin.bits > 8]}{'wd'[t.bits > 16]}{t.lanes * t.bits}"
    whole = f"({'char' if origin.bits == 8 else 'short'} __attribute__((vector_size(16))))"
    plain = f"__builtin_convertvector(a, {t})"
    size = origin.lanes * origin.bits // 8
    if t.lanes * t.bits == 512:
        return Instruction(f"({t})__builtin_ia32_{name}_mask({whole}(a), {plain}, -1)", plain)
    if size == 16:
        return Instruction(f"({t})__builtin_ia32_{name}({whole}(a))", plain)
    kind = "long long" if size == 8 else "int"
    lower = f"const {kind} w_ __attribute__((vector_size(16))) = {{({kind})(a)}};"
    return Instruction(f"__extension__({{ {lower} ({t})__builtin_ia32_{name}({whole}w_); }})", plain)


def _from_f16(t: VectorType) -> Instruction | None:
    half = VectorType("i16", t.lanes)
    if t.lanes == 16:
        unused = f"__builtin_convertvector(a, {t})"
        return _same(t, f"__builtin_ia32_vcvtph2ps512_mask(({half})(a), {unused}, -1, 4)")
    return _same(t, f"__builtin_ia32_vcvtph2ps256(({half})(a))") if t.lanes == 8 else None


def _to_f16(t: VectorType) -> Instruction | None:
    half = VectorType("i16", t.lanes)
    if t.lanes == 16:
        return _same(t, f"__builtin_ia32_vcvtps2ph512_mask(a, 0, __builtin_convertvector(a, {half}), -1)")
    return _same(t, "__builtin_ia32_vcvtps2ph256(a, 0)") if t.lanes == 8 else None
