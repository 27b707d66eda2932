/* test_matmul.c: matrix products against sums in long double, for every width of vectors, transposition,
 * shape, stride, alpha and beta. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gradc.h"

/* The kernels once more in each width, whatever this processor has: the compiler splits wide vectors. */
#undef GRADC_API
#define GRADC_API          GRADC_STATIC
#define GRADC_VECTOR_BYTES 16
#define REAL               double
#define NAME(x)            narrow_##x##_f64
#include "matmul_real.h"
#undef REAL
#undef NAME
#define REAL    float
#define NAME(x) narrow_##x##_f32
#include "matmul_real.h"
#undef REAL
#undef NAME
#undef GRADC_VECTOR_BYTES
#define GRADC_VECTOR_BYTES 32
#define REAL               double
#define NAME(x)            middle_##x##_f64
#include "matmul_real.h"
#undef REAL
#undef NAME
#undef GRADC_VECTOR_BYTES
#define GRADC_VECTOR_BYTES 64
#define REAL               float
#define NAME(x)            wide_##x##_f32
#include "matmul_real.h"
#undef REAL
#undef NAME

/* And the short loops of microcontrollers. */
#undef GRADC_SMALL
#define GRADC_SMALL 1
#define REAL        double
#define NAME(x)     small_##x##_f64
#include "matmul_real.h"
#undef REAL
#undef NAME
#define REAL    float
#define NAME(x) small_##x##_f32
#include "matmul_real.h"
#undef REAL
#undef NAME

typedef void matmul_f64(int, int, size_t, size_t, size_t, double, const double *, size_t, const double *,
                        size_t, double, double *, size_t);
typedef void matmul_f32(int, int, size_t, size_t, size_t, float, const float *, size_t, const float *, size_t,
                        float, float *, size_t);

static matmul_f64 *const products_f64[] = {gradc_matmul_f64, narrow_matmul_f64, middle_matmul_f64,
                                           small_matmul_f64};
static matmul_f32 *const products_f32[] = {gradc_matmul_f32, narrow_matmul_f32, wide_matmul_f32,
                                           small_matmul_f32};

static unsigned state = 1;

/* Every ck_assert is a system call, so that loops over elements test for themselves. */
static double uniform(void)
{
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) / (1 << 23) - 1;
}

static double *random_array(size_t count)
{
    double *array = malloc(sizeof *array * (count + 1));
    ck_assert_ptr_nonnull(array);
    for (size_t i = 0; i < count; i++)
        array[i] = (double)(float)uniform();
    return array;
}

static float *to_float(const double *array, size_t count)
{
    float *copy = malloc(sizeof *copy * (count + 1));
    ck_assert_ptr_nonnull(copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = (float)array[i];
    return copy;
}

struct product {
    int trans_a, trans_b;
    size_t m, n, k, lda, ldb, ldc;
    double alpha, beta;
};

/* Element (i, j) of the result, and in *scale the sum of the magnitudes of what is added. */
static double expected(const struct product *p, const double *a, const double *b, double c, size_t i,
                       size_t j, double *scale)
{
    long double sum = 0, size = 0;
    for (size_t l = 0; l < p->k; l++) {
        long double term = (long double)(p->trans_a ? a[l * p->lda + i] : a[i * p->lda + l]) *
                           (p->trans_b ? b[j * p->ldb + l] : b[l * p->ldb + j]);
        sum += term;
        size += fabsl(term);
    }
    *scale = (double)(fabsl(p->alpha) * size) + (p->beta != 0 ? fabs(p->beta * c) : 0);
    return (double)(p->alpha * sum + (p->beta != 0 ? p->beta * c : 0));
}

/* Elements of c outside the product must stay as they are. */
static void compare(const struct product *p, const double *a, const double *b, const double *before,
                    const double *after, double epsilon)
{
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->ldc; j++) {
            size_t at = i * p->ldc + j;
            if (j >= p->n) {
                if (after[at] != before[at])
                    ck_abort_msg("an element beside the product has changed");
                continue;
            }
            double scale, right = expected(p, a, b, before[at], i, j, &scale);
            if (!(fabs(after[at] - right) <= epsilon * ((double)p->k + 3) * scale))
                ck_abort_msg("%d%d %zux%zux%zu alpha %g beta %g: element %zu,%zu is %g, expected %g",
                             p->trans_a, p->trans_b, p->m, p->n, p->k, p->alpha, p->beta, i, j, after[at],
                             right);
        }
}

static void check_product(const struct product *p)
{
    size_t a_count = (p->trans_a ? p->k : p->m) * p->lda, b_count = (p->trans_b ? p->n : p->k) * p->ldb;
    size_t c_count = p->m * p->ldc;
    double *a = random_array(a_count), *b = random_array(b_count), *c = random_array(c_count);
    float *a32 = to_float(a, a_count), *b32 = to_float(b, b_count);
    for (size_t f = 0; f < sizeof products_f64 / sizeof *products_f64; f++) {
        double *result = malloc(sizeof *result * (c_count + 1));
        ck_assert_ptr_nonnull(result);
        for (size_t i = 0; i < c_count; i++)
            result[i] = c[i];
        products_f64[f](p->trans_a, p->trans_b, p->m, p->n, p->k, p->alpha, a, p->lda, b, p->ldb, p->beta,
                        result, p->ldc);
        compare(p, a, b, c, result, DBL_EPSILON);
        free(result);
    }
    for (size_t f = 0; f < sizeof products_f32 / sizeof *products_f32; f++) {
        float *c32 = to_float(c, c_count);
        double *result = random_array(c_count);
        products_f32[f](p->trans_a, p->trans_b, p->m, p->n, p->k, (float)p->alpha, a32, p->lda, b32, p->ldb,
                        (float)p->beta, c32, p->ldc);
        for (size_t i = 0; i < c_count; i++)
            result[i] = c32[i];
        compare(p, a, b, c, result, FLT_EPSILON);
        free(result);
        free(c32);
    }
    free(a);
    free(b);
    free(c);
    free(a32);
    free(b32);
}

static void check_shape(size_t m, size_t n, size_t k, size_t gap)
{
    static const double factors[][2] = {{1, 0}, {1, 1}, {-0.5, 0}, {2, -0.25}, {0, 3}, {0, 0}};
    for (int trans = 0; trans < 4; trans++)
        for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
            struct product p = {.trans_a = trans & 1, .trans_b = trans >> 1, .m = m, .n = n, .k = k};
            p.lda = (p.trans_a ? m : k) + gap;
            p.ldb = (p.trans_b ? k : n) + gap;
            p.ldc = n + gap;
            p.alpha = factors[f][0];
            p.beta = factors[f][1];
            check_product(&p);
        }
}

START_TEST(test_all_small_shapes)
{
    for (size_t m = 1; m <= 14; m++)
        for (size_t n = 1; n <= 14; n += m % 3 + 1)
            for (size_t k = 0; k <= 9; k += 3)
                check_shape(m, n, k, m % 2);
}
END_TEST

START_TEST(test_edges_of_tiles)
{
    static const size_t sizes[] = {1, 5, 12, 31, 33, 67};
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            check_shape(sizes[i], sizes[j], sizes[(i + j) % 6], 3);
}
END_TEST

/* The last panel: two vectors or halves that overlap, one, or fewer columns than half a vector. */
START_TEST(test_widths_of_panels)
{
    for (size_t n = 15; n <= 70; n++)
        check_shape(13, n, 6, n % 2);
}
END_TEST

/* Enough for packed panels, behind which a few columns are left, for any number of rows. */
START_TEST(test_few_columns_left)
{
    for (size_t m = 7; m <= 80; m++)
        check_shape(m, 33 + m % 7, 1100 / m + 2, m % 3);
}
END_TEST

START_TEST(test_edges_of_blocks)
{
    check_shape(130, 70, 257, 0);
    check_shape(3, 65, 600, 2);
    check_shape(300, 3, 513, 0);
    check_shape(517, 33, 40, 1);
    check_shape(600, 37, 300, 1);
}
END_TEST

/* With whole numbers sums are exact in any order. */
static void make_whole(double *array, size_t count)
{
    for (size_t i = 0; i < count; i++)
        array[i] = rint(array[i] * 8);
}

/* The parts together are the whole, to the last bit: what is summed in which order does not depend on them,
 * but for a BLAS. */
static void check_parts(int trans, size_t m, size_t n, size_t k, bool is_for_blas)
{
    size_t lda = (trans & 1 ? m : k) + 1, ldb = (trans >> 1 ? k : n) + 2, ldc = n + 3;
    double *a = random_array((trans & 1 ? k : m) * lda), *b = random_array((trans >> 1 ? n : k) * ldb);
    if (is_for_blas) {
        make_whole(a, (trans & 1 ? k : m) * lda);
        make_whole(b, (trans >> 1 ? n : k) * ldb);
    }
    float *a32 = to_float(a, (trans & 1 ? k : m) * lda), *b32 = to_float(b, (trans >> 1 ? n : k) * ldb);
    double *whole = random_array(m * ldc), *together = random_array(m * ldc);
    if (is_for_blas)
        make_whole(whole, m * ldc);
    float *whole32 = to_float(whole, m * ldc), *together32 = to_float(whole, m * ldc);
    memcpy(together, whole, m * ldc * sizeof *whole);
    size_t parts = gradc_matmul_parts_f64(m, n, k), parts32 = gradc_matmul_parts_f32(m, n, k);
    ck_assert_uint_gt(parts, 1);
    ck_assert_uint_gt(parts32, 1);
    gradc_matmul_f64(trans & 1, trans >> 1, m, n, k, 2, a, lda, b, ldb, 1, whole, ldc);
    gradc_matmul_f32(trans & 1, trans >> 1, m, n, k, 2, a32, lda, b32, ldb, 1, whole32, ldc);
    for (size_t part = parts; part-- > 0;)
        gradc_matmul_part_f64(part, parts, trans & 1, trans >> 1, m, n, k, 2, a, lda, b, ldb, 1, together,
                              ldc);
    for (size_t part = parts32; part-- > 0;)
        gradc_matmul_part_f32(part, parts32, trans & 1, trans >> 1, m, n, k, 2, a32, lda, b32, ldb, 1,
                              together32, ldc);
    ck_assert(memcmp(whole, together, m * ldc * sizeof *whole) == 0);
    ck_assert(memcmp(whole32, together32, m * ldc * sizeof *whole32) == 0);
    free(a);
    free(b);
    free(a32);
    free(b32);
    free(whole);
    free(together);
    free(whole32);
    free(together32);
}

START_TEST(test_parts)
{
    for (int trans = 0; trans < 4; trans++) {
        check_parts(trans, 64, 100, 1000, false);
        check_parts(trans, 1003, 101, 65, false);
        check_parts(trans, 37, 1000, 40, false);
        check_parts(trans, 530, 300, 300, false);
    }
    ck_assert_uint_eq(gradc_matmul_parts_f64(8, 1000, 8), 1);
    ck_assert_uint_eq(gradc_matmul_parts_f32(100, 100, 50), 1);
}
END_TEST

/* A BLAS that has been told to use one thread computes the parts of a large product. */
extern void openblas_set_num_threads(int) __attribute__((weak));

START_TEST(test_parts_of_blas)
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
    for (int trans = 0; trans < 4; trans++) {
        check_parts(trans, 701, 402, 303, true);
        check_parts(trans, 402, 703, 301, true);
    }
}
END_TEST

START_TEST(test_empty)
{
    double a[4] = {1, 2, 3, 4}, b[4] = {1, 2, 3, 4}, c[4] = {5, 6, 7, 8};
    gradc_matmul_f64(0, 0, 0, 2, 2, 1, a, 2, b, 2, 0, c, 2);
    gradc_matmul_f64(0, 0, 2, 0, 2, 1, a, 2, b, 2, 0, c, 2);
    for (int i = 0; i < 4; i++)
        ck_assert(c[i] == 5 + i);
}
END_TEST

/* With beta = 0 the old content does not matter; what is not a number in a or b comes through. */
START_TEST(test_not_a_number)
{
    for (size_t n = 1; n <= 70; n += 23) {
        double *a = random_array(n * n), *b = random_array(n * n), *c = random_array(n * n);
        for (size_t i = 0; i < n * n; i++)
            c[i] = NAN;
        gradc_matvec_f64(0, n, n, 1, a, n, b, 1, 0, c, 1);
        gradc_matvec_f64(1, n, n, 1, a, n, b, 1, 0, c + n * n - n, 1);
        for (size_t i = 0; i < n; i++)
            ck_assert(isfinite(c[i]) && isfinite(c[n * n - n + i]));
        gradc_matmul_f64(0, 0, n, n, n, 1, a, n, b, n, 0, c, n);
        for (size_t i = 0; i < n * n; i++)
            ck_assert(isfinite(c[i]));
        a[n * (n - 1)] = NAN;
        b[n - 1] = INFINITY;
        gradc_matmul_f64(0, 0, n, n, n, 1, a, n, b, n, 0, c, n);
        for (size_t j = 0; j < n; j++)
            ck_assert(isnan(c[n * (n - 1) + j]));
        for (size_t i = 0; i + 1 < n; i++)
            ck_assert(isinf(c[i * n + n - 1]));
        if (n > 1)
            ck_assert(isfinite(c[0]));
        free(a);
        free(b);
        free(c);
    }
}
END_TEST

static void check_matvec(bool small, int trans, size_t m, size_t n, size_t incx, size_t incy, double beta)
{
    size_t lda = n + 2, rows = trans ? n : m, columns = trans ? m : n;
    double *a = random_array(m * lda), *x = random_array(columns * incx), *y = random_array(rows * incy);
    float *a32 = to_float(a, m * lda), *x32 = to_float(x, columns * incx), *y32 = to_float(y, rows * incy);
    double *before = random_array(rows * incy);
    for (size_t i = 0; i < rows * incy; i++)
        before[i] = y[i];
    (small ? small_matvec_f64 : gradc_matvec_f64)(trans, m, n, 1.5, a, lda, x, incx, beta, y, incy);
    (small ? small_matvec_f32 : gradc_matvec_f32)(trans, m, n, 1.5f, a32, lda, x32, incx, (float)beta, y32,
                                                  incy);
    for (size_t i = 0; i < rows * incy; i++) {
        if (i % incy) {
            if (y[i] != before[i] || y32[i] != (float)before[i])
                ck_abort_msg("an element between those of y has changed");
            continue;
        }
        long double sum = 0, size = 0;
        for (size_t j = 0; j < columns; j++) {
            long double term =
                (long double)(trans ? a[j * lda + i / incy] : a[i / incy * lda + j]) * x[j * incx];
            sum += term;
            size += fabsl(term);
        }
        double right = (double)(1.5L * sum + (beta != 0 ? beta * before[i] : 0));
        double scale = 1.5 * (double)size + (beta != 0 ? fabs(beta * before[i]) : 0);
        double bound = ((double)columns + 3) * scale;
        if (!(fabs(y[i] - right) <= DBL_EPSILON * bound) ||
            !(fabs((double)y32[i] - right) <= FLT_EPSILON * bound))
            ck_abort_msg("trans %d %zux%zu incx %zu incy %zu beta %g: %g or %g, expected %g", trans, m, n,
                         incx, incy, beta, y[i], (double)y32[i], right);
    }
    free(a);
    free(x);
    free(y);
    free(a32);
    free(x32);
    free(y32);
    free(before);
}

START_TEST(test_matvec)
{
    static const size_t sizes[] = {1, 2, 3, 4, 7, 17, 64, 259};
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 8; j++)
            for (int way = 0; way < 32; way++)
                check_matvec(way & 16, way & 1, sizes[i], sizes[j], way & 2 ? 3 : 1, way & 4 ? 2 : 1,
                             way & 8 ? 0.5 : 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("matmul");
    TCase *cases = tcase_create("matmul");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, test_all_small_shapes);
    tcase_add_test(cases, test_edges_of_tiles);
    tcase_add_test(cases, test_widths_of_panels);
    tcase_add_test(cases, test_few_columns_left);
    tcase_add_test(cases, test_edges_of_blocks);
    tcase_add_test(cases, test_parts);
    tcase_add_test(cases, test_parts_of_blas);
    tcase_add_test(cases, test_empty);
    tcase_add_test(cases, test_not_a_number);
    tcase_add_test(cases, test_matvec);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
