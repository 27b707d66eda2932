/* emit_near.c: loops that call functions of which the runtime has a near form (operators.def), for arguments
 * that take less work. Vectors cannot branch, so a loop looks at all arguments before it begins:
 *
 *     int64_t is_far = 0;
 *     GRADC_ANY(is_far, i, 0, n, gradc_far(x[i]));
 *     if (!is_far) {
 *         for (size_t i = 0; i < n; i++)
 *             y[i] = gradc_sin_near(x[i]);
 *     } else {
 *         for (size_t i = 0; i < n; i++)
 *             y[i] = gradc_sin(x[i]);
 *     }
 *
 * Requires that the loop can look ahead: all that a round reads stands in memory before the loop, but for
 * what the round has stored by the same name at the same place, for which what was stored is put. Calls of
 * whose arguments this cannot be said, or that take much to compute, stay as they are. On one side of a
 * choice, the argument may be no element of the array where the other one is chosen, and is looked at where
 * it is not. */
#include <string.h>

#include "emitter.h"

enum { MOST_STATEMENTS = 24, LONGEST_ARGUMENT = 24 };

struct looking {
    struct emitter *emitter;
    const struct code *round;     /* what a round does, one statement after the other */
    size_t turn;                  /* where in it the walk stands */
    int length;                   /* of the argument, so far */
    const struct tree *condition; /* that an argument is far; NULL: of no call it can be said */
    const struct tree *within;    /* what has been chosen around where the walk stands; NULL: nothing */
    struct argument {
        const struct tree *tree, *within;
    } * arguments;
    size_t arguments_count, arguments_capacity;
};

/* ---- What a round does ---- */

static bool is_assignment(const struct tree *a)
{
    return a->kind == TREE_BINARY && a->precedence == PRECEDENCE_ASSIGNMENT;
}

static bool is_element_by_name(const struct tree *a)
{
    return a->kind == TREE_ELEMENT && a->operands[0]->kind == TREE_NAME;
}

/* const double t = x; t = x; y[i] = x; */
static bool is_plain(const struct statement *statement)
{
    const struct tree *a = statement->tree;
    if (statement->kind != CODE_LINE)
        return statement->kind == CODE_COMMENT;
    if (a->kind == TREE_VARIABLE)
        return a->is_const && a->is_plain && a->count == 2 && a->operands[0]->kind == TREE_NAME;
    return is_assignment(a) && (a->operands[0]->kind == TREE_NAME || is_element_by_name(a->operands[0]));
}

static bool are_plain(const struct code *round)
{
    for (size_t i = 0; i < round->statements_count; i++)
        if (!is_plain(round->statements[i]))
            return false;
    return round->statements_count <= MOST_STATEMENTS;
}

/* The tree that the statement stores in, by a name; NULL: none. */
static const struct tree *stored_in(const struct statement *statement)
{
    const struct tree *a = statement->tree;
    return statement->kind == CODE_LINE ? a->operands[0] : NULL;
}

/* The last statement in front of the turn that stores in what has this name; -1: none. */
static ptrdiff_t last_store(const struct looking *looking, const char *name, size_t end)
{
    for (size_t i = end; i-- > 0;) {
        const struct tree *place = stored_in(looking->round->statements[i]);
        if (place && tree_is(tree_root(place), TREE_NAME, name))
            return (ptrdiff_t)i;
    }
    return -1;
}

/* ---- What an argument is before the loop ---- */

static const struct tree *ahead(struct looking *looking, const struct tree *a, size_t turn);

/* That of what a statement before the turn has stored here: a constant of the round, or an element. */
static const struct tree *stored_ahead(struct looking *looking, const struct tree *a, size_t store)
{
    const struct tree *stores = looking->round->statements[store]->tree;
    if (!tree_equal(stores->operands[0], a) ||
        (stores->kind != TREE_VARIABLE && strcmp(stores->text, "=") != 0))
        return NULL;
    return ahead(looking, stores->operands[1], store);
}

static const struct tree *with_operands_ahead(struct looking *looking, const struct tree *a, size_t turn)
{
    const struct tree *operands[3];
    if (a->count > 3)
        return NULL;
    for (unsigned i = 0; i < a->count; i++)
        if (!(operands[i] = ahead(looking, a->operands[i], turn)))
            return NULL;
    return tree_with(looking->emitter->lasting, a, operands);
}

/* The same value where no round has begun, as the round has it before the turn; NULL: it is not known, or
 * long. */
static const struct tree *ahead(struct looking *looking, const struct tree *a, size_t turn)
{
    size_t all = looking->round->statements_count;
    if (++looking->length > LONGEST_ARGUMENT)
        return NULL;
    switch (a->kind) {
    case TREE_NUMBER: return a;
    case TREE_MEMBER:
        return a->operands[0]->kind == TREE_NAME ? a : NULL; /* of the struct: no round stores in it */
    case TREE_NAME: {
        ptrdiff_t store = last_store(looking, a->text, turn);
        if (store >= 0)
            return stored_ahead(looking, a, (size_t)store);
        return last_store(looking, a->text, all) < 0 ? a : NULL;
    }
    case TREE_ELEMENT: {
        if (!is_element_by_name(a))
            return NULL;
        ptrdiff_t store = last_store(looking, a->operands[0]->text, turn);
        if (store >= 0)
            return stored_ahead(looking, a, (size_t)store);
        const struct tree *at = ahead(looking, a->operands[1], turn);
        const struct tree *const operands[] = {a->operands[0], at};
        return at ? tree_with(looking->emitter->lasting, a, operands) : NULL;
    }
    case TREE_BINARY:
    case TREE_UNARY:
    case TREE_CAST:
    case TREE_CHOICE:
    case TREE_GROUP: return is_assignment(a) ? NULL : with_operands_ahead(looking, a, turn);
    default: return NULL;
    }
}

/* ---- The near form ---- */

static bool has_near_form(const struct emitter *emitter, const char *function)
{
    for (int op = 0; operator_is_elementwise((enum op)op); op++) {
        const struct operator_info *info = operator_info((enum op)op);
        if (info->has_near_form &&
            !strcmp(function, arena_print(emitter->arena, "gradc_%s%s", info->name, emitter->suffix)))
            return true;
    }
    return false;
}

static bool is_looked_at(const struct looking *looking, const struct tree *argument)
{
    for (size_t i = 0; i < looking->arguments_count; i++) {
        const struct argument *other = &looking->arguments[i];
        if (tree_equal(other->tree, argument) &&
            (!other->within || (looking->within && tree_equal(other->within, looking->within))))
            return true;
    }
    return false;
}

static void look_at(struct looking *looking, const struct tree *argument)
{
    struct emitter *emitter = looking->emitter;
    struct argument looked_at = {argument, looking->within};
    if (is_looked_at(looking, argument))
        return;
    ARENA_APPEND(emitter->lasting, looking, arguments, looked_at);
    const struct tree *is_far = form(emitter, "gradc_far%s($)", emitter->suffix, argument);
    if (looking->within)
        is_far = form(emitter, "($ ? $ : 0)", looking->within, is_far);
    looking->condition =
        looking->condition ? tree_binary(emitter->lasting, looking->condition, "|", is_far) : is_far;
}

/* gradc_sin_near(x) of gradc_sin(x); itself if it is not known before the loop whether x is near. */
static const struct tree *near_call(struct looking *looking, const struct tree *call)
{
    struct emitter *emitter = looking->emitter;
    looking->length = 0;
    const struct tree *argument = ahead(looking, call->operands[0], looking->turn);
    if (!argument)
        return call;
    look_at(looking, argument);
    int stem = (int)(strlen(call->text) - strlen(emitter->suffix));
    const char *near = arena_print(emitter->lasting, "%.*s_near%s", stem, call->text, emitter->suffix);
    return tree_call(emitter->lasting, near, 1, call->operands);
}

static const struct tree *near_tree(struct looking *looking, const struct tree *a);

/* One side of a choice: where its condition holds, or does not. */
static const struct tree *near_side(struct looking *looking, const struct tree *condition, bool holds,
                                    const struct tree *side)
{
    const struct tree *around = looking->within;
    struct emitter *emitter = looking->emitter;
    if (!condition)
        return side;
    condition = holds ? condition : form(emitter, "!($)", condition);
    looking->within = around ? tree_binary(emitter->lasting, around, "&&", condition) : condition;
    side = near_tree(looking, side);
    looking->within = around;
    return side;
}

static const struct tree *near_operand(struct looking *looking, const struct tree *a, unsigned i)
{
    bool may_end_early =
        a->kind == TREE_BINARY && (tree_is(a, TREE_BINARY, "&&") || tree_is(a, TREE_BINARY, "||"));
    if (i > 0 && may_end_early)
        return a->operands[i];
    if (i == 0 || a->kind != TREE_CHOICE)
        return near_tree(looking, a->operands[i]);
    looking->length = 0;
    return near_side(looking, ahead(looking, a->operands[0], looking->turn), i == 1, a->operands[i]);
}

static const struct tree *near_tree(struct looking *looking, const struct tree *a)
{
    const struct tree **operands = ARENA_ARRAY(looking->emitter->arena, const struct tree *, a->count + 1);
    bool is_other = false;
    for (unsigned i = 0; i < a->count; i++) {
        operands[i] = near_operand(looking, a, i);
        is_other = is_other || operands[i] != a->operands[i];
    }
    const struct tree *made = is_other ? tree_with(looking->emitter->lasting, a, operands) : a;
    return made->kind == TREE_CALL && has_near_form(looking->emitter, made->text) ? near_call(looking, made)
                                                                                  : made;
}

static struct code near_code(struct looking *looking, const struct code *round)
{
    struct code made = {0};
    for (size_t i = 0; i < round->statements_count; i++) {
        struct statement *statement = ARENA_NEW(looking->emitter->lasting, struct statement);
        *statement = *round->statements[i];
        looking->turn = i;
        if (statement->tree)
            statement->tree = near_tree(looking, statement->tree);
        code_append(looking->emitter->lasting, &made, statement);
    }
    looking->turn = round->statements_count;
    return made;
}

/* Of a loop over blocks of rounds those of a block; NULL: it is none. */
static const struct statement *rounds_of_block(const struct statement *rounds)
{
    const struct code *body = &rounds->body;
    return body->statements_count == 1 && body->statements[0]->kind == CODE_FOR ? body->statements[0] : NULL;
}

/* What each round does, or of a sum what comes before its term. */
static const struct code *round_of(const struct statement *rounds)
{
    static const struct code nothing = {0};
    if (rounds->kind != CODE_FOR && rounds->kind != CODE_MACRO)
        return rounds->locals ? rounds->locals : &nothing;
    const struct statement *inside = rounds_of_block(rounds);
    return inside ? &inside->body : &rounds->body;
}

/* The loop with near forms, and in `looking` where it is as good. */
static struct statement *near_loop(struct looking *looking, const struct statement *rounds)
{
    struct statement *near = ARENA_NEW(looking->emitter->lasting, struct statement);
    const struct statement *inside = rounds_of_block(rounds);
    *near = *rounds;
    if (inside) {
        near->body = (struct code){0};
        code_append(looking->emitter->lasting, &near->body, near_loop(looking, inside));
        return near;
    }
    if (rounds->kind == CODE_FOR || rounds->kind == CODE_MACRO) {
        near->body = near_code(looking, &rounds->body);
        return near;
    }
    struct code *locals = ARENA_NEW(looking->emitter->lasting, struct code);
    *locals = near_code(looking, looking->round);
    near->locals = rounds->locals ? locals : NULL;
    near->tree = near_tree(looking, rounds->tree);
    return near;
}

void emit_near_or_far(struct emitter *emitter, const struct item *loop, struct statement *rounds,
                      const struct range *range)
{
    struct looking looking = {.emitter = emitter, .round = round_of(rounds)};
    struct statement *near =
        loop->can_look_ahead && !emitter->lane && !emitter->side && are_plain(looking.round)
            ? near_loop(&looking, rounds)
            : NULL;
    if (!looking.condition) {
        code_append(emitter->lasting, emitter->code, rounds);
        return;
    }
    const char *found = names_take(emitter->names, "is_far"), *variable = c_name(emitter, loop->variable);
    const char *type = *emitter->suffix ? "int32_t" : "int64_t";
    emit_line(emitter, "%s %s = 0", type, found);
    if (loop->work)
        emit_as(emitter, CODE_COLLECT, "GRADC_ANY_IN_PARTS(%s, %s, %s, $, $)", type, found, variable,
                range->end, looking.condition);
    else
        emit_as(emitter, CODE_COLLECT, "GRADC_ANY(%s, %s, $, $, $)", found, variable, range->begin,
                range->end, looking.condition);
    struct statement *choice = emit_open(emitter, CODE_IF, BRACES, "if (!%s)", found);
    code_append(emitter->lasting, emitter->code, near);
    close_statement(emitter, choice);
    code_append(emitter->lasting, &choice->otherwise, rounds);
}
