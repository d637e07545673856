/* Calls the tuned and the untuned dense layer, checks both, and times them side by side. */
#include "dense_tuned.h"
#include "dense_untuned.h"
#include "peak.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { M = 512, N = 512, K = 512, ROUNDS = 60 };

typedef int kernel(const float *A, const float *B, const float *bias, float *D);

static float A[M * K], B[K * N], bias[N], tuned[M * N], untuned[M * N];

static void fill(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = (float)rand() / (float)RAND_MAX - 0.5f;
}

/* The worst error as a fraction of what rounding may cause: |got - right| against eps times the sum of |terms|. */
static double worst_error(const float *got)
{
    double worst = 0.0;
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            double sum = bias[j], size = fabs((double)bias[j]);
            for (int k = 0; k < K; k++) {
                const double term = (double)A[i * K + k] * (double)B[k * N + j];
                sum += term;
                size += fabs(term);
            }
            const double error = fabs((double)got[i * N + j] - (sum > 0.0 ? sum : 0.0));
            worst = fmax(worst, error / (44.0 * 1.1920929e-7 * size));
        }
    return worst;
}

static double time_once(kernel *run, float *D)
{
    const double begin = seconds();
    for (int n = 0; n < 4; n++) {
        const int code = run(A, B, bias, D);
        if (code != 0) {
            fprintf(stderr, "the kernel failed: %s\n", dense_tuned_strerror(code));
            exit(1);
        }
    }
    return (seconds() - begin) / 4.0;
}

int main(void)
{
    int threads = 1;
#ifdef _OPENMP
    threads = omp_get_max_threads();
#endif
    fill(A, M * K);
    fill(B, K * N);
    fill(bias, N);
    double peak = 0.0, fast = 1e9, slow = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        peak = fmax(peak, fma_peak());
        slow = fmin(slow, time_once(dense_untuned, untuned));
        fast = fmin(fast, time_once(dense_tuned, tuned));
    }
    const double flops = 2.0 * M * N * K, errors = fmax(worst_error(tuned), worst_error(untuned));
    printf("threads   %d, peak of one thread %.1f GFLOP/s\n", threads, peak);
    printf("untuned   %8.3f ms  %6.1f GFLOP/s  %3.0f %% of the peak\n", 1e3 * slow, 1e-9 * flops / slow,
           1e-7 * flops / slow / (peak * threads));
    printf("tuned     %8.3f ms  %6.1f GFLOP/s  %3.0f %% of the peak  %.2f times as fast\n", 1e3 * fast,
           1e-9 * flops / fast, 1e-7 * flops / fast / (peak * threads), slow / fast);
    printf("checked   worst error is %.0f %% of what rounding may cause\n", 100.0 * errors);
    return errors <= 1.0 ? 0 : 1;
}
