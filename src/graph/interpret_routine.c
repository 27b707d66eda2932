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

bool routine_value(enum routine routine, size_t rows, size_t columns, const double *x, double *y)
{
    switch (routine) {
    case ROUTINE_ARGSORT:
        for (size_t i = 0; i < rows; i++)
            argsort(columns, x + i * columns, y + i * columns);
        return true;
    case ROUTINE_FINITE: memcpy(y, x, rows * columns * sizeof *y); return all_finite(rows * columns, x);
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
