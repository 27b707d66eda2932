/* graph.h: the tensor graph, values in single-assignment form over a small set of primitive operators.
 *
 * Nodes are hash-consed on construction, so equal subexpressions are one node; each constructor below also
 * does the local simplifications of its operator (x * 1 -> x, a view of a view is one view, constants fold).
 * Inputs come before their users in graph->nodes. The graph is closed under differentiation: the adjoint of a
 * graph is a graph of the same operators.
 *
 * Element-wise operators take operands of one shape: broadcasting is an explicit INDEX (graph_broadcast).
 * Constructors require valid shapes and axes (asserted); whoever builds from user input checks and reports
 * first. */
#ifndef GRADC_GRAPH_H
#define GRADC_GRAPH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "arena.h"
#include "diagnostics.h"
#include "size.h"

/* What the language lets a tensor have, and what there is for tensors that derivatives and loops need beside.
 * A program that needs more is given up (require_rank). */
enum { MOST_AXES = 16, MAXIMUM_RANK = 20 };

enum type { REAL, INT, BOOL };

enum op {
/* Element-wise operators, one row each in operators.def: OP_NEG, OP_ADD, ... */
#define ELEMENTWISE(NAME, ...) OP_##NAME,
#include "operators.def"
#undef ELEMENTWISE

    /* Leaves. All but PARAMETER and PLACEHOLDER are rank 0; broadcast them where a shape is needed. */
    OP_CONSTANT,    /* y = value                                    value */
    OP_PARAMETER,   /* an input of the exported function            name, any shape */
    OP_PLACEHOLDER, /* stands for a value to come: a seed of differentiation, a carried value; never shared */
    OP_SIZE_VALUE,  /* y = the number of a size or loop variable    extent */
    OP_IOTA,        /* y[i] = offset + sum_a coefficient_a i_a      subscripts[0]; any shape; INT or REAL */

    /* Structure. i runs over the shape of y (INDEX) or of x (SCATTER). */
    OP_INDEX,   /* y[i] = x[A i + b + k[i]]                     subscripts, one for each axis of x */
    OP_SCATTER, /* y = 0; y[A i + b + k[i]] += x[i]             subscripts, one for each axis of y */
    OP_REPLACE, /* y = x[0]; y[A i + b + k[i]] = x[1][i]     subscripts, one for each axis of y; i over x[1],
                   in row-major order; injective but for k */
    OP_RESHAPE, /* the same elements in row-major order; with an extent, a loop variable: x, read inside that
                   loop only */
    OP_SUM,
    OP_PRODUCT,
    OP_MAXIMUM,
    OP_MINIMUM,
    OP_ANY,
    OP_ALL, /* y = reduction of x over axes (ANY, ALL of BOOL) */
    OP_ARGMAX,
    OP_ARGMIN,   /* position of the first largest along one axis, INT */
    OP_CONTRACT, /* y[m] = sum_k a[m, k] b[m, k]                 a_axes, b_axes, reduced: see below */
    OP_CUMSUM,   /* y[i] = sum_{j <= i} x[j] along axis (j >= i if reverse) */

    /* Names and derivatives. They stand for their first input and vanish before scheduling. */
    OP_MARK,   /* y = x, a name that grad(..., name) can refer to; never shared */
    OP_STOP,   /* y = x with a zero gradient */
    OP_CUSTOM, /* y = x[0], the output `result` of `rule`, which gives the adjoints of its real arguments
                  x[1..] */

    /* Regions. */
    OP_LOOP,   /* rounds of a body; its values are RESULTs */
    OP_RESULT, /* value `result` of a LOOP */

    /* Factorisations, on the last two axes, mapped over leading ones. */
    OP_CHOLESKY,         /* y y' = x, y lower triangular (reads the lower triangle) */
    OP_SOLVE_TRIANGULAR, /* y = x[0]^-1 x[1] or x[0]'^-1 x[1]: flags lower, transposed, unit */
    OP_LU_SOLVE,         /* y = x[0]^-1 x[1], or x[0]'^-1 x[1] if transposed */
    OP_LOGABSDET,        /* log |det x| */
    OP_DET,              /* det x */
    OP_ROUTINE,          /* y = what routine `result` of routine.h makes of x */
    OPERATOR_COUNT
};

/* One axis of the tensor that INDEX reads or SCATTER writes: offset + sum_a coefficients[a] * i_a + k[i]. */
struct affine {
    size *offset;
    size **coefficients; /* one for each axis of the index space; NULL entries are 0 */
    int dynamic; /* 0: no k; d >= 1: k is the d-th dynamic input, an INT tensor over the index space. The
                    dynamics follow the data inputs: node->inputs[d] of INDEX and SCATTER, inputs[d + 1] of
                    REPLACE */
};

/* A custom derivative as found at one call. `arguments` and `outputs` are the nodes of that call; the
 * adjoints are written over these and the seeds (one PLACEHOLDER for each output). */
struct rule {
    int argument_count, output_count;
    struct node **arguments; /* MARKed copies of the actual arguments: what the outputs were computed from */
    struct node **outputs;   /* the CUSTOM nodes, one for each real output (NULL for int outputs) */
    struct node **seeds;
    struct node **adjoints; /* one for each argument; NULL where it is not real */
    const struct rule
        *original;    /* of a copy of the call: whose arguments, outputs and seeds the adjoints are over */
    const char *name; /* of the function, for people */
    bool is_tame;     /* its adjoints are finite wherever arguments and seeds are */
    bool is_radial;   /* of the gradient of a norm: adjoint_radial.c has its adjoints */
    const char *axis; /* `, axis = 0`, "" if it need not be said; NULL: it has none */
};

/* A loop for variable in [begin, end), while condition. Body nodes live in the same graph and refer to values
 * outside freely; what depends on `variable` or on a carried placeholder is inside. */
struct loop {
    size *variable; /* its loop variable atom */
    size *begin, *end;
    struct node *condition; /* BOOL scalar over carried values, or NULL */
    bool checkpoint;
    bool is_branch; /* at most one round, begin 0, end 1: an `if` statement */
    bool reverse; /* rounds run from end - 1 down to begin; collected entries still stand at variable - begin
                   */
    int carried_count, collected_count;
    struct node **carried; /* PLACEHOLDERs: the value at the start of a round */
    struct node **initial; /* values before the first round */
    struct node **next;    /* values at the end of a round */
    struct node *
        *collected;        /* per-round values; RESULT carried_count + j stacks them along a new first axis */
    struct region *region; /* what region.h knows of the body, found on first demand */
};

struct node {
    enum op op;
    enum type type;
    int id; /* index in graph->nodes */
    int rank;
    size **shape;
    int input_count;
    struct node **inputs;

    /* Attributes; those that an operator does not use are zero. */
    double value;              /* CONSTANT: of any type (INT: exact; BOOL: 0 or 1) */
    size *extent;              /* SIZE_VALUE; RESHAPE: the loop variable that it is tied to, or NULL */
    struct affine *subscripts; /* INDEX, SCATTER: one for each axis of source/target; IOTA: one */
    bool fill;                 /* INDEX: positions outside x read 0 instead of being forbidden */
    unsigned axes;             /* reductions: bit a set if axis a of x is reduced; CUMSUM, ARG*: one bit */
    signed char *a_axes,
        *b_axes;  /* CONTRACT: for each axis of a (b), its iteration axis: < rank of y an axis of
                     y, >= rank a reduced one. Each iteration axis stands in a or b; a reduced one in both. */
    int reduced;  /* CONTRACT: how many iteration axes are reduced */
    bool reverse; /* CUMSUM */
    bool lower, transposed, unit; /* SOLVE_TRIANGULAR, LU_SOLVE */
    int result;                   /* RESULT, CUSTOM; ROUTINE: which */
    struct rule *rule;            /* CUSTOM */
    struct loop *loop;            /* LOOP; for a RESULT, that of inputs[0] */

    const char *name; /* what the user, or the library, called it (d_ and name for adjoints); NULL: nothing */
    bool named_by_user; /* the name stands in the user's own text */
    bool is_judged;     /* an int that the program checks, or a copy of one */
    struct span origin; /* the user's statement that made it first; adjoints: that of their primal */
};

/* A call that elaboration has put the body of into the graph: what pictures draw as one gate. */
struct call {
    const char *name;
    bool is_library;
    struct node **arguments, **outputs;
    size_t arguments_count, arguments_capacity, outputs_count, outputs_capacity;
};

struct graph_slot {
    uint32_t hash;
    int number; /* of the node, from 1; 0: empty */
};

struct graph {
    struct arena *arena;   /* of the nodes */
    struct arena *lasting; /* of their names and shapes, which copies of the graph and members share */
    struct sizes *sizes;
    struct node **nodes;
    size_t nodes_count, nodes_capacity;
    struct graph_slot *table; /* hash table, open addressing */
    size_t table_count, table_size;
    struct span origin;             /* given to every node constructed from now on */
    struct loop_mentions *mentions; /* what region.c knows of loop variables */
    struct steepness *steepness;    /* what infinite_derivatives.c knows of derivatives */
    struct call **calls;            /* as elaborated, each behind those of its body; copies have none */
    size_t calls_count, calls_capacity;
    struct node **judged; /* copies of ints that the program checks, each behind what it is a copy of */
    size_t judged_count, judged_capacity;
    unsigned saving; /* of memory: bits of enum saving */
};

/* Ways of doing with less memory, whatever they cost. */
enum saving {
    SAVING_ROWS = 1,     /* blocks of matrix products have few rows */
    SAVING_ELEMENTS = 2, /* what backward can compute again, element by element, is not kept */
    SAVING_STATES = 4    /* loops keep some of their states only */
};

struct graph *graph_new(struct arena *arena, struct sizes *sizes);
/* One that can be freed, in an arena of its own within that. */
struct graph *graph_new_apart(struct arena *lasting, struct sizes *sizes);
void graph_free(struct graph *graph);

/* ---- Leaves ---- */
struct node *graph_constant(struct graph *graph, enum type type, double value);
struct node *graph_parameter(struct graph *graph, enum type type, const char *name, int rank,
                             size *const *shape);
struct node *graph_placeholder(struct graph *graph, enum type type, const char *name, int rank,
                               size *const *shape);
struct node *graph_size(struct graph *graph, enum type type, size *extent);
/* y[i] = offset + i_axis * step; for several axes use graph_iota_affine. */
struct node *graph_iota(struct graph *graph, enum type type, int rank, size *const *shape, int axis);
struct node *graph_iota_affine(struct graph *graph, enum type type, int rank, size *const *shape,
                               const struct affine *affine);

/* ---- Element-wise: all operands of one shape; the type follows from the row ---- */
struct node *graph_unary(struct graph *graph, enum op op, struct node *a);
struct node *graph_binary(struct graph *graph, enum op op, struct node *a, struct node *b);
struct node *graph_select(struct graph *graph, struct node *condition, struct node *a, struct node *b);
struct node *graph_elementwise(struct graph *graph, enum op op, struct node *const *operands);

/* ---- Structure ---- */
/* subscripts: one for each axis of x, coefficients over the axes of `shape`; dynamics: the INT tensors (of
 * shape `shape`) that the subscripts' `dynamic` fields count from 1. Composes with an x that is itself a
 * static INDEX. */
struct node *graph_index(struct graph *graph, struct node *x, int rank, size *const *shape,
                         const struct affine *subscripts, struct node *const *dynamics, int dynamic_count,
                         bool fill);
/* x [its shape is the index space] accumulated into zeros of `shape`; subscripts: one for each axis of
 * `shape`. */
struct node *graph_scatter(struct graph *graph, struct node *x, int rank, size *const *shape,
                           const struct affine *subscripts, struct node *const *dynamics, int dynamic_count);
/* x with part written over the places that the subscripts give: of equal places, which only dynamics may
 * give, the last element in row-major order stays. Adjoints: of x the REPLACE of the adjoint by zeros there,
 * of part the INDEX of the adjoint, of those that stay. */
struct node *graph_replace(struct graph *graph, struct node *x, struct node *part,
                           const struct affine *subscripts, struct node *const *dynamics, int dynamic_count);
/* Whether two of INDEX, SCATTER and REPLACE read or write parts of one shape at the same places. */
bool graph_same_places(const struct node *a, const struct node *b);
struct node *graph_reshape(struct graph *graph, struct node *x, int rank, size *const *shape);
/* x as it is read in the loop of the variable: what is computed from it counts as inside, although x is not.
 * So the body of a branch is computed only if the branch is taken. */
struct node *graph_tie(struct graph *graph, struct node *x, size *variable);
/* Turns what has been tied so into a PLACEHOLDER, and what has been tied of its elements into what is read of
 * that: the branch of the variable is to carry it. NULL: nothing has been tied so. */
struct node *graph_tied_placeholder(struct graph *graph, struct node *x, size *variable);
const struct node *graph_untied(const struct node *x); /* what is read so */
struct node *graph_reduce(struct graph *graph, enum op op, struct node *x, unsigned axes);
/* The sum over the axes of an x that is 0 but where int values choose places, as a scatter or gather of what
 * they choose (graph_chosen.c); NULL: x is none. */
struct node *graph_sum_of_chosen(struct graph *graph, struct node *x, unsigned axes);
struct node *graph_arg(struct graph *graph, enum op op, struct node *x, int axis);
struct node *graph_contract(struct graph *graph, struct node *a, struct node *b, const signed char *a_axes,
                            const signed char *b_axes, int rank, int reduced);
struct node *graph_cumsum(struct graph *graph, struct node *x, int axis, bool reverse);

/* The axes along which the node plainly does not vary: those that its subscripts leave out. Axes of length 1
 * too. */
unsigned node_invariance(const struct node *node);
/* x at 0 along the axes, without them. */
struct node *graph_restrict(struct graph *graph, struct node *x, unsigned axes);

/* Convenience, all written with the above. */
struct node *graph_broadcast(struct graph *graph, struct node *x, int rank,
                             size *const *shape); /* NumPy's rule */
/* y[i] = x with axes reordered: axis a of y is axis order[a] of x. */
struct node *graph_transpose(struct graph *graph, struct node *x, const int *order);
/* y axis a is x axis a from begin in steps of step (whole number, may be negative), extent elements. */
struct node *graph_slice(struct graph *graph, struct node *x, int axis, size *begin, size *extent,
                         int64_t step);
struct node *graph_insert_axis(struct graph *graph, struct node *x, int axis); /* of length 1 */
struct node *graph_drop_axis(struct graph *graph, struct node *x, int axis, size *at);
struct node *graph_zeros_like(struct graph *graph, const struct node *x);

/* ---- Names and derivatives ---- */
struct node *graph_mark(struct graph *graph, struct node *x, const char *name);
struct node *graph_stop(struct graph *graph, struct node *x);
struct node *graph_custom(struct graph *graph, struct node *value, struct rule *rule, int result);

/* ---- Regions and factorisations ---- */
struct node *graph_loop(struct graph *graph, struct loop *loop);
struct node *graph_result(struct graph *graph, struct node *loop, int result);
struct node *graph_cholesky(struct graph *graph, struct node *x);
/* How a triangular matrix is taken: its lower part or its upper one, transposed, with ones on the diagonal.
 */
struct triangular {
    bool lower, transposed, unit;
};
struct node *graph_solve_triangular(struct graph *graph, struct node *l, struct node *b,
                                    struct triangular form);
struct node *graph_lu_solve(struct graph *graph, struct node *a, struct node *b, bool transposed);
struct node *graph_determinant(struct graph *graph, enum op op, struct node *x);

/* ---- Whole-graph operations ---- */
/* The same operator over other inputs (same shapes and types); goes through the constructors, so it
 * simplifies. Not for leaves and LOOPs. */
struct node *graph_rebuild(struct graph *graph, const struct node *node, struct node *const *inputs);
/* roots[i] with each from[j] replaced by to[j]; all at once. Nodes that depend on no from[j] are kept as they
 * are. */
void graph_substitute(struct graph *graph, struct node *const *from, struct node *const *to, size_t count,
                      struct node **roots, size_t root_count);
/* The constant that a node is in every element (looking through broadcasts), if it is one. */
bool graph_is_constant(const struct node *node, double *value);
bool graph_is_zero(const struct node *node);
bool graph_same_shape(const struct node *a, const struct node *b);
/* Of an INDEX: whether the axis moves any of its subscripts. */
bool graph_varies_along(const struct node *view, int axis);
/* Whether b holds wherever a does, as far as their conjunctions and disjunctions show. */
bool graph_implies(const struct node *a, const struct node *b);
/* Of a SCATTER or REPLACE: that surely no two elements go to one place. */
bool graph_is_injective(const struct node *node);
/* The axes of the elements along which the dynamics of a REPLACE or SCATTER vary, and nothing else of their
 * place: elements that differ in these alone may go to one place. */
unsigned graph_meeting_axes(const struct node *node);
/* Those along which an INT tensor is not known to stay the same. */
unsigned graph_varying_axes(const struct node *k);
/* Of an injective SCATTER: that each place gets an element. */
/* Whether the axes of x that move the subscript lead it to no place twice, surely. */
bool graph_is_apart(const struct affine *affine, const struct node *x);
/* Whether the elements of x lead the subscript to places in a row, each once; of length 1 and NULL `places`
 * if no axis moves it. Sets the axes that do, and how many places there are. */
bool graph_is_dense(const struct affine *affine, const struct node *x, unsigned *moved, size **places);
bool graph_is_onto(const struct node *node);
/* Aborts with a message if a node breaks an invariant stated above; for debug builds and tests. */
void graph_verify(const struct graph *graph);

/* ---- Operators ---- */

/* How tightly what is written in the language binds, the tightest first. */
enum level {
    LEVEL_PRIMARY,
    LEVEL_POWER,
    LEVEL_NEGATIVE,
    LEVEL_PRODUCT,
    LEVEL_SUM,
    LEVEL_COMPARISON,
    LEVEL_NOT,
    LEVEL_AND,
    LEVEL_OR,
    LEVEL_CHOICE
};
enum value_type { OF_LAST_OPERAND, ALWAYS_REAL, ALWAYS_INT, ALWAYS_BOOL };
/* What makes vectors of the operator in a loop. */
enum vectors {
    VECTORS_UNLESS_CALL, /* compilers, if its C calls no function */
    VECTORS_OF_COMPILER, /* compilers, whatever its C is */
    VECTORS_OF_REALS,    /* compilers, of REAL values */
    VECTORS_OF_RUNTIME,  /* the runtime, which has a form of the function for loops, gradc_NAME */
    NO_VECTORS
};

/* The columns of operators.def; of operators that are not element-wise name, cost and document alone. */
struct operator_info {
    const char *name;       /* "tanh" */
    int arity;              /* element-wise: number of operands; else 0 */
    const char *derivative; /* element-wise: assigns the adjoints d_a, d_b, d_c of the operands in gradc's own
                               language over a, b, c, y, d_y; what is not assigned has none; NULL: no
                               derivative at all (0) */
    const char *c_text; /* element-wise: C for the value, $a $b $c operands, @ the suffix f of float32, $t the
                           real type; of REAL operands: see operator_c_text */
    int precedence;     /* of c_text's outermost operator, for parentheses: 0 for a call or primary */
    int cost;           /* roughly, in additions */
    double low, high;   /* domain for sampled tests */
    const char *document; /* one line */
    const char *sign;     /* infix in the language; NULL: none */
    enum level level;     /* of the sign */
    bool is_hidden;       /* no function of its name in the language */
    bool commutes;        /* a op b is b op a */
    enum value_type result;
    bool is_bounded; /* the derivative is finite wherever the operands are */
    enum vectors vectors;
    bool has_near_form; /* of what runs in vectors: for near arguments */
};
const struct operator_info *operator_info(enum op op);
bool operator_is_elementwise(enum op op);
/* The runtime has a form of the function for loops. */
bool operator_vectorises(enum op op);
/* Of a node, as it is printed: compilers or the runtime have a form of it in vectors. Of what is not
 * element-wise true. */
bool operator_has_vectors(const struct node *node);
/* An expensive function without one: loops call it element by element. */
bool operator_stays_call(const struct node *node);
/* Of an element-wise node, in additions: small powers are multiplications. */
int operator_cost(const struct node *node);
/* The C of an element-wise node: c_text, or a better one for its operands: INT arithmetic that wraps without
 * undefined behaviour, max and min where one operand is a constant. */
const char *operator_c_text(const struct node *node, int *precedence);
/* The value of an element-wise operator on operands of a type (of `b` for SELECT); INT wraps at 32 bits. */
double operator_value(enum op op, enum type type, const double *operands);
/* The type of the value, given that of the operands (of `b` for SELECT). */
enum type operator_type(enum op op, enum type type);

/* ---- Exported functions ---- */

enum role {
    ROLE_SIZE,
    ROLE_INPUT,
    ROLE_INOUT,
    ROLE_OUTPUT,
    ROLE_OUTPUT_GRADIENT,
    ROLE_GRADIENT,
    ROLE_JACOBIAN,
    ROLE_HESSIAN,
    ROLE_JACOBIAN_VALUES,
    ROLE_HESSIAN_VALUES,
    ROLE_TANGENT,
    ROLE_OUTPUT_TANGENT,
    ROLE_DIRECTION,
    ROLE_HVP,
    ROLE_OBJECTIVE, /* of nlp(f, g), which has entries for each of its members */
    ROLE_CONSTRAINTS,
    ROLE_OBJECTIVE_GRADIENT,
    ROLE_CONSTRAINTS_JACOBIAN,
    ROLE_LAGRANGIAN_HESSIAN,
    ROLE_WORKSPACE,
    ROLE_PREPARED,       /* what `prepare` computes of the given inputs, in one block */
    ROLE_TABLE,          /* no member of the struct: constants of the emitted file, behind all members */
    ROLE_PREPARED_VALUE, /* nor this: one value in that block (prepare.c), last of all */
};

enum entry {
    ENTRY_FORWARD,
    ENTRY_BACKWARD,
    ENTRY_GRADIENT,
    ENTRY_JACOBIAN,
    ENTRY_HESSIAN,
    ENTRY_SPARSE_JACOBIAN,
    ENTRY_SPARSE_HESSIAN,
    ENTRY_JVP,
    ENTRY_HVP,
    ENTRY_OBJECTIVE,
    ENTRY_OBJECTIVE_GRADIENT,
    ENTRY_CONSTRAINTS,
    ENTRY_CONSTRAINTS_JACOBIAN,
    ENTRY_LAGRANGIAN_HESSIAN,
    ENTRY_PREPARE,
    ENTRY_COUNT
};
const char *entry_name(enum entry entry); /* as the name of its C function ends */

/* One member of the emitted struct, in the struct's order. */
struct member {
    const char *name;
    enum role role;
    enum type type;
    int rank;
    size **shape;
    bool pointer;   /* a scalar passed by pointer (output gradients) */
    const char *of; /* derivative members: the output, or the parameter for a gradient */
    const char *wrt[2];
    struct node
        *leaf; /* what reads it: PARAMETER of an input or inout, PLACEHOLDER of a seed, tangent, direction */
    struct node *value; /* what is stored in it: outputs, gradients, ...; for inout the new value */
    size *extent;       /* ROLE_SIZE: its atom */
    const struct pattern
        *pattern;             /* ROLE_JACOBIAN_VALUES, ROLE_HESSIAN_VALUES: which elements the values are */
    const int32_t *table;     /* ROLE_TABLE: its elements */
    bool is_multiplier;       /* sigma and lambda of nlp(f, g) */
    bool is_given;            /* after `given`: an input that is known to `prepare` */
    const char *default_text; /* of a parameter that has a default, as it was written */
    struct span span;         /* where it was declared */
};

/* Between sizes, checked on entry: GRADC_ESIZE if it fails. */
struct condition {
    enum { CONDITION_NONNEGATIVE, CONDITION_WHOLE, CONDITION_ZERO } kind; /* a >= 0; a is whole; a == 0 */
    size *a;
    struct span span; /* what made it, for the comment */
};

/* What every element of a value must be, or the entry fails, before anything is read or written through it.
 */
struct value_check {
    enum check_kind {
        CHECK_RANGE, /* k in [low, high), of INT: GRADC_EINDEX */
        CHECK_FITS,  /* k, of REAL, is no NaN and fits 32 bits when truncated: GRADC_EINDEX */
        CHECK_TRUTH  /* k, of BOOL, holds: GRADC_EREQUIRE */
    } kind;
    struct node *k;
    size *low, *high;
    struct span span;
    int number;    /* of the program's check that this is: copies of a loop have it too */
    bool is_given; /* k is known to `prepare`, which makes the check */
    enum whose { PART_ALL, PART_OBJECTIVE, PART_CONSTRAINTS } part; /* of nlp(f, g): whose check it is */
    bool is_copy; /* k stands in a derivative: made where what k is a copy of is not */
};

/* Whether the other check is the same, which makes it superfluous; of nlp(f, g) it may be that of both. */
bool value_check_joins(struct value_check *check, const struct value_check *other);

/* A size of its own that C computes from others. */
struct computed_size {
    size *value;
    enum computation {
        BLOCK_ROWS,   /* gradc_block(extent, width): the rows of the blocks into which a loop cuts an axis */
        FEW_ROWS,     /* gradc_few(extent, width): likewise, where rows are large */
        LOOP_CHUNKS,  /* gradc_chunks(extent, work, added): of a loop that threads share */
        CHUNK_COPIES, /* gradc_copies(chunks): how many of these need room for what is private to a round */
        ROOT_ROUNDS   /* gradc_root(rounds): those between two kept states of a checkpointed loop */
    } computation;
    size *arguments[3];
    int argument_count;
};

struct function {
    const char *name; /* with the prefix */
    struct graph *graph;
    struct member *members;
    size_t members_count, members_capacity;
    struct condition *conditions;
    size_t conditions_count, conditions_capacity;
    struct value_check *checks;
    size_t checks_count, checks_capacity;
    const char **requires; /* the texts of what the program requires */
    size_t requires_count, requires_capacity;
    bool entries[ENTRY_COUNT]; /* which are wanted */
    /* By node: an operand that is stored as a matrix before a product reads it, as soon as the node here is
     * there: the other operand or its own source; NULL: none. The whole NULL: none has been looked for. */
    struct node **packed_for;
    struct computed_size *computed; /* each before those that are computed from it */
    size_t computed_count, computed_capacity;
    struct function
        *defaults;    /* the members that have one, each with its default for value; NULL: there are none */
    struct span span; /* of its definition's header */
};

/* A whole compilation, ready for the passes after elaboration. */
struct module {
    struct arena *arena;
    const struct source *source; /* the main file */
    int precision;               /* 32 or 64 */
    const char *prefix;          /* "" or --prefix */
    struct function **functions; /* in the order of export */
    size_t functions_count, functions_capacity;
};

#endif
