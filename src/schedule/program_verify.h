/* program_verify.h: what must hold of a loop program, whatever made it so; for lower.c and the files of the
 * verifier.
 *
 * Each of these returns a reason, or NULL. They look at the tree and at what is read and written, and take
 * nothing from the passes that decided it. */
#ifndef GRADC_PROGRAM_VERIFY_H
#define GRADC_PROGRAM_VERIFY_H

#include "program_text.h"

struct verifier {
    struct program_text text;
    struct program *program;
    enum pass pass;
    const struct nest **checks;   /* by the id of what they check, behind views: the first; NULL: none */
    const struct nest **changing; /* so far, under this outermost loop: the statements that have a target */
    size_t changing_count;
};

/* What a view is of, as far as it has no place of its own. */
const struct node *behind_views(const struct program *program, const struct node *node);

/* Whether all of a runs before b, in each round of the loops and regions around both. */
bool comes_before(const struct item *a, const struct item *b);
bool is_in_tree(const struct item *item);

/* The condition of a branch; NULL: it is none. */
const struct node *branch_condition(const struct item *item);
bool are_opposite(const struct node *a, const struct node *b); /* one holds where the other does not */

/* ---- verify_order.c ---- */
/* What the statement reads has been written: before, wherever the statement runs, and in the same round or in
 * all rounds. What it waits for, such as checks of indices, comes before. */
const char *verify_reads(struct verifier *verifier, const struct nest *nest);

/* ---- verify_names.c ---- */
/* Each variable that stands in the statement is that of a loop, block or region around it, each value without
 * a buffer is an expression, and each local variable is declared around the statement. */
const char *verify_names(struct verifier *verifier, const struct nest *nest);

/* The same of the range of a loop. */
const char *verify_range(struct verifier *verifier, const struct item *item);

/* ---- verify_memory.c ---- */
/* No two values that are alive at once have one place. */
const char *verify_memory(struct verifier *verifier);
/* The rounds of a loop that threads share touch nothing that others write. */
const char *verify_shared(struct verifier *verifier, const struct item *loop);

#endif
