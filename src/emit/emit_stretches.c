/* emit_stretches.c: an entry with more arrays than one kernel can take is several kernels, called one after
 * the other. Compilers take much longer for one long function than for many short ones.
 *
 * Requires the statements of the entry to be printed. A stretch of them becomes a kernel, which ends where
 * every local variable has its last value: later kernels take it as a parameter. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "emitter.h"
#include "map.h"

/* What the text of the items mentions: an array, or a local variable. */
struct mentioned {
    const struct array *array;   /* NULL: a local variable */
    const struct buffer *buffer; /* the local variable's */
    struct mentioned *base;      /* the array that this one is declared from; NULL: none */
    size_t stretch;              /* 1 + the last stretch that it was counted for */
    size_t kernel;               /* the last kernel that it was listed for */
    size_t first, last;          /* 1 + the items that mention it first and last; 0: none */
    size_t set;                  /* the item that gives a local variable its last value */
};

struct cutter {
    struct emitter *emitter;
    const char *statements;
    const size_t *ends;
    size_t item_count;
    struct map names; /* to struct mentioned */
    bool *is_cut;     /* whether a stretch may end behind the item */
};

static void add_array(struct cutter *cutter, const struct array *array)
{
    struct mentioned *mentioned = ARENA_NEW(cutter->emitter->arena, struct mentioned);
    mentioned->array = array;
    map_set(cutter->emitter->arena, &cutter->names, array->name, mentioned);
}

static size_t root_position(const struct item *item)
{
    while (item->parent->parent)
        item = item->parent;
    return item->position;
}

static void add_local(struct cutter *cutter, const struct buffer *buffer)
{
    struct mentioned *mentioned = ARENA_NEW(cutter->emitter->arena, struct mentioned);
    mentioned->buffer = buffer;
    for (size_t i = 0; i < buffer->writers_count; i++) {
        size_t position = root_position(buffer->writers[i]->item);
        mentioned->set = position > mentioned->set ? position : mentioned->set;
    }
    map_set(cutter->emitter->arena, &cutter->names, buffer->name, mentioned);
}

static void list_names(struct cutter *cutter, const struct arrays *arrays)
{
    const struct program *program = cutter->emitter->program;
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (program->all_buffers[i]->storage == STORAGE_SCALAR && program->all_buffers[i]->name &&
            !program->all_buffers[i]->same)
            add_local(cutter, program->all_buffers[i]);
    for (size_t i = 0; i < arrays->arrays_count; i++)
        add_array(cutter, &arrays->arrays[i]);
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (!arrays->arrays[i].is_alone) {
            struct mentioned *mentioned = map_get(&cutter->names, arrays->arrays[i].name);
            mentioned->base = map_get(&cutter->names, arrays->arrays[i].base);
        }
}

/* The next of our names that the item mentions, behind *at; NULL at its end. */
static struct mentioned *next_mentioned(const struct cutter *cutter, size_t item, size_t *at)
{
    while (*at < cutter->ends[item]) {
        const char *text = cutter->statements + *at;
        size_t length = 0;
        if (!strncmp(text, "/*", 2)) { /* what a comment names is not used */
            *at = (size_t)(strstr(text, "*/") + 2 - cutter->statements);
            continue;
        }
        while (isalnum((unsigned char)text[length]) || text[length] == '_')
            length++;
        bool is_member = *at >= 2 && text[-1] == '>' && text[-2] == '-'; /* m->x is no x */
        *at += length ? length : 1;
        const char *name = length && !is_member ? arena_copy(cutter->emitter->arena, text, length) : NULL;
        struct mentioned *mentioned = name ? map_get(&cutter->names, name) : NULL;
        if (mentioned)
            return mentioned;
    }
    return NULL;
}

static size_t item_begin(const struct cutter *cutter, size_t item)
{
    return item ? cutter->ends[item - 1] : 0;
}

/* There is no cut while a local variable gets its value. */
static void find_cuts(struct cutter *cutter)
{
    int *lives = ARENA_ARRAY(cutter->emitter->arena, int, cutter->item_count + 1), living = 0;
    for (size_t i = 0; i < cutter->item_count; i++) {
        size_t at = item_begin(cutter, i);
        for (struct mentioned *m; (m = next_mentioned(cutter, i, &at)) != NULL;) {
            m->first = m->first ? m->first : i + 1;
            m->last = i + 1;
        }
    }
    for (size_t k = 0; k < cutter->names.entries_count; k++) {
        const struct mentioned *m = cutter->names.entries[k].value;
        if (!m->array && m->first && m->set >= m->first) {
            lives[m->first - 1]++;
            lives[m->set]--;
        }
    }
    for (size_t i = 0; i < cutter->item_count; i++) {
        living += lives[i];
        cutter->is_cut[i] = living == 0;
    }
}

/* How many arrays and variables the item adds to the stretch. */
static size_t count_new(struct cutter *cutter, size_t item, size_t stretch)
{
    size_t at = item_begin(cutter, item), count = 0;
    for (struct mentioned *m; (m = next_mentioned(cutter, item, &at)) != NULL;)
        for (; m && m->stretch != stretch; m = m->base) {
            m->stretch = stretch;
            count++;
        }
    return count;
}

/* The item behind the stretch that begins with this one: as long as a kernel takes its arrays; no further
 * than `begin` if no cut is near enough. */
static size_t stretch_end(struct cutter *cutter, size_t begin, size_t stretch)
{
    size_t end = begin, count = 0;
    for (size_t i = begin; i < cutter->item_count; i++) {
        count += count_new(cutter, i, stretch);
        if (count > MOST_PARAMETERS)
            break;
        if (cutter->is_cut[i])
            end = i + 1;
    }
    return end;
}

static int in_order(const void *a, const void *b)
{
    const struct array *const *x = a, *const *y = b; /* of one list */
    return (*x > *y) - (*x < *y);
}

/* Those arrays that the items mention, and those that they are declared from, in the order of the whole. */
static struct arrays arrays_of(const struct cutter *cutter, size_t begin, size_t end, size_t number)
{
    struct arena *arena = cutter->emitter->arena;
    struct arrays some = {.places = {.arena = arena}};
    const struct array *found[MOST_PARAMETERS];
    size_t count = 0;
    for (size_t i = begin; i < end; i++) {
        size_t at = item_begin(cutter, i);
        for (struct mentioned *m; (m = next_mentioned(cutter, i, &at)) != NULL;)
            for (; m && m->kernel != number; m = m->base) {
                m->kernel = number;
                if (m->array)
                    found[count++] = m->array;
            }
    }
    qsort(found, count, sizeof *found, in_order);
    for (size_t i = 0; i < count; i++)
        ARENA_APPEND(arena, &some, arrays, *found[i]);
    return some;
}

/* Local variables from before the stretch are its parameters; those that live on are given back at its end.
 */
static void pass_locals(const struct cutter *cutter, size_t begin, size_t end, struct arrays *arrays,
                        struct text *statements)
{
    struct emitter *emitter = cutter->emitter;
    for (size_t k = 0; k < cutter->names.entries_count; k++) {
        const struct mentioned *m = cutter->names.entries[k].value;
        const char *name = cutter->names.entries[k].name;
        if (m->array || !m->first || m->first > end || m->last <= begin)
            continue;
        const char *type = c_type(emitter, m->buffer->type);
        struct passed passed = {arena_print(emitter->arena, "%s %s", type, name), name};
        if (m->first > begin && m->last <= end)
            continue;
        if (m->first <= begin && !names_has(names_of_text(emitter->arena, statements->bytes), name))
            continue;
        if (m->first > begin) {
            const char *out = names_take(emitter->names, arena_print(emitter->arena, "%s_out", name));
            passed = (struct passed){arena_print(emitter->arena, "%s *%s", type, out),
                                     arena_print(emitter->arena, "&%s", name)};
            text_print(statements, "    *%s = %s;\n", out, name);
        }
        ARENA_APPEND(emitter->arena, arrays, passed, passed);
    }
}

/* The items from `begin` to `end` as a kernel, and its call. */
static void emit_stretch(const struct cutter *cutter, size_t begin, size_t end, size_t number,
                         struct text *calls)
{
    struct emitter *emitter = cutter->emitter;
    struct text *out = emitter->out, text = {.arena = emitter->arena};
    size_t from = item_begin(cutter, begin);
    text_write(&text, arena_copy(emitter->arena, cutter->statements + from, cutter->ends[end - 1] - from));
    struct arrays arrays = arrays_of(cutter, begin, end, number);
    pass_locals(cutter, begin, end, &arrays, &text);
    const char *name = arena_print(emitter->arena, "%s_%zu", kernel_name(emitter), number);
    emit_kernel(emitter, name, &arrays, text.bytes);
    const char *call = kernel_call(emitter, name, &arrays, text.bytes);
    emitter->out = calls;
    if (can_fail(text.bytes)) {
        emit_line(emitter, "status = %s;", call);
        emit_line(emitter, "if (status != GRADC_OK)");
        emit_line(emitter, "    return status;");
    } else {
        emit_line(emitter, "%s;", call);
    }
    emitter->out = out;
}

/* The local variables that one stretch gives to another. */
static void declare_locals(const struct cutter *cutter, const size_t *stretches, size_t count,
                           struct text *declarations)
{
    size_t *stretch_of = ARENA_ARRAY(cutter->emitter->arena, size_t, cutter->item_count + 1);
    for (size_t i = 0, k = 0; i < cutter->item_count && k < count; i++) {
        k += i == stretches[k];
        stretch_of[i] = k;
    }
    for (size_t k = 0; k < cutter->names.entries_count; k++) {
        const struct mentioned *m = cutter->names.entries[k].value;
        if (!m->array && m->first && stretch_of[m->first - 1] != stretch_of[m->last - 1])
            text_print(declarations, "    %s %s;\n", c_type(cutter->emitter, m->buffer->type),
                       cutter->names.entries[k].name);
    }
}

/* The items behind which the stretches end; 0: it cannot be done. */
static size_t cut(struct cutter *cutter, size_t *stretches)
{
    size_t count = 0;
    for (size_t begin = 0; begin < cutter->item_count;) {
        size_t end = stretch_end(cutter, begin, count + 1);
        if (end == begin)
            return 0;
        stretches[count++] = begin = end;
    }
    return count;
}

const char *emit_stretches(struct emitter *emitter, const struct arrays *arrays, const char *statements,
                           const size_t *ends)
{
    size_t item_count = emitter->program->root->body_count;
    struct cutter cutter = {.emitter = emitter,
                            .statements = statements,
                            .ends = ends,
                            .item_count = item_count,
                            .is_cut = ARENA_ARRAY(emitter->arena, bool, item_count + 1)};
    if (arrays->arrays_count <= MOST_PARAMETERS)
        return NULL;
    list_names(&cutter, arrays);
    find_cuts(&cutter);
    size_t *stretches = ARENA_ARRAY(emitter->arena, size_t, item_count + 1);
    size_t count = cut(&cutter, stretches);
    if (count == 0)
        return NULL;
    struct text calls = {.arena = emitter->arena};
    text_write(&calls, can_fail(statements) ? "    int status;\n" : "");
    declare_locals(&cutter, stretches, count, &calls);
    for (size_t k = 0; k < count; k++)
        emit_stretch(&cutter, k ? stretches[k - 1] : 0, stretches[k], k + 1, &calls);
    text_write(&calls, "    return GRADC_OK;\n");
    return calls.bytes;
}
