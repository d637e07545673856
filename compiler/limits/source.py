"""C that runs a machine at its limits: sums in registers, reads, copies; explicit vectors, nothing else.

Every work has the same signature, and `timed` runs one: it spins until the time `start`, works, and leaves
the times of begin and end in `span`, all in nanoseconds of CLOCK_MONOTONIC. So several threads work at once,
whatever starting them takes. Works are functions of their own, called through a pointer: values that lived
across the calls that ask for the time would be spilled.
"""

from __future__ import annotations

from ...dsl.record import record
from ..target.target import Target, c_features

STREAMS = 8     # vectors that a turn of the loop reads or copies


@record
class Kind:
    """Arithmetic of one element type: its C function, and operations of one of its turns."""

    name: str
    function: str
    operations: int


@record
class _Dot:
    """An instruction that multiplies 8-bit (or 16-bit) elements and adds up groups of them in 32 bits."""

    feature: str
    vector_bytes: int
    element_bytes: int
    text: str
    register: str
    before: str = ""    # the function, where the target's own attribute does not allow the instruction


# The first whose feature the target has. Without a dot product of bytes, x86 widens them to 16 bits.
_DOTS = (
    _Dot("avx512_vnni", 64, 1, "vpdpbusd %2, %3, %0", "v"),
    _Dot("avx_vnni", 32, 1, "{vex} vpdpbusd %2, %3, %0", "x"),
    _Dot("avx512bw", 64, 2, r"vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0", "v"),
    _Dot("avx2", 32, 2, r"vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0", "x"),
    _Dot("asimddp", 16, 1, "sdot %0.4s, %2.16b, %3.16b", "w",
         '#ifdef __clang__\n__attribute__((target("dotprod")))\n#else\n'
         '__attribute__((target("arch=armv8.2-a+dotprod")))\n#endif\n'),
)

_HEAD = """\
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 199309L
#endif
#include <stdint.h>
#include <time.h>

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void timed(void (*work)(void *, int64_t, int64_t), void *data, int64_t bytes, int64_t turns, int64_t start,
           int64_t *span)
{
    while (now() < start)
        ;
    span[0] = now();
    work(data, bytes, turns);
    span[1] = now();
}
"""

_FMA = """
typedef TYPE vector_TYPE __attribute__((vector_size(BYTES)));
ATTRIBUTEvoid fma_TYPE(void *data, int64_t bytes, int64_t turns)
{
    volatile TYPE one = 1, little = (TYPE)1e-9;
    vector_TYPE a, b, SUMS;
    for (unsigned i = 0; i < sizeof a / sizeof(TYPE); i++) {
        a[i] = one;
        b[i] = little;
    }
    FIRST
    for (int64_t i = 0; i < turns; i++) {
        TURN
    }
    vector_TYPE sum = TOTAL;
    *(volatile int64_t *)data = sum[0] > (TYPE)bytes;
}
"""

_DOT = """
typedef int32_t vector_int __attribute__((vector_size(BYTES)));
BEFOREATTRIBUTEvoid dot_i8(void *data, int64_t bytes, int64_t turns)
{
    vector_int a = {1}, b = {2}, t = {0}, SUMS;
    FIRST
    for (int64_t i = 0; i < turns; i++) {
        TURN
    }
    vector_int sum = TOTAL;
    *(volatile int64_t *)data = sum[0] + t[0] + bytes;
}
"""

_STREAMS = """
typedef int64_t vector __attribute__((vector_size(BYTES)));
/* Reads four quarters at once: memory answers more requests than one stream keeps in flight. */
ATTRIBUTEvoid read_bytes(void *data, int64_t bytes, int64_t turns)
{
    const int64_t quarter = bytes / BYTES / 4;
    const vector *from = data;
    vector zero = {0}, SUMS;
    FIRST
    for (int64_t r = 0; r < turns; r++) {
        for (int64_t i = 0; i < quarter; i += STREAMS / 4) {
            READS
        }
        __asm__ volatile("" ::: "memory");
    }
    vector sum = TOTAL;
    *(volatile int64_t *)data = sum[0];
}

/* Copies the first half of the data into the second. The mask, which the compiler cannot see through, keeps
   it from calling memcpy. */
ATTRIBUTEvoid copy_bytes(void *data, int64_t bytes, int64_t turns)
{
    volatile int64_t hidden = 0;
    vector mask = {0};
    const vector *from = data;
    vector *to = (vector *)data + bytes / BYTES / 2;
    mask ^= hidden;
    for (int64_t r = 0; r < turns; r++) {
        for (int64_t i = 0; i < bytes / BYTES / 2; i += STREAMS) {
            COPIES
        }
        __asm__ volatile("" ::: "memory");
    }
}
"""


def kinds(target: Target) -> tuple[Kind, ...]:
    """The arithmetic that can be measured on a target."""
    sums, width = _sums(target), target.vector_bytes
    found = [Kind("f32", "fma_float", sums * width // 2), Kind("f64", "fma_double", sums * width // 4)]
    if dot := _dot(target):
        found.append(Kind("i8", "dot_i8", 2 * sums * dot.vector_bytes // dot.element_bytes))
    return tuple(found)


def source(target: Target) -> str:
    """The C file for a target: `fma_float`, `fma_double`, `dot_i8` where there is one, and the streams."""
    sums = _sums(target)
    parts = [_FMA.replace("TYPE", kind) for kind in ("float", "double")]
    turn = _lines(sums, "s{0} = s{0} * a + b;")
    texts = [_filled(text, target, sums, "+", "b", turn) for text in parts]
    if dot := _dot(target):
        outputs = f'"+{dot.register}"(s{{0}}), "+{dot.register}"(t)'
        inputs = f'"{dot.register}"(a), "{dot.register}"(b)'
        step = f'__asm__ volatile("{_escaped(dot.text)}" : {outputs} : {inputs});'
        text = _DOT.replace("BYTES", str(dot.vector_bytes)).replace("BEFORE", dot.before)
        texts.append(_filled(text, target, sums, "+", "b", _lines(sums, step)))
    reads = (f"s{n} ^= from[{n // 2} * quarter + i + {n % 2}];" for n in range(STREAMS))
    text = _STREAMS.replace("READS", ("\n" + " " * 12).join(reads))
    text = text.replace("COPIES", _lines(STREAMS, "to[i + {0}] = from[i + {0}] ^ mask;", 12))
    texts.append(_filled(text, target, STREAMS, "^", "zero", ""))
    return _HEAD + "".join(texts)


def _filled(text: str, target: Target, sums: int, plus: str, first: str, turn: str) -> str:
    features = ",".join(c_features(target))
    names = [f"s{i}" for i in range(sums)]
    values = {"TURN": turn, "SUMS": ", ".join(names), "FIRST": _lines(sums, f"s{{0}} = {first} * {{0}};", 4),
              "TOTAL": f" {plus} ".join(names), "BYTES": str(target.vector_bytes), "STREAMS": str(STREAMS),
              "ATTRIBUTE": f'__attribute__((target("{features}"))) ' if features else ""}
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _lines(count: int, pattern: str, indent: int = 8) -> str:
    return ("\n" + " " * indent).join(pattern.format(i) for i in range(count))


def _escaped(text: str) -> str:
    """For `str.format` and for inline assembly, where braces and bars choose between dialects."""
    return text.replace("{", "%{{").replace("}", "%}}")


def _sums(target: Target) -> int:
    """Independent sums: enough to hide any latency (4 units by 4 cycles need 16), with registers to spare."""
    return 12 if target.vector_registers <= 16 else 24


def _dot(target: Target) -> _Dot | None:
    return next((dot for dot in _DOTS if dot.feature in target.features), None)
