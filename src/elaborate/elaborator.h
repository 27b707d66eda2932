/* elaborator.h: what the files of the elaborator (elaborate*.c) share. Nobody else includes it. */
#ifndef GRADC_ELABORATOR_H
#define GRADC_ELABORATOR_H

#include "elaborate.h"
#include "map.h"

/* ---- Values ---- */

enum value_kind {
    VALUE_ERROR,    /* something was wrong and has been reported */
    VALUE_NODE,     /* a tensor: node */
    VALUE_NUMBER,   /* a number known when compiling, a polynomial in sizes: real, int or size as its place
                       needs it */
    VALUE_LIST,     /* [a, b, c]: a list of sizes or axes, or a tensor once it is used as one */
    VALUE_FUNCTION, /* a function passed by name */
    VALUE_GROUP,    /* a group's members */
    VALUE_NONE      /* the default of axis: all axes */
};

struct value {
    enum value_kind kind;
    struct node *node; /* tensor; number: NULL, or its node, if a derivative by a name goes through that */
    size *number;
    bool divided;        /* the number came from `/`, so it is real where it is no size */
    bool indexed;        /* one scalar for each point of the index space: the node's axes are indices
                            (elaborate_index.c) */
    struct value *items; /* list; group: one for each member */
    int count;
    struct callee *callee;
    const struct definition *group;
    struct unit *group_unit; /* where the group's member types are resolved */
};

/* A function of a file, or one built into the compiler. */
struct callee {
    const struct definition *definition; /* or NULL */
    struct unit *unit;                   /* of the definition */
    const struct builtin *builtin;       /* or NULL */
    const char *name;
    const struct closure *closure; /* of a function defined in a body: what it sees there */
};

/* The functions defined in a body so far, the latest first. */
struct local_function {
    struct callee callee;
    const struct local_function *outer;
};

/* A name that has a value. */
struct binding {
    const char *name;
    struct value value;
    struct span span; /* where it was declared or last assigned */
    int depth;        /* of the block in which it was assigned; 0: in none */
    bool is_parameter;
    bool is_result;      /* a loop or branch has given it this value, at its end */
    struct node **marks; /* every MARK that the name has stood for, the latest last */
    size_t marks_count, marks_capacity;
};

/* ---- Files, calls, loops ---- */

/* A loop or branch whose body is being evaluated. */
struct block {
    struct map finished; /* like a frame's, of the calls in this block */
    bool is_branch;
    bool is_guard;              /* of the rounds of a loop that has fewer in some rounds of loops around it */
    const char *variable_name;  /* of a loop */
    const struct map *assigned; /* the names that the body assigns, or the other side of an `if` */
    size *variable;             /* of a branch: what its values are tied to */
    int depth;                  /* of nesting within the call, from 1 */
    struct block *outer;        /* within the same call */
    struct node *met;           /* what it requires, or NULL */
    struct collected {          /* `hs[t] = …`: one value a round, stacked when the loop is left */
        const char *name;
        struct node *value;
        int depth; /* how many more loops stack it */
        struct span span;
    } * collected;
    size_t collected_count, collected_capacity;
    struct derivative_check { /* grad(y, x) in this block: y must not reach an outer x through earlier rounds
                               */
        struct node *y, *x;
        const char *name;
        struct span span;
    } * derivatives;
    size_t derivatives_count, derivatives_capacity;
};

struct unit {
    const struct file *file;
    struct map functions; /* name -> const struct definition * */
    struct map rules, groups;
    struct map dims;                                /* name -> size * */
    struct map imported_functions, imported_groups; /* what names have been found to mean in the imports */
    struct unit **imports;
    size_t imports_count, imports_capacity;
    bool is_library, is_main;
    bool loading; /* its imports are being read: meeting it again is a cycle */
};

/* The indices in force, the innermost last: the axes of every indexed value. What is summed over comes last,
 * so that rows are summed and batches stand first, as in the text. */
struct index_space {
    struct space_axis {
        const char *name;
        struct span span;
        size *atom; /* a loop variable over [0, extent) */
        size *extent;
        size *end;    /* of a range that contains earlier indices or variables of loops; else NULL */
        size *within; /* a loop variable over that range, in terms of those of earlier indices; else atom */
        const struct frame *frame; /* where the name is known */
    } axes[MAXIMUM_RANK];
    int count;
};

/* One call under evaluation. */
struct frame {
    struct unit *unit;
    const struct definition *definition;
    struct map bindings;      /* name -> struct binding * */
    struct map sizes;         /* size names of the signature -> size * */
    struct map locals;        /* names that a loop or branch left without a value -> struct binding * */
    struct map unknown;       /* names without a value that have been told of */
    const struct map *marked; /* names that some grad, jvp or jacobian of the body refers to */
    struct frame *caller, *outermost;
    struct frame *same;           /* the innermost other call of this definition under way */
    struct map finished;          /* what its body called -> struct finished * (elaborate_call.c) */
    struct span call;             /* where it was called */
    const void **functions;       /* the function that each argument is; NULL for a value */
    const struct span *arguments; /* where the caller wrote what each parameter gets; NULL: no call */
    const struct local_function *functions_here; /* defined in the body and in force */
    const struct closure *closure;               /* of the function called, if it is a local one */
    bool is_export;
    struct block *block; /* the loop or branch being evaluated, innermost first (elaborate_loop.c) */
    bool has_update;
    bool return_misplaced; /* one in a loop or branch has been told of */
    /* Outputs, filled by `return`. */
    bool returned;
    struct value *outputs;
    const char **output_names;
    struct span *output_spans;
    size_t output_count;
};

/* Whether all that is required in the loop or branch being evaluated holds. */
struct met {
    struct node *node; /* BOOL; NULL: nothing is required */
    bool is_inside;    /* of a loop or branch, whatever call it is in */
};

struct elaborator {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct derivatives *derivatives;
    const struct elaborate_options *options;
    struct sizes *sizes;
    int precision;                       /* of real values, in bits */
    struct graph *graph;                 /* of the function being exported */
    struct function *function;           /* being exported */
    struct frame *frame;                 /* innermost call */
    const struct frame *subscript_frame; /* the call in which a subscript is being evaluated */
    struct unit *prelude;
    bool lacks_functions, is_torn; /* what a file lacks for errors in its syntax (ast.h) */
    struct map files;              /* every file that has been read -> struct unit * */
    struct unit **units;           /* the same, imported first-come */
    size_t units_count, units_capacity;
    struct index_space space;
    struct inference *inference; /* the ranges found for the index notation being evaluated */
    struct met met;
    struct map marked_names;        /* cache for frame->marked, by definition name and address */
    struct map evaluated;           /* the definitions met so far, by address */
    struct map under_way;           /* definitions, by address -> struct frame **, the innermost call */
    const struct graph *called_for; /* the graph that the calls have been counted for */
    size_t calls_count;
    size_t compared_count; /* of names (may_suggest) */
    bool
        shares_parameters; /* with what has been exported into the same function: those of one name are one */
    bool not_exportable;   /* the function needed a parameter to be known when compiling */
    bool quiet_export;     /* exported without being asked: if not_exportable, leave it out silently */
    struct span static_need; /* where */
    size_t requests_capacity;
};

/* ---- elaborate_expression.c ---- */
struct value evaluate(struct elaborator *e, const struct expression *expression);
/* A value tied to a branch: what is computed from it counts as inside. */
struct value tied_value(struct elaborator *e, struct value value, size *variable, bool only_arrays);
const struct block *innermost_branch(const struct elaborator *e); /* being evaluated, or NULL */
/* A node made of numbers alone, of which checks depend, tied to the innermost branch that is being evaluated.
 */
struct node *in_branch(struct elaborator *e, struct node *node);
/* The value that reading the name gives here: within a branch, one that is tied to it. */
struct value binding_value(struct elaborator *e, const struct binding *binding);

/* ---- elaborate_value.c ---- */
struct value value_error(void);
struct value value_node(struct node *node);
struct value value_number(size *number);
struct value value_whole(struct elaborator *e, int64_t number);
bool value_is_tensor(const struct value *value); /* a node, or what becomes one */
bool value_is_int(const struct value *value);    /* a node of ints */
/* The value as a node of its natural type (numbers: REAL); NULL after reporting at `at` if it is none. */
struct node *as_node(struct elaborator *e, struct value value, struct span at);
struct node *as_real(struct elaborator *e, struct value value, struct span at);
struct node *as_int(struct elaborator *e, struct value value, struct span at);
/* A whole number beside an int is one, as in `k = 0` for a k that holds an int; any other value as it is. */
struct value as_int_like(struct elaborator *e, const struct value *like, struct value value, struct span at);
struct node *as_bool(struct elaborator *e, struct value value, struct span at, const char *what);
/* A whole number known when compiling (a size may be symbolic); NULL / false after reporting. */
size *as_size(struct elaborator *e, struct value value, struct span at, const char *what);
extern const char *const a_bound;     /* `what` of a bound in one */
extern const char *const a_subscript; /* `what` of a subscript, which may be an int, too */
bool as_whole(struct elaborator *e, struct value value, struct span at, const char *what, int64_t *number);
bool as_truth(struct elaborator *e, struct value value, struct span at, const char *what, bool *truth);
/* An axis number, negative counting from the end, in [0, rank). */
bool as_axis(struct elaborator *e, struct value value, struct span at, int rank, int *axis);
struct node *constant_real(struct elaborator *e, double value);
/* Broadcasts all to their common shape; false after reporting a mismatch between operands. */
bool broadcast_together(struct elaborator *e, struct node **nodes, const struct span *spans, int count,
                        struct span point, const char *what);

/* ---- elaborate_operator.c ---- */
struct node *matrix_product(struct elaborator *e, struct node *a, struct node *b, struct span left,
                            struct span point, struct span right);
struct value binary(struct elaborator *e, enum syntax_operator op, struct value a, struct value b,
                    struct span left, struct span point, struct span right);
struct value negate_value(struct elaborator *e, struct value a, struct span at);
struct value transpose_value(struct elaborator *e, struct value a, struct span at);

/* ---- elaborate_record.c ---- */
void record_call(struct elaborator *e, const struct frame *frame, const struct value *arguments, int count);

/* ---- elaborate_logistic.c ---- */
/* True if a / b is written out what the logistic function is; then that, in *quotient. */
bool logistic_quotient(struct elaborator *e, struct node *a, struct node *b, bool indexed, struct span left,
                       struct span point, struct span right, struct value *quotient);
/* The same of the logarithm, or log1p, of x and the logistic function's integral, softplus. */
bool logistic_integral(struct elaborator *e, enum op op, struct node *x, bool indexed, struct span at,
                       struct value *integral);

/* ---- elaborate_shape.c ---- */
/* x with zeros (false, for truth values) before and after it along an axis. */
struct node *pad_with_zeros(struct elaborator *e, struct node *x, int axis, size *before, size *after);

/* ---- elaborate_index.c: index notation ---- */
/* Whether a subscript contains an index in force: it then names all axes and yields a scalar at each index.
 */
bool subscript_uses_index(struct elaborator *e, const struct expression *expression);
struct value evaluate_indexed(struct elaborator *e, const struct expression *expression);
void fail_further_subscript(struct elaborator *e, struct span at);
/* The value with an axis for every index in force: one from outside a reduction lacks those that it brings.
 */
struct value in_space(struct elaborator *e, struct value value);
/* An indexed value: `indexed`, or a number that contains an index. */
bool is_indexed(const struct elaborator *e, const struct value *value);
/* A number that contains indices as a tensor over the index space. */
struct node *index_number(struct elaborator *e, size *number, enum type type);
/* The space's axis that a name stands for in the present frame, or NULL. */
const struct space_axis *find_index(const struct elaborator *e, const char *name);
/* False after reporting that a whole tensor stands among indexed values. */
bool indexed_operands(struct elaborator *e, const struct value *values, const struct span *spans, int count);
/* Whether an assignment's subscripts hold fresh indices, so that it defines a whole tensor. */
bool defines_by_index(struct elaborator *e, const struct target *target);
void define_by_index(struct elaborator *e, const struct statement *statement);
/* The tensor that `x` defines over fresh indices, in their order on the left. */
struct value evaluate_by_index(struct elaborator *e, const struct subscript *fresh,
                               const struct expression *x);

/* ---- elaborate_index_reduce.c ---- */
struct value evaluate_reduce(struct elaborator *e, const struct expression *expression);

/* ---- elaborate_block.c: names of loops and branches ---- */
/* Notes where a name without a value has one: in a loop or branch that is left, or collected by the present
 * loop. */
bool note_local(struct elaborator *e, const char *name);

/* ---- elaborate_loop.c, elaborate_branch.c ---- */
void execute_for(struct elaborator *e, const struct statement *statement);
void execute_if(struct elaborator *e, const struct statement *statement);
bool is_loop_variable(const struct elaborator *e, const char *name, const struct value *value);

/* ---- elaborate_collect.c ---- */
/* `hs[t] = e` for an hs without a value: whether an assignment collects, and its doing so. */
bool collects(struct elaborator *e, const struct target *target);
void collect(struct elaborator *e, const struct statement *statement);

/* ---- elaborate_require.c ---- */
void execute_require(struct elaborator *e, const struct statement *statement);
/* Begins a loop or branch, and ends it: what is required in it, or NULL. */
struct met enter_requirements(struct elaborator *e);
struct node *leave_requirements(struct elaborator *e, struct met outer);
/* All of the truth value must hold. */
void require_met(struct elaborator *e, struct node *truth, struct span at);

/* ---- elaborate_subscript.c ---- */
struct value evaluate_subscript(struct elaborator *e, const struct expression *expression);
struct value subscript_group(struct elaborator *e, const struct expression *expression, struct value group);
/* `G[s] = e`: the new value of G. */
struct value replace_part(struct elaborator *e, struct node *whole, const struct target *target,
                          struct value part, struct span value_span);

/* ---- elaborate_call.c ---- */
struct value evaluate_call(struct elaborator *e, const struct expression *expression);
/* A call of `callee` whatever the name in `call` says: one output, or an error. */
struct value call_function(struct elaborator *e, struct callee *callee, const struct expression *call);
/* A function of the library by name, even where the user's file hides it. */
struct callee *find_library_function(struct elaborator *e, const char *name);
/* An argument: the value of an expression, or the function that a name without a value stands for. */
struct value evaluate_argument(struct elaborator *e, const struct expression *expression);
/* All outputs of a call, for `a, b = g(x)`; false after reporting. A value that is no call is one output. */
bool evaluate_outputs(struct elaborator *e, const struct expression *expression, struct value **outputs,
                      size_t *count);
struct callee *find_function(struct elaborator *e, const char *name);
struct frame *new_frame(struct elaborator *e, struct unit *unit, const struct definition *definition,
                        struct span call);

/* ---- elaborate_group.c ---- */
/* By name, in the unit or its imports; `home` is where it was found. NULL: there is none. */
const struct definition *find_group(struct elaborator *e, struct unit *unit, const char *name,
                                    struct unit **home);
/* Reports groups that contain themselves, nest too deeply or have too many members; false if there are any,
 * and then no parameter may be declared. */
bool check_groups(struct elaborator *e);

/* ---- elaborate_local.c: functions defined in a body ---- */
void define_local(struct elaborator *e, const struct definition *definition);
struct callee *find_local(struct elaborator *e, const char *name);
/* What a local function sees becomes known in the frame of its call, before the caller's frame is left. */
void enter_closure(struct elaborator *e, struct frame *frame, const struct closure *closure);

/* ---- elaborate_type.c: parameters and their types ---- */
int axis_count(const struct type_syntax *type);
/* Within the callee's frame: checks a value against the parameter's type and binds size names on first sight.
 * Axes that are arithmetic wait for type_check_arithmetic, when all names are known. */
bool type_check(struct elaborator *e, const struct parameter *parameter, struct value *value, struct span at);
bool type_check_arithmetic(struct elaborator *e, const struct parameter *parameter, const struct value *value,
                           struct span at);
/* The inputs of an exported function: new size names, members and PARAMETER nodes, bound in the frame. */
bool declare_parameters(struct elaborator *e, const struct definition *definition);

/* ---- elaborate.c ---- */
/* The body of an exported function; one with a rule is differentiated by the rule. */
void execute_export(struct elaborator *e, const struct definition *definition);

/* ---- elaborate_request.c: what an export asks for ---- */
/* All that `export` (NULL: none is written) asks of the function. */
void request_derivatives(struct elaborator *e, struct export_request *request,
                         const struct definition *export, const struct definition *definition);
void request_listed(struct elaborator *e, struct export_request *request, const struct definition *export,
                    const struct definition *definition);
void request_given(struct elaborator *e, struct export_request *request, const struct definition *export,
                   const struct definition *definition);

/* ---- elaborate_nlp.c ---- */
/* NULL after reporting what is wrong. */
struct export_request *export_nlp(struct elaborator *e, struct unit *unit, const struct definition *export);

/* ---- elaborate_default.c ---- */
/* The defaults of the parameters that have been declared become e->function->defaults, if there are any. */
bool declare_defaults(struct elaborator *e, const struct definition *definition);

/* ---- elaborate_statement.c ---- */
/* What is computed next comes from there, if that is no line of the library. */
void come_from(struct elaborator *e, struct span span);
void execute(struct elaborator *e, const struct statement *statements);
void bind(struct elaborator *e, const char *name, struct value value, struct span span, bool is_parameter);
/* What the name stands for behind a loop or branch that assigns it. */
void bind_result(struct elaborator *e, const char *name, struct value value, struct span span);
struct binding *find_binding(struct elaborator *e, const char *name);
void execute_body(struct elaborator *e, const struct definition *definition);
/* The names that a definition's body differentiates with respect to. */
const struct map *marked_names(struct elaborator *e, const struct definition *definition);

/* ---- elaborate_unused.c ---- */
/* Reports unknown names in the functions of a file that were never evaluated. */
void check_unused(struct elaborator *e, struct unit *unit);
/* True after reporting that functions of the file call each other in a circle. */
bool check_recursion(struct elaborator *e, struct unit *unit);
void collect_used_names(struct elaborator *e, const struct definition *definition, struct map *names);
/* What a definition calls, and which other names stand in its expressions. */
void collect_used_definition(struct elaborator *e, struct map *calls, struct map *names,
                             const struct definition *definition);

/* ---- elaborate_warn.c: what is legal and nearly always a mistake ---- */
/* Where a value is computed that nothing reads, in the functions of a file. */
void warn_unused_values(struct elaborator *e, const struct unit *unit);
/* Inputs of an exported function that it does not read. */
void warn_unused_inputs(struct elaborator *e, const struct definition *definition);
void warn_operands(struct elaborator *e, const struct expression *product, const struct value *left,
                   const struct value *right);
void warn_hidden_size(struct elaborator *e, const char *name, struct span span);
/* That a file which the main one imports defines the name of what has been found in another, too: a function,
 * or a group. */
void warn_second_import(struct elaborator *e, const struct unit *unit, const struct definition *found);

/* ---- elaborate_observe.c ---- */
/* The value of what stands at the place, for the observer. */
void observe(struct elaborator *e, struct span place, const struct value *value);

/* ---- elaborate_builtin.c ---- */
struct builtin;
const struct builtin *builtin_find(const char *name);
const char *const *builtin_names(size_t *count);
struct value builtin_call(struct elaborator *e, const struct builtin *builtin, const struct expression *call);

/* ---- elaborate_derivative.c: grad, jvp, jacobian ---- */
/* Whether some path leads from `from` down to `to` that does not pass through `barrier`. */
bool depends_around(struct elaborator *e, struct node *from, const struct node *to,
                    const struct node *barrier);
struct value evaluate_derivative(struct elaborator *e, const struct expression *call);
/* The value of a call of a function with a rule: `outputs` as CUSTOM nodes. `frame` is the finished call. */
void apply_rule(struct elaborator *e, struct frame *frame, const struct definition *rule,
                struct value *arguments, struct span *argument_spans);

/* ---- elaborate_error.c: messages ---- */
/* An error at `point` between left and right (source NULL for none); inside the library it is told at the
 * user's call, and calls on the way get notes. */
void fail(struct elaborator *e, struct span point, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void fail_between(struct elaborator *e, struct span left, struct span point, struct span right,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
void note(struct elaborator *e, struct span place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Where the value of an operand comes from, if the operand is a name: `W is declared [n, n] here`. */
void note_operand(struct elaborator *e, struct span operand);
/* How what first rounds would read before the start of an axis can be there: often it is not meant to be
 * read. */
void note_margin(struct elaborator *e, size *subscript, struct span at, int axis);
/* The same beyond the end. */
void note_beyond(struct elaborator *e, size *subscript, size *extent, struct span at, int axis);
/* Names in it that have no value may be indices. */
struct value evaluate_in_subscript(struct elaborator *e, const struct expression *x);
/* How a loop counts in whole numbers, if the value is a real that a loop carries. */
void note_counter(struct elaborator *e, const struct value *value, struct span at);
const char *shape_text(struct elaborator *e, const struct node *node);
const char *shape_of(struct elaborator *e, int rank, size *const *shape);
const char *value_text(struct elaborator *e,
                       const struct value *value); /* "a tensor [n]", "the function f", "an int" */
/* Whether a name near the one that the last error was about is looked for among so many: not for an error
 * that was not shown, nor without end, since in a file of wrong names each is compared with all others. */
bool may_suggest(struct elaborator *e, size_t count);
/* Whether there is a near name. */
bool suggest(struct elaborator *e, const char *name, const char *const *candidates, size_t count);
/* The same of the parameters of a function, which are listed if none is near. */
void suggest_parameter(struct elaborator *e, const char *name, const char *const *parameters, size_t count);

/* ---- Conditions between sizes (elaborate_error.c) ---- */
/* a >= 0 must hold: an error if it never does (with the message), a condition checked on entry if it
 * sometimes does. */
bool require_nonnegative(struct elaborator *e, size *a, struct span at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool require_whole(struct elaborator *e, size *a, struct span at);
void require_index(struct elaborator *e, struct node *k, size *low, size *high, struct span at);
/* Of a real value that is truncated to 32 bits. */
void require_fits(struct elaborator *e, struct node *x, struct span at);
/* Outside loops. */
void require_truth(struct elaborator *e, struct node *truth, struct span at);

#endif
