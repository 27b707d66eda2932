/* random.h: the parts of the generator of random programs, each a file of this folder.
 *
 * Every expression is drawn for a wanted shape, from expressions for the shapes that its operands need. Values stay
 * near 1 and arguments in the ranges where functions are smooth, so that numerical differences hold. */
#ifndef RANDOM_H
#define RANDOM_H

#include "draw.h"

#include <stdbool.h>

/* ---- text.c: randomness and text ---- */

void random_seed(uint64_t seed);
unsigned below(unsigned n);
bool chance(unsigned percent);
const char *pick(const char *const *list, size_t count);
#define PICK(...) pick((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

void say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A literal from -1 to 1, in parentheses if it is negative. */
char *number(void);

/* ---- shapes.c: shapes, and the names that a place can use ---- */

enum { MAX_RANK = 5, MAX_NAMES = 120, MAX_AXES = 8 };
/* Axes are the same if their texts are; `value` is the size that the case gives. */
struct axis {
    const char *text;
    int value;
};
struct shape {
    int rank;
    struct axis axes[MAX_RANK];
};
enum type { REAL, INT, BOOL, COUNTER };
/* A value that can be named. `low` to `high` hold for int values and for counters (variables of loops). */
struct variable {
    const char *name;
    enum type type;
    struct shape shape;
    int low, high;
    bool fixed;   /* cannot be assigned: a member of a group, an int that subscripts rely on */
    bool rebound; /* had another value before: grad does not go by it */
    bool outer;   /* assigned outside the loop in which we are */
};
struct scope {
    struct variable names[MAX_NAMES];
    int count;
    struct axis axes[MAX_AXES]; /* that shapes are drawn from */
    int axis_count;
    int loops;    /* how many surround the place */
    int branches; /* the same of `if` */
};
extern struct scope scope;

struct axis axis_of(const char *text, int value);
struct axis whole(int value); /* a number as an axis */
struct axis random_axis(void);
struct shape shape_with(int rank, ...); /* of struct axis */
extern const struct shape scalar;
struct shape random_shape(void);
bool same_axis(struct axis a, struct axis b);
bool same(struct shape a, struct shape b);
bool broadcasts(struct shape from, struct shape to);
long elements_in(struct shape shape);
const char *spelled(struct shape shape); /* [n, 3] */
const char *list_of(struct shape shape); /* the same as the size argument of a function */
const char *type_of(const struct variable *variable);
struct shape without(struct shape shape, int axis);
struct shape with(struct shape shape, int at, struct axis axis);
struct shape narrower(struct shape shape); /* one that broadcasts to this one */
struct shape turned(struct shape shape);   /* with its last two axes exchanged */

struct variable *declare(const char *name, enum type type, struct shape shape);
struct variable *random_name(enum type type); /* or NULL */
/* A name of the type that the test accepts; a NULL test accepts any. */
struct variable *name_where(enum type type, bool (*test)(const struct variable *variable, const void *closure), const void *closure);

/* ---- elements.c: expressions that work element by element ---- */

char *expression(struct shape shape, int depth);
char *leaf(struct shape shape);
/* Between -1 and 1, or nearly so. */
char *bounded(struct shape shape, int depth);
char *condition(struct shape shape, int depth); /* a truth value of a shape that broadcasts to this one */
char *scalar_condition(int depth);
/* The form with expressions of the shape for %s, of one that broadcasts to it for %n, a name for %v, a scalar for %0,
 * a condition for %c. */
char *filled(const char *form, struct shape shape, int depth);
char *elementwise(struct shape shape, int depth);
/* An element-wise formula of the names a and b, b may be NULL. */
char *formula(const char *a, const char *b, int depth);

/* ---- tensors.c: products, reductions, and what only moves elements ---- */

char *product(struct shape shape, int depth);
char *reduction(struct shape shape, int depth);
char *structural(struct shape shape, int depth);
char *subscripted_value(struct shape shape, int depth);
char *integers(struct shape shape, int high, int depth); /* int values from 0 to high */

/* ---- library.c: linear algebra and networks ---- */

char *linear_algebra(struct shape shape, int depth); /* or NULL: none gives this shape */
char *network(struct shape shape, int depth);        /* the same */
struct shape library_shape(void);                    /* one that some of them give */
/* a, b = lstm_cell(...) and the like, declared. */
void cell_statement(struct text *out, int number);
char *definite(struct shape square); /* a symmetric and positive definite matrix */

/* ---- imported.c: files of the library ---- */

extern struct text imports; /* of the program */
void imports_begin(void);
char *imported(struct shape shape, int depth);
void imported_statement(struct text *out, int number);

/* ---- routines.c: sorting and the like ---- */

char *routine(struct shape shape, int depth); /* or NULL */
void routine_statement(struct text *out, int number);

/* ---- indices.c: index notation ---- */

void index_statement(struct text *out, int number);
char *index_reduction(void); /* a scalar */

/* ---- statements.c, loops.c ---- */

void indent(struct text *out);
extern int indentation;
void statement(struct text *out, int number);
void statements(struct text *out, int count);
void assignment(struct text *out, const char *name, struct shape shape, int depth);
void loop_statement(struct text *out, int number);
int fresh(void); /* a number for a new name */
void names_begin(void);

/* ---- helpers.c: functions that the program calls, rules, groups ---- */

/* Definitions of the program, and the calls that are ready for use. */
extern struct text definitions;
void helpers_begin(int function);
char *helper_call(struct shape shape, int depth); /* or NULL */
void helper_statement(struct text *out, int number);
void local_function(struct text *out, int number);
/* Declares a parameter of a group, and returns its text in the signature. */
char *group_parameter(const char *name);
void group_statement(struct text *out, int number); /* nothing, if no group is there */
bool has_groups(void);

/* ---- derivatives.c ---- */

void derivative_statement(struct text *out, int number);

#endif
