/* test_emit.c: the emitted C against the interpreter: graphs built by hand are differentiated, emitted as one
 * self-contained file, compiled by the system's compiler, loaded, and their entries called. */
#include <check.h>
#include <dlfcn.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "differentiate.h"
#include "emit.h"
#include "interpret.h"

/* ---- A function under construction ---- */

enum { MOST_SIZES = 4, MOST_MEMBERS = 40 };

struct model {
    struct arena *arena;
    struct sizes *sizes;
    struct graph *graph;
    struct function function;
    struct module module;
    struct diagnostics diagnostics;
    struct derivatives *derivatives;
    size *names[MOST_SIZES];
    int64_t numbers[MOST_SIZES];
    int size_count;
    double *values[MOST_MEMBERS]; /* of members with leaves */
};

static struct source source = {.path = "test.nn", .text = "test\n", .length = 5};

static void begin(struct model *m, int precision)
{
    *m = (struct model){.arena = arena_new()};
    m->sizes = sizes_new(m->arena);
    m->graph = graph_new(m->arena, m->sizes);
    m->function = (struct function){.name = "f", .graph = m->graph};
    m->function.entries[ENTRY_FORWARD] = true;
    m->diagnostics = (struct diagnostics){.arena = m->arena, .stream = stderr};
    m->derivatives = derivatives_load(m->arena, &m->diagnostics);
    m->module = (struct module){.arena = m->arena, .source = &source, .precision = precision, .prefix = ""};
    struct function *function = &m->function;
    ARENA_APPEND(m->arena, &m->module, functions, function);
}

static struct member *add(struct model *m, struct member member)
{
    ARENA_APPEND(m->arena, &m->function, members, member);
    return &m->function.members[m->function.members_count - 1];
}

static size *add_size(struct model *m, const char *name, int64_t number)
{
    size *atom = size_new_name(m->sizes, name);
    m->names[m->size_count] = atom;
    m->numbers[m->size_count++] = number;
    add(m, (struct member){.name = name, .role = ROLE_SIZE, .extent = atom});
    return atom;
}

static size *number(struct model *m, int64_t n)
{
    return size_number(m->sizes, n);
}

static size **shape_of(struct model *m, int rank, va_list extents)
{
    size **shape = ARENA_ARRAY(m->arena, size *, rank + 1);
    for (int a = 0; a < rank; a++)
        shape[a] = va_arg(extents, size *);
    return shape;
}

static struct node *input(struct model *m, enum type type, const char *name, int rank, ...)
{
    va_list extents;
    va_start(extents, rank);
    size **shape = shape_of(m, rank, extents);
    va_end(extents);
    struct node *leaf = graph_parameter(m->graph, type, name, rank, shape);
    add(m, (struct member){
               .name = name, .role = ROLE_INPUT, .type = type, .rank = rank, .shape = shape, .leaf = leaf});
    return leaf;
}

static void output(struct model *m, const char *name, struct node *value)
{
    value->name = value->name ? value->name : name;
    add(m, (struct member){.name = name,
                           .role = ROLE_OUTPUT,
                           .type = value->type,
                           .rank = value->rank,
                           .shape = value->shape,
                           .value = value});
}

/* Gradients of all outputs in all real inputs. */
static void adjoin_gradients(struct model *m)
{
    struct node *outputs[8] = {0}, *seeds[8] = {0}, *wrt[8] = {0}, *adjoints[8];
    struct member gradients[8];
    size_t output_count = 0, wrt_count = 0, count = m->function.members_count;
    for (size_t i = 0; i < count; i++) {
        struct member member = m->function.members[i];
        if (member.role == ROLE_OUTPUT && member.type == REAL) {
            const char *name = arena_print(m->arena, "d_%s", member.name);
            outputs[output_count] = member.value;
            seeds[output_count] = graph_placeholder(m->graph, REAL, name, member.rank, member.shape);
            add(m, (struct member){.name = name,
                                   .role = ROLE_OUTPUT_GRADIENT,
                                   .rank = member.rank,
                                   .shape = member.shape,
                                   .pointer = true,
                                   .of = member.name,
                                   .leaf = seeds[output_count]});
            output_count++;
        } else if (member.role == ROLE_INPUT && member.type == REAL) {
            wrt[wrt_count] = member.leaf;
            gradients[wrt_count++] = (struct member){.name = arena_print(m->arena, "d_%s", member.name),
                                                     .role = ROLE_GRADIENT,
                                                     .rank = member.rank,
                                                     .shape = member.shape,
                                                     .of = member.name};
        }
    }
    differentiate(m->graph, m->derivatives, outputs, seeds, output_count, wrt, wrt_count, adjoints);
    for (size_t i = 0; i < wrt_count; i++) {
        gradients[i].value = adjoints[i];
        add(m, gradients[i]);
    }
    m->function.entries[ENTRY_BACKWARD] = m->function.entries[ENTRY_GRADIENT] = true;
}

/* ---- Compiled and called ---- */

struct library {
    void *handle;
    char folder[64];
};

static struct library compile(struct model *m)
{
    struct library library = {NULL, "/tmp/gradc-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(library.folder));
    const char *c = arena_print(m->arena, "%s/m.c", library.folder);
    const char *so = arena_print(m->arena, "%s/m.so", library.folder);
    FILE *file = fopen(c, "w"), *header = fopen(arena_print(m->arena, "%s/m.h", library.folder), "w");
    ck_assert(file && header);
    struct emit_options options = {.standalone = true, .header_name = "m.h", .level = 2};
    emit_c(file, header, &m->module, &options);
    fclose(file);
    fclose(header);
    const char *command =
        arena_print(m->arena,
                    "cc -shared -fPIC -std=c99 -O1 -Wall -Wextra -Werror -pedantic -Wno-unused-function "
                    "%s -o %s -lm",
                    c, so);
    ck_assert_msg(system(command) == 0, "%s", command);
    library.handle = dlopen(so, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(library.handle != NULL, "%s", dlerror());
    return library;
}

static void release(struct model *m, struct library *library)
{
    dlclose(library->handle);
    if (!getenv("KEEP"))
        ck_assert_int_eq(system(arena_print(m->arena, "rm -r %s", library->folder)), 0);
    arena_free(m->arena);
}

/* The struct in memory: members at their natural alignment. */
struct instance {
    struct model *m;
    char bytes[64 * MOST_MEMBERS];
    size_t offsets[MOST_MEMBERS], counts[MOST_MEMBERS];
    void *arrays[MOST_MEMBERS];
    void *work, *raw;
};

static size_t element_size(const struct model *m, const struct member *member)
{
    return member->type == INT || m->module.precision == 32 ? 4 : 8;
}

static bool is_by_value(const struct member *member)
{
    return member->rank == 0 && !member->pointer;
}

static void put_element(const struct model *m, const struct member *member, void *at, size_t i, double value)
{
    if (member->type == INT)
        ((int32_t *)at)[i] = (int32_t)value;
    else if (m->module.precision == 32)
        ((float *)at)[i] = (float)value;
    else
        ((double *)at)[i] = value;
}

static double get_element(const struct model *m, const struct member *member, const void *at, size_t i)
{
    return member->type == INT         ? ((const int32_t *)at)[i]
           : m->module.precision == 32 ? (double)((const float *)at)[i]
                                       : ((const double *)at)[i];
}

static struct interpreter *interpreter_of(struct model *m)
{
    struct interpreter *interpreter = interpreter_new(m->arena, m->graph);
    for (int i = 0; i < m->size_count; i++)
        interpreter_bind_size(interpreter, m->names[i], m->numbers[i]);
    return interpreter;
}

static double random_unit(void)
{
    static unsigned state = 12345;
    state = state * 1664525u + 1013904223u;
    return (double)(float)((double)(state >> 8) / (1 << 23) - 1);
}

static void instance_new(struct instance *s, struct model *m, struct interpreter *interpreter)
{
    *s = (struct instance){.m = m};
    size_t at = 0;
    for (size_t i = 0; i < m->function.members_count; i++) {
        const struct member *member = &m->function.members[i];
        size_t width = member->role == ROLE_SIZE || !is_by_value(member) ? 8 : element_size(m, member);
        at = (at + width - 1) / width * width;
        s->offsets[i] = at;
        at += width;
        size_t count = 1;
        for (int a = 0; a < member->rank; a++)
            count *= (size_t)interpreter_size(interpreter, member->shape[a]);
        s->counts[i] = count;
        if (member->role == ROLE_SIZE)
            *(size_t *)(void *)(s->bytes + s->offsets[i]) =
                (size_t)interpreter_size(interpreter, member->extent);
        if (member->role == ROLE_SIZE || member->role == ROLE_WORKSPACE)
            continue;
        if (!is_by_value(member)) {
            s->arrays[i] = malloc(count * 8);
            memset(s->arrays[i], 0xff, count * 8);
            *(void **)(void *)(s->bytes + s->offsets[i]) = s->arrays[i];
        }
        for (size_t j = 0; member->leaf && j < count; j++)
            put_element(m, member, is_by_value(member) ? s->bytes + s->offsets[i] : s->arrays[i], j,
                        m->values[i][j]);
    }
}

static void instance_free(struct instance *s)
{
    for (size_t i = 0; i < s->m->function.members_count; i++)
        free(s->arrays[i]);
    free(s->raw);
}

static void give_work(struct instance *s, const struct library *library, const char *name)
{
    size_t (*needed)(const void *) = 0;
    *(void **)(void *)&needed = dlsym(library->handle, name);
    ck_assert(needed != 0);
    size_t bytes = needed(s->bytes);
    free(s->raw);
    s->raw = malloc(bytes + 64);
    memset(s->raw, 0xff, bytes + 64);
    s->work = (void *)(((uintptr_t)s->raw + 63) / 64 * 64);
    for (size_t i = 0; i < s->m->function.members_count; i++)
        if (s->m->function.members[i].role == ROLE_WORKSPACE)
            *(void **)(void *)(s->bytes + s->offsets[i]) = s->work;
}

static int call(struct instance *s, const struct library *library, const char *name)
{
    int (*entry)(void *) = 0;
    *(void **)(void *)&entry = dlsym(library->handle, name);
    ck_assert(entry != 0);
    return entry(s->bytes);
}

static void compare(struct instance *s, struct interpreter *interpreter, enum role role, double tolerance)
{
    struct model *m = s->m;
    for (size_t i = 0; i < m->function.members_count; i++) {
        const struct member *member = &m->function.members[i];
        if (member->role != role)
            continue;
        const double *wanted = interpreter_value(interpreter, member->value);
        ck_assert_ptr_nonnull(wanted);
        for (size_t j = 0; j < s->counts[i]; j++) {
            double got =
                get_element(m, member, is_by_value(member) ? s->bytes + s->offsets[i] : s->arrays[i], j);
            ck_assert_msg(fabs(got - wanted[j]) <= tolerance * (1 + fabs(wanted[j])),
                          "%s[%zu] is %g, expected %g", member->name, j, got, wanted[j]);
        }
    }
}

static void run(struct model *m)
{
    double tolerance = m->module.precision == 32 ? 1e-4 : 1e-11;
    add(m, (struct member){.name = "work", .role = ROLE_WORKSPACE});
    struct interpreter *interpreter = interpreter_of(m);
    for (size_t i = 0; i < m->function.members_count; i++) {
        const struct member *member = &m->function.members[i];
        if (!member->leaf)
            continue;
        size_t count = interpreter_count(interpreter, member->leaf);
        m->values[i] = ARENA_ARRAY(m->arena, double, count);
        for (size_t j = 0; j < count; j++)
            m->values[i][j] = member->type == INT ? (double)(j * 7 % 3) : random_unit();
        interpreter_bind(interpreter, member->leaf, m->values[i]);
    }
    struct library library = compile(m);
    struct instance s;
    instance_new(&s, m, interpreter);
    give_work(&s, &library, "f_workspace");
    ck_assert_int_eq(call(&s, &library, "f_forward"), 0);
    compare(&s, interpreter, ROLE_OUTPUT, tolerance);
    if (m->function.entries[ENTRY_BACKWARD]) {
        for (int again = 0; again < 2; again++) {
            ck_assert_int_eq(call(&s, &library, "f_backward"), 0);
            compare(&s, interpreter, ROLE_GRADIENT, tolerance);
        }
        instance_free(&s);
        instance_new(&s, m, interpreter);
        give_work(&s, &library, "f_gradient_workspace");
        ck_assert_int_eq(call(&s, &library, "f_gradient"), 0);
        compare(&s, interpreter, ROLE_OUTPUT, tolerance);
        compare(&s, interpreter, ROLE_GRADIENT, tolerance);
    }
    instance_free(&s);
    release(m, &library);
}

/* ---- The functions ---- */

static struct node *product(struct model *m, struct node *a, struct node *b)
{
    const signed char a_axes[] = {0, 2}, b_axes[] = {2, 1};
    return graph_contract(m->graph, a, b, a_axes, b_axes, 2, 1);
}

static struct node *sum_all(struct model *m, struct node *x)
{
    return graph_reduce(m->graph, OP_SUM, x, (1u << x->rank) - 1);
}

/* y = exp(x - max x), p = y / sum y along the last axis */
static struct node *softmax(struct model *m, struct node *x)
{
    struct graph *g = m->graph;
    struct node *most = graph_reduce(g, OP_MAXIMUM, x, 2);
    struct node *e = graph_unary(
        g, OP_EXP,
        graph_binary(g, OP_SUB, x, graph_broadcast(g, graph_insert_axis(g, most, 1), 2, x->shape)));
    struct node *sum = graph_insert_axis(g, graph_reduce(g, OP_SUM, e, 2), 1);
    return graph_binary(g, OP_DIV, e, graph_broadcast(g, sum, 2, x->shape));
}

static void two_layers(int precision, int64_t rows)
{
    struct model m;
    begin(&m, precision);
    size *n = rows ? add_size(&m, "N", rows) : number(&m, 9);
    struct node *x = input(&m, REAL, "x", 2, n, number(&m, 30)),
                *y = input(&m, REAL, "y", 2, n, number(&m, 10));
    struct node *w1 = input(&m, REAL, "w1", 2, number(&m, 30), number(&m, 20));
    struct node *w2 = input(&m, REAL, "w2", 2, number(&m, 20), number(&m, 10));
    struct node *h = graph_unary(m.graph, OP_TANH, product(&m, x, w1));
    struct node *out = product(&m, h, w2);
    struct node *d = graph_binary(m.graph, OP_SUB, out, y);
    output(&m, "loss", sum_all(&m, graph_binary(m.graph, OP_MUL, d, d)));
    output(&m, "y_pred", out);
    adjoin_gradients(&m);
    run(&m);
}

START_TEST(two_layers_of_double)
{
    two_layers(64, 7);
}
END_TEST

START_TEST(two_layers_of_float)
{
    two_layers(32, 7);
}
END_TEST

START_TEST(two_layers_of_fixed_sizes)
{
    two_layers(64, 0);
}
END_TEST

START_TEST(softmax_is_a_row_kernel)
{
    struct model m;
    begin(&m, 64);
    size *n = add_size(&m, "n", 4), *k = add_size(&m, "k", 5);
    struct node *z = input(&m, REAL, "z", 2, n, k);
    output(&m, "p", softmax(&m, z));
    adjoin_gradients(&m);
    run(&m);
}
END_TEST

/* Scaled products and an expression added into one array, with transposes. */
START_TEST(sums_of_products)
{
    struct model m;
    begin(&m, 64);
    size *n = add_size(&m, "n", 7), *k = number(&m, 30), *l = number(&m, 20);
    struct node *a = input(&m, REAL, "a", 2, n, k), *b = input(&m, REAL, "b", 2, k, l);
    struct node *c = input(&m, REAL, "c", 2, n, l), *r = input(&m, REAL, "r", 0);
    struct node *scale = graph_broadcast(m.graph, r, 2, c->shape);
    struct node *first = graph_binary(m.graph, OP_MUL, scale, product(&m, a, b));
    const int order[] = {1, 0};
    struct node *square = product(&m, graph_transpose(m.graph, a, order), c);
    struct node *second = product(&m, a, square);
    struct node *sum = graph_binary(m.graph, OP_SUB, graph_binary(m.graph, OP_ADD, c, first), second);
    output(&m, "y", sum);
    output(&m, "z", square);
    adjoin_gradients(&m);
    run(&m);
}
END_TEST

/* for t in 0..n { h = sin(x[t] * h + w); hs[t] = h } */
START_TEST(loop_that_collects)
{
    struct model m;
    begin(&m, 64);
    size *n = add_size(&m, "n", 5), *k = add_size(&m, "k", 3), *zero = number(&m, 0), *one = number(&m, 1);
    struct node *x = input(&m, REAL, "x", 2, n, k), *w = input(&m, REAL, "w", 1, k);
    struct node *start = input(&m, REAL, "h0", 1, k);
    struct loop *loop = ARENA_NEW(m.arena, struct loop);
    size *t = size_new_loop_variable(m.sizes, "t", zero, n);
    struct node *h = graph_placeholder(m.graph, REAL, "h", 1, w->shape);
    struct affine at[] = {{t, NULL, 0}, {zero, (size *[]){one}, 0}};
    struct node *row = graph_index(m.graph, x, 1, w->shape, at, NULL, 0, false);
    struct node *next =
        graph_unary(m.graph, OP_SIN, graph_binary(m.graph, OP_ADD, graph_binary(m.graph, OP_MUL, row, h), w));
    struct node **lists = ARENA_ARRAY(m.arena, struct node *, 4);
    lists[0] = h, lists[1] = start, lists[2] = next, lists[3] = next;
    *loop = (struct loop){.variable = t,
                          .begin = zero,
                          .end = n,
                          .carried_count = 1,
                          .collected_count = 1,
                          .carried = &lists[0],
                          .initial = &lists[1],
                          .next = &lists[2],
                          .collected = &lists[3]};
    struct node *all = graph_loop(m.graph, loop);
    output(&m, "last", graph_result(m.graph, all, 0));
    output(&m, "hs", graph_result(m.graph, all, 1));
    run(&m);
}
END_TEST

/* The workspace of a row kernel does not grow with the number of rows. */
START_TEST(workspace_of_a_row)
{
    struct model m;
    begin(&m, 64);
    size *n = add_size(&m, "n", 1000), *k = number(&m, 10);
    struct node *z = input(&m, REAL, "z", 2, n, k);
    output(&m, "loss", sum_all(&m, graph_unary(m.graph, OP_SQRT, softmax(&m, z))));
    adjoin_gradients(&m);
    add(&m, (struct member){.name = "work", .role = ROLE_WORKSPACE});
    struct interpreter *interpreter = interpreter_of(&m);
    m.values[1] = ARENA_ARRAY(m.arena, double, 10000);
    m.values[3] = m.values[1];
    struct library library = compile(&m);
    struct instance s;
    instance_new(&s, &m, interpreter);
    size_t (*needed)(const void *) = 0;
    *(void **)(void *)&needed = dlsym(library.handle, "f_gradient_workspace");
    ck_assert_uint_le(needed(s.bytes), 8 * 128);
    instance_free(&s);
    release(&m, &library);
}
END_TEST

/* Pointers to outputs and gradients that are not wanted may be NULL, and so may gradients of outputs. */
START_TEST(null_pointers)
{
    struct model m;
    begin(&m, 64);
    size *n = add_size(&m, "n", 5), *k = number(&m, 30);
    struct node *x = input(&m, REAL, "x", 2, n, k), *w = input(&m, REAL, "w", 2, k, number(&m, 20));
    output(&m, "y", graph_unary(m.graph, OP_TANH, product(&m, x, w)));
    adjoin_gradients(&m);
    add(&m, (struct member){.name = "work", .role = ROLE_WORKSPACE});
    struct interpreter *interpreter = interpreter_of(&m);
    for (size_t i = 0; i < m.function.members_count; i++)
        if (m.function.members[i].leaf) {
            size_t count = interpreter_count(interpreter, m.function.members[i].leaf);
            m.values[i] = ARENA_ARRAY(m.arena, double, count);
            for (size_t j = 0; j < count; j++)
                m.values[i][j] = random_unit();
            interpreter_bind(interpreter, m.function.members[i].leaf, m.values[i]);
        }
    struct library library = compile(&m);
    struct instance s;
    instance_new(&s, &m, interpreter);
    give_work(&s, &library, "f_workspace");
    void **pointers[8] = {NULL};
    for (size_t i = 0; i < m.function.members_count; i++)
        pointers[i] = (void **)(void *)(s.bytes + s.offsets[i]);
    *pointers[3] = NULL; /* y */
    *pointers[5] = NULL; /* d_x */
    ck_assert_int_eq(call(&s, &library, "f_forward"), 0);
    ck_assert_int_eq(call(&s, &library, "f_backward"), 0);
    *pointers[5] = s.arrays[5];
    memset(s.arrays[5], 0, s.counts[5] * 8);
    compare(&s, interpreter, ROLE_GRADIENT, 1e9); /* finite */
    ck_assert_int_eq(call(&s, &library, "f_backward"), 0);
    compare(&s, interpreter, ROLE_GRADIENT, 1e-11);
    *pointers[4] = NULL; /* d_y: zeros */
    ck_assert_int_eq(call(&s, &library, "f_backward"), 0);
    for (size_t j = 0; j < s.counts[6]; j++)
        ck_assert(((double *)s.arrays[6])[j] == 0);
    *pointers[1] = NULL; /* x is needed */
    ck_assert_int_eq(call(&s, &library, "f_forward"), 1);
    *pointers[1] = s.arrays[1];
    *(size_t *)(void *)pointers[0] = 0;
    ck_assert_int_eq(call(&s, &library, "f_forward"), 2);
    *(size_t *)(void *)pointers[0] = SIZE_MAX / 16;
    ck_assert_int_eq(call(&s, &library, "f_forward"), 2);
    instance_free(&s);
    release(&m, &library);
}
END_TEST

START_TEST(gathered_rows)
{
    struct model m;
    begin(&m, 64);
    size *n = add_size(&m, "n", 6), *d = add_size(&m, "d", 4);
    struct node *table = input(&m, REAL, "E", 2, number(&m, 3), d), *tok = input(&m, INT, "tok", 1, n);
    size *shape[] = {n, d}, *one = number(&m, 1), *zero = number(&m, 0);
    struct node *k = graph_broadcast(m.graph, graph_insert_axis(m.graph, tok, 1), 2, shape);
    struct affine subscripts[] = {{zero, NULL, 1}, {zero, (size *[]){NULL, one}, 0}};
    struct node *rows = graph_index(m.graph, table, 2, shape, subscripts, &k, 1, false);
    output(&m, "y", graph_unary(m.graph, OP_SIN, rows));
    struct value_check check = {CHECK_RANGE, .k = tok, .low = zero, .high = number(&m, 3)};
    ARENA_APPEND(m.arena, &m.function, checks, check);
    adjoin_gradients(&m);
    run(&m);
}
END_TEST

START_TEST(columns_and_slices)
{
    struct model m;
    begin(&m, 64);
    size *n = add_size(&m, "n", 5), *k = add_size(&m, "m", 4);
    struct node *x = input(&m, REAL, "x", 2, n, k), *b = input(&m, REAL, "b", 1, k);
    struct node *z = graph_binary(m.graph, OP_ADD, x, graph_broadcast(m.graph, b, 2, x->shape));
    struct node *mean = graph_reduce(m.graph, OP_SUM, graph_unary(m.graph, OP_EXP, z), 1);
    size *less = size_subtract(n, number(&m, 1));
    struct node *later = graph_slice(m.graph, z, 0, number(&m, 1), less, 1);
    struct node *early = graph_slice(m.graph, x, 0, number(&m, 0), less, 1);
    output(&m, "s", mean);
    output(&m, "t", graph_binary(m.graph, OP_MUL, later, early));
    output(&m, "c", graph_cumsum(m.graph, z, 0, false));
    output(&m, "r", graph_cumsum(m.graph, z, 1, true));
    adjoin_gradients(&m);
    run(&m);
}
END_TEST

START_TEST(longest_chain)
{
    struct model m;
    begin(&m, 64);
    struct node *x = input(&m, REAL, "x", 1, number(&m, 3));
    struct node *y = x;
    for (int i = 0; i < 200; i++)
        y = graph_binary(m.graph, OP_ADD, graph_unary(m.graph, OP_SIN, y), x);
    output(&m, "y", y);
    adjoin_gradients(&m);
    run(&m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("emit");
    TCase *tests = tcase_create("emitted C against the interpreter");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, two_layers_of_double);
    tcase_add_test(tests, two_layers_of_float);
    tcase_add_test(tests, two_layers_of_fixed_sizes);
    tcase_add_test(tests, softmax_is_a_row_kernel);
    tcase_add_test(tests, sums_of_products);
    tcase_add_test(tests, loop_that_collects);
    tcase_add_test(tests, workspace_of_a_row);
    tcase_add_test(tests, null_pointers);
    tcase_add_test(tests, gathered_rows);
    tcase_add_test(tests, columns_and_slices);
    tcase_add_test(tests, longest_chain);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
