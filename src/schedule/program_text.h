/* program_text.h: names, places and expressions of a loop program as text for people: program_print.c and the
 * reasons of program_verify.c. */
#ifndef GRADC_PROGRAM_TEXT_H
#define GRADC_PROGRAM_TEXT_H

#include "lower.h"
#include "map.h"

struct program_text {
    struct arena *arena; /* of all texts */
    struct program *program;
    struct map names; /* of values: the node; the program where several have one name */
};

struct program_text program_text_new(struct arena *arena, struct program *program);
/* What the user, or the library, called the value, with the node's number where that is not one value alone;
 * else the number. */
const char *value_name(struct program_text *text, const struct node *node);
const char *buffer_title(struct program_text *text, const struct buffer *buffer);
const char *size_title(struct program_text *text, const size *a);
/* real[n, 3]; an axis of which it has one element at a time is `one of n`. */
const char *type_title(struct program_text *text, enum type type, int rank, size *const *shape,
                       unsigned dropped);
const char *guard_title(struct program_text *text, guard wanted); /* "d_W, d_x"; NULL: in any case */
/* x[i, j + 1], for the positions of its axes. */
const char *element_title(struct program_text *text, const char *name, int rank, const struct index *at);
/* The node's operator applied to what it reads. */
const char *definition_title(struct program_text *text, struct node *node, const struct index *at,
                             int *precedence);
const char *expression_title(struct program_text *text, struct node *node, const struct index *at,
                             int *precedence);
const char *in_parentheses(struct program_text *text, const char *title, int precedence, int limit);
/* The value that a subscript reads. */
const struct tree *dynamic_title(void *closure, struct node *k, const struct index *at);
/* What the statement does, without its loops. */
const char *statement_title(struct program_text *text, struct nest *nest);

#endif
