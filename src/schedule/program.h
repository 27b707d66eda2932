/* program.h: the loop program, what one emitted entry does: a tree of loops over statements, and the buffers
 * that hold what the statements compute.
 *
 * A node of the graph is either inlined into the expressions of its users or has a buffer. Each buffer is
 * filled by one nest (or by several, one after the other: a sum of scattered parts): a statement and the
 * loops around it, that is some of its iteration axes. Iteration axes are numbered: the axes of the node,
 * then those that are summed over; a SCATTER's are the axes of what it scatters. Nests are put into a tree of
 * items, where nests that agree in their outer loops share them. */
#ifndef GRADC_PROGRAM_H
#define GRADC_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph.h"
#include "tree.h"

enum { MAXIMUM_AXES = 2 * MAXIMUM_RANK };

/* Which members' pointers make a value wanted: bit m for the member number m of the struct. */
typedef uint64_t guard;
#define ALWAYS_WANTED (~(guard)0)

/* The position along one axis: affine + dynamic, where dynamic is C of type size_t or NULL. */
struct index {
    size *affine;
    const struct tree *dynamic;
};

/* That a nest reads a buffer, or a leaf, and how: axis a of it stands at the iteration axis map[a], or
 * elsewhere: -1. */
struct access {
    struct node *node;
    struct buffer *buffer; /* NULL: a leaf */
    signed char map[MAXIMUM_RANK];
    size *first;                     /* the position along its first axis; NULL: unknown */
    size_t first_writer, end_writer; /* those of the buffer's writers that must come before the nest */
    bool is_target;                  /* the nest changes it further */
};

enum nest_kind {
    NEST_VALUE,    /* y[i] = the operator applied to its operands' expressions */
    NEST_SUM,      /* y[i] = the sum of scaled terms */
    NEST_COPY,     /* target[i] = the value of node, which is a leaf, inlined or has a buffer of its own */
    NEST_REDUCE,   /* y[m] = sum, product, maximum ... over k; a CONTRACT as loops */
    NEST_ARGUMENT, /* ARGMAX, ARGMIN */
    NEST_SCAN,     /* CUMSUM */
    NEST_SCATTER,  /* y[A i + b + k[i]] = x[i], or += x[i] */
    NEST_PRODUCT,  /* a CONTRACT as a call of the runtime's matrix product, inside loops over batch axes */
    NEST_CALL,     /* factorisations, inside loops over leading axes */
    NEST_SEED,     /* zeros in the place of a leaf whose pointer is NULL */
    NEST_CHECK,    /* return a status unless k[i] is as the check wants it */
    NEST_BREAK,    /* leave the region unless its condition holds */
    NEST_REGION    /* the rounds of a LOOP */
};

/* A scalar factor: the product of nodes of rank 0 (or their inverses), negated or not. */
enum { MOST_FACTORS = 3 };
struct scale {
    struct node *factors[MOST_FACTORS];
    bool is_inverse[MOST_FACTORS];
    int count;
    bool is_negative;
};

/* A term of a sum. */
struct part {
    struct node *node; /* a SCATTER, a CONTRACT, or any other expression */
    struct scale scale;
};

struct nest {
    enum nest_kind kind;
    struct node *node;           /* COPY: NULL for zeros */
    struct buffer *target;       /* NULL: CHECK, BREAK, REGION */
    const struct member *member; /* COPY into a scalar member of the struct; then target is NULL */
    const struct value_check *check;
    struct node *operand;   /* SCATTER: what is scattered (node is the SCATTER or REPLACE) */
    bool starts_with_zeros; /* SCATTER: the target is cleared first */
    int64_t *gaps; /* SCATTER: elements of the target, by their numbers in row-major order, that stay 0 */
    size_t gaps_count, gaps_capacity;
    bool adds;                 /* COPY, SCATTER: += instead of = */
    bool alone;                /* shares no loop with others */
    bool is_update;            /* COPY: of what a loop carries into its next round */
    const struct node *beside; /* what the product reads whose operand, or first term, this is */
    struct buffer *source;     /* COPY: read from here instead of the node's own place */
    struct buffer **scratch;   /* CALL */
    size_t scratch_count, scratch_capacity;
    size *row;               /* COPY: the first axis of the target stands here, and is no axis of the nest */
    struct product *product; /* PRODUCT: target = or += scale * product */
    struct scale scale;      /* COPY, PRODUCT */
    struct part *terms;      /* SUM */
    size_t terms_count, terms_capacity;
    bool is_expensive;      /* its expression calls functions that vectorise */
    bool has_calls;         /* and such that do not: operator_stays_call */
    bool has_running_power; /* its expression holds powers that a loop multiplies up */
    struct buffer *parts;   /* REDUCE over the rounds of a loop in lanes: the sums of each lane */
    bool is_unbranched;     /* its choices compute both sides */
    bool is_void;           /* found to be unnecessary: nothing is emitted for it */

    int axis_count;
    size **extents;                        /* of the iteration axes */
    signed char target_axes[MAXIMUM_RANK]; /* for each axis of the target, its iteration axis or -1 */
    int loop_count;
    signed char order[MAXIMUM_AXES]; /* the iteration axis of each loop, outermost first */
    int first_reduced;  /* the outermost loop over no axis of the target; loop_count if there is none */
    int first_trailing; /* from here on, all loops run over no axis of the target */

    struct access *reads;
    size_t reads_count, reads_capacity;
    struct nest **after; /* nests that must be complete before this one */
    size_t after_count, after_capacity;

    const char *accumulator, *best; /* in C: local variables of reductions and scans */
    const char *sums;               /* in C: the parts of a sum over several loops; NULL: it has none */
    guard guard;
    struct blocks *block;       /* the loop whose rounds do some of its rows each; NULL: none */
    int block_axis;             /* the iteration axis that counts these rows */
    size_t turn;                /* its place in its body, until fuse */
    struct nest *first_reader;  /* VALUE that stands before it to share its loops; NULL: none */
    struct item *item;          /* its statement in the tree */
    struct item **path;         /* the loops and regions around it, outermost first; */
    int path_count, path_first; /* its own loops are path[path_first ...] */
};

/* A matrix product as the runtime takes it. Strides and offsets are in elements, over the variables of the
 * loops. */
struct product {
    bool is_vector; /* matvec: y = op(a) x */
    int trans_a, trans_b;
    size *m, *n, *k;
    size *lda, *ldb, *ldc; /* matvec: lda, incx, incy */
    int a_input, b_input;  /* which operand of the CONTRACT a and b are */
    unsigned called;       /* bit x set: iteration axis x is inside the call */
    bool is_summed;        /* over loops around the call, too */
    int row_axis;          /* the outermost of the axes that make up the rows of y */
    int sum_axis;          /* the outermost of those that the call sums over */
};

/* A loop that takes an axis some rows at a time, so that what only leads from one statement to the next stays
 * in the cache:
 *
 *     for (first = 0; first < extent; first += length) {
 *         rows = the lesser of length and extent - first
 *         each nest in it does its rows first + i, i < rows
 *     } */
struct blocks {
    size *extent, *length;
    size *first, *rows; /* variables */
    size *lane;         /* of a loop in lanes: the row of the block; else NULL */
    struct item *item;
};

enum { MOST_READS = 24, LANES = 32 /* GRADC_LANES in the runtime */ };

/* An array of which LANES rows are copied, with the lanes side by side, for the rounds of a loop in lanes. */
struct panel {
    struct node *node;
    int axis; /* along which the loop goes */
    struct buffer *buffer;
};

/* What the rounds of a loop are for the one thread that runs them. */
enum loop_kind {
    LOOP_SERIAL,      /* one after the other, as far as compilers know */
    LOOP_INDEPENDENT, /* in any order, which compilers do not see by themselves */
    LOOP_UNROLLED,    /* so many copies of the body */
    LOOP_ROLLED, /* not unrolled, where that would keep compilers from vectors, or lead them into a mistake */
    LOOP_SUM,    /* terms of one sum, maximum or minimum, which is formed in parts side by side */
    LOOP_SHORT_SUM, /* a few terms of one sum */
    LOOP_SUMS,      /* terms of sums, and values, each sum formed in parts side by side */
    LOOP_LANES,     /* LANES of them side by side */
    LOOP_LANE,      /* inside of such a loop: its round in each of the lanes */
    LOOP_VECTORS    /* REGION: side by side, as many as vectors hold */
};

struct item {
    enum { ITEM_LOOP, ITEM_STATEMENT, ITEM_REGION, ITEM_BLOCK } kind;
    struct nest **waiting; /* REGION: the nests of its body in order, from schedule to fuse */
    size_t waiting_count, waiting_capacity;
    struct item *parent;     /* NULL: the root */
    size_t position;         /* in the parent's body */
    int depth;               /* number of loops around it */
    struct item *other_side; /* REGION: the branch that runs where this one does not; NULL: none */
    size *variable, *extent; /* LOOP */
    struct nest *nest;       /* STATEMENT, REGION; LOOP: the only nest that may use it */
    struct blocks *block;    /* BLOCK; LOOP: of its lanes */
    struct item **body;
    size_t body_count, body_capacity;
    struct nest **before, **behind; /* LOOP, BLOCK: what starts before it, and ends behind it */
    size_t before_count, before_capacity, behind_count, behind_capacity;
    guard guard;
    const struct node **read; /* LOOP: some of what is read in it, at most MOST_READS */
    int read_count;
    bool is_expensive;        /* LOOP: its body calls functions that vectorise if nothing else prevents it */
    bool has_calls;           /* LOOP: its body calls functions that do not */
    bool is_serial;           /* LOOP: its body adds to one variable in each round */
    bool rounds_meet;         /* LOOP: several add to one element: diagonals.c */
    bool can_look_ahead;      /* LOOP: what its rounds read can be read before it */
    bool is_in_any_order;     /* SUMS: so can its rounds be done, and compilers may not see it */
    enum loop_kind loop_kind; /* LOOP, REGION: of choose_loop_kinds, but LANES of choose_lanes */
    int rounds_at_once;       /* VECTORS: in blocks of so many rounds; 0: no blocks */
    struct panel *panels;     /* of a loop in lanes */
    size_t panels_count, panels_capacity;
    struct nest **summed; /* nests that have parts */
    size_t summed_count, summed_capacity;
    size_t barrier;     /* REGION: what is put now stays behind the first items, this many */
    size_t first, last; /* preorder numbers of it and of the last item in it */
    size *work; /* LOOP: threads may share its rounds, and this is what there is to do; NULL: they may not */
    struct chunks *chunks; /* LOOP: threads share its rounds in these */
};

/* What each chunk of a loop has for itself. */
struct own {
    struct buffer *buffer; /* that of the first chunk */
    struct buffer *copies; /* those of the others; NULL: a local variable */
    size *stride;          /* from one of these to the next */
    struct own *first;     /* in whose copies these are, too; NULL: in their own */
    struct nest *added_by; /* what all rounds add to it; NULL: it is private to a round */
};

/* Into how many chunks the rounds of a loop are cut, of all its work. */
struct chunks {
    size *count, *work;
    struct own *owns;
    size_t owns_count, owns_capacity;
    const struct own **by_memory; /* those of one array side by side */
};

enum storage {
    STORAGE_WORKSPACE, /* a slot of the workspace */
    STORAGE_MEMBER,    /* the caller's array; if it may be NULL and is read, the workspace then */
    STORAGE_SCALAR,    /* a local variable */
    STORAGE_STRUCT     /* a scalar member of the struct, written by an earlier entry */
};

struct buffer {
    struct node *node; /* the value it holds; NULL: scratch space of a call */
    enum type type;
    size *count; /* scratch: its elements */
    enum storage storage;
    const struct member *member; /* MEMBER, STRUCT */
    struct buffer *alias_of;     /* its elements are kept where those of this one are; NULL: it has memory */
    size *row;           /* alias_of has one more axis, in front, where it stands here; NULL: it has none */
    bool has_own_name;   /* in C, although it is an alias */
    bool is_taken;       /* an older or newer value lives in its memory, too */
    bool is_kept;        /* forward leaves it for backward */
    bool is_earlier;     /* filled by an earlier entry */
    bool is_read;        /* by some nest of this program */
    bool needs_fallback; /* MEMBER: a slot for it, should the pointer be NULL */
    bool is_partition;   /* its first writers fill different parts, in no order */
    size_t first_unordered; /* of the writers so far, the last one, or the first of those in no order */
    bool is_fixed;          /* it keeps all axes: kept, in a member, carried */
    unsigned dropped;       /* axes that it has lost because its readers share these loops */
    struct blocks *block;   /* it holds the rows of one block; NULL: all */
    struct item *scope;     /* the innermost loop or region to which it is private; NULL: the whole program */
    guard guard;
    struct nest **writers; /* the nests that fill it, in order */
    size_t writers_count, writers_capacity;
    struct nest **readers;
    size_t readers_count, readers_capacity;
    const char *name;      /* in C */
    bool has_long_formula; /* in C: too long for a comment */
    bool is_seed;          /* a leaf's own array, or zeros if its pointer is NULL */
    bool is_leaf_name;     /* the name of an updated array, declared with the inputs */
    size_t first, last;    /* it is alive from one to the other of these preorder numbers */
    int slot;              /* its place in the workspace; -1: none */
    struct item *lanes; /* it has LANES values for each element: it is private to the rounds of this loop */
};

/* A part of the workspace: `count` reals, rounded up to GRADC_ALIGN bytes. */
struct slot {
    size *count;
    int sharers; /* buffers that use it */
    bool is_kept;
    bool is_for_chunks;          /* of what chunks of a loop have for themselves, */
    const struct chunks *chunks; /* the loop cut last that uses it, */
    struct own *own;             /* and the first that lies in it there */
    const char *name;            /* in C: the name of its first buffer */
};

/* What is stored into a member, from which node. */
struct root {
    const struct member *member; /* NULL: a value kept for backward */
    struct node *node;
    int number; /* of the member in the struct */
};

struct program {
    struct arena *arena;
    struct arena *scratch; /* for what one pass keeps for itself; NULL when the program is complete */
    struct module *module;
    struct function *function;
    struct sizes *sizes;
    enum entry entry;
    size_t node_count;

    struct root *roots;
    size_t roots_count, roots_capacity;

    /* For each node of the graph. */
    bool *is_live;                  /* computed or read here */
    bool *is_material;              /* has a buffer */
    guard *wanted;                  /* for which members */
    struct buffer **buffers;        /* NULL: inlined, or a leaf */
    struct node **owner;            /* the innermost LOOP whose rounds it depends on; NULL: none */
    struct node *const *packed_for; /* as in the function */
    struct node **reused;           /* the node whose buffer it takes over; NULL: it has its own */
    int *uses;                      /* edges from live users, roots and checks */
    bool
        *is_part; /* a SCATTER or product, or a sum of such, that is added into the buffer of its only user */
    struct product **products;   /* CONTRACTs that are calls */
    struct nest **checked;       /* the check that must pass before this int node is used as a subscript */
    struct node ***awaited;      /* of an int that is used as a subscript and that no check is of: ints whose
                                    checks come first, NULL at the end; NULL: none */
    int *subscripts_deep;        /* how many reads at subscripts follow each other up to the node; only where
                                    `awaited`        asks for it */
    struct value_check **checks; /* those that this entry makes */
    size_t checks_count, checks_capacity;
    const struct member **leaf_members; /* of PARAMETERs and PLACEHOLDERs */

    struct buffer **all_buffers;
    size_t all_buffers_count, all_buffers_capacity;
    struct nest **nests;
    size_t nests_count, nests_capacity;
    struct item *root;
    guard everything;  /* of all members that the entry writes; ALWAYS_WANTED if one of them always is */
    guard derivatives; /* of those among them that are no outputs */

    struct slot *slots;
    size_t slots_count, slots_capacity;
    struct variable_pool *variables;
    struct spelling *spelling; /* of names in the C of dynamic positions; NULL: as they are called */
};

/* What forward leaves for backward: for each node whether it is kept. */
struct kept {
    bool *is_kept;
    bool *is_stored; /* forward has it in memory anyway */
    int *cost;       /* of what backward reads otherwise: additions for each element to compute it again */
    size_t count;    /* of nodes looked at */
};

/* ---- kept_values.c ---- */
/* Decides what backward reads of what forward computes: kept or computed again. */
struct kept *keep(struct module *module, struct function *function);

/* ---- demand.c ---- */
/* A new program: which nodes the entry needs, for which members, and inside which loop. */
struct program *demand(struct module *module, struct function *function, enum entry entry,
                       const struct kept *kept);
/* The member of the struct whose pointers decide; its bit. */
guard guard_of_member(const struct function *function, const struct member *member);
bool entry_writes(enum entry entry, enum role role);

/* ---- materialise.c, sums_in_place.c ---- */
/* Decides which nodes get buffers. */
void materialise(struct program *program);
/* Whether the node is a part, smaller than the whole, of what the loop around it carries. */
bool is_old_part(const struct program *program, const struct node *node);
/* Which SCATTERs are read by sums alone that have parts anyway: they can be parts of all of these. */
void find_moved(const struct program *program, bool *is_moved);
/* Which nodes are added into the buffer of their only user, or if is_moved, of their users; has_parts: the
 * sums of such, and those alone. */
void find_parts(struct program *program, const bool *is_stored, const bool *is_moved, bool *has_parts);
/* The rank 0 node of which a tensor that this entry computes holds copies, or NULL. */
struct node *scalar_of(const struct program *program, struct node *node);
/* The parts of a node that has some: added (or subtracted) in this order. */
struct parts {
    struct part *parts;
    size_t parts_count, parts_capacity;
};
void list_parts(struct program *program, struct node *node, struct parts *parts);

/* ---- reuse.c ---- */
/* Finds values that are made in the place of older ones. */
void reuse(struct program *program);

/* ---- access.c: where elements stand ---- */
/* The variable of a loop at some depth, or of an iteration axis: the same for the same number and extent. */
size *program_variable(struct program *program, int number, size *extent);
/* How names are spelled in C from now on; those of the variables by number. */
void name_variables(struct program *program, struct spelling *spelling, const char *const *names, int count);
bool is_leaf(const struct node *node); /* PARAMETER or PLACEHOLDER */
bool is_nullable(const struct program *program,
                 const struct node *node); /* a leaf that stands for zeros if NULL */
bool has_place(const struct program *program, const struct node *node); /* a leaf, or has a buffer */
/* Where element `at` of a view is found in its input. */
typedef const struct tree *dynamic_tree(void *closure, struct node *k, const struct index *at);
void index_below(struct program *program, const struct node *view, const struct affine *subscripts,
                 int axis_count, const struct index *at, struct index *below, dynamic_tree *dynamic,
                 void *closure);
const struct tree *anywhere(void *closure, struct node *k,
                            const struct index *at); /* it does not matter where */
/* RESHAPE: true if each axis of the input is found from the position without a division; then fills below. */
bool reshape_below(struct program *program, const struct node *reshape, const struct index *at,
                   struct index *below);
int common_axes(const struct node *reshape, const struct node *x);
/* The position in row-major order of an element of a tensor of this shape. */
struct index flat_index(struct program *program, int rank, size *const *shape, const struct index *at);
/* Which axis of the index space a subscript stands at alone, over equal extents; -1: it is more than that. */
int plain_subscript(const struct affine *affine, int rank, size *const *space, const size *extent);
/* The value of an IOTA, as a position. */
struct index iota_index(struct program *program, const struct node *iota, const struct index *at,
                        dynamic_tree *dynamic, void *closure);
/* Where an element stands in an array, in row-major order over the axes that are not dropped. */
struct element_place {
    int rank;
    size *extents[2 * MAXIMUM_RANK + 1];
    struct index at[2 * MAXIMUM_RANK + 1];
    unsigned dropped;
};
/* Of a buffer, in axes that begin as its own do, in the array that holds it; NULL: of a leaf. */
struct element_place place_in_array(const struct buffer *buffer, int rank, size *const *shape,
                                    const struct index *at);
/* Of a RESHAPE of the node, in the axes that both have and those behind them as one. */
struct element_place place_in_reshaped(struct program *program, const struct node *node,
                                       const struct node *view, const struct index *at);
/* The number of the element among all; NULL: it is computed from what is read. */
size *flat_offset(struct program *program, const struct element_place *place);
/* Where a loop of the nest stands on its axis; before fuse it has a variable of its depth. */
size *loop_position(struct program *program, const struct nest *nest, int depth);
/* The positions of the iteration axes: variables of the first `loops` loops, 0 for others or the start of the
 * block. */
void nest_indices(struct program *program, const struct nest *nest, int loops, struct index *at);
/* Where the nest's target stands for the positions of its iteration axes. */
void target_indices(struct program *program, const struct nest *nest, const struct index *at,
                    struct index *to, dynamic_tree *dynamic, void *closure);

/* ---- reads.c: the expressions that are written out in a nest ---- */
/* Of a contraction's iteration axes. */
void contraction_extents(const struct node *contract, size **extents);
/* Where an operand of a reduction, contraction or scan stands, from the iteration axes. */
void operand_indices(const struct node *node, int operand, const struct index *axes, struct index *at);
/* What is told of each expression: elements that it reads, `at` NULL for scalars; view: a RESHAPE of the
 * node, in which they stand there, or NULL; and, unless these are NULL, operators and subscripts of views. */
struct read_visitor {
    struct program *program;
    void *closure;
    void (*read)(void *closure, struct node *node, struct buffer *buffer, const struct node *view,
                 const struct index *at);
    void (*operate)(void *closure, struct node *node, const struct index *at);
    void (*subscript)(void *closure, const struct node *view, const struct node *k);
};
void visit_reads(const struct read_visitor *reading, const struct nest *nest, const struct index *axes);
/* Records all that the nest reads, at its iteration axes. */
void collect_reads(struct program *program, struct nest *nest);

/* ---- product.c ---- */
/* How the runtime can compute this CONTRACT, or NULL if loops must, or do so better. */
struct product *match_product(struct program *program, const struct node *contract);
/* The iteration axis that should run innermost when loops compute it. */
int innermost_axis(struct program *program, const struct node *contract);

/* ---- awaited_checks.c ---- */
/* The value whose elements a check of k looks at: a view of it is judged as soon as it is there, since other
 * views of it may be read before. */
const struct node *judged_value(const struct program *program, const struct node *k);
/* The inputs of the node from this one on choose places; their number: it has none such. */
int first_subscript(const struct node *node);
/* Which ints must have been judged before a subscript is used. Requires buffers. */
void find_awaited_checks(struct program *program);

/* ---- unread.c ---- */
/* Removes from the bodies of the regions what computes a value that nothing reads. */
void drop_unread(struct program *program);

/* ---- order_nodes.c ---- */
/* What waits for what, in all bodies. */
struct ordering *ordering_new(struct program *program);
/* An order for the nodes of a body, given by ascending ids: of the rounds of a loop, or of what is outside.
 * Returns their number. */
size_t order_body(struct ordering *ordering, struct node *const *nodes, size_t count, struct node ***order);

/* ---- nests.c ---- */
/* The iteration axis along which a SCAN goes on from round to round: these cannot be done in any other order,
 * nor some of them anew. -1: it is none. */
int scan_axis(const struct nest *nest);

/* ---- diagonals.c ---- */
/* Of one array: more are not compared with one another, which would take the square of their number. */
enum { MOST_DIAGONALS = 32 };
/* Whether the elements of a scatter move along a diagonal. */
bool is_on_diagonal(const struct node *scatter);
/* Whether two scatters of one shape never write the same element; false if it is not known. */
bool scatters_are_apart(struct sizes *sizes, const struct node *a, const struct node *b);
/* Whether rounds of both nests, which change one array, give the same in whatever order. */
bool is_in_no_order(const struct program *program, const struct nest *nest, const struct nest *earlier);
/* The same of rounds of the earlier one's loop at this level, around which so many others are. */
bool rounds_are_in_no_order(const struct program *program, const struct nest *nest,
                            const struct nest *earlier, int level);

/* ---- nest_loops.c: how nests stand to loops ---- */
bool is_within(const struct item *item, const struct item *around); /* or is it */
/* Whether the buffer holds values of one round of the loop at a time. */
bool is_private_to(const struct buffer *buffer, const struct item *loop);
/* The nests that touch a buffer: its writers, then its readers; NULL behind the last. */
struct nest *toucher(const struct buffer *buffer, size_t i);
/* What holds the nest's statement inside of so many loops and regions: a further one, or itself. */
const struct item *item_at(const struct nest *nest, int level);
/* Extends a life, between two preorder numbers, by the item. */
void live_in(const struct item *item, size_t *first, size_t *last);
/* How many of the first `count` loops and regions around a are around b too. */
int shared_levels(const struct nest *a, int count, const struct nest *b);
/* Which of the nest's own loops this is, and over which of its iteration axes it runs; -1: it is none. */
int depth_of_loop(const struct nest *nest, const struct item *loop);
int axis_over(const struct nest *nest, const struct item *loop);
/* Whether the iteration axis is one of the target's. */
bool is_target_axis(const struct nest *nest, int axis);
/* The axis of the target along which each round of the loop stores into elements of its own, at its number;
 * -1: none. The first one that the loop runs over, at which other statements of the round read it (fuse.c):
 * without this axis the target is the same for all rounds, even if they store at their number along another
 * one. */
int row_axis(const struct nest *nest, const struct item *loop);
/* Whether each block adds to the nest's target, which is complete only behind them. */
bool adds_up_over_blocks(const struct nest *nest);
bool is_block_of_rows(const struct nest *nest); /* a block of the target's rows */

/* ---- schedule.c, block.c, fuse.c ---- */
/* Makes the nests, in an order in which all is computed before it is read. */
void schedule(struct program *program);
/* Decides which nests are computed block by block, and puts these side by side. */
void block(struct program *program);
/* Whether the nest is a product of all rows along the axis, not one for each. */
bool is_cut_inside_call(const struct nest *nest, int axis);
/* Puts them into the tree. */
void fuse(struct program *program);
/* Not yet in its parent's body. */
struct item *item_new(struct program *program, struct item *parent);
/* Whether one variable collects a sum, maximum or minimum that can be formed in parts. */
bool is_formed_in_parts(const struct nest *nest);

/* ---- lanes.c ---- */
/* Decides which loops run LANES rounds side by side, and gives them buffers for what that takes. */
void choose_lanes(struct program *program);
/* Puts the statements of a loop in lanes into loops over the lanes, with their neighbours or, if they form a
 * sum over the lanes, alone. */
void distribute_lanes(struct program *program, struct item *loop);
/* Whether each of its rounds forms one element of an array that others see. */
bool forms_element(const struct nest *nest, const struct item *loop);

/* ---- place.c ---- */
/* Takes from each buffer the axes that its readers do not need, and gives it its place. */
void place(struct program *program, const struct program *forward);
/* A place in the workspace for so many elements that hold no value of the graph. */
struct buffer *room_new(struct program *program, enum type type, size *count);
/* The elements along an axis that it holds at a time. */
size *buffer_extent(const struct buffer *buffer, int axis);
size *buffer_count(struct program *program,
                   const struct buffer *buffer); /* its elements, without dropped axes */

/* ---- computed_sizes.c ---- */
/* The roots in the sizes of checkpointed loops, before all others; once for all entries of the function. */
void compute_roots(struct function *function);
/* A size that C computes from others, shared by the entries of the function; a number if they are. */
size *computed_size(struct program *program, enum computation computation, int argument_count,
                    size *const *arguments);
bool depends_on_sizes_of(const struct function *function, const size *a); /* its ROLE_SIZE members */
int64_t compute_size(enum computation computation, const int64_t *arguments);

/* ---- coalesce.c ---- */
void coalesce(struct program *program);              /* finds values that need no memory of their own */
struct buffer *root_of(const struct buffer *buffer); /* the buffer whose memory it is kept in */
struct buffer *array_of(struct buffer *buffer);      /* the one by whose name C calls its elements */

/* ---- slots.c ---- */
void share_slots(struct program *program); /* gives the buffers in the workspace theirs */

/* ---- collapse.c ---- */
/* Makes one loop of two where the inner one's rows stand one behind the other. */
void collapse(struct program *program);

/* ---- parallel.c, chunks.c ---- */
/* What each chunk has in place of the memory of this buffer; NULL: nothing, or there are no chunks. */
const struct own *own_of(const struct chunks *chunks, const struct buffer *buffer);
/* Marks the loops whose rounds can be done side by side. */
void share_loops(struct program *program);

/* ---- conditions.c ---- */
bool needs_declaration(const struct nest *nest);    /* of the scalar that it is the first to write */
bool is_always_computable(const struct nest *nest); /* all that it needs is there in any case */
bool runs_anyway(const struct item *item);          /* whether it is wanted or not */
/* Whether it runs under a condition of its own, where so much is known to be wanted. */
bool is_conditional(const struct item *item, guard known);
bool is_empty(const struct item *item);                    /* nothing is done in it */
struct node *leading_condition(const struct item *branch); /* NULL: something is computed for it first */
bool is_second_side(const struct item *item);              /* of an `if`, and told with the first */
guard guard_inside(const struct item *item, guard known);  /* what is known to be wanted inside of it */

/* ---- loop_kinds.c, partial_sums.c, running_power.c ---- */
void choose_loop_kinds(struct program *program);
/* Whether a sum over several loops keeps its parts between the rounds of the outer ones. */
bool keeps_parts(const struct nest *nest);
/* The innermost loop around the statement whose rounds the exponent of the power counts, in steps of 1 or a
 * little more, from a start of 0 or above; NULL: none. Between them nothing changes the base. */
const struct item *counting_loop(struct program *program, const struct item *statement,
                                 const struct node *node, const struct index *at, size **start, int *step);

#endif
