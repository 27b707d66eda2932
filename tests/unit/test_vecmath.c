/* test_vecmath.c: the inline elementary functions against the mathematics library in long double, over dense
 * samples of all numbers, in units in the last place of the exact value. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "vecmath_loops.h"

static long double sigmoid_exact(long double x)
{
    return 1 / (1 + expl(-x));
}

/* The distance of two numbers in units of the last of `digits` bits of the exact one, `least` being the
 * smallest exponent of a normal number; 0 where both are the same infinity or no number. */
static double distance(long double got, long double exact, int digits, int least, double largest)
{
    if (isnan(exact) || isnan(got))
        return isnan(exact) && isnan(got) ? 0 : INFINITY;
    if (isinf(got)) /* right where the exact value rounds to infinity */
        return (got > 0) == (exact > 0) && fabsl(exact) >= (long double)largest ? 0 : INFINITY;
    if (isinf(exact))
        return INFINITY;
    int exponent;
    frexpl(exact, &exponent);
    if (exponent < least)
        exponent = least;
    return (double)(fabsl(got - exact) / ldexpl(1, exponent - digits));
}

/* Numbers of every magnitude, and evenly from the ranges where the functions bend. */
static double sample(int round, int i)
{
    static const double special[] = {0.0,
                                     -0.0,
                                     1,
                                     -1,
                                     INFINITY,
                                     -INFINITY,
                                     NAN,
                                     DBL_MIN,
                                     -DBL_MIN,
                                     5e-324,
                                     DBL_MAX,
                                     -DBL_MAX,
                                     FLT_MIN,
                                     FLT_MAX,
                                     -FLT_MAX,
                                     1e-45,
                                     0.6,
                                     709.78,
                                     709.79,
                                     -745.2,
                                     88.72,
                                     88.73,
                                     -103.9,
                                     -104.1,
                                     /* closest to whole quarter turns */ 5.319372648326541e+255,
                                     1.5707963267948966,
                                     3.141592653589793,
                                     11,
                                     344525.5,
                                     8589934592.0};
    static const double spans[] = {1, 4, 40, 110, 800, 1100000 /* beyond near arguments */};
    if (round == 0 && i < (int)(sizeof special / sizeof *special))
        return special[i];
    uint64_t bits = random_bits();
    if (round % 2 == 0)
        return gradc_from_bits(bits);
    if (round % 16 == 1) /* close to whole quarter turns */
        return (double)(bits % 700000) * 1.5707963267948966;
    return ((double)(bits >> 11) / 4503599627370496.0 - 1) * spans[round / 2 % 6];
}

typedef void batch_f64(const double *x, double *y);
typedef void batch_f32(const float *x, float *y);

LOOPS_OF(sin_near, sin_nearf)
LOOPS_OF(cos_near, cos_nearf)
LOOPS_OF(tan_near, tan_nearf)

static const struct function {
    const char *name;
    batch_f64 *f64;
    batch_f32 *f32;
    long double (*exact)(long double);
    double bound;
    int odd_at_zero; /* keeps the sign of zero */
} functions[] = {
    {"exp", exp_loop, expf_loop, expl, VECMATH_BOUND_exp, 0},
    {"expm1", expm1_loop, expm1f_loop, expm1l, VECMATH_BOUND_expm1, 1},
    {"tanh", tanh_loop, tanhf_loop, tanhl, VECMATH_BOUND_tanh, 1},
    {"sigmoid", sigmoid_loop, sigmoidf_loop, sigmoid_exact, VECMATH_BOUND_sigmoid, 0},
    {"log", log_loop, logf_loop, logl, VECMATH_BOUND_log, 0},
    {"log1p", log1p_loop, log1pf_loop, log1pl, VECMATH_BOUND_log1p, 1},
    {"erf", erf_loop, erff_loop, erfl, VECMATH_BOUND_erf, 1},
    {"sin", sin_loop, sinf_loop, sinl, VECMATH_BOUND_sin, 1},
    {"cos", cos_loop, cosf_loop, cosl, VECMATH_BOUND_cos, 0},
    {"atan", atan_loop, atanf_loop, atanl, VECMATH_BOUND_atan, 1},
    {"asin", asin_loop, asinf_loop, asinl, VECMATH_BOUND_asin, 1},
    {"acos", acos_loop, acosf_loop, acosl, VECMATH_BOUND_acos, 0},
    {"sinh", sinh_loop, sinhf_loop, sinhl, VECMATH_BOUND_sinh, 1},
    {"cosh", cosh_loop, coshf_loop, coshl, VECMATH_BOUND_cosh, 0},
    {"asinh", asinh_loop, asinhf_loop, asinhl, VECMATH_BOUND_asinh, 1},
    {"acosh", acosh_loop, acoshf_loop, acoshl, VECMATH_BOUND_acosh, 0},
    {"atanh", atanh_loop, atanhf_loop, atanhl, VECMATH_BOUND_atanh, 1},
    {"tan", tan_loop, tanf_loop, tanl, VECMATH_BOUND_tan, 1},
    {"erfc", erfc_loop, erfcf_loop, erfcl, VECMATH_BOUND_erfc, 0},
};

START_TEST(test_f64)
{
    const struct function *f = &functions[_i];
    double x[BATCH], y[BATCH];
    random_state = 88172645463325252u;
    for (int round = 0; round < 400; round++) {
        for (int i = 0; i < BATCH; i++)
            x[i] = sample(round, i);
        f->f64(x, y);
        for (int i = 0; i < BATCH; i++) {
            double error = distance(y[i], f->exact(x[i]), 53, DBL_MIN_EXP, DBL_MAX);
            if (!(error <= f->bound))
                ck_abort_msg("%s(%.17g) is %.17g, off by %g ulp", f->name, x[i], y[i], error);
            if (f->odd_at_zero && x[i] == 0 && signbit(x[i]) != signbit(y[i]))
                ck_abort_msg("%s(%g) is %g", f->name, x[i], y[i]);
        }
    }
}
END_TEST

START_TEST(test_f32)
{
    const struct function *f = &functions[_i];
    float x[BATCH], y[BATCH];
    uint32_t bits = 0;
    random_state = 88172645463325252u;
    for (int round = 0; round < 400; round++) {
        for (int i = 0; i < BATCH; i++, bits += 20011) /* all magnitudes evenly */
            x[i] = round % 4 ? gradc_from_bitsf(bits) : (float)sample(round / 4, i);
        f->f32(x, y);
        for (int i = 0; i < BATCH; i++) {
            double error =
                distance((long double)y[i], f->exact((long double)x[i]), 24, FLT_MIN_EXP, (double)FLT_MAX);
            if (!(error <= f->bound))
                ck_abort_msg("%sf(%.9g) is %.9g, off by %g ulp", f->name, (double)x[i], (double)y[i], error);
            if (f->odd_at_zero && x[i] == 0 && signbit(x[i]) != signbit(y[i]))
                ck_abort_msg("%sf(%g) is %g", f->name, (double)x[i], (double)y[i]);
        }
    }
}
END_TEST

/* Near forms are the same to the last bit, of numbers close to whole quarter turns, too. */
#define NEAR(name)                                                                                           \
    {                                                                                                        \
#name, name##_loop, name##_near_loop, name##f_loop, name##_nearf_loop                                \
    }
static const struct near {
    const char *name;
    batch_f64 *f64, *near_f64;
    batch_f32 *f32, *near_f32;
} nears[] = {NEAR(sin), NEAR(cos), NEAR(tan)};

START_TEST(test_near)
{
    const struct near *f = &nears[_i];
    double x[BATCH], y[BATCH], near_y[BATCH];
    float xf[BATCH], yf[BATCH], near_yf[BATCH];
    random_state = 88172645463325252u;
    for (int round = 0; round < 400; round++) {
        for (int i = 0; i < BATCH; i++) {
            double turns = (double)(random_bits() % 667544);
            x[i] = round % 4 == 0 ? turns * 1.5707963267948966 : sample(round, i);
            x[i] = gradc_far(x[i]) ? 0 : x[i];
            xf[i] = round % 4 == 0 ? (float)x[i] : gradc_from_bitsf((uint32_t)random_bits());
            xf[i] = gradc_farf(xf[i]) ? 0 : xf[i];
        }
        f->f64(x, y);
        f->near_f64(x, near_y);
        f->f32(xf, yf);
        f->near_f32(xf, near_yf);
        for (int i = 0; i < BATCH; i++) {
            if (gradc_to_bits(y[i]) != gradc_to_bits(near_y[i]))
                ck_abort_msg("%s_near(%.17g) is %.17g, not %.17g", f->name, x[i], near_y[i], y[i]);
            if (gradc_to_bitsf(yf[i]) != gradc_to_bitsf(near_yf[i]))
                ck_abort_msg("%s_nearf(%.9g) is %.9g, not %.9g", f->name, (double)xf[i], (double)near_yf[i],
                             (double)yf[i]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vecmath");
    TCase *cases = tcase_create("vecmath");
    tcase_set_timeout(cases, 120);
    int count = (int)(sizeof functions / sizeof *functions);
    tcase_add_loop_test(cases, test_f64, 0, count);
    tcase_add_loop_test(cases, test_f32, 0, count);
    tcase_add_loop_test(cases, test_near, 0, (int)(sizeof nears / sizeof *nears));
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
