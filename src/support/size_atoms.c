/* size_atoms.c: which atoms a size is made of, what stands at one, and values for them. */
#include "size_internal.h"

#include <assert.h>

static bool is_composite(const struct atom *atom)
{
    return atom->kind != ATOM_NAME && atom->kind != ATOM_LOOP_VARIABLE;
}

static bool depends_on(const size *a, const struct atom *atom)
{
    for (int i = 0; i < a->term_count; i++) {
        const struct monomial *monomial = a->terms[i].monomial;

        for (int j = 0; j < monomial->degree; j++) {
            const struct atom *factor = monomial->factors[j];

            if (factor == atom || (is_composite(factor) && factor->id > atom->id &&
                                   (depends_on(factor->a, atom) || depends_on(factor->b, atom))))
                return true;
        }
    }
    return false;
}

bool size_depends_on(const size *a, const size *atom)
{
    assert(size_atom(atom) != NULL);
    return depends_on(a, size_atom(atom));
}

bool size_has_loop_variable(const size *a)
{
    for (int i = 0; i < a->term_count; i++) {
        const struct monomial *monomial = a->terms[i].monomial;

        for (int j = 0; j < monomial->degree; j++) {
            const struct atom *factor = monomial->factors[j];

            if (factor->kind == ATOM_LOOP_VARIABLE)
                return true;
            if (factor->kind != ATOM_NAME &&
                (size_has_loop_variable(factor->a) || size_has_loop_variable(factor->b)))
                return true;
        }
    }
    return false;
}

void size_visit_loop_variables(size *a, void (*visit)(void *closure, size *variable), void *closure)
{
    for (int i = 0; i < a->term_count; i++) {
        const struct monomial *monomial = a->terms[i].monomial;

        for (int j = 0; j < monomial->degree; j++) {
            const struct atom *factor = monomial->factors[j];

            if (factor->kind == ATOM_LOOP_VARIABLE)
                visit(closure, factor->self);
            if (is_composite(factor)) {
                size_visit_loop_variables(factor->a, visit, closure);
                size_visit_loop_variables(factor->b, visit, closure);
            }
        }
    }
}

int size_atom_number(const size *atom)
{
    return size_atom(atom)->id;
}

struct atom *size_latest_atom(const size *a)
{
    struct atom *latest = NULL;

    for (int i = 0; i < a->term_count; i++) {
        const struct monomial *monomial = a->terms[i].monomial;

        if (monomial->degree > 0 &&
            (latest == NULL || monomial->factors[monomial->degree - 1]->id > latest->id))
            latest = monomial->factors[monomial->degree - 1];
    }
    return latest;
}

bool size_affine_in(const size *a, const struct atom *atom, size **coefficient, size **rest)
{
    struct sizes *sizes = a->sizes;

    *coefficient = *rest = size_number(sizes, 0);
    for (int i = 0; i < a->term_count; i++) {
        struct term term = a->terms[i];
        int power = monomial_power(term.monomial, atom);

        if (power > 1)
            return false;
        if (power == 1) {
            term.monomial = monomial_divide(sizes, term.monomial, atom->self->terms->monomial);
            *coefficient = size_add(*coefficient, size_from_terms(sizes, &term, 1));
        } else {
            *rest = size_add(*rest, size_from_terms(sizes, &term, 1));
        }
    }
    return true;
}

/* Whether a composite factor contains the atom. */
static bool is_inside(const struct monomial *monomial, const struct atom *atom)
{
    for (int i = 0; i < monomial->degree; i++) {
        const struct atom *factor = monomial->factors[i];
        if (is_composite(factor) && (depends_on(factor->a, atom) || depends_on(factor->b, atom)))
            return true;
    }
    return false;
}

size *size_slope(const size *a, const size *variable)
{
    struct sizes *sizes = a->sizes;
    const struct atom *atom = size_atom(variable);
    size *slope = size_number(sizes, 0);

    for (int i = 0; i < a->term_count; i++) {
        struct term term = a->terms[i];
        int power = monomial_power(term.monomial, atom);

        if (power > 1 || is_inside(term.monomial, atom))
            return NULL;
        if (power == 1) {
            term.monomial = monomial_divide(sizes, term.monomial, atom->self->terms->monomial);
            slope = size_add(slope, size_from_terms(sizes, &term, 1));
        }
    }
    return slope;
}

/* The factor with atom replaced by value, inside floors, maxima and roots too. */
static size *substitute_factor(struct atom *factor, const size *atom, size *value)
{
    if (factor->self == atom)
        return value;
    if (!is_composite(factor) || !size_depends_on(factor->self, atom))
        return factor->self;
    size *a = size_substitute(factor->a, atom, value), *b = size_substitute(factor->b, atom, value);
    if (factor->kind == ATOM_ROOT)
        return size_square_root(a);
    if (factor->kind == ATOM_MINIMUM)
        return size_minimum(a, b);
    return factor->kind == ATOM_FLOOR ? size_floor_divide(a, b) : size_maximum(a, b);
}

size *size_substitute(size *a, const size *atom, size *value)
{
    size *sum;

    if (a == atom)
        return value;
    if (!size_depends_on(a, atom))
        return a;
    sum = size_number(a->sizes, 0);
    for (int i = 0; i < a->term_count; i++) {
        const struct monomial *monomial = a->terms[i].monomial;
        struct term constant = {a->sizes->unit, a->terms[i].coefficient};
        size *product = size_from_terms(a->sizes, &constant, 1);

        for (int j = 0; j < monomial->degree; j++)
            product = size_multiply(product, substitute_factor(monomial->factors[j], atom, value));
        sum = size_add(sum, product);
    }
    return sum;
}

int64_t size_evaluate(const size *a, int64_t (*value)(const size *atom, void *closure), void *closure)
{
    int64_t denominator = size_denominator(a);
    uint64_t sum = 0; /* modulo 2^64, as the C does */

    for (int i = 0; i < a->term_count; i++) {
        const struct term *term = &a->terms[i];
        uint64_t product = (uint64_t)term->coefficient.numerator;

        product *= (uint64_t)(denominator / term->coefficient.denominator);
        for (int j = 0; j < term->monomial->degree; j++) {
            const struct atom *atom = term->monomial->factors[j];
            int64_t x, y;

            if (atom->kind == ATOM_NAME || atom->kind == ATOM_LOOP_VARIABLE) {
                product *= (uint64_t)value(atom->self, closure);
                continue;
            }
            x = size_evaluate(atom->a, value, closure);
            y = size_evaluate(atom->b, value, closure);
            if (atom->kind == ATOM_FLOOR)
                product *= (uint64_t)(y == 0 ? 0 : floor_divide(x, y));
            else if (atom->kind == ATOM_ROOT)
                product *= (uint64_t)least_root(x);
            else
                product *= (uint64_t)((x > y) == (atom->kind == ATOM_MAXIMUM) ? x : y);
        }
        sum += product;
    }
    return floor_divide((int64_t)sum, denominator);
}
