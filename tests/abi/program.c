/* Calls two generated kernels in every way that their headers allow. C99 and C++17; prints what is wrong. */
#include "mixed.h"
#include "scale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define EXPECT(condition) expect((condition) ? 1 : 0, #condition, __LINE__)

static void expect(int holds, const char *what, int line)
{
    if (!holds) {
        printf("line %d: %s\n", line, what);
        failures++;
    }
}

/* Inputs, outputs and expected results. Each array has one element in front, so that nothing is aligned. */
static float A[1 + 24 * 40], F[1 + 40], D[1 + 24 * 40 + 1], wanted[24 * 40];
static int8_t counts[1 + 24];
static uint8_t flags[1 + 40], mask[1 + 40 + 1];
static uint16_t H[1 + 40];
static int32_t total[3];
static double X[1 + 33], Y[1 + 33 + 1];

#define MIXED A + 1, F + 1, 2.0f, 100, counts + 1, flags + 1, H + 1, D + 1, total + 1, mask + 1

static void prepare(void)
{
    for (int i = 0; i < 24; i++) {
        counts[1 + i] = (int8_t)(i - 9);
        for (int j = 0; j < 40; j++)
            A[1 + i * 40 + j] = (float)((i * 7 + j) % 13 - 6);
    }
    for (int j = 0; j < 40; j++) {
        F[1 + j] = (float)(j % 5 - 2);
        flags[1 + j] = j % 3 == 0;
        H[1 + j] = j % 2 ? 0x3c00 : 0xc100;     /* 1 and -2.5 */
    }
    for (int i = 0; i < 24; i++)
        for (int j = 0; j < 40; j++)
            wanted[i * 40 + j] = flags[1 + j]
                ? A[1 + (23 - i) * 40 + j] * F[1 + j] + 2.0f * (j % 2 ? 1.0f : -2.5f) : 0.5f;
    for (int i = 0; i < 33; i++)
        X[1 + i] = i - 16;
}

/* Outputs are poisoned before a call; red zones stand around them. */
static void poison(void)
{
    memset(D, 0xff, sizeof D);
    memset(total, 0x77, sizeof total);
    memset(mask, 0x77, sizeof mask);
    memset(Y, 0xff, sizeof Y);
}

static int mixed_is_right(void)
{
    static const int32_t untouched = 0x77777777;
    for (int i = 0; i < 24 * 40; i++)
        if (D[1 + i] != wanted[i])
            return 0;
    for (int j = 0; j < 40; j++)
        if (mask[1 + j] != (F[1 + j] > 0 && flags[1 + j]))
            return 0;
    return D[0] != D[0] && D[24 * 40 + 1] != D[24 * 40 + 1] && mask[0] == 0x77 && mask[41] == 0x77
        && total[0] == untouched && total[1] == 100 + 60 && total[2] == untouched;
}

struct pool {
    int calls, fail_at;
};

/* Runs the tasks backwards; fails at one call if asked to. */
static int backwards(void *ctx, int tasks, int (*body)(void *arg, int task), void *arg)
{
    struct pool *pool = (struct pool *)ctx;
    if (++pool->calls == pool->fail_at)
        return 7;
    for (int task = tasks - 1; task >= 0; task--)
        if (body(arg, task) != 0)
            return 1;
    return 0;
}

static void plain_calls(void)
{
    poison();
    EXPECT(mixed(MIXED) == TXC_SUCCESS);
    EXPECT(mixed_is_right());
    EXPECT(scale(X + 1, Y + 1) == TXC_SUCCESS);
    for (int i = 0; i < 33; i++)
        EXPECT(Y[1 + i] == 3.0 * (i - 16));
    EXPECT(Y[0] != Y[0] && Y[34] != Y[34]);
    EXPECT(scale_workspace_bytes() == 0);
    EXPECT(scale_run(X + 1, Y + 1, NULL) == TXC_SUCCESS);
}

static void bad_arguments(txc_run run)
{
    EXPECT(mixed(NULL, F + 1, 2.0f, 100, counts + 1, flags + 1, H + 1, D + 1, total + 1, mask + 1)
           == TXC_NULL_ARGUMENT);
    EXPECT(mixed(A + 1, F + 1, 2.0f, 100, counts + 1, flags + 1, H + 1, D + 1, NULL, mask + 1)
           == TXC_NULL_ARGUMENT);
    EXPECT(scale_run(X + 1, NULL, NULL) == TXC_NULL_ARGUMENT);
    EXPECT(mixed_run(MIXED, NULL) == TXC_NO_WORKSPACE);
    run.workspace_bytes--;
    EXPECT(mixed_run(MIXED, &run) == TXC_NO_WORKSPACE);
    run.workspace_bytes++;
    run.workspace = NULL;
    EXPECT(mixed_run(MIXED, &run) == TXC_NO_WORKSPACE);
    run.size--;
    EXPECT(scale_run(X + 1, Y + 1, &run) == TXC_WRONG_RUN_SIZE);
}

static void own_threads(txc_run run)
{
    struct pool pool = {0, 0};
    run.ctx = &pool;
    run.parallel_for = backwards;
    poison();
    EXPECT(mixed_run(MIXED, &run) == TXC_SUCCESS);
    EXPECT(mixed_is_right());
    EXPECT(pool.calls == 3);
    for (int at = 1; at <= 3; at++) {
        pool.calls = 0;
        pool.fail_at = at;
        EXPECT(mixed_run(MIXED, &run) == TXC_PARALLEL_FAILED);
    }
}

static void packing(const txc_run *run)
{
    unsigned char *packed = (unsigned char *)malloc(mixed_prepack_bytes());
    if (packed == NULL)
        exit(2);
    EXPECT(mixed_prepack(F + 1, 100, packed) == TXC_SUCCESS);
    poison();
    EXPECT(mixed_packed(A + 1, 2.0f, counts + 1, flags + 1, H + 1, packed, D + 1, total + 1, mask + 1, run)
           == TXC_SUCCESS);
    EXPECT(mixed_is_right());
    EXPECT(mixed_prepack(F + 1, 100, NULL) == TXC_NULL_ARGUMENT);
    EXPECT(mixed_packed(A + 1, 2.0f, counts + 1, flags + 1, H + 1, NULL, D + 1, total + 1, mask + 1, run)
           == TXC_NULL_ARGUMENT);
    packed[0] ^= 1;
    EXPECT(mixed_packed(A + 1, 2.0f, counts + 1, flags + 1, H + 1, packed, D + 1, total + 1, mask + 1, run)
           == TXC_WRONG_LAYOUT);
    free(packed);
}

#ifdef mixed_DEBUG
static void overlaps(const txc_run *run)
{
    EXPECT(mixed_run(A + 1, F + 1, 2.0f, 100, counts + 1, flags + 1, H + 1, A + 2, total + 1, mask + 1, run)
           == TXC_OVERLAP);
    EXPECT(mixed_run(A + 1, F + 1, 2.0f, 100, counts + 1, flags + 1, H + 1, D + 1, (int32_t *)(D + 3), mask + 1,
                     run) == TXC_OVERLAP);
}
#endif

static void meanings(void)
{
    for (int code = TXC_SUCCESS; code >= TXC_OVERLAP; code--)
        EXPECT(strcmp(mixed_strerror(code), "unknown code") != 0);
    EXPECT(strcmp(mixed_strerror(1), "unknown code") == 0);
    EXPECT(strcmp(scale_strerror(0), "success") == 0);
}

int main(void)
{
    txc_run run = {sizeof(txc_run), NULL, 0, NULL, NULL};
    unsigned char *scratch;
    prepare();
    plain_calls();
    run.workspace_bytes = mixed_workspace_bytes();
    scratch = (unsigned char *)malloc(run.workspace_bytes + 1);
    if (scratch == NULL)
        return 2;
    run.workspace = scratch + 1;
    poison();
    EXPECT(mixed_run(MIXED, &run) == TXC_SUCCESS);
    EXPECT(mixed_is_right());
    bad_arguments(run);
    own_threads(run);
    packing(&run);
#ifdef mixed_DEBUG
    overlaps(&run);
#endif
    meanings();
    free(scratch);
    return failures != 0;
}
