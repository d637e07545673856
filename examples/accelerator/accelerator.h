/* An imaginary accelerator: what its vendor's library offers.
 *
 * Distances between rows are in elements.
 */
#ifndef ACCELERATOR_H
#define ACCELERATOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copies a block of 8 rows of 64 numbers: to its memory is what a program would use it for. */
void dma_copy2d(float *to, int64_t to_row, const float *from, int64_t from_row);

/* Adds to a block of 8 x 8 numbers the product of two such blocks. */
void gemm8x8(float *c, int64_t c_row, const float *a, int64_t a_row, const float *b, int64_t b_row);

#ifdef __cplusplus
}
#endif

#endif
