/* c_read.c: emitted C to its tree: types, declarations, functions. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "c_reader.h"

void c_cannot_read(struct c_reader *reader, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    reader->program->fault = arena_print(reader->arena, "line %d: cannot read: %s", line,
                                         arena_vprint(reader->arena, format, arguments));
    va_end(arguments);
    longjmp(reader->stop, 1);
}

/* ---- Tokens ---- */

bool c_is(const struct c_reader *reader, int mark)
{
    return reader->at->kind == TOKEN_MARK && reader->at->mark == mark;
}

bool c_takes(struct c_reader *reader, int mark)
{
    bool found = c_is(reader, mark);
    reader->at += found;
    return found;
}

void c_expect(struct c_reader *reader, int mark)
{
    if (!c_takes(reader, mark))
        c_cannot_read(reader, reader->at->line, "`%.*s` where `%c` is wanted", (int)reader->at->length,
                      reader->at->text, mark);
}

bool c_is_word(const struct c_reader *reader, enum c_keyword keyword)
{
    return reader->at->kind == TOKEN_NAME && reader->at->word->keyword == (int)keyword;
}

bool c_takes_word(struct c_reader *reader, enum c_keyword keyword)
{
    bool found = c_is_word(reader, keyword);
    reader->at += found;
    return found;
}

bool c_begins_type(const struct c_reader *reader)
{
    int keyword = reader->at->kind == TOKEN_NAME ? reader->at->word->keyword : WORD_NONE;
    return keyword >= WORD_VOID && keyword <= WORD_STORAGE;
}

static struct c_word *take_name(struct c_reader *reader)
{
    const struct c_token *token = reader->at;
    if (token->kind != TOKEN_NAME || token->word->keyword != WORD_NONE)
        c_cannot_read(reader, token->line, "`%.*s` where a name is wanted", (int)token->length, token->text);
    reader->at++;
    return token->word;
}

/* ---- Scopes ---- */

static struct c_binding *bind(struct c_reader *reader, struct c_word *word, enum c_bound kind)
{
    struct c_binding *bound = ARENA_NEW(reader->arena, struct c_binding);
    bound->kind = kind;
    bound->word = word;
    bound->outer = word->bound;
    bound->depth = reader->depth;
    word->bound = bound;
    ARENA_APPEND(reader->arena, reader, scope, bound);
    return bound;
}

void c_leave_scope(struct c_reader *reader)
{
    while (reader->scope_count > 0 && reader->scope[reader->scope_count - 1]->depth >= reader->depth) {
        struct c_binding *last = reader->scope[--reader->scope_count];
        last->word->bound = last->outer;
    }
    reader->depth--;
}

static struct c_variable *declare(struct c_reader *reader, struct c_word *word, struct c_type type, int line)
{
    if (word->bound && word->bound->depth == reader->depth && reader->depth > 0)
        c_cannot_read(reader, line, "%s is declared twice", word->name);
    struct c_variable *variable = ARENA_NEW(reader->arena, struct c_variable);
    *variable = (struct c_variable){.name = word->name,
                                    .type = type,
                                    .line = line,
                                    .parallel = reader->parallel,
                                    .is_global = !reader->function};
    if (reader->function) {
        variable->slot = reader->function->slot_count++;
    } else {
        variable->slot = reader->program->globals_count;
        ARENA_APPEND(reader->arena, reader->program, globals, variable);
    }
    bind(reader, word, BOUND_VARIABLE)->variable = variable;
    return variable;
}

/* ---- Types ---- */

static const struct c_struct *read_struct(struct c_reader *reader);
static void read_enum(struct c_reader *reader);

struct c_type c_read_type(struct c_reader *reader)
{
    struct c_type type = {.kind = C_VOID};
    bool is_known = false;
    for (; c_begins_type(reader);) {
        int keyword = reader->at->word->keyword, line = reader->at->line;
        reader->at++;
        switch (keyword) {
        case WORD_CONST: type.is_const = true; continue;
        case WORD_RESTRICT:
        case WORD_STORAGE: continue;
        case WORD_DOUBLE: type.kind = C_DOUBLE; break;
        case WORD_FLOAT: type.kind = C_FLOAT; break;
        case WORD_INT: type.kind = C_INT; break;
        case WORD_UINT: type.kind = C_UINT; break;
        case WORD_LONG: type.kind = C_LONG; break;
        case WORD_SIZE: type.kind = C_SIZE; break;
        case WORD_STRUCT:
            type.kind = C_STRUCT;
            type.structure = read_struct(reader);
            break;
        case WORD_ENUM:
            read_enum(reader);
            type.kind = C_INT;
            break;
        default: break;
        }
        if (is_known)
            c_cannot_read(reader, line, "two types where one is wanted");
        is_known = true;
    }
    if (!is_known)
        c_cannot_read(reader, reader->at->line, "`%.*s` where a type is wanted", (int)reader->at->length,
                      reader->at->text);
    while (c_takes(reader, '*'))
        type.pointers++;
    if (type.pointers > 1)
        c_cannot_read(reader, reader->at->line, "a pointer to a pointer");
    while (c_is_word(reader, WORD_CONST) || c_is_word(reader, WORD_RESTRICT)) {
        type.is_restrict |= c_is_word(reader, WORD_RESTRICT);
        reader->at++;
    }
    return type;
}

static const struct c_struct *read_struct(struct c_reader *reader)
{
    struct c_program *program = reader->program;
    const char *name = take_name(reader)->name;
    struct c_struct *structure = NULL;
    for (size_t i = 0; i < program->structs_count; i++)
        if (strcmp(program->structs[i]->name, name) == 0)
            structure = program->structs[i];
    if (!structure) {
        structure = ARENA_NEW(reader->arena, struct c_struct);
        structure->name = name;
        ARENA_APPEND(reader->arena, program, structs, structure);
    }
    if (!c_takes(reader, '{'))
        return structure;
    while (!c_takes(reader, '}')) {
        struct c_field field = {.type = c_read_type(reader)};
        field.name = take_name(reader)->name;
        c_expect(reader, ';');
        ARENA_APPEND(reader->arena, structure, fields, field);
    }
    return structure;
}

/* enum { name = constant }; */
static void read_enum(struct c_reader *reader)
{
    int64_t value = 0;
    c_expect(reader, '{');
    while (!c_takes(reader, '}')) {
        struct c_word *word = take_name(reader);
        if (c_takes(reader, '='))
            value = c_constant(reader, c_read_assignment(reader));
        struct c_binding *bound = bind(reader, word, BOUND_NUMBER);
        bound->type.kind = C_INT;
        bound->integer = value++;
        c_takes(reader, ',');
    }
}

/* ---- Variables ---- */

struct c_statement *c_statement_new(struct c_reader *reader, enum c_statement_kind kind, int line)
{
    struct c_statement *s = ARENA_NEW(reader->arena, struct c_statement);
    s->kind = kind;
    s->line = line;
    return s;
}

static double constant_number(struct c_reader *reader, const struct c_expression *a)
{
    if (a->operation == C_NEGATE)
        return -constant_number(reader, a->a);
    if (a->operation == C_NUMBER)
        return c_is_real(a->type) ? a->real : (double)a->integer;
    c_cannot_read(reader, a->line, "a table with an element that is no number");
}

/* { numbers }, of a constant array. */
static void read_table(struct c_reader *reader, struct c_variable *variable)
{
    int32_t *table = ARENA_ARRAY(reader->arena, int32_t, variable->length + 1);
    double *numbers = ARENA_ARRAY(reader->arena, double, variable->length + 1);
    size_t count = 0;
    c_expect(reader, '{');
    while (!c_takes(reader, '}')) {
        if (count >= variable->length)
            c_cannot_read(reader, reader->at->line, "more elements than the table %s has", variable->name);
        double value = constant_number(reader, c_read_assignment(reader));
        table[count] = c_is_real(variable->type) ? 0 : (int32_t)value;
        numbers[count++] = value;
        if (!c_is(reader, '}'))
            c_expect(reader, ',');
    }
    if (variable->type.kind == C_INT)
        variable->table = table;
    else
        variable->numbers = numbers;
    variable->has_value = true;
}

/* { 0 }: all zeros. */
static void read_zeros(struct c_reader *reader, struct c_statement *s)
{
    c_expect(reader, '{');
    if (constant_number(reader, c_read_assignment(reader)) != 0)
        c_cannot_read(reader, s->line, "a list of initial values that is not {0}");
    c_expect(reader, '}');
    s->zeros = true;
}

static struct c_statement *read_declarator(struct c_reader *reader, struct c_type type)
{
    int line = reader->at->line;
    struct c_word *word = take_name(reader);
    struct c_statement *s = c_statement_new(reader, C_DECLARE, line);
    struct c_variable *variable = declare(reader, word, type, line);
    s->variable = variable;
    if (c_takes(reader, '[')) {
        int64_t length = c_constant(reader, c_read_expression(reader));
        c_expect(reader, ']');
        if (length <= 0 || type.pointers > 0)
            c_cannot_read(reader, line, "an array of %lld elements", (long long)length);
        variable->is_array = true;
        variable->length = (size_t)length;
    }
    if (!c_takes(reader, '='))
        return s;
    variable->has_value = true;
    if (variable->is_array && type.is_const)
        read_table(reader, variable);
    else if (variable->is_array)
        read_zeros(reader, s);
    else
        s->expression = c_convert(reader, c_read_assignment(reader), type);
    return s;
}

/* Ends with a semicolon; several variables are a block without a scope. */
struct c_statement *c_read_declaration(struct c_reader *reader)
{
    struct c_statement *all = c_statement_new(reader, C_BLOCK, reader->at->line);
    struct c_type type = c_read_type(reader);
    while (!c_takes(reader, ';')) {
        struct c_statement *one = read_declarator(reader, type);
        ARENA_APPEND(reader->arena, all, statements, one);
        if (!c_is(reader, ';')) {
            c_expect(reader, ',');
            if (type.pointers > 0)
                c_cannot_read(reader, one->line, "two pointers in one declaration");
        }
    }
    return all->statements_count == 1 ? all->statements[0] : all;
}

/* ---- The file ---- */

static void read_parameters(struct c_reader *reader, struct c_function *function)
{
    if (c_takes_word(reader, WORD_VOID) && c_takes(reader, ')'))
        return;
    if (reader->at[-1].kind == TOKEN_NAME && reader->at[-1].word->keyword == WORD_VOID)
        reader->at--;
    while (!c_takes(reader, ')')) {
        int line = reader->at->line;
        struct c_type type = c_read_type(reader);
        bool is_named = reader->at->kind == TOKEN_NAME;
        struct c_variable *parameter;
        if (is_named) {
            parameter = declare(reader, take_name(reader), type, line);
        } else {
            parameter = ARENA_NEW(reader->arena, struct c_variable);
            *parameter = (struct c_variable){.name = "", .type = type, .line = line};
            parameter->slot = function->slot_count++;
        }
        parameter->is_parameter = parameter->has_value = true;
        ARENA_APPEND(reader->arena, function, parameters, parameter);
        if (!c_is(reader, ')'))
            c_expect(reader, ',');
    }
}

/* The function of this name: as declared before, or a new one. */
static struct c_function *function_named(struct c_reader *reader, struct c_word *word)
{
    if (word->bound && word->bound->kind == BOUND_FUNCTION)
        return word->bound->function;
    struct c_function *function = ARENA_NEW(reader->arena, struct c_function);
    function->name = word->name;
    bind(reader, word, BOUND_FUNCTION)->function = function;
    ARENA_APPEND(reader->arena, reader->program, functions, function);
    return function;
}

static void read_function(struct c_reader *reader, struct c_word *word, struct c_type type, int line)
{
    struct c_function *function = function_named(reader, word);
    size_t declared = function->parameters_count;
    if (function->body)
        c_cannot_read(reader, line, "%s is defined twice", word->name);
    *function = (struct c_function){.name = word->name, .type = type, .line = line};
    reader->function = function;
    reader->depth++;
    read_parameters(reader, function);
    if (declared > 0 && declared != function->parameters_count)
        c_cannot_read(reader, line, "%s has other parameters than where it was declared", word->name);
    if (c_takes(reader, '{'))
        function->body = c_read_block(reader);
    else
        c_expect(reader, ';');
    c_leave_scope(reader);
    reader->function = NULL;
}

static void read_external(struct c_reader *reader)
{
    int line = reader->at->line;
    if (c_takes(reader, ';'))
        return;
    struct c_type type = c_read_type(reader);
    if (c_takes(reader, ';'))
        return;
    struct c_word *word = take_name(reader);
    if (c_takes(reader, '(')) {
        read_function(reader, word, type, line);
        return;
    }
    reader->at--;
    bool is_known = word->bound && word->bound->kind == BOUND_VARIABLE;
    struct c_variable *before = is_known ? word->bound->variable : NULL;
    struct c_statement *s = read_declarator(reader, type);
    c_expect(reader, ';');
    if (s->expression || s->zeros || !type.is_const || (before && before->has_value))
        c_cannot_read(reader, line, "a variable %s outside of functions", word->name);
}

static void bind_number(struct c_reader *reader, const char *name, enum c_kind kind, double real,
                        int64_t integer)
{
    struct c_binding *bound = bind(reader, c_word(&reader->words, name, strlen(name)), BOUND_NUMBER);
    bound->type.kind = kind;
    bound->integer = integer;
    bound->real = real;
}

static void begin(struct c_reader *reader)
{
    static const struct {
        const char *name;
        enum c_keyword keyword;
    } keywords[] = {{"void", WORD_VOID},      {"double", WORD_DOUBLE},
                    {"float", WORD_FLOAT},    {"int", WORD_INT},
                    {"int32_t", WORD_INT},    {"uint32_t", WORD_UINT},
                    {"unsigned", WORD_UINT},  {"int64_t", WORD_LONG},
                    {"ptrdiff_t", WORD_LONG}, {"size_t", WORD_SIZE},
                    {"uint64_t", WORD_SIZE},  {"char", WORD_CHAR},
                    {"struct", WORD_STRUCT},  {"enum", WORD_ENUM},
                    {"const", WORD_CONST},    {"restrict", WORD_RESTRICT},
                    {"static", WORD_STORAGE}, {"inline", WORD_STORAGE},
                    {"extern", WORD_STORAGE}, {"sizeof", WORD_SIZEOF},
                    {"if", WORD_IF},          {"else", WORD_ELSE},
                    {"for", WORD_FOR},        {"while", WORD_WHILE},
                    {"do", WORD_DO},          {"return", WORD_RETURN},
                    {"break", WORD_BREAK},    {"continue", WORD_CONTINUE},
                    {"_Pragma", WORD_PRAGMA}};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        c_word(&reader->words, keywords[i].name, strlen(keywords[i].name))->keyword =
            (int)keywords[i].keyword;
    bind_number(reader, "NULL", C_INT, 0, 0);
    bind_number(reader, "INFINITY", C_FLOAT, INFINITY, 0);
    bind_number(reader, "HUGE_VAL", C_DOUBLE, INFINITY, 0);
    bind_number(reader, "NAN", C_FLOAT, NAN, 0);
    bind_number(reader, "SIZE_MAX", C_SIZE, 0, -1);
    bind_number(reader, "PTRDIFF_MAX", C_LONG, 0, INT64_MAX);
    bind_number(reader, "INT32_MAX", C_INT, 0, INT32_MAX);
    bind_number(reader, "INT32_MIN", C_INT, 0, INT32_MIN);
    size_t count;
    const struct c_builtin *const *builtins = c_builtins(reader->arena, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = c_builtin_name(builtins[i]);
        bind(reader, c_word(&reader->words, name, strlen(name)), BOUND_BUILTIN)->builtin = builtins[i];
    }
}

struct c_program *c_read(struct arena *arena, const char *text, const struct c_macro_value *macros,
                         size_t macro_count)
{
    struct c_reader *reader = ARENA_NEW(arena, struct c_reader);
    struct c_program *program = ARENA_NEW(arena, struct c_program);
    *program = (struct c_program){.arena = arena, .text = text};
    reader->arena = reader->words.arena = arena;
    reader->program = program;
    begin(reader);
    struct c_tokens tokens = c_preprocess(&reader->words, text, macros, macro_count, &program->fault);
    reader->at = tokens.items;
    if (program->fault || setjmp(reader->stop) != 0)
        return program;
    while (reader->at->kind != TOKEN_END)
        read_external(reader);
    return program;
}

/* ---- Looking things up ---- */

const struct c_function *c_find_function(const struct c_program *program, const char *name)
{
    for (size_t i = 0; i < program->functions_count; i++)
        if (strcmp(program->functions[i]->name, name) == 0)
            return program->functions[i];
    return NULL;
}

const struct c_struct *c_find_struct(const struct c_program *program, const char *name)
{
    for (size_t i = 0; i < program->structs_count; i++)
        if (strcmp(program->structs[i]->name, name) == 0)
            return program->structs[i];
    return NULL;
}

/* A comment that quotes the user's line begins with its file and number: "net.nn:4". */
const char *c_source_place(struct arena *arena, const char *text, int line)
{
    const char *found = NULL;
    size_t length = 0;
    for (int at = 1; at <= line && text; at++) {
        const char *quote = text + strspn(text, " ");
        if (strncmp(quote, "/* ", 3) == 0) {
            size_t name = strcspn(quote + 3, " \n"), colon = name;
            while (colon > 0 && isdigit((unsigned char)quote[3 + colon - 1]))
                colon--;
            if (colon > 0 && colon < name && quote[3 + colon - 1] == ':') {
                found = quote + 3;
                length = name;
            }
        } else if (strncmp(text, "}\n", 2) == 0) {
            found = NULL;
        }
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return found ? arena_copy(arena, found, length) : NULL;
}
