/* region.c: the body of a loop, found by walking back from its ends.
 *
 * Requires: loops whose members are complete; ids in topological order. Leaves the graph as it is. */
#include <stdlib.h>
#include <string.h>

#include "graph_internal.h"
#include "region.h"

#include "memory.h"

size_t node_dependencies(const struct graph *graph, const struct node *node,
                         struct node *const **dependencies)
{
    if (node->op != OP_LOOP) {
        *dependencies = node->inputs;
        return (size_t)node->input_count;
    }
    const struct region *region = region_of(graph, node->loop);
    *dependencies = region->dependencies;
    return region->dependencies_count;
}

void node_visit_sizes(const struct node *node, void (*visit)(void *closure, size *a), void *closure)
{
    if (node->op == OP_SIZE_VALUE || (node->op == OP_RESHAPE && node->extent))
        visit(closure, node->extent);
    if (node->op == OP_LOOP) {
        visit(closure, node->loop->begin);
        visit(closure, node->loop->end);
    }
    const struct node *space = node->op == OP_REPLACE   ? node->inputs[1]
                               : node->op == OP_SCATTER ? node->inputs[0]
                                                        : node;
    int count = node_subscript_count(node);
    for (int s = 0; s < count; s++) {
        const struct affine *affine = &node->subscripts[s];
        visit(closure, affine->offset);
        for (int a = 0; a < space->rank; a++)
            if (affine->coefficients && affine->coefficients[a])
                visit(closure, affine->coefficients[a]);
    }
}

struct mention {
    const size *atom;
    bool is_found;
};

static void find_mention(void *closure, size *a)
{
    struct mention *mention = closure;
    mention->is_found = mention->is_found || (size_has_loop_variable(a) && size_depends_on(a, mention->atom));
}

bool node_mentions(const struct graph *graph, const struct node *node, const size *atom)
{
    struct mention mention = {.atom = atom};
    node_visit_sizes(node, find_mention, &mention);
    /* A loop's own variable is not mentioned, though another loop may have it too. */
    if (mention.is_found || node->op != OP_LOOP || node->loop->variable == atom)
        return mention.is_found;
    const struct region *region = region_of(graph, node->loop);
    for (size_t i = 0; i < region->inside_count; i++)
        if (node_mentions(graph, region->inside[i], atom))
            return true;
    return false;
}

/* ---- Variables of the loops around a node ---- */

/* Loops within each other, the innermost first. */
struct nested_loops {
    const struct loop *loop;
    const struct nested_loops *outer;
    void (*visit)(void *closure, size *variable);
    void *closure;
};

static void visit_outer_variable(void *closure, size *variable)
{
    const struct nested_loops *nested = closure;
    for (const struct nested_loops *level = nested; level; level = level->outer)
        if (level->loop && level->loop->variable == variable)
            return;
    nested->visit(nested->closure, variable);
}

static void visit_outer_size(void *closure, size *a)
{
    size_visit_loop_variables(a, visit_outer_variable, closure);
}

static void visit_outer(const struct graph *graph, const struct node *node, const struct nested_loops *outer)
{
    struct nested_loops nested = *outer;
    node_visit_sizes(node, visit_outer_size, &nested);
    if (node->op != OP_LOOP)
        return;
    const struct region *region = region_of(graph, node->loop);
    nested.loop = node->loop;
    nested.outer = outer;
    for (size_t i = 0; i < region->inside_count; i++)
        visit_outer(graph, region->inside[i], &nested);
}

void node_visit_outer_variables(const struct graph *graph, const struct node *node,
                                void (*visit)(void *closure, size *variable), void *closure)
{
    struct nested_loops none = {.visit = visit, .closure = closure};
    visit_outer(graph, node, &none);
}

static void find_outer(void *closure, size *variable)
{
    (void)variable;
    *(bool *)closure = true;
}

bool node_mentions_outer(const struct graph *graph, const struct node *node)
{
    bool is_found = false;
    node_visit_outer_variables(graph, node, find_outer, &is_found);
    return is_found;
}

/* ---- The oldest node that can be inside ---- */

/* For each loop variable, by its number, 1 + the id of the first node that mentions it; 0: none so far. And
 * which nodes regions capture. */
struct loop_mentions {
    int *first;
    size_t room;
    size_t seen;   /* the nodes of the graph looked at */
    int regions;   /* found so far */
    int *captured; /* by node: the last of them that captures it */
    size_t captured_room;
};

struct note {
    const struct graph *graph;
    int id;
};

static void note_variable(void *closure, size *variable)
{
    const struct note *note = closure;
    struct loop_mentions *mentions = note->graph->mentions;
    size_t number = (size_t)size_atom_number(variable);
    if (number >= mentions->room) {
        size_t room = 2 * number + 16;
        int *first = ARENA_ARRAY(note->graph->arena, int, room);
        if (mentions->room)
            memcpy(first, mentions->first, mentions->room * sizeof *first);
        mentions->first = first;
        mentions->room = room;
    }
    if (!mentions->first[number])
        mentions->first[number] = note->id + 1;
}

static void note_size(void *closure, size *a)
{
    size_visit_loop_variables(a, note_variable, closure);
}

/* What is inside depends on a node that mentions the variable, or on a carried PLACEHOLDER; so nothing older
 * than these is. */
static int oldest_inside(const struct graph *constant, const struct loop *loop)
{
    struct graph *graph = (struct graph *)constant; /* it remembers what it has looked at */
    if (!graph->mentions)
        graph->mentions = ARENA_NEW(graph->arena, struct loop_mentions);
    struct loop_mentions *mentions = graph->mentions;
    for (; mentions->seen < graph->nodes_count; mentions->seen++) {
        mentions->captured = arena_grow(graph->arena, mentions->captured, mentions->seen,
                                        &mentions->captured_room, sizeof *mentions->captured);
        mentions->captured[mentions->seen] = 0;
        struct note note = {graph, (int)mentions->seen};
        node_visit_sizes(graph->nodes[mentions->seen], note_size, &note);
    }
    size_t number = (size_t)size_atom_number(loop->variable);
    int first = (int)graph->nodes_count;
    if (number < mentions->room && mentions->first[number])
        first = mentions->first[number] - 1;
    for (int i = 0; i < loop->carried_count; i++)
        first = loop->carried[i]->id < first ? loop->carried[i]->id : first;
    return first;
}

/* ---- Walking back ---- */

/* A stack of nodes still to visit, outside the arena because it is short-lived. */
struct worklist {
    struct node **nodes;
    size_t count, capacity;
};

static void push(struct worklist *list, struct node *node)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        struct node **larger = memory_resize(list->nodes, list->capacity, sizeof *larger);
        list->nodes = larger;
    }
    list->nodes[list->count++] = node;
}

void mark_reachable_back_to(const struct graph *graph, int first, struct node *const *roots,
                            size_t root_count, bool with_bodies, unsigned char *marks)
{
    struct worklist list = {0};
    for (size_t i = 0; i < root_count; i++)
        if (roots[i] && roots[i]->id >= first && !marks[roots[i]->id - first]) {
            marks[roots[i]->id - first] = 1;
            push(&list, roots[i]);
        }
    while (list.count) {
        struct node *node = list.nodes[--list.count];
        struct node *const *dependencies = node->inputs; /* a LOOP's are the ends of its body */
        size_t count = (size_t)node->input_count;
        if (!with_bodies)
            count = node_dependencies(graph, node, &dependencies);
        for (size_t i = 0; i < count; i++)
            if (dependencies[i]->id >= first && !marks[dependencies[i]->id - first]) {
                marks[dependencies[i]->id - first] = 1;
                push(&list, dependencies[i]);
            }
    }
    memory_free(list.nodes);
}

void mark_reachable(const struct graph *graph, struct node *const *roots, size_t root_count, bool with_bodies,
                    unsigned char *marks)
{
    mark_reachable_back_to(graph, 0, roots, root_count, with_bodies, marks);
}

/* ---- What is read in the end ---- */

struct carried carried_of(const struct graph *graph, struct arena *arena)
{
    struct carried carried = {ARENA_ARRAY(arena, struct node *, graph->nodes_count + 1),
                              ARENA_ARRAY(arena, int, graph->nodes_count + 1)};
    for (size_t i = 0; i < graph->nodes_count; i++)
        for (int k = 0; graph->nodes[i]->op == OP_LOOP && k < graph->nodes[i]->loop->carried_count; k++) {
            const struct node *placeholder = graph->nodes[i]->loop->carried[k];
            carried.loop_of[placeholder->id] = graph->nodes[i];
            carried.place_of[placeholder->id] = k;
        }
    return carried;
}

void for_each_read(const struct carried *carried, const struct node *node,
                   void (*act)(void *closure, struct node *read), void *closure)
{
    if (node->op == OP_LOOP) {
        if (node->loop->condition)
            act(closure, node->loop->condition);
        return;
    }
    for (int i = 0; i < node->input_count; i++)
        act(closure, node->inputs[i]);
    if (node->op == OP_RESULT) {
        const struct loop *loop = node->inputs[0]->loop;
        bool is_carried = node->result < loop->carried_count;
        act(closure,
            is_carried ? loop->carried[node->result] : loop->collected[node->result - loop->carried_count]);
    } else if (node->op == OP_PLACEHOLDER && carried->loop_of[node->id]) {
        const struct loop *loop = carried->loop_of[node->id]->loop;
        act(closure, carried->loop_of[node->id]);
        act(closure, loop->initial[carried->place_of[node->id]]);
        act(closure, loop->next[carried->place_of[node->id]]);
    }
}

/* ---- Inside and captured ---- */

enum { REACHED = 1, INSIDE = 2, CARRIED = 4 };

/* The nodes that may be inside, by id: those from first to last. */
struct span_of_body {
    int first, last;
    unsigned char *marks;
};

static unsigned char *mark_of(const struct span_of_body *span, const struct node *node)
{
    return node->id < span->first || node->id > span->last ? NULL : &span->marks[node->id - span->first];
}

static bool is_marked(const struct span_of_body *span, const struct node *node)
{
    const unsigned char *mark = mark_of(span, node);
    return mark && *mark & (INSIDE | CARRIED);
}

static int by_id(const void *a, const void *b)
{
    const struct node *const *x = a, *const *y = b;
    return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

static void capture(const struct graph *graph, struct region *region, struct node *node,
                    const struct span_of_body *span)
{
    struct loop_mentions *mentions = graph->mentions;
    if (is_marked(span, node) || mentions->captured[node->id] == mentions->regions)
        return;
    mentions->captured[node->id] = mentions->regions;
    ARENA_APPEND(graph->arena, region, dependencies, node);
}

/* Every outside node that an inside node, or an end of the body, reads directly. */
static void find_captures(const struct graph *graph, struct region *region, struct node *const *ends,
                          size_t end_count, const struct span_of_body *span)
{
    size_t first = region->dependencies_count;
    graph->mentions->regions++;
    for (size_t i = 0; i < end_count; i++)
        capture(graph, region, ends[i], span);
    for (size_t i = 0; i < region->inside_count; i++) {
        struct node *const *dependencies;
        size_t count = node_dependencies(graph, region->inside[i], &dependencies);
        for (size_t j = 0; j < count; j++)
            capture(graph, region, dependencies[j], span);
    }
    region->captures = region->dependencies + first;
    region->captures_count = region->dependencies_count - first;
    if (region->captures_count)
        qsort(region->captures, region->captures_count, sizeof(struct node *), by_id);
}

static bool is_inside(const struct graph *graph, const struct loop *loop, const struct node *node,
                      const struct span_of_body *span)
{
    struct node *const *dependencies;
    size_t count = node_dependencies(graph, node, &dependencies);
    for (size_t j = 0; j < count; j++)
        if (is_marked(span, dependencies[j]))
            return true;
    return node_mentions(graph, node, loop->variable);
}

const struct region *region_of(const struct graph *graph, struct loop *loop)
{
    if (loop->region)
        return loop->region;
    struct region *region = ARENA_NEW(graph->arena, struct region);
    size_t end_count = 0;
    struct node **ends =
        ARENA_ARRAY(graph->arena, struct node *, loop->carried_count + loop->collected_count + 1);
    for (int i = 0; i < loop->carried_count; i++)
        ends[end_count++] = loop->next[i];
    for (int i = 0; i < loop->collected_count; i++)
        ends[end_count++] = loop->collected[i];
    if (loop->condition)
        ends[end_count++] = loop->condition;

    struct span_of_body span = {.first = oldest_inside(graph, loop), .last = 0};
    for (size_t i = 0; i < end_count; i++)
        span.last = ends[i]->id > span.last ? ends[i]->id : span.last;
    span.marks = memory_array(span.last < span.first ? 1 : (size_t)(span.last - span.first) + 1, 1);
    mark_reachable_back_to(graph, span.first, ends, end_count, false, span.marks);
    for (int i = 0; i < loop->carried_count; i++)
        if (mark_of(&span, loop->carried[i]))
            *mark_of(&span, loop->carried[i]) |= CARRIED;
    unsigned char *mark = span.marks, *end = mark + (span.last < span.first ? 0 : span.last - span.first + 1);
    for (; (mark = memchr(mark, REACHED, (size_t)(end - mark))) != NULL; mark++) { /* few of many */
        struct node *node = graph->nodes[span.first + (mark - span.marks)];
        if (is_inside(graph, loop, node, &span)) {
            *mark |= INSIDE;
            ARENA_APPEND(graph->arena, region, inside, node);
        }
    }
    for (int i = 0; i < loop->carried_count; i++)
        ARENA_APPEND(graph->arena, region, dependencies, loop->initial[i]);
    find_captures(graph, region, ends, end_count, &span);
    memory_free(span.marks);
    loop->region = region;
    return region;
}

bool region_has(const struct region *region, const struct node *node)
{
    for (size_t i = 0; i < region->inside_count; i++)
        if (region->inside[i] == node)
            return true;
    return false;
}
