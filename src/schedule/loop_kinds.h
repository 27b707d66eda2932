/* loop_kinds.h: what deciding how the rounds of loops run, and what threads share, takes in several files. */
#ifndef GRADC_LOOP_KINDS_H
#define GRADC_LOOP_KINDS_H

#include "program.h"

/* What the C of a loop's rounds holds. */
struct contents {
    bool has_loop, has_condition;
    bool has_sum, has_part; /* a loop that forms a sum, or adds to the parts of one */
};

/* ---- touched.c ---- */
/* An element that a round touches: of a buffer, or of a leaf (NULL). */
struct touched {
    const struct buffer *buffer;
    const struct member *member; /* NULL: none */
    size *offset;                /* NULL: it is computed from what the loop reads */
    size_t turn;                 /* of the statement in the round */
    bool is_target;
};

struct touching {
    struct program *program;
    size_t turn;
    bool is_target; /* what is touched now */
    struct touched *touched;
    size_t touched_count, touched_capacity;
};
/* Adds the element of an array that the statement stores, or those that it reads. */
void touch_target(struct touching *touching, const struct nest *nest);
void touch_reads(struct touching *touching, const struct nest *nest);

/* ---- partial_sums.c ---- */
/* SUM or SHORT_SUM, if the rounds of an innermost loop do nothing but form one; else SERIAL. */
enum loop_kind kind_of_sum(struct program *program, const struct item *loop);
/* Whether the rounds of an innermost loop form sums, and store values, and nothing else. */
bool forms_sums(struct program *program, const struct item *loop);
/* The statement that the rounds of a loop form the sum, maximum or minimum of. */
const struct nest *sum_of_rounds(const struct item *loop);
/* Whether the nest is a sum that its innermost loop alone forms, be it one of several; and whether a loop is
 * long enough for the parts of such. */
bool is_one_of_sums(const struct nest *nest);
bool is_long_enough_for_sums(const size *extent);

/* ---- unrolled.c ---- */
/* An element of an array, which a round reads. */
bool is_element(const struct program *program, const struct node *node);
/* A loop that compilers unroll, and how far it goes. */
bool is_short_loop(const struct item *loop);
bool is_short_extent(const size *extent);
/* A few rounds of what gcc confuses where it unrolls them. */
bool is_at_risk(const struct program *program, const struct item *loop);
/* A short loop around nothing but short loops, without conditions. */
bool is_unrolled(const struct item *loop, const struct contents *contents);
/* A few rounds that fill whole registers with what stands side by side. */
bool fills_registers(const struct item *loop);

/* ---- unbranched.c ---- */
/* Finds the choices in the item, perhaps the whole tree, that are to be made without branches. */
void avoid_branches(struct program *program, const struct item *item);

/* ---- independent.c ---- */
/* Whether the rounds of an innermost loop can be done in any order, and compilers may not see it. is_shared:
 * in what threads share. */
bool is_independent(struct program *program, const struct item *loop, bool is_shared);
/* The same of rounds that form sums, which do not count. */
bool is_independent_but_for_sums(struct program *program, const struct item *loop, bool is_shared);
/* Whether all that the rounds of an innermost loop read, of sums or without, stands in memory before
 * the first of them, but for what a round has stored itself, by the same name at the same place. */
bool can_look_ahead(struct program *program, const struct item *loop);

/* ---- vectors.c ---- */
/* Makes the loop of a region VECTORS if its rounds are independent, and made of what vectors can do. */
void choose_vectors(const struct program *program, struct item *region);

/* ---- running_power.c ---- */
/* Whether the loop multiplies powers up from round to round. */
bool has_power_of_rounds(struct program *program, const struct item *loop);

/* ---- chunks.c ---- */
/* Whether rounds can be done side by side if each chunk of them has a target of its own for this nest; then
 * it is listed. */
bool has_own(struct program *program, struct chunks *chunks, struct nest *nest, const struct item *loop);
/* Gives the chunks of a loop, of so much work, what has been listed for them, if sizes tell how much that is.
 */
void cut_into_chunks(struct program *program, struct item *loop, struct chunks *chunks, size *work);

#endif
