/* fit.c: curves laid through points, by hand: one loop that adds up the sum of squares and all slopes. Of exp
 * alone it is vectorised; pow, which has no form in vectors, is the C library's, and so is what stands beside
 * it. */
/* precisions: float32 float64 */
#include "bench.h"
#include "fit.h"
#include "gradc_vecmath.h"

enum { LARGEST = 1000000 };

static struct pulse pulse;
static struct decay decay;
static real *t, *y, value, slopes[3];

static void run_pulse(void)
{
    bench_ok("pulse", pulse_gradient(&pulse));
}

static void run_decay(void)
{
    bench_ok("decay", decay_gradient(&decay));
}

GRADC_INLINE real exponential(real x)
{
    return sizeof(real) == 4 ? (real)gradc_expf((float)x) : (real)gradc_exp((double)x);
}

static void pulse_by_hand(void)
{
    const size_t n = pulse.n;
    const real a = pulse.a, b = pulse.b, rate = 1 / pulse.tau;
    real sum = 0, by_a = 0, by_b = 0, by_tau = 0;
#pragma omp simd reduction(+ : sum, by_a, by_b, by_tau)
    for (size_t i = 0; i < n; i++) {
        const real e = exponential(-t[i] * rate), line = a + b * t[i], r = y[i] - line * e, d = r * e;
        sum += r * r;
        by_a += d;
        by_b += d * t[i];
        by_tau += d * line * t[i];
    }
    value = sum;
    slopes[0] = -2 * by_a;
    slopes[1] = -2 * by_b;
    slopes[2] = -2 * by_tau * rate * rate;
}

static void decay_by_hand(void)
{
    const size_t n = decay.n;
    const real a = decay.a, p = decay.p, rate = 1 / decay.tau;
    real sum = 0, by_a = 0, by_p = 0, by_tau = 0;
    for (size_t i = 0; i < n; i++) {
        const real u = 1 + t[i];
        const real shape = sizeof(real) == 4
                               ? (real)(powf((float)u, (float)p) * expf((float)(-t[i] * rate)))
                               : (real)(pow((double)u, (double)p) * exp((double)(-t[i] * rate)));
        const real curve = a * shape, r = y[i] - curve, d = r * curve;
        sum += r * r;
        by_a += r * shape;
        by_p += d * (sizeof(real) == 4 ? (real)logf((float)u) : (real)log((double)u));
        by_tau += d * t[i];
    }
    value = sum;
    slopes[0] = -2 * by_a;
    slopes[1] = -2 * by_p;
    slopes[2] = -2 * by_tau * rate * rate;
}

int main(void)
{
    t = bench_fill(LARGEST, 1);
    y = bench_fill(LARGEST, 1);
    for (size_t i = 0; i < LARGEST; i++) {
        t[i] = (t[i] + 1) * (real)2;
        y[i] = 3 + y[i] / 10;
    }
    pulse.t = decay.t = t;
    pulse.y = decay.y = y;
    pulse.a = decay.a = (real)2.8;
    pulse.b = decay.p = (real)0.45;
    pulse.tau = decay.tau = (real)2.1;
    pulse.n = decay.n = LARGEST;
    pulse.work = bench_workspace(pulse_workspace(&pulse));
    decay.work = bench_workspace(decay_workspace(&decay));
    for (size_t n = 1000; n <= LARGEST; n *= 1000) {
        char what[60];
        pulse.n = decay.n = n;
        snprintf(what, sizeof what, "fit of (a + b t) exp(-t / tau), n = %zu", n);
        run_pulse();
        pulse_by_hand();
        real ours[] = {pulse.pulse, pulse.d_a, pulse.d_b, pulse.d_tau},
             theirs[] = {value, slopes[0], slopes[1], slopes[2]};
        bench_agree(what, 4, ours, theirs);
        bench_row(what, 1, "gradc", run_pulse, "C", pulse_by_hand);
        snprintf(what, sizeof what, "fit of a (1 + t)^p exp(-t / tau), n = %zu", n);
        run_decay();
        decay_by_hand();
        real our_decay[] = {decay.decay, decay.d_a, decay.d_p, decay.d_tau},
             their_decay[] = {value, slopes[0], slopes[1], slopes[2]};
        bench_agree(what, 4, our_decay, their_decay);
        bench_row(what, 1, "gradc", run_decay, "C", decay_by_hand);
    }
    return bench_status;
}
