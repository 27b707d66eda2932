/* emit_c.c: a module as one C file and its header, from the loop programs of lower.c. */
#include <string.h>

#include "emitter.h"
#include "progress.h"
#include "runtime_text.h"
#include "source.h"

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

/* Whether the runtime's part defines one of the functions that are mentioned. */
static bool defines_mentioned(const char *part, const struct names *mentioned)
{
    for (const char *const *function = runtime_functions(part); *function; function++)
        if (names_has(mentioned, *function))
            return true;
    return false;
}

/* The first, up to PART_HEADERS, are headers, gradc_NAME.h. */
enum runtime_part {
    PART_VECMATH,
    PART_TRIG,
    PART_HYPERBOLIC,
    PART_ERFC,
    PART_ARCS,
    PART_HEADERS,
    PART_SPECIAL = PART_HEADERS,
    PART_ERF,
    PART_BESSEL,
    PART_MATMUL_F32,
    PART_MATMUL_F64,
    PART_LINALG_F32,
    PART_LINALG_F64,
    PART_FACTORS_F32,
    PART_FACTORS_F64,
    PART_DECOMPOSE_F32,
    PART_DECOMPOSE_F64,
    PART_FOURIER_F32,
    PART_FOURIER_F64,
    PART_SORT_F32,
    PART_SORT_F64,
    PART_COUNT
};
static const char *const part_names[] = {"vecmath",     "trig",        "hyperbolic",    "erfc",
                                         "arcs",        "special",     "erf",           "bessel",
                                         "matmul_f32",  "matmul_f64",  "linalg_f32",    "linalg_f64",
                                         "factors_f32", "factors_f64", "decompose_f32", "decompose_f64",
                                         "fourier_f32", "fourier_f64", "sort_f32",      "sort_f64"};

/* The runtime's parts that the module calls, and those that these call, which come before them. */
static void find_runtime_parts(struct names *mentioned, bool *is_needed)
{
    for (int i = PART_COUNT; i-- > 0;) {
        is_needed[i] = defines_mentioned(part_names[i], mentioned);
        for (const char *const *name = runtime_mentions(part_names[i]); is_needed[i] && *name; name++)
            names_reserve(mentioned, *name);
    }
}

static void emit_prelude(struct text *file, const struct module *module, const struct emit_options *options,
                         const char *header, struct names *mentioned)
{
    bool is_needed[PART_COUNT];
    bool has_roots = names_has(mentioned, "sqrt") || names_has(mentioned, "sqrtf"),
         has_rooms = names_has(mentioned, "gradc_room");
    find_runtime_parts(mentioned, is_needed);
    struct text headers = {.arena = module->arena};
    text_write(&headers, "");
    for (int i = PART_HEADERS; i-- > 0;)
        if (is_needed[i])
            text_print(&headers, "#include \"gradc_%s.h\"\n", part_names[i]);
    bool asks_precision = options->standalone && is_needed[PART_VECMATH]; /* FLT_EVAL_METHOD */
    text_print(file,
               "/* Emitted by gradc from %s. */\n%s#include <math.h>\n#include <stddef.h>\n"
               "#include <stdint.h>\n#include <string.h>\n\n",
               path_last_part(module->source->path), asks_precision ? "#include <float.h>\n" : "");
    if (options->standalone || !options->header_name) {
        text_print(file, "%s\n", header);
        for (int i = 0; options->standalone && i < PART_COUNT; i++)
            if (is_needed[i])
                text_print(file, "%s\n", runtime_text(part_names[i]));
        if (!options->standalone && *headers.bytes)
            text_print(file, "%s\n", headers.bytes);
    } else {
        text_print(file, "#include \"gradc.h\"\n%s#include \"%s\"\n\n", headers.bytes,
                   path_last_part(options->header_name));
    }
    text_write(file, "GRADC_BEGIN\n\n");
    if (has_roots)
        text_write(file, "GRADC_ROOTS\n\n");
    if (has_rooms)
        text_print(file,
                   "/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */\n"
                   "static size_t gradc_room(size_t count)\n{\n    return (count + %d) / %d * %d;\n}\n\n",
                   (int)slot_alignment(module) - 1, (int)slot_alignment(module), (int)slot_alignment(module));
}

static struct programs *build_all(struct module *module)
{
    struct programs *programs = ARENA_ARRAY(module->arena, struct programs, module->functions_count + 1);
    for (size_t i = 0; i < module->functions_count; i++) {
        progress_show("scheduling", module->functions[i]->name, i, module->functions_count);
        build_programs(module, module->functions[i], &programs[i]);
    }
    return programs;
}

/* The header's text goes into *header, the rest is returned. */
static const char *print_module(struct module *module, const struct programs *programs,
                                const struct emit_options *options, struct text *header)
{
    struct text file = {.arena = module->arena};
    struct c_file code = {.text = file, .mentioned = names_new(module->arena)};
    text_write(&code.text, "");
    emit_header(header, module, options, programs);
    for (size_t i = 0; i < module->functions_count; i++) {
        emit_size_functions(&code, module, &programs[i]);
        emit_defaults(&code, module, options, module->functions[i]);
        const char **kept_names =
            ARENA_ARRAY(module->arena, const char *, module->functions[i]->graph->nodes_count + 1);
        for (int e = 0; e < ENTRY_COUNT; e++)
            if (programs[i].entries[e]) {
                emit_entry(&code, module, options, programs[i].entries[e],
                           needs_work(&programs[i], (enum entry)e), kept_names);
                bool is_last = i + 1 == module->functions_count;
                for (int rest = e + 1; rest < ENTRY_COUNT; rest++)
                    is_last = is_last && !programs[i].entries[rest];
                text_write(&code.text, is_last ? "" : "\n");
            }
    }
    emit_prelude(&file, module, options, header->bytes, code.mentioned);
    emit_tables(&file, module, code.mentioned);
    text_write(&file, code.text.bytes);
    text_write(&file, "\nGRADC_END\n");
    return file.bytes;
}

const struct programs *emit_c(FILE *c, FILE *h, const struct module *module,
                              const struct emit_options *options)
{
    struct text header = {.arena = module->arena};
    const struct programs *programs = build_all((struct module *)module);
    fputs(print_module((struct module *)module, programs, options, &header), c);
    if (h && h != c && options->header_name)
        fputs(header.bytes, h);
    return programs;
}

const char *emit_c_text(struct module *module, const struct emit_options *options)
{
    struct text header = {.arena = module->arena};
    return print_module(module, build_all(module), options, &header);
}
