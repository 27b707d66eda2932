/* elaborate_record.c: which calls the graph was made of, for pictures that draw each as one gate.
 *
 * Nodes are shared whoever makes them, so a call is known by its ends: the values that it was given, and
 * those that it gave. */
#include "elaborator.h"

static void record_arguments(struct arena *arena, struct call *call, const struct value *value)
{
    if (value->node)
        ARENA_APPEND(arena, call, arguments, value->node);
    for (int i = 0; i < value->count && value->items; i++)
        record_arguments(arena, call, &value->items[i]);
}

static void record_outputs(struct arena *arena, struct call *call, const struct value *value)
{
    if (value->kind == VALUE_NODE)
        ARENA_APPEND(arena, call, outputs, value->node);
    for (int i = 0; i < value->count && value->items; i++)
        record_outputs(arena, call, &value->items[i]);
}

void record_call(struct elaborator *e, const struct frame *frame, const struct value *arguments, int count)
{
    struct graph *graph = e->graph;
    if (!frame->returned)
        return;
    struct call *call = ARENA_NEW(graph->arena, struct call);
    call->name = frame->definition->name;
    call->is_library = frame->unit->is_library;
    for (int i = 0; i < count; i++)
        record_arguments(graph->arena, call, &arguments[i]);
    for (size_t i = 0; i < frame->output_count; i++)
        record_outputs(graph->arena, call, &frame->outputs[i]);
    if (call->outputs_count > 0)
        ARENA_APPEND(graph->arena, graph, calls, call);
}
