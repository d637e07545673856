"""Kernels with intrinsics for tests."""

VNNI = """intrinsic vnni(a: u8[4], b: i8[16, 4], c: i32[16]) for cpu:x86-64-v4+avx512_vnni {
    c[n] += sum[k](i32(a[k]) * i32(b[n, k]))
} emits c "int32_t txc_a; __typeof__($c) txc_v = {0}; __builtin_memcpy(&txc_a, &$a, 4); txc_v += txc_a;"
    c "__asm__(\\"vpdpbusd %2, %1, %0\\" : \\"+v\\"($c) : \\"v\\"(txc_v), \\"v\\"($b));"
"""
DENSE_U8 = """kernel f[M = 6, N = 48, K = 10](A: u8[M, K], B: i8[K, N]) -> (C: i32[M, N]) {
    C[i, j] = sum[k](i32(A[i, k]) * i32(B[k, j]))
}
"""
DENSE_U8_SCHEDULE = """split C.i: [i0, i1: 4] split C.j: [j0, j1: 16] split C.k: [k0, k1: 4]
order C: j0 i0 k0 i1 j1 k1 unroll i1 vectorize j1
cache_read B[k, j] as Bp for C layout Bp: [k, j] -> [j // 16, k // 4, j % 16, k % 4]
tensorize j1 with vnni"""

DOT = """intrinsic dot(a: i16[2], b: i16[4, 2], c: i32[4]) for cpu {
    c[n] += sum[k](i32(a[k]) * i32(b[n, k]))
} emits c "dot(&$a, &$b, $b.s0, $b.s1, &$c);"
"""
DENSE_I16 = """kernel f[M = 3, N = 6, K = 5](A: i16[M, K], B: i16[K, N]) -> (C: i32[M, N]) {
    C[i, j] = sum[k](i32(A[i, k]) * i32(B[k, j]))
}
"""
DENSE_I16_SCHEDULE = """split C.j: [j0, j1: 4] split C.k: [k0, k1: 2] order C: i j0 k0 j1 k1
tensorize j1 with dot"""
