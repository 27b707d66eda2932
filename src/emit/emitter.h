/* emitter.h: what the parts of the C back end share. Each makes trees for one level: names, expressions,
 * statements, entries, the file. */
#ifndef GRADC_EMITTER_H
#define GRADC_EMITTER_H

#include "code.h"
#include "emit.h"
#include "lower.h"
#include "text.h"
#include "tree.h"

/* ---- emit_names.c: the identifiers of one emitted function ---- */
struct names;
struct names *names_new(struct arena *arena);
/* Those that C, C++, their libraries and the emitted code claim are in it. */
struct names *names_new_in_c(struct arena *arena);
/* `wanted` if it is free and C, C++ and the mathematics library do not claim it, else with a number or
 * underscore. */
const char *names_take(struct names *names, const char *wanted);
void names_reserve(struct names *names, const char *name);
void names_add(struct names *names, const char *name, size_t length); /* which must outlive them */
bool names_has(const struct names *names, const char *name);
/* In no order. The bytes are no string: a NUL need not follow. */
void names_visit(const struct names *names, void (*visit)(const char *name, size_t length, void *closure),
                 void *closure);
void names_add_tree(struct names *names, const struct tree *a); /* all that it mentions */
void names_add_code(struct names *names, const struct code *code);

/* The functions of a module. */
struct c_file {
    struct text text;
    struct names *mentioned; /* by all of them */
};
/* A function's statements, and what is mentioned there. */
void print_body_of(struct c_file *file, const struct code *code);

/* ---- One entry ---- */
/* A variable that counts the rounds of loops called `wanted` by the user. */
struct round_name {
    const char *wanted, *name;
    bool is_taken;
};
struct range {
    const struct tree *begin, *end;
};
struct emitter {
    struct arena *arena;   /* for what is only needed until the statements of a piece are made */
    struct arena *lasting; /* until the entry is printed: of trees */
    struct module *module;
    struct function *function;
    struct program *program;
    const struct emit_options *options;
    struct c_file *out; /* where functions are printed */
    struct code *code;  /* where statements go */
    struct names *names;
    const char *self;           /* the struct's pointer */
    const char *real;           /* "double" or "float" */
    const char *suffix;         /* of literals and mathematics: "" or "f" */
    const char *width;          /* of runtime functions: "f64" or "f32" */
    struct spelling *spelling;  /* of sizes and variables */
    struct spelling *in_double; /* of sizes, as doubles; NULL: it has not been asked for */
    const char **leaf_names;    /* by node id */
    struct map *value_members;  /* sizes and leaves that are numbers, by their names here */
    bool reads_struct;          /* leaves are read from it where they are mentioned */
    bool *leaf_is_used;
    bool *buffer_is_used; /* by position in all_buffers */
    struct round_name **round_names;
    size_t round_names_count, round_names_capacity;
    struct span last_line; /* the last source line shown */
    const struct item
        *quoted; /* the body of whose items [quoted_first, quoted_end) the lines have been shown */
    size_t quoted_first, quoted_end;
    guard guard;               /* what is known to be wanted here */
    const struct item *at;     /* the item being printed */
    const struct range *range; /* which rounds of a loop in chunks are being printed; else NULL */
    const struct tree *part;   /* of sums in parts: that of the round that is being printed; NULL: none */
    const struct item *laned;  /* the loop in lanes that is being printed; else NULL */
    const char *lane;          /* its variable that counts the lanes; NULL: there are none */
    const struct tree *first_laned; /* the first of its rounds that are printed; NULL: 0 */
    struct side_by_side *side;      /* rounds are being printed side by side, all members wanted; else NULL */
    struct running_power **powers;
    size_t powers_count, powers_capacity;
    struct body **bodies; /* long ones */
    size_t bodies_count, bodies_capacity;
    struct map *kernels; /* those of stretches, by what they are but for names; NULL: there is no other */
};

bool is_integer_type(enum type type);
const char *c_type(const struct emitter *emitter, enum type type);
const char *shape_comment(struct arena *arena, int rank, size *const *shape); /* "[N, 100]" */
const struct tree *number_tree(struct arena *arena, const char *suffix, enum type type, double value);
const struct tree *size_c(struct emitter *emitter, const size *a);      /* of type size_t */
const struct tree *size_factor(struct emitter *emitter, const size *a); /* the same, to be multiplied */
const char *c_name(const struct emitter *emitter, const size *a);       /* of a size or variable */
const struct tree *index_of(struct emitter *emitter, struct index index);

/* ---- emit_expression.c ---- */
const struct tree *expression_of(struct emitter *emitter, struct node *node, const struct index *at);
/* The node's operator applied to its operands, though it may have a buffer itself. */
const struct tree *definition_of(struct emitter *emitter, struct node *node, const struct index *at);
/* What a subscript reads, as a position. */
const struct tree *dynamic_index(void *closure, struct node *k, const struct index *at);
/* An element of a buffer, which can be assigned to. */
const struct tree *element_of(struct emitter *emitter, struct buffer *buffer, const struct index *at);
/* Where an element stands, without &x[0]. */
const struct tree *address_of(struct emitter *emitter, struct buffer *buffer, const struct index *at);
struct offset {
    const struct tree *at; /* NULL: of the first element */
    size *flat;            /* its value; NULL: it is computed from what is read */
};
/* ((i * B) + j) * C + k */
struct offset offset_of(struct emitter *emitter, struct element_place place);
struct offset offset_in_buffer(struct emitter *emitter, const struct buffer *buffer, const struct index *at);
/* The element with this number of the buffer's `count`, wherever they stand. */
const struct tree *numbered_element(struct emitter *emitter, struct buffer *buffer, size *count,
                                    size *number);
/* name[offset] */
const struct tree *subscripted(struct emitter *emitter, const char *name, struct offset offset);
/* The value of the lane that is printed, at this offset; NULL: the first. */
const struct tree *lane_of(struct emitter *emitter, const char *name, const struct tree *at);
/* Where the element of a leaf stands in its panel. */
const struct tree *offset_in_panel(struct emitter *emitter, const struct panel *panel,
                                   const struct index *at);
/* A pointer to the first element of what an operand of a call reads: x + i * D. */
const struct tree *operand_pointer(struct emitter *emitter, struct node *operand, const struct index *at);
const char *buffer_name(struct emitter *emitter, struct buffer *buffer);
/* a && b, of which the first may be NULL. */
const struct tree *joined(struct emitter *emitter, const struct tree *a, const char *sign,
                          const struct tree *b);

/* ---- emit_code.c: patterns as in tree.h ---- */
/* A tree that lasts until the entry is printed. */
const struct tree *form(struct emitter *emitter, const char *pattern, ...);
void emit_line(struct emitter *emitter, const char *pattern, ...);
void emit_as(struct emitter *emitter, enum statement_kind kind, const char *pattern, ...);
/* A macro that forms a sum, or the like, of what these statements compute first. */
void emit_summing(struct emitter *emitter, enum statement_kind kind, const struct code *locals,
                  const char *pattern, ...);
void emit_comment(struct emitter *emitter, const char *text);
/* if (condition) return status; */
void emit_failure(struct emitter *emitter, const struct tree *condition, const char *status);
/* A statement that holds what is emitted until close_statement(); DO, BLOCK and GROUP have no head: "". */
struct statement *emit_open(struct emitter *emitter, enum statement_kind kind, enum braces braces,
                            const char *pattern, ...);
/* The same, but it is not emitted yet. */
struct statement *open_statement(struct emitter *emitter, enum statement_kind kind, const char *pattern, ...);
void close_statement(struct emitter *emitter, struct statement *statement);
/* for (size_t i = 0; i < n; i++) */
struct statement *emit_open_loop(struct emitter *emitter, enum braces braces, const char *variable,
                                 const struct tree *extent);
/* What is emitted goes into this code from now on; returns where it went. */
struct code *emit_into(struct emitter *emitter, struct code *code);

/* ---- emit_comment.c ---- */
/* What the i-th item of the body computes: the lines of the program, and formulas. */
void comment_on(struct emitter *emitter, const struct item *parent, size_t i);

/* ---- emit_statement.c, emit_loop.c ---- */
void emit_statement(struct emitter *emitter, struct nest *nest);
void emit_declaration(struct emitter *emitter, struct nest *nest, const struct item *loop);
void emit_start(struct emitter *emitter, struct nest *nest, const struct item *loop);
void emit_end(struct emitter *emitter, struct nest *nest);
void emit_call(struct emitter *emitter, struct nest *nest);
const struct tree *scale_factor(struct emitter *emitter, const struct scale *scale);
void emit_product(struct emitter *emitter, struct nest *nest);
void emit_item(struct emitter *emitter, const struct item *item);
void emit_items(struct emitter *emitter, const struct item *parent);
/* One of its body, with those behind it that stand under the same condition; their number. */
size_t emit_items_at(struct emitter *emitter, const struct item *parent, size_t i);

/* The pieces of an accumulation. */
const struct tree *identity_of(struct emitter *emitter, const struct node *node);
const struct tree *term_of(struct emitter *emitter, const struct nest *nest, const struct index *at);
void accumulate(struct emitter *emitter, const struct node *node, enum type type, const struct tree *into,
                const struct tree *term);
/* So many elements from `start` on are 0. */
void emit_clearing(struct emitter *emitter, const struct tree *start, const size *count, const char *type);
const char *accumulator(struct emitter *emitter, struct nest *nest);
/* Where the rounds add up: a variable, or the element `to`; in lanes, that of the lane. */
const struct tree *collector(struct emitter *emitter, struct nest *nest, const struct index *to);
/* Where the nest's target stands for the positions of its iteration axes. */
void find_target(struct emitter *emitter, const struct nest *nest, const struct index *at, struct index *to);

/* ---- emit_in_turn.c ---- */
/* Marks the loops of a function in which each round adds several terms to one number. */
void emit_in_turn(struct emitter *emitter, const struct code *code);

/* ---- emit_guard.c ---- */
const struct tree *guard_condition(struct emitter *emitter, guard wanted);
/* What is printed from one to the other stands under the condition that these members are wanted, if that is
 * not known there; no condition is printed for nothing. */
struct guarded {
    struct statement *statement; /* NULL: no condition is needed */
    guard outer;
};
void begin_guarded(struct emitter *emitter, struct guarded *guarded, guard wanted);
void end_guarded(struct emitter *emitter, const struct guarded *guarded);

/* ---- emit_near.c ---- */
/* Emits a loop over this range, a FOR, MACRO or sum that is ready: if it calls functions that have a near
 * form, and can look ahead, in two forms of which it runs the one for its arguments. */
void emit_near_or_far(struct emitter *emitter, const struct item *loop, struct statement *rounds,
                      const struct range *range);

/* ---- emit_sum.c ---- */
/* Prints an innermost loop that forms one sum, maximum or minimum in parts. */
void emit_sum_loop(struct emitter *emitter, const struct item *loop);
void emit_sums_in_parts(struct emitter *emitter, const struct item *loop);
/* Declares the parts that the sum, which is called `name`, keeps between rounds of outer loops, if it does.
 */
void declare_parts(struct emitter *emitter, struct nest *nest, const char *name);

/* ---- emit_factors.c ---- */
/* Whether c * (a * b) is written c * a * b. */
bool is_multiplied_first(const struct emitter *emitter, const struct node *node);
/* Whether its text begins with a minus. */
bool has_minus(const struct node *constant);
bool begins_with_minus(const struct program *program, const struct node *node);

/* ---- emit_power.c ---- */
/* The power as a variable that a loop around multiplies up; NULL: it is none. The loop then declares and
 * starts it before its first round, in lanes in two steps, and multiplies at the end of each. */
const struct tree *power_of_round(struct emitter *emitter, struct node *node, const struct index *at);
/* Whether the term of the nest is coefficient * base^j in the loop over j, with a power that no earlier term
 * has: then it is forgotten. */
bool take_lone_power(struct emitter *emitter, const struct item *loop, const struct nest *nest,
                     const struct index *at, const struct tree **base, const struct tree **coefficient);
void declare_powers(struct emitter *emitter, const struct item *loop);
void start_powers(struct emitter *emitter, const struct item *loop);
void step_powers(struct emitter *emitter, const struct item *loop);

/* ---- emit_lanes.c ---- */
/* Takes names for the arrays that the loop needs for its lanes. */
void name_panels(struct emitter *emitter, const struct item *loop);
void emit_laned_loop(struct emitter *emitter, const struct item *loop);
/* Of the loops in it, those over the lanes among them: what they start with, with their powers, */
void emit_lane_starts(struct emitter *emitter, const struct item *loop);
void emit_lane_ends(struct emitter *emitter, const struct item *loop); /* what is stored behind them, */
void step_lanes(struct emitter *emitter, const struct item *loop); /* their powers at the end of a round, */
/* and, before the statements of a loop over the lanes, the number of the round, if these mention it. */
void declare_round(struct emitter *emitter, const struct tree *mentioning, struct code *code);
/* Emits the loop if it forms a polynomial. */
bool emit_polynomial(struct emitter *emitter, const struct item *loop);

/* ---- emit_chunks.c ---- */
/* A loop in chunks: what stands around its rounds, which emit_rounds prints. */
void emit_in_chunks(struct emitter *emitter, const struct item *loop);
void emit_rounds(struct emitter *emitter, const struct item *loop);
/* Counters of loops one after the other have one name. */
struct round_name *take_round_name(struct emitter *emitter, const char *wanted);

/* ---- emit_side_by_side.c ---- */
/* Emits a loop of VECTORS. Returns the condition that it stands under, else the plain form; NULL: none. */
struct statement *emit_side_by_side(struct emitter *emitter, const struct item *item);
/* Where rounds are side by side: of the element of this number; NULL: as everywhere. */
const struct tree *side_by_side_offset(struct emitter *emitter, size *flat);
/* The same for the type of a value in a round, */
const char *side_by_side_type(const struct emitter *emitter, enum type type);
/* and for an operator's text. */
const char *side_by_side_operator(const struct node *node, int *precedence);
/* This element is stored. */
void side_by_side_stores(struct emitter *emitter, struct buffer *buffer, const struct index *at);

/* ---- emit_rooms.c: the room that arrays take, and where the slots of the workspace begin ---- */
/* In elements; fixed: of those whose counts are numbers. */
struct rooms {
    int64_t fixed;
    struct room_kind {
        size *count;
        size_t times;
    } * kinds;
    size_t kinds_count, kinds_capacity;
};
void rooms_add(struct emitter *emitter, struct rooms *rooms, size *count);
const struct tree *room_tree(struct emitter *emitter, const struct room_kind *kind); /* 2 * gradc_room(n) */
/* start + 64 + 2 * gradc_room(n); start NULL: without it, which is NULL if there are none. */
const struct tree *rooms_behind(struct emitter *emitter, const struct tree *start, const struct rooms *rooms);

struct layout {
    const struct tree **starts; /* of each slot, from `work` or the last base */
    bool *is_fixed;             /* whose place is a number of elements behind `work` */
    struct base {               /* a place from which slots are counted, found by a function of its own */
        const char *name, *function;
        const struct tree *start;
        bool is_printed;
    } * bases;
    size_t bases_count, bases_capacity;
};
struct layout *find_layout(struct emitter *emitter);
const struct tree *base_call(struct emitter *emitter, const struct layout *layout, size_t number);
/* Whether the place of a slot is told by that of one before it, which is declared for that; -1: none. */
bool is_counted_from(const struct layout *layout, int before, int slot);
const struct tree *slot_place(struct emitter *emitter, const struct layout *layout, int before, int slot);

/* ---- emit_arrays.c ---- */
struct array {
    const char *type, *name, *shape; /* type *name = source; shape: NULL if there is none to tell */
    const struct tree *source;       /* of one in a slot: once it is placed */
    bool is_alone;                   /* nothing else is found where it is */
    const char *base;                /* if not: the name of the array there that the source counts from */
    int slot;                        /* -1: in none, or not alone */
    const struct buffer *buffer;
    bool is_written;
};
/* A scalar that a function takes beside its arrays. */
struct passed {
    const char *type, *name;
    bool is_pointer;
};
struct arrays {
    struct array *arrays;
    size_t arrays_count, arrays_capacity;
    struct passed *passed;
    size_t passed_count, passed_capacity;
    struct code places; /* declarations of what the sources count from */
    struct layout *layout;
};
/* All of the entry. */
struct arrays *find_arrays(struct emitter *emitter);
/* Finds the sources of some of them, and declares what these count from. */
void place_arrays(struct emitter *emitter, struct arrays *arrays);
bool reads_member(enum role role);
bool is_read_leaf(const struct emitter *emitter, const struct member *member);      /* by this entry */
const struct tree *member_of(struct emitter *emitter, const struct member *member); /* m->x */

/* ---- emit_kernel.c ---- */
/* C99 promises that a function can have 127; a person reads no list of them. */
enum { MOST_PARAMETERS = 80 };
const char *kernel_name(struct emitter *emitter);
/* The body of a function that runs the statements: these with the declarations that they need, or a call of a
 * kernel, which is printed. `is_status`: the function returns one. */
struct code emit_function_body(struct emitter *emitter, const char *kernel, const struct arrays *all,
                               const struct code *statements, bool is_status);
bool needs_struct(struct emitter *emitter, const struct code *code);
const struct tree *passed_as(struct emitter *emitter, const struct passed *passed); /* double s */

/* ---- emit_body.c ---- */
/* The items of the entry, of a region, or of blocks. */
struct body {
    const struct item *parent;
    struct code code;
    struct piece {   /* what is emitted together */
        size_t end;  /* among the statements */
        bool leaves; /* the loop around it */
    } * pieces;
    size_t pieces_count, pieces_capacity;
    size_t length;
    struct statement *group; /* what stands for it where it was set aside, empty until it is cut */
};
/* So many lines at most, of an entry and of what stands in a loop or branch. */
enum { LONGEST_BODY = 600, LONGEST_INNER_BODY = 250 };
/* The items from the first on. */
struct body *print_body(struct emitter *emitter, const struct item *parent, size_t first);
/* Into the code around, or set aside if it is long. */
void emit_body(struct emitter *emitter, const struct item *parent, size_t first);

/* ---- emit_stretches.c ---- */
/* Prints the functions that run the stretches of long bodies, the entry's too if it is long or mentions more
 * arrays than one function takes. Returns the entry's statements, and its arrays. */
struct code emit_stretches(struct emitter *emitter, struct body *entry, struct arrays **arrays);

/* ---- emit_defaults.c ---- */
bool has_defaults(const struct function *function);
/* Whether it sets the member, as it does unless that is a tensor or its default is computed from one. */
bool is_set_by_default(const struct function *function, const struct member *member);
/* Whether the member's default is a number. */
bool default_number(const struct function *function, const struct member *member, double *number);
void emit_defaults(struct c_file *file, struct module *module, const struct emit_options *options,
                   struct function *function);

/* ---- emit_entry.c ---- */
const char *pointer_name(const struct function *function); /* of the struct, in definitions */
/* kept_names: for each node, how entries before this one call the array that they leave of it; more are
 * added. */
void emit_entry(struct c_file *file, struct module *module, const struct emit_options *options,
                struct program *program, enum truth needs_work, const char **kept_names);

/* ---- emit_computed.c: sizes computed from others ---- */
/* What makes statements of functions that look at sizes alone. */
struct emitter size_emitter(const struct module *module, const struct function *function, struct code *code);
/* The size members as those of this struct, or as these in double, and what is computed by its name. */
struct spelling *size_spelling(struct arena *arena, const struct function *function, const char *self,
                               bool in_double);
const char *computed_name(const struct computed_size *computed); /* how it would best be called */
/* Declarations of those that are mentioned, with what these mention then added. */
void computed_sizes(struct emitter *emitter, struct names *mentioned, struct code *code);
/* Prints declarations of those that the code mentions, from the struct's members. */
void emit_computed(struct c_file *file, const struct module *module, const struct function *function,
                   const struct code *mentioning);
/* Prints the functions that compute long ones. */
void emit_computing(struct c_file *file, const struct module *module, const struct function *function);

/* ---- emit_sizes.c ---- */
void emit_size_functions(struct c_file *file, struct module *module, const struct programs *programs);
/* Of a function with given inputs. */
bool has_prepared_values(const struct function *function);
/* start + the rooms of the prepared values in front of a member, NULL: of all. start NULL: without it; NULL
 * for none. */
const struct tree *prepared_rooms(struct emitter *emitter, const struct tree *start,
                                  const struct member *before);
bool has_fixed_sizes(const struct function *function);
/* Bytes of a program's workspace if its sizes are fixed. */
size_t fixed_workspace(const struct module *module, const struct program *program);
int64_t slot_alignment(const struct module *module); /* in reals */

/* ---- emit_header.c ---- */
void emit_header(struct text *file, struct module *module, const struct emit_options *options,
                 const struct programs *programs);

/* ---- emit_table.c ---- */
/* The constant arrays of the sparse entries: patterns, and those tables that the code mentions. */
void emit_tables(struct text *file, const struct module *module, const struct names *mentioned);

#endif
