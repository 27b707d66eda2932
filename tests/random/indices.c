/* indices.c: index notation. A scalar is drawn for each element, from elements of the names at subscripts that are in
 * bounds for every value of the indices. */
#include "random.h"

#include <string.h>

/* An index that is not `given` gets its range from the axes where it stands alone. */
struct index {
    const char *name;
    struct axis range;
    bool given, alone;
};
static struct index indices[8];
static int index_count;
static const char *const index_names[] = {"i", "j", "l", "p", "u", "a", "b", "c"};

static struct axis short_axis(void)
{
    struct axis axis = random_axis();
    for (int i = 0; i < 10 && axis.value > 8; i++)
        axis = random_axis();
    return axis;
}

static struct index *bind_index(struct axis range)
{
    struct index *index = &indices[index_count];
    *index = (struct index){.name = index_names[index_count], .range = range, .given = chance(40)};
    index_count++;
    return index;
}

static const char *binding(const struct index *index)
{
    return index->given || !index->alone ? print("%s < %s", index->name, index->range.text) : index->name;
}

/* ---- Subscripts ---- */

static bool can_stand(const struct index *index, struct axis axis)
{
    return same_axis(index->range, axis) || (index->given && index->range.value <= axis.value);
}

static bool reads_at(const struct variable *k, const void *closure)
{
    return k->shape.rank == 1 && k->low >= 0 && k->high < *(const int *)closure;
}

/* An affine expression of indices, a counter, an element of an int tensor, or a number. */
static const char *subscript(struct axis axis)
{
    for (int attempt = 0; index_count && attempt < 6; attempt++) {
        struct index *index = &indices[below((unsigned)index_count)], *other = &indices[below((unsigned)index_count)];
        int last = index->range.value - 1, last_of_other = other->range.value - 1, free_places = axis.value - 1 - last;
        switch (below(9)) {
        case 0: case 1: case 2: case 3:
            if (!can_stand(index, axis))
                break;
            index->alone = index->alone || same_axis(index->range, axis);
            return index->name;
        case 4:
            if (free_places < 1)
                break;
            return print("%s + %d", index->name, 1 + (int)below((unsigned)(free_places > 3 ? 3 : free_places)));
        case 5:
            if (other == index || last + last_of_other >= axis.value)
                break;
            return print("%s + %s", index->name, other->name);
        case 6:
            if (2 * last + 1 >= axis.value)
                break;
            return chance(50) ? print("2*%s", index->name) : print("2*%s + 1", index->name);
        case 7:
            if (!same_axis(index->range, axis))
                break;
            return print("%s - 1 - %s", axis.text, index->name);
        default: {
            const struct variable *k = name_where(INT, reads_at, &axis.value);
            if (!k || !can_stand(index, k->shape.axes[0]))
                break;
            index->alone = index->alone || same_axis(index->range, k->shape.axes[0]);
            return print(k->high + 1 < axis.value && chance(40) ? "%s[%s] + 1" : "%s[%s]", k->name, index->name);
        }
        }
    }
    const struct variable *counter = random_name(COUNTER);
    if (counter && counter->low >= 0 && counter->high < axis.value && chance(70))
        return counter->name;
    return print("%d", (int)below((unsigned)axis.value));
}

static bool is_tensor(const struct variable *variable, const void *closure)
{
    (void)closure;
    return variable->shape.rank > 0;
}

static char *access(void)
{
    const struct variable *x = name_where(REAL, is_tensor, NULL);
    if (!x)
        return leaf(scalar);
    struct text text = {0};
    say(&text, "%s[", x->name);
    for (int a = 0; a < x->shape.rank; a++)
        say(&text, "%s%s", a ? ", " : "", subscript(x->shape.axes[a]));
    say(&text, "]");
    return text.start;
}

/* ---- Elements ---- */

static const char *guard(void)
{
    if (!index_count)
        return print("%s > 0.1", access());
    const struct index *index = &indices[below((unsigned)index_count)], *other = &indices[below((unsigned)index_count)];
    const char *comparison = PICK("<", "<=", "==", "!=", ">", ">=");
    if (other != index)
        return print("%s %s %s", index->name, comparison, other->name);
    if (chance(60))
        return print("%s %s %d", index->name, comparison, (int)below((unsigned)index->range.value));
    return print("%s %s %s", access(), PICK("<", ">"), number());
}

static char *element(int depth);

static char *reduced(int depth)
{
    const char *f = PICK("sum", "mean", "max", "sum", "prod", "min", "logsumexp", "norm", "any", "all", "argmax", "argmin");
    int outer = index_count, count = f[0] != 'a' && chance(25) && index_count < 6 ? 2 : 1;
    for (int i = 0; i < count; i++)
        bind_index(short_axis());
    char *inner = f[1] == 'n' || f[1] == 'l' ? print("%s < %s", element(depth - 1), number()) : element(depth - 1);
    if (!strcmp(f, "norm"))
        inner = print("(1.2 + %s^2)", print("(%s)", inner));
    if (f[0] == 'a' && f[1] == 'r') /* no two equal */
        inner = print("%s + 0.7 * cos(%s)", inner, indices[outer].name);
    const char *bound = "";
    for (int i = outer; i < index_count; i++)
        bound = print("%s%s%s", bound, i > outer ? ", " : "", binding(&indices[i]));
    index_count = outer;
    if (f[0] == 'a')
        return print(f[1] == 'r' ? "(0.2 * real(%s[%s](%s)))" : "real(%s[%s](%s))", f, bound, inner);
    return print("%s[%s](%s)", f, bound, inner);
}

static char *element(int depth)
{
    if (depth <= 0)
        return chance(85) ? access() : index_count && chance(60) ? print("(0.1 * %s)", indices[below((unsigned)index_count)].name) : leaf(scalar);
    switch (below(9)) {
    case 0: case 1: return print("(%s) * %s", element(depth - 1), access());
    case 2: return print("(%s + %s)", element(depth - 1), element(depth - 1));
    case 3: return print("(%s - 0.5 * %s)", element(depth - 1), access());
    case 4: return print("(if %s then %s else %s)", guard(), element(depth - 1), chance(50) ? access() : number());
    case 5: return index_count < 5 ? reduced(depth) : access();
    case 6: return print("%s(%s)", PICK("tanh", "sin", "sigmoid", "relu", "exp(-0.5) * softplus"), element(depth - 1));
    case 7: return print("%s / (1 + (%s)^2)", access(), element(depth - 1));
    default: return access();
    }
}

char *index_reduction(void)
{
    index_count = 0;
    return print("(0.3 * %s)", reduced(2));
}

/* Valid correlation: the range of p is what keeps p + u inside. */
static bool correlate(struct text *out, const char *name, int number_)
{
    struct axis n = random_axis(), k = random_axis();
    if (k.value >= n.value || n.value > 40)
        return false;
    indent(out);
    say(out, "a%d = %s\n", number_, bounded(shape_with(1, n), 1));
    indent(out);
    say(out, "b%d = %s\n", number_, bounded(shape_with(1, k), 1));
    indent(out);
    say(out, "%s[p] = sum[u](a%d[p + u] * b%d[u])\n", name, number_, number_);
    declare(print("a%d", number_), REAL, shape_with(1, n));
    declare(print("b%d", number_), REAL, shape_with(1, k));
    declare(name, REAL, shape_with(1, axis_of(print("(%s - %s + 1)", n.text, k.text), n.value - k.value + 1)));
    return true;
}

void index_statement(struct text *out, int number_)
{
    char *name = print("t%d", number_);
    if (chance(12) && correlate(out, name, number_))
        return;
    int rank = 1 + (int)below(10) / 5 + (chance(10) ? 1 : 0);
    struct shape shape = {.rank = rank};
    index_count = 0;
    for (int a = 0; a < rank; a++)
        shape.axes[a] = bind_index(rank > 1 ? short_axis() : random_axis())->range;
    bool whole_numbers = chance(8);
    struct axis places = short_axis();
    char *value;
    if (whole_numbers) {
        struct index *place = bind_index(places);
        char *inner = print("%s + 0.7 * cos(%s)", element(2), place->name);
        value = print("%s[%s](%s)", PICK("argmax", "argmin"), binding(place), inner);
        index_count--;
    } else {
        value = chance(60) ? print("%s(%s)", PICK("tanh", "sin"), element(3)) : element(2);
    }
    indent(out);
    say(out, "%s[", name);
    for (int a = 0; a < rank; a++)
        say(out, "%s%s", a ? ", " : "", binding(&indices[a]));
    say(out, "] = %s\n", value);
    struct variable *variable = declare(name, whole_numbers ? INT : REAL, shape);
    variable->high = places.value - 1;
    variable->fixed = whole_numbers;
}
