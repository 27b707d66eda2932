/* validate.c: compiles a program, reads the C that comes out, and calls every entry at points of all kinds.
 */
#include "validate.h"

#include <string.h>

#include "graph_capacity.h"
#include "compiled.h"
#include "differences.h"
#include "emit.h"
#include "stream.h"
#include "passes.h"
#include "progress.h"
#include "source.h"
#include "validate_run.h"

/* What is compiled: the C as it is, and with blocks, chunks and threads for small sizes. */
enum { VARIANTS = 2 };
static const char *const variants[VARIANTS] = {
    "", "#define GRADC_BLOCK 3\n#define GRADC_WORTH_THREADS 8\n#define GRADC_WORTH_ADDING 1\n"};

struct validator {
    struct arena *arena;
    const struct validate_options *options;
    const struct c_program *program;
    struct compiled *compiled[VARIANTS]; /* instead of it */
    int precision;
    const char *fault; /* the last one */
    struct validation result;
};

struct validate_options validate_defaults(void)
{
    return (struct validate_options){
        .level = 2, .seed = 1, .trials = 4, .statements = 2000000, .with_statuses = true};
}

/* ---- Compiling ---- */

static struct module *compile(struct arena *arena, struct diagnostics *diagnostics, const struct file *file,
                              const struct derivatives *derivatives, const struct validate_options *options,
                              int level, bool for_c)
{
    struct elaboration *elaboration = elaborate(arena, diagnostics, file, derivatives, &options->elaborate);
    if (diagnostics->error_count == 0 && options->function)
        elaboration_select(elaboration, options->function);
    if (diagnostics->error_count == 0)
        adjoin(elaboration, diagnostics, derivatives);
    if (diagnostics->error_count > 0)
        return NULL;
    for (size_t i = 0; i < elaboration->module->functions_count; i++) {
        simplify(elaboration->module->functions[i], level);
        if (for_c)
            scalarise(elaboration->module->functions[i], level);
    }
    check_capacity(diagnostics, elaboration->module);
    return diagnostics->error_count > 0 ? NULL : elaboration->module;
}

/* The runtime's macros, with rounds that threads share told apart from others, and with constants that can be
 * set anew for each call. */
static const struct c_macro_value macros[] = {
    {"_OPENMP", "1"},
    {"GRADC_INDEPENDENT", "_Pragma(\"GCC ivdep\")"},
    {"GRADC_SHARED(pragma, before, i, n, work, ...)",
     "do { GRADC_PRAGMA(pragma) GRADC_ROUNDS(i, n, __VA_ARGS__) } while (0)"},
    {"GRADC_CHOOSE(condition, a, b)", "gradc_choose(condition, a, b)"},
    {"GRADC_CHOOSEF(condition, a, b)", "gradc_choosef(condition, a, b)"},
    {"GRADC_CHOOSEI(condition, a, b)", "gradc_choosei(condition, a, b)"},
    {"GRADC_BLOCK", "gradc_setting(0)"},
    {"GRADC_WORTH_THREADS", "gradc_setting(1)"},
    {"GRADC_WORTH_ADDING", "gradc_setting(2)"},
};

/* ---- One function ---- */

static void choose_settings(struct point *point, struct c_run *run, int trial)
{
    static const size_t blocks[] = {1, 2, 3, 4, 64}, worths[] = {1, 8, 64, 32768};
    c_run_set(run, SETTING_BLOCK, trial == 0 ? 64 : blocks[point_random(point, 5)]);
    c_run_set(run, SETTING_WORTH_THREADS, trial == 0 ? 32768 : worths[point_random(point, 4)]);
    c_run_set(run, SETTING_WORTH_ADDING, trial == 0 ? 16 : point_random(point, 2));
}

/* Sizes about the lengths at which the code changes: of lanes and partial sums, of blocks. */
static int64_t large_size(struct point *point, int trial)
{
    static const int64_t sizes[] = {8, 9, 31, 32, 33, 40, 64, 65, 67};
    return trial % 3 == 2 ? sizes[point_random(point, sizeof sizes / sizeof *sizes)] : 0;
}

struct tally {
    int calls, unfinished;
    bool is_wrong;
    double worst;
};

static bool judge(struct validator *v, struct point *point, enum entry entry, const struct outcome *outcome,
                  struct tally *tally)
{
    tally->calls++;
    v->result.calls++;
    if (outcome->is_unfinished) {
        tally->unfinished++;
        return true;
    }
    const char *wrong = point_judge(point, entry, outcome, &tally->worst);
    if (!wrong)
        return true;
    const char *where = point_text(point, entry);
    tally->is_wrong = true;
    v->result.validity = VALIDATE_WRONG;
    v->fault = arena_print(v->arena, "%s_%s: %s%s%s%s", point->function->name, entry_name(entry), wrong,
                           *where ? " (" : "", where, *where ? ")" : "");
    if (!*v->result.text)
        v->result.text = v->fault;
    return false;
}

/* How entries are called: through their tree, or compiled. */
struct way {
    struct caller *caller;
    struct compiled *compiled; /* NULL: there is a caller */
};

static struct outcome *call(const struct way *way, struct point *point, enum entry entry)
{
    return way->compiled ? compiled_call(way->compiled, point, entry)
                         : caller_call(way->caller, point, entry);
}

/* Forward, and backward twice with other output gradients; then the entries that need no forward. */
static bool try_point(struct validator *v, const struct way *way, struct point *point, struct tally *tallies)
{
    const struct function *function = point->function;
    for (int e = 0; e < ENTRY_COUNT; e++) {
        if (way->compiled && e == ENTRY_PREPARE)
            continue; /* which each of the others is called behind */
        if (!function->entries[e])
            continue;
        bool is_backward = e == ENTRY_BACKWARD;
        if (is_backward && tallies[ENTRY_FORWARD].unfinished > 0)
            continue;
        for (int turn = 0; turn < (is_backward ? 2 : 1); turn++) {
            if (turn > 0)
                point_choose_seeds(point);
            if (e != ENTRY_FORWARD)
                point_choose_null(point, (enum entry)e);
            const struct outcome *outcome = call(way, point, (enum entry)e);
            if (!judge(v, point, (enum entry)e, outcome, &tallies[e]))
                return false;
            if (e == ENTRY_FORWARD && outcome->status != 0 && function->entries[ENTRY_BACKWARD])
                e = ENTRY_BACKWARD; /* which must not follow */
        }
    }
    return true;
}

static void print_rows(const struct validator *v, const struct function *function,
                       const struct tally *tallies)
{
    FILE *table = v->options->table;
    for (int e = 0; e < ENTRY_COUNT; e++) {
        const struct tally *tally = &tallies[e];
        if (tally->calls == 0)
            continue;
        progress_clear();
        fprintf(table, "%-20s %s%-*s ", function->name, v->options->is_compiled ? "compiled " : "",
                v->options->is_compiled ? 11 : 20, entry_name((enum entry)e));
        if (tally->is_wrong)
            fprintf(table, "%12s  WRONG\n    %s\n", "-", v->fault);
        else if (tally->unfinished == tally->calls)
            fprintf(table, "%12s  too large to be run\n", "-");
        else
            fprintf(table, "%12.1e  ok\n", tally->worst);
    }
}

static void count(struct validator *v, const struct function *function, const struct tally *tallies)
{
    for (int e = 0; e < ENTRY_COUNT; e++) {
        v->result.entries += tallies[e].calls > 0;
        v->result.unfinished += tallies[e].calls > 0 && tallies[e].unfinished == tallies[e].calls;
    }
    v->result.functions++;
    if (v->options->table)
        print_rows(v, function, tallies);
}

/* Values as float32 has them. */
static void round_values(struct point *point)
{
    for (size_t i = 0; i < point->function->members_count; i++)
        for (size_t k = 0; point->values[i] && k < point->counts[i]; k++)
            point->values[i][k] = (double)(float)point->values[i][k];
}

static bool validate_compiled(struct validator *v, const struct function *function, size_t number,
                              const struct function *reference, const struct given *given)
{
    struct tally tallies[ENTRY_COUNT] = {0};
    const struct validate_options *options = v->options;
    bool is_right = true;
    for (int trial = 0; trial < options->trials && is_right; trial++) {
        struct arena *arena = arena_new_in(v->arena);
        struct point *point =
            point_new(arena, function, reference, v->precision, options->seed + (uint64_t)trial);
        point->given = given;
        if (v->precision == 32) {
            point->close = 1e-4;
            point->nudge = 1e-7;
            point->rounding = 1e-7;
        }
        bool is_chosen = point_choose_sizes(point, large_size(point, trial));
        if (is_chosen) {
            const struct way way = {NULL, v->compiled[trial % VARIANTS]};
            point_choose_values(point, trial + (int)(options->seed % 5), options->with_statuses && trial > 0);
            if (v->precision == 32)
                round_values(point);
            if (trial > 0)
                point_choose_null(point, ENTRY_FORWARD);
            compiled_begin(way.compiled, number);
            is_right = try_point(v, &way, point, tallies);
            compiled_end(way.compiled);
        }
        arena_free(arena);
        if (!is_chosen)
            break;
    }
    count(v, function, tallies);
    return is_right;
}

static bool validate_function(struct validator *v, const struct function *function,
                              const struct function *reference, const struct given *given)
{
    struct tally tallies[ENTRY_COUNT] = {0};
    const struct validate_options *options = v->options;
    struct arena *arena = arena_new_in(v->arena);
    struct point *point = point_new(arena, function, reference, v->precision, options->seed);
    point->given = given;
    struct caller *caller = caller_new(arena, v->program, function, v->precision, options->seed);
    struct c_run *run = caller_run(caller);
    bool is_right = true;
    if (options->statements > 0)
        c_run_limit(run, options->statements);
    for (int trial = 0; trial < options->trials && is_right && !c_run_is_out_of_time(run); trial++) {
        if (!point_choose_sizes(point, large_size(point, trial)))
            break;
        choose_settings(point, run, trial);
        point_choose_values(point, trial + (int)(options->seed % 5), options->with_statuses && trial > 0);
        memset(point->is_null, 0, function->members_count * sizeof *point->is_null);
        if (trial > 0)
            point_choose_null(point, ENTRY_FORWARD);
        caller_begin(caller, point);
        const struct way way = {caller, NULL};
        is_right = try_point(v, &way, point, tallies);
    }
    count(v, function, tallies);
    arena_free(arena);
    return is_right;
}

/* ---- A whole program ---- */

static void tell_fault(struct validator *v, const char *fault)
{
    v->result.validity = VALIDATE_WRONG;
    v->result.text = fault;
    progress_clear();
    if (v->options->table)
        fprintf(v->options->table, "%-20s %-20s %12s  WRONG\n    %s\n", "", "", "-", fault);
}

static void validate_tree(struct validator *v, struct module *emitted, const struct module *reference)
{
    const struct emit_options options = {.level = v->options->level};
    const char *text = emit_c_text(emitted, &options);
    v->program = c_read(v->arena, text, macros, sizeof macros / sizeof *macros);
    if (v->program->fault) {
        tell_fault(v, v->program->fault);
        return;
    }
    const struct given *given = v->options->given;
    for (size_t i = 0; i < emitted->functions_count; i++) {
        struct function visible = *emitted->functions[i]; /* without what only entries know of */
        if (v->options->table)
            progress_show("running the C of", visible.name, i, emitted->functions_count);
        visible.members_count = reference->functions[i]->members_count;
        if (!validate_function(v, &visible, reference->functions[i], given ? &given[i] : NULL) &&
            !v->options->table)
            return;
    }
}

static void validate_c(struct validator *v, struct module *emitted, const struct module *reference)
{
    const struct emit_options options = {.level = v->options->level, .standalone = true};
    const char *text = emit_c_text(emitted, &options), *fault = NULL;
    const struct given *given = v->options->given;
    for (int i = 0; i < VARIANTS && !fault; i++)
        v->compiled[i] = compiled_new(v->arena, emitted, text, variants[i], &fault);
    bool is_untried = fault && strncmp(fault, "`", 1) != 0; /* not that the compiler finds fault */
    if (is_untried) {
        v->result.validity = VALIDATE_UNTRIED;
        v->result.text = fault;
    } else if (fault) {
        tell_fault(v, fault);
    }
    for (size_t i = 0; i < emitted->functions_count && !fault; i++)
        if (!validate_compiled(v, emitted->functions[i], i, reference->functions[i],
                               given ? &given[i] : NULL) &&
            !v->options->table)
            break;
    for (int i = 0; i < VARIANTS; i++)
        if (v->compiled[i])
            compiled_free(v->compiled[i]);
}

static void validate_module(struct validator *v, struct module *emitted, const struct module *reference)
{
    v->precision = emitted->precision;
    if (v->options->is_compiled)
        validate_c(v, emitted, reference);
    else
        validate_tree(v, emitted, reference);
}

struct validation validate_file(struct arena *arena, struct diagnostics *diagnostics, const struct file *file,
                                const struct derivatives *derivatives, const struct validate_options *options)
{
    struct validator v = {.arena = arena, .options = options, .result.text = ""};
    struct module *reference = compile(arena, diagnostics, file, derivatives, options, 0, false);
    struct module *emitted =
        reference ? compile(arena, diagnostics, file, derivatives, options, options->level, true) : NULL;
    if (emitted)
        validate_module(&v, emitted, reference);
    else
        v.result.validity = VALIDATE_REFUSED;
    bool is_sound = options->with_differences && v.result.validity == VALIDATE_SOUND;
    for (size_t i = 0; is_sound && i < reference->functions_count; i++) {
        const char *fault = wrong_gradient(arena, reference->functions[i], v.precision, options->seed);
        if (fault)
            tell_fault(&v, fault);
        is_sound = !fault;
    }
    return v.result;
}

struct validation validate_source(struct arena *arena, const char *name, const char *text,
                                  const struct validate_options *options)
{
    size_t length;
    struct diagnostics diagnostics = {.arena = arena, .stream = stream_to_text()};
    struct validation result = {.validity = VALIDATE_REFUSED, .text = ""};
    const struct file *file =
        parse(arena, &diagnostics, source_of_text(arena, name, text, strlen(text), false));
    if (diagnostics.error_count == 0)
        result = validate_file(arena, &diagnostics, file, derivatives_load(arena, &diagnostics), options);
    if (result.validity == VALIDATE_REFUSED)
        result.text = arena_print(arena, "%s", stream_text(diagnostics.stream, &length));
    stream_close(diagnostics.stream);
    return result;
}
