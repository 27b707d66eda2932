/* elaborate_observe.c: what values are, for those who look at a program: an editor that shows the shape of
 * what stands under the cursor. */
#include "elaborator.h"

static const char *node_type(struct elaborator *e, const struct node *node)
{
    const char *shape = node->rank ? shape_of(e, node->rank, node->shape) : "";
    if (node->type == REAL)
        return node->rank ? shape : "real";
    return arena_print(e->arena, "%s%s", node->type == INT ? "int" : "bool", shape);
}

/* As a parameter would be declared, where that can be written. */
static const char *type_of(struct elaborator *e, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NODE: return node_type(e, value->node);
    case VALUE_NUMBER: return size_print(e->arena, value->number, SIZE_LANGUAGE);
    case VALUE_LIST: return arena_print(e->arena, "a list of %d", value->count);
    case VALUE_GROUP: return value->group->name;
    default: return value_text(e, value);
    }
}

void observe(struct elaborator *e, struct span place, const struct value *value)
{
    const struct observer *observer = e->options->observer;
    if (!observer || !place.source || place.source->is_library || value->kind == VALUE_ERROR ||
        value->kind == VALUE_NONE || !observer->wants(observer->closure, place))
        return;
    observer->tell(observer->closure, type_of(e, value));
}
