/* The peak of fused multiply-adds of one thread, in GFLOP/s: independent chains in registers, nothing else. */
#include "peak.h"

#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
#define LANES 16
#else
#define LANES 8
#endif
typedef float lanes __attribute__((vector_size(4 * LANES)));

double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double fma_peak(void)
{
    const long steps = 200000;
    volatile float one = 1.0f, small = 1e-9f;
    lanes a, b, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9;
    for (int l = 0; l < LANES; l++) {
        a[l] = one;
        b[l] = c0[l] = c1[l] = c2[l] = c3[l] = c4[l] = small;
        c5[l] = c6[l] = c7[l] = c8[l] = c9[l] = small;
    }
    const double begin = seconds();
    for (long i = 0; i < steps; i++) {
        c0 = c0 * a + b; c1 = c1 * a + b; c2 = c2 * a + b; c3 = c3 * a + b; c4 = c4 * a + b;
        c5 = c5 * a + b; c6 = c6 * a + b; c7 = c7 * a + b; c8 = c8 * a + b; c9 = c9 * a + b;
    }
    const double took = seconds() - begin;
    const lanes sum = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9;
    if (sum[0] == 0.0f)         /* never: keeps the sums alive */
        puts("");
    return 1e-9 * 2.0 * LANES * 10.0 * (double)steps / took;
}
