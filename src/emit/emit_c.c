/* emit_c.c: a module as one C file and its header. The passes of the back end, in their order, are
 * program_of(). */
#include <string.h>

#include "emitter.h"
#include "passes.h"
#include "runtime_text.h"

static struct program *program_of(struct module *module, struct function *function, enum entry entry,
                                  const struct kept *kept, const struct program *forward)
{
    struct program *program = demand(module, function, entry, kept);
    materialise(program);
    inherit(program);
    schedule(program);
    block(program);
    fuse(program);
    place(program, forward);
    share_loops(program);
    arena_free(program->scratch);
    program->scratch = NULL;
    return program;
}

void build_programs(struct module *module, struct function *function, struct programs *programs)
{
    if (!function->has_packed_operands)
        pack_operands(function);
    function->has_packed_operands = true;
    compute_roots(function);
    programs->function = function;
    programs->kept = function->entries[ENTRY_BACKWARD] ? keep(module, function) : NULL;
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (e == ENTRY_FORWARD || function->entries[e])
            programs->entries[e] =
                program_of(module, function, (enum entry)e, programs->kept, programs->entries[ENTRY_FORWARD]);
}

/* Few rounds are one chunk, and need no copies; of n - 1 rounds there may be none. */
static enum truth needs_slots(const struct program *program)
{
    for (size_t i = 0; program && i < program->slots_count; i++) {
        const struct slot *slot = &program->slots[i];
        if (!slot->is_for_chunks &&
            size_nonnegative(size_subtract(slot->count, size_number(program->sizes, 1))) == ALWAYS)
            return ALWAYS;
    }
    return program && program->slots_count > 0 ? SOMETIMES : NEVER;
}

static enum truth needs_work(const struct programs *programs, enum entry entry)
{
    enum truth needed = needs_slots(programs->entries[entry]);
    for (int e = 0; e < ENTRY_COUNT && entry != ENTRY_GRADIENT; e++)
        if (needs_slots(programs->entries[e]) > needed)
            needed = needs_slots(programs->entries[e]);
    return needed;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool calls_trigonometry(const char *code)
{
    static const char *const calls[] = {"gradc_sin(", "gradc_sinf(", "gradc_cos(", "gradc_cosf("};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strstr(code, calls[i]))
            return true;
    return false;
}

static bool calls_vector_mathematics(const char *code)
{
    static const char *const calls[] = {"gradc_exp", "gradc_log", "gradc_tanh", "gradc_erf", "gradc_choose"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strstr(code, calls[i]))
            return true;
    return calls_trigonometry(code);
}

/* The headers of the elementary functions that vectorise. */
static const char *vector_headers(const char *code)
{
    if (calls_trigonometry(code))
        return "#include \"gradc_trig.h\"\n#include \"gradc_vecmath.h\"\n";
    return calls_vector_mathematics(code) ? "#include \"gradc_vecmath.h\"\n" : "";
}

/* The runtime's parts that the code calls. */
static void embed_runtime(struct text *file, const char *code)
{
    static const struct {
        const char *call, *part;
    } parts[] = {{"gradc_matmul_f32", "matmul_f32"},
                 {"gradc_matvec_f32", "matmul_f32"},
                 {"gradc_matmul_f64", "matmul_f64"},
                 {"gradc_matvec_f64", "matmul_f64"},
                 {"gradc_lgamma", "special"},
                 {"gradc_digamma", "special"},
                 {"gradc_polygamma", "special"},
                 {"gradc_uniform", "special"},
                 {"gradc_erfcx", "erf"},
                 {"gradc_erfinv", "erf"},
                 {"gradc_i0e", "bessel"},
                 {"gradc_i1e", "bessel"},
                 {"gradc_j0", "bessel"},
                 {"gradc_j1", "bessel"},
                 {"gradc_cholesky_f32", "linalg_f32"},
                 {"gradc_solve_triangular_f32", "linalg_f32"},
                 {"gradc_lu_f32", "linalg_f32"},
                 {"gradc_cholesky_f64", "linalg_f64"},
                 {"gradc_solve_triangular_f64", "linalg_f64"},
                 {"gradc_lu_f64", "linalg_f64"}};
    const char *last = "";
    if (calls_vector_mathematics(code))
        text_print(file, "%s\n", runtime_text("vecmath"));
    if (calls_trigonometry(code))
        text_print(file, "%s\n", runtime_text("trig"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(last, parts[i].part) != 0 && strstr(code, parts[i].call) && runtime_text(parts[i].part)) {
            last = parts[i].part;
            text_print(file, "%s\n", runtime_text(last));
        }
}

static void emit_prelude(struct text *file, const struct module *module, const struct emit_options *options,
                         const char *header, const char *code)
{
    text_print(
        file,
        "/* Emitted by gradc from %s. */\n#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n"
        "#include <string.h>\n\n",
        base_name(module->source->path));
    if (options->standalone || !options->header_name) {
        text_print(file, "%s\n", header);
        if (options->standalone)
            embed_runtime(file, code);
        else if (calls_vector_mathematics(code))
            text_print(file, "%s\n", vector_headers(code));
    } else {
        text_print(file, "#include \"gradc.h\"\n%s#include \"%s\"\n\n", vector_headers(code),
                   base_name(options->header_name));
    }
    text_write(file, "GRADC_BEGIN\n\n");
    if (strstr(code, "sqrt(") || strstr(code, "sqrtf("))
        text_write(file, "GRADC_ROOTS\n\n");
    if (strstr(code, "gradc_room("))
        text_print(file,
                   "/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */\n"
                   "static size_t gradc_room(size_t count)\n{\n    return (count + %d) / %d * %d;\n}\n\n",
                   (int)slot_alignment(module) - 1, (int)slot_alignment(module), (int)slot_alignment(module));
}

void emit_c(FILE *c, FILE *h, const struct module *constant, const struct emit_options *options)
{
    struct module *module = (struct module *)constant;
    struct text header = {.arena = module->arena}, code = header, file = header;
    struct programs *programs = ARENA_ARRAY(module->arena, struct programs, module->functions_count + 1);
    text_write(&code, "");
    for (size_t i = 0; i < module->functions_count; i++)
        build_programs(module, module->functions[i], &programs[i]);
    for (size_t i = 0; options->stats && i < module->functions_count; i++)
        emit_stats(options->stats, module, &programs[i]);
    emit_header(&header, module, options, programs);
    for (size_t i = 0; i < module->functions_count; i++) {
        emit_size_functions(&code, module, &programs[i]);
        for (int e = 0; e < ENTRY_COUNT; e++)
            if (programs[i].entries[e]) {
                emit_entry(&code, module, options, programs[i].entries[e],
                           needs_work(&programs[i], (enum entry)e));
                bool is_last = i + 1 == module->functions_count;
                for (int rest = e + 1; rest < ENTRY_COUNT; rest++)
                    is_last = is_last && !programs[i].entries[rest];
                text_write(&code, is_last ? "" : "\n");
            }
    }
    emit_prelude(&file, module, options, header.bytes, code.bytes);
    emit_tables(&file, module, code.bytes);
    fputs(file.bytes, c);
    fputs(code.bytes, c);
    fputs("\nGRADC_END\n", c);
    if (h && h != c && options->header_name)
        fputs(header.bytes, h);
}

void emit_statistics(FILE *stats, struct module *module)
{
    for (size_t i = 0; i < module->functions_count; i++) {
        struct programs programs = {0};
        build_programs(module, module->functions[i], &programs);
        emit_stats(stats, module, &programs);
    }
}
