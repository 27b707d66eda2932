/* adjoin_exports.c: the derivatives that an export asks for become members of the function.
 *
 * Requires the functions' sizes, inputs and outputs; leaves members in the order in which the struct has
 * them. */
#include "c_names.h"
#include "elaborate.h"
#include "map.h"
#include "sparse.h"

#include <ctype.h>
#include <string.h>

struct adjoiner {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct derivatives *derivatives;
    struct function *function;
    const struct export_request *request;
    struct member *tables; /* to stand behind all members */
    size_t tables_count, tables_capacity;
};

static struct member *add(struct adjoiner *a, struct member member)
{
    ARENA_APPEND(a->arena, a->function, members, member);
    return &a->function->members[a->function->members_count - 1];
}

/* A member shaped like another. */
static struct member like(const struct member *other, const char *name, enum role role)
{
    return (struct member){.name = name,
                           .role = role,
                           .type = REAL,
                           .rank = other->rank,
                           .shape = other->shape,
                           .of = other->name,
                           .span = other->span};
}

static struct node *seed(struct adjoiner *a, const char *name, const struct member *of)
{
    return graph_placeholder(a->function->graph, REAL, name, of->rank, of->shape);
}

/* Indices of the real outputs; of those named, if any are. */
static size_t real_outputs(struct adjoiner *a, const struct extra_request *extra, size_t *indices)
{
    size_t count = 0;
    for (size_t i = 0; i < a->function->members_count; i++) {
        const struct member *member = &a->function->members[i];
        bool wanted = !extra || !extra->outputs;
        for (size_t k = 0; !wanted && k < extra->output_count; k++)
            wanted = !strcmp(extra->outputs[k], member->name);
        if (member->role == ROLE_OUTPUT && member->type == REAL && wanted)
            indices[count++] = i;
    }
    return count;
}

/* ---- Backward ---- */

static void adjoin_gradients(struct adjoiner *a)
{
    struct function *function = a->function;
    const struct export_request *request = a->request;
    size_t *outputs = ARENA_ARRAY(a->arena, size_t, function->members_count + 1);
    size_t count = real_outputs(a, NULL, outputs);
    struct node **values = ARENA_ARRAY(a->arena, struct node *, count + 1);
    struct node **seeds = ARENA_ARRAY(a->arena, struct node *, count + 1);
    struct node **wrt = ARENA_ARRAY(a->arena, struct node *, request->wrt_count);
    struct node **adjoints = ARENA_ARRAY(a->arena, struct node *, request->wrt_count);
    for (size_t i = 0; i < count; i++) {
        struct member output = function->members[outputs[i]];
        const char *name = arena_print(a->arena, "d_%s", output.name);
        struct member member = like(&output, name, ROLE_OUTPUT_GRADIENT);
        member.pointer = output.rank == 0;
        member.leaf = seeds[i] = seed(a, name, &output);
        values[i] = output.value;
        add(a, member);
    }
    for (size_t i = 0; i < request->wrt_count; i++)
        wrt[i] = function->members[request->wrt[i]].leaf;
    differentiate(function->graph, a->derivatives, values, seeds, count, wrt, request->wrt_count, adjoints);
    for (size_t i = 0; i < request->wrt_count; i++) {
        struct member parameter = function->members[request->wrt[i]];
        struct member member = like(&parameter, arena_print(a->arena, "d_%s", parameter.name), ROLE_GRADIENT);
        member.value = adjoints[i];
        add(a, member);
    }
    function->entries[ENTRY_BACKWARD] = function->entries[ENTRY_GRADIENT] = true;
}

/* ---- Extra entries ---- */

/* Whether a derivative of y by x has as many axes as a tensor may have; reports one that has more. */
static bool fits(struct adjoiner *a, const struct extra_request *extra, const char *kind, const char *name,
                 int rank)
{
    if (rank > MOST_AXES)
        report_error(a->diagnostics, extra->span, "the %s %s of %s has %d axes; a tensor has at most %d",
                     kind, name, a->function->name, rank, MOST_AXES);
    return rank <= MOST_AXES;
}

static void adjoin_jacobian(struct adjoiner *a, const struct extra_request *extra)
{
    struct function *function = a->function;
    size_t *outputs = ARENA_ARRAY(a->arena, size_t, function->members_count + 1);
    size_t count = real_outputs(a, extra, outputs);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < a->request->wrt_count; k++) {
            struct member y = function->members[outputs[i]], x = function->members[a->request->wrt[k]];
            const char *name = arena_print(a->arena, "d%s_d%s", y.name, x.name);
            if (!fits(a, extra, "Jacobian", name, y.rank + x.rank))
                return;
            struct node *value = differentiate_jacobian(function->graph, a->derivatives, y.value, x.leaf);
            add(a, (struct member){.name = name,
                                   .role = ROLE_JACOBIAN,
                                   .type = REAL,
                                   .rank = value->rank,
                                   .shape = value->shape,
                                   .of = y.name,
                                   .wrt = {x.name},
                                   .value = value,
                                   .span = y.span});
        }
}

/* The one output that second derivatives are taken of; its index, or -1 after reporting. */
static long scalar_output(struct adjoiner *a, const struct extra_request *extra, const char *kind)
{
    size_t *outputs = ARENA_ARRAY(a->arena, size_t, a->function->members_count + 1);
    size_t count = real_outputs(a, extra, outputs);
    if (count != 1) {
        report_error(a->diagnostics, extra->span, "%s needs one output: name it, as in %s(%s)", kind, kind,
                     count ? a->function->members[outputs[0]].name : "loss");
        return -1;
    }
    if (a->function->members[outputs[0]].rank) {
        report_error(a->diagnostics, extra->span, "%s needs a scalar output, but %s is a tensor", kind,
                     a->function->members[outputs[0]].name);
        return -1;
    }
    return (long)outputs[0];
}

static void gradients_of(struct adjoiner *a, struct node *y, struct node **adjoints)
{
    struct node *one = graph_constant(a->function->graph, REAL, 1);
    struct node **wrt = ARENA_ARRAY(a->arena, struct node *, a->request->wrt_count);
    for (size_t i = 0; i < a->request->wrt_count; i++)
        wrt[i] = a->function->members[a->request->wrt[i]].leaf;
    differentiate(a->function->graph, a->derivatives, &y, &one, 1, wrt, a->request->wrt_count, adjoints);
}

static void adjoin_hessian(struct adjoiner *a, const struct extra_request *extra)
{
    struct function *function = a->function;
    long at = scalar_output(a, extra, "hessian");
    if (at < 0)
        return;
    struct member y = function->members[at];
    struct node **gradients = ARENA_ARRAY(a->arena, struct node *, a->request->wrt_count);
    gradients_of(a, y.value, gradients);
    for (size_t i = 0; i < a->request->wrt_count; i++)
        for (size_t k = i; k < a->request->wrt_count; k++) {
            struct member x = function->members[a->request->wrt[i]],
                          w = function->members[a->request->wrt[k]];
            const char *name = arena_print(a->arena, "d2%s_d%s_d%s", y.name, x.name, w.name);
            if (!fits(a, extra, "Hessian", name, x.rank + w.rank))
                return;
            struct node *value =
                differentiate_jacobian(function->graph, a->derivatives, gradients[i], w.leaf);
            add(a, (struct member){.name = name,
                                   .role = ROLE_HESSIAN,
                                   .type = REAL,
                                   .rank = value->rank,
                                   .shape = value->shape,
                                   .of = y.name,
                                   .wrt = {x.name, w.name},
                                   .value = value,
                                   .span = y.span});
        }
}

/* Members that bring a vector for each parameter: tangents and directions. */
static void add_vectors(struct adjoiner *a, const char *prefix, enum role role, struct node **wrt,
                        struct node **vectors)
{
    for (size_t i = 0; i < a->request->wrt_count; i++) {
        struct member x = a->function->members[a->request->wrt[i]];
        struct member member = like(&x, arena_print(a->arena, "%s%s", prefix, x.name), role);
        member.leaf = vectors[i] = seed(a, member.name, &x);
        wrt[i] = x.leaf;
        add(a, member);
    }
}

static void adjoin_jvp(struct adjoiner *a, const struct extra_request *extra)
{
    struct function *function = a->function;
    size_t wrt_count = a->request->wrt_count,
           *outputs = ARENA_ARRAY(a->arena, size_t, function->members_count + 1);
    size_t count = real_outputs(a, extra, outputs);
    struct node **wrt = ARENA_ARRAY(a->arena, struct node *, wrt_count),
                **vectors = ARENA_ARRAY(a->arena, struct node *, wrt_count);
    struct node **values = ARENA_ARRAY(a->arena, struct node *, count),
                **tangents = ARENA_ARRAY(a->arena, struct node *, count);
    add_vectors(a, "t_", ROLE_TANGENT, wrt, vectors);
    for (size_t i = 0; i < count; i++)
        values[i] = function->members[outputs[i]].value;
    differentiate_forward(function->graph, a->derivatives, wrt, vectors, wrt_count, values, count, tangents);
    for (size_t i = 0; i < count; i++) {
        struct member y = function->members[outputs[i]];
        struct member member = like(&y, arena_print(a->arena, "t_%s", y.name), ROLE_OUTPUT_TANGENT);
        member.value = tangents[i];
        add(a, member);
    }
}

static void adjoin_hvp(struct adjoiner *a, const struct extra_request *extra)
{
    struct function *function = a->function;
    size_t wrt_count = a->request->wrt_count;
    long at = scalar_output(a, extra, "hvp");
    if (at < 0)
        return;
    struct node **wrt = ARENA_ARRAY(a->arena, struct node *, wrt_count),
                **vectors = ARENA_ARRAY(a->arena, struct node *, wrt_count);
    struct node **gradients = ARENA_ARRAY(a->arena, struct node *, wrt_count),
                **products = ARENA_ARRAY(a->arena, struct node *, wrt_count);
    gradients_of(a, function->members[at].value, gradients);
    add_vectors(a, "v_", ROLE_DIRECTION, wrt, vectors);
    differentiate_forward(function->graph, a->derivatives, wrt, vectors, wrt_count, gradients, wrt_count,
                          products);
    for (size_t i = 0; i < wrt_count; i++) {
        struct member x = function->members[a->request->wrt[i]];
        struct member member = like(&x, arena_print(a->arena, "hv_%s", x.name), ROLE_HVP);
        member.value = products[i];
        add(a, member);
    }
}

/* ---- Sparse entries ---- */

/* Whether the function has no run-time size; reports one that it has. */
static bool require_fixed_sizes(struct adjoiner *a, const struct extra_request *extra, const char *kind)
{
    for (size_t i = 0; i < a->function->members_count; i++) {
        const struct member *member = &a->function->members[i];
        if (member->role != ROLE_SIZE)
            continue;
        report_error(a->diagnostics, extra->span,
                     "%s needs fixed sizes, but %s is a run-time size of %s; fix it with dim %s = ...", kind,
                     member->name, a->function->name, member->name);
        return false;
    }
    return true;
}

static void add_table(struct adjoiner *a, struct node *leaf, const int32_t *table)
{
    struct member member = {
        .name = leaf ? leaf->name : NULL, .role = ROLE_TABLE, .type = INT, .leaf = leaf, .table = table};
    if (!leaf)
        return;
    member.rank = leaf->rank;
    member.shape = leaf->shape;
    ARENA_APPEND(a->arena, a, tables, member);
}

/* d value / d x as the member `name`_values. */
static void adjoin_sparse(struct adjoiner *a, const struct extra_request *extra, struct node *value,
                          struct node *x, const char *name, bool is_lower, struct member member)
{
    struct graph *graph = a->function->graph;
    struct sparse sparse = sparse_jacobian(graph, a->derivatives, value, x,
                                           arena_print(a->arena, "%s_%s", a->function->name, name), is_lower);
    if (sparse.is_too_large) {
        report_error(a->diagnostics, extra->span, "%s has too many elements for a sparse entry", name);
        return;
    }
    member.name = arena_print(a->arena, "%s_values", name);
    member.type = REAL;
    member.rank = 1;
    member.shape = ARENA_ARRAY(a->arena, size *, 1);
    member.shape[0] = size_number(graph->sizes, (int64_t)sparse.pattern->count);
    member.value = sparse.values;
    member.pattern = sparse.pattern;
    add(a, member);
    add_table(a, sparse.colours, sparse.colour_table);
    add_table(a, sparse.slots, sparse.slot_table);
}

static void adjoin_sparse_jacobian(struct adjoiner *a, const struct extra_request *extra)
{
    struct function *function = a->function;
    size_t *outputs = ARENA_ARRAY(a->arena, size_t, function->members_count + 1);
    size_t count = real_outputs(a, extra, outputs);
    if (!require_fixed_sizes(a, extra, "sparse_jacobian"))
        return;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < a->request->wrt_count; k++) {
            struct member y = function->members[outputs[i]], x = function->members[a->request->wrt[k]];
            adjoin_sparse(
                a, extra, y.value, x.leaf, arena_print(a->arena, "d%s_d%s", y.name, x.name), false,
                (struct member){.role = ROLE_JACOBIAN_VALUES, .of = y.name, .wrt = {x.name}, .span = y.span});
        }
}

static void adjoin_sparse_hessian(struct adjoiner *a, const struct extra_request *extra)
{
    struct function *function = a->function;
    long at = scalar_output(a, extra, "sparse_hessian");
    if (at < 0 || !require_fixed_sizes(a, extra, "sparse_hessian"))
        return;
    struct member y = function->members[at];
    struct node **gradients = ARENA_ARRAY(a->arena, struct node *, a->request->wrt_count);
    gradients_of(a, y.value, gradients);
    for (size_t i = 0; i < a->request->wrt_count; i++)
        for (size_t k = i; k < a->request->wrt_count; k++) {
            struct member x = function->members[a->request->wrt[i]],
                          w = function->members[a->request->wrt[k]];
            adjoin_sparse(
                a, extra, gradients[i], w.leaf, arena_print(a->arena, "d2%s_d%s_d%s", y.name, x.name, w.name),
                extra->is_lower && i == k,
                (struct member){
                    .role = ROLE_HESSIAN_VALUES, .of = y.name, .wrt = {x.name, w.name}, .span = y.span});
        }
}

static void adjoin_extra(struct adjoiner *a, const struct extra_request *extra)
{
    a->function->entries[extra->entry] = true;
    switch (extra->entry) {
    case ENTRY_JACOBIAN: adjoin_jacobian(a, extra); break;
    case ENTRY_HESSIAN: adjoin_hessian(a, extra); break;
    case ENTRY_JVP: adjoin_jvp(a, extra); break;
    case ENTRY_HVP: adjoin_hvp(a, extra); break;
    case ENTRY_SPARSE_JACOBIAN: adjoin_sparse_jacobian(a, extra); break;
    case ENTRY_SPARSE_HESSIAN: adjoin_sparse_hessian(a, extra); break;
    default: break;
    }
}

/* ---- nlp(f, g) ---- */

static const struct member *member_with(const struct function *function, enum role role)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == role)
            return &function->members[i];
    return NULL;
}

/* sigma f + sum(lambda g) */
static struct node *lagrangian(struct graph *graph, const struct member *objective,
                               const struct member *constraints, struct node *const *multipliers)
{
    struct node *products = graph_binary(graph, OP_MUL, multipliers[1], constraints->value);
    struct node *sum = graph_reduce(graph, OP_SUM, products, (1u << constraints->rank) - 1);
    return graph_binary(graph, OP_ADD, graph_binary(graph, OP_MUL, multipliers[0], objective->value), sum);
}

static void adjoin_nlp(struct adjoiner *a)
{
    struct function *function = a->function;
    struct member objective = *member_with(function, ROLE_OBJECTIVE),
                  constraints = *member_with(function, ROLE_CONSTRAINTS),
                  x = function->members[a->request->wrt[0]];
    struct extra_request extra = {.span = a->request->span};
    struct node *multipliers[2], *gradient;
    for (size_t i = 0, k = 0; i < function->members_count && k < 2; i++)
        if (function->members[i].is_multiplier)
            multipliers[k++] = function->members[i].leaf;
    struct node *whole = lagrangian(function->graph, &objective, &constraints, multipliers);
    gradients_of(a, objective.value, &gradient);
    struct member member =
        like(&x, arena_print(a->arena, "d_objective_d%s", x.name), ROLE_OBJECTIVE_GRADIENT);
    member.of = objective.name;
    member.wrt[0] = x.name;
    member.value = gradient;
    add(a, member);
    adjoin_sparse(a, &extra, constraints.value, x.leaf, "constraints_jacobian", false,
                  (struct member){.role = ROLE_CONSTRAINTS_JACOBIAN,
                                  .of = constraints.name,
                                  .wrt = {x.name},
                                  .span = constraints.span});
    gradients_of(a, whole, &gradient);
    adjoin_sparse(a, &extra, gradient, x.leaf, "lagrangian_hessian", true,
                  (struct member){.role = ROLE_LAGRANGIAN_HESSIAN,
                                  .of = "lagrangian",
                                  .wrt = {x.name, x.name},
                                  .span = objective.span});
}

/* ---- Names of the members ---- */

static const char *role_noun(struct adjoiner *a, const struct member *member)
{
    switch (member->role) {
    case ROLE_SIZE: return "a size";
    case ROLE_INPUT:
    case ROLE_INOUT: return member->is_multiplier ? "a multiplier of nlp" : "a parameter";
    case ROLE_OBJECTIVE:
    case ROLE_CONSTRAINTS:
    case ROLE_OUTPUT: return "an output";
    case ROLE_WORKSPACE: return "the workspace";
    case ROLE_PREPARED: return "what is prepared";
    default: return arena_print(a->arena, "a derivative of %s", member->of);
    }
}

static void check_names(struct adjoiner *a)
{
    struct map seen = {0};
    struct function *function = a->function;
    if (is_c_word(function->name) || is_c_type(function->name))
        report_error(a->diagnostics, function->span, "%s is %s and cannot name an exported function",
                     function->name,
                     is_c_word(function->name) ? c_word_kind(function->name) : "a type of C or C++");
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i], *other = map_get(&seen, member->name);
        struct span at = member->span;
        if (is_c_word(member->name))
            report_error(a->diagnostics, at, "%s is %s and cannot name a member of struct %s; rename it",
                         member->name, c_word_kind(member->name), function->name);
        else if (other && (member->role == ROLE_WORKSPACE || member->role == ROLE_PREPARED))
            report_error(a->diagnostics, other->span, "%s is the name of %s in struct %s; rename it",
                         member->name, role_noun(a, member), function->name);
        else if (other && other->of && member->of && !strcmp(other->of, member->of) &&
                 other->role == member->role)
            ; /* what both are of stands twice too, and has been reported */
        else if (other && other->of && member->of && !strcmp(other->of, member->of))
            ; /* the names that they derive from clash, which has been told */
        else if (other) {
            bool later_own = member->role == ROLE_OUTPUT;
            report_error(a->diagnostics, later_own ? at : other->span,
                         "%s would stand twice in struct %s: %s and %s", member->name, function->name,
                         role_noun(a, other), role_noun(a, member));
            if (later_own)
                report_note(a->diagnostics, at, "an output can be renamed: return %s_new = %s", member->name,
                            member->name);
        }
        map_set(a->arena, &seen, member->name, (void *)member);
    }
}

/* The macros and arrays that the header gives a function for its sparse entries, and the macros of its
 * workspace. */
static void check_macros(struct arena *arena, struct diagnostics *diagnostics, const struct module *module)
{
    struct map seen = {0};
    for (size_t i = 0; i < module->functions_count; i++) {
        const struct function *function = module->functions[i];
        const char *name = upper_case(arena, function->name),
                   *workspace = arena_print(arena, "%s_WORKSPACE", name);
        bool is_fixed = true;
        for (size_t k = 0; k < function->members_count; k++)
            is_fixed = is_fixed && function->members[k].role != ROLE_SIZE;
        if (is_fixed && map_get(&seen, workspace))
            report_error(diagnostics, function->span,
                         "the macro %s would stand twice in the header; rename %s", workspace,
                         function->name);
        if (is_fixed)
            map_set(arena, &seen, workspace, (void *)function->name);
        for (size_t k = 0; k < function->members_count; k++) {
            const struct member *member = &function->members[k];
            if (!member->pattern)
                continue;
            const char *macro = pattern_names(arena, function, member).count, *other = map_get(&seen, macro);
            if (other)
                report_error(diagnostics, member->span,
                             "the macro %s would stand twice in the header: for %s and for %s; rename one",
                             macro, other, member->name);
            map_set(arena, &seen, macro, (void *)member->name);
        }
    }
}

static void check_functions(struct arena *arena, struct diagnostics *diagnostics, const struct module *module)
{
    static const char *const suffixes[] = {"_workspace",
                                           "_forward",
                                           "_backward",
                                           "_gradient",
                                           "_jacobian",
                                           "_hessian",
                                           "_jvp",
                                           "_hvp",
                                           "_gradient_workspace",
                                           "_bind_parameters",
                                           "_bind_gradients",
                                           "_defaults",
                                           "_objective",
                                           "_objective_gradient",
                                           "_constraints",
                                           "_constraints_jacobian",
                                           "_lagrangian_hessian",
                                           "_prepare",
                                           "_prepared_size",
                                           "_sparse_jacobian",
                                           "_sparse_hessian"};
    struct map entries = {0};
    for (size_t i = 0; i < module->functions_count; i++)
        for (size_t s = 0; s < sizeof suffixes / sizeof *suffixes; s++)
            map_set(arena, &entries, arena_print(arena, "%s%s", module->functions[i]->name, suffixes[s]),
                    module->functions[i]);
    for (size_t i = 0; i < module->functions_count; i++) {
        const struct function *function = module->functions[i], *other = map_get(&entries, function->name);
        if (other)
            report_error(diagnostics, function->span, "%s is also the name of an entry of %s; rename one",
                         function->name, other->name);
    }
}

/* The checks of each node, by its id, by numbers from 1. */
struct checks_of {
    int *first, *next;
    size_t next_count, next_capacity;
};

static void list_check(struct checks_of *checks, struct arena *arena, const struct node *k)
{
    ARENA_APPEND(arena, checks, next, checks->first[k->id]);
    checks->first[k->id] = (int)checks->next_count;
}

/* Derivatives are made of copies of the rounds of loops, of which an entry may run some and not those that
 * they are copies of. What is read at an int there is read behind a check of that. */
static void judge_copies(struct adjoiner *a)
{
    struct function *function = a->function;
    const struct graph *graph = function->graph;
    struct checks_of checks = {.first = ARENA_ARRAY(a->arena, int, graph->nodes_count + 1)};
    for (size_t i = 0; graph->judged_count && i < function->checks_count; i++)
        list_check(&checks, a->arena, function->checks[i].k);
    for (size_t i = 0; i < graph->judged_count; i += 2)
        for (int k = checks.first[graph->judged[i]->id]; k; k = checks.next[k - 1])
            if (function->checks[k - 1].kind == CHECK_RANGE) {
                struct value_check check = function->checks[k - 1];
                check.k = graph->judged[i + 1];
                check.is_copy = true;
                ARENA_APPEND(a->arena, function, checks, check);
                list_check(&checks, a->arena, check.k);
            }
}

void adjoin(struct elaboration *elaboration, struct diagnostics *diagnostics,
            const struct derivatives *derivatives)
{
    struct module *module = elaboration->module;
    if (elaboration->as_formulas)
        derivatives = derivatives_to_read(module->arena, derivatives);
    for (size_t i = 0; i < module->functions_count; i++) {
        struct adjoiner a = {.arena = module->arena,
                             .diagnostics = diagnostics,
                             .derivatives = derivatives,
                             .function = module->functions[i],
                             .request = elaboration->requests[i]};
        if (a.function->entries[ENTRY_OBJECTIVE])
            adjoin_nlp(&a);
        else if (a.request->wrt_count)
            adjoin_gradients(&a);
        for (size_t k = 0; k < a.request->extras_count; k++)
            adjoin_extra(&a, &a.request->extras[k]);
        judge_copies(&a);
        add(&a, (struct member){.name = "work", .role = ROLE_WORKSPACE, .span = a.function->span});
        if (a.function->entries[ENTRY_PREPARE])
            add(&a, (struct member){.name = "prepared", .role = ROLE_PREPARED, .span = a.function->span});
        check_names(&a);
        for (size_t k = 0; k < a.tables_count; k++)
            add(&a, a.tables[k]);
    }
    check_functions(module->arena, diagnostics, module);
    check_macros(module->arena, diagnostics, module);
}
