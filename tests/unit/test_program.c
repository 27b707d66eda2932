/* test_program.c: loop programs of small functions: the verifier finds nothing against them behind any pass,
 * and says what is wrong with each of them when it is broken in one way. No C is made. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "elaborate.h"
#include "source.h"
#define index place_on_axis /* the syntax tree has another struct index */
#include "lower.h"
#include "passes.h"

/* ---- Loop programs of a text ---- */

struct made {
    struct arena *arena;
    struct module *module;
    struct programs programs;
    const char *fault; /* that the verifier has found behind a pass */
};

static void see(void *closure, enum pass pass, struct program *program)
{
    struct made *made = closure;
    const char *fault = program_fault(made->arena, program, pass);
    if (fault)
        made->fault = fault;
}

static struct module *module_of_text(struct arena *arena, const char *text)
{
    struct diagnostics diagnostics = {.arena = arena, .stream = stderr};
    const struct elaborate_options options = {.prefix = ""};
    const struct derivatives *derivatives = derivatives_load(arena, &diagnostics);
    const struct file *file =
        parse(arena, &diagnostics, source_of_text(arena, "test.nn", text, strlen(text), false));
    struct elaboration *elaboration = elaborate(arena, &diagnostics, file, derivatives, &options);
    if (diagnostics.error_count == 0)
        adjoin(elaboration, &diagnostics, derivatives);
    return diagnostics.error_count == 0 ? elaboration->module : NULL;
}

static struct made make(const char *text)
{
    struct made made = {.arena = arena_new()};
    made.module = module_of_text(made.arena, text);
    ck_assert_ptr_nonnull(made.module);
    simplify(made.module->functions[0], 2);
    scalarise(made.module->functions[0], 2);
    const struct watch watch = {see, &made};
    build_programs_watched(made.module, made.module->functions[0], &made.programs, &watch);
    ck_assert_ptr_null(made.fault);
    return made;
}

static void expect_fault(const struct made *made, enum entry entry, const char *reason)
{
    const char *fault = program_fault(made->arena, made->programs.entries[entry], PASS_LOOP_KINDS);
    ck_assert_msg(fault && strstr(fault, reason), "found: %s\nnot: %s", fault ? fault : "nothing", reason);
    arena_free(made->arena);
}

/* The n-th statement of the kind, from 0 on. */
static struct nest *statement(const struct made *made, enum entry entry, enum nest_kind kind, int n)
{
    struct program *program = made->programs.entries[entry];
    for (size_t i = 0; i < program->nests_count; i++)
        if (program->nests[i]->kind == kind && n-- == 0)
            return program->nests[i];
    ck_abort_msg("there is no such statement");
}

static struct item *outermost(const struct nest *nest)
{
    struct item *item = nest->item;
    while (item->parent->parent)
        item = item->parent;
    return item;
}

static void take_out(struct item *item)
{
    struct item *parent = item->parent;
    for (size_t i = item->position + 1; i < parent->body_count; i++) {
        parent->body[i]->position--;
        parent->body[i - 1] = parent->body[i];
    }
    parent->body_count--;
}

static void exchange(struct item *a, struct item *b)
{
    size_t position = a->position;
    ck_assert_ptr_eq(a->parent, b->parent);
    a->parent->body[b->position] = a;
    a->parent->body[position] = b;
    a->position = b->position;
    b->position = position;
}

/* Two matrix products, one after the other, and their sums. */
static const char products[] = "f(A: [n, n], x: [n]) {\n"
                               "    y = A @ x\n"
                               "    z = A @ y\n"
                               "    return a = sum(tanh(z)), b = sum(y * z)\n"
                               "}\n"
                               "export f wrt x\n";

/* The second product reads the first, which is read once more when the second has been written. */
static const char two_outputs[] = "f(A: [n, n], x: [n]) {\n"
                                  "    y = A @ x\n"
                                  "    z = A @ y\n"
                                  "    return z, b = sum(y * z)\n"
                                  "}\n"
                                  "export f\n";

/* ---- Programs as they are ---- */

START_TEST(nothing_is_found)
{
    static const char *const texts[] = {
        products,
        "f(x: [n], k: int[m]) = sum(exp(x[k]))\nexport f wrt x\n",
        "f(x: [n, m]) = sum(softmax(x, axis = 1)[:, 0])\nexport f wrt x\n",
        "f(x: [n], w: [n]) {\n    h = w\n    for t in 0..n {\n        h = tanh(h * x[t])\n        y[t] = "
        "sum(h)\n    }\n"
        "    return y, e = sum(h)\n}\nexport f wrt x, w\n",
        "f(x: [n], a) {\n    s = a\n    if sum(x) > 0 {\n        s = s * sum(x^2)\n    }\n    return s\n}\n"
        "export f wrt x, a: hessian, jacobian, jvp, hvp\n",
        "f(A: [n, n], b: [n]) = sum(solve(A, b))\nexport f wrt A, b\n",
        "f(x: [n], a) {\n    update x = x - a * x\n    return s = sum(x)\n}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        arena_free(make(texts[i]).arena);
}
END_TEST

/* ---- The sides of an `if` ---- */

static const char sides[] = "f(x: [n], a) {\n    s = a\n    u = a\n    for i in 0..n {\n"
                            "        if x[i] > 0 {\n            s = s * x[i] + u\n            u = u / 2\n"
                            "        } else if x[i] < -a {\n            s = s - x[i]\n"
                            "        } else {\n            u = u + s^2\n        }\n    }\n"
                            "    return s, u\n}\nexport f wrt x, a\n";

/* Of branches within the item, how many are second sides, and how many no sides at all. */
static void count_branches(const struct item *item, int *seconds, int *others)
{
    if (item->kind == ITEM_REGION && item->nest && item->nest->node->loop->is_branch) {
        *seconds += is_second_side(item);
        *others += !item->other_side;
    }
    for (size_t i = 0; i < item->body_count; i++)
        count_branches(item->body[i], seconds, others);
}

START_TEST(sides_follow_each_other)
{
    static const enum entry entries[] = {ENTRY_FORWARD, ENTRY_BACKWARD};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        struct made made = make(sides);
        int seconds = 0, others = 0;
        count_branches(made.programs.entries[entries[i]]->root, &seconds, &others);
        ck_assert_int_eq(seconds, 2);
        ck_assert_int_eq(others, 0);
        arena_free(made.arena);
    }
}
END_TEST

static struct item *first_branch(struct item *item)
{
    struct item *found = item->other_side ? item : NULL;
    for (size_t i = 0; i < item->body_count && !found; i++)
        found = first_branch(item->body[i]);
    return found;
}

START_TEST(sides_that_both_run)
{
    struct made made = make(sides);
    struct item *side = first_branch(made.programs.entries[ENTRY_FORWARD]->root);
    side->other_side->nest->node->loop->condition = side->nest->node->loop->condition;
    expect_fault(&made, ENTRY_FORWARD, "is one side of an `if` of which another branch is no other side");
}
END_TEST

START_TEST(sides_with_something_between)
{
    struct made made = make(sides);
    struct item *side = first_branch(made.programs.entries[ENTRY_FORWARD]->root), *other = side->other_side;
    for (size_t i = side->position + 1; i < other->position; i++) /* copies that fell away */
        side->parent->body[i]->nest->is_void = false;
    expect_fault(&made, ENTRY_FORWARD, "is one side of an `if` of which another branch is no other side");
}
END_TEST

START_TEST(a_variable_that_goes_on_too_early)
{
    struct made made = make("f(x: [n], a) {\n    s = a\n    for i in 0..n {\n        s = s * x[i]\n    }\n"
                            "    u = s\n    for i in 0..n {\n        u = u + x[i]\n    }\n"
                            "    return y = u * s\n}\nexport f wrt a\n");
    struct program *program = made.programs.entries[ENTRY_GRADIENT];
    for (size_t i = 0; i < program->nests_count; i++) {
        struct nest *copy = program->nests[i];
        struct buffer *older = copy->node ? program->buffers[copy->node->id] : NULL;
        if (copy->kind == NEST_COPY && copy->target && !copy->is_void && !copy->is_update && older) {
            copy->target->alias_of = older;
            copy->is_void = true;
        }
    }
    expect_fault(&made, ENTRY_GRADIENT, "in whose place u");
}
END_TEST

START_TEST(a_carried_variable_that_is_still_read)
{
    struct made made =
        make("f(x: [n], a) {\n    s = a\n    u = a\n    for i in 0..n {\n        t = s * x[i]\n"
             "        u = u + s\n        s = t\n    }\n    return y = u * s\n}\nexport f\n");
    struct program *program = made.programs.entries[ENTRY_FORWARD];
    struct item *made_in_place[2] = {NULL, NULL};
    for (size_t i = 0; i < program->nests_count; i++)
        if (program->nests[i]->path_count > 0 && program->nests[i]->target && !program->nests[i]->is_void)
            made_in_place[made_in_place[0] != NULL] = program->nests[i]->item;
    ck_assert_ptr_nonnull(made_in_place[1]);
    exchange(made_in_place[0], made_in_place[1]);
    expect_fault(&made, ENTRY_FORWARD, "reads s, over which t has been written");
}
END_TEST

START_TEST(a_value_behind_what_took_its_place)
{
    struct made made =
        make("f(x: [n], a) {\n    y = exp(x)\n    for i in 1..n {\n        y[i] = y[i - 1] * y[i]\n    }\n"
             "    return s = sum(y)\n}\nexport f\n");
    struct nest *sum = statement(&made, ENTRY_FORWARD, NEST_REDUCE, 0);
    struct access *read = &sum->reads[0];
    read->node = read->buffer->writers[0]->node;
    expect_fault(&made, ENTRY_FORWARD, "in whose place a later value stands");
}
END_TEST

/* ---- Loops made one ---- */

static int count_loops(const struct item *item)
{
    int count = item->kind == ITEM_LOOP;
    for (size_t i = 0; i < item->body_count; i++)
        count += count_loops(item->body[i]);
    return count;
}

/* How many loops there are in the forward entry. */
static int loops_of(const char *text)
{
    struct made made = make(text);
    int count = count_loops(made.programs.entries[ENTRY_FORWARD]->root);
    arena_free(made.arena);
    return count;
}

START_TEST(rows_behind_one_another_take_one_loop)
{
    ck_assert_int_eq(loops_of("f(x: [n, m]) = 2 * x"), 1);
    ck_assert_int_eq(loops_of("f(x: [k, n, m], y: [k, n, m]) = exp(x) * y"), 1);
    ck_assert_int_eq(loops_of("f(x: [9, 7]) = 3 * x + 1"), 1);
    ck_assert_int_eq(loops_of("f(x: [n, m]) = sum(x^2)"), 1);
    ck_assert_int_eq(loops_of("dim n = 8\nf(x: [n, m]) = 2 * x[2:5]"), 1);
    ck_assert_int_eq(loops_of("f(x: [n * m], y: [n, m]) = y * reshape(x, [n, m])"), 1);
}
END_TEST

/* Rows with gaps between them, other orders, one row or one element for all, positions that count. */
START_TEST(other_rows_keep_their_loops)
{
    ck_assert_int_eq(loops_of("f(x: [n, m], y: [m, n]) = x + y'"), 2);
    ck_assert_int_eq(loops_of("f(x: [n, m], y: [m]) = x + y"), 2);
    ck_assert_int_eq(loops_of("f(x: [n, m], y: [n]) = x * y[:, new]"), 2);
    ck_assert_int_eq(loops_of("f(x: [n, 7]) = 2 * x[:, 1:]"), 2);
    ck_assert_int_eq(loops_of("f(x: [n, m], k: int[n]) = 2 * x[k]"), 3); /* one checks k */
    ck_assert_int_eq(loops_of("f(x: [n, m]) { y[i, j] = x[i, j] * j\n return y }"), 2);
    ck_assert_int_eq(loops_of("f(x: [n, m]) = 2 * pad(x, 1, 0, axis = 1)"), 3);
    ck_assert_int_eq(loops_of("f(x: [n, m]) = sum(x^2, axis = 1)"), 2);
    /* the first two axes of three are one, the last has gaps; and the other way round */
    ck_assert_int_eq(loops_of("f(x: [k, n, m], y: [m]) = x * y"), 2);
    ck_assert_int_eq(loops_of("f(x: [k, n, m], y: [k]) = x * y[:, new, new]"), 2);
}
END_TEST

/* How many loops there are in that of the gradient. */
static int loops_of_gradient(const char *text)
{
    struct made made = make(text);
    int count = count_loops(made.programs.entries[ENTRY_GRADIENT]->root);
    arena_free(made.arena);
    return count;
}

/* What is added to a diagonal by one round and by the next is added in one loop. */
START_TEST(diagonals_share_a_loop)
{
    ck_assert_int_eq(
        loops_of_gradient("f(X: [n, n]) { y[i < n - 1] = X[i, i] * X[i + 1, i + 1]\n return f = sum(y) }"),
        2);
    ck_assert_int_eq(
        loops_of_gradient("f(X: [n, n]) { y[i < n - 1] = X[i, i] * X[i + 1, i]\n return f = sum(y) }"), 2);
}
END_TEST

/* What stores rows meets a diagonal of other rounds. */
START_TEST(diagonals_keep_away_from_rows)
{
    ck_assert_int_eq(
        loops_of_gradient("f(X: [n, n]) { y[i] = X[n - 1 - i, i]\n return f = sum(X^2) + sum(y) }"), 4);
}
END_TEST

/* ---- Programs that have been broken ---- */

START_TEST(a_value_that_nothing_writes)
{
    struct made made = make(products);
    take_out(statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 0)->item);
    expect_fault(&made, ENTRY_FORWARD, "reads y, of which a part is written nowhere");
}
END_TEST

START_TEST(a_value_that_is_read_too_early)
{
    struct made made = make(products);
    exchange(outermost(statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 0)),
             outermost(statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 1)));
    expect_fault(&made, ENTRY_FORWARD, "reads y before it is written");
}
END_TEST

START_TEST(two_values_in_one_place)
{
    struct made made = make(products);
    struct buffer *y = statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 0)->target;
    struct buffer *z = statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 1)->target;
    z->slot = y->slot;
    expect_fault(&made, ENTRY_FORWARD, "y and z share workspace");
}
END_TEST

START_TEST(a_value_over_one_that_is_still_read)
{
    struct made made = make(products);
    struct buffer *y = statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 0)->target;
    struct buffer *z = statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 1)->target;
    z->alias_of = y;
    z->has_own_name = y->is_taken = true;
    expect_fault(&made, ENTRY_FORWARD, "over which z has been written");
}
END_TEST

START_TEST(a_value_in_a_member_that_has_been_written)
{
    struct made made = make(two_outputs);
    struct buffer *y = statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 0)->target;
    struct buffer *z = statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 1)->target;
    y->alias_of = z;
    z->is_taken = true;
    expect_fault(&made, ENTRY_FORWARD, "over which z has been written");
}
END_TEST

START_TEST(two_values_in_a_member)
{
    struct made made = make(products);
    struct buffer *y = statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 0)->target;
    struct buffer *z = statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 1)->target;
    struct buffer *member = ARENA_NEW(made.arena, struct buffer);
    *member = *z;
    member->writers_count = member->readers_count = 0;
    member->is_taken = true;
    y->alias_of = z->alias_of = member;
    expect_fault(&made, ENTRY_FORWARD, "both live in");
}
END_TEST

START_TEST(a_room_that_is_too_small)
{
    struct made made = make(products);
    struct program *program = made.programs.entries[ENTRY_FORWARD];
    program->slots[statement(&made, ENTRY_FORWARD, NEST_PRODUCT, 0)->target->slot].count =
        size_number(program->sizes, 0);
    expect_fault(&made, ENTRY_FORWARD, "its room in the workspace 0");
}
END_TEST

START_TEST(a_value_that_is_not_always_there)
{
    struct made made = make(products);
    statement(&made, ENTRY_GRADIENT, NEST_PRODUCT, 0)->guard = 1;
    expect_fault(&made, ENTRY_GRADIENT, "which is not written wherever this runs");
}
END_TEST

START_TEST(an_index_that_is_not_checked)
{
    struct made made = make("f(x: [n, m], k: int) = sum(exp(x[k]))\nexport f wrt x\n");
    struct nest *check = statement(&made, ENTRY_FORWARD, NEST_CHECK, 0);
    exchange(check->item, check->item->parent->body[check->item->position + 1]);
    expect_fault(&made, ENTRY_FORWARD, "reads or writes at k, which is checked later");
}
END_TEST

START_TEST(rounds_that_all_write_one_element)
{
    struct made made = make("f(x: [n, m]) {\n    return y = sum(x^2, axis = 1)\n}\nexport f wrt x\n");
    struct nest *sum = statement(&made, ENTRY_FORWARD, NEST_REDUCE, 0);
    struct item *loop = sum->item->parent;
    loop->work = loop->extent;
    loop->before_count = 0;
    expect_fault(&made, ENTRY_FORWARD, "in each round of the loop over j, which threads share");
}
END_TEST

START_TEST(what_forward_leaves_in_chunks)
{
    struct made made = make("f(x: [m, n], n: size) {\n    t = sin(x[:, :, new] * ones([m, n, n]))\n"
                            "    t[:, :, -2] = tanh(x)\n    return f = sum(sin(t))\n}\nexport f wrt x\n");
    struct program *forward = made.programs.entries[ENTRY_FORWARD];
    for (size_t i = 0; i < forward->all_buffers_count; i++) {
        struct buffer *kept = forward->all_buffers[i];
        if (!kept->is_kept || kept->writers_count < 2)
            continue;
        struct item *loop = outermost(kept->writers[0]);
        struct own own = {.buffer = kept};
        const struct own *owns[] = {&own};
        struct chunks chunks = {.owns = &own, .owns_count = 1, .by_memory = owns};
        loop->chunks = &chunks;
        expect_fault(&made, ENTRY_FORWARD, "for backward, of which each chunk has its own");
        return;
    }
    ck_abort_msg("nothing is kept");
}
END_TEST

START_TEST(rounds_that_read_what_others_write)
{
    struct made made =
        make("f(x: [n]) {\n    y = exp(x)\n    return y, z = tanh(y) * y\n}\nexport f wrt x\n");
    struct nest *z = statement(&made, ENTRY_FORWARD, NEST_VALUE, 1);
    for (size_t i = 0; i < z->reads_count; i++)
        z->reads[i].map[0] = -1; /* not at i */
    expect_fault(&made, ENTRY_FORWARD, "another round of the loop over i may be writing");
}
END_TEST

START_TEST(a_shared_loop_that_reads_other_rounds)
{
    struct made made =
        make("f(x: [n]) {\n    y = exp(x)\n    return y, z = tanh(y) * y\n}\nexport f wrt x\n");
    struct nest *z = statement(&made, ENTRY_FORWARD, NEST_VALUE, 1);
    for (size_t i = 0; i < z->reads_count; i++)
        z->reads[i].map[0] = -1;
    outermost(z)->work = NULL;
    expect_fault(&made, ENTRY_FORWARD, "reads what other rounds of the loop over i write of y");
}
END_TEST

START_TEST(a_loop_that_forms_no_sum)
{
    struct made made = make("f(x: [n]) {\n    return y = exp(x)\n}\nexport f wrt x\n");
    struct nest *y = statement(&made, ENTRY_FORWARD, NEST_VALUE, 0);
    outermost(y)->loop_kind = LOOP_SUM;
    expect_fault(&made, ENTRY_FORWARD, "does not form one sum");
}
END_TEST

START_TEST(a_loop_of_unknown_length_unrolled)
{
    struct made made = make("f(x: [n]) {\n    return y = exp(x)\n}\nexport f wrt x\n");
    struct nest *y = statement(&made, ENTRY_FORWARD, NEST_VALUE, 0);
    outermost(y)->loop_kind = LOOP_UNROLLED;
    expect_fault(&made, ENTRY_FORWARD, "has no known number of rounds");
}
END_TEST

START_TEST(a_sum_in_any_order)
{
    struct made made = make("f(x: [n]) = sum(x^2)\nexport f wrt x\n");
    struct nest *sum = statement(&made, ENTRY_FORWARD, NEST_REDUCE, 0);
    ck_assert_int_eq(outermost(sum)->loop_kind, LOOP_SUM);
    outermost(sum)->loop_kind = LOOP_INDEPENDENT;
    expect_fault(&made, ENTRY_FORWARD, "is not one over values alone");
}
END_TEST

START_TEST(a_variable_of_no_loop)
{
    struct made made = make(products);
    struct program *program = made.programs.entries[ENTRY_FORWARD];
    struct nest *sum = statement(&made, ENTRY_FORWARD, NEST_REDUCE, 0);
    size *other =
        size_new_loop_variable(program->sizes, "other", size_number(program->sizes, 0), sum->extents[0]);
    sum->target->alias_of = sum->reads[0].buffer;
    sum->target->row = other;
    expect_fault(&made, ENTRY_FORWARD, "stands in no loop over other, which it mentions");
}
END_TEST

START_TEST(a_variable_that_is_declared_elsewhere)
{
    struct made made = make("f(x: [n], y: [n]) {\n    s = sum(x^2)\n    return a = s, b = s * y\n}\n");
    struct nest *sum = statement(&made, ENTRY_FORWARD, NEST_REDUCE, 0);
    struct program *program = made.programs.entries[ENTRY_FORWARD];
    struct item *loop = item_new(program, program->root), *own = sum->path[sum->path_first];
    *loop = *own;
    loop->loop_kind = LOOP_SERIAL;
    loop->body = &own;
    loop->body_count = 1;
    program->root->body[own->position] = loop;
    own->parent = loop;
    own->position = 0;
    expect_fault(&made, ENTRY_FORWARD, "which is declared elsewhere");
}
END_TEST

int main(void)
{
    TCase *whole = tcase_create("as they are"), *broken = tcase_create("broken");
    tcase_add_test(whole, nothing_is_found);
    tcase_add_test(broken, a_value_that_nothing_writes);
    tcase_add_test(broken, a_value_that_is_read_too_early);
    tcase_add_test(broken, two_values_in_one_place);
    tcase_add_test(broken, a_value_over_one_that_is_still_read);
    tcase_add_test(broken, a_value_in_a_member_that_has_been_written);
    tcase_add_test(broken, two_values_in_a_member);
    tcase_add_test(broken, a_room_that_is_too_small);
    tcase_add_test(broken, a_value_that_is_not_always_there);
    tcase_add_test(broken, an_index_that_is_not_checked);
    tcase_add_test(broken, rounds_that_all_write_one_element);
    tcase_add_test(broken, what_forward_leaves_in_chunks);
    tcase_add_test(broken, rounds_that_read_what_others_write);
    tcase_add_test(broken, a_shared_loop_that_reads_other_rounds);
    tcase_add_test(broken, a_loop_that_forms_no_sum);
    tcase_add_test(broken, a_loop_of_unknown_length_unrolled);
    tcase_add_test(broken, a_sum_in_any_order);
    tcase_add_test(broken, a_variable_of_no_loop);
    tcase_add_test(broken, a_variable_that_is_declared_elsewhere);
    tcase_add_test(broken, sides_that_both_run);
    tcase_add_test(broken, sides_with_something_between);
    tcase_add_test(broken, a_variable_that_goes_on_too_early);
    tcase_add_test(broken, a_carried_variable_that_is_still_read);
    tcase_add_test(broken, a_value_behind_what_took_its_place);
    tcase_add_test(whole, sides_follow_each_other);
    Suite *suite = suite_create("program");
    suite_add_tcase(suite, whole);
    TCase *collapsed = tcase_create("loops made one");
    tcase_add_test(collapsed, rows_behind_one_another_take_one_loop);
    tcase_add_test(collapsed, other_rows_keep_their_loops);
    tcase_add_test(collapsed, diagonals_share_a_loop);
    tcase_add_test(collapsed, diagonals_keep_away_from_rows);
    suite_add_tcase(suite, broken);
    suite_add_tcase(suite, collapsed);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
