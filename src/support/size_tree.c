/* size_tree.c: sizes as C. Positive terms come first, so that unsigned C never passes below 0 on the way to a
 * value that is not; terms with fractions are gathered over one denominator, since only their sum is whole.
 */
#include <string.h>

#include "size_internal.h"
#include "tree.h"

struct making {
    struct arena *arena;
    bool is_real;
    const struct spelling *spelling;
};

/* NULL: it is spelled as it is called. */
static const struct tree *spelled(const struct spelling *spelling, const struct atom *atom)
{
    return spelling && (size_t)atom->id < spelling->trees_count ? spelling->trees[atom->id] : NULL;
}

static const struct tree *part_tree(struct making *making, const size *a)
{
    return size_tree(making->arena, a, making->is_real ? SIZE_IN_DOUBLE : SIZE_WHOLE, making->spelling);
}

static const struct tree *call(struct making *making, const char *function, const struct atom *atom,
                               unsigned count)
{
    const struct tree *arguments[] = {part_tree(making, atom->a), part_tree(making, atom->b)};
    return tree_call(making->arena, function, count, arguments);
}

static const struct tree *atom_tree(struct making *making, const struct atom *atom, bool stands_alone)
{
    const struct tree *name = spelled(making->spelling, atom);
    switch (atom->kind) {
    case ATOM_FLOOR: { /* p * (a / b): p * a / b would round later */
        const struct tree *quotient =
            tree_binary(making->arena, part_tree(making, atom->a), "/", part_tree(making, atom->b));
        return stands_alone ? quotient : parenthesise(making->arena, quotient, PRECEDENCE_PRODUCT);
    }
    case ATOM_ROOT: return name ? name : call(making, "gradc_root", atom, 1);
    /* A function, so that maxima of maxima do not print each one twice. */
    case ATOM_MAXIMUM: return call(making, making->is_real ? "fmax" : "gradc_greater", atom, 2);
    case ATOM_MINIMUM: return call(making, making->is_real ? "fmin" : "gradc_lesser", atom, 2);
    default: return name ? name : tree_name(making->arena, atom->name);
    }
}

/* |coefficient| * scale * monomial, where coefficient * scale is whole. */
static const struct tree *term_tree(struct making *making, const struct term *term, int64_t scale)
{
    int64_t coefficient = term->coefficient.numerator * (scale / term->coefficient.denominator);
    const struct monomial *monomial = term->monomial;
    const struct tree *product = NULL;
    if (coefficient < 0)
        coefficient = -coefficient;
    if (coefficient != 1 || monomial->degree == 0)
        product = tree_number(making->arena, coefficient);
    for (int i = 0; i < monomial->degree; i++) {
        const struct tree *factor =
            atom_tree(making, monomial->factors[i], monomial->degree == 1 && coefficient == 1);
        product = product ? tree_binary(making->arena, product, "*", factor) : factor;
    }
    return product;
}

/* sum + scale * terms, positive ones first; the sum may be NULL. */
static const struct tree *add_terms(struct making *making, const struct tree *sum, const struct term *terms,
                                    int count, int64_t scale)
{
    for (int sign = 1; sign >= -1; sign -= 2)
        for (int i = 0; i < count; i++) {
            bool is_negative = terms[i].coefficient.numerator < 0;
            if (is_negative != (sign < 0))
                continue;
            const struct tree *term = term_tree(making, &terms[i], scale);
            sum = sum           ? tree_binary(making->arena, sum, is_negative ? "-" : "+", term)
                  : is_negative ? tree_negate_first(making->arena, term)
                                : term;
        }
    return sum;
}

/* Fractions with all coefficients negative are subtracted as a positive quotient. */
static bool negate_if_negative(struct term *terms, int count)
{
    for (int i = 0; i < count; i++)
        if (terms[i].coefficient.numerator > 0)
            return false;
    for (int i = 0; i < count; i++)
        terms[i].coefficient.numerator = -terms[i].coefficient.numerator;
    return true;
}

struct fractions size_fractions(struct arena *arena, const size *a)
{
    struct fractions parts = {.whole = ARENA_ARRAY(arena, struct term, a->term_count + 1),
                              .fractions = ARENA_ARRAY(arena, struct term, a->term_count + 1)};
    for (int i = 0; i < a->term_count; i++)
        if (a->terms[i].coefficient.denominator == 1)
            parts.whole[parts.whole_count++] = a->terms[i];
        else
            parts.fractions[parts.count++] = a->terms[i];
    parts.is_negative = negate_if_negative(parts.fractions, parts.count);
    struct term *copy = ARENA_ARRAY(a->sizes->arena, struct term, parts.count);
    memcpy(copy, parts.fractions, sizeof *copy * (size_t)parts.count);
    parts.is_safe = size_nonnegative(size_from_terms(a->sizes, copy, parts.count)) == ALWAYS;
    return parts;
}

static const struct tree *quotient_of(struct making *making, const struct term *terms, int count,
                                      int64_t denominator)
{
    return tree_binary(making->arena, add_terms(making, NULL, terms, count, denominator), "/",
                       tree_number(making->arena, denominator));
}

const struct tree *size_tree(struct arena *arena, const size *a, enum size_form form,
                             const struct spelling *spelling)
{
    struct making making = {arena, form == SIZE_IN_DOUBLE, spelling};
    int64_t denominator = size_denominator(a);
    if (a->term_count == 0)
        return tree_number(arena, 0);
    if (denominator == 1)
        return add_terms(&making, NULL, a->terms, a->term_count, 1);
    const struct fractions parts = size_fractions(arena, a);
    if (parts.whole_count == 0 && !parts.is_negative)
        return quotient_of(&making, parts.fractions, parts.count, denominator);
    if (!parts.is_safe)
        return quotient_of(&making, a->terms, a->term_count, denominator);
    const struct tree *quotient = quotient_of(&making, parts.fractions, parts.count, denominator);
    if (!parts.is_negative)
        return add_terms(&making, quotient, parts.whole, parts.whole_count, 1);
    return parts.whole_count > 0
               ? tree_binary(arena, add_terms(&making, NULL, parts.whole, parts.whole_count, 1), "-",
                             quotient)
               : tree_negate_first(arena, quotient);
}

/* ---- Spelling ---- */

void size_spell(struct spelling *spelling, const size *atom, const struct tree *as)
{
    const struct tree *nothing = NULL;
    size_t number = (size_t)size_atom_number(atom);
    while (spelling->trees_count <= number)
        ARENA_APPEND(spelling->arena, spelling, trees, nothing);
    spelling->trees[number] = as;
}

void size_spell_name(struct spelling *spelling, const size *atom, const char *name)
{
    size_spell(spelling, atom, tree_name(spelling->arena, arena_copy(spelling->arena, name, strlen(name))));
}

const char *size_c_name(const struct spelling *spelling, const size *a)
{
    const struct atom *atom = size_atom(a);
    const struct tree *name = spelled(spelling, atom);
    return name ? name->text : atom->name;
}
