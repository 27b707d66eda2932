/* interpret_routine.c: values of routines, by the shortest algorithms that are right, and others than those
 * of the runtime wherever there are two. */
#include <math.h>
#include <string.h>

#include "interpreter.h"

#include "memory.h"
#include "routine.h"

/* Whether a comes before b in ascending order, NaN being last. */
static bool comes_before(double a, double b)
{
    return a < b || (isnan(b) && !isnan(a));
}

static void argsort(size_t columns, const double *x, double *y)
{
    for (size_t i = 0; i < columns; i++) {
        size_t place = i;
        for (; place > 0 && comes_before(x[i], x[(size_t)y[place - 1]]); place--)
            y[place] = y[place - 1];
        y[place] = (double)i;
    }
}

static bool all_finite(size_t count, const double *x)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* Gaussian elimination with partial pivoting, in place; rows[i]: where row i comes from. */
static bool factorise(size_t n, double *a, double *rows)
{
    for (size_t i = 0; i < n; i++)
        rows[i] = (double)i;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[pivot * n + k]))
                pivot = i;
        if (!(fabs(a[pivot * n + k]) > 0))
            return false;
        double row = rows[k];
        rows[k] = rows[pivot];
        rows[pivot] = row;
        for (size_t j = 0; j < n; j++) {
            double element = a[k * n + j];
            a[k * n + j] = a[pivot * n + j];
            a[pivot * n + j] = element;
        }
        for (size_t i = k + 1; i < n; i++) {
            a[i * n + k] /= a[k * n + k];
            for (size_t j = k + 1; j < n; j++)
                a[i * n + j] -= a[i * n + k] * a[k * n + j];
        }
    }
    return true;
}

static bool factors_or_rows(bool are_factors, size_t n, const double *x, double *y)
{
    double *other = memory_array(n * n + 1, sizeof *other);
    memcpy(are_factors ? y : other, x, n * n * sizeof *x);
    bool is_regular = factorise(n, are_factors ? y : other, are_factors ? other : y);
    memory_free(other);
    return is_regular;
}

bool routine_value(enum routine routine, size_t rows, size_t columns, const double *x, double *y)
{
    switch (routine) {
    case ROUTINE_ARGSORT:
        for (size_t i = 0; i < rows; i++)
            argsort(columns, x + i * columns, y + i * columns);
        return true;
    case ROUTINE_FINITE: memcpy(y, x, rows * columns * sizeof *y); return all_finite(rows * columns, x);
    case ROUTINE_LU:
    case ROUTINE_LU_ROWS: return factors_or_rows(routine == ROUTINE_LU, rows, x, y);
    case ROUTINE_COUNT: break;
    }
    return false;
}

void interpret_routine(struct interpreter *interpreter, const struct node *node, double *y)
{
    const struct node *matrix = node->inputs[0];
    const double *x = interpreter_slot(interpreter, node->inputs[0])->values;
    size_t rows = (size_t)interpreter_size(interpreter, matrix->shape[matrix->rank - 2]),
           columns = (size_t)interpreter_size(interpreter, matrix->shape[matrix->rank - 1]), count = 1;
    for (int a = 0; a < matrix->rank - 2; a++)
        count *= (size_t)interpreter_size(interpreter, matrix->shape[a]);
    size_t stride = count ? interpreter_count(interpreter, node) / count : 0;
    for (size_t i = 0; i < count; i++)
        if (!routine_value((enum routine)node->result, rows, columns, x + i * rows * columns, y + i * stride))
            interpreter->status = STATUS_NUMERIC;
}
