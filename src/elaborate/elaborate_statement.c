/* elaborate_statement.c: assignments, return and update; what a name stands for. */
#include "elaborator.h"

#include <string.h>

/* ---- Names ---- */

struct binding *find_binding(struct elaborator *e, const char *name)
{
    return e->frame ? map_get(&e->frame->bindings, name) : NULL;
}

/* The name that comments and buffers will use; the user's names win over the library's, and among these the
 * last, that of the function that was called. */
static void name_node(struct elaborator *e, struct node *node, const char *name)
{
    bool by_user = !e->frame->unit->is_library;
    if (!by_user && e->frame->definition->kind == DEFINITION_RULE)
        return; /* d_x of a rule says nothing outside it */
    if (node->op == OP_PARAMETER || node->op == OP_CONSTANT || node->named_by_user)
        return;
    node->name = name;
    node->named_by_user = by_user;
}

/* A name that some grad refers to gets a node of its own, so that only what goes through it counts. */
static struct value marked_value(struct elaborator *e, struct binding *binding, struct value value,
                                 struct span span)
{
    if (value.kind == VALUE_GROUP) {
        struct value *items = ARENA_ARRAY(e->arena, struct value, value.count);
        for (int i = 0; i < value.count; i++)
            items[i] = marked_value(e, binding, value.items[i], span);
        value.items = items;
        return value;
    }
    struct node *node = value_is_tensor(&value) ? as_node(e, value, span) : NULL;
    if (!node || node->type != REAL)
        return value;
    node = graph_mark(e->graph, node, binding->name);
    ARENA_APPEND(e->arena, binding, marks, node);
    value.node = node;
    if (value.kind == VALUE_LIST)
        value = value_node(node);
    if (value.kind == VALUE_NUMBER) /* still usable as a size; evaluate_derivative takes the node */
        value.node = node;
    return value;
}

void bind(struct elaborator *e, const char *name, struct value value, struct span span, bool is_parameter)
{
    struct frame *frame = e->frame;
    struct binding *binding = map_get(&frame->bindings, name);
    if (!binding) {
        binding = ARENA_NEW(e->arena, struct binding);
        binding->name = name;
        map_set(e->arena, &frame->bindings, name, binding);
    }
    if (value.kind == VALUE_NODE && !is_parameter)
        name_node(e, value.node, name);
    if (map_get(frame->marked, name))
        value = marked_value(e, binding, value, span);
    binding->value = value;
    binding->span = span;
    binding->is_parameter = is_parameter;
    binding->is_result = false;
    binding->depth = frame->block ? frame->block->depth : 0;
    observe(e, span, &value);
}

void bind_result(struct elaborator *e, const char *name, struct value value, struct span span)
{
    bind(e, name, value, span, false);
    find_binding(e, name)->is_result = true;
}

/* ---- Which names a body differentiates with respect to ---- */

static void collect_marked(struct elaborator *e, struct map *names, const struct expression *x);

static void collect_call(struct elaborator *e, struct map *names, const struct expression *x)
{
    bool derivative = !strcmp(x->name, "grad") || !strcmp(x->name, "jvp") || !strcmp(x->name, "jacobian");
    int position = 0;
    for (const struct argument *a = x->arguments; a; a = a->next, position++) {
        const struct expression *target = a->value;
        while (derivative && position == 1 && target->kind == EXPRESSION_MEMBER)
            target = target->left;
        if (derivative && position == 1 && target->kind == EXPRESSION_NAME)
            map_set(e->arena, names, target->name, names);
        collect_marked(e, names, a->value);
    }
}

static void collect_marked(struct elaborator *e, struct map *names, const struct expression *x)
{
    for (; x; x = x->left) { /* down the left spine without recursion */
        if (x->kind == EXPRESSION_CALL)
            collect_call(e, names, x);
        for (const struct argument *a = x->kind == EXPRESSION_LIST ? x->arguments : NULL; a; a = a->next)
            collect_marked(e, names, a->value);
        for (const struct subscript *s = x->subscripts; s; s = s->next)
            collect_marked(e, names, s->at);
        collect_marked(e, names, x->condition);
        collect_marked(e, names, x->right);
    }
}

static void collect_statements(struct elaborator *e, struct map *names, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        collect_marked(e, names, statement->value);
        collect_marked(e, names, statement->while_condition);
        for (const struct result *result = statement->results; result; result = result->next)
            collect_marked(e, names, result->value);
        if (statement->definition) {
            collect_marked(e, names, statement->definition->value);
            collect_statements(e, names, statement->definition->body);
        }
        collect_statements(e, names, statement->body);
        collect_statements(e, names, statement->else_body);
    }
}

const struct map *marked_names(struct elaborator *e, const struct definition *definition)
{
    const char *key = arena_print(e->arena, "%p", (const void *)definition);
    struct map *names = map_get(&e->marked_names, key);
    if (!names) {
        names = ARENA_NEW(e->arena, struct map);
        collect_marked(e, names, definition->value);
        collect_statements(e, names, definition->body);
        map_set(e->arena, &e->marked_names, key, names);
    }
    return names;
}

/* ---- Assignment ---- */

static struct value new_value(struct elaborator *e, const struct target *target, struct value value,
                              struct span at)
{
    if (!target->subscripts || value.kind == VALUE_ERROR)
        return value;
    struct binding *binding = find_binding(e, target->name);
    if (!binding)
        return value_error();
    if (binding->value.kind == VALUE_ERROR)
        return value_error();
    struct node *whole = as_node(e, binding_value(e, binding), target->span);
    return whole ? replace_part(e, whole, target, value, at) : value_error();
}

static void assign(struct elaborator *e, const struct target *target, struct value value, struct span at)
{
    const struct binding *binding = target->subscripts ? NULL : find_binding(e, target->name);
    if (binding)
        value = as_int_like(e, &binding->value, value, at);
    if (!target->subscripts)
        warn_hidden_size(e, target->name, target->span);
    bind(e, target->name, new_value(e, target, value, at), target->span, false);
}

static bool assigns_index_notation(struct elaborator *e, const struct statement *statement)
{
    return !statement->targets->next && statement->targets->subscripts &&
           defines_by_index(e, statement->targets);
}

static void execute_assign(struct elaborator *e, const struct statement *statement)
{
    if (!statement->targets->next && collects(e, statement->targets)) {
        collect(e, statement);
        return;
    }
    if (assigns_index_notation(e, statement)) {
        define_by_index(e, statement);
        return;
    }
    for (const struct target *target = statement->targets; target; target = target->next)
        if (target->subscripts && !find_binding(e, target->name)) {
            fail(e, target->span, "%s has no value here of which a part could be replaced", target->name);
            if (statement->targets->next)
                note(
                    e, target->span,
                    "what a function gives is collected by names of its own: `u, v = g(x)`, then `%s[…] = u`",
                    target->name);
            else
                note(e, target->span, "let it begin with the sizes that it has in the end: %s = zeros([…])",
                     target->name);
            bind(e, target->name, value_error(), target->span, false); /* told once */
            return;
        }
    size_t targets = 0, count;
    for (const struct target *target = statement->targets; target; target = target->next)
        targets++;
    if (targets == 1) {
        struct value value = evaluate_argument(e, statement->value);
        assign(e, statement->targets, value, statement->value->span);
        return;
    }
    struct value *outputs;
    bool right = evaluate_outputs(e, statement->value, &outputs, &count);
    if (right && count != targets) {
        fail(e, statement->value->span, "%zu names on the left, but this gives %zu value%s", targets, count,
             count == 1 ? "" : "s");
        right = false;
    }
    size_t i = 0;
    for (const struct target *target = statement->targets; target; target = target->next, i++)
        assign(e, target, right ? outputs[i] : value_error(), statement->value->span);
}

/* ---- Return ---- */

static void add_output(struct elaborator *e, const char *name, struct value value, struct span span)
{
    struct frame *frame = e->frame;
    size_t i = frame->output_count++;
    frame->outputs[i] = value;
    frame->output_names[i] = name;
    frame->output_spans[i] = span;
}

static void make_outputs(struct elaborator *e, size_t count)
{
    struct frame *frame = e->frame;
    frame->outputs = ARENA_ARRAY(e->arena, struct value, count);
    frame->output_names = ARENA_ARRAY(e->arena, const char *, count);
    frame->output_spans = ARENA_ARRAY(e->arena, struct span, count);
    frame->returned = true;
}

static void execute_return(struct elaborator *e, const struct statement *statement)
{
    size_t count = 0;
    for (const struct result *result = statement->results; result; result = result->next)
        count++;
    make_outputs(e, count);
    struct map named = {0}; /* outputs so far */
    for (const struct result *result = statement->results; result; result = result->next) {
        struct value value = evaluate_argument(e, result->value);
        const char *name = result->name;
        if (!name && result->value->kind == EXPRESSION_NAME)
            name = result->value->name;
        else if (!name && count == 1)
            name = e->frame->definition->name;
        if (!name) {
            fail(e, result->span, "one of several outputs needs a name: return name = …");
            value = value_error();
            name = "";
        }
        if (*name && map_get(&named, name))
            fail(e, result->span, "two outputs are named %s; return other = %s renames one", name, name);
        map_set(e->arena, &named, name, e);
        if (value.kind == VALUE_NODE && result->name)
            name_node(e, value.node, name);
        add_output(e, name, value, result->span);
    }
}

/* ---- Update ---- */

static struct member *find_input(struct elaborator *e, const char *name)
{
    for (size_t i = 0; i < e->function->members_count; i++) {
        struct member *member = &e->function->members[i];
        if (!strcmp(member->name, name) && (member->role == ROLE_INPUT || member->role == ROLE_INOUT))
            return member;
    }
    return NULL;
}

static void update_member(struct elaborator *e, const char *name, struct value value, struct span target,
                          struct span at);

static void update_group(struct elaborator *e, const char *name, struct value value, struct span target,
                         struct span at)
{
    int i = 0;
    for (const struct parameter *member = value.group->parameters; member; member = member->next, i++)
        update_member(e, arena_print(e->arena, "%s_%s", name, member->name), value.items[i], target, at);
}

static void update_member(struct elaborator *e, const char *name, struct value value, struct span target,
                          struct span at)
{
    if (value.kind == VALUE_ERROR)
        return;
    struct member *member = find_input(e, name);
    if (!member && value.kind == VALUE_GROUP) {
        update_group(e, name, value, target, at);
        return;
    }
    if (!member) {
        fail(e, target, "%s is not a parameter, so it cannot be updated", name);
        return;
    }
    if (member->role == ROLE_INOUT) {
        fail(e, target, "%s is updated twice", name);
        return;
    }
    struct node *node = member->type == INT ? as_int(e, value, at) : as_real(e, value, at);
    if (!node)
        return;
    bool same = node->rank == member->rank;
    for (int a = 0; same && a < node->rank; a++)
        same = node->shape[a] == member->shape[a];
    if (!same && node->rank == 0) {
        node = graph_broadcast(e->graph, node, member->rank, member->shape);
        same = true;
    }
    if (!same) {
        fail(e, at, "%s is %s, but its new value is %s", name,
             member->rank ? shape_of(e, member->rank, member->shape) : "a scalar", shape_text(e, node));
        note(e, member->span, "%s is declared here", name);
        return;
    }
    member->role = ROLE_INOUT;
    member->value = node;
}

static void execute_update(struct elaborator *e, const struct statement *statement)
{
    if (!e->frame->is_export) {
        fail(e, statement->span, "update stands in an exported function that no other calls");
        return;
    }
    e->frame->has_update = true;
    size_t targets = 0, count;
    for (const struct target *target = statement->targets; target; target = target->next)
        targets++;
    struct value *outputs;
    if (!evaluate_outputs(e, statement->value, &outputs, &count))
        return;
    if (targets != count) {
        fail(e, statement->value->span, "%zu names are updated, but this gives %zu value%s", targets, count,
             count == 1 ? "" : "s");
        return;
    }
    size_t i = 0;
    for (const struct target *target = statement->targets; target; target = target->next, i++) {
        const char *name = target->name;
        for (int m = 0; m < target->member_count; m++)
            name = arena_print(e->arena, "%s_%s", name, target->members[m]);
        update_member(e, name, outputs[i], target->span, statement->value->span);
    }
}

static const char *block_word(const struct elaborator *e)
{
    return e->frame->block->is_branch && !e->frame->block->is_guard ? "if" : "for";
}

static void fail_return_in_block(struct elaborator *e, const struct statement *statement)
{
    if (e->frame->return_misplaced)
        return; /* the other side */
    e->frame->return_misplaced = true;
    fail(e, statement->span, "return cannot stand inside `%s`", block_word(e));
    if (e->frame->block->is_branch)
        note(e, statement->span,
             "both sides assign a name, which is returned behind them: if c { y = a } else { y = b }");
    else
        note(e, statement->span,
             "return stands behind the loop, and for t in 0..T while c { ... } ends early");
}

static void fail_update_in_block(struct elaborator *e, const struct statement *statement)
{
    const char *name = statement->targets->name;
    fail(e, statement->span, "update cannot stand inside `%s`", block_word(e));
    note(e, statement->span,
         "inside, a name is given new values, as in v = %s before and v = ... in it; update %s = v "
         "stands behind",
         name, name);
}

/* ---- Statements ---- */

void come_from(struct elaborator *e, struct span span)
{
    if (!e->frame->unit->is_library)
        e->graph->origin = span;
}

void execute(struct elaborator *e, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        if (e->frame->returned) {
            fail(e, statement->span, "nothing can follow return");
            return;
        }
        come_from(e, statement->span);
        switch (statement->kind) {
        case STATEMENT_ASSIGN: execute_assign(e, statement); break;
        case STATEMENT_RETURN:
            if (e->frame->block)
                fail_return_in_block(e, statement);
            else
                execute_return(e, statement);
            break;
        case STATEMENT_UPDATE:
            if (e->frame->block)
                fail_update_in_block(e, statement);
            else
                execute_update(e, statement);
            break;
        case STATEMENT_REQUIRE: execute_require(e, statement); break;
        case STATEMENT_FUNCTION: define_local(e, statement->definition); break;
        case STATEMENT_IF: execute_if(e, statement); break;
        case STATEMENT_FOR: execute_for(e, statement); break;
        }
    }
}

void execute_body(struct elaborator *e, const struct definition *definition)
{
    map_set(e->arena, &e->evaluated, arena_print(e->arena, "%p", (const void *)definition), e);
    if (definition->value) {
        come_from(e, span_join(definition->span, definition->value->span));
        struct value value = evaluate_argument(e, definition->value);
        make_outputs(e, 1);
        if (value.kind == VALUE_NODE)
            name_node(e, value.node, definition->name);
        add_output(e, definition->name, value, definition->value->span);
        return;
    }
    execute(e, definition->body);
    if (e->frame->returned)
        return;
    if (e->frame->has_update)
        make_outputs(e, 0);
    else if (!e->frame->return_misplaced)
        fail(e, definition->span, "%s returns nothing; end it with return", definition->name);
}
