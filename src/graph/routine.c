/* routine.c: what there is to know of each routine before it is computed. */
#include "routine.h"

#include <assert.h>

#include "graph_internal.h"

static const struct routine_info infos[ROUTINE_COUNT] = {
    [ROUTINE_ARGSORT] = {"argsort", "argsort_rows", INT},
    [ROUTINE_EIGH] = {"eigh", "eigh_packed", REAL},
    [ROUTINE_SVD] = {"svd", "svd_packed", REAL},
    [ROUTINE_QR] = {"qr", "qr_packed", REAL},
    [ROUTINE_FFT] = {"fft", "fft_packed", REAL},
    [ROUTINE_FINITE] = {"finite", "all_finite", REAL},
    [ROUTINE_LU] = {"lu_factors", "", REAL},
    [ROUTINE_LU_ROWS] = {"lu_rows", "", INT},
};

const struct routine_info *routine_info(enum routine routine)
{
    return &infos[routine];
}

void routine_shape(struct sizes *sizes, enum routine routine, size *rows, size *columns, size **y_rows,
                   size **y_columns)
{
    size *one = size_number(sizes, 1), *lesser = size_minimum(rows, columns);
    switch (routine) {
    case ROUTINE_EIGH:
        *y_rows = size_add(rows, one);
        *y_columns = columns;
        break;
    case ROUTINE_SVD:
        *y_rows = size_add(size_add(rows, one), columns);
        *y_columns = lesser;
        break;
    case ROUTINE_QR:
        *y_rows = size_add(rows, columns);
        *y_columns = lesser;
        break;
    case ROUTINE_LU_ROWS:
        *y_rows = one;
        *y_columns = columns;
        break;
    default:
        *y_rows = rows;
        *y_columns = columns;
        break;
    }
}

size *routine_work(struct sizes *sizes, enum routine routine, size *rows, size *columns)
{
    switch (routine) {
    case ROUTINE_ARGSORT:
    case ROUTINE_LU:
    case ROUTINE_LU_ROWS: return columns;
    case ROUTINE_EIGH: return size_multiply(size_number(sizes, 2), rows);
    case ROUTINE_SVD: return size_multiply(size_minimum(rows, columns), size_add(rows, columns));
    case ROUTINE_QR: return size_add(size_minimum(rows, columns), columns);
    case ROUTINE_FFT: return size_multiply(size_number(sizes, 4), columns);
    default: return NULL;
    }
}

const char *node_operator_name(const struct node *node)
{
    return node->op == OP_ROUTINE ? infos[node->result].name : operator_info(node->op)->name;
}

struct node *graph_routine(struct graph *graph, enum routine routine, struct node *x)
{
    size *shape[MAXIMUM_RANK];
    struct node node = {.op = OP_ROUTINE,
                        .type = infos[routine].type,
                        .rank = x->rank,
                        .shape = shape,
                        .result = (int)routine,
                        .input_count = 1,
                        .inputs = &x};
    int lead = x->rank - 2;

    assert(x->type == REAL && lead >= 0);
    for (int a = 0; a < lead; a++)
        shape[a] = x->shape[a];
    routine_shape(graph->sizes, routine, x->shape[lead], x->shape[lead + 1], &shape[lead], &shape[lead + 1]);
    return graph_intern(graph, &node);
}
