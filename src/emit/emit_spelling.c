/* emit_spelling.c: types, numbers, sizes, shapes and positions as C spells them. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* The shortest text that reads back as the same number. */
const char *number_text(struct arena *arena, const char *suffix, enum type type, double value)
{
    char text[64];
    if (is_integer_type(type)) {
        if (value == (double)INT32_MIN)
            return "(-2147483647 - 1)";
        return arena_print(arena, "%" PRId32, (int32_t)value);
    }
    if (isnan(value))
        return "NAN";
    bool is_float = suffix[0] == 'f';
    double rounded = is_float ? (double)(float)value : value;
    if (isinf(rounded))
        return value > 0 ? "INFINITY" : "-INFINITY";
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double again = is_float ? (double)strtof(text, NULL) : strtod(text, NULL);
        if (again == rounded)
            break;
    }
    /* 1e+05 is better read as 100000.0 */
    if (strchr(text, 'e') && fabs(rounded) >= 1 && fabs(rounded) < 1e7)
        snprintf(text, sizeof text, "%.0f", rounded);
    return arena_print(arena, "%s%s%s", text, strpbrk(text, ".e") ? "" : ".0", suffix);
}

const char *size_c(struct emitter *emitter, size *a)
{
    return size_print(emitter->arena, a, SIZE_C);
}

const char *size_factor(struct emitter *emitter, size *a)
{
    const char *text = size_c(emitter, a);
    bool bare = !size_is_sum(a) && !size_has_quotient(a); /* p * (a / b): p * a / b would round later */
    return bare ? text : arena_print(emitter->arena, "(%s)", text);
}

const char *index_text(struct emitter *emitter, struct index index)
{
    int64_t number;
    if (!index.dynamic)
        return size_c(emitter, index.affine);
    if (size_is_number(index.affine, &number) && number == 0)
        return index.dynamic;
    if (size_is_number(index.affine, &number) && number < 0)
        return arena_print(emitter->arena, "%s - %" PRId64, index.dynamic, -number);
    return arena_print(emitter->arena, "%s + %s", index.dynamic, size_c(emitter, index.affine));
}
