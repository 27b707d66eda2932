/* size.c: the polynomials of sizes: their terms, sums, products and exact quotients. Every result is
 * interned, so pointer equality is polynomial equality. */
#include "size_internal.h"

#include <string.h>

/* ---- Interning ---- */

static uint32_t mix(uint32_t hash, uint64_t value)
{
    value *= UINT64_C(0x9E3779B97F4A7C15);
    hash ^= (uint32_t)(value >> 32);
    return hash * 16777619u ^ hash >> 15;
}

static void *table_new(struct arena *arena, size_t buckets)
{
    return arena_allocate(arena, buckets * sizeof(void *));
}

static void sizes_grow(struct sizes *sizes)
{
    size_t buckets = sizes->table_buckets * 2;
    size **table = table_new(sizes->arena, buckets);

    for (size_t i = 0; i < sizes->table_buckets; i++) {
        for (size *a = sizes->table[i], *next; a != NULL; a = next) {
            next = a->chain;
            a->chain = table[a->hash & (buckets - 1)];
            table[a->hash & (buckets - 1)] = a;
        }
    }
    sizes->table = table;
    sizes->table_buckets = buckets;
}

static bool terms_equal(const struct term *a, const struct term *b, int count)
{
    for (int i = 0; i < count; i++) {
        if (a[i].monomial != b[i].monomial || a[i].coefficient.numerator != b[i].coefficient.numerator ||
            a[i].coefficient.denominator != b[i].coefficient.denominator)
            return false;
    }
    return true;
}

size *size_intern(struct sizes *sizes, const struct term *terms, int count)
{
    uint32_t hash = 2166136261u;
    size *a;

    for (int i = 0; i < count; i++) {
        if (terms[i].coefficient.denominator == 0)
            return sizes->overflow;
        hash = mix(hash, terms[i].monomial->hash);
        hash = mix(hash, (uint64_t)terms[i].coefficient.numerator);
        hash = mix(hash, (uint64_t)terms[i].coefficient.denominator);
    }
    for (a = sizes->table[hash & (sizes->table_buckets - 1)]; a != NULL; a = a->chain) {
        if (a->hash == hash && a->term_count == count && terms_equal(a->terms, terms, count))
            return a;
    }
    if ((size_t)sizes->size_count >= sizes->table_buckets)
        sizes_grow(sizes);
    a = ARENA_NEW(sizes->arena, size);
    a->sizes = sizes;
    a->id = sizes->size_count++;
    a->hash = hash;
    a->term_count = count;
    a->terms = ARENA_ARRAY(sizes->arena, struct term, count > 0 ? count : 1);
    if (count > 0)
        memcpy(a->terms, terms, sizeof *terms * (size_t)count);
    a->chain = sizes->table[hash & (sizes->table_buckets - 1)];
    sizes->table[hash & (sizes->table_buckets - 1)] = a;
    return a;
}

static void monomials_grow(struct sizes *sizes)
{
    size_t buckets = sizes->monomial_buckets * 2;
    struct monomial **table = table_new(sizes->arena, buckets);

    for (size_t i = 0; i < sizes->monomial_buckets; i++) {
        for (struct monomial *m = sizes->monomials[i], *next; m != NULL; m = next) {
            next = m->chain;
            m->chain = table[m->hash & (buckets - 1)];
            table[m->hash & (buckets - 1)] = m;
        }
    }
    sizes->monomials = table;
    sizes->monomial_buckets = buckets;
}

static struct monomial *monomial_intern(struct sizes *sizes, struct atom *const *factors, int degree)
{
    uint32_t hash = 17;
    struct monomial *m;

    for (int i = 0; i < degree; i++)
        hash = mix(hash, (uint64_t)factors[i]->id + 1);
    for (m = sizes->monomials[hash & (sizes->monomial_buckets - 1)]; m != NULL; m = m->chain) {
        if (m->hash == hash && m->degree == degree &&
            (degree == 0 || memcmp(m->factors, factors, sizeof *factors * (size_t)degree) == 0))
            return m;
    }
    if (sizes->monomial_count++ >= sizes->monomial_buckets)
        monomials_grow(sizes);
    m = ARENA_NEW(sizes->arena, struct monomial);
    m->degree = degree;
    m->hash = hash;
    m->factors = ARENA_ARRAY(sizes->arena, struct atom *, degree + 1);
    for (int i = 0; i < degree; i++)
        m->factors[i] = factors[i];
    m->chain = sizes->monomials[hash & (sizes->monomial_buckets - 1)];
    sizes->monomials[hash & (sizes->monomial_buckets - 1)] = m;
    return m;
}

struct sizes *sizes_new(struct arena *arena)
{
    struct sizes *sizes = ARENA_NEW(arena, struct sizes);

    sizes->arena = arena;
    sizes->table_buckets = sizes->monomial_buckets = 256;
    sizes->table = table_new(arena, sizes->table_buckets);
    sizes->monomials = table_new(arena, sizes->monomial_buckets);
    sizes->unit = monomial_intern(sizes, NULL, 0);
    sizes->overflow = ARENA_NEW(arena, size);
    sizes->overflow->sizes = sizes;
    sizes->overflow->id = -1;
    sizes->overflow->overflowed = true;
    return sizes;
}

/* ---- Monomials and terms ---- */

/* Graded lexicographic: a higher degree first, then the earlier atom. Compatible with multiplication. */
static int monomial_compare(const struct monomial *a, const struct monomial *b)
{
    if (a == b)
        return 0;
    if (a->degree != b->degree)
        return a->degree > b->degree ? -1 : 1;
    for (int i = 0; i < a->degree; i++) {
        if (a->factors[i] != b->factors[i])
            return a->factors[i]->id < b->factors[i]->id ? -1 : 1;
    }
    return 0;
}

static struct monomial *monomial_multiply(struct sizes *sizes, struct monomial *a, struct monomial *b)
{
    int degree = a->degree + b->degree, i = 0, j = 0;
    struct atom *few[16], **factors = few;

    if (a->degree == 0)
        return b;
    if (b->degree == 0)
        return a;
    if (degree > 16)
        factors = ARENA_ARRAY(sizes->arena, struct atom *, degree);
    for (int k = 0; k < degree; k++) {
        if (j == b->degree || (i < a->degree && a->factors[i]->id <= b->factors[j]->id))
            factors[k] = a->factors[i++];
        else
            factors[k] = b->factors[j++];
    }
    return monomial_intern(sizes, factors, degree);
}

int monomial_power(const struct monomial *monomial, const struct atom *atom)
{
    int power = 0;

    for (int i = 0; i < monomial->degree; i++)
        power += monomial->factors[i] == atom;
    return power;
}

/* Stable merge sort by monomial; `spare` has room for count terms. */
static void sort_terms(struct term *terms, struct term *spare, int count)
{
    int half = count / 2, i = 0, j = half;

    if (count < 2)
        return;
    sort_terms(terms, spare, half);
    sort_terms(terms + half, spare, count - half);
    memcpy(spare, terms, sizeof *terms * (size_t)count);
    for (int k = 0; k < count; k++) {
        if (j == count || (i < half && monomial_compare(spare[i].monomial, spare[j].monomial) <= 0))
            terms[k] = spare[i++];
        else
            terms[k] = spare[j++];
    }
}

size *size_from_terms(struct sizes *sizes, struct term *terms, int count)
{
    struct term few[32], *spare = few;
    int kept = 0;

    if (count > 32)
        spare = ARENA_ARRAY(sizes->arena, struct term, count);
    sort_terms(terms, spare, count);
    for (int i = 0; i < count; i++) {
        if (kept > 0 && terms[kept - 1].monomial == terms[i].monomial)
            terms[kept - 1].coefficient = rational_add(terms[kept - 1].coefficient, terms[i].coefficient);
        else
            terms[kept++] = terms[i];
        if (terms[kept - 1].coefficient.denominator == 0)
            return sizes->overflow;
        if (i + 1 == count || terms[i + 1].monomial != terms[kept - 1].monomial)
            kept -= terms[kept - 1].coefficient.numerator == 0;
    }
    return size_intern(sizes, terms, kept);
}

/* ---- Numbers and atoms ---- */

size *size_number(struct sizes *sizes, int64_t number)
{
    bool is_small = number >= 0 && number < SMALL_NUMBERS;
    struct term term = {sizes->unit, {number, 1}};
    size *a;

    if (is_small && sizes->small[number] != NULL)
        return sizes->small[number];
    a = size_intern(sizes, &term, number != 0);
    if (is_small)
        sizes->small[number] = a;
    return a;
}

static size *atom_new(struct sizes *sizes, enum atom_kind kind, const char *name, size *a, size *b)
{
    struct atom *atom = ARENA_NEW(sizes->arena, struct atom);
    struct term term = {NULL, {1, 1}};

    atom->kind = kind;
    atom->id = sizes->atom_count++;
    atom->name = name;
    atom->a = a;
    atom->b = b;
    term.monomial = monomial_intern(sizes, &atom, 1);
    atom->self = size_intern(sizes, &term, 1);
    return atom->self;
}

size *size_new_name(struct sizes *sizes, const char *name)
{
    return atom_new(sizes, ATOM_NAME, arena_copy(sizes->arena, name, strlen(name)), NULL, NULL);
}

size *size_new_loop_variable(struct sizes *sizes, const char *name, size *begin, size *end)
{
    return atom_new(sizes, ATOM_LOOP_VARIABLE, arena_copy(sizes->arena, name, strlen(name)), begin, end);
}

size *size_composite(struct sizes *sizes, enum atom_kind kind, size *a, size *b)
{
    uint32_t bucket = mix(mix((uint32_t)kind, (uint64_t)a->id), (uint64_t)b->id) % COMPOSITE_BUCKETS;
    struct atom *atom;

    for (atom = sizes->composites[bucket]; atom != NULL; atom = atom->chain) {
        if (atom->kind == kind && atom->a == a && atom->b == b)
            return atom->self;
    }
    atom = size_atom(atom_new(sizes, kind, NULL, a, b));
    atom->chain = sizes->composites[bucket];
    sizes->composites[bucket] = atom;
    if (kind == ATOM_ROOT)
        ARENA_APPEND(sizes->arena, sizes, roots, atom);
    return atom->self;
}

struct atom *size_atom(const size *a)
{
    const struct term *term = a->terms;

    if (a->term_count != 1 || term->monomial->degree != 1 || term->coefficient.numerator != 1 ||
        term->coefficient.denominator != 1)
        return NULL;
    return term->monomial->factors[0];
}

bool size_is_number(const size *a, int64_t *number)
{
    if (a->term_count == 0) {
        *number = 0;
        return true;
    }
    if (a->term_count > 1 || a->terms->monomial->degree > 0 || a->terms->coefficient.denominator != 1)
        return false;
    *number = a->terms->coefficient.numerator;
    return true;
}

bool size_is(const size *a, int64_t number)
{
    int64_t value;
    return size_is_number(a, &value) && value == number;
}

const char *size_name(const size *a)
{
    const struct atom *atom = size_atom(a);

    return atom != NULL ? atom->name : NULL;
}

bool size_is_loop_variable(const size *a)
{
    const struct atom *atom = size_atom(a);

    return atom != NULL && atom->kind == ATOM_LOOP_VARIABLE;
}

bool size_overflowed(const size *a)
{
    return a->overflowed;
}

/* ---- Sums and products ---- */

size *size_add(size *a, size *b)
{
    struct sizes *sizes = a->sizes;
    struct term few[32], *terms = few;
    int count = a->term_count + b->term_count;
    int64_t x, y, sum;

    if (a->overflowed || b->overflowed)
        return sizes->overflow;
    if (size_is_number(a, &x) && size_is_number(b, &y))
        return __builtin_add_overflow(x, y, &sum) ? sizes->overflow : size_number(sizes, sum);
    if (a->term_count == 0)
        return b;
    if (b->term_count == 0)
        return a;
    if (count > 32)
        terms = ARENA_ARRAY(sizes->arena, struct term, count);
    memcpy(terms, a->terms, sizeof *terms * (size_t)a->term_count);
    memcpy(terms + a->term_count, b->terms, sizeof *terms * (size_t)b->term_count);
    return size_from_terms(sizes, terms, count);
}

size *size_scale(size *a, struct rational factor)
{
    struct sizes *sizes = a->sizes;
    struct term few[32], *terms = few;

    if (a->overflowed || factor.denominator == 0)
        return sizes->overflow;
    if (factor.numerator == 0)
        return size_number(sizes, 0);
    if (a->term_count > 32)
        terms = ARENA_ARRAY(sizes->arena, struct term, a->term_count);
    for (int i = 0; i < a->term_count; i++) {
        terms[i].monomial = a->terms[i].monomial;
        terms[i].coefficient = rational_multiply(a->terms[i].coefficient, factor);
    }
    return size_intern(sizes, terms, a->term_count);
}

size *size_negate(size *a)
{
    return size_scale(a, (struct rational){-1, 1});
}

size *size_subtract(size *a, size *b)
{
    if (a == b && !a->overflowed)
        return size_number(a->sizes, 0);
    return size_add(a, size_negate(b));
}

size *size_multiply(size *a, size *b)
{
    struct sizes *sizes = a->sizes;
    struct term few[32], *terms = few;
    int count = a->term_count * b->term_count, k = 0;

    if (a->overflowed || b->overflowed)
        return sizes->overflow;
    if (count == 0)
        return size_number(sizes, 0);
    if (b->term_count == 1 && b->terms->monomial->degree == 0)
        return size_scale(a, b->terms->coefficient);
    if (a->term_count == 1 && a->terms->monomial->degree == 0)
        return size_scale(b, a->terms->coefficient);
    if (count > 32)
        terms = ARENA_ARRAY(sizes->arena, struct term, count);
    for (int i = 0; i < a->term_count; i++) {
        for (int j = 0; j < b->term_count; j++, k++) {
            terms[k].monomial = monomial_multiply(sizes, a->terms[i].monomial, b->terms[j].monomial);
            terms[k].coefficient = rational_multiply(a->terms[i].coefficient, b->terms[j].coefficient);
        }
    }
    return size_from_terms(sizes, terms, count);
}

size *size_product(struct sizes *sizes, int count, size *const *factors)
{
    size *product = size_number(sizes, 1);
    for (int i = 0; i < count; i++)
        product = size_multiply(product, factors[i]);
    return product;
}

/* ---- Division ---- */

struct monomial *monomial_divide(struct sizes *sizes, const struct monomial *a, const struct monomial *b)
{
    struct atom *few[16], **factors = few;
    int degree = 0, j = 0;

    if (b->degree > a->degree)
        return NULL;
    if (a->degree > 16)
        factors = ARENA_ARRAY(sizes->arena, struct atom *, a->degree);
    for (int i = 0; i < a->degree; i++) {
        if (j < b->degree && a->factors[i] == b->factors[j])
            j++;
        else
            factors[degree++] = a->factors[i];
    }
    return j == b->degree ? monomial_intern(sizes, factors, degree) : NULL;
}

/* Long division by leading terms; each step removes the leading term of the rest, so it ends. */
size *size_divide(size *a, size *b)
{
    struct sizes *sizes = a->sizes;
    size *quotient = size_number(sizes, 0), *rest = a;

    if (a->overflowed || b->overflowed)
        return sizes->overflow;
    if (b->term_count == 0)
        return NULL;
    while (rest->term_count > 0) {
        struct rational top = b->terms->coefficient;
        struct term term;

        term.monomial = monomial_divide(sizes, rest->terms->monomial, b->terms->monomial);
        if (term.monomial == NULL)
            return NULL;
        term.coefficient =
            rational_multiply(rest->terms->coefficient, rational_new(top.denominator, top.numerator));
        size *part = size_intern(sizes, &term, 1);
        quotient = size_add(quotient, part);
        rest = size_subtract(rest, size_multiply(part, b));
        if (rest->overflowed)
            return sizes->overflow;
    }
    return quotient;
}

bool size_is_whole(const size *a)
{
    return !a->overflowed && size_denominator(a) == 1;
}

int64_t size_denominator(const size *a)
{
    int64_t common = 1;

    for (int i = 0; i < a->term_count; i++) {
        int64_t denominator = a->terms[i].coefficient.denominator;
        int64_t factor = denominator / greatest_common_divisor(common, denominator);

        if (__builtin_mul_overflow(common, factor, &common))
            return INT64_MAX;
    }
    return common;
}
