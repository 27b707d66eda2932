/* demand.c: what an entry has to compute: its roots, the nodes they need, for
 * the sake of which members, and the loop whose rounds each node belongs to. */
#include "program.h"
#include "region.h"

bool entry_writes(enum entry entry, enum role role)
{
    switch (entry) {
    case ENTRY_FORWARD: return role == ROLE_OUTPUT || role == ROLE_INOUT;
    case ENTRY_BACKWARD: return role == ROLE_GRADIENT;
    case ENTRY_GRADIENT: return role == ROLE_OUTPUT || role == ROLE_GRADIENT;
    case ENTRY_JACOBIAN: return role == ROLE_JACOBIAN;
    case ENTRY_HESSIAN: return role == ROLE_HESSIAN;
    case ENTRY_SPARSE_JACOBIAN: return role == ROLE_JACOBIAN_VALUES;
    case ENTRY_SPARSE_HESSIAN: return role == ROLE_HESSIAN_VALUES;
    case ENTRY_JVP: return role == ROLE_OUTPUT_TANGENT;
    case ENTRY_HVP: return role == ROLE_HVP;
    case ENTRY_OBJECTIVE: return role == ROLE_OBJECTIVE;
    case ENTRY_OBJECTIVE_GRADIENT: return role == ROLE_OBJECTIVE_GRADIENT;
    case ENTRY_CONSTRAINTS: return role == ROLE_CONSTRAINTS;
    case ENTRY_CONSTRAINTS_JACOBIAN: return role == ROLE_CONSTRAINTS_JACOBIAN;
    case ENTRY_LAGRANGIAN_HESSIAN: return role == ROLE_LAGRANGIAN_HESSIAN;
    case ENTRY_PREPARE: return role == ROLE_PREPARED_VALUE;
    case ENTRY_COUNT: break;
    }
    return false;
}

/* Scalars by value and updated arrays are always wanted. */
guard guard_of_member(const struct function *function, const struct member *member)
{
    size_t number = (size_t)(member - function->members);
    if (!member || member->rank == 0 || member->role == ROLE_INOUT || member->role == ROLE_PREPARED_VALUE ||
        number >= 63)
        return ALWAYS_WANTED;
    return (guard)1 << number;
}

static void find_roots(struct program *program, const struct kept *kept)
{
    struct function *function = program->function;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!entry_writes(program->entry, member->role) || !member->value)
            continue;
        struct root root = {member, member->value, (int)i};
        ARENA_APPEND(program->arena, program, roots, root);
        program->everything |= guard_of_member(function, member);
        if (member->role != ROLE_OUTPUT && member->role != ROLE_INOUT && member->role != ROLE_PREPARED_VALUE)
            program->derivatives |= guard_of_member(function, member);
    }
    if (program->entry == ENTRY_PREPARE)
        program->everything = ALWAYS_WANTED;
    for (size_t i = 0; program->entry == ENTRY_FORWARD && kept && i < kept->count; i++)
        if (kept->is_kept[i]) {
            struct root root = {NULL, function->graph->nodes[i], -1};
            program->everything = ALWAYS_WANTED;
            ARENA_APPEND(program->arena, program, roots, root);
        }
}

/* ---- Which nodes ---- */

struct search {
    struct program *program;
    const struct kept *kept;
    struct carried carried;
    struct node **stack;
    size_t stack_count, stack_capacity;
};

static bool is_earlier(const struct search *search, const struct node *node)
{
    return search->program->entry == ENTRY_BACKWARD && search->kept && search->kept->is_kept[node->id];
}

static void reach(void *closure, struct node *node)
{
    struct search *search = closure;
    search->program->uses[node->id]++;
    if (search->program->is_live[node->id])
        return;
    search->program->is_live[node->id] = true;
    ARENA_APPEND(search->program->scratch, search, stack, node);
}

static void reach_inputs(struct search *search, const struct node *node)
{
    if (!is_earlier(search, node))
        for_each_read(&search->carried, node, reach, search);
}

/* ---- Checks ---- */

/* What the entry can compute: the loops that it runs, by the numbers of their
 * variables, and by id the nodes of which it runs all loops that they are in.
 */
struct running {
    bool *loops, *nodes;
    bool *in_rounds; /* by id: whether the node is in the rounds of any loop */
    size_t variable_count;
};

struct mention {
    const struct running *running;
    bool any, all_run;
};

static void find_variable(void *closure, size *variable)
{
    struct mention *mention = closure;
    size_t number = (size_t)size_atom_number(variable);
    mention->any = true;
    mention->all_run =
        mention->all_run && number < mention->running->variable_count && mention->running->loops[number];
}

/* A loop that the entry does not run is no part of the rounds of others: it
 * would stand behind them. */
static void find_node(const struct search *search, struct running *running, const struct node *node)
{
    const struct program *program = search->program;
    const struct node *loop = search->carried.loop_of[node->id];
    struct mention mention = {running, false, true};
    struct node *const *needed;
    node_visit_outer_variables(program->function->graph, node, find_variable, &mention);
    size_t count = node_dependencies(program->function->graph, node, &needed);
    for (size_t i = 0; i < count; i++) {
        mention.any = mention.any || running->in_rounds[needed[i]->id];
        mention.all_run = mention.all_run && running->nodes[needed[i]->id];
    }
    if (node->op == OP_PLACEHOLDER && !program->leaf_members[node->id]) {
        mention.any = true;
        mention.all_run = loop && program->is_live[loop->id];
    }
    if (node->op == OP_LOOP && !program->is_live[node->id] && mention.any)
        mention.all_run = false;
    running->in_rounds[node->id] = mention.any;
    running->nodes[node->id] = mention.all_run;
}

static void find_running(const struct search *search, struct running *running)
{
    const struct program *program = search->program;
    struct node *const *nodes = program->function->graph->nodes;
    for (size_t i = 0; i < program->node_count; i++)
        if (nodes[i]->op == OP_LOOP && program->is_live[i])
            running->loops[size_atom_number(nodes[i]->loop->variable)] = true;
    for (size_t i = 0; i < program->node_count; i++)
        find_node(search, running, nodes[i]);
}

static struct running running_new(const struct program *program)
{
    struct running running = {.nodes = ARENA_ARRAY(program->scratch, bool, program->node_count + 1),
                              .in_rounds = ARENA_ARRAY(program->scratch, bool, program->node_count + 1)};
    for (size_t i = 0; i < program->node_count; i++) {
        const struct node *node = program->function->graph->nodes[i];
        size_t number = node->op == OP_LOOP ? (size_t)size_atom_number(node->loop->variable) : 0;
        running.variable_count = number >= running.variable_count ? number + 1 : running.variable_count;
    }
    running.loops = ARENA_ARRAY(program->scratch, bool, running.variable_count + 1);
    return running;
}

/* The loops in whose rounds a node is. */
struct nest_of_loops {
    const struct search *search;
    struct node **loops;
    size_t loops_count, loops_capacity;
    bool *seen;
};

static void add_loop(struct nest_of_loops *nest, struct node *loop)
{
    for (size_t i = 0; i < nest->loops_count; i++)
        if (nest->loops[i] == loop)
            return;
    ARENA_APPEND(nest->search->program->scratch, nest, loops, loop);
}

static void add_variable(void *closure, size *variable)
{
    struct nest_of_loops *nest = closure;
    const struct program *program = nest->search->program;
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = program->function->graph->nodes[i];
        if (node->op == OP_LOOP && program->is_live[i] && node->loop->variable == variable)
            add_loop(nest, node);
    }
}

static void add_loops_of(struct nest_of_loops *nest, const struct running *running, struct node *node)
{
    struct node *const *needed;
    if (!running->in_rounds[node->id] || nest->seen[node->id])
        return;
    nest->seen[node->id] = true;
    node_visit_outer_variables(nest->search->program->function->graph, node, add_variable, nest);
    if (nest->search->carried.loop_of[node->id])
        add_loop(nest, nest->search->carried.loop_of[node->id]);
    size_t count = node_dependencies(nest->search->program->function->graph, node, &needed);
    for (size_t i = 0; i < count; i++)
        add_loops_of(nest, running, needed[i]);
}

static bool is_loop_inside(const struct graph *graph, const struct node *inner, const struct node *outer)
{
    const struct region *region = region_of(graph, outer->loop);
    for (size_t i = 0; i < region->inside_count; i++) {
        const struct node *node = region->inside[i];
        if (node == inner ||
            (node->op == OP_LOOP && node->id > inner->id && is_loop_inside(graph, inner, node)))
            return true;
    }
    return false;
}

/* Whether a copy of one loop is within a copy of the other; copies of a loop share its variable. */
static bool are_nested(const struct nest_of_loops *nest, const size *one, const size *other)
{
    const struct graph *graph = nest->search->program->function->graph;
    for (size_t i = 0; i < nest->loops_count; i++)
        for (size_t j = 0; j < nest->loops_count; j++) {
            const struct node *a = nest->loops[i], *b = nest->loops[j];
            if (a->id < b->id && is_loop_inside(graph, a, b) &&
                ((a->loop->variable == one && b->loop->variable == other) ||
                 (a->loop->variable == other && b->loop->variable == one)))
                return true;
        }
    return false;
}

/* Whether the rounds that the node is in are those of loops within each other: once simplified, a loop need
 * not be within a branch any more that a value which is read no longer is still tied to. */
static bool is_in_nest(const struct search *search, const struct running *running, struct node *node)
{
    const struct program *program = search->program;
    struct nest_of_loops nest = {.search = search,
                                 .seen = ARENA_ARRAY(program->scratch, bool, program->node_count + 1)};
    add_loops_of(&nest, running, node);
    for (size_t i = 0; i < nest.loops_count; i++)
        for (size_t j = 0; j < i; j++) {
            const size *one = nest.loops[i]->loop->variable, *other = nest.loops[j]->loop->variable;
            if (one != other && !are_nested(&nest, one, other))
                return false;
        }
    return true;
}

/* Of nlp(f, g), entries make the checks of what they compute. */
static bool has_part(enum entry entry, enum whose part)
{
    switch (entry) {
    case ENTRY_OBJECTIVE:
    case ENTRY_OBJECTIVE_GRADIENT: return part != PART_CONSTRAINTS;
    case ENTRY_CONSTRAINTS:
    case ENTRY_CONSTRAINTS_JACOBIAN: return part != PART_OBJECTIVE;
    default: return true;
    }
}

/* What is given is judged by `prepare` and no other entry. */
static bool makes_check(const struct program *program, const struct value_check *check)
{
    return check->is_given == (program->entry == ENTRY_PREPARE) && has_part(program->entry, check->part);
}

struct checking {
    struct running running;
    bool *is_made, *is_number_made; /* by check; by its number */
    bool copies;                    /* those of derivatives, whose originals are not made, are made now */
};

/* A check outside loops is always made; one in the rounds of a loop if the entry runs that loop, though it
 * may need the value in other forms only. In a copy of the rounds, what the entry needs is judged if it is
 * not where the program does so, in rounds that the entry does not run. */
static bool has_to_check(const struct search *search, const struct checking *checking, size_t i)
{
    const struct program *program = search->program;
    const struct value_check *check = &program->function->checks[i];
    bool is_wanted =
        !checking->is_made[i] && checking->running.nodes[check->k->id] && makes_check(program, check);
    if (!is_wanted || check->is_copy != checking->copies)
        return false;
    if (check->is_copy)
        return program->is_live[check->k->id] && !checking->is_number_made[check->number];
    return program->is_live[check->k->id] || is_in_nest(search, &checking->running, check->k);
}

/* What checks read may be in further loops. */
static void reach_checks_of(struct search *search, struct checking *checking)
{
    struct program *program = search->program;
    struct function *function = program->function;
    for (bool more = function->checks_count > 0; more;) {
        more = false;
        find_running(search, &checking->running);
        for (size_t i = 0; i < function->checks_count; i++) {
            if (!has_to_check(search, checking, i))
                continue;
            more = checking->is_made[i] = true;
            ARENA_APPEND(program->arena, program, checks, &function->checks[i]);
            reach(search, function->checks[i].k);
            while (search->stack_count > 0)
                reach_inputs(search, search->stack[--search->stack_count]);
        }
    }
}

static void reach_checks(struct search *search)
{
    struct program *program = search->program;
    const struct function *function = program->function;
    struct checking checking = {.running = running_new(program)};
    int most = 0;
    for (size_t i = 0; i < function->checks_count; i++)
        most = function->checks[i].number > most ? function->checks[i].number : most;
    checking.is_made = ARENA_ARRAY(program->scratch, bool, function->checks_count + 1);
    checking.is_number_made = ARENA_ARRAY(program->scratch, bool, most + 1);
    reach_checks_of(search, &checking);
    for (size_t i = 0; i < program->checks_count; i++)
        checking.is_number_made[program->checks[i]->number] = true;
    checking.copies = true;
    reach_checks_of(search, &checking);
}

/* ---- For which members ---- */

static void spread_wants(struct program *program, const struct search *search)
{
    struct graph *graph = program->function->graph;
    for (size_t i = 0; i < program->roots_count; i++)
        program->wanted[program->roots[i].node->id] |=
            program->roots[i].member ? guard_of_member(program->function, program->roots[i].member)
                                     : ALWAYS_WANTED;
    for (size_t i = 0; i < program->checks_count; i++)
        program->wanted[program->checks[i]->k->id] = ALWAYS_WANTED;
    for (size_t i = graph->nodes_count; i-- > 0;) {
        struct node *node = graph->nodes[i];
        if (!program->is_live[i] || is_earlier(search, node))
            continue;
        guard wanted = program->wanted[i];
        if (node->op == OP_LOOP) {
            struct loop *loop = node->loop;
            for (int j = 0; j < loop->carried_count; j++) {
                program->wanted[loop->initial[j]->id] |= wanted;
                program->wanted[loop->next[j]->id] |= wanted;
            }
            if (loop->condition)
                program->wanted[loop->condition->id] |= wanted;
        } else {
            for (int j = 0; j < node->input_count; j++)
                program->wanted[node->inputs[j]->id] |= wanted;
            if (node->op == OP_RESULT && node->result >= node->inputs[0]->loop->carried_count)
                program->wanted[node->inputs[0]
                                    ->loop->collected[node->result - node->inputs[0]->loop->carried_count]
                                    ->id] |= wanted;
        }
    }
}

/* ---- In which loop ---- */

struct ownership {
    struct program *program;
    struct node **first_with, **next_with; /* live LOOPs with one variable, by its number, then by id */
    size_t variable_count;
    struct node **outer; /* for a LOOP: the innermost other loop that its rounds
                            depend on */
    const struct search *search;
};

static struct node *inner(struct node *a, struct node *b)
{
    return !a ? b : !b ? a : a->id < b->id ? a : b;
}

/* Adds a dependence on the rounds of a loop. Of two such loops the inner one,
 * which stands first in the graph, is in the rounds of the other. */
static void depend(struct ownership *ownership, struct node **innermost, struct node *loop)
{
    while (loop && loop != *innermost) {
        struct node *old = *innermost;
        *innermost = inner(old, loop);
        loop = *innermost == old ? loop : old;
        innermost = &ownership->outer[(*innermost)->id];
    }
}

struct dependence {
    struct ownership *ownership;
    struct node **innermost;
};

static void depend_on_variable(void *closure, size *variable)
{
    const struct dependence *dependence = closure;
    struct ownership *ownership = dependence->ownership;
    size_t number = (size_t)size_atom_number(variable);
    struct node *loop = number < ownership->variable_count ? ownership->first_with[number] : NULL;
    for (; loop; loop = ownership->next_with[loop->id])
        depend(ownership, dependence->innermost, loop);
}

static void depend_on_size(void *closure, size *a)
{
    size_visit_loop_variables(a, depend_on_variable, closure);
}

/* The loop in whose rounds the node is. A loop itself is in the rounds that any
 * of its ends depends on: a constant that a branch gives where a condition
 * holds needs the loop of the condition. */
static struct node *innermost_loop(struct ownership *ownership, struct node *node)
{
    struct program *program = ownership->program;
    struct node *loop = node->op == OP_LOOP ? ownership->outer[node->id] : NULL;
    struct dependence dependence = {ownership, &loop};
    if (node->op == OP_PLACEHOLDER)
        return ownership->search->carried.loop_of[node->id];
    for (int i = 0; i < node->input_count; i++) {
        struct node *owner = program->owner[node->inputs[i]->id];
        if (owner != node)
            depend(ownership, &loop, owner);
    }
    node_visit_sizes(node, depend_on_size, &dependence);
    return loop;
}

static void list_loops(struct ownership *ownership)
{
    struct program *program = ownership->program;
    struct graph *graph = program->function->graph;
    for (size_t i = 0; i < graph->nodes_count; i++)
        if (program->is_live[i] && graph->nodes[i]->op == OP_LOOP) {
            size_t number = (size_t)size_atom_number(graph->nodes[i]->loop->variable);
            ownership->variable_count =
                number >= ownership->variable_count ? number + 1 : ownership->variable_count;
        }
    ownership->first_with = ARENA_ARRAY(program->scratch, struct node *, ownership->variable_count + 1);
    ownership->next_with = ARENA_ARRAY(program->scratch, struct node *, program->node_count + 1);
    for (size_t i = graph->nodes_count; i-- > 0;)
        if (program->is_live[i] && graph->nodes[i]->op == OP_LOOP) {
            size_t number = (size_t)size_atom_number(graph->nodes[i]->loop->variable);
            ownership->next_with[i] = ownership->first_with[number];
            ownership->first_with[number] = graph->nodes[i];
        }
}

static void find_owners(struct program *program, const struct search *search)
{
    struct graph *graph = program->function->graph;
    struct ownership ownership = {.program = program, .search = search};
    ownership.outer = ARENA_ARRAY(program->scratch, struct node *, program->node_count + 1);
    list_loops(&ownership);
    for (size_t i = 0; i < graph->nodes_count; i++)
        if (program->is_live[i] && !is_earlier(search, graph->nodes[i]))
            program->owner[i] = innermost_loop(&ownership, graph->nodes[i]);
}

/* ---- The whole ---- */

struct program *demand(struct module *module, struct function *function, enum entry entry,
                       const struct kept *kept)
{
    struct arena *arena = module->arena;
    struct graph *graph = function->graph;
    size_t count = graph->nodes_count;
    struct program *program = ARENA_NEW(arena, struct program);
    *program = (struct program){.arena = arena,
                                .scratch = arena_new_in(arena),
                                .module = module,
                                .function = function,
                                .sizes = graph->sizes,
                                .entry = entry,
                                .node_count = count};
    program->is_live = ARENA_ARRAY(arena, bool, count + 1);
    program->is_material = ARENA_ARRAY(arena, bool, count + 1);
    program->is_part = ARENA_ARRAY(arena, bool, count + 1);
    program->uses = ARENA_ARRAY(arena, int, count + 1);
    program->wanted = ARENA_ARRAY(arena, guard, count + 1);
    program->buffers = ARENA_ARRAY(arena, struct buffer *, count + 1);
    program->owner = ARENA_ARRAY(arena, struct node *, count + 1);
    program->packed_for = function->packed_for;
    program->reused = ARENA_ARRAY(arena, struct node *, count + 1);
    program->products = ARENA_ARRAY(arena, struct product *, count + 1);
    program->checked = ARENA_ARRAY(arena, struct nest *, count + 1);
    program->leaf_members = ARENA_ARRAY(arena, const struct member *, count + 1);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].leaf)
            program->leaf_members[function->members[i].leaf->id] = &function->members[i];
    struct search search = {.program = program, .kept = kept, .carried = carried_of(graph, program->scratch)};
    find_roots(program, kept);
    for (size_t i = 0; i < program->roots_count; i++)
        reach(&search, program->roots[i].node);
    while (search.stack_count > 0)
        reach_inputs(&search, search.stack[--search.stack_count]);
    if (entry != ENTRY_BACKWARD)
        reach_checks(&search);
    if (program->checks_count >
        0) /* subscripts are judged, for backward, too, even where nothing is wanted */
        program->everything = ALWAYS_WANTED;
    for (size_t i = 0; i < count; i++)
        if (program->is_live[i] && is_earlier(&search, graph->nodes[i])) {
            struct buffer *buffer = ARENA_NEW(arena, struct buffer);
            *buffer = (struct buffer){.node = graph->nodes[i],
                                      .type = graph->nodes[i]->type,
                                      .is_kept = true,
                                      .is_earlier = true,
                                      .is_fixed = true,
                                      .guard = ALWAYS_WANTED,
                                      .slot = -1};
            program->buffers[i] = buffer;
            ARENA_APPEND(arena, program, all_buffers, buffer);
        }
    spread_wants(program, &search);
    find_owners(program, &search);
    return program;
}
