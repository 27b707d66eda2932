/* pack_transposed.c: the transposed right factor of a loop's products.
 *
 *     for t { d_h = d_z[t] @ W' }         V = W'; for t { d_h = d_z[t] @ V }
 *
 * The runtime reads the rows of a right factor side by side, so that it would copy W' anew in each round,
 * which takes as long as the product where the left factor has few rows. */
#include "pack.h"
#include "cost.h"

/* The axis of x along which its elements stand side by side in memory; -1: unknown. */
static int side_by_side(const struct node *x)
{
    if (x->op != OP_INDEX)
        return x->op == OP_RESHAPE ? -1 : x->rank - 1;
    if (x->fill || x->input_count > 1)
        return -1;
    const struct affine *last = &x->subscripts[x->inputs[0]->rank - 1];
    int found = -1;
    for (int a = 0; a < x->rank; a++)
        if (moves(last, a))
            found = found < 0 && size_is(last->coefficients[a], 1) ? a : x->rank;
    return found < x->rank ? found : -1;
}

bool pack_transposed(const struct operand *operand, enum kind *columns)
{
    const struct node *y = operand->contract, *x = operand->x;
    int inner = side_by_side(x), last = y->rank - 1;
    bool is_right = false;
    if (inner < 0 || operand->kinds[inner] != SUMMED || operand->readers < 2 || operand->sizes[BATCH] > 1 ||
        operand->sizes[SUMMED] < FEWEST_TRANSPOSED || operand->sizes[OWN] < FEWEST_TRANSPOSED)
        return false;
    while (last > 0 && size_is(y->shape[last], 1))
        last--;
    for (int a = 0; a < x->rank; a++)
        is_right = is_right || (operand->kinds[a] == OWN && operand->axes[a] == last);
    *columns = OWN;
    return is_right;
}
