/* pack_windows.c: sliding windows as matrices.
 *
 *     y[n, k, p, q] = sum[c, u, v](x[n, c, p + u, q + v] * w[k, c, u, v])
 *
 * is for each n the product of w, as a matrix [k, c u v], and of the windows as a matrix [c u v, p q], and so
 * are its adjoints. In x the windows overlap, so that no strides give that matrix; copied side by side they
 * do, and each copy is read once for each k. */
#include "pack.h"
#include "cost.h"

static bool has_windows(const struct operand *operand)
{
    const struct node *x = operand->x;
    bool found = false;
    if (x->op != OP_INDEX || x->fill || x->input_count > 1 || operand->is_packed)
        return false;
    for (int s = 0; s < x->inputs[0]->rank; s++) {
        int terms = 0;
        for (int a = 0; a < x->rank; a++)
            terms += moves(&x->subscripts[s], a);
        found = found || (terms > 1 && !graph_is_apart(&x->subscripts[s], x));
    }
    return found;
}

/* Which kind of axes runs along the rows of memory of x for longest. */
static enum kind longest_rows(const struct operand *operand)
{
    const struct node *x = operand->x;
    double longest[BATCH + 1] = {0};
    const struct affine *last = &x->subscripts[x->inputs[0]->rank - 1];
    for (int a = 0; a < x->rank; a++)
        if (moves(last, a) && size_is(last->coefficients[a], 1))
            longest[operand->kinds[a]] = about(x->shape[a], UNKNOWN_LENGTH);
    return longest[SUMMED] > longest[OWN] ? SUMMED : OWN;
}

bool pack_windows(const struct operand *operand, enum kind *columns)
{
    if (!has_windows(operand) || operand->readers < FEWEST_WINDOWED ||
        operand->sizes[SUMMED] < FEWEST_WINDOWED || operand->sizes[OWN] < FEWEST_WINDOWED)
        return false;
    *columns = longest_rows(operand);
    return true;
}
