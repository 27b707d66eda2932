/* emit_stretches.c: a long body is a few functions, called one after the other, each of which runs a stretch
 * of its statements. So is an entry with more arrays than a kernel takes.
 *
 * Requires the statements of the entry to be printed. The function of a stretch finds the arrays that it
 * mentions by itself. It takes as parameters what is declared around the body, such as the variables of the
 * loops. A local variable of the body that several stretches mention is kept in a struct, from which they
 * read it and to which they write it. What leaves the loop around, or assigns what is declared around the
 * body, stays where it is. */
#include <stdlib.h>
#include <string.h>

#include "emitter.h"
#include "map.h"

enum { LONGEST_STRETCH = 100, MOST_ARRAYS = 70 };

/* An array, with that in whose place it is. */
struct place {
    const struct array *array;
    struct place *base;     /* NULL: none */
    size_t seen, at;        /* the last text that mentions it, and its place among the uses there */
    size_t counted, listed; /* the last stretch that it was counted and listed for */
};

/* A local variable. */
struct local {
    const char *type, *name;
    const struct body
        *body;       /* the body among whose pieces one declares it; NULL: it is declared further in */
    size_t piece;    /* that piece */
    bool is_shared;  /* by stretches of the body */
    size_t seen, at; /* as in struct place */
};

struct cutter {
    struct emitter *emitter;
    struct arena *scratch; /* for the texts of one function */
    struct arrays *arrays;
    struct map places; /* of the arrays, by name */
    struct map locals; /* by name */
    size_t texts;      /* looked at so far, which numbers them */
    size_t functions;  /* printed so far */
};

/* That a piece mentions an array or a local variable. */
struct use {
    struct place *place;
    struct local *local;
    bool is_declared, is_assigned;
};

struct uses {
    struct use *uses;
    size_t uses_count, uses_capacity;
};

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
    struct uses *uses; /* by piece */
    struct stretch *stretches;
    size_t stretches_count, stretches_capacity;
    const char *record; /* struct f_forward_locals; NULL: the stretches share nothing */
};

/* ---- Names ---- */

static void list_places(struct cutter *cutter)
{
    struct arena *arena = cutter->emitter->lasting;
    const struct arrays *arrays = cutter->arrays;
    for (size_t i = 0; i < arrays->arrays_count; i++) {
        struct place *place = ARENA_NEW(arena, struct place);
        place->array = &arrays->arrays[i];
        map_set(arena, &cutter->places, arrays->arrays[i].name, place);
    }
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (arrays->arrays[i].base) {
            struct place *place = map_get(&cutter->places, arrays->arrays[i].name);
            place->base = map_get(&cutter->places, arrays->arrays[i].base);
        }
}

/* Where a loop is printed in two ways, for vectors and one round after the other, only the latter is a body.
 */
static void add_local(struct cutter *cutter, const char *type, const char *name, const struct body *body,
                      size_t piece)
{
    if (!body && map_get(&cutter->locals, name))
        return;
    struct local *local = ARENA_NEW(cutter->emitter->arena, struct local);
    *local = (struct local){.type = type, .name = name, .body = body, .piece = piece};
    map_set(cutter->emitter->arena, &cutter->locals, name, local);
}

struct listing {
    struct cutter *cutter;
    const struct body *body; /* whose own these are; NULL: they are declared further in */
    size_t piece;
};

static bool list_local(const struct statement *statement, void *closure)
{
    const struct listing *listing = closure;
    const struct tree *a = statement->tree;
    if (statement->kind == CODE_LINE && a->kind == TREE_VARIABLE && a->is_plain &&
        (listing->body || strcmp(a->text, "size_t") != 0))
        add_local(listing->cutter, a->text, tree_root(a)->text, listing->body, listing->piece);
    return false;
}

/* All that are declared in the body, and the variables of the loops around it, but not of branches, whose one
 * round is 0. Positions that are declared
 * further in are of loops in one piece, which name them alike. */
static void list_locals(struct cutter *cutter, const struct body *body)
{
    struct listing own = {cutter, body, 0}, inner = {cutter, NULL, 0};
    for (size_t i = 0; i < body->code.statements_count; i++) {
        const struct statement *statement = body->code.statements[i];
        while (i >= body->pieces[own.piece].end)
            own.piece++;
        list_local(statement, &own);
        if (statement->locals)
            code_walk(statement->locals, list_local, &inner);
        code_walk(&statement->body, list_local, &inner);
        code_walk(&statement->otherwise, list_local, &inner);
    }
    for (const struct item *item = body->parent; item->parent; item = item->parent)
        if (item->kind == ITEM_BLOCK) {
            add_local(cutter, "size_t", c_name(cutter->emitter, item->block->first), NULL, 0);
            add_local(cutter, "size_t", c_name(cutter->emitter, item->block->rows), NULL, 0);
        } else if (item->kind == ITEM_REGION && !item->nest->node->loop->is_branch) {
            add_local(cutter, "size_t", c_name(cutter->emitter, item->nest->node->loop->variable), NULL, 0);
        }
}

/* Each array and variable stands once among the uses of the text with this number. */
static void add_use(struct cutter *cutter, struct uses *uses, size_t number, const struct use *use)
{
    size_t *seen = use->place ? &use->place->seen : &use->local->seen;
    size_t *at = use->place ? &use->place->at : &use->local->at;
    if (*seen != number) {
        *seen = number;
        *at = uses->uses_count;
        ARENA_APPEND(cutter->emitter->arena, uses, uses, *use);
    }
    uses->uses[*at].is_declared |= use->is_declared;
    uses->uses[*at].is_assigned |= use->is_assigned;
}

struct reading {
    struct cutter *cutter;
    struct uses uses;
    size_t number;
    const struct tree *declared, *assigned; /* by the statement; NULL: nothing */
};

static void read_name(const struct tree *name, void *closure)
{
    struct reading *reading = closure;
    struct cutter *cutter = reading->cutter;
    struct use use = {.place = map_get(&cutter->places, name->text),
                      .is_declared = name == reading->declared,
                      .is_assigned = name == reading->assigned};
    if (!use.place)
        use.local = map_get(&cutter->locals, name->text);
    if (use.place || use.local)
        add_use(cutter, &reading->uses, reading->number, &use);
}

static bool add_uses(const struct statement *statement, void *closure)
{
    struct reading *reading = closure;
    const struct tree *a = statement->tree;
    if (!a)
        return false;
    const struct tree *variable = a->kind == TREE_HEAD ? a->operands[0] : a;
    bool is_declaration = variable->kind == TREE_VARIABLE && variable->is_plain;
    reading->declared = is_declaration ? tree_root(variable) : NULL;
    reading->assigned = assigned_variable(statement);
    tree_visit_names(a, read_name, reading);
    return false;
}

static struct uses uses_of(struct cutter *cutter, const struct code *code)
{
    struct reading reading = {.cutter = cutter, .number = ++cutter->texts};
    code_walk(code, add_uses, &reading);
    return reading.uses;
}

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

static bool must_stay(const struct cut *cut, size_t piece)
{
    bool stays = cut->body->pieces[piece].leaves;
    for (size_t i = 0; i < cut->uses[piece].uses_count; i++) {
        const struct use *use = &cut->uses[piece].uses[i];
        stays = stays || (is_outer(cut, use) && use->is_assigned);
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
    struct arrays some = {0};
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
    declare_rooms(cutter->emitter, cutter->arrays, &some);
    return some;
}

/* What is declared around the body. */
static void pass_locals(const struct cut *cut, const struct stretch *stretch, struct arrays *arrays)
{
    struct arena *arena = cut->cutter->emitter->arena;
    bool is_sharing = false;
    for (size_t u = 0; u < stretch->uses.uses_count; u++) {
        const struct use *use = &stretch->uses.uses[u];
        if (is_outer(cut, use)) {
            struct passed passed = {use->local->type, use->local->name, false};
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

/* Prints the functions of a body, and returns what calls them. */
static struct code cut_body(struct cutter *cutter, const struct body *body)
{
    struct cut cut = {.cutter = cutter, .body = body};
    struct emitter *emitter = cutter->emitter;
    struct code calls = {0}, *outer = emit_into(emitter, &calls);
    cut.uses = ARENA_ARRAY(emitter->lasting, struct uses, body->pieces_count + 1);
    for (size_t i = 0; i < body->pieces_count; i++) {
        const struct code piece = pieces(body, i, i + 1);
        cut.uses[i] = uses_of(cutter, &piece);
    }
    form_stretches(&cut);
    for (size_t k = 0; k < cut.stretches_count; k++)
        read_stretch(&cut, &cut.stretches[k]);
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
    return calls;
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
    cutter.arrays = find_arrays(emitter, true);
    list_places(&cutter);
    for (size_t i = 0; i < emitter->bodies_count; i++)
        list_locals(&cutter, emitter->bodies[i]);
    list_locals(&cutter, entry);
    for (size_t i = 0; i < emitter->bodies_count; i++)
        emitter->bodies[i]->group->body = cut_body(&cutter, emitter->bodies[i]);
    struct code statements = is_cut ? cut_body(&cutter, entry) : entry->code;
    struct uses uses = uses_of(&cutter, &statements);
    **arrays = arrays_of(&cutter, &uses);
    emitter->kernels = NULL;
    arena_free(cutter.scratch);
    return statements;
}
