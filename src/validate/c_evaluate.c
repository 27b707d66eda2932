/* c_evaluate.c: the values of expressions, by their types: reals, integers, pointers. */
#include <math.h>
#include <string.h>

#include "c_runner.h"

static double real_value(struct c_run *run, struct frame *frame, const struct c_expression *a);
static struct c_pointer pointer_value(struct c_run *run, struct frame *frame, const struct c_expression *a);

static bool is_real(struct c_type type)
{
    return type.pointers == 0 && (type.kind == C_DOUBLE || type.kind == C_FLOAT);
}

struct c_value c_evaluate(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    struct c_value value = {0};
    if (a->type.pointers > 0)
        value.pointer = pointer_value(run, frame, a);
    else if (is_real(a->type))
        value.real = real_value(run, frame, a);
    else
        value.integer = c_integer_value(run, frame, a);
    return value;
}

bool c_truth(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    if (a->type.pointers > 0)
        return pointer_value(run, frame, a).object != NULL;
    return is_real(a->type) ? real_value(run, frame, a) != 0 : c_integer_value(run, frame, a) != 0;
}

/* ---- Places ---- */

struct slot *c_slot_of(struct c_run *run, struct frame *frame, const struct c_variable *variable)
{
    return variable->is_global ? &run->globals[variable->slot] : &frame->slots[variable->slot];
}

bool c_is_in_memory(const struct c_variable *variable)
{
    return variable->is_array || variable->has_address ||
           (variable->type.kind == C_STRUCT && variable->type.pointers == 0);
}

static struct c_field_value *field_of(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    struct c_pointer owner = pointer_value(run, frame, a->a);
    if (!owner.object || !owner.object->fields)
        c_fault(&run->memory, "-> of a pointer that points to no struct");
    return &owner.object->fields[a->integer];
}

/* Where an element, a field or a variable in memory is. */
static struct c_pointer place_of(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    struct c_pointer place = {.base = BASE_DIRECT};
    switch (a->operation) {
    case C_ELEMENT: return pointer_value(run, frame, a->a);
    case C_FIELD: place.object = field_of(run, frame, a)->object; return place;
    default: return c_slot_of(run, frame, a->variable)->value.pointer;
    }
}

static union c_number load_variable(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    const struct slot *slot = c_slot_of(run, frame, a->variable);
    if (!slot->is_written) {
        run->memory.line = a->line;
        c_fault(&run->memory, "reads %s, which nothing has written", a->variable->name);
    }
    if (c_is_in_memory(a->variable)) {
        run->memory.line = a->line;
        return c_load(&run->memory, slot->value.pointer, a->type.kind);
    }
    union c_number number = {.integer = slot->value.integer};
    return number;
}

static union c_number load(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    if (a->operation == C_VARIABLE)
        return load_variable(run, frame, a);
    struct c_pointer place = place_of(run, frame, a);
    run->memory.line = a->line;
    return c_load(&run->memory, place, a->type.kind);
}

/* ---- Reals ---- */

static double real_operation(enum c_operation operation, double a, double b)
{
    switch (operation) {
    case C_ADD: return a + b;
    case C_SUBTRACT: return a - b;
    case C_MULTIPLY: return a * b;
    default: return a / b;
    }
}

static double converted_to_real(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    if (is_real(a->a->type))
        return real_value(run, frame, a->a);
    int64_t value = c_integer_value(run, frame, a->a);
    return a->a->type.kind == C_SIZE ? (double)(uint64_t)value : (double)value;
}

static union c_number assign(struct c_run *run, struct frame *frame, const struct c_expression *a);

static double real_value(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    switch (a->operation) {
    case C_NUMBER: return a->real;
    case C_VARIABLE: return load_variable(run, frame, a).real;
    case C_ELEMENT:
    case C_FIELD: return load(run, frame, a).real;
    case C_NEGATE: return -real_value(run, frame, a->a);
    case C_ADD:
    case C_SUBTRACT:
    case C_MULTIPLY:
    case C_DIVIDE: {
        double x = real_value(run, frame, a->a);
        return real_operation(a->operation, x, real_value(run, frame, a->b));
    }
    case C_CONDITIONAL: return real_value(run, frame, c_truth(run, frame, a->a) ? a->b : a->c);
    case C_CONVERT: return converted_to_real(run, frame, a);
    case C_ASSIGN: return assign(run, frame, a).real;
    case C_CALL: return c_call(run, frame, a).real;
    case C_COMMA: c_evaluate(run, frame, a->a); return real_value(run, frame, a->b);
    default: c_fault(&run->memory, "an operation that cannot be run");
    }
}

/* ---- Integers ---- */

static int64_t wrapped(enum c_kind kind, int64_t value)
{
    return kind == C_UINT ? (int64_t)(uint32_t)value : value;
}

/* Signed arithmetic must not overflow; unsigned arithmetic wraps. */
static int64_t signed_operation(struct c_run *run, enum c_operation operation, enum c_kind kind, int64_t a,
                                int64_t b)
{
    int64_t value = 0;
    bool overflows = false;
    switch (operation) {
    case C_ADD: overflows = __builtin_add_overflow(a, b, &value); break;
    case C_SUBTRACT: overflows = __builtin_sub_overflow(a, b, &value); break;
    case C_MULTIPLY: overflows = __builtin_mul_overflow(a, b, &value); break;
    default:
        overflows = a == INT64_MIN && b == -1;
        value = overflows ? 0 : operation == C_DIVIDE ? a / b : a % b;
    }
    if (overflows || (kind == C_INT && value != (int32_t)value))
        c_fault(&run->memory, "a signed integer overflows: %lld and %lld", (long long)a, (long long)b);
    return value;
}

static int64_t unsigned_operation(enum c_operation operation, enum c_kind kind, int64_t a, int64_t b)
{
    uint64_t x = (uint64_t)a, y = (uint64_t)b;
    switch (operation) {
    case C_ADD: return wrapped(kind, (int64_t)(x + y));
    case C_SUBTRACT: return wrapped(kind, (int64_t)(x - y));
    case C_MULTIPLY: return wrapped(kind, (int64_t)(x * y));
    case C_DIVIDE: return (int64_t)(x / y);
    default: return (int64_t)(x % y);
    }
}

static int64_t shifted(struct c_run *run, enum c_operation operation, enum c_kind kind, int64_t a, int64_t b)
{
    int64_t width = 8 * (int64_t)c_width(kind);
    if (b < 0 || b >= width)
        c_fault(&run->memory, "shifts by %lld bits", (long long)b);
    if (operation == C_SHIFT_LEFT)
        return kind == C_INT ? (int32_t)((uint32_t)a << b) : wrapped(kind, (int64_t)((uint64_t)a << b));
    return kind == C_INT || kind == C_LONG ? a >> b : (int64_t)((uint64_t)a >> b);
}

static int64_t integer_operation(struct c_run *run, enum c_operation operation, enum c_kind kind, int64_t a,
                                 int64_t b)
{
    switch (operation) {
    case C_AND_BITS: return a & b;
    case C_OR_BITS: return a | b;
    case C_EXCLUSIVE_OR: return a ^ b;
    case C_SHIFT_LEFT:
    case C_SHIFT_RIGHT: return shifted(run, operation, kind, a, b);
    case C_DIVIDE:
    case C_REMAINDER:
        if (b == 0)
            c_fault(&run->memory, "divides an integer by zero");
        break;
    default: break;
    }
    return kind == C_INT || kind == C_LONG ? signed_operation(run, operation, kind, a, b)
                                           : unsigned_operation(operation, kind, a, b);
}

static bool compared(enum c_operation operation, int order)
{
    switch (operation) {
    case C_LESS: return order < 0;
    case C_LESS_EQUAL: return order <= 0;
    case C_GREATER: return order > 0;
    case C_GREATER_EQUAL: return order >= 0;
    case C_EQUAL: return order == 0;
    default: return order != 0;
    }
}

static bool compared_reals(enum c_operation operation, double a, double b)
{
    switch (operation) {
    case C_LESS: return a < b;
    case C_LESS_EQUAL: return a <= b;
    case C_GREATER: return a > b;
    case C_GREATER_EQUAL: return a >= b;
    case C_EQUAL: return a == b;
    default: return a != b;
    }
}

static bool comparison(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    struct c_value x = c_evaluate(run, frame, a->a), y = c_evaluate(run, frame, a->b);
    if (a->a->type.pointers > 0)
        return (x.pointer.object == y.pointer.object && x.pointer.offset == y.pointer.offset) ==
               (a->operation == C_EQUAL);
    if (is_real(a->a->type))
        return compared_reals(a->operation, x.real, y.real);
    if (a->a->type.kind == C_SIZE || a->a->type.kind == C_UINT)
        return compared(a->operation, ((uint64_t)x.integer > (uint64_t)y.integer) -
                                          ((uint64_t)x.integer < (uint64_t)y.integer));
    return compared(a->operation, (x.integer > y.integer) - (x.integer < y.integer));
}

static int64_t converted_to_integer(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    int64_t value;
    if (a->type.kind == C_VOID) {
        c_evaluate(run, frame, a->a);
        return 0;
    }
    if (is_real(a->a->type)) {
        double real = trunc(real_value(run, frame, a->a));
        double low = a->type.kind == C_INT ? INT32_MIN : a->type.kind == C_LONG ? -0x1p63 : 0;
        double high = a->type.kind == C_INT    ? INT32_MAX
                      : a->type.kind == C_UINT ? UINT32_MAX
                      : a->type.kind == C_LONG ? 0x1p63
                                               : 0x1p64;
        bool is_open = a->type.kind == C_LONG || a->type.kind == C_SIZE;
        run->memory.line = a->line;
        if (!(real >= low && (is_open ? real < high : real <= high)))
            c_fault(&run->memory, "converts %g to an integer that cannot hold it", real);
        return a->type.kind == C_SIZE ? (int64_t)(uint64_t)real : (int64_t)real;
    }
    value = c_integer_value(run, frame, a->a);
    if (a->type.kind == C_INT)
        return (int32_t)(uint32_t)value;
    return wrapped(a->type.kind, value);
}

static int64_t increment(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    int64_t before = load(run, frame, a->a).integer;
    int64_t after = integer_operation(run, C_ADD, a->type.kind, before, a->integer);
    if (a->a->operation == C_VARIABLE && !c_is_in_memory(a->a->variable)) {
        c_slot_of(run, frame, a->a->variable)->value.integer = after;
    } else {
        union c_number number = {.integer = after};
        c_store(&run->memory, place_of(run, frame, a->a), a->type.kind, number);
    }
    return a->is_prefix ? after : before;
}

int64_t c_integer_value(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    switch (a->operation) {
    case C_NUMBER: return a->integer;
    case C_VARIABLE: return load_variable(run, frame, a).integer;
    case C_ELEMENT:
    case C_FIELD: return load(run, frame, a).integer;
    case C_NEGATE:
        return integer_operation(run, C_SUBTRACT, a->type.kind, 0, c_integer_value(run, frame, a->a));
    case C_COMPLEMENT: return wrapped(a->type.kind, ~c_integer_value(run, frame, a->a));
    case C_NOT: return !c_truth(run, frame, a->a);
    case C_AND: return c_truth(run, frame, a->a) && c_truth(run, frame, a->b);
    case C_OR: return c_truth(run, frame, a->a) || c_truth(run, frame, a->b);
    case C_LESS:
    case C_LESS_EQUAL:
    case C_GREATER:
    case C_GREATER_EQUAL:
    case C_EQUAL:
    case C_NOT_EQUAL: return comparison(run, frame, a);
    case C_CONDITIONAL: return c_integer_value(run, frame, c_truth(run, frame, a->a) ? a->b : a->c);
    case C_CONVERT: return converted_to_integer(run, frame, a);
    case C_ASSIGN: return assign(run, frame, a).integer;
    case C_INCREMENT: return increment(run, frame, a);
    case C_CALL: return c_call(run, frame, a).integer;
    case C_COMMA: c_evaluate(run, frame, a->a); return c_integer_value(run, frame, a->b);
    default: break;
    }
    int64_t x = c_integer_value(run, frame, a->a), y = c_integer_value(run, frame, a->b);
    run->memory.line = a->line;
    return integer_operation(run, a->operation, a->type.kind, x, y);
}

/* ---- Pointers ---- */

static struct c_pointer pointer_value(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    struct c_pointer pointer = {0};
    switch (a->operation) {
    case C_VARIABLE: {
        const struct slot *slot = c_slot_of(run, frame, a->variable);
        if (!slot->is_written && !a->variable->is_array) {
            run->memory.line = a->line;
            c_fault(&run->memory, "reads %s, which nothing has written", a->variable->name);
        }
        return slot->value.pointer;
    }
    case C_FIELD: return field_of(run, frame, a)->pointer;
    case C_ADDRESS: return place_of(run, frame, a->a);
    case C_ADVANCE: {
        pointer = pointer_value(run, frame, a->a);
        int64_t by = c_integer_value(run, frame, a->b);
        pointer.offset =
            (int64_t)((uint64_t)pointer.offset + (uint64_t)(a->integer * by) * c_width(a->type.kind));
        if (!pointer.object && by != 0) {
            run->memory.line = a->line;
            c_fault(&run->memory, "adds %lld to a null pointer", (long long)by);
        }
        return pointer;
    }
    case C_CONDITIONAL: return pointer_value(run, frame, c_truth(run, frame, a->a) ? a->b : a->c);
    case C_CONVERT: return a->a->type.pointers > 0 ? pointer_value(run, frame, a->a) : pointer;
    case C_ASSIGN: {
        pointer = pointer_value(run, frame, a->b);
        if (a->a->operation == C_FIELD)
            field_of(run, frame, a->a)->pointer = pointer;
        else if (a->a->operation == C_VARIABLE) {
            struct slot *slot = c_slot_of(run, frame, a->a->variable);
            slot->value.pointer = pointer;
            slot->is_written = true;
        } else
            c_fault(&run->memory, "stores a pointer in memory");
        return pointer;
    }
    case C_CALL: return c_call(run, frame, a).pointer;
    case C_NUMBER: return pointer;
    case C_COMMA: c_evaluate(run, frame, a->a); return pointer_value(run, frame, a->b);
    default: c_fault(&run->memory, "an operation on pointers that cannot be run");
    }
}

/* ---- Assignments ---- */

static union c_number assign(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    union c_number number;
    bool is_slot = a->a->operation == C_VARIABLE && !c_is_in_memory(a->a->variable);
    struct c_pointer place = {0};
    if (!is_slot)
        place = place_of(run, frame, a->a);
    if (is_real(a->type))
        number.real = real_value(run, frame, a->b);
    else
        number.integer = c_integer_value(run, frame, a->b);
    if (a->assigning != C_NUMBER) {
        union c_number before;
        run->memory.line = a->line;
        before = is_slot ? load_variable(run, frame, a->a) : c_load(&run->memory, place, a->type.kind);
        if (is_real(a->type))
            number.real = real_operation(a->assigning, before.real, number.real);
        else
            number.integer =
                integer_operation(run, a->assigning, a->type.kind, before.integer, number.integer);
    }
    if (is_slot) {
        struct slot *slot = c_slot_of(run, frame, a->a->variable);
        slot->value.integer = number.integer;
        slot->is_written = true;
    } else {
        run->memory.line = a->line;
        c_store(&run->memory, place, a->type.kind, number);
        if (a->a->operation == C_VARIABLE)
            c_slot_of(run, frame, a->a->variable)->is_written = true;
    }
    return number;
}
