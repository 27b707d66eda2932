/* c_runner.h: what c_run.c (statements, calls) and c_evaluate.c (expressions) share. */
#ifndef GRADC_C_RUNNER_H
#define GRADC_C_RUNNER_H

#include "c_run.h"

struct slot {
    struct c_value value;
    bool is_written;
};

struct frame {
    struct slot *slots;
    const struct c_function *function;
    struct c_value result;
};

struct c_run {
    struct arena *arena;
    const struct c_program *program;
    struct c_memory memory;
    struct slot *globals;
    struct slot *stack; /* of all frames */
    size_t stack_count, stack_size;
    int64_t statements;
    uint64_t random;
    bool is_out_of_time;
};

/* ---- c_evaluate.c ---- */
struct c_value c_evaluate(struct c_run *run, struct frame *frame, const struct c_expression *a);
int64_t c_integer_value(struct c_run *run, struct frame *frame, const struct c_expression *a);
bool c_truth(struct c_run *run, struct frame *frame, const struct c_expression *a);
struct slot *c_slot_of(struct c_run *run, struct frame *frame, const struct c_variable *variable);
bool c_is_in_memory(const struct c_variable *variable);

/* ---- c_run.c ---- */
struct c_value c_call(struct c_run *run, struct frame *frame, const struct c_expression *a);

#endif
