/* validate_run.h: calls the entries of emitted C through its tree. */
#ifndef GRADC_VALIDATE_RUN_H
#define GRADC_VALIDATE_RUN_H

#include "c_run.h"
#include "validate_point.h"

struct caller;

/* For one function of the program; precision: of its reals. */
struct caller *caller_new(struct arena *arena, const struct c_program *program,
                          const struct function *function, int precision, uint64_t seed);
/* A new struct with the point's sizes and inputs; nothing else is written. */
void caller_begin(struct caller *caller, struct point *point);
/* Calls the entry at the point: with a fresh workspace, but after forward for backward. */
struct outcome *caller_call(struct caller *caller, struct point *point, enum entry entry);
struct c_run *caller_run(struct caller *caller);

#endif
