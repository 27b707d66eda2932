/* symbols.c: walks the syntax tree with the scopes around each place, as the elaboration looks names up
 * (elaborate_expression.c, elaborate_call.c): in the body, the file, its imports, the library. */
#include "symbols.h"

#include <ctype.h>
#include <string.h>

#include "library_text.h"
#include "source.h"

/* Names that are declared together: those of a function's body, of a reduction's indices. */
struct scope {
    struct map symbols;
    struct scope *outer;
    bool is_body;
};

struct walker {
    struct names *names;
    const struct source *source;
    const struct definition *owner; /* of the file */
    struct scope *scope;
};

struct span word_at(const struct source *source, unsigned begin)
{
    unsigned end = begin;
    while (end < source->length && (isalnum((unsigned char)source->text[end]) || source->text[end] == '_' ||
                                    (unsigned char)source->text[end] >= 0x80))
        end++;
    return (struct span){source, begin, end};
}

/* The word that ends a span: the member in p.g. */
static struct span last_word(struct span span)
{
    struct span none = {0};
    for (unsigned begin = span.end; begin > span.begin;) {
        unsigned char byte = (unsigned char)span.source->text[begin - 1];
        if (!isalnum(byte) && byte != '_' && byte < 0x80)
            return (struct span){span.source, begin, span.end};
        begin--;
    }
    return none;
}

/* ---- Declarations ---- */

static struct symbol *new_symbol(struct walker *w, enum symbol_kind kind, const char *name, struct span span)
{
    struct symbol *symbol = ARENA_NEW(w->names->arena, struct symbol);
    *symbol = (struct symbol){.kind = kind, .name = name, .span = span, .owner = w->owner};
    return symbol;
}

static void stand(struct walker *w, struct span span, struct span value, const char *name,
                  const struct symbol *symbol, bool is_call)
{
    struct occurrence occurrence = {span, value, name, symbol, is_call};
    if (span.source == w->source)
        ARENA_APPEND(w->names->arena, w->names, occurrences, occurrence);
}

static struct symbol *declare(struct walker *w, enum symbol_kind kind, const char *name, struct span span,
                              struct span place)
{
    struct symbol *symbol = new_symbol(w, kind, name, span);
    symbol->place = place;
    if (w->scope)
        map_set(w->names->arena, &w->scope->symbols, name, symbol);
    ARENA_APPEND(w->names->arena, w->names, symbols, symbol);
    stand(w, span, place, name, symbol, false);
    return symbol;
}

static struct scope *enter(struct walker *w, bool is_body)
{
    struct scope *scope = ARENA_NEW(w->names->arena, struct scope);
    scope->outer = w->scope;
    scope->is_body = is_body;
    return w->scope = scope;
}

static void leave(struct walker *w)
{
    w->scope = w->scope->outer;
}

/* ---- Lookups ---- */

static const struct symbol *find_in(const struct known_file *file, const char *name, bool is_group, int depth)
{
    const struct symbol *symbol = map_get(&file->symbols, name);
    if (symbol && (symbol->kind == SYMBOL_GROUP) == is_group)
        return symbol;
    for (size_t i = 0; i < file->imports_count && depth < 32; i++) {
        symbol = find_in(file->imports[i], name, is_group, depth + 1);
        if (symbol && symbol->kind != SYMBOL_DIM)
            return symbol;
    }
    return NULL;
}

const struct symbol *find_symbol(const struct names *names, const char *name)
{
    return find_in(names->main, name, false, 0);
}

const struct symbol *find_group_symbol(const struct names *names, const char *name)
{
    return find_in(names->main, name, true, 0);
}

const struct symbol *find_library_symbol(const struct names *names, const char *name)
{
    return map_get(&names->library->symbols, name);
}

static const struct symbol *find_local(const struct walker *w, const char *name)
{
    const struct symbol *symbol = NULL;
    for (const struct scope *scope = w->scope; scope && !symbol; scope = scope->outer)
        symbol = map_get(&scope->symbols, name);
    return symbol;
}

static const struct symbol *find(const struct walker *w, const char *name)
{
    const struct symbol *symbol = find_local(w, name);
    if (!symbol)
        symbol = find_symbol(w->names, name);
    return symbol ? symbol : find_library_symbol(w->names, name);
}

static const struct symbol *member_of(const struct names *names, const char *group, const char *member)
{
    const struct symbol *symbol = group ? find_group_symbol(names, group) : NULL;
    const struct parameter *p = symbol ? symbol->definition->parameters : NULL;
    while (p && strcmp(p->name, member) != 0)
        p = p->next;
    if (!p)
        return NULL;
    struct symbol *found = ARENA_NEW(names->arena, struct symbol);
    *found = (struct symbol){SYMBOL_MEMBER, member, p->name_span, {0}, symbol->definition, p, NULL};
    return found;
}

/* ---- Expressions ---- */

static void walk_expression(struct walker *w, const struct expression *x);

static void walk_reduction(struct walker *w, const struct expression *x)
{
    enter(w, false);
    for (const struct index *index = x->indices; index; index = index->next) {
        walk_expression(w, index->range);
        struct span word = word_at(index->span.source, index->span.begin);
        declare(w, SYMBOL_INDEX, index->name, word, word);
    }
    walk_expression(w, x->left);
    leave(w);
}

static void walk_subscripts(struct walker *w, const struct subscript *subscripts)
{
    for (const struct subscript *s = subscripts; s; s = s->next) {
        walk_expression(w, s->at);
        walk_expression(w, s->begin);
        walk_expression(w, s->end);
        walk_expression(w, s->step);
        walk_expression(w, s->range);
    }
}

/* The type that a group's member, or what it is a member of, was declared with. */
static const char *group_of(const struct walker *w, const struct expression *x)
{
    const struct symbol *symbol = NULL;
    while (x->kind == EXPRESSION_SUBSCRIPT)
        x = x->left;
    if (x->kind == EXPRESSION_NAME)
        symbol = find(w, x->name);
    if (x->kind == EXPRESSION_MEMBER)
        symbol = member_of(w->names, group_of(w, x->left), x->name);
    return symbol && symbol->parameter ? symbol->parameter->type->group : NULL;
}

static void walk_expression(struct walker *w, const struct expression *x)
{
    for (; x; x = x->left) {
        struct span word;
        switch (x->kind) {
        case EXPRESSION_NAME: stand(w, x->span, x->span, x->name, find(w, x->name), false); break;
        case EXPRESSION_CALL: stand(w, x->operator_span, x->span, x->name, find(w, x->name), true); break;
        case EXPRESSION_REDUCE: walk_reduction(w, x); return;
        case EXPRESSION_MEMBER:
            word = last_word(x->span);
            stand(w, word, x->span, x->name, member_of(w->names, group_of(w, x->left), x->name), false);
            break;
        default: break;
        }
        for (const struct argument *a = x->arguments; a; a = a->next)
            walk_expression(w, a->value);
        walk_subscripts(w, x->subscripts);
        walk_expression(w, x->condition);
        walk_expression(w, x->right);
    }
}

/* ---- Definitions ---- */

/* A name in a type that is no dim is the name of a size. */
static void walk_axis(struct walker *w, const struct expression *x)
{
    for (; x; x = x->left) {
        const struct symbol *known = x->kind == EXPRESSION_NAME ? find_local(w, x->name) : NULL;
        const struct symbol *dim = x->kind == EXPRESSION_NAME ? find_symbol(w->names, x->name) : NULL;
        if (x->kind == EXPRESSION_NAME && !known && !(dim && dim->kind == SYMBOL_DIM))
            declare(w, SYMBOL_SIZE, x->name, x->span, x->span);
        else if (x->kind == EXPRESSION_NAME)
            stand(w, x->span, x->span, x->name, known ? known : dim, false);
        walk_axis(w, x->right);
    }
}

static void walk_type(struct walker *w, const struct type_syntax *type)
{
    if (type->group) {
        struct span word = word_at(type->span.source, type->span.begin);
        stand(w, word, word, type->group, find_group_symbol(w->names, type->group), false);
    }
    for (const struct axis *axis = type->axes; axis; axis = axis->next)
        walk_axis(w, axis->size);
}

static void walk_parameters(struct walker *w, const struct definition *definition, enum symbol_kind kind)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        walk_type(w, p->type);
        struct symbol *symbol = declare(w, kind, p->name, p->name_span, p->span);
        symbol->definition = definition;
        symbol->parameter = p;
        walk_expression(w, p->default_value);
    }
}

static void walk_statements(struct walker *w, const struct statement *statement);

static void walk_function(struct walker *w, const struct definition *definition)
{
    enter(w, true);
    walk_parameters(w, definition, SYMBOL_PARAMETER);
    walk_expression(w, definition->value);
    walk_statements(w, definition->body);
    leave(w);
}

/* The body's scope: what is assigned in a block of it is a name of the body. */
static struct scope *body_scope(const struct walker *w)
{
    struct scope *scope = w->scope;
    while (scope->outer && !scope->is_body)
        scope = scope->outer;
    return scope;
}

static void assign(struct walker *w, const struct target *target)
{
    struct span word = word_at(target->span.source, target->span.begin);
    const struct symbol *known = map_get(&body_scope(w)->symbols, target->name);
    if (known) {
        stand(w, word, target->span, target->name, known, false);
        return;
    }
    struct scope *scope = w->scope;
    w->scope = body_scope(w);
    declare(w, SYMBOL_VARIABLE, target->name, word, target->span);
    w->scope = scope;
}

/* `y[p < P, q] = ...`: names without a value are indices, which the right side sees. */
static void declare_indices(struct walker *w, const struct target *target)
{
    for (const struct subscript *s = target->subscripts; s; s = s->next)
        if (s->at && s->at->kind == EXPRESSION_NAME && (s->range || !find_local(w, s->at->name)) &&
            !find_symbol(w->names, s->at->name))
            declare(w, SYMBOL_INDEX, s->at->name, s->at->span, s->at->span);
}

static void walk_results(struct walker *w, const struct result *results)
{
    for (const struct result *result = results; result; result = result->next) {
        walk_expression(w, result->value);
        if (!result->name)
            continue;
        const struct symbol *known = map_get(&body_scope(w)->symbols, result->name);
        if (known)
            stand(w, result->name_span, result->name_span, result->name, known, false);
        else
            declare(w, SYMBOL_VARIABLE, result->name, result->name_span, result->value->span);
    }
}

static void walk_statement(struct walker *w, const struct statement *statement)
{
    enter(w, false);
    for (const struct target *target = statement->targets; target; target = target->next) {
        declare_indices(w, target);
        walk_subscripts(w, target->subscripts);
    }
    if (statement->variable) {
        struct scope *scope = w->scope;
        w->scope = body_scope(w);
        declare(w, SYMBOL_VARIABLE, statement->variable, statement->variable_span, statement->variable_span);
        w->scope = scope;
    }
    walk_expression(w, statement->begin);
    walk_expression(w, statement->end);
    walk_expression(w, statement->value);
    walk_results(w, statement->results);
    for (const struct target *target = statement->targets; target; target = target->next)
        assign(w, target);
    walk_expression(w, statement->while_condition);
    leave(w);
    if (statement->definition) {
        const struct definition *definition = statement->definition;
        struct symbol *symbol =
            declare(w, SYMBOL_FUNCTION, definition->name, definition->name_span, definition->span);
        symbol->definition = definition;
        walk_function(w, definition);
    }
    walk_statements(w, statement->body);
    walk_statements(w, statement->else_body);
}

static void walk_statements(struct walker *w, const struct statement *statement)
{
    for (; statement; statement = statement->next)
        walk_statement(w, statement);
}

/* `d_y` is the gradient of the output y, and `d_x` is assigned. */
static void walk_rule(struct walker *w, const struct definition *rule)
{
    struct arena *arena = w->names->arena;
    const struct symbol *function = find_symbol(w->names, rule->name);
    stand(w, rule->name_span, rule->name_span, rule->name, function, false);
    enter(w, true);
    walk_parameters(w, rule, SYMBOL_PARAMETER);
    for (const struct result *output = rule->outputs; output; output = output->next) {
        struct span span = output->name_span.source ? output->name_span : output->span;
        struct symbol *symbol = declare(w, SYMBOL_VARIABLE, output->name, span, span);
        map_set(arena, &w->scope->symbols, arena_print(arena, "d_%s", output->name), symbol);
    }
    walk_statements(w, rule->body);
    leave(w);
}

static const struct symbol *parameter_of(const struct names *names, const struct symbol *function,
                                         const char *name)
{
    for (size_t i = 0; function && i < names->symbols_count; i++) {
        const struct symbol *symbol = names->symbols[i];
        if (symbol->kind == SYMBOL_PARAMETER && symbol->definition == function->definition &&
            strcmp(symbol->name, name) == 0)
            return symbol;
    }
    return NULL;
}

static void walk_export(struct walker *w, const struct definition *export)
{
    const struct symbol *function = export->objective.text ? NULL : find_symbol(w->names, export->name);
    if (function)
        stand(w, export->name_span, export->name_span, export->name, function, false);
    const struct word *words[] = {&export->objective, &export->constraints};
    for (int i = 0; i < 2; i++)
        if (words[i]->text)
            stand(w, words[i]->span, words[i]->span, words[i]->text, find_symbol(w->names, words[i]->text),
                  false);
    const struct target *lists[] = {export->wrt_names, export->given_names};
    for (int i = 0; i < 2; i++)
        for (const struct target *target = lists[i]; target; target = target->next) {
            struct span word = word_at(target->span.source, target->span.begin);
            stand(w, word, word, target->name, parameter_of(w->names, function, target->name), false);
        }
}

/* ---- Files ---- */

static void declare_file(struct walker *w, struct known_file *file)
{
    for (const struct definition *d = file->file->definitions; d; d = d->next) {
        enum symbol_kind kind = d->kind == DEFINITION_FUNCTION ? SYMBOL_FUNCTION
                                : d->kind == DEFINITION_GROUP  ? SYMBOL_GROUP
                                                               : SYMBOL_DIM;
        if ((kind == SYMBOL_DIM && d->kind != DEFINITION_DIM) || map_get(&file->symbols, d->name))
            continue;
        struct symbol *symbol = new_symbol(w, kind, d->name, d->name_span);
        symbol->definition = d;
        map_set(w->names->arena, &file->symbols, d->name, symbol);
    }
}

static struct known_file *know_file(struct walker *w, const struct file *file, bool is_library,
                                    const struct elaborate_options *options);

static struct known_file *know_import(struct walker *w, const struct known_file *importing, const char *name,
                                      const struct elaborate_options *options)
{
    struct arena *arena = w->names->arena;
    const struct source *source = NULL;
    const char *path = importing->is_library ? NULL
                                             : source_find(arena, importing->file->source->path, name,
                                                           options->folders, options->folder_count);
    for (size_t i = 0; path && i < w->names->files_count; i++)
        if (strcmp(w->names->files[i]->file->source->path, path) == 0)
            return w->names->files[i];
    if (path)
        source = options->reading ? options->reading->read(options->reading->closure, arena, path)
                                  : source_read(arena, path);
    for (const struct library_file *file = library_files; !path && file->name; file++)
        if (strcmp(file->name, name) == 0)
            source = source_of_text(arena, arena_print(arena, "<library %s>", name), file->text,
                                    strlen(file->text), true);
    if (!source || w->names->files_count > 100)
        return NULL;
    struct diagnostics silent = diagnostics_silent(arena);
    return know_file(w, parse(arena, &silent, source), source->is_library, options);
}

static struct known_file *know_file(struct walker *w, const struct file *file, bool is_library,
                                    const struct elaborate_options *options)
{
    struct known_file *known = ARENA_NEW(w->names->arena, struct known_file);
    known->file = file;
    known->is_library = is_library;
    ARENA_APPEND(w->names->arena, w->names, files, known);
    declare_file(w, known);
    for (const struct definition *d = file->definitions; d; d = d->next) {
        struct known_file *import =
            d->kind == DEFINITION_IMPORT ? know_import(w, known, d->name, options) : NULL;
        if (import)
            ARENA_APPEND(w->names->arena, known, imports, import);
        if (import && file->source == w->source) {
            struct symbol *symbol =
                new_symbol(w, SYMBOL_FILE, d->name, (struct span){import->file->source, 0, 0});
            stand(w, d->name_span, d->name_span, d->name, symbol, false);
        }
    }
    return known;
}

static void walk_definition(struct walker *w, const struct definition *definition)
{
    w->owner = definition;
    struct map *symbols = &w->names->main->symbols;
    const struct symbol *own = definition->name ? map_get(symbols, definition->name) : NULL;
    if (own && own->definition == definition)
        stand(w, definition->name_span,
              definition->kind == DEFINITION_DIM ? definition->value->span : definition->span,
              definition->name, own, false);
    switch (definition->kind) {
    case DEFINITION_FUNCTION: walk_function(w, definition); break;
    case DEFINITION_DIM: walk_expression(w, definition->value); break;
    case DEFINITION_GROUP:
        enter(w, true);
        walk_parameters(w, definition, SYMBOL_MEMBER);
        leave(w);
        break;
    case DEFINITION_RULE: walk_rule(w, definition); break;
    default: break;
    }
}

struct names *names_of(struct arena *arena, const struct file *file, const struct elaborate_options *options)
{
    struct names *names = ARENA_NEW(arena, struct names);
    struct walker w = {.names = names, .source = file->source};
    names->arena = arena;
    struct diagnostics silent = diagnostics_silent(arena);
    const struct file *library = options->library ? options->library : library_parse(arena, &silent);
    names->library = know_file(&w, library, true, options);
    names->main = know_file(&w, file, false, options);
    for (const struct definition *d = file->definitions; d; d = d->next)
        walk_definition(&w, d);
    for (const struct definition *d = file->definitions; d; d = d->next)
        if (d->kind == DEFINITION_EXPORT)
            walk_export(&w, d);
    return names;
}

/* ---- Places ---- */

const struct occurrence *occurrence_at(const struct names *names, unsigned offset)
{
    const struct occurrence *found = NULL;
    for (size_t i = 0; i < names->occurrences_count; i++) {
        const struct occurrence *one = &names->occurrences[i];
        if (one->span.begin <= offset && offset <= one->span.end && one->span.end > one->span.begin &&
            (!found || one->span.begin > found->span.begin))
            found = one;
    }
    return found;
}

const struct definition *definition_around(const struct file *file, unsigned offset)
{
    const struct definition *around = NULL;
    for (const struct definition *d = file->definitions; d && d->span.begin <= offset; d = d->next)
        around = d;
    return around;
}
