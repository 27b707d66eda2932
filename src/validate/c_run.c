/* c_run.c: calls functions, executes statements. */
#include <stdio.h>
#include <string.h>

#include "c_runner.h"

enum flow { GOES_ON, BREAKS, CONTINUES, RETURNS };

static enum flow execute(struct c_run *run, struct frame *frame, const struct c_statement *s);

/* ---- Calls ---- */

/* What a variable holds from here on; a restrict pointer is one of its own. */
static void set_variable(struct c_run *run, struct frame *frame, const struct c_variable *variable,
                         struct c_value value)
{
    struct slot *slot = c_slot_of(run, frame, variable);
    slot->is_written = true;
    if (variable->type.pointers > 0 && variable->type.is_restrict && value.pointer.object &&
        value.pointer.object->cells)
        value.pointer.base = c_base_new(&run->memory, variable->name, value.pointer.base);
    if (variable->has_address) {
        union c_number number = {.integer = value.integer};
        struct c_object *object = c_object_new(run->arena, variable->name, c_width(variable->type.kind),
                                               c_width(variable->type.kind));
        c_put(object, variable->type.kind, 0, number);
        slot->value.pointer = (struct c_pointer){.object = object, .base = BASE_DIRECT};
    } else {
        slot->value = value;
    }
}

static struct c_value call_function(struct c_run *run, const struct c_function *function,
                                    const struct c_value *arguments, int line)
{
    struct frame frame = {.function = function};
    if (!function->body)
        c_fault(&run->memory, "calls %s, which is not defined", function->name);
    if (run->stack_count + function->slot_count > run->stack_size || run->memory.depth > 200)
        c_fault(&run->memory, "calls too deeply");
    frame.slots = &run->stack[run->stack_count];
    run->stack_count += function->slot_count;
    memset(frame.slots, 0, function->slot_count * sizeof *frame.slots);
    uint32_t bases = c_next_base(&run->memory);
    run->memory.depth++;
    for (size_t i = 0; i < function->parameters_count; i++)
        set_variable(run, &frame, function->parameters[i], arguments[i]);
    enum flow flow = execute(run, &frame, function->body);
    if (flow != RETURNS && function->type.kind != C_VOID)
        c_fault(&run->memory, "%s ends without a return", function->name);
    c_bases_end(&run->memory, bases);
    run->memory.depth--;
    run->stack_count -= function->slot_count;
    run->memory.line = line;
    return frame.result;
}

struct c_value c_call(struct c_run *run, struct frame *frame, const struct c_expression *a)
{
    enum { MOST_ARGUMENTS = 1024 };
    struct c_value few[16], *arguments = few;
    size_t count = a->call->arguments_count;
    if (count > sizeof few / sizeof *few)
        arguments = ARENA_ARRAY(run->arena, struct c_value, count);
    for (size_t i = 0; i < count; i++)
        arguments[i] = c_evaluate(run, frame, a->call->arguments[i]);
    run->memory.line = a->line;
    return a->call->function ? call_function(run, a->call->function, arguments, a->line)
                             : c_builtin_call(&run->memory, a->call->builtin, arguments);
}

/* ---- Statements ---- */

static void declare(struct c_run *run, struct frame *frame, const struct c_statement *s)
{
    const struct c_variable *variable = s->variable;
    struct slot *slot = c_slot_of(run, frame, variable);
    if (s->expression) {
        set_variable(run, frame, variable, c_evaluate(run, frame, s->expression));
        return;
    }
    slot->is_written = false;
    if (!c_is_in_memory(variable))
        return;
    if (variable->type.kind == C_STRUCT) {
        slot->value.pointer =
            (struct c_pointer){.object = c_struct_new(run->arena, variable->type.structure, variable->name),
                               .base = BASE_DIRECT};
        return;
    }
    size_t width = c_width(variable->type.kind), length = variable->is_array ? variable->length : 1;
    if (slot->value.pointer.object)
        c_object_poison(slot->value.pointer.object);
    else
        slot->value.pointer = (struct c_pointer){
            .object = c_object_new(run->arena, variable->name, length * width, width), .base = BASE_DIRECT};
    slot->is_written = variable->is_array;
    struct c_object *object = slot->value.pointer.object;
    for (size_t i = 0; i < length && (variable->has_value || s->zeros); i++) {
        union c_number number = {0};
        if (variable->table)
            number.integer = variable->table[i];
        else if (variable->numbers)
            number.real = variable->numbers[i];
        c_put(object, variable->type.kind, i, number);
    }
}

static void spend(struct c_run *run, int line)
{
    if (--run->statements < 0) {
        run->is_out_of_time = true;
        run->memory.line = line;
        c_fault(&run->memory, "takes more statements than it is given");
    }
}

static uint64_t random_number(struct c_run *run)
{
    run->random = run->random * 6364136223846793005u + 1442695040888963407u;
    return run->random >> 33;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The rounds in an order of their own: from any of them on in steps that meet all. */
static enum flow execute_turned(struct c_run *run, struct frame *frame, const struct c_statement *s)
{
    execute(run, frame, s->first);
    struct slot *counted = c_slot_of(run, frame, s->variable);
    uint64_t begin = (uint64_t)counted->value.integer;
    uint64_t end = (uint64_t)c_integer_value(run, frame, s->expression->b);
    uint64_t count = end > begin ? end - begin : 0, step = 1, first = 0;
    if (count > 1) {
        first = random_number(run) % count;
        step = 1 + random_number(run) % count;
        while (greatest_divisor(step, count) != 1)
            step++;
    }
    uint32_t loop = c_rounds_begin(&run->memory);
    for (uint64_t i = 0; i < count; i++) {
        spend(run, s->line);
        counted->value.integer = (int64_t)(begin + (first + i * step) % count);
        c_round_begin(&run->memory, loop);
        enum flow flow = execute(run, frame, s->body);
        if (flow == BREAKS || flow == RETURNS) {
            run->memory.line = s->line;
            c_fault(&run->memory, "a loop whose rounds may run in any order is left early");
        }
    }
    c_rounds_end(&run->memory, loop);
    return GOES_ON;
}

static enum flow execute_for(struct c_run *run, struct frame *frame, const struct c_statement *s)
{
    if (s->can_turn)
        return execute_turned(run, frame, s);
    if (s->first)
        execute(run, frame, s->first);
    bool is_marked = s->order != C_SERIAL;
    uint32_t loop = is_marked ? c_rounds_begin(&run->memory) : 0;
    while (!s->expression || c_truth(run, frame, s->expression)) {
        spend(run, s->line);
        if (is_marked)
            c_round_begin(&run->memory, loop);
        enum flow flow = execute(run, frame, s->body);
        if (flow == RETURNS)
            return flow;
        if (flow == BREAKS)
            break;
        if (s->step)
            c_evaluate(run, frame, s->step);
    }
    if (is_marked)
        c_rounds_end(&run->memory, loop);
    return GOES_ON;
}

static enum flow execute_while(struct c_run *run, struct frame *frame, const struct c_statement *s)
{
    if (s->kind == C_WHILE && !c_truth(run, frame, s->expression))
        return GOES_ON;
    do {
        spend(run, s->line);
        enum flow flow = execute(run, frame, s->body);
        if (flow == RETURNS)
            return flow;
        if (flow == BREAKS)
            break;
    } while (c_truth(run, frame, s->expression));
    return GOES_ON;
}

static enum flow execute(struct c_run *run, struct frame *frame, const struct c_statement *s)
{
    run->memory.line = s->line;
    switch (s->kind) {
    case C_EMPTY: break;
    case C_EXPRESSION:
        spend(run, s->line);
        if (s->expression->type.kind == C_VOID && s->expression->operation == C_CALL)
            c_call(run, frame, s->expression);
        else
            c_evaluate(run, frame, s->expression);
        break;
    case C_DECLARE:
        spend(run, s->line);
        declare(run, frame, s);
        break;
    case C_BLOCK:
        for (size_t i = 0; i < s->statements_count; i++) {
            enum flow flow = execute(run, frame, s->statements[i]);
            if (flow != GOES_ON)
                return flow;
        }
        break;
    case C_IF:
        if (c_truth(run, frame, s->expression))
            return execute(run, frame, s->body);
        return s->otherwise ? execute(run, frame, s->otherwise) : GOES_ON;
    case C_FOR: return execute_for(run, frame, s);
    case C_WHILE:
    case C_DO: return execute_while(run, frame, s);
    case C_RETURN:
        if (s->expression)
            frame->result = c_evaluate(run, frame, s->expression);
        return RETURNS;
    case C_BREAK: return BREAKS;
    case C_CONTINUE: return CONTINUES;
    }
    return GOES_ON;
}

/* ---- From outside ---- */

struct c_run *c_run_new(struct arena *arena, const struct c_program *program, uint64_t seed)
{
    struct c_run *run = ARENA_NEW(arena, struct c_run);
    size_t most = 0;
    run->arena = run->memory.arena = arena;
    run->program = program;
    run->random = seed * 2654435761u + 99;
    run->statements = INT64_MAX;
    for (size_t i = 0; i < program->functions_count; i++)
        most = program->functions[i]->slot_count > most ? program->functions[i]->slot_count : most;
    run->stack_size = 64 * (most + 16);
    run->stack = ARENA_ARRAY(arena, struct slot, run->stack_size);
    run->globals = ARENA_ARRAY(arena, struct slot, program->globals_count + 1);
    for (size_t i = 0; i < program->globals_count; i++) {
        struct c_variable *variable = program->globals[i];
        struct c_statement s = {.kind = C_DECLARE, .variable = variable};
        if (variable->is_array)
            declare(run, NULL, &s);
        if (variable->is_array)
            run->globals[i].value.pointer.object->is_constant = true;
    }
    return run;
}

void c_run_limit(struct c_run *run, int64_t statements)
{
    run->statements = statements;
}

void c_run_set(struct c_run *run, size_t setting, size_t value)
{
    run->memory.settings[setting] = value;
}

int64_t c_run_left(const struct c_run *run)
{
    return run->statements;
}

bool c_run_is_out_of_time(const struct c_run *run)
{
    return run->is_out_of_time;
}

bool c_run_call(struct c_run *run, const struct c_function *function, const struct c_value *arguments,
                struct c_value *result)
{
    c_memory_begin(&run->memory);
    run->stack_count = 0;
    run->memory.fault[0] = '\0';
    if (setjmp(run->memory.stop) != 0)
        return false;
    *result = call_function(run, function, arguments, 0);
    return true;
}

const char *c_run_fault(const struct c_run *run)
{
    const char *place = c_source_place(run->arena, run->program->text, run->memory.line);
    return arena_print(run->arena, "line %d of the C%s%s: %s", run->memory.line, place ? ", for " : "",
                       place ? place : "", run->memory.fault);
}

/* ---- Structs ---- */

size_t c_field_number(const struct c_struct *structure, const char *name)
{
    size_t i = 0;
    while (i < structure->fields_count && strcmp(structure->fields[i].name, name) != 0)
        i++;
    return i;
}

struct c_object *c_struct_new(struct arena *arena, const struct c_struct *structure, const char *name)
{
    struct c_object *object = ARENA_NEW(arena, struct c_object);
    *object = (struct c_object){.name = name, .structure = structure};
    object->fields = ARENA_ARRAY(arena, struct c_field_value, structure->fields_count + 1);
    for (size_t i = 0; i < structure->fields_count; i++) {
        const struct c_field *field = &structure->fields[i];
        if (field->type.pointers == 0)
            object->fields[i].object =
                c_object_new(arena, field->name, c_width(field->type.kind), c_width(field->type.kind));
    }
    return object;
}
