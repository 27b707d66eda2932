/* c_macro.c: the preprocessor, as much of it as the runtime's header and emitted C use: object-like and
 * function-like macros, also variadic ones, #, conditions, and `#include "gradc.h"`.
 *
 * A macro that the caller gives is locked: the text's own definitions of it do not count. */
#include <string.h>

#include "c_token.h"
#include "runtime_text.h"

struct c_macro {
    bool is_locked, is_function, is_variadic, is_active;
    struct c_word **parameters;
    size_t parameters_count, parameters_capacity;
    struct c_tokens body;
};

struct condition {
    bool is_on, was_on, is_outer_on;
};

struct preprocessor {
    struct c_words *words;
    struct arena *arena;
    struct c_tokens output;
    struct condition *conditions;
    size_t conditions_count, conditions_capacity;
    const char *fault;
    bool locks;
    struct c_word *defined, *variadic;
};

static void preprocess_text(struct preprocessor *p, const char *text, bool keeps_lines);

static void wrong(struct preprocessor *p, int line, const char *what)
{
    if (!p->fault)
        p->fault = arena_print(p->arena, "line %d: cannot read: %s", line, what);
}

static bool is_mark(const struct c_token *token, int mark)
{
    return token->kind == TOKEN_MARK && token->mark == mark;
}

static void put(struct preprocessor *p, struct c_tokens *out, struct c_token token)
{
    ARENA_APPEND(p->arena, out, items, token);
}

/* ---- Expansion ---- */

struct argument {
    const struct c_token *tokens;
    size_t count;
    struct c_tokens expanded;
    bool is_expanded;
};

static void expand(struct preprocessor *p, const struct c_token *tokens, size_t count, struct c_tokens *out);

/* The arguments of a call whose ( is tokens[i]; returns the place behind its ), or 0 if there is none. */
static size_t read_arguments(struct preprocessor *p, const struct c_macro *macro,
                             const struct c_token *tokens, size_t count, size_t i, struct argument *arguments)
{
    size_t depth = 0, next = 0, begin = ++i;
    for (; i < count; i++) {
        const struct c_token *token = &tokens[i];
        bool is_rest = macro->is_variadic && next + 1 == macro->parameters_count;
        bool closes = is_mark(token, ')') && depth == 0;
        if (closes || (is_mark(token, ',') && depth == 0 && !is_rest)) {
            if (next < macro->parameters_count)
                arguments[next] = (struct argument){.tokens = tokens + begin, .count = i - begin};
            next++;
            begin = i + 1;
            if (!closes)
                continue;
            size_t least = macro->parameters_count - macro->is_variadic;
            if (next < least || (next > macro->parameters_count && macro->parameters_count > 0))
                return 0;
            return i + 1;
        }
        /* Braces do not protect a comma. */
        depth += is_mark(token, '(');
        depth -= is_mark(token, ')');
    }
    (void)p;
    return 0;
}

static struct c_token spelled(struct preprocessor *p, const struct argument *argument, int line)
{
    char *text = arena_print(p->arena, "\"");
    for (size_t i = 0; i < argument->count; i++)
        text = arena_print(p->arena, "%s%s%.*s", text, i > 0 ? " " : "", (int)argument->tokens[i].length,
                           argument->tokens[i].text);
    text = arena_print(p->arena, "%s\"", text);
    return (struct c_token){.kind = TOKEN_TEXT, .line = line, .text = text, .length = (uint32_t)strlen(text)};
}

static size_t parameter_of(const struct c_macro *macro, const struct c_token *token)
{
    size_t i = 0;
    while (i < macro->parameters_count && !(token->kind == TOKEN_NAME && token->word == macro->parameters[i]))
        i++;
    return i;
}

static struct c_tokens substitute(struct preprocessor *p, const struct c_macro *macro,
                                  struct argument *arguments, int line)
{
    struct c_tokens result = {0};
    for (size_t i = 0; i < macro->body.items_count; i++) {
        struct c_token token = macro->body.items[i];
        bool is_spelled = macro->is_function && is_mark(&token, '#') && i + 1 < macro->body.items_count;
        size_t k = parameter_of(macro, is_spelled ? &macro->body.items[i + 1] : &token);
        if (is_spelled) {
            i++;
            if (k < macro->parameters_count)
                put(p, &result, spelled(p, &arguments[k], line));
        } else if (k < macro->parameters_count) {
            if (!arguments[k].is_expanded)
                expand(p, arguments[k].tokens, arguments[k].count, &arguments[k].expanded);
            arguments[k].is_expanded = true;
            for (size_t j = 0; j < arguments[k].expanded.items_count; j++)
                put(p, &result, arguments[k].expanded.items[j]);
        } else {
            token.line = line;
            put(p, &result, token);
        }
    }
    return result;
}

static void expand(struct preprocessor *p, const struct c_token *tokens, size_t count, struct c_tokens *out)
{
    for (size_t i = 0; i < count; i++) {
        struct c_macro *macro = tokens[i].kind == TOKEN_NAME ? tokens[i].word->macro : NULL;
        int line = tokens[i].line;
        if (!macro || macro->is_active ||
            (macro->is_function && !(i + 1 < count && is_mark(&tokens[i + 1], '(')))) {
            put(p, out, tokens[i]);
            continue;
        }
        struct argument *arguments = ARENA_ARRAY(p->arena, struct argument, macro->parameters_count + 1);
        if (macro->is_function) {
            size_t end = read_arguments(p, macro, tokens, count, i + 1, arguments);
            if (end == 0) {
                wrong(p, line, arena_print(p->arena, "the arguments of the macro %s", tokens[i].word->name));
                return;
            }
            i = end - 1;
        }
        struct c_tokens body = substitute(p, macro, arguments, line);
        macro->is_active = true;
        expand(p, body.items, body.items_count, out);
        macro->is_active = false;
    }
}

/* ---- Conditions ---- */

struct reader {
    struct preprocessor *p;
    const struct c_token *at, *end;
};

static bool takes(struct reader *reader, int mark)
{
    bool found = reader->at < reader->end && is_mark(reader->at, mark);
    reader->at += found;
    return found;
}

static long condition_value(struct reader *reader, int level);

static long primary_value(struct reader *reader)
{
    if (takes(reader, '!'))
        return !primary_value(reader);
    if (takes(reader, '(')) {
        long value = condition_value(reader, 0);
        takes(reader, ')');
        return value;
    }
    const struct c_token *token = reader->at;
    if (token >= reader->end)
        return 0;
    reader->at++;
    if (token->kind == TOKEN_NAME && token->word == reader->p->defined) {
        bool has_parenthesis = takes(reader, '(');
        bool found = reader->at < reader->end && reader->at->kind == TOKEN_NAME && reader->at->word->macro;
        reader->at++;
        if (has_parenthesis)
            takes(reader, ')');
        return found;
    }
    if (token->kind == TOKEN_NAME && token->word->macro && !token->word->macro->is_function &&
        token->word->macro->body.items_count == 1)
        token = &token->word->macro->body.items[0];
    long value = 0;
    if (token->kind == TOKEN_INTEGER)
        for (size_t i = 0; i < token->length && token->text[i] >= '0' && token->text[i] <= '9'; i++)
            value = 10 * value + (token->text[i] - '0');
    return value;
}

/* Levels: 0 ||, 1 &&, 2 comparisons. */
static long condition_value(struct reader *reader, int level)
{
    if (level == 3)
        return primary_value(reader);
    long value = condition_value(reader, level + 1);
    for (;;)
        if (level == 0 && takes(reader, C_MARK2('|', '|')))
            value = (condition_value(reader, 1) != 0) | (value != 0);
        else if (level == 1 && takes(reader, C_MARK2('&', '&')))
            value = (condition_value(reader, 2) != 0) & (value != 0);
        else if (level == 2 && takes(reader, C_MARK2('>', '=')))
            value = value >= condition_value(reader, 3);
        else if (level == 2 && takes(reader, '<'))
            value = value < condition_value(reader, 3);
        else if (level == 2 && takes(reader, '>'))
            value = value > condition_value(reader, 3);
        else if (level == 2 && takes(reader, C_MARK2('=', '=')))
            value = value == condition_value(reader, 3);
        else
            return value;
}

/* ---- Directives ---- */

static bool is_on(const struct preprocessor *p)
{
    return p->conditions_count == 0 || p->conditions[p->conditions_count - 1].is_on;
}

static void define(struct preprocessor *p, const struct c_token *at, const struct c_token *end)
{
    struct c_word *word = at < end && at->kind == TOKEN_NAME ? at->word : NULL;
    if (!word || (word->macro && word->macro->is_locked))
        return;
    struct c_macro *macro = ARENA_NEW(p->arena, struct c_macro);
    const char *behind = at->text + at->length;
    macro->is_locked = p->locks;
    at++;
    if (at < end && is_mark(at, '(') && at->text == behind) {
        macro->is_function = true;
        for (at++; at < end && !is_mark(at, ')'); at++) {
            macro->is_variadic |= is_mark(at, C_MARK3('.', '.', '.'));
            struct c_word *parameter = at->kind == TOKEN_NAME ? at->word : p->variadic;
            if (!is_mark(at, ','))
                ARENA_APPEND(p->arena, macro, parameters, parameter);
        }
        at++;
    }
    for (; at < end; at++)
        put(p, &macro->body, *at);
    word->macro = macro;
}

static void begin_condition(struct preprocessor *p, bool holds)
{
    bool outer = is_on(p);
    struct condition condition = {outer && holds, holds, outer};
    ARENA_APPEND(p->arena, p, conditions, condition);
}

static void include(struct preprocessor *p, const struct c_token *at)
{
    const char name[] = "\"gradc.h\"";
    if (at->kind == TOKEN_TEXT && at->length == strlen(name) && memcmp(at->text, name, at->length) == 0)
        preprocess_text(p, runtime_text("core"), false);
}

/* The tokens between # and the line's end. */
static void directive(struct preprocessor *p, const struct c_token *at, const struct c_token *end)
{
    if (at >= end || at->kind != TOKEN_NAME)
        return;
    const char *name = at->word->name;
    struct condition *last = p->conditions_count > 0 ? &p->conditions[p->conditions_count - 1] : NULL;
    struct reader reader = {p, at + 1, end};
    bool is_defined = at + 1 < end && at[1].kind == TOKEN_NAME && at[1].word->macro;
    if (strcmp(name, "ifdef") == 0) {
        begin_condition(p, is_defined);
    } else if (strcmp(name, "ifndef") == 0) {
        begin_condition(p, !is_defined);
    } else if (strcmp(name, "if") == 0) {
        begin_condition(p, condition_value(&reader, 0) != 0);
    } else if (strcmp(name, "elif") == 0 && last) {
        last->is_on = last->is_outer_on && !last->was_on && condition_value(&reader, 0) != 0;
        last->was_on |= last->is_on;
    } else if (strcmp(name, "else") == 0 && last) {
        last->is_on = last->is_outer_on && !last->was_on;
        last->was_on = true;
    } else if (strcmp(name, "endif") == 0 && last) {
        p->conditions_count--;
    } else if (is_on(p) && strcmp(name, "define") == 0) {
        define(p, at + 1, end);
    } else if (is_on(p) && strcmp(name, "undef") == 0 && is_defined && !at[1].word->macro->is_locked) {
        at[1].word->macro = NULL;
    } else if (is_on(p) && strcmp(name, "include") == 0 && at + 1 < end) {
        include(p, at + 1);
    } else if (is_on(p) && strcmp(name, "error") == 0) {
        wrong(p, at->line, "an #error");
    }
}

static void preprocess_text(struct preprocessor *p, const char *text, bool keeps_lines)
{
    struct c_tokens tokens = {0};
    int bad = c_tokenise(p->words, &tokens, text);
    if (bad)
        wrong(p, bad, "a character that is not C");
    size_t begin = 0, i = 0; /* of the tokens between two directives */
    for (; i < tokens.items_count && tokens.items[i].kind != TOKEN_END; i++) {
        if (!keeps_lines)
            tokens.items[i].line = 0;
        if (!tokens.items[i].is_hash)
            continue;
        if (is_on(p))
            expand(p, tokens.items + begin, i - begin, &p->output);
        size_t end = i + 1;
        while (tokens.items[end].kind != TOKEN_LINE_END)
            end++;
        directive(p, &tokens.items[i + 1], &tokens.items[end]);
        i = end;
        begin = end + 1;
    }
    if (is_on(p))
        expand(p, tokens.items + begin, i - begin, &p->output);
}

struct c_tokens c_preprocess(struct c_words *words, const char *text, const struct c_macro_value *macros,
                             size_t macro_count, const char **fault)
{
    struct preprocessor p = {.words = words, .arena = words->arena};
    p.output.items_capacity = strlen(text) / 2 + 16; /* as there may be, for it not to move */
    p.output.items = ARENA_ARRAY(p.arena, struct c_token, p.output.items_capacity);
    p.defined = c_word(words, "defined", strlen("defined"));
    p.variadic = c_word(words, "__VA_ARGS__", strlen("__VA_ARGS__"));
    p.locks = true;
    for (size_t i = 0; i < macro_count; i++)
        preprocess_text(&p, arena_print(p.arena, "#define %s %s\n", macros[i].name, macros[i].text), false);
    p.locks = false;
    preprocess_text(&p, text, true);
    put(&p, &p.output, (struct c_token){.kind = TOKEN_END, .text = ""});
    *fault = p.fault;
    return p.output;
}
