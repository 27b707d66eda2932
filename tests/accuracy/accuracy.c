/* accuracy.c: the largest errors of the runtime's functions of numbers, in units in the last place of the
 * exact value: float32 at each of its 2^32 numbers, against the mathematics library in double; float64 on
 * random samples, against MPFR (https://www.mpfr.org), or against series summed with it.
 *
 * usage: accuracy SAMPLES STEP [NAME...]    SAMPLES of float64 for each function; every STEP-th number of
 * float32
 *
 * Prints a line for each function; FAIL and status 1 where an error is larger than what the sources say. */
#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/vecmath_loops.h"

enum { PRECISION = 160 };

LOOPS(lgamma)
LOOPS(digamma)
LOOPS(erfcx)
LOOPS(erfinv)
LOOPS(i0e)
LOOPS(i1e)
LOOPS(j0)
LOOPS(j1)

static void trigamma_loop(const double *x, double *y)
{
    for (int i = 0; i < BATCH; i++)
        y[i] = gradc_polygamma(1, x[i]);
}

static double sigmoid_double(double x)
{
    return 1 / (1 + exp(-x));
}

/* ---- Exact values: y = f(x), y with PRECISION bits ---- */

#define EXACT(name)                                                                                          \
    static void exact_##name(mpfr_t y, double x)                                                             \
    {                                                                                                        \
        mpfr_set_d(y, x, MPFR_RNDN);                                                                         \
        mpfr_##name(y, y, MPFR_RNDN);                                                                        \
    }
EXACT(exp)
EXACT(expm1)
EXACT(tanh)
EXACT(log)
EXACT(log1p)
EXACT(erf)
EXACT(sin)
EXACT(cos)
EXACT(atan)
EXACT(asin)
EXACT(acos)
EXACT(sinh)
EXACT(cosh)
EXACT(asinh)
EXACT(acosh)
EXACT(atanh)
EXACT(tan)
EXACT(erfc)
EXACT(digamma)
EXACT(j0)
EXACT(j1)

static void exact_sigmoid(mpfr_t y, double x)
{
    exact_exp(y, -x);
    mpfr_add_ui(y, y, 1, MPFR_RNDN);
    mpfr_ui_div(y, 1, y, MPFR_RNDN);
}

static void exact_lgamma(mpfr_t y, double x)
{
    int sign;
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_lgamma(y, &sign, y, MPFR_RNDN);
}

/* The sum of 1 / (x + k)^2 over all k >= 0: the first terms one by one, the rest by Euler's and Maclaurin's
 * formula. */
static void exact_trigamma(mpfr_t y, double x)
{
    enum { FIRST = 60, CORRECTIONS = 6 };
    static const long bernoulli[CORRECTIONS][2] = {{1, 6},   {-1, 30}, {1, 42},
                                                   {-1, 30}, {5, 66},  {-691, 2730}};
    mpfr_t at, term;
    mpfr_inits2(PRECISION, at, term, (mpfr_ptr)NULL);
    mpfr_set_zero(y, 1);
    mpfr_set_d(at, x, MPFR_RNDN);
    for (int k = 0; k < FIRST; k++) {
        mpfr_sqr(term, at, MPFR_RNDN);
        mpfr_ui_div(term, 1, term, MPFR_RNDN);
        mpfr_add(y, y, term, MPFR_RNDN);
        mpfr_add_ui(at, at, 1, MPFR_RNDN);
    }
    mpfr_ui_div(term, 1, at, MPFR_RNDN); /* 1/a + 1/(2 a^2) + the sum of B_2j / a^(2j+1) */
    mpfr_add(y, y, term, MPFR_RNDN);
    mpfr_sqr(term, term, MPFR_RNDN);
    mpfr_div_ui(term, term, 2, MPFR_RNDN);
    mpfr_add(y, y, term, MPFR_RNDN);
    for (int j = 1; j <= CORRECTIONS; j++) {
        mpfr_pow_si(term, at, -(2 * j + 1), MPFR_RNDN);
        mpfr_mul_si(term, term, bernoulli[j - 1][0], MPFR_RNDN);
        mpfr_div_si(term, term, bernoulli[j - 1][1], MPFR_RNDN);
        mpfr_add(y, y, term, MPFR_RNDN);
    }
    mpfr_clears(at, term, (mpfr_ptr)NULL);
}

static void exact_erfcx(mpfr_t y, double x)
{
    mpfr_t square;
    mpfr_init2(square, PRECISION);
    mpfr_set_d(square, x, MPFR_RNDN); /* the square of 53 bits is exact */
    mpfr_erfc(y, square, MPFR_RNDN);
    mpfr_sqr(square, square, MPFR_RNDN);
    mpfr_exp(square, square, MPFR_RNDN);
    mpfr_mul(y, y, square, MPFR_RNDN);
    mpfr_clear(square);
}

/* Newton's method for erf(y) = x. */
static void exact_erfinv(mpfr_t y, double x)
{
    mpfr_t error, slope;
    mpfr_inits2(PRECISION, error, slope, (mpfr_ptr)NULL);
    mpfr_set_d(y, gradc_erfinv(x), MPFR_RNDN);
    for (int step = 0; step < 3 && mpfr_number_p(y); step++) {
        mpfr_sqr(slope, y, MPFR_RNDN);
        mpfr_exp(slope, slope, MPFR_RNDN);
        mpfr_erf(error, y, MPFR_RNDN);
        mpfr_sub_d(error, error, x, MPFR_RNDN);
        mpfr_mul(error, error, slope, MPFR_RNDN);
        mpfr_const_pi(slope, MPFR_RNDN);
        mpfr_sqrt(slope, slope, MPFR_RNDN);
        mpfr_div_ui(slope, slope, 2, MPFR_RNDN);
        mpfr_mul(error, error, slope, MPFR_RNDN);
        mpfr_sub(y, y, error, MPFR_RNDN);
    }
    mpfr_clears(error, slope, (mpfr_ptr)NULL);
}

/* exp(-|x|) I_order(x), by the power series, all of whose terms have one sign. */
static void exact_scaled_i(mpfr_t y, double x, int order)
{
    mpfr_t quarter, term;
    mpfr_inits2(PRECISION, quarter, term, (mpfr_ptr)NULL);
    mpfr_set_d(quarter, x, MPFR_RNDN);
    mpfr_div_ui(term, quarter, 2, MPFR_RNDN);
    mpfr_sqr(quarter, term, MPFR_RNDN);
    if (!order)
        mpfr_set_ui(term, 1, MPFR_RNDN);
    mpfr_set(y, term, MPFR_RNDN);
    for (unsigned long k = 1; k < 20000; k++) {
        mpfr_mul(term, term, quarter, MPFR_RNDN);
        mpfr_div_ui(term, term, k * (k + (unsigned long)order), MPFR_RNDN);
        mpfr_add(y, y, term, MPFR_RNDN);
        if (mpfr_zero_p(term) || mpfr_get_exp(term) < mpfr_get_exp(y) - PRECISION)
            break;
    }
    exact_exp(term, -fabs(x));
    mpfr_mul(y, y, term, MPFR_RNDN);
    mpfr_clears(quarter, term, (mpfr_ptr)NULL);
}

static void exact_i0e(mpfr_t y, double x)
{
    exact_scaled_i(y, x, 0);
}

static void exact_i1e(mpfr_t y, double x)
{
    exact_scaled_i(y, x, 1);
}

/* ---- The functions ---- */

static const struct function {
    const char *name;
    void (*f64)(const double *, double *);
    void (*exact)(mpfr_t, double);
    double bound, low, high, least; /* units; where it is sampled; values below `least` count as that */
    int share;                      /* one of so many samples is taken: the exact value takes long */
    void (*f32)(const float *, float *);
    double (*libm)(double); /* for float32; NULL: it is the function in double, rounded */
} functions[] = {
    {"exp", exp_loop, exact_exp, VECMATH_BOUND_exp, -760, 720, 0, 1, expf_loop, exp},
    {"expm1", expm1_loop, exact_expm1, VECMATH_BOUND_expm1, -60, 720, 0, 1, expm1f_loop, expm1},
    {"tanh", tanh_loop, exact_tanh, VECMATH_BOUND_tanh, -25, 25, 0, 1, tanhf_loop, tanh},
    {"sigmoid", sigmoid_loop, exact_sigmoid, VECMATH_BOUND_sigmoid, -760, 60, 0, 1, sigmoidf_loop,
     sigmoid_double},
    {"log", log_loop, exact_log, VECMATH_BOUND_log, 0, 4, 0, 1, logf_loop, log},
    {"log1p", log1p_loop, exact_log1p, VECMATH_BOUND_log1p, -1, 4, 0, 1, log1pf_loop, log1p},
    {"erf", erf_loop, exact_erf, VECMATH_BOUND_erf, -7, 7, 0, 1, erff_loop, erf},
    {"sin", sin_loop, exact_sin, VECMATH_BOUND_sin, -200, 200, 0, 1, sinf_loop, sin},
    {"cos", cos_loop, exact_cos, VECMATH_BOUND_cos, -200, 200, 0, 1, cosf_loop, cos},
    {"atan", atan_loop, exact_atan, VECMATH_BOUND_atan, -4, 4, 0, 1, atanf_loop, atan},
    {"asin", asin_loop, exact_asin, VECMATH_BOUND_asin, -1, 1, 0, 1, asinf_loop, asin},
    {"acos", acos_loop, exact_acos, VECMATH_BOUND_acos, -1, 1, 0, 1, acosf_loop, acos},
    {"sinh", sinh_loop, exact_sinh, VECMATH_BOUND_sinh, -5, 5, 0, 1, sinhf_loop, sinh},
    {"cosh", cosh_loop, exact_cosh, VECMATH_BOUND_cosh, -5, 5, 0, 1, coshf_loop, cosh},
    {"asinh", asinh_loop, exact_asinh, VECMATH_BOUND_asinh, -4, 4, 0, 1, asinhf_loop, asinh},
    {"acosh", acosh_loop, exact_acosh, VECMATH_BOUND_acosh, 1, 4, 0, 1, acoshf_loop, acosh},
    {"atanh", atanh_loop, exact_atanh, VECMATH_BOUND_atanh, -1, 1, 0, 1, atanhf_loop, atanh},
    {"tan", tan_loop, exact_tan, VECMATH_BOUND_tan, -200, 200, 0, 1, tanf_loop, tan},
    {"erfc", erfc_loop, exact_erfc, VECMATH_BOUND_erfc, -7, 28, 0, 1, erfcf_loop, erfc},
    {"lgamma", lgamma_loop, exact_lgamma, 6, 0, 200, 0, 10, lgammaf_loop, NULL},
    {"digamma", digamma_loop, exact_digamma, 8, 0, 200, 1, 10, digammaf_loop, NULL},
    {"polygamma 1", trigamma_loop, exact_trigamma, 4, 0, 200, 0, 10, NULL, NULL},
    {"erfcx", erfcx_loop, exact_erfcx, 6, -26, 100, 0, 10, erfcxf_loop, NULL},
    {"erfinv", erfinv_loop, exact_erfinv, 4, -1, 1, 0, 10, erfinvf_loop, NULL},
    {"i0e", i0e_loop, exact_i0e, 16, -100, 100, 0, 100, i0ef_loop, NULL},
    {"i1e", i1e_loop, exact_i1e, 16, -100, 100, 0, 100, i1ef_loop, NULL},
    {"j0", j0_loop, exact_j0, 4, -100, 100, 1, 100, j0f_loop, NULL},
    {"j1", j1_loop, exact_j1, 4, -100, 100, 1, 100, j1f_loop, NULL},
};

struct worst {
    double error, at;
};

static void note(struct worst *worst, double error, double at)
{
    if (!(error <= worst->error)) {
        worst->error = error;
        worst->at = at;
    }
}

/* |got - exact| in units of the last of 53 bits. */
static double error_f64(double got, mpfr_t exact, double least, mpfr_t scratch)
{
    if (mpfr_nan_p(exact) || isnan(got))
        return mpfr_nan_p(exact) && isnan(got) ? 0 : INFINITY;
    double nearest = mpfr_get_d(exact, MPFR_RNDN);
    if (isinf(got) || isinf(nearest)) /* one unit beside the largest number */
        return got == nearest || fabs(got) == DBL_MAX || fabs(nearest) == DBL_MAX ? 0 : INFINITY;
    int exponent;
    frexp(fmax(fabs(nearest), least), &exponent);
    if (exponent < DBL_MIN_EXP)
        exponent = DBL_MIN_EXP;
    mpfr_sub_d(scratch, exact, got, MPFR_RNDN);
    mpfr_mul_2si(scratch, scratch, 53 - exponent, MPFR_RNDN);
    return fabs(mpfr_get_d(scratch, MPFR_RNDN));
}

/* Half of the samples evenly from the function's span, half of every magnitude within it. */
static struct worst measure_f64(const struct function *f, long samples)
{
    struct worst worst = {0, 0};
    double x[BATCH], y[BATCH];
    mpfr_t exact, scratch;
    mpfr_inits2(PRECISION, exact, scratch, (mpfr_ptr)NULL);
    /* functions that vectorise must hold for all numbers, and are sampled beyond their span, too */
    int everywhere = f->share == 1;
    for (long done = 0; done < samples / f->share; done += BATCH) {
        for (int i = 0; i < BATCH; i++) {
            double even = f->low + (f->high - f->low) * ((double)(random_bits() >> 11) / 9007199254740992.0);
            double wide = gradc_from_bits(random_bits());
            int takes_wide =
                i % 2 && (everywhere || (wide >= f->low && wide <= f->high && fabs(wide) > 1e-300));
            x[i] = takes_wide ? wide : even;
        }
        f->f64(x, y);
        for (int i = 0; i < BATCH; i++) {
            if (isnan(x[i])) {
                note(&worst, isnan(y[i]) ? 0 : INFINITY, x[i]);
                continue;
            }
            f->exact(exact, x[i]);
            note(&worst, error_f64(y[i], exact, f->least, scratch), x[i]);
        }
    }
    mpfr_clears(exact, scratch, (mpfr_ptr)NULL);
    return worst;
}

static double error_f32(float got, double exact)
{
    if (isnan(exact) || isnan(got))
        return isnan(exact) && isnan(got) ? 0 : INFINITY;
    float nearest = (float)exact;
    if (isinf(got) || isinf(nearest))
        return got == nearest || fabsf(got) == FLT_MAX || fabsf(nearest) == FLT_MAX ? 0 : INFINITY;
    int exponent;
    frexp(exact, &exponent);
    if (exponent < FLT_MIN_EXP)
        exponent = FLT_MIN_EXP;
    return ldexp(fabs((double)got - exact), 24 - exponent);
}

static struct worst measure_f32(const struct function *f, uint64_t step)
{
    struct worst worst = {0, 0};
    float x[BATCH], y[BATCH];
    for (uint64_t bits = 0; bits < UINT64_C(1) << 32;) {
        for (int i = 0; i < BATCH; i++, bits += step)
            x[i] = gradc_from_bitsf((uint32_t)bits);
        f->f32(x, y);
        for (int i = 0; i < BATCH; i++)
            note(&worst, error_f32(y[i], f->libm((double)x[i])), (double)x[i]);
    }
    return worst;
}

static int is_asked_for(const char *name, int count, char **names)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(names[i], name))
            return 1;
    return count == 0;
}

int main(int count, char **arguments)
{
    int failed = 0;
    if (count < 3) {
        fprintf(stderr, "usage: accuracy SAMPLES STEP [NAME...]\n");
        return 2;
    }
    long samples = atol(arguments[1]);
    uint64_t step = strtoull(arguments[2], NULL, 10);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        const struct function *f = &functions[i];
        if (!is_asked_for(f->name, count - 3, arguments + 3))
            continue;
        random_state = UINT64_C(88172645463325252);
        struct worst wide = measure_f64(f, samples), narrow = {0, 0};
        if (f->libm)
            narrow = measure_f32(f, step);
        int is_wrong = !(wide.error <= f->bound) || !(narrow.error <= f->bound);
        failed += is_wrong;
        printf("%s%-12s float64 %5.3f ulp at %-24.17g", is_wrong ? "FAIL " : "", f->name, wide.error,
               wide.at);
        if (f->libm)
            printf("  float32 %5.3f ulp at %.9g", narrow.error, narrow.at);
        printf("  (bound %g)\n", f->bound);
        fflush(stdout);
    }
    return failed > 0;
}
