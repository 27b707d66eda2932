/* emit_stretches.c: a long body is a few functions, called one after the other, each of which runs a stretch
 * of its statements. So is an entry with more arrays than a kernel takes.
 *
 * Requires the statements of the entry to be made. The function of a stretch finds the arrays that it
 * mentions by itself. It takes as parameters what is declared around the body, such as the variables of the
 * loops and the arrays that a chunk of rounds has for its own. A local variable of the body that several
 * stretches mention is kept in a struct, from which they read it and to which they write it. What leaves the
 * loop around, or assigns what is declared around the body, stays where it is. A body that hands much from
 * one stretch to the next, such as formulas over scalars, stays whole unless it is very long. */
#include <stdlib.h>

#include "stretches.h"

enum { LONGEST_STRETCH = 100, MOST_ARRAYS = 70 };

/* Some pieces of a body, one after the other. */
struct stretch {
    size_t begin, end; /* pieces */
    bool stays;
    size_t number; /* among the texts */
    struct uses uses;
};

struct cut {
    struct cutter *cutter;
    const struct body *body;
    struct uses *uses, all; /* by piece, of all */
    struct stretch *stretches;
    size_t stretches_count, stretches_capacity;
    size_t number;      /* among the texts */
    size_t first_own;   /* of the declared variables */
    const char *record; /* struct f_forward_locals; NULL: the stretches share nothing */
};

/* ---- Stretches ---- */

static size_t piece_begin(const struct body *body, size_t piece)
{
    return piece ? body->pieces[piece - 1].end : 0;
}

/* The statements of the pieces from begin to end. */
static struct code pieces(const struct body *body, size_t begin, size_t end)
{
    size_t first = piece_begin(body, begin);
    return (struct code){.statements = body->code.statements + first,
                         .statements_count = piece_begin(body, end) - first};
}

/* Whether it is a variable that is declared around the body. */
static bool is_outer(const struct cut *cut, const struct use *use)
{
    return use->local && use->local->body != cut->body && !use->is_declared;
}

/* An array is passed as one that owns its memory: no pointer into it may be passed beside it. */
static bool points_into_array(const struct cut *cut, const struct use *pointer)
{
    struct local *local = pointer->local;
    if (local->asked == cut->number)
        return local->points_into_array;
    local->asked = cut->number;
    local->points_into_array = false;
    for (size_t i = 0; i < cut->all.uses_count && !local->points_into_array; i++)
        local->points_into_array = cut->all.uses[i].place && may_overlap(&cut->all.uses[i], pointer);
    return local->points_into_array;
}

static bool must_stay(const struct cut *cut, size_t piece)
{
    const struct uses *uses = &cut->uses[piece];
    bool stays = cut->body->pieces[piece].leaves;
    for (size_t i = 0; i < uses->uses_count && !stays; i++) {
        const struct use *use = &uses->uses[i];
        stays = is_outer(cut, use) && (use->is_assigned || use->local->is_array ||
                                       (use->local->is_pointer && points_into_array(cut, use)));
    }
    return stays;
}

/* How many arrays the piece adds to the stretch. */
static size_t count_arrays(const struct uses *uses, size_t stretch)
{
    size_t count = 0;
    for (size_t i = 0; i < uses->uses_count; i++)
        for (struct place *p = uses->uses[i].place; p && p->counted != stretch; p = p->base) {
            p->counted = stretch;
            count++;
        }
    return count;
}

/* As many pieces together as make no stretch too long, and a parameter list no longer than C promises. */
static void form_stretches(struct cut *cut)
{
    struct cutter *cutter = cut->cutter;
    size_t length = 0, arrays = 0;
    struct stretch *last = NULL;
    for (size_t i = 0; i < cut->body->pieces_count; i++) {
        const struct code piece = pieces(cut->body, i, i + 1);
        size_t more = code_length(&piece);
        size_t new_arrays = last ? count_arrays(&cut->uses[i], last->number) : 0;
        bool stays = must_stay(cut, i);
        if (!last || stays != last->stays ||
            (!stays && (length + more > LONGEST_STRETCH || arrays + new_arrays > MOST_ARRAYS))) {
            struct stretch next = {.begin = i, .stays = stays, .number = ++cutter->texts};
            ARENA_APPEND(cutter->emitter->arena, cut, stretches, next);
            last = &cut->stretches[cut->stretches_count - 1];
            length = arrays = 0;
            new_arrays = count_arrays(&cut->uses[i], last->number);
        }
        last->end = i + 1;
        length += more;
        arrays += new_arrays;
    }
}

static bool declares(const struct cut *cut, const struct stretch *stretch, const struct local *local)
{
    return local->body == cut->body && local->piece >= stretch->begin && local->piece < stretch->end;
}

/* What the stretch mentions, and what of it others mention, too. */
static void read_stretch(struct cut *cut, struct stretch *stretch)
{
    size_t number = ++cut->cutter->texts;
    for (size_t i = stretch->begin; i < stretch->end; i++)
        for (size_t u = 0; u < cut->uses[i].uses_count; u++)
            add_use(cut->cutter, &stretch->uses, number, &cut->uses[i].uses[u]);
    for (size_t u = 0; u < stretch->uses.uses_count; u++) {
        struct local *local = stretch->uses.uses[u].local;
        if (local && local->body == cut->body && !declares(cut, stretch, local))
            local->is_shared = true;
    }
}

/* ---- The struct of the local variables that stretches share ---- */

static void emit_record(struct cut *cut)
{
    struct emitter *emitter = cut->cutter->emitter;
    struct text members = {.arena = emitter->arena};
    for (size_t k = 0; k < cut->stretches_count; k++)
        for (size_t u = 0; u < cut->stretches[k].uses.uses_count; u++) {
            const struct local *local = cut->stretches[k].uses.uses[u].local;
            if (local && local->is_shared && declares(cut, &cut->stretches[k], local))
                text_print(&members, "    %s %s;\n", local->type, local->name);
        }
    if (members.length == 0)
        return;
    cut->record =
        names_take(emitter->names, arena_print(emitter->arena, "%s_%s_locals", emitter->function->name,
                                               entry_name(emitter->program->entry)));
    text_print(&emitter->out->text,
               "/* What stretches of the function hand to each other. */\nstruct %s {\n%s};\n\n", cut->record,
               members.bytes);
}

/* The statements of a stretch, which reads what it shares with others before them, and writes it behind them.
 * `access`: "locals->" or "locals.". */
static struct code shared_code(const struct cut *cut, const struct stretch *stretch, const char *access)
{
    struct emitter *emitter = cut->cutter->emitter;
    struct code code = {0}, behind = {0}, *outer = emitter->code;
    for (size_t u = 0; u < stretch->uses.uses_count; u++) {
        const struct local *local = stretch->uses.uses[u].local;
        if (!local || local->body != cut->body || !local->is_shared)
            continue;
        bool is_declared = declares(cut, stretch, local), is_assigned = stretch->uses.uses[u].is_assigned;
        emit_into(emitter, &code);
        if (!is_declared)
            emit_line(emitter, "%s%s %s = %s%s", is_assigned ? "" : "const ", local->type, local->name,
                      access, local->name);
        emit_into(emitter, &behind);
        if (is_declared || is_assigned)
            emit_line(emitter, "%s%s = %s", access, local->name, local->name);
    }
    emit_into(emitter, outer);
    const struct code own = pieces(cut->body, stretch->begin, stretch->end);
    code_append_all(emitter->lasting, &code, &own);
    code_append_all(emitter->lasting, &code, &behind);
    return code;
}

/* ---- Functions ---- */

static int in_order(const void *a, const void *b)
{
    const struct array *first = *(const struct array *const *)a, *second = *(const struct array *const *)b;
    return first < second ? -1 : first > second;
}

/* The arrays among the uses, in the order of all. */
static struct arrays arrays_of(struct cutter *cutter, const struct uses *uses)
{
    struct arena *arena = cutter->emitter->arena;
    struct arrays some = {.layout = cutter->arrays->layout};
    struct place_list {
        const struct array **found;
        size_t found_count, found_capacity;
    } list = {0};
    size_t number = ++cutter->texts;
    for (size_t u = 0; u < uses->uses_count; u++)
        for (struct place *p = uses->uses[u].place; p && p->listed != number; p = p->base) {
            p->listed = number;
            ARENA_APPEND(arena, &list, found, p->array);
        }
    if (list.found_count > 0)
        qsort(list.found, list.found_count, sizeof *list.found, in_order);
    for (size_t i = 0; i < list.found_count; i++)
        ARENA_APPEND(arena, &some, arrays, *list.found[i]);
    return some;
}

/* Whether nothing else that the stretch mentions stands where the pointer points. */
static bool owns_memory(const struct stretch *stretch, const struct use *pointer)
{
    for (size_t u = 0; u < stretch->uses.uses_count; u++)
        if (&stretch->uses.uses[u] != pointer && may_overlap(&stretch->uses.uses[u], pointer))
            return false;
    return pointer->local->sources.uses_count > 0;
}

/* What is declared around the body. */
static void pass_locals(const struct cut *cut, const struct stretch *stretch, struct arrays *arrays)
{
    struct arena *arena = cut->cutter->emitter->arena;
    bool is_sharing = false;
    for (size_t u = 0; u < stretch->uses.uses_count; u++) {
        const struct use *use = &stretch->uses.uses[u];
        if (is_outer(cut, use)) {
            const char *type = use->local->type;
            if (use->local->is_pointer && owns_memory(stretch, use))
                type = arena_print(arena, "%sGRADC_RESTRICT", type);
            struct passed passed = {type, use->local->name, false};
            ARENA_APPEND(arena, arrays, passed, passed);
        }
        is_sharing = is_sharing || (use->local && use->local->body == cut->body && use->local->is_shared);
    }
    if (is_sharing) {
        struct passed passed = {arena_print(arena, "struct %s *", cut->record), "locals", true};
        ARENA_APPEND(arena, arrays, passed, passed);
    }
}

/* f_forward_1(m, first, &locals), or, of the definition, f_forward_1(struct f *m, size_t first, ...) */
static const struct tree *head(struct emitter *emitter, const char *name, const struct arrays *arrays,
                               bool has_struct, bool is_definition)
{
    const struct tree **arguments =
        ARENA_ARRAY(emitter->lasting, const struct tree *, arrays->passed_count + 1);
    unsigned count = 0;
    if (has_struct && is_definition)
        arguments[count++] = form(emitter, "struct %s *%s", emitter->function->name, emitter->self);
    else if (has_struct)
        arguments[count++] = tree_name(emitter->lasting, emitter->self);
    for (size_t i = 0; i < arrays->passed_count; i++) {
        const struct passed *passed = &arrays->passed[i];
        arguments[count++] = is_definition        ? passed_as(emitter, passed)
                             : passed->is_pointer ? form(emitter, "&%s", passed->name)
                                                  : tree_name(emitter->lasting, passed->name);
    }
    if (count == 0 && is_definition)
        arguments[count++] = tree_name(emitter->lasting, "void");
    return tree_call(emitter->lasting, name, count, arguments);
}

/* Prints the function, and emits its call. */
static void emit_function(struct cut *cut, const struct stretch *stretch)
{
    struct emitter *emitter = cut->cutter->emitter;
    emitter->arena = cut->cutter->scratch;
    struct code statements = shared_code(cut, stretch, "locals->");
    bool fails = can_fail(&statements);
    const char *entry = entry_name(emitter->program->entry);
    size_t number = ++cut->cutter->functions;
    const char *name = names_take(
        emitter->names, arena_print(emitter->arena, "%s_%s_%zu", emitter->function->name, entry, number));
    const char *kernel =
        names_take(emitter->names, arena_print(emitter->arena, "%s_%zu", kernel_name(emitter), number));
    struct arrays arrays = arrays_of(cut->cutter, &stretch->uses);
    pass_locals(cut, stretch, &arrays);
    struct code body = emit_function_body(emitter, kernel, &arrays, &statements, fails);
    bool has_struct = needs_struct(emitter, &body);
    struct line line = {.text = {.arena = emitter->arena}};
    line_tree(&line, form(emitter, "static %s $", fails ? "int" : "void",
                          head(emitter, name, &arrays, has_struct, true)));
    line_end(&line, &emitter->out->text, 0);
    text_write(&emitter->out->text, "{\n");
    print_body_of(emitter->out, &body);
    text_write(&emitter->out->text, "}\n\n");
    emit_line(emitter, fails ? "status = $" : "$", head(emitter, name, &arrays, has_struct, false));
    if (fails)
        emit_failure(emitter, form(emitter, "status != GRADC_OK"), "status");
    arena_clear(emitter->arena);
    emitter->arena = emitter->lasting;
}

/* A stretch that is left in the body, with what it shares. */
static void emit_in_place(const struct cut *cut, const struct stretch *stretch)
{
    struct emitter *emitter = cut->cutter->emitter;
    struct code code = shared_code(cut, stretch, "locals.");
    const struct code own = pieces(cut->body, stretch->begin, stretch->end);
    struct statement *block = NULL;
    if (code.statements_count > own.statements_count)
        block = emit_open(emitter, CODE_BLOCK, BRACES, "");
    code_append_all(emitter->lasting, emitter->code, &code);
    if (block)
        close_statement(emitter, block);
}

static bool is_whole(const struct cut *cut)
{
    enum { FEW_LINES = 16 };
    size_t shared = 0, functions = 0;
    for (size_t i = 0; i < cut->stretches_count; i++)
        functions += !cut->stretches[i].stays;
    for (size_t i = cut->first_own; i < cut->cutter->declared_count; i++) {
        const struct local *local = cut->cutter->declared[i].local;
        if (local->is_shared && (local->is_array || local->is_pointer))
            return true;
        shared += local->is_shared;
    }
    bool is_costly = cut->body->parent->parent && cut->body->length <= LONGEST_BODY &&
                     shared > cut->body->length / FEW_LINES;
    return functions == 0 || is_costly;
}

static void find_stretches(struct cut *cut)
{
    const struct body *body = cut->body;
    struct cutter *cutter = cut->cutter;
    cut->uses = ARENA_ARRAY(cutter->emitter->lasting, struct uses, body->pieces_count + 1);
    for (size_t i = 0, k = 0; i < body->pieces_count; i++)
        for (; k < body->pieces[i].end; k++)
            declare_locals(cutter, body->code.statements[k], body, i);
    for (size_t i = 0; i < body->pieces_count; i++) {
        const struct code piece = pieces(body, i, i + 1);
        cut->uses[i] = uses_of(cutter, &piece);
    }
    cut->all = uses_of(cutter, &body->code);
    form_stretches(cut);
    for (size_t k = 0; k < cut->stretches_count; k++)
        read_stretch(cut, &cut->stretches[k]);
}

/* Prints the functions of a body, and returns what calls them. */
static struct code cut_body(struct cutter *cutter, const struct body *body)
{
    struct cut cut = {
        .cutter = cutter, .body = body, .number = ++cutter->texts, .first_own = cutter->declared_count};
    struct emitter *emitter = cutter->emitter;
    find_stretches(&cut);
    if (is_whole(&cut)) {
        end_scope(cutter, cut.first_own);
        return body->code;
    }
    struct code calls = {0}, *outer = emit_into(emitter, &calls);
    emit_record(&cut);
    if (can_fail(&body->code))
        emit_line(emitter, "int status");
    if (cut.record)
        emit_line(emitter, "struct %s locals", cut.record);
    for (size_t k = 0; k < cut.stretches_count; k++)
        if (cut.stretches[k].stays)
            emit_in_place(&cut, &cut.stretches[k]);
        else
            emit_function(&cut, &cut.stretches[k]);
    emit_into(emitter, outer);
    end_scope(cutter, cut.first_own);
    return calls;
}

static const struct body *body_of(const struct cutter *cutter, const struct statement *group)
{
    for (size_t i = 0; i < cutter->emitter->bodies_count; i++)
        if (cutter->emitter->bodies[i]->group == group)
            return cutter->emitter->bodies[i];
    return NULL;
}

/* Cuts the bodies that have been set aside in it, those within others first. */
static void cut_inside(struct cutter *cutter, const struct code *code)
{
    size_t first = cutter->declared_count;
    for (size_t i = 0; i < code->statements_count; i++) {
        struct statement *statement = code->statements[i];
        const struct body *body = statement->kind == CODE_GROUP ? body_of(cutter, statement) : NULL;
        size_t around = cutter->declared_count;
        declare_in_head(cutter, statement);
        cut_inside(cutter, body ? &body->code : &statement->body);
        cut_inside(cutter, &statement->otherwise);
        if (body)
            statement->body = cut_body(cutter, body);
        end_scope(cutter, around);
        if (!body)
            declare_locals(cutter, statement, NULL, 0);
    }
    end_scope(cutter, first);
}

struct code emit_stretches(struct emitter *emitter, struct body *entry, struct arrays **arrays)
{
    struct cutter cutter = {.emitter = emitter};
    struct map kernels = {0};
    bool is_cut = entry->length > LONGEST_BODY || (*arrays)->arrays_count > MOST_PARAMETERS;
    if (!is_cut && emitter->bodies_count == 0)
        return entry->code;
    emitter->kernels = &kernels;
    cutter.scratch = arena_new();
    cutter.arrays = *arrays;
    list_places(&cutter);
    if (emitter->bodies_count > 0)
        cut_inside(&cutter, &entry->code);
    struct code statements = is_cut ? cut_body(&cutter, entry) : entry->code;
    struct uses uses = uses_of(&cutter, &statements);
    *arrays = ARENA_NEW(emitter->lasting, struct arrays);
    **arrays = arrays_of(&cutter, &uses);
    emitter->kernels = NULL;
    arena_free(cutter.scratch);
    return statements;
}
