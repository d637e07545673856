/* The accelerator in plain C, to try programs without it. */
#include "accelerator.h"

#include <string.h>

void dma_copy2d(float *to, int64_t to_row, const float *from, int64_t from_row)
{
    for (int64_t i = 0; i < 8; i++)
        memcpy(to + i * to_row, from + i * from_row, 64 * sizeof *to);
}

void gemm8x8(float *c, int64_t c_row, const float *a, int64_t a_row, const float *b, int64_t b_row)
{
    for (int64_t i = 0; i < 8; i++)
        for (int64_t k = 0; k < 8; k++)
            for (int64_t j = 0; j < 8; j++)
                c[i * c_row + j] += a[i * a_row + k] * b[k * b_row + j];
}
