/* c_runtime.c: the runtime's functions as their definitions say, for the programs that c_run.c runs.
 *
 * They share no code with the runtime: what is element-wise is as operators.def says. Everything they touch
 * goes through c_load and c_store, so that a wrong stride or size is found as it is in loops. */
#include <math.h>
#include <string.h>

#include "c_runtime.h"
#include "memory.h"
#include "routine.h"
#include "special.h"

enum { STATUS_NUMERIC = 4 }; /* GRADC_ENUMERIC */

/* A call: its arguments, and its element type. */
struct c_work {
    struct c_memory *memory;
    const struct c_value *arguments;
    enum c_kind kind;
};

typedef struct c_value routine(struct c_work *work);

/* `types`: the result and the parameters: v void, i int, s size_t, d double, f float, l int64_t; p, P double
 * *, r, R float *, q, Q int32_t *, small letters for const ones; w any pointer. */
struct c_builtin {
    const char *name, *types;
    double (*unary)(double a);
    double (*binary)(double a, double b);
    routine *routine;
    enum op op; /* OPERATOR_COUNT: it is one of these */
};

/* ---- Elements ---- */

static struct c_pointer at(struct c_pointer pointer, size_t index, enum c_kind kind)
{
    pointer.offset += (int64_t)(index * c_width(kind));
    return pointer;
}

static double get(struct c_work *work, struct c_pointer pointer, size_t index)
{
    return c_load(work->memory, at(pointer, index, work->kind), work->kind).real;
}

static void put(struct c_work *work, struct c_pointer pointer, size_t index, double value)
{
    union c_number number = {.real = value};
    c_store(work->memory, at(pointer, index, work->kind), work->kind, number);
}

static size_t size_argument(const struct c_work *work, int i)
{
    return (size_t)work->arguments[i].integer;
}

static struct c_pointer pointer_argument(const struct c_work *work, int i)
{
    return work->arguments[i].pointer;
}

static bool flag_argument(const struct c_work *work, int i)
{
    return work->arguments[i].integer != 0;
}

static void limit(struct c_work *work, double elements)
{
    if (elements > 1e8)
        c_fault(work->memory, "a call for %g operations", elements);
}

/* The operands and the result must not overlap: they are read in one round, and it is written in another. */
static uint32_t reads_begin(struct c_work *work)
{
    uint32_t loop = c_rounds_begin(work->memory);
    c_round_begin(work->memory, loop);
    return loop;
}

/* ---- Products ---- */

struct product {
    bool a_turned, b_turned;
    size_t m, n, k, a_step, b_step, c_step;
    double alpha, beta;
    struct c_pointer a, b, c;
};

static void multiply(struct c_work *work, const struct product *p)
{
    limit(work, (double)p->m * (double)p->n * ((double)p->k + 1));
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            double sum = 0;
            for (size_t l = 0; l < p->k; l++)
                sum += get(work, p->a, p->a_turned ? l * p->a_step + i : i * p->a_step + l) *
                       get(work, p->b, p->b_turned ? j * p->b_step + l : l * p->b_step + j);
            sum *= p->alpha;
            if (p->beta != 0)
                sum += p->beta * get(work, p->c, i * p->c_step + j);
            put(work, p->c, i * p->c_step + j, sum);
        }
}

/* All of a and b is read before any of c is written, and must still be there: so in rounds of one loop. */
static void multiply_apart(struct c_work *work, const struct product *p)
{
    uint32_t loop = reads_begin(work);
    for (size_t i = 0; i < p->m; i++)
        for (size_t l = 0; l < p->k; l++)
            get(work, p->a, p->a_turned ? l * p->a_step + i : i * p->a_step + l);
    for (size_t l = 0; l < p->k; l++)
        for (size_t j = 0; j < p->n; j++)
            get(work, p->b, p->b_turned ? j * p->b_step + l : l * p->b_step + j);
    c_round_begin(work->memory, loop);
    multiply(work, p);
    c_rounds_end(work->memory, loop);
}

static struct c_value matmul(struct c_work *work)
{
    struct product p = {.a_turned = flag_argument(work, 0),
                        .b_turned = flag_argument(work, 1),
                        .m = size_argument(work, 2),
                        .n = size_argument(work, 3),
                        .k = size_argument(work, 4),
                        .alpha = work->arguments[5].real,
                        .a = pointer_argument(work, 6),
                        .a_step = size_argument(work, 7),
                        .b = pointer_argument(work, 8),
                        .b_step = size_argument(work, 9),
                        .beta = work->arguments[10].real,
                        .c = pointer_argument(work, 11),
                        .c_step = size_argument(work, 12)};
    if (p.a_step < (p.a_turned ? p.m : p.k) || p.b_step < (p.b_turned ? p.k : p.n) || p.c_step < p.n)
        c_fault(work->memory, "a matrix product whose rows are closer than they are long");
    multiply_apart(work, &p);
    return (struct c_value){0};
}

/* y = alpha op(a) x + beta y: x is a column. */
static struct c_value matvec(struct c_work *work)
{
    bool is_turned = flag_argument(work, 0);
    size_t m = size_argument(work, 1), n = size_argument(work, 2);
    struct product p = {.a_turned = is_turned,
                        .m = is_turned ? n : m,
                        .n = 1,
                        .k = is_turned ? m : n,
                        .alpha = work->arguments[3].real,
                        .a = pointer_argument(work, 4),
                        .a_step = size_argument(work, 5),
                        .b = pointer_argument(work, 6),
                        .b_step = size_argument(work, 7),
                        .beta = work->arguments[8].real,
                        .c = pointer_argument(work, 9),
                        .c_step = size_argument(work, 10)};
    if (p.a_step < n || p.b_step == 0 || p.c_step == 0)
        c_fault(work->memory, "a matrix product whose rows are closer than they are long");
    multiply_apart(work, &p);
    return (struct c_value){0};
}

/* ---- Factorisations ---- */

static struct c_value status_of(bool is_good)
{
    return (struct c_value){.integer = is_good ? 0 : STATUS_NUMERIC};
}

static struct c_value cholesky(struct c_work *work)
{
    size_t n = size_argument(work, 0);
    struct c_pointer a = pointer_argument(work, 1), l = pointer_argument(work, 2);
    limit(work, (double)n * (double)n * (double)n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = get(work, a, i * n + j);
            for (size_t k = 0; k < j; k++)
                sum -= get(work, l, i * n + k) * get(work, l, j * n + k);
            if (i == j && !(sum > 0))
                return status_of(false);
            put(work, l, i * n + j, i == j ? sqrt(sum) : sum / get(work, l, j * n + j));
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            put(work, l, i * n + j, 0);
    return status_of(true);
}

struct triangle {
    bool is_lower, is_turned, is_unit;
    size_t n, m, step;
    struct c_pointer t, b;
};

static bool solve(struct c_work *work, const struct triangle *p)
{
    bool forwards = p->is_lower != p->is_turned;
    limit(work, (double)p->n * (double)p->n * (double)p->m);
    for (size_t k = 0; k < p->n && !p->is_unit; k++) {
        double pivot = get(work, p->t, k * p->n + k);
        if (pivot == 0 || isnan(pivot))
            return false;
    }
    for (size_t turn = 0; turn < p->n; turn++)
        for (size_t j = 0; j < p->m; j++) {
            size_t i = forwards ? turn : p->n - 1 - turn;
            double sum = get(work, p->b, i * p->step + j);
            for (size_t before = 0; before < turn; before++) {
                size_t k = forwards ? before : p->n - 1 - before;
                sum -= get(work, p->t, p->is_turned ? k * p->n + i : i * p->n + k) *
                       get(work, p->b, k * p->step + j);
            }
            put(work, p->b, i * p->step + j, p->is_unit ? sum : sum / get(work, p->t, i * p->n + i));
        }
    return true;
}

static struct c_value solve_triangular(struct c_work *work)
{
    struct triangle p = {flag_argument(work, 0),    flag_argument(work, 1),   flag_argument(work, 2),
                         size_argument(work, 3),    size_argument(work, 4),   size_argument(work, 7),
                         pointer_argument(work, 5), pointer_argument(work, 6)};
    return status_of(solve(work, &p));
}

static size_t pivot_at(struct c_work *work, struct c_pointer pivots, size_t k)
{
    return (size_t)c_load(work->memory, at(pivots, k, C_INT), C_INT).integer;
}

static void exchange_rows(struct c_work *work, struct c_pointer b, size_t m, size_t step, size_t i, size_t k)
{
    for (size_t j = 0; j < m && i != k; j++) {
        double x = get(work, b, i * step + j), y = get(work, b, k * step + j);
        put(work, b, i * step + j, y);
        put(work, b, k * step + j, x);
    }
}

static struct c_value factorise(struct c_work *work)
{
    size_t n = size_argument(work, 0);
    struct c_pointer a = pointer_argument(work, 1), pivots = pointer_argument(work, 2);
    bool is_good = true;
    limit(work, (double)n * (double)n * (double)n);
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(get(work, a, i * n + k)) > fabs(get(work, a, best * n + k)))
                best = i;
        union c_number number = {.integer = (int64_t)best};
        c_store(work->memory, at(pivots, k, C_INT), C_INT, number);
        exchange_rows(work, a, n, n, k, best);
        double pivot = get(work, a, k * n + k);
        if (pivot == 0 || isnan(pivot)) {
            is_good = false;
            continue;
        }
        for (size_t i = k + 1; i < n; i++) {
            double factor = get(work, a, i * n + k) / pivot;
            put(work, a, i * n + k, factor);
            for (size_t j = k + 1; j < n; j++)
                put(work, a, i * n + j, get(work, a, i * n + j) - factor * get(work, a, k * n + j));
        }
    }
    return status_of(is_good);
}

static struct c_value lu_solve(struct c_work *work)
{
    bool is_turned = flag_argument(work, 0);
    size_t n = size_argument(work, 1), m = size_argument(work, 2), step = size_argument(work, 6);
    struct c_pointer lu = pointer_argument(work, 3), pivots = pointer_argument(work, 4),
                     b = pointer_argument(work, 5);
    struct triangle lower = {true, is_turned, true, n, m, step, lu, b},
                    upper = {false, is_turned, false, n, m, step, lu, b};
    for (size_t k = 0; k < n && !is_turned; k++)
        exchange_rows(work, b, m, step, k, pivot_at(work, pivots, k));
    solve(work, is_turned ? &upper : &lower);
    solve(work, is_turned ? &lower : &upper);
    for (size_t k = n; k-- > 0 && is_turned;)
        exchange_rows(work, b, m, step, k, pivot_at(work, pivots, k));
    return (struct c_value){0};
}

static struct c_value lu_det(struct c_work *work)
{
    size_t n = size_argument(work, 0);
    double product = 1;
    for (size_t k = 0; k < n; k++) {
        product *= get(work, pointer_argument(work, 1), k * n + k);
        if (pivot_at(work, pointer_argument(work, 2), k) != k)
            product = -product;
    }
    return (struct c_value){.real = product};
}

static struct c_value lu_logdet(struct c_work *work)
{
    size_t n = size_argument(work, 0);
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += log(fabs(get(work, pointer_argument(work, 1), k * n + k)));
    return (struct c_value){.real = sum};
}

/* ---- Routines ---- */

/* The value is the interpreter's. Before y is written, x and all of the room beside are lost. */
static struct c_value routine_call(struct c_work *work, enum routine which, size_t y_count, size_t room)
{
    size_t rows = size_argument(work, 0), columns = size_argument(work, 1), count = rows * columns;
    size_t longer = rows > columns ? rows : columns;
    bool is_int = routine_info(which)->type == INT;
    limit(work, (double)count * (double)longer);
    double *x = memory_array(count + 1, sizeof *x), *y = memory_array(y_count + 1, sizeof *y);
    for (size_t i = 0; i < count; i++)
        x[i] = get(work, pointer_argument(work, 2), i);
    bool is_good = routine_value(which, rows, columns, x, y);
    for (size_t i = 0; i < count; i++)
        put(work, pointer_argument(work, 2), i, NAN);
    for (int argument = 4; argument >= 3; argument--)
        for (size_t i = 0; i < (argument == 3 ? y_count : room); i++) {
            double value = argument == 3 ? y[i] : 0;
            if (is_int)
                c_store(work->memory, at(pointer_argument(work, argument), i, C_INT), C_INT,
                        (union c_number){.integer = (int64_t)value});
            else
                put(work, pointer_argument(work, argument), i, value);
        }
    memory_free(x);
    memory_free(y);
    return status_of(is_good);
}

static struct c_value finite(struct c_work *work)
{
    return routine_call(work, ROUTINE_FINITE, size_argument(work, 0) * size_argument(work, 1), 0);
}

static struct c_value eigh(struct c_work *work)
{
    size_t n = size_argument(work, 0);
    return routine_call(work, ROUTINE_EIGH, (n + 1) * n, 2 * n);
}

static struct c_value svd(struct c_work *work)
{
    size_t n = size_argument(work, 0), m = size_argument(work, 1), k = n < m ? n : m;
    return routine_call(work, ROUTINE_SVD, n * k + k + m * k, k * (n + m));
}

static struct c_value qr(struct c_work *work)
{
    size_t n = size_argument(work, 0), m = size_argument(work, 1), k = n < m ? n : m;
    return routine_call(work, ROUTINE_QR, n * k + m * k, k + m);
}

static struct c_value fft(struct c_work *work)
{
    size_t n = size_argument(work, 1);
    return routine_call(work, ROUTINE_FFT, 2 * n, 4 * n);
}

static struct c_value argsort(struct c_work *work)
{
    size_t rows = size_argument(work, 0), columns = size_argument(work, 1);
    return routine_call(work, ROUTINE_ARGSORT, rows * columns, columns);
}

static struct c_value lu_factors(struct c_work *work)
{
    size_t n = size_argument(work, 0);
    return routine_call(work, ROUTINE_LU, n * n, n);
}

static struct c_value lu_rows(struct c_work *work)
{
    size_t n = size_argument(work, 0);
    return routine_call(work, ROUTINE_LU_ROWS, n, n);
}

/* ---- Others ---- */

static struct c_value clear(struct c_work *work)
{
    if (work->arguments[1].integer != 0)
        c_fault(work->memory, "memset to other bytes than 0");
    c_store_zeros(work->memory, pointer_argument(work, 0), size_argument(work, 2));
    return (struct c_value){0};
}

static struct c_value copy(struct c_work *work)
{
    c_copy(work->memory, pointer_argument(work, 0), pointer_argument(work, 1), size_argument(work, 2));
    return (struct c_value){0};
}

static struct c_value choose(struct c_work *work)
{
    return work->arguments[work->arguments[0].integer ? 1 : 2];
}

static struct c_value uniform(struct c_work *work)
{
    return (struct c_value){
        .real = special_uniform((int32_t)work->arguments[0].integer, (int32_t)work->arguments[1].integer)};
}

/* What whoever compiles may define: GRADC_BLOCK and the like. */
static struct c_value setting(struct c_work *work)
{
    return (struct c_value){.integer = (int64_t)work->memory->settings[work->arguments[0].integer]};
}

/* Numbers are far from a small one on, so that both forms of loops run. */
static struct c_value far(struct c_work *work)
{
    return (struct c_value){.integer = !(fabs(work->arguments[0].real) < 2)};
}

static double sigmoid(double x)
{
    return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

/* ---- The table ---- */

#define UNARY(name, function)                                                                                \
    {name, "dd", function, NULL, NULL, OPERATOR_COUNT},                                                      \
        {name "f", "ff", function, NULL, NULL, OPERATOR_COUNT},                                              \
        {"gradc_" name, "dd", function, NULL, NULL, OPERATOR_COUNT},                                         \
    {                                                                                                        \
        "gradc_" name "f", "ff", function, NULL, NULL, OPERATOR_COUNT                                        \
    }
#define BINARY(name, function)                                                                               \
    {name, "ddd", NULL, function, NULL, OPERATOR_COUNT},                                                     \
    {                                                                                                        \
        name "f", "fff", NULL, function, NULL, OPERATOR_COUNT                                                \
    }
/* Types of float64; float32 has f, r and R for d, p and P. */
#define ROUTINE(name, types64, types32, function)                                                            \
    {name "_f64", types64, NULL, NULL, function, OPERATOR_COUNT},                                            \
    {                                                                                                        \
        name "_f32", types32, NULL, NULL, function, OPERATOR_COUNT                                           \
    }

static const struct c_builtin builtins[] = {
    UNARY("round", round),
    UNARY("trunc", trunc),
    UNARY("cbrt", cbrt),
    UNARY("sigmoid", sigmoid),
    BINARY("fmod", fmod),
    BINARY("fmax", fmax),
    BINARY("fmin", fmin),
    BINARY("copysign", copysign),
    BINARY("hypot", hypot),
    {"gradc_uniform", "dii", NULL, NULL, uniform, OPERATOR_COUNT},
    {"gradc_uniformf", "fii", NULL, NULL, uniform, OPERATOR_COUNT},
    {"gradc_choose", "dldd", NULL, NULL, choose, OPERATOR_COUNT},
    {"gradc_choosef", "fiff", NULL, NULL, choose, OPERATOR_COUNT},
    {"gradc_choosei", "iiii", NULL, NULL, choose, OPERATOR_COUNT},
    {"gradc_far", "ld", NULL, NULL, far, OPERATOR_COUNT},
    {"gradc_farf", "if", NULL, NULL, far, OPERATOR_COUNT},
    {"gradc_setting", "si", NULL, NULL, setting, OPERATOR_COUNT},
    {"memset", "vwis", NULL, NULL, clear, OPERATOR_COUNT},
    {"memcpy", "vwws", NULL, NULL, copy, OPERATOR_COUNT},
    ROUTINE("gradc_matmul", "viisssdpspsdPs", "viisssfrsrsfRs", matmul),
    ROUTINE("gradc_matvec", "vissdpspsdPs", "vissfrsrsfRs", matvec),
    ROUTINE("gradc_cholesky", "ispP", "isrR", cholesky),
    ROUTINE("gradc_solve_triangular", "iiiisspPs", "iiiissrRs", solve_triangular),
    ROUTINE("gradc_lu", "isPQ", "isRQ", factorise),
    ROUTINE("gradc_lu_solve", "visspqPs", "vissrqRs", lu_solve),
    ROUTINE("gradc_lu_det", "dspq", "fsrq", lu_det),
    ROUTINE("gradc_lu_logdet", "dsp", "fsr", lu_logdet),
    ROUTINE("gradc_finite", "isspPP", "issrRR", finite),
    ROUTINE("gradc_eigh", "issPPP", "issRRR", eigh),
    ROUTINE("gradc_svd", "isspPP", "issrRR", svd),
    ROUTINE("gradc_qr", "issPPP", "issRRR", qr),
    ROUTINE("gradc_fft", "isspPP", "issrRR", fft),
    ROUTINE("gradc_argsort", "isspQQ", "issrQQ", argsort),
    ROUTINE("gradc_lu_factors", "isspPP", "issrRR", lu_factors),
    ROUTINE("gradc_lu_rows", "isspQQ", "issrQQ", lu_rows),
};

struct c_builtins {
    struct arena *arena;
    const struct c_builtin **items;
    size_t items_count, items_capacity;
};

static bool is_listed(const struct c_builtins *all, const char *name)
{
    for (size_t i = 0; i < all->items_count; i++)
        if (strcmp(all->items[i]->name, name) == 0)
            return true;
    return false;
}

/* What an operator calls in C, in both precisions, and the runtime's forms of it for loops. */
static void add_operator(struct c_builtins *all, enum op op)
{
    const struct operator_info *info = operator_info(op);
    size_t length = strcspn(info->c_text, "@");
    const char *name = arena_copy(all->arena, info->c_text, length);
    if (strncmp(info->c_text + length, "@($a", 4) != 0 || strpbrk(name, " $(") || is_listed(all, name))
        return;
    int forms = 1 + operator_vectorises(op) + info->has_near_form;
    for (int f = 0; f < forms; f++)
        for (int is_float = 0; is_float < 2; is_float++) {
            struct c_builtin *builtin = ARENA_NEW(all->arena, struct c_builtin);
            builtin->name = arena_print(all->arena, "%s%s%s%s", f > 0 ? "gradc_" : "",
                                        f > 0 ? info->name : name, f > 1 ? "_near" : "", is_float ? "f" : "");
            builtin->types = arena_copy(all->arena, is_float ? "ffff" : "dddd", (size_t)info->arity + 1);
            builtin->op = op;
            ARENA_APPEND(all->arena, all, items, builtin);
        }
}

const struct c_builtin *const *c_builtins(struct arena *arena, size_t *count)
{
    struct c_builtins all = {.arena = arena};
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        ARENA_APPEND(arena, &all, items, &builtins[i]);
    for (int op = 0; operator_is_elementwise((enum op)op); op++)
        add_operator(&all, (enum op)op);
    *count = all.items_count;
    return all.items;
}

const char *c_builtin_name(const struct c_builtin *builtin)
{
    return builtin->name;
}

size_t c_builtin_arity(const struct c_builtin *builtin)
{
    return strlen(builtin->types) - 1;
}

struct c_type c_builtin_type(const struct c_builtin *builtin, int parameter)
{
    struct c_type type = {.kind = C_VOID};
    switch (builtin->types[parameter + 1]) {
    case 'i': type.kind = C_INT; break;
    case 's': type.kind = C_SIZE; break;
    case 'l': type.kind = C_LONG; break;
    case 'd': type.kind = C_DOUBLE; break;
    case 'f': type.kind = C_FLOAT; break;
    case 'p':
    case 'P': type = (struct c_type){.kind = C_DOUBLE, .pointers = 1}; break;
    case 'r':
    case 'R': type = (struct c_type){.kind = C_FLOAT, .pointers = 1}; break;
    case 'q':
    case 'Q': type = (struct c_type){.kind = C_INT, .pointers = 1}; break;
    case 'w': type.pointers = 1; break;
    default: break;
    }
    return type;
}

struct c_value c_builtin_call(struct c_memory *memory, const struct c_builtin *builtin,
                              const struct c_value *arguments)
{
    if (builtin->unary)
        return (struct c_value){.real = builtin->unary(arguments[0].real)};
    if (builtin->binary)
        return (struct c_value){.real = builtin->binary(arguments[0].real, arguments[1].real)};
    if (builtin->op != OPERATOR_COUNT) {
        double operands[3] = {0};
        for (size_t i = 0; i < c_builtin_arity(builtin); i++)
            operands[i] = arguments[i].real;
        return (struct c_value){.real = operator_value(builtin->op, REAL, operands)};
    }
    size_t length = strlen(builtin->name);
    bool is_float = length > 4 && strcmp(builtin->name + length - 4, "_f32") == 0;
    struct c_work work = {memory, arguments, is_float ? C_FLOAT : C_DOUBLE};
    return builtin->routine(&work);
}
