/* Constant inputs packed ahead of time, by two builds of one kernel with other layouts. */
#include "one.h"
#include "two.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition) \
    do { \
        if (!(condition)) { \
            printf("line %d: %s\n", __LINE__, #condition); \
            return 1; \
        } \
    } while (0)

enum { M = 7, N = 43, K = 9 };

/* Arrays stand one element off any alignment. */
static float A[M * K + 1], B[K * N + 1], bias[N + 1], C[M * N], D[M * N + 1];

static void fill(void)
{
    for (int i = 0; i < M * K; i++)
        A[i + 1] = (float)(i % 7 - 3);
    for (int i = 0; i < K * N; i++)
        B[i + 1] = (float)(i % 5 - 2);
    for (int j = 0; j < N; j++)
        bias[j + 1] = (float)(j % 3);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            float sum = bias[j + 1];
            for (int k = 0; k < K; k++)
                sum += A[i * K + k + 1] * 2.0f * B[k * N + j + 1];
            C[i * N + j] = sum;
        }
}

static int right(void)
{
    const int same = memcmp(C, D + 1, sizeof C) == 0;
    memset(D, 0xFF, sizeof D);
    return same;
}

int main(void)
{
    /* Blocks of exactly the size asked for, aligned to 4 bytes only; sanitizers see what is outside. */
    const size_t bytes = one_prepack_bytes();
    unsigned char *whole = (unsigned char *)malloc(bytes + 4);
    unsigned char *other = (unsigned char *)malloc(two_prepack_bytes());
    unsigned char *copy = (unsigned char *)malloc(bytes);
    unsigned char *packed = whole + 4;
    void *scratch = malloc(one_packed_workspace_bytes() + 1);
    txc_run run = {sizeof(txc_run), NULL, 0, NULL, NULL};
    EXPECT(whole != NULL && other != NULL && copy != NULL && scratch != NULL);
    fill();
    run.workspace = scratch;
    run.workspace_bytes = one_packed_workspace_bytes();

    EXPECT(one(A + 1, B + 1, 2.0f, bias + 1, D + 1) == TXC_SUCCESS);
    EXPECT(right());
    EXPECT(one_prepack(B + 1, 2.0f, bias + 1, packed) == TXC_SUCCESS);
    EXPECT(one_packed(A + 1, packed, D + 1, &run) == TXC_SUCCESS);
    EXPECT(right());

    /* The block stays as it is, and a copy of it elsewhere does as well. */
    memcpy(copy, packed, bytes);
    EXPECT(one_packed(A + 1, copy, D + 1, &run) == TXC_SUCCESS);
    EXPECT(right() && memcmp(copy, packed, bytes) == 0);
    EXPECT(one_prepack(B + 1, 2.0f, bias + 1, copy) == TXC_SUCCESS);
    EXPECT(memcmp(copy, packed, bytes) == 0);

    /* Another schedule has another layout; neither takes the block of the other. */
    EXPECT(two_prepack(B + 1, 2.0f, bias + 1, other) == TXC_SUCCESS);
    EXPECT(two_packed(A + 1, other, D + 1, NULL) == TXC_SUCCESS);
    EXPECT(right());
    EXPECT(one_packed(A + 1, other, D + 1, &run) == TXC_WRONG_LAYOUT);
    EXPECT(two_packed(A + 1, packed, D + 1, NULL) == TXC_WRONG_LAYOUT);

    /* The packed way needs less workspace, here none; the plain way has what it packs there. */
    EXPECT(two_packed_workspace_bytes() == 0 && two_workspace_bytes() > 0);
    EXPECT(one_packed_workspace_bytes() < one_workspace_bytes());
    EXPECT(two_run(A + 1, B + 1, 2.0f, bias + 1, D + 1, NULL) == TXC_NO_WORKSPACE);
    EXPECT(two(A + 1, B + 1, 2.0f, bias + 1, D + 1) == TXC_SUCCESS);

    EXPECT(two_prepack(NULL, 2.0f, bias + 1, other) == TXC_NULL_ARGUMENT);
    EXPECT(two_prepack(B + 1, 2.0f, bias + 1, NULL) == TXC_NULL_ARGUMENT);
    EXPECT(two_packed(NULL, other, D + 1, NULL) == TXC_NULL_ARGUMENT);
    EXPECT(two_packed(A + 1, NULL, D + 1, NULL) == TXC_NULL_ARGUMENT);
    free(scratch);
    free(copy);
    free(other);
    free(whole);
    return 0;
}
