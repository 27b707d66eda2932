/* emit_in_turn.c: loops that gcc must not make vectors of.
 *
 * Where each round adds two terms or more to one number, one after the other, gcc 11 and 12 put the terms of
 * several rounds into vectors and forget in which order they lie: of elements that are not read from the
 * first to the last, some are added twice and others never.
 *
 *     for (size_t i = 0; i < m; i++) {
 *         GRADC_IN_TURN;
 *         s = s + x[i * 2 + 1] + x[i * 2];
 *     }
 *
 * Requires the statements of a function. Short loops inside count as often as they run, since compilers
 * unroll them; what adds up in rounds of its own, in a macro of the runtime, forms its sums in parts. */
#include <stdlib.h>
#include <string.h>

#include "emitter.h"
#include "map.h"

enum { LONGEST_SHORT = 64, MOST_STEPS = 1000 };

/* A short loop inside of the one that is looked at. */
struct inner {
    const char *variable;
    size_t rounds;
    const struct inner *outer;
};

struct summing {
    struct arena *arena;
    const char *variable; /* of the loop */
    struct map values;    /* what has been assigned in the round, by name */
    struct map declared;  /* in the round */
    struct map counts;    /* size_t: terms added in a round, by the place */
    bool is_found;        /* a place with two or more */
    int steps;            /* that looking for a place in one value has taken */
};

/* Of a loop: for (size_t i = ...), or MACRO(i, ...); NULL: it has none. */
static const char *variable_of(const struct statement *loop)
{
    const struct tree *variable = loop->tree ? assigned_variable(loop) : NULL;
    return variable ? variable->text : NULL;
}

/* The rounds of for (size_t i = 0; i < NUMBER; i++), or of one like it; 0: many, or not known. */
static size_t rounds_of(const struct statement *loop)
{
    const struct tree *head = loop->tree, *test = head && head->count > 1 ? head->operands[1] : NULL;
    if (loop->kind != CODE_FOR || !test || test->kind != TREE_BINARY ||
        test->operands[1]->kind != TREE_NUMBER)
        return 0;
    size_t rounds = strtoull(test->operands[1]->text, NULL, 10);
    return rounds <= LONGEST_SHORT ? rounds : 0;
}

/* How many terms are added to the place on the way to this value; -1: it is not made of it. */
static int additions(struct summing *summing, const struct tree *place, const struct tree *value)
{
    if (tree_equal(place, value))
        return 0;
    if (++summing->steps > MOST_STEPS)
        return 2; /* nothing is known */
    if (value->kind == TREE_NAME) {
        const struct tree *assigned = map_get(&summing->values, value->text);
        return assigned ? additions(summing, place, assigned) : -1;
    }
    if (value->kind == TREE_GROUP)
        return additions(summing, place, value->operands[0]);
    if (value->kind != TREE_BINARY || value->precedence != PRECEDENCE_SUM)
        return -1;
    for (int k = 0; k < 2; k++) {
        int inside = additions(summing, place, value->operands[k]);
        if (inside >= 0)
            return inside + 1;
    }
    return -1;
}

static void count(struct summing *summing, const struct tree *place, int terms, const struct inner *inner)
{
    const struct tree *root = tree_root(place);
    size_t times = (size_t)terms;
    bool is_of_round = (root && map_get(&summing->declared, root->text)) ||
                       (summing->variable && tree_mentions(place, summing->variable));
    if (terms <= 0 || is_of_round)
        return;
    for (; inner; inner = inner->outer)
        times *= inner->variable && tree_mentions(place, inner->variable) ? 1 : inner->rounds;
    const char *text = tree_text(summing->arena, place);
    size_t *found = map_get(&summing->counts, text);
    if (!found)
        map_set(summing->arena, &summing->counts, text, found = ARENA_NEW(summing->arena, size_t));
    *found += times;
    summing->is_found = summing->is_found || *found > 1;
}

static void look_at_line(struct summing *summing, const struct tree *line, const struct inner *inner)
{
    if (line->kind == TREE_VARIABLE) {
        const struct tree *root = tree_root(line);
        map_set(summing->arena, &summing->declared, root->text, (void *)root);
        if (line->count > 1)
            map_set(summing->arena, &summing->values, root->text, (void *)line->operands[1]);
        return;
    }
    if (line->kind != TREE_BINARY || line->precedence != PRECEDENCE_ASSIGNMENT)
        return;
    const struct tree *place = line->operands[0], *value = line->operands[1];
    summing->steps = 0;
    if (line->text[0] == '+')
        count(summing, place, 1, inner);
    else if (line->text[0] == '=')
        count(summing, place, additions(summing, place, value), inner);
    if (place->kind == TREE_NAME && line->text[0] == '=' && !tree_mentions(value, place->text))
        map_set(summing->arena, &summing->values, place->text, (void *)value);
}

static void look_at(struct summing *summing, const struct code *code, const struct inner *inner)
{
    for (size_t i = 0; i < code->statements_count && !summing->is_found; i++) {
        const struct statement *statement = code->statements[i];
        struct inner next = {variable_of(statement), rounds_of(statement), inner};
        if (statement->kind == CODE_LINE && statement->tree)
            look_at_line(summing, statement->tree, inner);
        else if (next.rounds > 0)
            look_at(summing, &statement->body, &next);
        else if (statement->kind != CODE_FOR && statement->kind != CODE_MACRO) {
            look_at(summing, &statement->body, inner);
            look_at(summing, &statement->otherwise, inner);
        }
    }
}

static bool adds_terms_in_turn(const struct statement *loop)
{
    struct summing summing = {.arena = arena_new(), .variable = variable_of(loop)};
    look_at(&summing, &loop->body, NULL);
    arena_free(summing.arena);
    return summing.is_found;
}

void emit_in_turn(struct emitter *emitter, const struct code *code)
{
    for (size_t i = 0; i < code->statements_count; i++) {
        struct statement *statement = code->statements[i];
        bool is_loop = statement->kind == CODE_FOR || statement->kind == CODE_MACRO;
        emit_in_turn(emitter, &statement->body);
        emit_in_turn(emitter, &statement->otherwise);
        bool is_unrolled = statement->about && rounds_of(statement) > 0 &&
                           strcmp(statement->about, "GRADC_UNROLLED") == 0; /* before there are vectors */
        if (!is_loop || is_unrolled || !adds_terms_in_turn(statement))
            continue;
        struct code body = {0}, *outer = emit_into(emitter, &body);
        emit_line(emitter, "GRADC_IN_TURN");
        emit_into(emitter, outer);
        code_append_all(emitter->lasting, &body, &statement->body);
        statement->body = body;
        statement->braces = BRACES;
    }
}
