/* size_print.c: sizes as text in the language, for messages, comments and --emit=interface; size_tree.c makes
 * C of them. Terms with fractions are gathered over one denominator, since only their sum is whole. */
#include "size_internal.h"

#include <inttypes.h>
#include <string.h>

/* Text under construction. */
struct text {
    struct arena *arena;
    enum size_style style;
    char *bytes;
    size_t length, capacity;
};

static void append(struct text *text, const char *more)
{
    size_t count = strlen(more);

    while (text->length + count >= text->capacity)
        text->bytes = arena_grow(text->arena, text->bytes, text->capacity, &text->capacity, 1);
    memcpy(text->bytes + text->length, more, count + 1);
    text->length += count;
}

static void append_size(struct text *text, const size *a, bool parenthesise)
{
    if (parenthesise)
        append(text, "(");
    append(text, size_print(text->arena, a, text->style));
    if (parenthesise)
        append(text, ")");
}

/* Whether the text of `a` has an operator that needs parentheses as a divisor. */
static bool is_primary(const size *a)
{
    const struct atom *atom = size_atom(a);
    int64_t number;

    return atom != NULL ? atom->kind != ATOM_FLOOR : size_is_number(a, &number) && number >= 0;
}

static void append_atom(struct text *text, const struct atom *atom, bool stands_alone)
{
    switch (atom->kind) {
    case ATOM_NAME:
    case ATOM_LOOP_VARIABLE: append(text, atom->name); break;
    case ATOM_FLOOR: /* p * (a / b): p * a / b would round later */
        if (!stands_alone)
            append(text, "(");
        append_size(text, atom->a, size_is_sum(atom->a));
        append(text, "/");
        append_size(text, atom->b, !is_primary(atom->b));
        if (!stands_alone)
            append(text, ")");
        break;
    case ATOM_ROOT:
        append(text, "root(");
        append_size(text, atom->a, false);
        append(text, ")");
        break;
    case ATOM_MAXIMUM:
    case ATOM_MINIMUM:
        append(text, atom->kind == ATOM_MAXIMUM ? "max(" : "min(");
        append_size(text, atom->a, false);
        append(text, ", ");
        append_size(text, atom->b, false);
        append(text, ")");
        break;
    }
}

/* |coefficient| * scale * monomial, where coefficient * scale is whole. */
static void append_term(struct text *text, const struct term *term, int64_t scale)
{
    int64_t coefficient = term->coefficient.numerator * (scale / term->coefficient.denominator);
    const struct monomial *monomial = term->monomial;

    if (coefficient < 0)
        coefficient = -coefficient;
    if (coefficient != 1 || monomial->degree == 0)
        append(text, arena_print(text->arena, "%" PRId64, coefficient));
    for (int i = 0, power; i < monomial->degree; i += power) {
        power = monomial_power(monomial, monomial->factors[i]);
        if (i > 0 || coefficient != 1)
            append(text, "*");
        append_atom(text, monomial->factors[i], monomial->degree == 1 && coefficient == 1);
        if (power > 1 && text->style == SIZE_LANGUAGE) {
            append(text, arena_print(text->arena, "^%d", power));
            continue;
        }
        for (int j = 1; j < power; j++) {
            append(text, "*");
            append_atom(text, monomial->factors[i], false);
        }
    }
}

/* The sum of scale * terms, positive ones first; goes on after other text if it continues. */
static void append_terms(struct text *text, const struct term *terms, int count, int64_t scale,
                         bool continues)
{
    bool is_first = !continues;

    for (int sign = 1; sign >= -1; sign -= 2) {
        for (int i = 0; i < count; i++) {
            bool is_negative = terms[i].coefficient.numerator < 0;

            if (is_negative != (sign < 0))
                continue;
            append(text, is_first ? (is_negative ? "-" : "") : is_negative ? " - " : " + ");
            append_term(text, &terms[i], scale);
            is_first = false;
        }
    }
}

static void append_quotient(struct text *text, const struct term *terms, int count, int64_t denominator)
{
    if (count > 1)
        append(text, "(");
    append_terms(text, terms, count, denominator, false);
    append(text, count > 1 ? ")" : "");
    append(text, "/");
    append(text, arena_print(text->arena, "%" PRId64, denominator));
}

const char *size_print(struct arena *arena, const size *a, enum size_style style)
{
    if (size_name(a))
        return size_name(a);
    struct text text = {arena, style, arena_allocate(arena, 32), 0, 32};
    int64_t denominator = size_denominator(a);

    if (a->term_count == 0)
        return "0";
    if (denominator == 1) {
        append_terms(&text, a->terms, a->term_count, 1, false);
        return text.bytes;
    }
    const struct fractions parts = size_fractions(arena, a);
    if (parts.whole_count == 0 && !parts.is_negative) {
        append_quotient(&text, parts.fractions, parts.count, denominator);
    } else if (style == SIZE_LANGUAGE || parts.is_safe) {
        if (parts.is_negative) {
            append_terms(&text, parts.whole, parts.whole_count, 1, false);
            append(&text, parts.whole_count > 0 ? " - " : "-");
            append_quotient(&text, parts.fractions, parts.count, denominator);
        } else {
            append_quotient(&text, parts.fractions, parts.count, denominator);
            append_terms(&text, parts.whole, parts.whole_count, 1, true);
        }
    } else {
        append_quotient(&text, a->terms, a->term_count, denominator);
    }
    return text.bytes;
}

bool size_is_sum(const size *a)
{
    int64_t number;

    if (a->term_count == 1)
        return a->terms->coefficient.numerator < 0;
    if (size_is_number(a, &number))
        return false;
    for (int i = 0; i < a->term_count; i++) { /* (N + M) / 2 is none */
        if (a->terms[i].coefficient.denominator == 1)
            return true;
    }
    return false;
}

bool size_has_quotient(const size *a)
{
    if (size_denominator(a) > 1)
        return true;
    for (int i = 0; i < a->term_count; i++)
        for (int j = 0; j < a->terms[i].monomial->degree; j++) {
            const struct atom *factor = a->terms[i].monomial->factors[j];
            if (factor->kind == ATOM_FLOOR ||
                (factor->kind == ATOM_MAXIMUM &&
                 (size_has_quotient(factor->a) || size_has_quotient(factor->b))))
                return true;
        }
    return false;
}

void size_split(size *a, size **positive, size **negative)
{
    size *scaled = size_scale(a, rational_new(size_denominator(a), 1));
    struct term *terms = ARENA_ARRAY(a->sizes->arena, struct term, scaled->term_count + 1);
    int count = 0;

    for (int i = 0; i < scaled->term_count; i++) {
        if (scaled->terms[i].coefficient.numerator > 0)
            terms[count++] = scaled->terms[i];
    }
    *positive = size_from_terms(a->sizes, terms, count);
    *negative = size_subtract(*positive, scaled);
}
