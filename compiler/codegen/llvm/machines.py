"""What LLVM calls the machines that code is generated for."""

from __future__ import annotations

import platform
import sys

from ...target.data import FEATURES
from ...target.target import Target

_ARCHITECTURES = ("x86_64", "aarch64", "riscv64")
_RENAMED = {"sse4_2": "sse4.2", "avx_vnni": "avxvnni", "avx512_vnni": "avx512vnni",
            "avx512_bf16": "avx512bf16", "avx512_fp16": "avx512fp16", "amx_tile": "amx-tile",
            "amx_int8": "amx-int8", "amx_bf16": "amx-bf16", "asimdhp": "fullfp16", "asimddp": "dotprod"}
_BASE = {"x86_64": ("sse2",), "aarch64": ("neon", "fp-armv8"), "riscv64": ("m", "a", "f", "d", "c")}
ABI = {"riscv64": "lp64d"}


def architecture(target: Target) -> str:
    """The instruction set: that of this machine for a target that names none."""
    return next((a for a in _ARCHITECTURES if a in target.features), None) or architecture_here()


def triple(target: Target) -> str:
    """The target triple: this system's for this machine's instruction set, Linux for others."""
    machine = architecture(target)
    if sys.platform == "darwin" and machine == architecture_here():
        return f"{'arm64' if machine == 'aarch64' else machine}-apple-darwin"
    return f"{machine}-unknown-linux-gnu"


def architecture_here() -> str:
    """The instruction set of this machine."""
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)


def features(target: Target) -> tuple[str, ...]:
    """LLVM's names for the features that its compiler may use."""
    base = _BASE.get(architecture(target), ())
    own = [_RENAMED.get(f, f) for f in FEATURES if f in target.features and f not in _ARCHITECTURES]
    return (*base, *own)


def attributes(target: Target) -> str:
    """Attributes of every function: what it may use, and that vectors are not to be split."""
    names = ",".join(f"+{name}" for name in features(target))
    return f'nounwind "target-features"="{names}" "prefer-vector-width"="{target.vector_bytes * 8}"'
