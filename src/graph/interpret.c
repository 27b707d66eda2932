/* interpret.c: evaluates nodes in double, the plain way.
 *
 * Requires: numbers for the sizes and values for the leaves that a node needs. Values are computed on first
 * demand, without recursion over the graph, and kept; those inside a loop are computed anew in each round.
 * The operators that are more than a loop over elements are in interpret_structure.c and interpret_matrix.c.
 */
#include <math.h>
#include <string.h>

#include "interpreter.h"

#include "memory.h"

struct interpreter *interpreter_new(struct arena *arena, const struct graph *graph)
{
    struct interpreter *interpreter = ARENA_NEW(arena, struct interpreter);
    interpreter->arena = arena;
    interpreter->graph = graph;
    interpreter->precision = 64;
    return interpreter;
}

void interpreter_precision(struct interpreter *interpreter, int precision)
{
    interpreter->precision = precision;
}

int interpreter_status(const struct interpreter *interpreter)
{
    return interpreter->status;
}

void interpreter_watch(struct interpreter *interpreter, const struct round_watch *watch)
{
    interpreter->watch = watch;
}

void interpreter_perturb(struct interpreter *interpreter, double change, uint64_t seed)
{
    interpreter->change = change;
    interpreter->random = seed;
}

/* ---- Sizes ---- */

void interpreter_bind_size(struct interpreter *interpreter, const size *name, int64_t number)
{
    for (size_t i = 0; i < interpreter->bound_count; i++)
        if (interpreter->bound[i].atom == name) {
            interpreter->bound[i].number = number;
            return;
        }
    struct bound_size bound = {name, number};
    ARENA_APPEND(interpreter->arena, interpreter, bound, bound);
}

static int64_t atom_number(const size *atom, void *closure)
{
    const struct interpreter *interpreter = closure;
    for (size_t i = 0; i < interpreter->bound_count; i++)
        if (interpreter->bound[i].atom == atom)
            return interpreter->bound[i].number;
    return 1;
}

int64_t interpreter_size(struct interpreter *interpreter, const size *a)
{
    int64_t number;
    return size_is_number(a, &number) ? number : size_evaluate(a, atom_number, interpreter);
}

size_t interpreter_count(struct interpreter *interpreter, const struct node *node)
{
    size_t count = 1;
    for (int a = 0; a < node->rank; a++)
        count *= (size_t)interpreter_size(interpreter, node->shape[a]);
    return count;
}

/* ---- Where values are kept ---- */

struct slot *interpreter_slot(struct interpreter *interpreter, const struct node *node)
{
    size_t id = (size_t)node->id;
    if (id >= interpreter->slots_capacity) {
        size_t capacity = interpreter->graph->nodes_count + 64;
        struct slot **slots = ARENA_ARRAY(interpreter->arena, struct slot *, capacity);
        if (interpreter->slots)
            memcpy(slots, interpreter->slots, interpreter->slots_capacity * sizeof *slots);
        interpreter->slots = slots;
        interpreter->slots_capacity = capacity;
    }
    if (!interpreter->slots[id])
        interpreter->slots[id] = ARENA_NEW(interpreter->arena, struct slot);
    return interpreter->slots[id];
}

double *interpreter_storage(struct interpreter *interpreter, struct slot *slot, const struct node *node)
{
    if (!slot->values) {
        slot->count = interpreter_count(interpreter, node);
        slot->values = ARENA_ARRAY(interpreter->arena, double, slot->count + 1);
    }
    return slot->values;
}

void interpreter_bind(struct interpreter *interpreter, const struct node *leaf, const double *values)
{
    struct slot *slot = interpreter_slot(interpreter, leaf);
    double *copy = interpreter_storage(interpreter, slot, leaf);
    memcpy(copy, values, slot->count * sizeof *copy);
    if (leaf->type == REAL && interpreter->precision == 32)
        for (size_t i = 0; i < slot->count; i++)
            copy[i] = (double)(float)copy[i];
    slot->is_valid = true;
}

/* ---- Element-wise ---- */

static void evaluate_elementwise(struct interpreter *interpreter, const struct node *node, double *y,
                                 size_t count)
{
    const double *operands[3] = {NULL};
    enum type type = node->input_count > 1 ? node->inputs[1]->type : node->inputs[0]->type;
    for (int k = 0; k < node->input_count; k++)
        operands[k] = interpreter_slot(interpreter, node->inputs[k])->values;
    for (size_t i = 0; i < count; i++) {
        double values[3] = {operands[0][i], operands[1] ? operands[1][i] : 0,
                            operands[2] ? operands[2][i] : 0};
        y[i] = operator_value(node->op, type, values);
    }
}

/* ---- One node ---- */

static void evaluate_leaf(struct interpreter *interpreter, const struct node *node, double *y)
{
    switch (node->op) {
    case OP_CONSTANT: *y = node->value; break;
    case OP_SIZE_VALUE: *y = (double)interpreter_size(interpreter, node->extent); break;
    default: break; /* bound, or 0 */
    }
}

static void copy_values(struct interpreter *interpreter, const struct node *node, double *y, size_t count)
{
    memcpy(y, interpreter_slot(interpreter, node->inputs[0])->values, count * sizeof *y);
}

/* Operators whose real results are among their operands, or whole, or written down. */
static bool is_never_rounded(enum op op)
{
    switch (op) {
    case OP_NEG:
    case OP_ABS:
    case OP_SIGN:
    case OP_FLOOR:
    case OP_CEIL:
    case OP_ROUND:
    case OP_TRUNCATE:
    case OP_MAX:
    case OP_MIN:
    case OP_SELECT:
    case OP_CAST_REAL:
    case OP_UNIFORM:
    case OP_CONSTANT:
    case OP_PARAMETER:
    case OP_PLACEHOLDER:
    case OP_SIZE_VALUE:
    case OP_IOTA:
    case OP_INDEX:
    case OP_REPLACE:
    case OP_RESHAPE:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_MARK:
    case OP_STOP:
    case OP_CUSTOM:
    case OP_LOOP:
    case OP_RESULT: return true;
    default: return false;
    }
}

/* Few digits are what exact results have: of small whole numbers, and of halves and quarters. Here the last
 * 25 of 53 binary ones are 0. */
static bool has_few_digits(double y)
{
    uint64_t bits;
    memcpy(&bits, &y, sizeof bits);
    return (bits & 0x1ffffff) == 0;
}

static void perturb(struct interpreter *interpreter, double *y, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        interpreter->random = interpreter->random * 6364136223846793005u + 1442695040888963407u;
        double unit = (double)(interpreter->random >> 33) * 0x1p-30 - 1;
        if (isfinite(y[i]) && !has_few_digits(y[i]))
            y[i] += y[i] * interpreter->change * unit;
    }
}

static void evaluate_node(struct interpreter *interpreter, struct node *node)
{
    struct slot *slot = interpreter_slot(interpreter, node);
    double *y = interpreter_storage(interpreter, slot, node);
    if (operator_is_elementwise(node->op)) {
        evaluate_elementwise(interpreter, node, y, slot->count);
    } else {
        switch (node->op) {
        case OP_CONSTANT:
        case OP_PARAMETER:
        case OP_PLACEHOLDER:
        case OP_SIZE_VALUE: evaluate_leaf(interpreter, node, y); break;
        case OP_RESHAPE:
        case OP_MARK:
        case OP_CUSTOM: copy_values(interpreter, node, y, slot->count); break;
        case OP_STOP:
            copy_values(interpreter, node, y, slot->count);
            interpret_stop(interpreter, node, y, slot->count);
            break;
        case OP_LOOP: interpret_loop(interpreter, node); break;
        case OP_RESULT:
            memcpy(y, interpreter_slot(interpreter, node->inputs[0])->results[node->result],
                   slot->count * sizeof *y);
            break;
        case OP_CHOLESKY:
        case OP_SOLVE_TRIANGULAR:
        case OP_LU_SOLVE:
        case OP_LOGABSDET:
        case OP_DET: interpret_matrix(interpreter, node, y); break;
        case OP_ROUTINE: interpret_routine(interpreter, node, y); break;
        default: interpret_structure(interpreter, node, y); break;
        }
    }
    if (interpreter->precision == 32 && node->type == REAL)
        for (size_t i = 0; i < slot->count; i++)
            y[i] = (double)(float)y[i];
    if (interpreter->change != 0 && node->type == REAL && !is_never_rounded(node->op))
        perturb(interpreter, y, slot->count);
    slot->is_valid = true;
}

/* ---- On demand ---- */

static bool is_valid(struct interpreter *interpreter, const struct node *node)
{
    return interpreter_slot(interpreter, node)->is_valid;
}

/* How many nodes must have values first. What a loop reads from outside is left to its rounds: a branch that
 * is not taken must not compute what only it reads. */
static size_t needed_before(const struct node *node)
{
    if (node->op == OP_LOOP)
        return (size_t)node->loop->carried_count;
    return node->op == OP_CUSTOM ? 1 : (size_t)node->input_count;
}

bool interpret_demand(struct interpreter *interpreter, struct node *root)
{
    size_t count = 0, capacity = 64;
    struct node **stack = memory_array(capacity, sizeof *stack);
    stack[count++] = root;
    while (count && !interpreter->status) {
        struct node *node = stack[count - 1];
        if (is_valid(interpreter, node)) {
            count--;
            continue;
        }
        struct node *const *needed = node->op == OP_LOOP ? node->loop->initial : node->inputs;
        size_t needed_count = needed_before(node), before = count;
        if (count + needed_count > capacity) {
            capacity = 2 * (count + needed_count);
            stack = memory_resize(stack, capacity, sizeof *stack);
        }
        for (size_t i = needed_count; i-- > 0;)
            if (!is_valid(interpreter, needed[i]))
                stack[count++] = needed[i];
        if (count == before) {
            evaluate_node(interpreter, node);
            count--;
        }
    }
    memory_free(stack);
    return !interpreter->status;
}

const double *interpreter_value(struct interpreter *interpreter, struct node *node)
{
    interpreter->status = 0;
    return interpret_demand(interpreter, node) ? interpreter_slot(interpreter, node)->values : NULL;
}

/* ---- Loops ---- */

/* Room for the results: carried ones begin as the initial values, collected ones as zeros. */
static void prepare_results(struct interpreter *interpreter, struct node *node, int64_t rounds)
{
    struct loop *loop = node->loop;
    struct slot *slot = interpreter_slot(interpreter, node);
    int count = loop->carried_count + loop->collected_count;
    if (!slot->results) {
        slot->results = ARENA_ARRAY(interpreter->arena, double *, count + 1);
        slot->result_counts = ARENA_ARRAY(interpreter->arena, size_t, count + 1);
    }
    for (int k = 0; k < count; k++) {
        bool is_carried = k < loop->carried_count;
        const struct node *value = is_carried ? loop->carried[k] : loop->collected[k - loop->carried_count];
        size_t elements = interpreter_count(interpreter, value) * (is_carried ? 1 : (size_t)rounds);
        if (!slot->results[k] || slot->result_counts[k] < elements) {
            slot->results[k] = ARENA_ARRAY(interpreter->arena, double, elements + 1);
            slot->result_counts[k] = elements;
        }
        if (is_carried)
            memcpy(slot->results[k], interpreter_slot(interpreter, loop->initial[k])->values,
                   elements * sizeof(double));
        else
            memset(slot->results[k], 0, elements * sizeof(double));
    }
}

static void invalidate_body(struct interpreter *interpreter, const struct region *region)
{
    for (size_t i = 0; i < region->inside_count; i++)
        interpreter_slot(interpreter, region->inside[i])->is_valid = false;
}

static bool stands_in_rounds(const struct loop *loop, const struct region *region, const struct node *node)
{
    size_t low = 0, high = region->inside_count;
    for (int k = 0; k < loop->carried_count; k++)
        if (loop->carried[k] == node)
            return true;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (region->inside[middle]->id < node->id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < region->inside_count && region->inside[low] == node;
}

static void show_watched(struct interpreter *interpreter, const struct loop *loop,
                         const struct region *region)
{
    const struct round_watch *watch = interpreter->watch;
    for (size_t i = 0; watch && i < watch->count; i++)
        if (stands_in_rounds(loop, region, watch->nodes[i])) {
            watch->see(watch->closure, i, interpreter_value(interpreter, watch->nodes[i]));
            interpreter->status = 0;
        }
}

/* The values at the end of a round go to results; false where an error stopped it. */
static bool evaluate_round(struct interpreter *interpreter, struct node *node, int64_t round)
{
    struct loop *loop = node->loop;
    struct slot *slot = interpreter_slot(interpreter, node);
    for (int k = 0; k < loop->carried_count; k++)
        if (!interpret_demand(interpreter, loop->next[k]))
            return false;
    for (int k = 0; k < loop->collected_count; k++)
        if (!interpret_demand(interpreter, loop->collected[k]))
            return false;
    for (int k = 0; k < loop->carried_count; k++) {
        const struct slot *next = interpreter_slot(interpreter, loop->next[k]);
        memcpy(slot->results[k], next->values, next->count * sizeof(double));
    }
    for (int k = 0; k < loop->collected_count; k++) {
        const struct slot *value = interpreter_slot(interpreter, loop->collected[k]);
        memcpy(slot->results[loop->carried_count + k] + (size_t)round * value->count, value->values,
               value->count * sizeof(double));
    }
    return true;
}

void interpret_loop(struct interpreter *interpreter, struct node *node)
{
    struct loop *loop = node->loop;
    const struct region *region = region_of(interpreter->graph, loop);
    struct slot *slot = interpreter_slot(interpreter, node);
    int64_t begin = interpreter_size(interpreter, loop->begin),
            end = interpreter_size(interpreter, loop->end);
    int64_t kept =
        atom_number(loop->variable, interpreter); /* of a loop around this one that shares the variable */
    prepare_results(interpreter, node, end > begin ? end - begin : 0);
    for (int64_t round = begin; round < end && !interpreter->status; round++) {
        int64_t variable = loop->reverse ? end - 1 - (round - begin) : round;
        interpreter_bind_size(interpreter, loop->variable, variable);
        invalidate_body(interpreter, region);
        for (int k = 0; k < loop->carried_count; k++)
            interpreter_bind(interpreter, loop->carried[k], slot->results[k]);
        if (loop->condition && (!interpret_demand(interpreter, loop->condition) ||
                                interpreter_slot(interpreter, loop->condition)->values[0] == 0))
            break;
        show_watched(interpreter, loop, region);
        if (!evaluate_round(interpreter, node, variable - begin))
            break;
    }
    interpreter_bind_size(interpreter, loop->variable, kept);
    invalidate_body(interpreter, region);
    for (int k = 0; k < loop->carried_count; k++)
        interpreter_slot(interpreter, loop->carried[k])->is_valid = false;
}
