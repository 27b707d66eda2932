/* elaborate_nlp.c: `export p = nlp(f, g) wrt x`: the objective f and the constraints g as one function, whose
 * parameters are those of both; parameters of one name are one. */
#include "elaborator.h"

#include <string.h>

static bool has_sizes(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE)
            return true;
    return false;
}

static struct callee *find_part(struct elaborator *e, struct unit *unit, struct word name, const char *what)
{
    struct frame frame = {.unit = unit};
    e->frame = &frame;
    struct callee *callee = find_function(e, name.text);
    e->frame = NULL;
    if ((!callee && e->lacks_functions) || (callee && callee->definition && callee->definition->has_gaps))
        return NULL;
    if (callee && callee->definition && !callee->unit->is_library)
        return callee;
    const char **names = ARENA_ARRAY(e->arena, const char *, unit->functions.entries_count + 1);
    for (size_t i = 0; i < unit->functions.entries_count; i++)
        names[i] = unit->functions.entries[i].name;
    report_error(e->diagnostics, name.span, "there is no function %s for the %s", name.text, what);
    suggest(e, name.text, names, unit->functions.entries_count);
    return NULL;
}

/* The one real output of f or g; NULL after reporting that there is another or none. */
static struct node *evaluate_part(struct elaborator *e, const struct callee *callee, struct word name,
                                  const char *what)
{
    const struct definition *definition = callee->definition;
    int errors = e->diagnostics->error_count;
    struct frame *frame = new_frame(e, callee->unit, definition, definition->span);
    frame->is_export = true;
    e->frame = frame;
    if (!declare_parameters(e, definition)) {
        e->frame = NULL;
        return NULL;
    }
    if (has_sizes(e->function)) {
        report_error(e->diagnostics, name.span,
                     "nlp needs fixed sizes, but %s has run-time sizes; dim fixes them", name.text);
        e->frame = NULL;
        return NULL;
    }
    execute_export(e, definition);
    struct node *node = NULL;
    if (errors == e->diagnostics->error_count && (frame->output_count != 1 || frame->has_update))
        report_error(e->diagnostics, name.span, "%s, the %s, %s", name.text, what,
                     frame->has_update ? "has an update" : "must have one output");
    else if (errors == e->diagnostics->error_count && frame->outputs[0].kind != VALUE_ERROR)
        node = as_real(e, frame->outputs[0], frame->output_spans[0]);
    e->frame = NULL;
    return node;
}

static void add_member(struct elaborator *e, const char *name, enum role role, struct node *like,
                       struct span span)
{
    struct member member = {
        .name = name, .role = role, .type = REAL, .rank = like->rank, .shape = like->shape, .span = span};
    if (role == ROLE_INPUT) {
        member.leaf = graph_parameter(e->graph, REAL, name, like->rank, like->shape);
        member.is_multiplier = true;
    } else {
        member.value = like;
    }
    ARENA_APPEND(e->arena, e->function, members, member);
}

static void mark_checks(struct function *function, size_t first, enum whose part)
{
    for (size_t i = first; i < function->checks_count; i++)
        function->checks[i].part = part;
}

/* The objective and the constraints become outputs; sigma and lambda, with the shape of the constraints,
 * inputs. */
static bool evaluate_parts(struct elaborator *e, struct export_request *request, struct unit *unit,
                           const struct definition *export)
{
    struct callee *f = find_part(e, unit, export->objective, "objective"),
                  *g = find_part(e, unit, export->constraints, "constraints");
    if (!f || !g)
        return false;
    struct function *function = request->function;
    e->graph->origin = f->definition->span;
    struct node *objective = evaluate_part(e, f, export->objective, "objective");
    mark_checks(function, 0, PART_OBJECTIVE);
    if (!objective)
        return false;
    if (objective->rank > 0) {
        report_error(e->diagnostics, export->objective.span,
                     "the objective must be a scalar, but %s gives a tensor %s", export->objective.text,
                     shape_text(e, objective));
        return false;
    }
    size_t first = function->checks_count;
    e->graph->origin = g->definition->span;
    struct node *constraints = evaluate_part(e, g, export->constraints, "constraints");
    mark_checks(function, first, PART_CONSTRAINTS);
    if (!constraints)
        return false;
    int errors = e->diagnostics->error_count;
    /* In which group a member is does not matter here: each stands under its own name. */
    struct definition both = *f->definition;
    request_listed(e, request, export, &both);
    request_given(e, request, export, &both);
    if (errors != e->diagnostics->error_count)
        return false;
    if (request->wrt_count != 1) {
        report_error(e->diagnostics, export->span, "nlp takes one tensor after wrt: the variables");
        return false;
    }
    add_member(e, "objective", ROLE_OBJECTIVE, objective, export->objective.span);
    add_member(e, "constraints", ROLE_CONSTRAINTS, constraints, export->constraints.span);
    add_member(e, "sigma", ROLE_INPUT, objective, export->objective.span);
    add_member(e, "lambda", ROLE_INPUT, constraints, export->constraints.span);
    return true;
}

struct export_request *export_nlp(struct elaborator *e, struct unit *unit, const struct definition *export)
{
    struct function *function = ARENA_NEW(e->arena, struct function);
    struct export_request *request = ARENA_NEW(e->arena, struct export_request);
    function->name =
        arena_print(e->arena, "%s%s", e->options->prefix ? e->options->prefix : "", export->name);
    function->graph = e->graph = graph_new_apart(e->arena, e->sizes);
    function->span = export->span;
    e->graph->saving = e->options->saving;
    e->function = function;
    e->quiet_export = false;
    e->shares_parameters = true;
    request->function = function;
    request->span = export->span;
    bool is_right = evaluate_parts(e, request, unit, export);
    e->shares_parameters = false;
    e->function = NULL;
    for (int entry = ENTRY_OBJECTIVE; entry <= ENTRY_LAGRANGIAN_HESSIAN; entry++)
        function->entries[entry] = true;
    return is_right ? request : NULL;
}
