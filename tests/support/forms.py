"""Random kernels of the forms that schedules are made for: products, windows, rows, and what instructions do.

Each comes with directives to begin with, some of which a schedule may leave out.
"""

from __future__ import annotations

from support.choices import Choices

DTYPES = ("f32", "f32", "f64", "f16", "bf16", "i32", "i8", "i16", "u8", "i64")
PRIMES = (5, 3, 7, 8, 11, 13, 16, 17, 19, 23)

DOT4 = """intrinsic dot4(a: i8[4], b: i8[4], c: i32) for cpu {
    c += sum[k](i32(a[k]) * i32(b[k]))
} emits c "for (int txc_k = 0; txc_k < 4; txc_k++)"
    c "$c += (int32_t)(&$a)[txc_k * $a.s0] * (int32_t)(&$b)[txc_k * $b.s0];"
"""
FMA8 = """intrinsic fma8(a: f32, b: f32[8], c: f32[8]) for cpu {
    c[n] += a * b[n]
} emits c "for (int txc_n = 0; txc_n < 8; txc_n++) (&$c)[txc_n * $c.s0] += $a * (&$b)[txc_n];"
"""
VALUE8 = """intrinsic value8(a: f32, b: f32[8], c: f32[8]) for cpu {
    c[n] += a * b[n]
} emits c "$c += $a * $b;"
    llvm "%one = insertelement <8 x float> poison, float $a, i32 0"
    llvm "%all = shufflevector <8 x float> %one, <8 x float> poison, <8 x i32> zeroinitializer"
    llvm "$c = call <8 x float> @llvm.fma.v8f32(<8 x float> %all, <8 x float> $b, <8 x float> $c)"
"""
COPY2D = """intrinsic copy2d(from: f32[4, 4], to: f32[4, 4]) for cpu {
    to[i, j] = from[i, j]
} emits c "for (int txc_n = 0; txc_n < 16; txc_n++)"
    c "(&$to)[txc_n / 4 * $to.s0 + txc_n % 4 * $to.s1]"
    c "= (&$from)[txc_n / 4 * $from.s0 + txc_n % 4 * $from.s1];"
"""


def product(choices: Choices) -> tuple[str, str]:
    """A matrix product with what may follow it, in tiles."""
    pick = choices.pick
    m, n, k = (pick(PRIMES) for _ in range(3))
    dtype = pick(DTYPES)
    wide = {"i8": "i32", "u8": "i32", "f16": "f32", "bf16": "f32"}.get(dtype, dtype)
    cast = f"{wide}({{}})" if wide != dtype else "{}"
    a, b = (("A[i, k]", (m, k)), ("A[k, i]", (k, m))), (("B[k, j]", (k, n)), ("B[j, k]", (n, k)))
    (left, left_shape), (right, right_shape) = pick(a), pick(b)
    const = pick(("const ", ""))
    head = f"A: {dtype}{list(left_shape)}, {const}B: {dtype}{list(right_shape)}, bias: {wide}[{n}]"
    sums = f"sum[k]({cast.format(left)} * {cast.format(right)})"
    after = pick(("max(C[i, j] + bias[j], 0)", "C[i, j] + bias[j]", "C[i, j]"))
    if after == "C[i, j]":
        head = head.rsplit(",", 1)[0]
    text = (f"kernel f({head}) -> (D: {wide}[{m}, {n}]) {{\n"
            f"    C[i < {m}, j < {n}] = {sums}\n    D[i, j] = {after}\n}}\n")
    return text, pick((_tiles(choices), _tiles(choices), _packed(choices, right), _lanes(choices)))


def _tiles(choices: Choices) -> str:
    """C in register tiles of D's columns."""
    rows, columns, depth = choices.pick((4, 2, 3, 6)), choices.pick((8, 16, 4, 12)), choices.pick((4, 2, 3))
    return (f"split D.i: [i0, i1: {rows}] split D.j: [j0, j1: {columns}] order D: j0 i0 i1 j1 "
            f"vectorize D.j1 {choices.pick(('parallel D.j0', 'parallel D.j0 D.i0', ''))} compute C at D.i0 "
            f"split C.k: [k0, k1: {depth}] order C: k0 k1 i j unroll C.i vectorize C.j")


def _packed(choices: Choices, right: str) -> str:
    """The right side in panels."""
    width = choices.pick((8, 4, 16))
    names = right[2:-1]
    where = choices.pick(("compute Bp at C.j0", "", "parallel Bp.p0"))
    return (f"cache_read B[{names}] as Bp for C layout Bp: [{names}] -> [j // {width}, k, j % {width}] "
            f"split Bp.j: [p0, p1: {width}] order Bp: p0 k p1 "
            f"split C.j: [j0, j1: {width}] order C: j0 i k j1 vectorize C.j1 {where} "
            "cache_write C as Cl")


def _lanes(choices: Choices) -> str:
    """Sums in parts and in lanes."""
    parts = choices.pick((2, 3, 4))
    return (f"split C.k: [k0: {parts}, k1, k2: {choices.pick((4, 8))}] rfactor C.k0 as Cp vectorize Cp.k2 "
            f"{choices.pick(('compute Cp at C.j', 'parallel Cp.i', ''))} vectorize D.j")


def instructed(choices: Choices) -> tuple[str, str]:
    """A product of 8-bit or 32-bit numbers by instructions, or a copy by blocks."""
    m, n, k = (choices.pick(PRIMES) for _ in range(3))
    kind = choices.pick(("dot4", "fma8", "value8", "copy2d"))
    if kind == "copy2d":
        text = (f"kernel f(X: f32[{m}, {n}], const b: f32[{n}]) -> (Y: f32[{n}, {m}]) {{\n"
                f"    Y[j, i] = max(X[i, j] + b[j], 0)\n}}\n")
        prefix = ("cache_read X[r, c] as Xc for Y split Xc.r: [r0, r1: 4] split Xc.c: [c0, c1: 4] "
                  "order Xc: r0 c0 r1 c1 split Y.i: [i0, i1: 8] order Y: i0 j i1 "
                  f"{choices.pick(('compute Xc at Y.i0', ''))} tensorize Xc.r1 with copy2d")
        return text + COPY2D, prefix
    if kind == "dot4":
        text = (f"kernel f(A: i8[{m}, {k}], const B: i8[{n}, {k}]) -> (C: i32[{m}, {n}]) {{\n"
                f"    C[i, j] = sum[k](i32(A[i, k]) * i32(B[j, k]))\n}}\n")
        order = choices.pick(("i j k0 k1", "i k0 j k1", "j i k0 k1"))
        return text + DOT4, f"split C.k: [k0, k1: 4] order C: {order} tensorize C.k1 with dot4"
    text = (f"kernel f(A: f32[{m}, {k}], const B: f32[{k}, {n}]) -> (C: f32[{m}, {n}]) {{\n"
            f"    C[i, j] = sum[k](A[i, k] * B[k, j])\n}}\n")
    order = choices.pick(("i j0 k j1", "j0 k i j1", "j0 i k j1"))
    lanes = choices.pick(("vectorize C.j1 ", ""))
    prefix = f"split C.j: [j0, j1: 8] order C: {order} {lanes}tensorize C.j1 with {kind}"
    return text + (FMA8 if kind == "fma8" else VALUE8), prefix


def rows(choices: Choices) -> tuple[str, str]:
    """Statistics of rows and what uses them."""
    m, n = choices.pick(PRIMES), choices.pick((*PRIMES, 37, 41))
    dtype = choices.pick(("f32", "f64", "f16", "bf16"))
    body = choices.pick((
        "m[i] = max[j](X[i, j])\n    e[i, j] = exp(X[i, j] - m[i])\n    z[i] = sum[j](e[i, j])\n"
        "    Y[i, j] = e[i, j] / z[i]",
        f"m[i] = sum[j](X[i, j]) / {n}.0\n    e[i, j] = X[i, j] - m[i]\n"
        f"    z[i] = sum[j](e[i, j] * e[i, j]) / {n}.0\n    Y[i, j] = e[i, j] * rsqrt(z[i] + 0.01)",
        "p[i] = argmax[j](X[i, j])\n    q[i] = argmin[j](X[i, j])\n"
        "    z[i] = max[j](abs(X[i, j]))\n"
        "    Y[i, j] = (X[i, j] + z[i] if p[i] > q[i] else tanh(X[i, j]))"))
    text = f"kernel f(X: {dtype}[{m}, {n}]) -> (Y: {dtype}[{m}, {n}]) {{\n    {body}\n}}\n"
    stage = choices.pick(("z", "z", "m"))
    return text, (f"split {stage}.j: [j0, j1: {choices.pick((8, 4, 16, 5))}] vectorize {stage}.j1 "
                  "vectorize Y.j "
                  f"{choices.pick(('parallel Y.i', 'compute e at Y.i', 'compute z at Y.i', ''))}")


REDUCERS = {"sum": ("0", "X * F"), "max": ("-5", "X"), "prod": ("1", "X"), "min": ("7", "X"),
            "sum2": ("2", "X * F")}


def window(choices: Choices) -> tuple[str, str]:
    """One output with one or two axes, each read through a guard: padded, strided, dilated, transposed."""
    axes = choices.pick(("y", "yx"))
    dtype = choices.pick(("f32", "i32", "f64", "i8"))
    reducer = choices.pick(("sum", "sum", *sorted(REDUCERS)))
    otherwise, term = REDUCERS[reducer]
    inputs: list[int] = []
    outputs: list[int] = []
    taps: list[tuple[str, int]] = []
    reads: list[str] = []
    conditions: list[str] = []
    for axis, tap in zip(axes, "rs", strict=False):
        size, count = choices.number(4, 11), choices.number(1, 4)
        stride, dilation = choices.pick((1, 1, 2, 3)), choices.pick((1, 1, 2))
        pad = choices.number(0, dilation * (count - 1) + 1)
        form = choices.pick(("direct", "direct", "transposed", "strided"))
        inputs.append(size)
        taps.append((tap, count))
        if form == "direct":
            outputs.append(max(1, (size + 2 * pad - dilation * (count - 1) - 1) // stride + 1))
            reads.append(f"{axis} * {stride} + {tap} * {dilation} - {pad}")
        elif form == "transposed":
            outputs.append((size - 1) * stride + 1)
            reads.append(f"({axis} + {pad}) // {stride} - {tap}")
        else:
            outputs.append((size - 1) * stride + 1)
            reads.append(f"({axis} + {tap} - {pad}) // {stride}")
            conditions.append(f"({axis} + {tap} - {pad}) % {stride} == 0")
    channels = choices.pick((0, 5, 8))      # an axis that no guard depends on
    bounds = ", ".join(f"{t} < {n}" for t, n in taps)
    read = f"(X[{', '.join([*reads, *(['c'] if channels else [])])}] else {otherwise})"
    if conditions:
        read = f"({read} if {' and '.join(conditions)} else {otherwise})"
    filters = f"F[{', '.join(t for t, _ in taps)}]"
    shape = [*outputs, *([channels] if channels else [])]
    index = [*axes, *(["c"] if channels else [])]
    body = f"{reducer.rstrip('2')}[{bounds}]({term.replace('X', read).replace('F', filters)})"
    weights = f", const F: {dtype}{[n for _, n in taps]}" if "F" in term else ""
    x = [*inputs, *([channels] if channels else [])]
    bound = ", ".join(f"{i} < {n}" for i, n in zip(index, shape, strict=True))
    text = (f"kernel f(X: {dtype}{x}{weights}) -> (Y: {dtype}{shape}) {{\n"
            f"    Y[{bound}] = {body}\n}}\n")
    return text, choices.pick((_phases(choices, index, taps), _padded(choices, index), ""))


def _phases(choices: Choices, index: list[str], taps: list[tuple[str, int]]) -> str:
    """Tiles of the first axis around the taps, peeled."""
    rest = [*index[1:], *(tap for tap, _ in taps)]
    lanes = f"vectorize Y.{choices.pick(('y1', index[-1]))} "
    return (f"split Y.y: [y0, y1: {choices.pick((2, 3, 4))}] "
            f"order Y: y0 {' '.join(choices.shuffled(rest))} y1 "
            f"{choices.pick((lanes, 'unroll Y.y1 ', ''))}{choices.pick(('peel Y.y0', 'unroll Y: 64', ''))}")


def _padded(choices: Choices, index: list[str]) -> str:
    """The surroundings made at some loop."""
    place = choices.pick(("root", "Y.y0", f"Y.{index[-1]}"))
    return f"split Y.y: [y0, y1: {choices.pick((4, 3))}] compute X.pad at {place} vectorize Y.{index[-1]}"
