/* interpret_matrix.c: values of factorisations and solutions of linear systems, by the textbook's algorithms.
 */
#include <math.h>
#include <string.h>

#include "interpreter.h"

#include "memory.h"

/* The leading axes multiplied out, and the order n of the matrices. */
struct batch {
    size_t count, n, columns;
};

static struct batch batch_of(struct interpreter *interpreter, const struct node *node)
{
    const struct node *x = node->inputs[0];
    struct batch batch = {1, (size_t)interpreter_size(interpreter, x->shape[x->rank - 1]), 1};
    for (int a = 0; a < x->rank - 2; a++)
        batch.count *= (size_t)interpreter_size(interpreter, x->shape[a]);
    if (node->input_count > 1)
        batch.columns = interpreter_count(interpreter, node) / (batch.count * batch.n);
    return batch;
}

/* The lower triangle only is read. */
static bool factor_cholesky(const double *x, double *l, size_t n)
{
    memset(l, 0, n * n * sizeof *l);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = x[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= l[i * n + k] * l[j * n + k];
            if (i == j && !(sum > 0))
                return false;
            l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        }
    return true;
}

/* In place on the columns of y. Element (i, j) of the system's matrix is a[j, i] if transposed. */
static bool solve_triangle(const struct node *node, const double *a, double *y, size_t n, size_t columns)
{
    bool forward = node->lower != node->transposed;
    for (size_t step = 0; step < n; step++) {
        size_t i = forward ? step : n - 1 - step;
        double pivot = node->unit ? 1 : a[i * n + i];
        if (!(fabs(pivot) > 0)) /* or NaN */
            return false;
        for (size_t c = 0; c < columns; c++) {
            double sum = y[i * columns + c];
            for (size_t other = 0; other < step; other++) {
                size_t j = forward ? other : n - 1 - other;
                sum -= (node->transposed ? a[j * n + i] : a[i * n + j]) * y[j * columns + c];
            }
            y[i * columns + c] = sum / pivot;
        }
    }
    return true;
}

static void swap_rows(double *a, size_t i, size_t j, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        double kept = a[i * n + k];
        a[i * n + k] = a[j * n + k];
        a[j * n + k] = kept;
    }
}

/* Gaussian elimination with partial pivoting, applied to the columns of y as well (columns may be 0). Leaves
 * a upper triangular; returns the sign of the permutation, 0 if a is singular or holds a NaN. */
static double eliminate(double *a, double *y, size_t n, size_t columns)
{
    double sign = 1;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (isnan(a[i * n + k]) || fabs(a[i * n + k]) > fabs(a[pivot * n + k]))
                pivot = i;
        if (!(fabs(a[pivot * n + k]) > 0)) /* or NaN */
            return 0;
        if (pivot != k) {
            swap_rows(a, k, pivot, n);
            swap_rows(y, k, pivot, columns);
            sign = -sign;
        }
        for (size_t i = k + 1; i < n; i++) {
            double factor = a[i * n + k] / a[k * n + k];
            for (size_t j = k; j < n; j++)
                a[i * n + j] -= factor * a[k * n + j];
            for (size_t c = 0; c < columns; c++)
                y[i * columns + c] -= factor * y[k * columns + c];
        }
    }
    return sign;
}

static bool solve_general(double *a, double *y, size_t n, size_t columns)
{
    if (eliminate(a, y, n, columns) == 0)
        return false;
    for (size_t i = n; i-- > 0;)
        for (size_t c = 0; c < columns; c++) {
            double sum = y[i * columns + c];
            for (size_t j = i + 1; j < n; j++)
                sum -= a[i * n + j] * y[j * columns + c];
            y[i * columns + c] = sum / a[i * n + i];
        }
    return true;
}

static bool determinant(const struct node *node, double *a, double *y, size_t n)
{
    double sign = eliminate(a, NULL, n, 0), product = sign, sum = 0;
    for (size_t i = 0; i < n; i++) {
        product *= a[i * n + i];
        sum += log(fabs(a[i * n + i]));
    }
    *y = node->op == OP_DET ? (sign == 0 ? 0 : product) : sum;
    return node->op == OP_DET || sign != 0;
}

static void copy_matrix(double *to, const double *from, size_t n, bool transposed)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            to[i * n + j] = transposed ? from[j * n + i] : from[i * n + j];
}

void interpret_matrix(struct interpreter *interpreter, const struct node *node, double *y)
{
    struct batch batch = batch_of(interpreter, node);
    const double *x = interpreter_slot(interpreter, node->inputs[0])->values;
    size_t n = batch.n, block = n * batch.columns;
    double *a = memory_array(n * n, sizeof *a);
    if (node->input_count > 1)
        memcpy(y, interpreter_slot(interpreter, node->inputs[1])->values, batch.count * block * sizeof *y);
    bool ok = true;
    for (size_t i = 0; i < batch.count; i++, x += n * n) {
        copy_matrix(a, x, n, node->op == OP_LU_SOLVE && node->transposed);
        switch (node->op) {
        case OP_CHOLESKY: ok = factor_cholesky(x, y + i * n * n, n) && ok; break;
        case OP_SOLVE_TRIANGULAR: ok = solve_triangle(node, x, y + i * block, n, batch.columns) && ok; break;
        case OP_LU_SOLVE: ok = solve_general(a, y + i * block, n, batch.columns) && ok; break;
        default: ok = determinant(node, a, y + i, n) && ok; break;
        }
    }
    if (!ok)
        interpreter->status = STATUS_NUMERIC;
    memory_free(a);
}
