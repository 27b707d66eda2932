/* routine.h: functions of a whole matrix that the runtime computes, mapped over leading axes: what the
 * operator ROUTINE stands for. Those with several results give them in one matrix, below each other, and the
 * library takes them apart. The linear ones have adjoints; of the others, the library's functions around
 * them have rules. */
#ifndef GRADC_ROUTINE_H
#define GRADC_ROUTINE_H

#include <stddef.h>

#include "graph.h"

/* x is n x m, and k the lesser of n and m. */
enum routine {
    ROUTINE_ARGSORT, /* [n, m]: the places of each row's elements in ascending order, equal ones in theirs,
                        NaN last */
    ROUTINE_EIGH, /* [n + 1, n]: the eigenvalues of the symmetric x, ascending, and below the eigenvectors */
    ROUTINE_SVD,  /* [n + 1 + m, k]: U, s and V below each other, x = U diag(s) V', s descending */
    ROUTINE_QR,   /* [n + m, k]: Q and R' below each other, x = Q R, no diagonal element of R negative */
    ROUTINE_FFT,  /* [2, m]: the discrete Fourier transform of x [2, m], real and imaginary parts */
    ROUTINE_FINITE,  /* [n, m]: x, whose elements must be finite */
    ROUTINE_LU,      /* n = m. [n, n]: L, but for its unit diagonal, and U with P x = L U */
    ROUTINE_LU_ROWS, /* n = m. [1, n]: which row of x is row i of P x */
    ROUTINE_COUNT
};

struct routine_info {
    const char *name;         /* in listings; the runtime has gradc_NAME_f64 */
    const char *library_name; /* the library calls it so */
    enum type type;           /* of the result */
};

const struct routine_info *routine_info(enum routine routine);
/* The rows and columns of the result for those of x, and how many elements the runtime needs beside. */
void routine_shape(struct sizes *sizes, enum routine routine, size *rows, size *columns, size **y_rows,
                   size **y_columns);
size *routine_work(struct sizes *sizes, enum routine routine, size *rows, size *columns); /* NULL: none */

/* What listings call the node's operator. */
const char *node_operator_name(const struct node *node);

struct node *graph_routine(struct graph *graph, enum routine routine, struct node *x);

/* The value, by other algorithms than the runtime's; false: it has none (GRADC_ENUMERIC). */
bool routine_value(enum routine routine, size_t rows, size_t columns, const double *x, double *y);

#endif
