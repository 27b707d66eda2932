/* members.h: which members of a struct its entries read and write, for those who write wrappers in other
 * languages. */
#ifndef GRADC_MEMBERS_H
#define GRADC_MEMBERS_H

#include <stdbool.h>

#include "graph.h"

/* Whether the C has the entry: `nlp` has none for forward. */
bool has_entry(const struct function *function, enum entry entry);
/* Beside the inputs: what may be left out. */
bool role_is_read(enum role role, enum entry entry);
bool role_is_written(enum role role, enum entry entry);
/* Members that their user sets or reads: no workspace, no constants. */
bool is_users_member(const struct member *member);
bool is_array_member(const struct member *member);
bool is_input_member(const struct member *member);

#endif
