/* emit_spelling.c: types, numbers, sizes, shapes and positions as C spells them. */
#include <math.h>
#include <stdlib.h>

#include "emitter.h"

bool is_integer_type(enum type type)
{
    return type != REAL;
}

const char *c_type(const struct emitter *emitter, enum type type)
{
    return is_integer_type(type) ? "int32_t" : emitter->real;
}

const char *shape_comment(struct arena *arena, int rank, size *const *shape)
{
    const char *text = "[";
    for (int a = 0; a < rank; a++)
        text = arena_print(arena, "%s%s%s", text, a ? ", " : "", size_print(arena, shape[a], SIZE_LANGUAGE));
    return arena_print(arena, "%s]", text);
}

enum { MOST_DIGITS = 17 };

/* The shortest text that reads back as the same number, which is finite and not negative. */
static const char *digits_of(struct arena *arena, bool is_float, double value)
{
    const double rounded = is_float ? (double)(float)value : value;
    char text[64];
    int digits = 1;
    for (; digits <= MOST_DIGITS; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if ((is_float ? (double)strtof(text, NULL) : strtod(text, NULL)) == rounded)
            break;
    }
    bool is_whole = rounded == floor(rounded);
    if (is_whole && rounded < 1e7) /* 1e+05 is better read as 100000.0 */
        return arena_print(arena, "%.0f.0", rounded);
    return arena_print(arena, is_whole && rounded < pow(10, digits) ? "%s.0" : "%s", text);
}

const struct tree *number_tree(struct arena *arena, const char *suffix, enum type type, double value)
{
    if (is_integer_type(type))
        return value == (double)INT32_MIN ? tree(arena, "(-2147483647 - 1)")
                                          : tree_number(arena, (int32_t)value);
    if (isnan(value))
        return tree_name(arena, "NAN");
    bool is_float = suffix[0] == 'f';
    double magnitude = fabs(value);
    const struct tree *number = isinf(is_float ? (double)(float)value : value)
                                    ? tree_name(arena, "INFINITY")
                                    : tree(arena, "%s%s", digits_of(arena, is_float, magnitude), suffix);
    return signbit(value) ? tree(arena, "-$", number) : number;
}

const struct tree *size_c(struct emitter *emitter, const size *a)
{
    return size_tree(emitter->lasting, a, SIZE_WHOLE, emitter->spelling);
}

const char *c_name(const struct emitter *emitter, const size *a)
{
    return size_c_name(emitter->spelling, a);
}

const struct tree *size_factor(struct emitter *emitter, const size *a)
{
    bool is_bare = !size_is_sum(a) && !size_has_quotient(a); /* p * (a / b): p * a / b would round later */
    return parenthesise(emitter->lasting, size_c(emitter, a), is_bare ? PRECEDENCE_SUM : PRECEDENCE_PRODUCT);
}

const struct tree *index_of(struct emitter *emitter, struct index index)
{
    int64_t number;
    if (!index.dynamic)
        return size_c(emitter, index.affine);
    if (size_is_number(index.affine, &number) && number == 0)
        return index.dynamic;
    if (size_is_number(index.affine, &number) && number < 0)
        return form(emitter, "$ - $", index.dynamic, tree_number(emitter->lasting, -number));
    return tree_append(emitter->lasting, index.dynamic, "+", size_c(emitter, index.affine));
}
