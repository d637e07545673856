#ifndef PEAK_H
#define PEAK_H

/* GFLOP/s of one thread doing nothing but fused multiply-adds; a window of about a millisecond. */
double fma_peak(void);

/* A monotonic clock. */
double seconds(void);

#endif
