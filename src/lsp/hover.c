/* hover.c: what stands under the cursor: its type and shape as the elaboration finds them, what it is, and
 * for inputs of exported functions the formula of their gradient. */
#include <ctype.h>
#include <string.h>

#include "answers.h"
#include "derivatives.h"
#include "documentation.h"
#include "emit_math.h"
#include "stream.h"
#include "symbols.h"

enum { MOST_TYPES = 3, LONGEST_FORMULAS = 4000, MOST_NODES = 20000 };

/* ---- Types ---- */

struct sight {
    struct arena *arena;
    struct span place;
    const char *types[MOST_TYPES]; /* of a function that is called several times several */
    size_t count;
};

static bool is_place(void *closure, struct span place)
{
    const struct sight *sight = closure;
    return place.source == sight->place.source && place.begin == sight->place.begin &&
           place.end == sight->place.end;
}

static void see(void *closure, const char *type)
{
    struct sight *sight = closure;
    for (size_t i = 0; i < sight->count; i++)
        if (strcmp(sight->types[i], type) == 0)
            return;
    if (sight->count < MOST_TYPES)
        sight->types[sight->count++] = type;
}

/* `s = 0` before a loop says less than what the loop makes of it. */
static const char *join_types(const struct sight *sight)
{
    const char *text = NULL;
    for (size_t i = 0; i < sight->count; i++)
        if (sight->count == 1 || !isdigit((unsigned char)sight->types[i][0]))
            text = text ? arena_print(sight->arena, "%s, or %s", text, sight->types[i]) : sight->types[i];
    return text;
}

/* ---- Formulas ---- */

/* Of the module's function of this name, as --emit=math writes them; NULL if that is not asked for, or too
 * long to be read in passing. */
static const char *formulas_of(struct view *view, struct module *module, const char *name)
{
    struct function *function = NULL;
    for (size_t i = 0; i < module->functions_count && !function; i++)
        if (strcmp(module->functions[i]->name, name) == 0)
            function = module->functions[i];
    if (!function || function->graph->nodes_count > MOST_NODES)
        return NULL;
    FILE *stream = stream_to_text();
    size_t length;
    module->functions[0] = function;
    module->functions_count = 1;
    emit_math(stream, module, NOTATION_MATH);
    const char *bytes = stream_text(stream, &length);
    const char *text = length <= LONGEST_FORMULAS ? arena_copy(view->arena, bytes, length) : NULL;
    stream_close(stream);
    return text;
}

/* Whether all that stands to the right is where a loop has left it, `d_w[0]`. */
static bool is_reference(const char *right)
{
    return strncmp(right, "d_", 2) == 0 && right[strcspn(right, " \n")] != ' ';
}

/* The line `dloss/dw = ...` or `d_w = ...`; NULL if it says nothing by itself. */
static const char *gradient_line(struct arena *arena, const char *formulas, const char *name)
{
    size_t name_length = strlen(name);
    for (const char *line = formulas; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        const char *start = line + strspn(line, " "), *equals = strstr(start, " = ");
        if (!equals || *start != 'd' || (size_t)(equals - start) < name_length + 2)
            continue;
        const char *last = equals - name_length;
        if (strncmp(last, name, name_length) == 0 &&
            (strncmp(last - 2, "/d", 2) == 0 || (last == start + 2 && last[-1] == '_')))
            return is_reference(equals + 3) ? NULL : arena_copy(arena, start, strcspn(start, "\n"));
    }
    return NULL;
}

/* ---- What is under the cursor ---- */

struct innermost {
    unsigned offset;
    const struct expression *expression;
};

static void find_operator(struct innermost *found, const struct expression *x)
{
    for (; x; x = x->left) {
        bool is_operator = x->kind == EXPRESSION_UNARY || x->kind == EXPRESSION_BINARY;
        bool is_bars = x->kind == EXPRESSION_ABSOLUTE || x->kind == EXPRESSION_NORM;
        unsigned width = x->kind == EXPRESSION_NORM ? 2 : 1;
        if ((is_operator && x->operator_span.begin <= found->offset &&
             found->offset < x->operator_span.end + (x->operator_span.end == x->operator_span.begin)) ||
            (is_bars && ((found->offset >= x->span.begin && found->offset < x->span.begin + width) ||
                         (found->offset < x->span.end && found->offset + width >= x->span.end))))
            found->expression = x;
        for (const struct argument *a = x->arguments; a; a = a->next)
            find_operator(found, a->value);
        for (const struct subscript *s = x->subscripts; s; s = s->next) {
            const struct expression *parts[] = {s->at, s->begin, s->end, s->step};
            for (int i = 0; i < 4; i++)
                find_operator(found, parts[i]);
        }
        for (const struct index *index = x->indices; index; index = index->next)
            find_operator(found, index->range);
        find_operator(found, x->condition);
        find_operator(found, x->right);
    }
}

static void find_in_definition(struct innermost *found, const struct definition *definition);

static void find_in_statements(struct innermost *found, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        const struct expression *parts[] = {statement->value, statement->begin, statement->end,
                                            statement->while_condition};
        for (int i = 0; i < 4; i++)
            find_operator(found, parts[i]);
        for (const struct result *result = statement->results; result; result = result->next)
            find_operator(found, result->value);
        if (statement->definition)
            find_in_definition(found, statement->definition);
        find_in_statements(found, statement->body);
        find_in_statements(found, statement->else_body);
    }
}

static void find_in_definition(struct innermost *found, const struct definition *definition)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        find_operator(found, p->default_value);
    find_operator(found, definition->value);
    find_in_statements(found, definition->body);
}

/* ---- The answer ---- */

struct hover {
    const char *code, *text; /* NULL: none */
    const char *formulas;
    struct span range;
};

static void write_hover(const struct view *view, const struct hover *hover)
{
    struct arena *arena = view->arena;
    const char *text = arena_print(arena, "```gradc\n%s\n```", hover->code);
    if (hover->text && *hover->text)
        text = arena_print(arena, "%s\n%s", text, hover->text);
    if (hover->formulas)
        text = arena_print(arena, "%s\n```text\n%s\n```", text, hover->formulas);
    FILE *reply = view->question->reply;
    fputs("{\"contents\":{\"kind\":\"markdown\",\"value\":", reply);
    json_write_string(reply, text);
    fputs("},\"range\":", reply);
    write_range(view, hover->range);
    fputc('}', reply);
}

static const char *parameter_text(const struct view *view, const struct parameter *p)
{
    return arena_copy(view->arena, p->span.source->text + p->span.begin, p->span.end - p->span.begin);
}

static struct hover describe_function(const struct view *view, const struct occurrence *occurrence,
                                      const char *type)
{
    struct map functions = documented_functions(view->arena);
    const struct symbol *symbol = occurrence->symbol;
    bool is_library = !symbol || symbol->span.source->is_library;
    const struct documented *documented = is_library ? map_get(&functions, occurrence->name) : NULL;
    const char *usage = symbol ? NULL : builtin_usage(occurrence->name);
    struct hover hover = {.text = documented ? documented->text : NULL};
    if (documented && documented->signature)
        hover.code = documented->signature;
    else if (symbol)
        hover.code = signature_of(view->arena, symbol->definition);
    else if (usage)
        hover.code = arena_print(view->arena, "%s(%s)", occurrence->name, usage);
    if (hover.code && type && occurrence->is_call)
        hover.code = arena_print(view->arena, "%s: %s", hover.code, type);
    return hover;
}

static struct hover describe_name(const struct view *view, const struct occurrence *occurrence,
                                  const char *type)
{
    static const char *const texts[] = {
        [SYMBOL_FUNCTION] = "",     [SYMBOL_PARAMETER] = "parameter",
        [SYMBOL_SIZE] = "a size",   [SYMBOL_DIM] = "a size that the file fixes",
        [SYMBOL_VARIABLE] = "",     [SYMBOL_INDEX] = "an index",
        [SYMBOL_GROUP] = "a group", [SYMBOL_MEMBER] = "member",
        [SYMBOL_FILE] = "a file",
    };
    const struct symbol *symbol = occurrence->symbol;
    struct hover hover = {.text = texts[symbol->kind]};
    if (symbol->kind == SYMBOL_PARAMETER || symbol->kind == SYMBOL_MEMBER)
        hover.text = arena_print(view->arena, "%s of %s", hover.text, symbol->definition->name);
    if (symbol->kind == SYMBOL_FILE)
        hover.code = arena_print(view->arena, "import \"%s\"", symbol->name);
    else if (symbol->kind == SYMBOL_GROUP)
        hover.code = arena_print(view->arena, "group %s", symbol->name);
    else if (type && strcmp(type, symbol->name) != 0)
        hover.code = arena_print(view->arena, symbol->kind == SYMBOL_DIM ? "%s = %s" : "%s: %s",
                                 occurrence->name, type);
    else
        hover.code = symbol->parameter ? parameter_text(view, symbol->parameter) : symbol->name;
    return hover;
}

/* The elaboration with an eye on the place; NULL if the program is wrong. */
static struct elaboration *watch(struct view *view, struct sight *sight)
{
    struct observer observer = {is_place, see, sight};
    struct diagnostics silent = diagnostics_silent(view->arena);
    const struct derivatives *derivatives = derivatives_load(view->arena, &silent);
    view->options.observer = &observer;
    view->options.as_formulas = true;
    struct elaboration *elaboration =
        elaborate(view->arena, &silent, view->file, derivatives, &view->options);
    view->options.observer = NULL;
    if (silent.error_count == 0)
        adjoin(elaboration, &silent, derivatives);
    return silent.error_count == 0 ? elaboration : NULL;
}

static const char *formulas_for(struct view *view, const struct symbol *symbol,
                                struct elaboration *elaboration)
{
    bool is_input = symbol && symbol->kind == SYMBOL_PARAMETER;
    bool is_export = symbol && symbol->kind == SYMBOL_FUNCTION && !symbol->span.source->is_library;
    if (!elaboration || !(is_input || is_export) || symbol->definition->kind != DEFINITION_FUNCTION)
        return NULL;
    const char *formulas = formulas_of(view, elaboration->module, symbol->definition->name);
    return formulas && is_input ? gradient_line(view->arena, formulas, symbol->name) : formulas;
}

void answer_hover(const struct question *question)
{
    struct view view = look_at(question, NULL);
    view.options.reading = &view.reading;
    view.options.prefix = "";
    const struct names *names = names_of(view.arena, view.file, &view.options);
    const struct occurrence *occurrence = occurrence_at(names, view.offset);
    struct innermost found = {.offset = view.offset};
    for (const struct definition *d = view.file->definitions; d; d = d->next)
        find_in_definition(&found, d);
    if (occurrence && view.offset == occurrence->span.end && found.expression)
        occurrence = NULL; /* the operator begins here, the name has ended */
    struct hover hover = {.code = NULL};
    struct sight sight = {.arena = view.arena};
    if (occurrence) {
        sight.place = occurrence->value;
        struct elaboration *elaboration = watch(&view, &sight);
        const struct symbol *symbol = occurrence->symbol;
        const char *type = join_types(&sight);
        if (symbol && symbol->kind != SYMBOL_FUNCTION)
            hover = describe_name(&view, occurrence, type);
        else
            hover = describe_function(&view, occurrence, type);
        if (!hover.code && type)
            hover.code = arena_print(view.arena, "%s: %s", occurrence->name, type);
        hover.formulas = formulas_for(&view, symbol, elaboration);
        hover.range = occurrence->span;
    } else if (found.expression) {
        const struct expression *x = found.expression;
        sight.place = x->span;
        watch(&view, &sight);
        const char *written = x->kind == EXPRESSION_ABSOLUTE ? "|x|"
                              : x->kind == EXPRESSION_NORM   ? "||x||"
                                                             : syntax_operator_text(x->op);
        const char *type = join_types(&sight);
        hover.code = type ? arena_print(view.arena, "%s: %s", written, type) : written;
        hover.text = operator_text(x);
        hover.range = x->span;
    }
    if (hover.code)
        write_hover(&view, &hover);
    else
        fputs("null", question->reply);
}
