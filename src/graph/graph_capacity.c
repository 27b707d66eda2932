/* graph_capacity.c: arrays that no machine has room for, where the program fixes their sizes. What depends on
 * sizes given at run time is judged then, by the emitted check. */
#include "graph_capacity.h"

#include "diagnostics.h"

/* Elements of 16 bytes, so that counts of bytes, and a few such arrays together, can be counted too. */
enum { BYTES = 16 };

/* The product of the extents that are numbers, and of the coefficients of the others; -1 if it does not fit.
 */
static int64_t fixed_elements(struct sizes *sizes, int rank, size *const *shape)
{
    size *product = size_product(sizes, rank, shape);
    int64_t number = 1;
    if (size_overflowed(product))
        return -1;
    return !size_is_number(product, &number) ? 0 : number > INT64_MAX / BYTES ? -1 : number;
}

static void tell(struct diagnostics *diagnostics, const struct graph *graph, struct span span,
                 const char *name, int rank, size *const *shape)
{
    const char *text = "";
    for (int a = 0; a < rank; a++)
        text = arena_print(graph->arena, "%s%s%s", text, a ? ", " : "",
                           size_overflowed(shape[a]) ? "..."
                                                     : size_print(graph->arena, shape[a], SIZE_LANGUAGE));
    report_error(diagnostics, span, "%s%s[%s] is larger than any memory: its elements cannot be counted",
                 name ? name : "", name ? ": " : "", text);
}

static void check_function(struct diagnostics *diagnostics, const struct function *function)
{
    const struct graph *graph = function->graph;
    int64_t bound = 0, elements = 0, total = 0;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        elements = fixed_elements(graph->sizes, member->rank, member->shape);
        bound +=
            member->role == ROLE_GRADIENT && elements > 0 ? elements : 0; /* one block can hold all of them */
        if (elements < 0 || bound > INT64_MAX / BYTES) {
            tell(diagnostics, graph, member->span, member->name, member->rank, member->shape);
            return;
        }
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        elements = fixed_elements(graph->sizes, node->rank, node->shape);
        total += elements > 0 ? elements : 0;
        if (elements < 0 || total > INT64_MAX / BYTES) {
            tell(diagnostics, graph, node->origin, NULL, node->rank, node->shape);
            return;
        }
    }
}

void check_capacity(struct diagnostics *diagnostics, const struct module *module)
{
    for (size_t i = 0; i < module->functions_count; i++)
        check_function(diagnostics, module->functions[i]);
}
