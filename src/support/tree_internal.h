/* tree_internal.h: for tree.c and tree_pattern.c alone. */
#ifndef GRADC_TREE_INTERNAL_H
#define GRADC_TREE_INTERNAL_H

#include "tree.h"

/* Its operands are still to be set. */
struct tree *tree_new(struct arena *arena, enum tree_kind kind, int precedence, const char *text,
                      unsigned count);

#endif
