/* driver.h: what the parts of the driver know of each other. */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OK, ENULL, ESIZE, EINDEX, ENUMERIC, EREQUIRE };
enum { GUARD = 128, ALIGN = 64, MAX_MEMBERS = 160, MAX_AXES = 10, MAX_VALUES = 400 };

extern bool single;  /* reals are float */
extern bool threads; /* rounds are shared, however few */
extern bool records; /* prints what the entries write */
extern const char *current_case;

/* ---- support.c ---- */

void fail(const char *format, ...);
void *allocate(size_t size);
char *read_whole(const char *path);

/* ---- json.c ---- */

struct json {
    char kind; /* '{' '[' '"' '0' 't' */
    char *text, *key;
    double number;
    struct json *first, *next;
};

struct json *json_parse(const char *text);
const struct json *json_get(const struct json *object, const char *key);
const char *json_text(const struct json *object, const char *key);

/* ---- cases.c ---- */

struct line {
    char *kind, *name;
    int count;
    double *values;
    struct line *next;
};

struct testcase {
    char *name, *function;
    struct line *lines;
    bool rough, only_double, late, lower;
    int status;
    double tolerance, tolerance32, least;
    struct testcase *next;
};

struct testcase *read_cases(char *text);
/* The lines of a case as they were, in another order. */
void print_case(const struct testcase *c);
const struct line *find_line(const struct testcase *c, const char *kind, const char *name);

/* ---- members.c ---- */

enum role {
    SIZE,
    INPUT,
    INOUT,
    OUTPUT,
    OUTPUT_GRADIENT,
    GRADIENT,
    WORKSPACE,
    JACOBIAN,
    HESSIAN,
    TANGENT,
    OUTPUT_TANGENT,
    DIRECTION,
    HVP,
    JACOBIAN_VALUES,
    HESSIAN_VALUES,
    PREPARED,
    OTHER
};

struct member {
    const char *name, *of, *wrt, *wrt2;
    enum role role;
    bool is_int, pointer, is_given;
    size_t count; /* elements; sizes: the size itself */
    size_t element, offset;
};

struct function {
    const char *name;
    const struct json *description;
    struct member members[MAX_MEMBERS];
    int count;
    size_t struct_size;
    bool differentiable;
};
extern struct function f;
extern void *library;
extern const struct testcase *the_case;
extern long size_of_all; /* what every size is taken for; 0: what the case says */

/* Memory that the function asks for. */
bool is_room(const struct member *m);
bool has_entry(const char *entry);
/* An entry, or an array that belongs to the function. */
void *symbol(const char *entry);
/* What a dimension says, `2 * n + 1`. */
long size_number(const char *text);
void read_members(const struct json *description);
struct member *find_member(const char *name);

/* ---- run.c ---- */

/* Everything a run is given and yields; one array of doubles a member. */
struct values {
    double *of[MAX_MEMBERS];
};

enum entries { FORWARD, FORWARD_BACKWARD, GRADIENT_ALONE };

struct run {
    enum entries entries;
    const char *entry;          /* instead: this one */
    const struct values *given; /* inputs, output gradients, tangents, directions; none: NULL */
    bool is_null[MAX_MEMBERS];  /* the members whose pointers are NULL */
    int status;                 /* what the first entry must return */
    bool late;                  /* with that status it may have written */
    struct values result;
};

extern char *instance, *buffers[MAX_MEMBERS]; /* the struct, and its arrays with their guards */
extern size_t workspace_size;

void put(char *at, const struct member *m, size_t k, double value);
double get(const char *at, const struct member *m, size_t k);
void prepare(const struct run *run);
bool is_untouched(const char *from, size_t size);
/* Nothing outside the arrays was written, nor what is only read. */
void check_guards(const struct run *run, const char *entry);
void discard(void);
/* " with NULL for x, y" */
const char *null_names(const struct run *run);
void call(struct run *run, const char *entry);
/* Which members an entry must leave alone. */
bool is_written_by(const struct member *m, const struct run *run);
struct run new_run(enum entries entries, const struct values *given);
void perform(struct run *run);
void release(struct run *run);

/* ---- compare.c ---- */

double tolerance(void);
void compare(const char *when, const struct member *m, const double *actual, const double *expected,
             double tolerance_);
/* What two runs both yield agrees. */
void compare_runs(const char *when, const struct run *run, const struct run *with);
void compare_stored(const char *when, const struct run *run, bool gradients);
double noise(uint32_t *state);
double rounded(double value);
struct values read_inputs(bool seeds);

/* ---- differences.c ---- */

void check_differences(struct values *given, const struct run *full);
/* backward twice and with other seeds on one forward; it is linear in the seeds. */
void check_second_backward(const struct values *given, const struct run *full);

/* ---- wanted.c ---- */

/* What is wanted does not change for what else is: every member wanted alone, each one not, none of a role,
 * and all subsets where there are few, else some. `entry`: of this one, NULL: of `entries`. */
void check_unwanted(const struct values *given, enum entries entries, const char *entry);
/* Other output gradients that are NULL are zeros: each one given alone, and each one not. */
void check_unseeded(const struct values *given);
/* Without output gradients, that of the first output is 1 if it is a real scalar. */
void check_default_seed(const struct values *given);

/* ---- refused.c ---- */

enum { ENTRY_NAMES = 9 };
extern const char *const entry_names[ENTRY_NAMES];

void check_refusals(const struct values *given);
/* Sizes each of which would do, but whose products wrap around, some of them to 0. */
void check_products(const struct values *given);

/* ---- room.c ---- */

/* bind_parameters and bind_gradients: in order, without gaps, and the number of reals. */
void check_bind(const struct values *given);
void check_workspaces(const struct values *given);

/* ---- higher.c ---- */

/* Jacobians against backward with unit seeds; products with tangents against them. */
void check_jacobian(const struct values *given);
/* t_y against differences of forward along the tangents, where two steps agree. */
void check_jvp(const struct values *given);
void check_hessian(struct values *given);
void check_hvp(const struct values *given);

/* ---- sparse.c ---- */

/* The values of a sparse entry, put where its pattern says, are the dense matrix. */
void check_sparse(const struct values *given, const char *dense_entry, const char *sparse_entry);

#endif
