/* c_run.h: runs a program of c_tree.h over the checked memory of c_memory.h, in double.
 *
 * Rounds of loops that are marked independent or parallel run in another order than they are counted. */
#ifndef GRADC_C_RUN_H
#define GRADC_C_RUN_H

#include "c_runtime.h"

struct c_run;

struct c_run *c_run_new(struct arena *arena, const struct c_program *program, uint64_t seed);
/* How many statements all calls may execute from now on. */
void c_run_limit(struct c_run *run, int64_t statements);
int64_t c_run_left(const struct c_run *run);
bool c_run_is_out_of_time(const struct c_run *run);
/* Calls a function from outside. False: a fault, and c_run_fault says which, with the line. */
bool c_run_call(struct c_run *run, const struct c_function *function, const struct c_value *arguments,
                struct c_value *result);
void c_run_set(struct c_run *run, size_t setting, size_t value);
const char *c_run_fault(const struct c_run *run);

/* A struct for the program, all its members unwritten; pointers are NULL. */
struct c_object *c_struct_new(struct arena *arena, const struct c_struct *structure, const char *name);
size_t c_field_number(const struct c_struct *structure, const char *name);

#endif
