/* elaborate_request.c: what an export asks for: with respect to which members, what is given, which further
 * entries. */
#include "elaborator.h"

#include <string.h>

static bool has_real_output(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT && function->members[i].type == REAL)
            return true;
    return false;
}

static bool has_update(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_INOUT)
            return true;
    return false;
}

static bool is_differentiable_input(const struct member *member)
{
    return (member->role == ROLE_INPUT || member->role == ROLE_INOUT) && member->type == REAL;
}

/* Whether the member is `name` or belongs to the group `name`; a group's member p_g comes from the parameter
 * p. */
static bool is_member_of(const struct member *member, const char *name, const struct definition *definition)
{
    if (!strcmp(member->name, name))
        return true;
    size_t length = strlen(name);
    if (strncmp(member->name, name, length) || member->name[length] != '_')
        return false;
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        if (p->type->kind == TYPE_GROUP && member->span.begin == p->span.begin &&
            member->span.source == p->span.source)
            return strlen(p->name) <= length;
    return false;
}

static const char *target_name(struct elaborator *e, const struct target *target)
{
    const char *name = target->name;
    for (int i = 0; i < target->member_count; i++)
        name = arena_print(e->arena, "%s_%s", name, target->members[i]);
    return name;
}

static void fail_wrt(struct elaborator *e, const struct function *function, const struct target *target,
                     const char *name, bool int_found)
{
    const char **names = ARENA_ARRAY(e->arena, const char *, function->members_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (is_differentiable_input(member))
            names[count++] = member->name;
        if (!strcmp(member->name, name) && member->role == ROLE_SIZE) {
            report_error(e->diagnostics, target->span, "%s is a size and has no gradient", name);
            return;
        }
    }
    if (int_found) {
        report_error(e->diagnostics, target->span, "%s is int and has no gradient", name);
        return;
    }
    report_error(e->diagnostics, target->span, "%s has no parameter %s", function->name, name);
    suggest(e, name, names, count);
}

static void add_wrt(struct elaborator *e, struct export_request *request, size_t member, struct span at)
{
    for (size_t i = 0; i < request->wrt_count; i++)
        if (request->wrt[i] == member) {
            report_error(e->diagnostics, at, "%s stands twice after wrt",
                         request->function->members[member].name);
            return;
        }
    ARENA_APPEND(e->arena, request, wrt, member);
}

void request_listed(struct elaborator *e, struct export_request *request, const struct definition *export,
                    const struct definition *definition)
{
    struct function *function = request->function;
    for (const struct target *target = export->wrt_names; target; target = target->next) {
        const char *name = target_name(e, target);
        bool found = false, int_found = false;
        for (size_t i = 0; i < function->members_count; i++) {
            const struct member *member = &function->members[i];
            if ((member->role != ROLE_INPUT && member->role != ROLE_INOUT) ||
                !is_member_of(member, name, definition))
                continue;
            if (member->type == REAL)
                add_wrt(e, request, i, target->span);
            found = found || member->type == REAL;
            int_found = int_found || member->type == INT;
        }
        if (!found)
            fail_wrt(e, function, target, name, int_found);
    }
}

static void request_all_but(struct elaborator *e, struct export_request *request,
                            const struct definition *export, const struct definition *definition)
{
    struct function *function = request->function;
    bool *excluded = ARENA_ARRAY(e->arena, bool, function->members_count + 1);
    for (const struct target *target = export ? export->wrt_names : NULL; target; target = target->next) {
        const char *name = target_name(e, target);
        bool found = false;
        for (size_t i = 0; i < function->members_count; i++)
            if (function->members[i].role != ROLE_OUTPUT &&
                is_member_of(&function->members[i], name, definition))
                found = excluded[i] = true;
        if (!found)
            fail_wrt(e, function, target, name, false);
    }
    for (size_t i = 0; i < function->members_count; i++)
        if (is_differentiable_input(&function->members[i]) && !excluded[i])
            ARENA_APPEND(e->arena, request, wrt, i);
    if (export && !request->wrt_count)
        report_error(e->diagnostics, export->span,
                     "no real parameter is left to differentiate with respect to");
}

/* Marks the inputs that stand after `given`. */
void request_given(struct elaborator *e, struct export_request *request, const struct definition *export,
                   const struct definition *definition)
{
    struct function *function = request->function;
    for (const struct target *target = export->given_names; target; target = target->next) {
        const char *name = target_name(e, target), **names;
        bool found = false;
        size_t count = 0;
        names = ARENA_ARRAY(e->arena, const char *, function->members_count + 1);
        for (size_t i = 0; i < function->members_count; i++) {
            struct member *member = &function->members[i];
            bool is_wrt = false, is_input = member->role == ROLE_INPUT || member->role == ROLE_INOUT;
            for (size_t k = 0; k < request->wrt_count; k++)
                is_wrt = is_wrt || request->wrt[k] == i;
            if (is_input)
                names[count++] = member->name;
            if (!is_input || !is_member_of(member, name, definition))
                continue;
            if (is_wrt || member->role == ROLE_INOUT || member->is_given)
                report_error(e->diagnostics, target->span, "%s %s", member->name,
                             is_wrt             ? "stands after wrt, too: what is given is not differentiated"
                             : member->is_given ? "stands twice after given"
                                                : "is updated, so it cannot be given");
            member->is_given = found = true;
        }
        for (size_t i = 0; i < function->members_count && !found; i++)
            if (function->members[i].role == ROLE_SIZE && !strcmp(function->members[i].name, name)) {
                report_error(e->diagnostics, target->span, "%s is a size; sizes are always given", name);
                found = true;
            }
        if (!found) {
            report_error(e->diagnostics, target->span, "%s has no parameter %s", function->name, name);
            suggest(e, name, names, count);
        }
        function->entries[ENTRY_PREPARE] = true;
    }
}

static const struct {
    const char *name;
    enum entry entry;
} extra_kinds[] = {
    {"jacobian", ENTRY_JACOBIAN},
    {"hessian", ENTRY_HESSIAN},
    {"jvp", ENTRY_JVP},
    {"hvp", ENTRY_HVP},
    {"sparse_jacobian", ENTRY_SPARSE_JACOBIAN},
    {"sparse_hessian", ENTRY_SPARSE_HESSIAN},
};
enum { EXTRA_KIND_COUNT = sizeof extra_kinds / sizeof *extra_kinds };

static bool is_real_output(const struct function *function, const char *name)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT && function->members[i].type == REAL &&
            !strcmp(function->members[i].name, name))
            return true;
    return false;
}

static bool asks_for(const struct extra_request *extra, const char *output)
{
    for (size_t i = 0; extra->outputs && i < extra->output_count; i++)
        if (!strcmp(extra->outputs[i], output))
            return true;
    return !extra->outputs;
}

/* The first output that both are of; NULL: there is none. Without outputs both are of all. */
static const char *shared_output(const struct extra_request *a, const struct extra_request *b)
{
    const struct extra_request *listed = a->outputs ? a : b, *other = a->outputs ? b : a;
    if (!listed->outputs)
        return "";
    for (size_t i = 0; i < listed->output_count; i++)
        if (asks_for(other, listed->outputs[i]))
            return listed->outputs[i];
    return NULL;
}

/* Each has members of the struct to itself: a jvp and an hvp those for directions, the others those for what
 * they are of. */
static bool is_repeated(struct elaborator *e, const struct export_request *request,
                        const struct extra_request *wanted, const char *kind)
{
    bool has_directions = wanted->entry == ENTRY_JVP || wanted->entry == ENTRY_HVP;
    for (size_t i = 0; i < request->extras_count; i++) {
        const struct extra_request *other = &request->extras[i];
        const char *shared = other->entry == wanted->entry ? shared_output(wanted, other) : NULL;
        if (other->entry != wanted->entry || (!shared && !has_directions))
            continue;
        report_error(e->diagnostics, wanted->span, "%s%s%s is asked for twice", kind,
                     shared && *shared ? " of " : "", shared ? shared : "");
        if (!shared)
            report_note(e->diagnostics, wanted->span, "%s",
                        wanted->entry == ENTRY_JVP
                            ? "one jvp gives several outputs, as in jvp(a, b), or all, as in jvp"
                            : "a function has one hvp: that of the other output is a function of its own, "
                              "g(x) { a, b = f(x); return b }");
        return true;
    }
    return false;
}

static void request_extra(struct elaborator *e, struct export_request *request,
                          const struct export_extra *extra)
{
    struct extra_request wanted = {.span = extra->span};
    int kind = 0;
    while (kind < EXTRA_KIND_COUNT && strcmp(extra_kinds[kind].name, extra->kind))
        kind++;
    if (kind == EXTRA_KIND_COUNT) {
        const char *names[EXTRA_KIND_COUNT];
        for (int i = 0; i < EXTRA_KIND_COUNT; i++)
            names[i] = extra_kinds[i].name;
        report_error(e->diagnostics, extra->span,
                     "%s is nothing that can be exported; there are jacobian, hessian, jvp, hvp, "
                     "sparse_jacobian and sparse_hessian",
                     extra->kind);
        if (!strcmp(extra->kind, "gradient") || !strcmp(extra->kind, "grad") ||
            !strcmp(extra->kind, "backward"))
            report_note(e->diagnostics, extra->span, "`wrt` alone gives the gradient: leave out `: %s`",
                        extra->kind);
        else
            suggest(e, extra->kind, names, EXTRA_KIND_COUNT);
        return;
    }
    wanted.entry = extra_kinds[kind].entry;
    size_t count = 0;
    for (const struct target *output = extra->outputs; output; output = output->next)
        count++;
    const char **names = ARENA_ARRAY(e->arena, const char *, count + 1);
    for (const struct target *output = extra->outputs; output; output = output->next) {
        wanted.is_lower = wanted.entry == ENTRY_SPARSE_HESSIAN && !output->next &&
                          !strcmp(output->name, "lower") &&
                          (count > 1 || !is_real_output(request->function, "lower"));
        if (wanted.is_lower)
            continue;
        if (!is_real_output(request->function, output->name))
            report_error(e->diagnostics, output->span, "%s has no real output %s", request->function->name,
                         output->name);
        names[wanted.output_count++] = output->name;
    }
    wanted.outputs = extra->has_outputs && !(wanted.is_lower && wanted.output_count == 0) ? names : NULL;
    if (!is_repeated(e, request, &wanted, extra->kind))
        ARENA_APPEND(e->arena, request, extras, wanted);
}

void request_derivatives(struct elaborator *e, struct export_request *request,
                         const struct definition *export, const struct definition *definition)
{
    struct function *function = request->function;
    bool forward_only = has_update(function) || !has_real_output(function);
    if (!export) {
        if (!forward_only)
            request_all_but(e, request, NULL, definition);
        return;
    }
    if (export->wrt != WRT_NONE && forward_only) {
        report_error(e->diagnostics, export->span, "%s has %s, so it is forward only and takes no wrt",
                     definition->name, has_update(function) ? "an update" : "no real output");
        return;
    }
    if (export->wrt == WRT_LISTED)
        request_listed(e, request, export, definition);
    else if (export->wrt == WRT_ALL_BUT)
        request_all_but(e, request, export, definition);
    request_given(e, request, export, definition);
    for (const struct export_extra *extra = export->extras; extra; extra = extra->next)
        request_extra(e, request, extra);
    if (export->extras && export->wrt == WRT_NONE)
        report_error(e->diagnostics, export->extras->span, "%s needs wrt: export %s wrt x: %s",
                     export->extras->kind, definition->name, export->extras->kind);
}
