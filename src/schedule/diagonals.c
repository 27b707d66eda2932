/* diagonals.c: what is stored on and added to diagonals of one array, as Hessians of sums over neighbours
 * are.
 *
 *     for (i) H[i, i] += a[i]                     for (i) {
 *     for (i) H[i + 1, i] = b[i]         ->           H[i, i] += a[i]
 *     for (i) H[i + 1, i + 1] += c[i]                 H[i + 1, i] = b[i]
 *                                                     H[i + 1, i + 1] += c[i]
 *                                                 }
 *
 * Such statements may stand in one loop, though one stores where another does in other rounds, if all add
 * there; or if they never meet. Rows that are written side by side are better off in loops of their own,
 * which vectorise. */
#include "program.h"

/* Subscript a minus subscript b as a size, b < 0: subscript a; NULL: it is not the same for all elements. */
static size *distance(const struct node *scatter, int a, int b)
{
    const struct affine *x = &scatter->subscripts[a], *y = b < 0 ? NULL : &scatter->subscripts[b];
    if (x->dynamic || (y && y->dynamic))
        return NULL;
    for (int i = 0; i < scatter->inputs[0]->rank; i++)
        if ((x->coefficients ? x->coefficients[i] : NULL) !=
            (y && y->coefficients ? y->coefficients[i] : NULL))
            return NULL;
    return y ? size_subtract(x->offset, y->offset) : x->offset;
}

static bool differ(size *a, size *b, size *one)
{
    return a && b &&
           (size_nonnegative(size_subtract(size_subtract(a, b), one)) == ALWAYS ||
            size_nonnegative(size_subtract(size_subtract(b, a), one)) == ALWAYS);
}

bool scatters_are_apart(struct sizes *sizes, const struct node *a, const struct node *b)
{
    size *one = size_number(sizes, 1);
    for (int s = 0; s < a->rank; s++)
        for (int t = -1; t < s; t++)
            if (differ(distance(a, s, t), distance(b, s, t), one))
                return true;
    return false;
}

bool is_on_diagonal(const struct node *scatter)
{
    for (int i = 0; scatter->op == OP_SCATTER && i < scatter->inputs[0]->rank; i++) {
        int moved = 0;
        for (int s = 0; s < scatter->rank; s++)
            moved += scatter->subscripts[s].coefficients && scatter->subscripts[s].coefficients[i];
        if (moved > 1)
            return true;
    }
    return false;
}

static bool is_kept_on_diagonal(const struct nest *nest)
{
    return nest->kind == NEST_SCATTER && !nest->block && is_on_diagonal(nest->node);
}

bool is_in_no_order(const struct program *program, const struct nest *nest, const struct nest *earlier)
{
    return nest->target == earlier->target && is_kept_on_diagonal(nest) && is_kept_on_diagonal(earlier) &&
           ((nest->adds && earlier->adds) || scatters_are_apart(program->sizes, nest->node, earlier->node));
}

bool rounds_are_in_no_order(const struct program *program, const struct nest *nest,
                            const struct nest *earlier, int level)
{
    /* The zeros that it begins with would clear what other rounds have added. */
    bool begins_inside = earlier->starts_with_zeros && level - earlier->path_first < earlier->first_reduced;
    return !begins_inside && is_in_no_order(program, nest, earlier);
}
