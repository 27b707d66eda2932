/* c_read_expression.c: expressions, by precedence climbing; conversions of arithmetic become nodes. */
#include <stdlib.h>
#include <string.h>

#include "c_reader.h"

static const struct c_type int_type = {.kind = C_INT}, size_type = {.kind = C_SIZE},
                           double_type = {.kind = C_DOUBLE}, float_type = {.kind = C_FLOAT},
                           long_type = {.kind = C_LONG}, uint_type = {.kind = C_UINT};

bool c_is_real(struct c_type type)
{
    return type.pointers == 0 && (type.kind == C_DOUBLE || type.kind == C_FLOAT);
}

bool c_is_integer(struct c_type type)
{
    return type.pointers == 0 && type.kind >= C_INT && type.kind <= C_SIZE;
}

static struct c_expression *node(struct c_reader *reader, enum c_operation operation, struct c_type type,
                                 int line)
{
    struct c_expression *a = ARENA_NEW(reader->arena, struct c_expression);
    a->operation = operation;
    a->type = type;
    a->line = line;
    return a;
}

static struct c_expression *node_of(struct c_reader *reader, enum c_operation operation, struct c_type type,
                                    struct c_expression *a, struct c_expression *b)
{
    struct c_expression *y = node(reader, operation, type, a->line);
    y->a = a;
    y->b = b;
    return y;
}

static struct c_expression *integer(struct c_reader *reader, int64_t value, struct c_type type, int line)
{
    struct c_expression *a = node(reader, C_NUMBER, type, line);
    a->integer = value;
    return a;
}

struct c_expression *c_convert(struct c_reader *reader, struct c_expression *a, struct c_type type)
{
    if (a->type.kind == type.kind && a->type.pointers == type.pointers)
        return a;
    if (a->type.kind == C_STRUCT && a->type.pointers == 0)
        c_cannot_read(reader, a->line, "a struct as a value");
    if (type.kind == C_VOID && type.pointers == 0)
        return node_of(reader, C_CONVERT, type, a, NULL);
    if (type.pointers != a->type.pointers &&
        !(type.pointers > 0 && a->operation == C_NUMBER && a->integer == 0))
        c_cannot_read(reader, a->line, "a conversion between a pointer and a number");
    if (a->type.kind == C_VOID && a->type.pointers == 0)
        c_cannot_read(reader, a->line, "the value of what has none");
    if (a->operation == C_NUMBER && c_is_integer(a->type) && c_is_real(type)) {
        struct c_expression *y = node(reader, C_NUMBER, type, a->line);
        y->real = a->type.kind == C_SIZE ? (double)(uint64_t)a->integer : (double)a->integer;
        return y;
    }
    if (a->operation == C_NUMBER && c_is_real(a->type) && c_is_real(type)) {
        struct c_expression *y = node(reader, C_NUMBER, type, a->line);
        y->real = a->real;
        return y;
    }
    return node_of(reader, C_CONVERT, type, a, NULL);
}

static int64_t fold(struct c_reader *reader, const struct c_expression *a)
{
    int64_t x = c_constant(reader, a->a), y = a->b ? c_constant(reader, a->b) : 0;
    switch (a->operation) {
    case C_ADD: return x + y;
    case C_SUBTRACT: return x - y;
    case C_MULTIPLY: return x * y;
    case C_DIVIDE: return y ? x / y : 0;
    case C_REMAINDER: return y ? x % y : 0;
    case C_LESS: return x < y;
    case C_GREATER: return x > y;
    case C_LESS_EQUAL: return x <= y;
    case C_GREATER_EQUAL: return x >= y;
    case C_EQUAL: return x == y;
    case C_NEGATE: return -x;
    case C_CONVERT: return x;
    default: c_cannot_read(reader, a->line, "a constant expression that is not one");
    }
}

int64_t c_constant(struct c_reader *reader, const struct c_expression *a)
{
    if (a->operation == C_NUMBER && c_is_integer(a->type))
        return a->integer;
    if (a->operation == C_CONDITIONAL)
        return c_constant(reader, c_constant(reader, a->a) ? a->b : a->c);
    if (!a->a || !c_is_integer(a->type))
        c_cannot_read(reader, a->line, "a constant expression that is not one");
    return fold(reader, a);
}

/* ---- Conversions of arithmetic ---- */

/* What int, size_t and the reals become together; int32_t and int are one here. */
static struct c_type common_type(struct c_reader *reader, const struct c_expression *a,
                                 const struct c_expression *b)
{
    enum c_kind x = a->type.kind, y = b->type.kind;
    if (!(c_is_real(a->type) || c_is_integer(a->type)) || !(c_is_real(b->type) || c_is_integer(b->type)))
        c_cannot_read(reader, a->line, "arithmetic with what is no number");
    if (x == C_DOUBLE || y == C_DOUBLE)
        return double_type;
    if (x == C_FLOAT || y == C_FLOAT)
        return float_type;
    if (x == C_SIZE || y == C_SIZE)
        return size_type;
    if (x == C_LONG || y == C_LONG)
        return long_type;
    return x == C_UINT || y == C_UINT ? uint_type : int_type;
}

static bool compares(enum c_operation operation)
{
    return operation >= C_LESS && operation <= C_NOT_EQUAL;
}

static bool is_null(const struct c_expression *a)
{
    return a->operation == C_NUMBER && c_is_integer(a->type) && a->integer == 0;
}

static struct c_expression *binary(struct c_reader *reader, enum c_operation operation,
                                   struct c_expression *a, struct c_expression *b)
{
    if (operation == C_AND || operation == C_OR)
        return node_of(reader, operation, int_type, a, b);
    if (a->type.pointers > 0 && (operation == C_ADD || operation == C_SUBTRACT) && c_is_integer(b->type)) {
        struct c_expression *y = node_of(reader, C_ADVANCE, a->type, a, b);
        y->integer = operation == C_ADD ? 1 : -1;
        return y;
    }
    if (b->type.pointers > 0 && operation == C_ADD && c_is_integer(a->type)) {
        struct c_expression *y = node_of(reader, C_ADVANCE, b->type, b, a);
        y->integer = 1;
        return y;
    }
    if ((operation == C_EQUAL || operation == C_NOT_EQUAL) &&
        (a->type.pointers > 0 || b->type.pointers > 0)) {
        if (is_null(b) || b->type.pointers == 0)
            b = c_convert(reader, b, a->type);
        if (a->type.pointers == 0)
            a = c_convert(reader, a, b->type);
        return node_of(reader, operation, int_type, a, b);
    }
    bool shifts = operation == C_SHIFT_LEFT || operation == C_SHIFT_RIGHT;
    struct c_type type = shifts ? a->type : common_type(reader, a, b);
    bool wants_integers =
        shifts || operation == C_REMAINDER || (operation >= C_AND_BITS && operation <= C_EXCLUSIVE_OR);
    if (wants_integers && !c_is_integer(type))
        c_cannot_read(reader, a->line, "an operator of integers between reals");
    a = c_convert(reader, a, type);
    b = c_convert(reader, b, type);
    return node_of(reader, operation, compares(operation) ? int_type : type, a, b);
}

/* ---- Primary expressions ---- */

static struct c_expression *read_number(struct c_reader *reader)
{
    const struct c_token *token = reader->at++;
    char spelled[512];
    if (token->length >= sizeof spelled)
        c_cannot_read(reader, token->line, "a number of %u digits", token->length);
    memcpy(spelled, token->text, token->length);
    spelled[token->length] = '\0';
    char *end;
    if (token->kind == TOKEN_REAL) {
        double value = strtod(spelled, &end);
        bool is_float = *end == 'f' || *end == 'F';
        if (end[is_float] != '\0')
            c_cannot_read(reader, token->line, "the number %s", spelled);
        struct c_expression *y = node(reader, C_NUMBER, is_float ? float_type : double_type, token->line);
        y->real = value;
        return y;
    }
    unsigned long long value = strtoull(spelled, &end, 0);
    bool is_unsigned = strpbrk(end, "uU"), is_long = strpbrk(end, "lL");
    if (strspn(end, "uUlL") != strlen(end))
        c_cannot_read(reader, token->line, "the number %s", spelled);
    return integer(reader, (int64_t)value,
                   is_unsigned                    ? (is_long || value > UINT32_MAX ? size_type : uint_type)
                   : is_long || value > INT32_MAX ? long_type
                                                  : int_type,
                   token->line);
}

static struct c_expression *read_call(struct c_reader *reader, const struct c_binding *bound, int line)
{
    struct c_call *call = ARENA_NEW(reader->arena, struct c_call);
    struct c_expression *y = node(reader, C_CALL, (struct c_type){0}, line);
    size_t count, i = 0;
    y->call = call;
    if (bound->kind == BOUND_FUNCTION) {
        call->function = bound->function;
        y->type = bound->function->type;
        count = bound->function->parameters_count;
    } else {
        call->builtin = bound->builtin;
        y->type = c_builtin_type(bound->builtin, -1);
        count = c_builtin_arity(bound->builtin);
    }
    for (c_expect(reader, '('); !c_takes(reader, ')'); i++) {
        if (i > 0)
            c_expect(reader, ',');
        if (i >= count)
            c_cannot_read(reader, line, "a call of %s with too many arguments", bound->word->name);
        struct c_expression *argument = c_read_assignment(reader);
        struct c_type type =
            call->function ? call->function->parameters[i]->type : c_builtin_type(call->builtin, (int)i);
        argument = type.pointers > 0 && type.kind == C_VOID && argument->type.pointers > 0
                       ? argument
                       : c_convert(reader, argument, type);
        ARENA_APPEND(reader->arena, call, arguments, argument);
    }
    if (i < count)
        c_cannot_read(reader, line, "a call of %s with too few arguments", bound->word->name);
    return y;
}

static struct c_expression *read_name(struct c_reader *reader)
{
    const struct c_token *token = reader->at++;
    const struct c_binding *bound = token->word->bound;
    struct c_expression *y;
    if (!bound && c_is(reader, '('))
        c_cannot_read(reader, token->line, "calls %s, which is not declared", token->word->name);
    if (!bound)
        c_cannot_read(reader, token->line, "%s is not declared here", token->word->name);
    switch (bound->kind) {
    case BOUND_NUMBER:
        y = node(reader, C_NUMBER, bound->type, token->line);
        if (c_is_real(bound->type))
            y->real = bound->real;
        else
            y->integer = bound->integer;
        return y;
    case BOUND_VARIABLE:
        y = node(reader, C_VARIABLE, bound->variable->type, token->line);
        y->variable = bound->variable;
        if (bound->variable->is_array) {
            y->type.pointers = 1;
            y->type.is_restrict = false;
        }
        return y;
    default: return read_call(reader, bound, token->line);
    }
}

static struct c_expression *read_sizeof(struct c_reader *reader)
{
    int line = (reader->at++)->line;
    bool has_parenthesis = c_takes(reader, '(');
    struct c_type type;
    size_t length = 1; /* of an array */
    if (has_parenthesis && c_begins_type(reader)) {
        type = c_read_type(reader);
    } else {
        const struct c_expression *a = has_parenthesis ? c_read_expression(reader) : read_name(reader);
        bool is_array = a->operation == C_VARIABLE && a->variable->is_array;
        type = is_array ? a->variable->type : a->type;
        length = is_array ? a->variable->length : 1;
    }
    if (has_parenthesis)
        c_expect(reader, ')');
    if (type.kind == C_STRUCT && type.pointers == 0)
        c_cannot_read(reader, line, "the size of a struct");
    return integer(reader, (int64_t)(length * (type.pointers > 0 ? 8 : c_width(type.kind))), size_type, line);
}

static struct c_expression *read_primary(struct c_reader *reader)
{
    const struct c_token *token = reader->at;
    if (c_takes(reader, '(')) {
        struct c_expression *y = c_read_expression(reader);
        c_expect(reader, ')');
        return y;
    }
    if (token->kind == TOKEN_INTEGER || token->kind == TOKEN_REAL)
        return read_number(reader);
    if (c_is_word(reader, WORD_SIZEOF))
        return read_sizeof(reader);
    if (token->kind != TOKEN_NAME || token->word->keyword != WORD_NONE)
        c_cannot_read(reader, token->line, "an expression that begins with `%.*s`", (int)token->length,
                      token->text);
    return read_name(reader);
}

/* ---- Elements, fields, signs, casts ---- */

static struct c_expression *element(struct c_reader *reader, struct c_expression *a)
{
    if (a->type.pointers == 0 || a->type.kind == C_VOID || a->type.kind == C_STRUCT)
        c_cannot_read(reader, a->line, "an element of what is no array");
    struct c_type type = a->type;
    type.pointers = 0;
    return node_of(reader, C_ELEMENT, type, a, NULL);
}

static struct c_expression *field(struct c_reader *reader, struct c_expression *a)
{
    const struct c_token *token = reader->at++;
    if (a->type.pointers != 1 || a->type.kind != C_STRUCT || token->kind != TOKEN_NAME)
        c_cannot_read(reader, a->line, "-> behind what points to no struct");
    const struct c_struct *structure = a->type.structure;
    for (size_t i = 0; i < structure->fields_count; i++)
        if (strcmp(structure->fields[i].name, token->word->name) == 0) {
            struct c_expression *y = node_of(reader, C_FIELD, structure->fields[i].type, a, NULL);
            y->integer = (int64_t)i;
            return y;
        }
    c_cannot_read(reader, token->line, "struct %s has no member %s", structure->name, token->word->name);
}

static bool is_place(const struct c_expression *a)
{
    return (a->operation == C_VARIABLE && !a->variable->is_array) || a->operation == C_ELEMENT ||
           a->operation == C_FIELD;
}

/* That a variable changes: loops whose rounds run in any order must not share it. */
static void note_assignment(struct c_reader *reader, const struct c_expression *a)
{
    if (!is_place(a))
        c_cannot_read(reader, a->line, "an assignment to what is no place");
    if (a->operation != C_VARIABLE)
        return;
    struct c_variable *variable = a->variable;
    for (struct c_marked_loop *loop = reader->loop; loop; loop = loop->outer) {
        loop->assigns_counted |= variable == loop->counted;
        loop->assigns_outer |= variable->slot < loop->first_slot;
        if (loop->order == C_PARALLEL && variable->slot < loop->first_slot && variable != loop->counted)
            c_cannot_read(reader, a->line, "rounds that threads share all assign to %s", variable->name);
    }
}

static struct c_expression *increment(struct c_reader *reader, struct c_expression *a, int64_t by,
                                      bool is_prefix)
{
    note_assignment(reader, a);
    if (!c_is_integer(a->type))
        c_cannot_read(reader, a->line, "++ or -- of what is no integer");
    struct c_expression *y = node_of(reader, C_INCREMENT, a->type, a, NULL);
    y->integer = by;
    y->is_prefix = is_prefix;
    return y;
}

static struct c_expression *address_of(struct c_reader *reader, struct c_expression *a)
{
    if (a->operation == C_ELEMENT)
        return a->a;
    if (!is_place(a))
        c_cannot_read(reader, a->line, "the address of what has none");
    if (a->operation == C_VARIABLE)
        a->variable->has_address = true;
    struct c_type type = a->type;
    type.pointers = 1;
    return node_of(reader, C_ADDRESS, type, a, NULL);
}

static struct c_expression *read_postfix(struct c_reader *reader)
{
    struct c_expression *y = read_primary(reader);
    for (;;)
        if (c_takes(reader, '[')) {
            struct c_expression *at = c_read_expression(reader);
            c_expect(reader, ']');
            if (!c_is_integer(at->type) || y->type.pointers == 0)
                c_cannot_read(reader, y->line, "a subscript of what is no array, or that is no integer");
            struct c_expression *place = node_of(reader, C_ADVANCE, y->type, y, at);
            place->integer = 1;
            y = element(reader, place);
        } else if (c_takes(reader, C_MARK2('-', '>'))) {
            y = field(reader, y);
        } else if (c_takes(reader, '.')) {
            y = field(reader, address_of(reader, y));
        } else if (c_takes(reader, C_MARK2('+', '+'))) {
            y = increment(reader, y, 1, false);
        } else if (c_takes(reader, C_MARK2('-', '-'))) {
            y = increment(reader, y, -1, false);
        } else {
            return y;
        }
}

static struct c_expression *read_unary(struct c_reader *reader);

static struct c_expression *read_cast(struct c_reader *reader)
{
    struct c_type type = c_read_type(reader);
    c_expect(reader, ')');
    struct c_expression *a = read_unary(reader);
    if (type.pointers > 0 && a->type.pointers > 0) {
        struct c_expression *y = node_of(reader, C_CONVERT, type, a, NULL);
        return y;
    }
    return c_convert(reader, a, type);
}

static struct c_expression *read_unary(struct c_reader *reader)
{
    const struct c_token *token = reader->at;
    if (token->kind == TOKEN_MARK)
        switch (token->mark) {
        case '-':
        case '~':
        case '+': {
            reader->at++;
            struct c_expression *a = read_unary(reader);
            if (!c_is_real(a->type) && !(c_is_integer(a->type)))
                c_cannot_read(reader, token->line, "the sign of what is no number");
            if (token->mark == '-' && a->operation == C_NUMBER && c_is_integer(a->type) &&
                a->type.kind != C_UINT && a->type.kind != C_SIZE)
                return integer(reader, -a->integer, a->type, token->line);
            return token->mark == '+'
                       ? a
                       : node_of(reader, token->mark == '-' ? C_NEGATE : C_COMPLEMENT, a->type, a, NULL);
        }
        case '!': reader->at++; return node_of(reader, C_NOT, int_type, read_unary(reader), NULL);
        case '*': reader->at++; return element(reader, read_unary(reader));
        case '&': reader->at++; return address_of(reader, read_unary(reader));
        case C_MARK2('+', '+'): reader->at++; return increment(reader, read_unary(reader), 1, true);
        case C_MARK2('-', '-'): reader->at++; return increment(reader, read_unary(reader), -1, true);
        case '(':
            reader->at++;
            if (c_begins_type(reader))
                return read_cast(reader);
            reader->at--;
            break;
        default: break;
        }
    return read_postfix(reader);
}

/* ---- Binary operators ---- */

static int precedence_of(const struct c_token *token, enum c_operation *operation)
{
    static const struct {
        int mark;
        enum c_operation operation;
        int precedence;
    } operators[] = {
        {'*', C_MULTIPLY, 10},
        {'/', C_DIVIDE, 10},
        {'%', C_REMAINDER, 10},
        {'+', C_ADD, 9},
        {'-', C_SUBTRACT, 9},
        {C_MARK2('<', '<'), C_SHIFT_LEFT, 8},
        {C_MARK2('>', '>'), C_SHIFT_RIGHT, 8},
        {'<', C_LESS, 7},
        {'>', C_GREATER, 7},
        {C_MARK2('<', '='), C_LESS_EQUAL, 7},
        {C_MARK2('>', '='), C_GREATER_EQUAL, 7},
        {C_MARK2('=', '='), C_EQUAL, 6},
        {C_MARK2('!', '='), C_NOT_EQUAL, 6},
        {'&', C_AND_BITS, 5},
        {'^', C_EXCLUSIVE_OR, 4},
        {'|', C_OR_BITS, 3},
        {C_MARK2('&', '&'), C_AND, 2},
        {C_MARK2('|', '|'), C_OR, 1},
    };
    if (token->kind == TOKEN_MARK)
        for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
            if (operators[i].mark == token->mark) {
                *operation = operators[i].operation;
                return operators[i].precedence;
            }
    return 0;
}

static struct c_expression *read_binary(struct c_reader *reader, int least)
{
    struct c_expression *a = read_unary(reader);
    enum c_operation operation;
    int precedence;
    while ((precedence = precedence_of(reader->at, &operation)) >= least && precedence > 0) {
        reader->at++;
        a = binary(reader, operation, a, read_binary(reader, precedence + 1));
    }
    return a;
}

static struct c_expression *read_conditional(struct c_reader *reader)
{
    struct c_expression *condition = read_binary(reader, 1);
    if (!c_takes(reader, '?'))
        return condition;
    struct c_expression *a = c_read_expression(reader);
    c_expect(reader, ':');
    struct c_expression *b = read_conditional(reader);
    if (a->type.pointers > 0 || b->type.pointers > 0) {
        if (a->type.pointers == 0)
            a = c_convert(reader, a, b->type);
        if (b->type.pointers == 0)
            b = c_convert(reader, b, a->type);
    } else if (a->type.kind != C_VOID || b->type.kind != C_VOID) {
        struct c_type type = common_type(reader, a, b);
        a = c_convert(reader, a, type);
        b = c_convert(reader, b, type);
    }
    struct c_expression *y = node_of(reader, C_CONDITIONAL, a->type, condition, a);
    y->c = b;
    return y;
}

static enum c_operation assigning_of(int mark)
{
    switch (mark) {
    case C_MARK2('+', '='): return C_ADD;
    case C_MARK2('-', '='): return C_SUBTRACT;
    case C_MARK2('*', '='): return C_MULTIPLY;
    case C_MARK2('/', '='): return C_DIVIDE;
    case C_MARK2('%', '='): return C_REMAINDER;
    case C_MARK2('|', '='): return C_OR_BITS;
    case C_MARK2('&', '='): return C_AND_BITS;
    case C_MARK3('>', '>', '='): return C_SHIFT_RIGHT;
    case C_MARK3('<', '<', '='): return C_SHIFT_LEFT;
    default: return C_NUMBER;
    }
}

struct c_expression *c_read_assignment(struct c_reader *reader)
{
    struct c_expression *a = read_conditional(reader);
    if (reader->at->kind != TOKEN_MARK)
        return a;
    enum c_operation assigning = assigning_of(reader->at->mark);
    if (assigning == C_NUMBER && !c_is(reader, '='))
        return a;
    reader->at++;
    note_assignment(reader, a);
    struct c_expression *b = c_convert(reader, c_read_assignment(reader), a->type);
    struct c_expression *y = node_of(reader, C_ASSIGN, a->type, a, b);
    y->assigning = assigning;
    return y;
}

struct c_expression *c_read_expression(struct c_reader *reader)
{
    struct c_expression *a = c_read_assignment(reader);
    while (c_takes(reader, ',')) {
        struct c_expression *b = c_read_assignment(reader);
        a = node_of(reader, C_COMMA, b->type, a, b);
    }
    return a;
}
