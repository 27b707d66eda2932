/* size_order.c: what is known of a size's sign. Names are at least 1, loop variables lie in their ranges. The
 * answers are sound, not complete: SOMETIMES also means "not proved". */
#include "size_internal.h"

enum { STEPS = 64 }; /* eliminations in one proof */

static bool proves(size *a, bool strictly, int *steps);

static bool proves_nonnegative(size *a, int *steps)
{
    return a->order_known ? a->order == ALWAYS : proves(a, false, steps);
}

/* A number that the atom is never below, 0 or 1; -1 if none is known. */
static int atom_least(const struct atom *atom, int *steps)
{
    size *one = size_number(atom->self->sizes, 1);

    switch (atom->kind) {
    case ATOM_NAME: return 1;
    case ATOM_LOOP_VARIABLE:
        return proves_nonnegative(size_subtract(atom->a, one), steps) ? 1
               : proves_nonnegative(atom->a, steps)                   ? 0
                                                                      : -1;
    case ATOM_ROOT: return 1;
    case ATOM_FLOOR: return proves_nonnegative(size_subtract(atom->a, atom->b), steps) ? 1 : 0;
    case ATOM_MAXIMUM:
        return proves_nonnegative(size_subtract(atom->a, one), steps) ||
                       proves_nonnegative(size_subtract(atom->b, one), steps)
                   ? 1
               : proves_nonnegative(atom->a, steps) || proves_nonnegative(atom->b, steps) ? 0
                                                                                          : -1;
    case ATOM_MINIMUM:
        return proves_nonnegative(size_subtract(atom->a, one), steps) &&
                       proves_nonnegative(size_subtract(atom->b, one), steps)
                   ? 1
               : proves_nonnegative(atom->a, steps) && proves_nonnegative(atom->b, steps) ? 0
                                                                                          : -1;
    }
    return -1;
}

/* Appends coefficient * product of (least + atom) over the monomial's factors, multiplied out, to *sum. */
static void add_shifted(const struct term *term, size **sum, int *steps, bool *known)
{
    struct sizes *sizes = (*sum)->sizes;
    struct term constant = {sizes->unit, term->coefficient};
    size *product = size_from_terms(sizes, &constant, 1);

    for (int i = 0; i < term->monomial->degree && *known; i++) {
        struct atom *atom = term->monomial->factors[i];
        int least = atom_least(atom, steps);

        *known = least >= 0;
        product =
            size_multiply(product, least == 1 ? size_add(atom->self, size_number(sizes, 1)) : atom->self);
    }
    *sum = size_add(*sum, product);
}

/* With every atom written as its least value and a nonnegative rest, all coefficients are nonnegative. */
static bool shifted_is_nonnegative(const size *a, bool strictly, int *steps)
{
    size *sum = size_number(a->sizes, 0);
    bool known = true;

    for (int i = 0; i < a->term_count && known; i++)
        add_shifted(&a->terms[i], &sum, steps, &known);
    if (!known || sum->overflowed)
        return false;
    for (int i = 0; i < sum->term_count; i++) {
        if (sum->terms[i].coefficient.numerator < 0)
            return false;
    }
    return !strictly || (sum->term_count > 0 && sum->terms[sum->term_count - 1].monomial->degree == 0);
}

static bool affine_only(const size *a)
{
    for (int i = 0; i < a->term_count; i++) {
        const struct monomial *monomial = a->terms[i].monomial;

        if (monomial->degree > 1 || (monomial->degree == 1 && monomial->factors[0]->kind != ATOM_NAME))
            return false;
    }
    return true;
}

/* The commonest case: a number, or affine in names, where the least value is at 1, 1, ... */
static bool affine_is_nonnegative(const size *a, bool strictly)
{
    struct rational sum = {0, 1};

    for (int i = 0; i < a->term_count; i++) {
        if (a->terms[i].monomial->degree > 0 && a->terms[i].coefficient.numerator < 0)
            return false;
        sum = rational_add(sum, a->terms[i].coefficient);
    }
    return sum.denominator != 0 && (strictly ? sum.numerator > 0 : sum.numerator >= 0);
}

/* The atom of greatest id that is no name, so that no other atom of `a` contains it. */
static struct atom *latest_bounded(const size *a)
{
    struct atom *latest = NULL;

    for (int i = 0; i < a->term_count; i++) {
        const struct monomial *monomial = a->terms[i].monomial;

        for (int j = 0; j < monomial->degree; j++) {
            struct atom *factor = monomial->factors[j];

            if (factor->kind != ATOM_NAME && (latest == NULL || factor->id > latest->id))
                latest = factor;
        }
    }
    return latest;
}

/* a >= 0 where a = k v + r is affine in a loop variable: it suffices that it is so at both ends of the range,
 * or at one where the sign of k is known. */
static bool proves_over_range(const struct atom *v, size *k, size *r, bool strictly, int *steps)
{
    size *first = size_add(r, size_multiply(k, v->a));
    size *last = size_add(r, size_multiply(k, size_subtract(v->b, size_number(k->sizes, 1))));
    bool grows = proves_nonnegative(k, steps);
    bool falls = !grows && proves_nonnegative(size_negate(k), steps);

    return (falls || proves(first, strictly, steps)) && (grows || proves(last, strictly, steps));
}

/* a >= 0 where a = k floor(p / q) + r: by p/q - (q-1)/q <= floor(p / q) <= p/q for a number q. */
static bool proves_over_floor(const struct atom *atom, size *k, size *r, bool strictly, int *steps)
{
    struct sizes *sizes = k->sizes;
    size *bound = NULL;
    int64_t q;

    if (proves_nonnegative(k, steps)) {
        if (size_is_number(atom->b, &q) && q > 0)
            bound = size_scale(size_subtract(atom->a, size_number(sizes, q - 1)), rational_new(1, q));
    } else if (proves_nonnegative(size_negate(k), steps)) {
        if (size_is_number(atom->b, &q) && q > 0)
            bound = size_scale(atom->a, rational_new(1, q));
        else
            bound = atom->a;
    }
    return bound != NULL && proves(size_add(r, size_multiply(k, bound)), strictly, steps);
}

/* a >= 0 where a = k max(p, q) + r: the maximum is one of the two, and not below either; the minimum is not
 * above either. */
static bool proves_over_maximum(const struct atom *atom, size *k, size *r, bool strictly, int *steps)
{
    bool first = proves(size_add(r, size_multiply(k, atom->a)), strictly, steps);

    if (first == proves_nonnegative(atom->kind == ATOM_MAXIMUM ? k : size_negate(k), steps))
        return first;
    return proves(size_add(r, size_multiply(k, atom->b)), strictly, steps);
}

/* a >= 0 where a = k root(p) + r: 1 <= root(p) <= max(p, 1), which is 1 for p = 0. */
static bool proves_over_root(const struct atom *atom, size *k, size *r, bool strictly, int *steps)
{
    if (proves_nonnegative(k, steps))
        return proves(size_add(r, k), strictly, steps);
    return proves_nonnegative(size_negate(k), steps) && proves(size_add(r, k), strictly, steps) &&
           proves(size_add(r, size_multiply(k, atom->a)), strictly, steps);
}

/* a >= 0 (or > 0) for all values: true only if that is certain. */
static bool proves(size *a, bool strictly, int *steps)
{
    struct atom *atom;
    size *k, *r;

    if (a->overflowed || --*steps < 0)
        return false;
    if (affine_only(a))
        return affine_is_nonnegative(a, strictly);
    if (shifted_is_nonnegative(a, strictly, steps))
        return true;
    atom = latest_bounded(a);
    if (atom == NULL || !size_affine_in(a, atom, &k, &r))
        return false;
    switch (atom->kind) {
    case ATOM_LOOP_VARIABLE: return proves_over_range(atom, k, r, strictly, steps);
    case ATOM_FLOOR: return proves_over_floor(atom, k, r, strictly, steps);
    case ATOM_MAXIMUM:
    case ATOM_MINIMUM: return proves_over_maximum(atom, k, r, strictly, steps);
    case ATOM_ROOT: return proves_over_root(atom, k, r, strictly, steps);
    default: return false;
    }
}

enum truth size_nonnegative(const size *a)
{
    size *asked = (size *)a; /* only its cache changes */
    int steps = STEPS;

    if (!a->order_known) {
        asked->order = proves(asked, false, &steps) ? ALWAYS : SOMETIMES;
        if (asked->order == SOMETIMES && !a->overflowed) {
            steps = STEPS;
            if (proves(size_negate(asked), true, &steps))
                asked->order = NEVER;
        }
        asked->order_known = true;
    }
    return asked->order;
}

/* ---- Extremes over loop variables ---- */

static size *extreme(size *a, bool greatest);

/* The atom's own extreme: of a loop variable an end of its range, of a floor, maximum or minimum that of its
 * operands.
 */
static size *atom_extreme(const struct atom *atom, bool greatest)
{
    size *one = size_number(atom->self->sizes, 1);

    switch (atom->kind) {
    case ATOM_LOOP_VARIABLE: return greatest ? size_subtract(atom->b, one) : atom->a;
    case ATOM_FLOOR:
        if (size_has_loop_variable(atom->b))
            return atom->self;
        return size_floor_divide(extreme(atom->a, greatest), atom->b);
    case ATOM_MAXIMUM: return size_maximum(extreme(atom->a, greatest), extreme(atom->b, greatest));
    case ATOM_MINIMUM: return size_minimum(extreme(atom->a, greatest), extreme(atom->b, greatest));
    case ATOM_ROOT: return size_square_root(extreme(atom->a, greatest));
    default: return atom->self;
    }
}

static struct atom *latest_with_loop_variable(const size *a)
{
    struct atom *latest = NULL;

    for (int i = 0; i < a->term_count; i++) {
        const struct monomial *monomial = a->terms[i].monomial;

        for (int j = 0; j < monomial->degree; j++) {
            struct atom *factor = monomial->factors[j];

            if ((latest == NULL || factor->id > latest->id) && size_has_loop_variable(factor->self))
                latest = factor;
        }
    }
    return latest;
}

/* Replaces the latest atom that varies with a loop variable by its extreme, until none is left. */
static size *extreme(size *a, bool greatest)
{
    struct atom *atom;
    size *k, *r;

    for (int round = 0; round < STEPS && (atom = latest_with_loop_variable(a)) != NULL; round++) {
        bool grows;

        if (!size_affine_in(a, atom, &k, &r))
            return a;
        grows = size_nonnegative(k) == ALWAYS;
        if (!grows && size_nonnegative(size_negate(k)) != ALWAYS)
            return a;
        a = size_add(r, size_multiply(k, atom_extreme(atom, grows == greatest)));
    }
    return a;
}

size *size_least(size *a)
{
    return extreme(a, false);
}

size *size_greatest(size *a)
{
    return extreme(a, true);
}
