/* gates.h: a function's graph as gates, the way a lecturer counts them: a call of a function is one gate, and
 * so is each operator; broadcasts, marks and numbers beside an operand are none. */
#ifndef GRADC_GATES_H
#define GRADC_GATES_H

#include "graph.h"

/* A call that may be drawn as one gate. */
struct called {
    const struct call *call;
    size_t number;          /* among the calls */
    struct node *first;     /* of its values that are drawn, whichever is met first */
    struct node **operands; /* the arguments that its values depend on */
    size_t operands_count, operands_capacity;
    enum { CALL_UNKNOWN, CALL_CLOSED, CALL_OPEN } ends; /* OPEN: it reads more than its arguments */
};

struct gates {
    struct arena *arena;
    const struct function *function;
    bool opens_calls;        /* the insides of called functions instead of one gate each */
    unsigned char *is_drawn; /* by id of the node that a gate gives: whether an output needs it */
    struct called **call_of; /* by id: the outermost call that gives it, or NULL */
    struct giver **givers;   /* by id: the calls that give it, the outermost first */
    unsigned char *marks;    /* by id: for searches; 0 between them */
    const char **names;      /* by id: what the user calls it, or NULL */
    struct loop **carrying;  /* by id of a PLACEHOLDER: its loop */
    int *carried_place;      /* which of its carried values */
    struct loop **loop_of;   /* by id: the innermost loop that it stands in, or NULL */
    struct loop **outer;     /* by id of a LOOP: the loop around it */
    struct loop **loops;     /* all that are drawn as boxes, and their LOOP nodes */
    struct node **loop_nodes;
    size_t loops_count;
};

/* Requires the function as elaborated: with its calls, marks and rules. */
struct gates *gates_of(struct arena *arena, const struct function *function, bool opens_calls);

/* The value that a node stands for, past what is no gate. */
struct node *gate_value(const struct gates *gates, struct node *node);
/* Whether it is one element of an input, w[0], which is drawn as if it were an input itself. */
bool gate_is_element(const struct gates *gates, struct node *value);
/* An input, or an element of one, or what a loop carries. */
bool gate_is_source(const struct gates *gates, struct node *value);
/* What the gate that gives a value reads, in the order of the source. Returns their number. */
size_t gate_operands(const struct gates *gates, struct node *value, struct node ***operands);
/* `+`, `^2`, `softmax`; for inputs, carried values and numbers: NULL. */
const char *gate_label(const struct gates *gates, struct node *value);
/* A number, size or position: the text that stands for it; else NULL. */
const char *gate_literal(const struct gates *gates, struct node *value);
/* Whether it is drawn as a function: whatever stands for more than one operator. */
bool gate_is_call(const struct gates *gates, const struct node *value);

#endif
