/* dependence.c: sets of elements of a seed, and elements that depend on them. */
#include "dependence.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

void *allocate(size_t count, size_t bytes)
{
    void *memory = memory_array(count + 1, bytes);
    return memory;
}

/* ---- Sets ---- */

const struct set *set_of(struct analysis *analysis, const int32_t *elements, size_t count)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (uint32_t)elements[i]) * 16777619u;
    struct set **bucket = &analysis->buckets[hash % BUCKETS];
    for (struct set *set = *bucket; set; set = set->next)
        if (set->hash == hash && set->count == count &&
            !memcmp(set->elements, elements, count * sizeof *elements))
            return set;
    struct set *set = arena_allocate(analysis->arena, sizeof *set + count * sizeof *elements);
    set->count = count;
    set->hash = hash;
    set->next = *bucket;
    memcpy(set->elements, elements, count * sizeof *elements);
    return *bucket = set;
}

void gather_begin(struct analysis *analysis)
{
    analysis->only = analysis->latest = analysis->largest = NULL;
    analysis->found_count = 0;
    analysis->stamp++;
}

static void gather_elements(struct analysis *analysis, const struct set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (analysis->stamps[set->elements[i]] != analysis->stamp) {
            analysis->stamps[set->elements[i]] = analysis->stamp;
            analysis->found[analysis->found_count++] = set->elements[i];
        }
    if (!analysis->largest || set->count > analysis->largest->count)
        analysis->largest = set;
}

void gather(struct analysis *analysis, const struct set *set)
{
    if (!set || set == analysis->latest)
        return;
    if (!analysis->latest) {
        analysis->only = analysis->latest = set;
        return;
    }
    if (analysis->only) {
        gather_elements(analysis, analysis->only);
        analysis->only = NULL;
    }
    gather_elements(analysis, set);
    analysis->latest = set;
}

static int by_number(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

const struct set *gather_end(struct analysis *analysis)
{
    if (!analysis->latest || analysis->only)
        return analysis->only;
    if (analysis->largest->count == analysis->found_count)
        return analysis->largest;
    qsort(analysis->found, analysis->found_count, sizeof *analysis->found, by_number);
    return set_of(analysis, analysis->found, analysis->found_count);
}

/* ---- Elements ---- */

static struct loop_number *loop_of(const struct analysis *analysis, const size *atom)
{
    for (size_t i = analysis->numbers_count; i-- > 0;)
        if (analysis->numbers[i].atom == atom)
            return &analysis->numbers[i];
    return NULL;
}

static int64_t loop_number(const size *atom, void *closure)
{
    struct loop_number *loop = loop_of(closure, atom);
    if (!loop)
        return 1;
    loop->is_read = true;
    return loop->number;
}

static int64_t loop_value(const size *atom, void *closure)
{
    struct analysis *analysis = closure;
    struct loop_number *loop = loop_of(analysis, atom);
    if (!loop)
        return 1;
    loop->is_value = loop->is_value || !loop->is_unknown;
    analysis->met_unknown = analysis->met_unknown || loop->is_unknown;
    return loop->number;
}

int64_t number_of(struct analysis *analysis, const size *a)
{
    int64_t number;
    return !a ? 0 : size_is_number(a, &number) ? number : size_evaluate(a, loop_number, analysis);
}

struct element size_element(struct analysis *analysis, const size *a)
{
    analysis->met_unknown = false;
    double value = (double)size_evaluate(a, loop_value, analysis);
    return analysis->met_unknown ? depends(NULL) : known(value);
}

size_t count_of(struct analysis *analysis, const struct node *node)
{
    size_t count = 1;
    for (int a = 0; a < node->rank; a++)
        count *= (size_t)number_of(analysis, node->shape[a]);
    return count;
}

struct values *values_of(struct analysis *analysis, const struct node *node)
{
    return &analysis->values[node->id];
}

struct values values_new(struct analysis *analysis, const struct node *node)
{
    struct values values = {.count = count_of(analysis, node)};
    values.elements = allocate(values.count, sizeof *values.elements);
    return values;
}

struct values values_copy(const struct values *from, size_t count)
{
    struct values values = {NULL, count};
    if (from->elements) {
        values.elements = allocate(count, sizeof *values.elements);
        memcpy(values.elements, from->elements, count * sizeof *values.elements);
    }
    return values;
}

/* Elements of which nothing is known need no room. */
void values_set(struct values *to, struct values values)
{
    bool is_plain = true;
    for (size_t i = 0; is_plain && values.elements && i < values.count; i++)
        is_plain = !values.elements[i].is_known && !values.elements[i].set;
    if (is_plain) {
        memory_free(values.elements);
        values.elements = NULL;
    }
    memory_free(to->elements);
    *to = values;
}

/* What is known of one of two elements, nobody knows which. */
struct element either(struct analysis *analysis, struct element a, struct element b)
{
    if (a.is_known && b.is_known && a.value == b.value)
        return a;
    gather_begin(analysis);
    gather(analysis, a.set);
    gather(analysis, b.set);
    return depends(gather_end(analysis));
}
