/* test_blas.c: which products go to a BLAS. The one here takes the place of the machine's, and counts. */
#include <check.h>
#include <stdlib.h>

#include "gradc.h"

enum { N = 410, ROW_MAJOR = 101, NO_TRANS = 111 };
static char core[] = "Haswell...";
static int products, products_with_vectors;

char *openblas_get_corename(void);
void cblas_dgemm(int order, int trans_a, int trans_b, int m, int n, int k, double alpha, const double *a,
                 int lda, const double *b, int ldb, double beta, double *c, int ldc);
void cblas_dgemv(int order, int trans, int m, int n, double alpha, const double *a, int lda, const double *x,
                 int incx, double beta, double *y, int incy);

char *openblas_get_corename(void)
{
    return core;
}

void cblas_dgemm(int order, int trans_a, int trans_b, int m, int n, int k, double alpha, const double *a,
                 int lda, const double *b, int ldb, double beta, double *c, int ldc)
{
    products++;
    ck_assert(order == ROW_MAJOR && trans_a == NO_TRANS && trans_b == NO_TRANS && alpha == 1 && beta == 0);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int l = 0; l < k; l++)
                sum += a[i * lda + l] * b[l * ldb + j];
            c[i * ldc + j] = sum;
        }
}

void cblas_dgemv(int order, int trans, int m, int n, double alpha, const double *a, int lda, const double *x,
                 int incx, double beta, double *y, int incy)
{
    products_with_vectors++;
    ck_assert(order == ROW_MAJOR && trans == NO_TRANS && alpha == 1 && beta == 0);
    for (int i = 0; i < m; i++) {
        double sum = 0;
        for (int j = 0; j < n; j++)
            sum += a[i * lda + j] * x[j * incx];
        y[i * incy] = sum;
    }
}

/* a b and a times the first row of b. */
static void multiply(size_t n)
{
    double *a = malloc(n * n * sizeof *a), *b = malloc(n * n * sizeof *b), *c = malloc(n * n * sizeof *c),
           *y = malloc(n * sizeof *y);
    for (size_t i = 0; i < n * n; i++) {
        a[i] = (double)(i % 7) - 3;
        b[i] = (double)(i % 11) - 5;
    }
    gradc_matmul_f64(0, 0, n, n, n, 1, a, n, b, n, 0, c, n);
    gradc_matvec_f64(0, n, n, 1, a, n, b, 1, 0, y, 1);
    for (size_t i = 0; i < n; i += 13) {
        double of_matrix = 0, of_row = 0;
        for (size_t l = 0; l < n; l++) {
            of_matrix += a[i * n + l] * b[l * n + i];
            of_row += a[i * n + l] * b[l];
        }
        ck_assert(c[i * n + i] == of_matrix && y[i] == of_row); /* whole numbers are exact */
    }
    free(a);
    free(b);
    free(c);
    free(y);
}

static void set_core(const char *name)
{
    size_t i = 0;
    for (; name[i]; i++)
        core[i] = name[i];
    core[i] = 0;
    products = products_with_vectors = 0;
}

static int has_wide_vectors(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return 0;
#endif
}

START_TEST(test_large_products)
{
    set_core("Haswell");
    multiply(N);
#ifdef GRADC_CBLAS
    ck_assert(products == 1 && products_with_vectors == 1);
#else
    ck_assert(products == 0 && products_with_vectors == 0); /* the runtime has been built to call none */
#endif
    set_core("Haswell");
    multiply(50);
    ck_assert(products == 0 && products_with_vectors == 0);
}
END_TEST

/* It has not known the processor. */
START_TEST(test_kernels_of_2004)
{
    set_core("Prescott");
    multiply(N);
    if (has_wide_vectors())
        ck_assert(products == 0 && products_with_vectors == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blas");
    TCase *cases = tcase_create("blas");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, test_large_products);
    tcase_add_test(cases, test_kernels_of_2004);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
