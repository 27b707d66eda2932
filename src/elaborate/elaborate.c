/* elaborate.c: files, their definitions and imports, and what is exported. */
#include "elaborator.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "library_text.h"
#include "prelude_text.h"
#include "source.h"

/* ---- Definitions of a file ---- */

static void define(struct elaborator *e, struct map *map, const struct definition *definition)
{
    const struct definition *earlier = map_get(map, definition->name);
    if (earlier) {
        const char *what = definition->kind == DEFINITION_RULE    ? "the rule of "
                           : definition->kind == DEFINITION_GROUP ? "the group "
                                                                  : "";
        report_error(e->diagnostics, definition->name_span, "%s%s is defined twice", what, definition->name);
        report_note(e->diagnostics, earlier->name_span, "the first is here");
        return;
    }
    map_set(e->arena, map, definition->name, (void *)definition);
}

static void check_parameters(struct elaborator *e, const struct definition *definition)
{
    struct map seen = {0};
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        if (map_get(&seen, p->name))
            report_error(e->diagnostics, p->name_span, "%s has two %s named %s", definition->name,
                         definition->kind == DEFINITION_GROUP ? "members" : "parameters", p->name);
        map_set(e->arena, &seen, p->name, (void *)p);
        if (definition->kind == DEFINITION_GROUP && p->type->kind == TYPE_SIZE) {
            report_error(e->diagnostics, p->type->span,
                         "a member of a group is a number, a tensor or a group, not a size");
            report_note(e->diagnostics, p->type->span,
                        "sizes belong to the function that takes the group: f(p: %s, %s: size)",
                        definition->name, p->name);
        }
    }
}

static void define_dim(struct elaborator *e, struct unit *unit, const struct definition *definition)
{
    if (map_get(&unit->dims, definition->name)) {
        report_error(e->diagnostics, definition->name_span, "the dim %s is defined twice", definition->name);
        return;
    }
    size *number = NULL;
    for (size_t i = 0; i < e->options->definition_count; i++) {
        struct size_definition *given = &e->options->definitions[i];
        if (!strcmp(given->name, definition->name)) {
            number = size_number(e->sizes, given->number);
            given->used = true;
        }
    }
    if (!number) {
        struct frame *frame = new_frame(e, unit, definition, definition->span);
        e->frame = frame;
        int64_t fixed;
        struct value value = evaluate(e, definition->value);
        if (as_whole(e, value, definition->value->span, arena_print(e->arena, "the dim %s", definition->name),
                     &fixed) &&
            require_nonnegative(e, size_number(e->sizes, fixed - 1), definition->value->span,
                                "a size must be at least 1, but %s is %lld", definition->name,
                                (long long)fixed))
            number = size_number(e->sizes, fixed);
        e->frame = NULL;
    }
    map_set(e->arena, &unit->dims, definition->name, number ? number : size_number(e->sizes, 1));
}

enum unit_kind { UNIT_MAIN, UNIT_IMPORTED, UNIT_LIBRARY };
static struct unit *load_unit(struct elaborator *e, const struct file *file, enum unit_kind kind);

static void collect_definitions(struct elaborator *e, struct unit *unit)
{
    for (const struct definition *d = unit->file->definitions; d; d = d->next) {
        switch (d->kind) {
        case DEFINITION_FUNCTION:
            define(e, &unit->functions, d);
            check_parameters(e, d);
            break;
        case DEFINITION_GROUP:
            define(e, &unit->groups, d);
            check_parameters(e, d);
            break;
        case DEFINITION_RULE: define(e, &unit->rules, d); break;
        case DEFINITION_DIM: define_dim(e, unit, d); break;
        default: break;
        }
    }
    for (size_t i = 0; i < unit->rules.entries_count; i++) {
        const struct definition *rule = unit->rules.entries[i].value;
        if (!map_get(&unit->functions, rule->name) && !unit->file->lacks_functions)
            report_error(e->diagnostics, rule->name_span, "there is no function %s in this file for the rule",
                         rule->name);
        for (const struct statement *s = rule->body; s; s = s->next)
            if (s->kind == STATEMENT_RETURN)
                report_error(e->diagnostics, s->span, "a rule returns nothing; it assigns d_%s",
                             rule->parameters ? rule->parameters->name : "x");
    }
}

/* ---- Imports ---- */

/* The same for each name of a file. */
static const char *file_key(struct elaborator *e, const char *path)
{
    struct stat status;
    if (stat(path, &status))
        return path;
    return arena_print(e->arena, "%llx %llx", (unsigned long long)status.st_dev,
                       (unsigned long long)status.st_ino);
}

/* The text of the library file of this name; NULL if there is none. */
static const char *library_text(const char *name)
{
    for (const struct library_file *file = library_files; file->name; file++)
        if (!strcmp(file->name, name))
            return file->text;
    return NULL;
}

/* A misspelt library file, or one with the ending of other files. */
static void suggest_library(struct elaborator *e, const char *name)
{
    const char *names[8], *end = strrchr(name, '.');
    size_t count = 0;
    for (const struct library_file *file = library_files; file->name && count < 8; file++)
        names[count++] = file->name;
    if (end && strcmp(end, ".nn") == 0)
        name = arena_print(e->arena, "%.*s", (int)(end - name), name);
    const char *near = library_text(name) ? name : near_name(name, names, count);
    struct span none = {0};
    if (near)
        report_note(e->diagnostics, none, "the library's file is imported by \"%s\"", near);
}

static const struct source *read_import(struct elaborator *e, const char *path)
{
    const struct text_reading *reading = e->options->reading;
    return reading ? reading->read(reading->closure, e->arena, path) : source_read(e->arena, path);
}

static void import(struct elaborator *e, struct unit *unit, const struct definition *definition)
{
    /* A file of the user's of this name comes before one of the library. */
    const char *name = definition->name, *library = library_text(name), *path = NULL;
    errno = 0;
    if (!unit->is_library)
        path = source_find(e->arena, unit->file->source->path, name, e->options->folders,
                           e->options->folder_count);
    bool is_library = !path && library;
    if (is_library)
        path = arena_print(e->arena, "<library %s>", name);
    struct unit *known = path ? map_get(&e->files, file_key(e, path)) : NULL;
    if (known) {
        if (known->loading)
            report_error(e->diagnostics, definition->span,
                         "\"%s\" imports itself, directly or through others", definition->name);
        else
            ARENA_APPEND(e->arena, unit, imports, known);
        return;
    }
    const struct source *source = is_library ? source_of_text(e->arena, path, library, strlen(library), true)
                                  : path     ? read_import(e, path)
                                             : NULL;
    if (!source) {
        report_error(e->diagnostics, definition->span, "cannot read \"%s\": %s", definition->name,
                     errno == ENXIO ? "it is a pipe or a device, and no file"
                     : errno        ? strerror(errno)
                                    : "no such file");
        suggest_library(e, definition->name);
        e->lacks_functions = true;
        return;
    }
    struct unit *imported =
        load_unit(e, parse(e->arena, e->diagnostics, source), is_library ? UNIT_LIBRARY : UNIT_IMPORTED);
    ARENA_APPEND(e->arena, unit, imports, imported);
}

static struct unit *load_unit(struct elaborator *e, const struct file *file, enum unit_kind kind)
{
    struct unit *unit = ARENA_NEW(e->arena, struct unit);
    unit->file = file;
    e->lacks_functions = e->lacks_functions || file->lacks_functions;
    e->is_torn = e->is_torn || file->is_torn;
    unit->is_main = kind == UNIT_MAIN;
    unit->is_library = kind == UNIT_LIBRARY;
    unit->loading = true;
    ARENA_APPEND(e->arena, e, units, unit);
    map_set(e->arena, &e->files, file_key(e, file->source->path), unit);
    for (const struct definition *d = file->definitions; d; d = d->next)
        if (d->kind == DEFINITION_IMPORT)
            import(e, unit, d);
    collect_definitions(e, unit);
    unit->loading = false;
    return unit;
}

const struct file *library_parse(struct arena *arena, struct diagnostics *diagnostics)
{
    return parse(arena, diagnostics,
                 source_of_text(arena, "<library>", prelude_text, strlen(prelude_text), true));
}

static struct unit *load_prelude(struct elaborator *e)
{
    const struct file *library = e->options->library;
    return load_unit(e, library ? library : library_parse(e->arena, e->diagnostics), UNIT_LIBRARY);
}

/* ---- Exported functions ---- */

static void add_output_member(struct elaborator *e, const char *name, struct value value, struct span span)
{
    if (value.kind == VALUE_ERROR)
        return;
    if (value.kind == VALUE_GROUP) {
        int i = 0;
        for (const struct parameter *member = value.group->parameters; member; member = member->next, i++)
            add_output_member(e, arena_print(e->arena, "%s_%s", name, member->name), value.items[i], span);
        return;
    }
    struct node *node = as_node(e, value, span);
    if (!node)
        return;
    if (node->type == BOOL) {
        fail(e, span, "the output %s is %s; real(…) makes 0 and 1 of truth values", name,
             value_text(e, &value));
        return;
    }
    struct member member = {.name = name,
                            .role = ROLE_OUTPUT,
                            .type = node->type,
                            .rank = node->rank,
                            .shape = node->shape,
                            .value = node,
                            .span = span};
    ARENA_APPEND(e->arena, e->function, members, member);
}

/* The body of an exported function that has a rule is differentiated by the rule. */
void execute_export(struct elaborator *e, const struct definition *definition)
{
    struct frame *frame = e->frame;
    const struct definition *rule = map_get(&frame->unit->rules, definition->name);
    int count = 0, i = 0;
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        count++;
    struct value *arguments = ARENA_ARRAY(e->arena, struct value, count + 1);
    struct span *spans = ARENA_ARRAY(e->arena, struct span, count + 1);
    for (const struct parameter *p = definition->parameters; rule && p; p = p->next, i++) {
        struct binding *binding = find_binding(e, p->name);
        if (binding && binding->value.kind == VALUE_NODE && binding->value.node->type == REAL)
            binding->value.node = graph_mark(e->graph, binding->value.node, NULL);
        arguments[i] = binding ? binding->value : value_error();
        spans[i] = p->span;
    }
    execute_body(e, definition);
    if (rule && frame->returned)
        apply_rule(e, frame, rule, arguments, spans);
}

static struct function *export_function(struct elaborator *e, struct unit *unit,
                                        const struct definition *definition, bool quiet)
{
    struct function *function = ARENA_NEW(e->arena, struct function);
    function->name =
        arena_print(e->arena, "%s%s", e->options->prefix ? e->options->prefix : "", definition->name);
    function->graph = e->graph = graph_new_apart(e->arena, e->sizes);
    e->graph->saving = e->options->saving;
    function->span = definition->span;
    function->entries[ENTRY_FORWARD] = true;
    e->function = function;
    e->quiet_export = quiet;
    e->not_exportable = false;
    e->graph->origin = definition->span;
    struct frame *frame = new_frame(e, unit, definition, definition->span);
    frame->is_export = true;
    e->frame = frame;
    bool is_torn = false; /* it calls what could not be read */
    if (declare_parameters(e, definition)) {
        execute_export(e, definition);
        for (size_t i = 0; i < frame->output_count; i++) {
            is_torn = is_torn || frame->outputs[i].kind == VALUE_ERROR;
            add_output_member(e, frame->output_names[i], frame->outputs[i], frame->output_spans[i]);
        }
    }
    e->frame = NULL;
    e->function = NULL;
    return is_torn || (quiet && e->not_exportable) ? NULL : function;
}

/* ---- Which functions are exported when none is named ---- */

/* The functions that others of the file call or pass; a name that is also a value of the caller counts only
 * as a call. */
static void collect_called(struct elaborator *e, const struct unit *unit, struct map *called)
{
    for (const struct definition *d = unit->file->definitions; d; d = d->next) {
        if (d->kind != DEFINITION_FUNCTION && d->kind != DEFINITION_RULE)
            continue;
        struct map used = {0};
        collect_used_names(e, d, &used);
        for (size_t i = 0; i < used.entries_count; i++)
            if (d->kind != DEFINITION_FUNCTION || strcmp(d->name, used.entries[i].name))
                map_set(e->arena, called, used.entries[i].name, called);
    }
}

static void add_request(struct elaborator *e, struct elaboration *result, struct export_request *request)
{
    struct function *function = request->function;
    struct module *module = result->module;
    size_t count = module->functions_count;
    ARENA_APPEND(e->arena, module, functions, function);
    result->requests =
        arena_grow(e->arena, result->requests, count, &e->requests_capacity, sizeof *result->requests);
    result->requests[count] = request;
}

static void add_export(struct elaborator *e, struct elaboration *result, struct unit *unit,
                       const struct definition *definition, const struct definition *export)
{
    int errors = e->diagnostics->error_count;
    if (definition->has_gaps)
        return;
    struct function *function = export_function(e, unit, definition, !export);
    if (!function || errors != e->diagnostics->error_count)
        return; /* what the export asks for cannot be judged where the function is wrong */
    struct export_request *request = ARENA_NEW(e->arena, struct export_request);
    request->function = function;
    request->span = export ? export->span : definition->span;
    request_derivatives(e, request, export, definition);
    if (unit->is_main)
        warn_unused_inputs(e, definition);
    add_request(e, result, request);
}

static bool export_once(struct elaborator *e, const struct definition *export, struct map *exported)
{
    if (map_get(exported, export->name)) {
        report_error(e->diagnostics, export->name_span, "%s is exported twice", export->name);
        report_note(
            e->diagnostics, (struct span){0},
            "one export lists all that is wanted of it, as in export %s wrt x, y: jvp, hvp; for other "
            "variables a function that calls it is exported",
            export->name);
        return false;
    }
    map_set(e->arena, exported, export->name, exported);
    return true;
}

static void export_named(struct elaborator *e, struct elaboration *result, struct unit *unit,
                         const struct definition *export, struct map *exported)
{
    struct frame frame = {.unit = unit};
    e->frame = &frame;
    struct callee *callee = find_function(e, export->name);
    e->frame = NULL;
    if (!callee && e->lacks_functions)
        return;
    if (!callee || !callee->definition || callee->unit->is_library) {
        const char **names = ARENA_ARRAY(e->arena, const char *, unit->functions.entries_count + 1);
        for (size_t i = 0; i < unit->functions.entries_count; i++)
            names[i] = unit->functions.entries[i].name;
        report_error(e->diagnostics, export->name_span, "there is no function %s to export", export->name);
        suggest(e, export->name, names, unit->functions.entries_count);
        return;
    }
    if (!export_once(e, export, exported))
        return;
    add_export(e, result, callee->unit, callee->definition, export);
}

static bool file_has_gaps(const struct file *file)
{
    bool has_gaps = file->lacks_functions || file->is_torn;
    for (const struct definition *d = file->definitions; d; d = d->next)
        has_gaps = has_gaps || d->has_gaps;
    return has_gaps;
}

/* Whether a function means the same on its own as where it is called from what could not be read. */
static bool has_types(const struct definition *definition)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        if (!p->type || p->type->any_leading)
            return false;
    return true;
}

static void export_all(struct elaborator *e, struct elaboration *result, struct unit *unit)
{
    struct map exported = {0}, called = {0};
    bool named = false;
    for (const struct definition *d = unit->file->definitions; d; d = d->next)
        if (d->kind == DEFINITION_EXPORT) {
            named = true;
            struct export_request *problem = NULL;
            if (d->objective.text) {
                bool is_new = export_once(e, d, &exported);
                int errors = e->diagnostics->error_count;
                problem = export_nlp(e, unit, d);
                if (problem && is_new && errors == e->diagnostics->error_count)
                    add_request(e, result, problem);
                continue;
            }
            export_named(e, result, unit, d, &exported);
        }
    if (named)
        return;
    collect_called(e, unit, &called);
    bool has_gaps = file_has_gaps(unit->file);
    for (const struct definition *d = unit->file->definitions; d; d = d->next)
        if (d->kind == DEFINITION_FUNCTION && !map_get(&called, d->name) && (!has_gaps || has_types(d)))
            add_export(e, result, unit, d, NULL);
    if (result->module->functions_count || e->diagnostics->error_count || check_recursion(e, unit))
        return;
    /* Nothing was left in: tell why each was left out. */
    for (const struct definition *d = unit->file->definitions; d; d = d->next)
        if (d->kind == DEFINITION_FUNCTION && !map_get(&called, d->name))
            export_function(e, unit, d, false);
    if (!e->diagnostics->error_count) {
        struct span start = {unit->file->source, 0, 0};
        report_error(e->diagnostics, start,
                     "there is nothing to export: no function here can be called from C on its own");
    }
}

static int file_precision(struct elaborator *e, const struct file *file)
{
    const struct definition *first = NULL;
    for (const struct definition *d = file->definitions; d; d = d->next) {
        if (d->kind != DEFINITION_PRECISION)
            continue;
        if (first) {
            report_error(e->diagnostics, d->span, "the precision is given twice");
            report_note(e->diagnostics, first->span, "the first is here");
            continue;
        }
        first = d;
    }
    return first ? first->precision : 64;
}

struct elaboration *elaborate(struct arena *arena, struct diagnostics *diagnostics, const struct file *file,
                              const struct derivatives *derivatives, const struct elaborate_options *options)
{
    struct elaborator *e = ARENA_NEW(arena, struct elaborator);
    e->arena = arena;
    e->diagnostics = diagnostics;
    e->derivatives = derivatives;
    e->options = options;
    e->sizes = sizes_new(arena);
    e->graph = graph_new(arena, e->sizes);
    struct elaboration *result = ARENA_NEW(arena, struct elaboration);
    result->module = ARENA_NEW(arena, struct module);
    int precision = file_precision(e, file);
    *result->module = (struct module){.arena = arena,
                                      .source = file->source,
                                      .prefix = options->prefix ? options->prefix : "",
                                      .precision = options->precision ? options->precision : precision};
    e->precision = result->module->precision;
    e->prelude = load_prelude(e);
    struct unit *unit = load_unit(e, file, UNIT_MAIN);
    bool right = check_groups(e) && !e->is_torn;
    if (right)
        export_all(e, result, unit);
    if (!diagnostics->error_count)
        warn_unused_values(e, unit);
    const char **files = ARENA_ARRAY(arena, const char *, e->units_count + 1);
    result->files = files;
    result->as_formulas = options->as_formulas;
    for (size_t i = 0; i < e->units_count; i++)
        if (!e->units[i]->is_library) {
            if (right && !file_has_gaps(e->units[i]->file))
                check_unused(e, e->units[i]);
            files[result->file_count++] = e->units[i]->file->source->path;
        }
    return result;
}

bool elaboration_select(struct elaboration *elaboration, const char *name)
{
    struct module *module = elaboration->module;
    for (size_t i = 0; i < module->functions_count; i++)
        if (strcmp(module->functions[i]->name + strlen(module->prefix), name) == 0) {
            module->functions[0] = module->functions[i];
            elaboration->requests[0] = elaboration->requests[i];
            module->functions_count = 1;
            return true;
        }
    return false;
}
