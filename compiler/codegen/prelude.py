"""The top of NAME.c: headers, what the compiler is told, small functions, vectors."""

from __future__ import annotations

import re

from .helpers import helper_section
from .interface import Interface
from .invoke import PREFETCH
from .vectors import GNU, section

_MATH = re.compile(
    r"\b(?:(?:exp|log|sqrt|tanh|erf|floor|ceil|rint|pow|fma|fabs)f?|INFINITY|NAN)\b")
_MEMORY = re.compile(r"\bmem(?:cpy|cmp|set)\(")

_COMPILER = f"""\
/* Whether to use the extensions of GNU C; -DTXC_PLAIN_C says no. */
#if !defined(TXC_PLAIN_C) && !defined(__TINYC__) && !defined(__INTEL_COMPILER) && \\
    (defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 9))
#define {GNU} 1
#define TXC_ALIGNED __attribute__((aligned(64)))
#else
#define {GNU} 0
#define TXC_ALIGNED
#endif

/* a * b + c may be one operation: the default of C, which some standards' modes turn off.
   errno is of no use here. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
#elif {GNU}
#pragma GCC optimize("fp-contract=fast", "no-math-errno")
#endif
"""

_PREFETCH = f"""\
#if {GNU}
#define {PREFETCH}(p) __builtin_prefetch(p)
#else
#define {PREFETCH}(p) ((void)(p))
#endif
"""

_ANY_CPU = """\
#define TXC_TARGET
#define TXC_CPU_SUPPORTED 1
"""

_X86 = f"""\
/* Functions use these instructions whatever the compiler's flags: NAME_run asks the CPU before. */
#if {GNU} && (defined(__x86_64__) || defined(__i386__))
#define TXC_CPU_SUPPORTED (CHECKS)
WIDE#define TXC_TARGET __attribute__((target("FEATURES")))
ENDIF#else
{_ANY_CPU}#endif
"""

# What compilers have instructions for and no name to ask for; each CPU with AVX2 has it.
_UNKNOWN = ("f16c",)

# Clang splits wide vectors unless it is told that a function needs them whole.
_WIDE = """\
#if defined(__clang__)
#define TXC_TARGET __attribute__((target("FEATURES"), min_vector_width(BITS)))
#else
"""


def prelude(code: str, interface: Interface, features: tuple[str, ...], vector_bytes: int,
            workspace: int) -> str:
    """Everything that the functions in `code` need before them."""
    vectors = section(code)
    helpers = helper_section(code, vectors)
    everything = code + vectors + helpers
    headers = {"math": _MATH, "string": _MEMORY}
    includes = [f"#include <{name}.h>\n" for name, used in headers.items() if used.search(everything)]
    parts = ["".join(includes), _allocator(interface.name) if workspace else "", _COMPILER,
             _PREFETCH if PREFETCH in code else "", _target(interface.name, features, vector_bytes), helpers,
             vectors]
    return "\n".join(part for part in parts if part)


def _allocator(name: str) -> str:
    return (f"#ifndef {name}_MALLOC\n#include <stdlib.h>\n#define {name}_MALLOC malloc\n"
            f"#define {name}_FREE free\n#endif\n")


def _target(name: str, features: tuple[str, ...], vector_bytes: int) -> str:
    if not features:
        return _ANY_CPU
    checks = " && ".join(f'__builtin_cpu_supports("{f}")' for f in features if f not in _UNKNOWN)
    wide = _WIDE.replace("BITS", str(vector_bytes * 8)) if vector_bytes > 32 else ""
    return (_X86.replace("CHECKS", checks).replace("WIDE", wide)
            .replace("ENDIF", "#endif\n" if wide else "").replace("FEATURES", ",".join(features))
            .replace("NAME", name))
