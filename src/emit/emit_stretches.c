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

enum { LONGEST_STRETCH = 100, MOST_ARRAYS = 100 };

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
    struct map places;  /* of the arrays, by name */
    struct map locals;  /* by name */
    const char **calls; /* what stands for each of the long bodies */
    size_t texts;       /* looked at so far, which numbers them */
    size_t functions;   /* printed so far */
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
    struct text text;  /* of the body, with the calls of functions for the long bodies in it */
    size_t *ends;      /* of the pieces in it */
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

/* All that begin a line of the body, and the variables of the loops around it. Positions that are declared
 * further in are of loops in one piece, which name them alike. */
static void list_locals(struct cutter *cutter, const struct body *body)
{
    struct emitter *emitter = cutter->emitter;
    size_t piece = 0;
    for (const char *line = body->text.bytes; *line; line = next_line(line)) {
        struct mention mention;
        while ((size_t)(line - body->text.bytes) >= body->pieces[piece].end)
            piece++;
        bool is_own = declares_variable(line, &mention) && mention.column == 4 * body->indent;
        if (mention.type && (is_own || strcmp(mention.type, "size_t") != 0))
            add_local(cutter, mention.type, arena_copy(emitter->arena, mention.name, mention.length),
                      is_own ? body : NULL, piece);
    }
    for (const struct item *item = body->parent; item->parent; item = item->parent)
        if (item->kind == ITEM_BLOCK) {
            add_local(cutter, "size_t", size_c(emitter, item->block->first), NULL, 0);
            add_local(cutter, "size_t", size_c(emitter, item->block->rows), NULL, 0);
        } else if (item->kind == ITEM_REGION) {
            add_local(cutter, "size_t", size_c(emitter, item->nest->node->loop->variable), NULL, 0);
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

static struct uses uses_of(struct cutter *cutter, const char *text, size_t length)
{
    struct uses uses = {0};
    struct mentions mentions = mentions_of(text, length);
    struct mention mention;
    size_t number = ++cutter->texts;
    while (next_mention(&mentions, &mention)) {
        struct use use = {.place = map_get_part(&cutter->places, mention.name, mention.length),
                          .is_declared = mention.type != NULL,
                          .is_assigned = mention.is_assigned};
        if (!use.place)
            use.local = map_get_part(&cutter->locals, mention.name, mention.length);
        if (use.place || use.local)
            add_use(cutter, &uses, number, &use);
    }
    return uses;
}

/* ---- Stretches ---- */

/* The body's text, with calls in the place of the long bodies in it. */
static void expand(struct cut *cut)
{
    const struct body *body = cut->body;
    struct arena *arena = cut->cutter->emitter->arena;
    const char *text = body->text.bytes;
    cut->text = (struct text){.arena = arena};
    cut->ends = ARENA_ARRAY(arena, size_t, body->pieces_count + 1);
    text_write(&cut->text, "");
    for (size_t i = 0; i < body->pieces_count; i++) {
        const char *end = body->text.bytes + body->pieces[i].end, *mark;
        while ((mark = memchr(text, BODY_MARK, (size_t)(end - text))) != NULL) {
            text_append(&cut->text, text, (size_t)(mark - text));
            text_write(&cut->text, cut->cutter->calls[strtoul(mark + 1, NULL, 10)]);
            text = next_line(mark);
        }
        text_append(&cut->text, text, (size_t)(end - text));
        text = end;
        cut->ends[i] = cut->text.length;
    }
}

static size_t piece_begin(const struct cut *cut, size_t piece)
{
    return piece ? cut->ends[piece - 1] : 0;
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
    size_t lines = 0, arrays = 0;
    struct stretch *last = NULL;
    for (size_t i = 0; i < cut->body->pieces_count; i++) {
        size_t begin = piece_begin(cut, i);
        size_t more = count_lines(cut->text.bytes + begin, cut->ends[i] - begin);
        size_t new_arrays = last ? count_arrays(&cut->uses[i], last->number) : 0;
        bool stays = must_stay(cut, i);
        if (!last || stays != last->stays ||
            (!stays && (lines + more > LONGEST_STRETCH || arrays + new_arrays > MOST_ARRAYS))) {
            struct stretch next = {.begin = i, .stays = stays, .number = ++cutter->texts};
            ARENA_APPEND(cutter->emitter->arena, cut, stretches, next);
            last = &cut->stretches[cut->stretches_count - 1];
            lines = arrays = 0;
            new_arrays = count_arrays(&cut->uses[i], last->number);
        }
        last->end = i + 1;
        lines += more;
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
    text_print(emitter->out,
               "/* What stretches of the function hand to each other. */\nstruct %s {\n%s};\n\n", cut->record,
               members.bytes);
}

/* The statements of a stretch, which reads what it shares with others before them, and writes it behind them.
 * `access`: "locals->" or "locals.". */
static struct text shared_text(const struct cut *cut, const struct stretch *stretch, const char *access)
{
    struct text text = {.arena = cut->cutter->emitter->arena}, behind = text;
    text_write(&text, "");
    text_write(&behind, "");
    for (size_t u = 0; u < stretch->uses.uses_count; u++) {
        const struct local *local = stretch->uses.uses[u].local;
        if (!local || local->body != cut->body || !local->is_shared)
            continue;
        bool is_declared = declares(cut, stretch, local), is_assigned = stretch->uses.uses[u].is_assigned;
        if (!is_declared)
            text_print(&text, "%s%s %s = %s%s;\n", is_assigned ? "" : "const ", local->type, local->name,
                       access, local->name);
        if (is_declared || is_assigned)
            text_print(&behind, "%s%s = %s;\n", access, local->name, local->name);
    }
    size_t begin = piece_begin(cut, stretch->begin);
    text_append(&text, cut->text.bytes + begin, cut->ends[stretch->end - 1] - begin);
    text_write(&text, behind.bytes);
    return text;
}

/* The lines with this indentation instead of that of the body; those that have none get it, too. */
static void write_indented(struct text *to, const char *lines, int from, int indent)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n"), spaces = strspn(lines, " ");
        int column = spaces == 0 ? indent : indent + (int)spaces - from;
        text_print(to, "%*s%.*s\n", length ? column : 0, "", (int)(length - spaces), lines + spaces);
        lines += length + 1;
    }
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
    struct arrays some = {.places = {.arena = arena}};
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
    text_write(&some.places, "");
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
            struct passed passed = {use->local->type, use->local->name};
            ARENA_APPEND(arena, arrays, passed, passed);
        }
        is_sharing = is_sharing || (use->local && use->local->body == cut->body && use->local->is_shared);
    }
    if (is_sharing) {
        struct passed passed = {arena_print(arena, "struct %s *", cut->record), "locals"};
        ARENA_APPEND(arena, arrays, passed, passed);
    }
}

/* f_forward_1(m, first, &locals), or, of the definition, (struct f *m, size_t first, ...) */
static const char *head(struct emitter *emitter, const char *name, const struct arrays *arrays,
                        bool has_struct, bool is_definition)
{
    struct text text = {.arena = emitter->arena};
    const char *comma = "";
    text_print(&text, "%s(", name);
    if (has_struct && is_definition)
        text_print(&text, "struct %s *%s", emitter->function->name, emitter->self);
    else if (has_struct)
        text_write(&text, emitter->self);
    comma = has_struct ? ", " : "";
    for (size_t i = 0; i < arrays->passed_count; i++, comma = ", ") {
        const struct passed *passed = &arrays->passed[i];
        if (is_definition)
            text_print(&text, "%s%s", comma, passed_text(emitter, passed));
        else
            text_print(&text, "%s%s%s", comma, strchr(passed->type, '*') ? "&" : "", passed->name);
    }
    text_write(&text, !*comma && is_definition ? "void)" : ")");
    return text.bytes;
}

/* Prints the function, and its call. */
static void emit_function(struct cut *cut, const struct stretch *stretch, struct text *calls)
{
    struct emitter *emitter = cut->cutter->emitter;
    emitter->arena = cut->cutter->scratch;
    struct text *out = emitter->out, statements = {.arena = emitter->arena};
    text_write(&statements, "");
    write_indented(&statements, shared_text(cut, stretch, "locals->").bytes, 4 * cut->body->indent, 4);
    bool fails = can_fail(statements.bytes);
    const char *entry = entry_name(emitter->program->entry);
    size_t number = ++cut->cutter->functions;
    const char *name = names_take(
        emitter->names, arena_print(emitter->arena, "%s_%s_%zu", emitter->function->name, entry, number));
    const char *kernel =
        names_take(emitter->names, arena_print(emitter->arena, "%s_%zu", kernel_name(emitter), number));
    struct arrays arrays = arrays_of(cut->cutter, &stretch->uses);
    pass_locals(cut, stretch, &arrays);
    const char *body = emit_function_body(emitter, kernel, &arrays, statements.bytes, fails);
    bool has_struct = needs_struct(emitter, body);
    emitter->indent = 0;
    emit_line(emitter, "static %s %s", fails ? "int" : "void",
              head(emitter, name, &arrays, has_struct, true));
    text_print(out, "{\n%s}\n\n", body);
    emitter->out = calls;
    emitter->indent = cut->body->indent;
    const char *call = head(emitter, name, &arrays, has_struct, false);
    emit_line(emitter, fails ? "status = %s;" : "%s;", call);
    if (fails) {
        emit_line(emitter, "if (status != GRADC_OK)");
        emit_line(emitter, "    return status;");
    }
    emitter->out = out;
    emitter->indent = 1;
    arena_clear(emitter->arena);
    emitter->arena = emitter->lasting;
}

/* A stretch that is left in the body, with what it shares. */
static void emit_in_place(const struct cut *cut, const struct stretch *stretch, struct text *calls)
{
    int column = 4 * cut->body->indent;
    struct text text = shared_text(cut, stretch, "locals.");
    if (text.length == cut->ends[stretch->end - 1] - piece_begin(cut, stretch->begin)) {
        text_write(calls, text.bytes);
        return;
    }
    text_print(calls, "%*s{\n", column, "");
    write_indented(calls, text.bytes, column, column + 4);
    text_print(calls, "%*s}\n", column, "");
}

/* Prints the functions of a body, and returns what calls them. */
static const char *cut_body(struct cutter *cutter, const struct body *body)
{
    struct cut cut = {.cutter = cutter, .body = body};
    struct arena *arena = cutter->emitter->lasting;
    struct text calls = {.arena = arena};
    int column = 4 * body->indent;
    expand(&cut);
    cut.uses = ARENA_ARRAY(arena, struct uses, body->pieces_count + 1);
    for (size_t i = 0, begin = 0; i < body->pieces_count; begin = cut.ends[i++])
        cut.uses[i] = uses_of(cutter, cut.text.bytes + begin, cut.ends[i] - begin);
    form_stretches(&cut);
    for (size_t k = 0; k < cut.stretches_count; k++)
        read_stretch(&cut, &cut.stretches[k]);
    emit_record(&cut);
    if (can_fail(cut.text.bytes))
        text_print(&calls, "%*sint status;\n", column, "");
    if (cut.record)
        text_print(&calls, "%*sstruct %s locals;\n", column, "", cut.record);
    for (size_t k = 0; k < cut.stretches_count; k++)
        if (cut.stretches[k].stays)
            emit_in_place(&cut, &cut.stretches[k], &calls);
        else
            emit_function(&cut, &cut.stretches[k], &calls);
    return calls.bytes;
}

const char *emit_stretches(struct emitter *emitter, struct body *entry, struct arrays **arrays)
{
    struct cutter cutter = {.emitter = emitter};
    struct map kernels = {0};
    bool is_cut = entry->lines > LONGEST_BODY || (*arrays)->arrays_count > MOST_PARAMETERS;
    if (!is_cut && emitter->bodies_count == 0)
        return entry->text.bytes;
    emitter->kernels = &kernels;
    cutter.scratch = arena_new();
    cutter.arrays = find_arrays(emitter, true);
    cutter.calls = ARENA_ARRAY(emitter->arena, const char *, emitter->bodies_count + 1);
    list_places(&cutter);
    for (size_t i = 0; i < emitter->bodies_count; i++)
        list_locals(&cutter, emitter->bodies[i]);
    list_locals(&cutter, entry);
    for (size_t i = 0; i < emitter->bodies_count; i++)
        cutter.calls[i] = cut_body(&cutter, emitter->bodies[i]);
    struct cut rest = {.cutter = &cutter, .body = entry};
    expand(&rest);
    const char *statements = is_cut ? cut_body(&cutter, entry) : rest.text.bytes;
    struct uses uses = uses_of(&cutter, statements, strlen(statements));
    **arrays = arrays_of(&cutter, &uses);
    emitter->kernels = NULL;
    arena_free(cutter.scratch);
    return statements;
}
