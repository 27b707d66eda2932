/* emit_chunks.c: loops whose rounds threads share in chunks, as chunks.c has decided:
 *
 *     GRADC_PARALLEL(chunk, chunks, D * N, {
 *         const size_t begin = gradc_first(chunk, chunks, N, 1);
 *         const size_t end = gradc_first(chunk + 1, chunks, N, 1);
 *         double *const d_b_own = chunk > 0 ? d_b_others + (chunk - 1) * D : d_b;
 *         if (chunk > 0)
 *             memset(d_b_own, 0, D * sizeof(double));
 *         for (size_t i = begin; i < end; i++)
 *             ...
 *     });
 *     GRADC_ADD_CHUNKS(d_b, d_b_others, D, chunks);
 *
 * While the rounds are printed, what each chunk has for itself goes by its own name. */
#include "emitter.h"

/* What an own value is called outside and inside of the chunks. */
struct renamed {
    const char **name; /* where the emitter looks it up */
    const char *outside, *inside, *others;
};

/* Where the rounds' sum is formed: an array, or a local variable. */
static const char **place_of_name(struct emitter *emitter, const struct own *own)
{
    struct nest *nest = own->added_by;
    if (nest && nest->kind == NEST_REDUCE && nest->first_trailing == 0) {
        accumulator(emitter, nest);
        return own->buffer->storage == STORAGE_SCALAR ? &own->buffer->name : &nest->accumulator;
    }
    buffer_name(emitter, own->buffer);
    return &array_of(own->buffer)->name;
}

static bool is_local(const struct own *own)
{
    const struct nest *nest = own->added_by;
    return nest && nest->kind == NEST_REDUCE && nest->first_trailing == 0;
}

static void name_own(struct emitter *emitter, const struct own *own, struct renamed *renamed)
{
    struct arena *arena = emitter->arena;
    renamed->name = place_of_name(emitter, own);
    renamed->outside = *renamed->name;
    renamed->inside = names_take(emitter->names, arena_print(arena, "%s_own", renamed->outside));
    bool has_name = own->copies && own->copies->name;
    renamed->others = has_name
                          ? own->copies->name
                          : names_take(emitter->names, arena_print(arena, "%s_others", renamed->outside));
    if (own->copies && !is_local(own)) {
        own->copies->name = renamed->others;
        own->copies->is_read = true;
        array_of(own->buffer)->is_read = true;
    }
}

static const struct tree *stride_factor(struct emitter *emitter, const struct own *own)
{
    return size_factor(emitter, own->stride);
}

static void declare_own(struct emitter *emitter, const struct own *own, const struct renamed *renamed,
                        const char *chunk)
{
    const char *type = c_type(emitter, own->buffer->type);
    const struct tree *stride = stride_factor(emitter, own);
    if (is_local(own) && keeps_parts(own->added_by)) {
        declare_parts(emitter, own->added_by, renamed->outside);
    } else if (is_local(own)) {
        emit_line(emitter, "%s %s = $", type, renamed->inside, identity_of(emitter, own->added_by->node));
    } else if (!own->added_by) {
        emit_line(emitter, "%s *const %s = GRADC_OWN(%s, %s, %s, $)", type, renamed->inside, chunk,
                  renamed->outside, renamed->others, stride);
    } else {
        emit_line(
            emitter, "%s *const %s = %s > 0 ? %s + $ : %s", type, renamed->inside, chunk, renamed->others,
            tree_append(emitter->lasting, form(emitter, "(%s - 1)", chunk), "*", stride), renamed->outside);
        struct statement *test = emit_open(emitter, CODE_IF, NO_BRACES, "if (%s > 0)", chunk);
        emit_line(emitter, "memset(%s, 0, $ * sizeof(%s))", renamed->inside, stride, type);
        close_statement(emitter, test);
    }
}

/* At the end of a chunk. */
static void give_local(struct emitter *emitter, struct nest *nest, const struct renamed *renamed,
                       const char *chunk)
{
    if (!nest->sums) {
        emit_line(emitter, "%s[%s] = %s", renamed->others, chunk, renamed->inside);
        return;
    }
    emit_line(emitter, "%s[%s] = 0", renamed->others, chunk);
    emit_as(emitter, CODE_COLLECT, "GRADC_TOTAL(%s[%s], %s)", renamed->others, chunk, nest->sums);
    nest->sums = NULL;
}

/* Behind all chunks: local variables. */
static void combine_locals(struct emitter *emitter, const struct chunks *in, const struct renamed *renamed,
                           const char *chunk, const struct tree *chunks)
{
    struct statement *all =
        open_statement(emitter, CODE_FOR, "for (size_t %s = 0; %s < $; %s++)", chunk, chunk, chunks, chunk);
    for (size_t i = 0; i < in->owns_count; i++)
        if (is_local(&in->owns[i]))
            accumulate(emitter, in->owns[i].added_by->node, in->owns[i].buffer->type,
                       tree_name(emitter->lasting, renamed[i].outside),
                       form(emitter, "%s[%s]", renamed[i].others, chunk));
    close_statement(emitter, all);
    all->braces = BRACES_IF_LONG;
    if (all->body.statements_count > 0)
        code_append(emitter->lasting, emitter->code, all);
}

/* Behind all chunks: an array. */
static void combine_own(struct emitter *emitter, const struct own *own, const struct renamed *renamed,
                        const struct tree *chunks)
{
    struct guarded guarded;
    if (!own->added_by || is_local(own))
        return;
    begin_guarded(emitter, &guarded, own->added_by->guard);
    emit_as(emitter, CODE_ADD, "GRADC_ADD_CHUNKS(%s, %s, $, $)", renamed->outside, renamed->others,
            stride_factor(emitter, own), chunks);
    end_guarded(emitter, &guarded);
}

/* The statements for one chunk. */
static void emit_chunk(struct emitter *emitter, const struct item *loop, const struct renamed *renamed,
                       const char *chunk, const struct tree *chunks)
{
    const struct chunks *in = loop->chunks;
    const struct tree *extent = size_c(emitter, loop->extent);
    const char *begin = names_take(emitter->names, "begin"), *end = names_take(emitter->names, "end");
    struct range range = {tree_name(emitter->lasting, begin), tree_name(emitter->lasting, end)};
    const char *step = loop->loop_kind == LOOP_LANES ? "GRADC_LANES" : "1";
    emit_line(emitter, "const size_t %s = gradc_first(%s, $, $, %s)", begin, chunk, chunks, extent, step);
    emit_line(emitter, "const size_t %s = gradc_first(%s + 1, $, $, %s)", end, chunk, chunks, extent, step);
    for (size_t i = 0; i < in->owns_count; i++) {
        declare_own(emitter, &in->owns[i], &renamed[i], chunk);
        *renamed[i].name = renamed[i].inside;
    }
    emitter->range = &range;
    emit_rounds(emitter, loop);
    emitter->range = NULL;
    for (size_t i = 0; i < in->owns_count; i++) {
        *renamed[i].name = renamed[i].outside;
        if (is_local(&in->owns[i]))
            give_local(emitter, in->owns[i].added_by, &renamed[i], chunk);
    }
}

void emit_in_chunks(struct emitter *emitter, const struct item *loop)
{
    const struct chunks *in = loop->chunks;
    struct renamed *renamed = ARENA_ARRAY(emitter->arena, struct renamed, in->owns_count + 1);
    const struct tree *chunks = size_factor(emitter, in->count);
    struct round_name *round = take_round_name(emitter, "chunk");
    if (loop->loop_kind == LOOP_LANES)
        name_panels(emitter, loop);
    for (size_t i = 0; i < in->owns_count; i++) {
        name_own(emitter, &in->owns[i], &renamed[i]);
        if (is_local(&in->owns[i]))
            emit_line(emitter, "%s %s[GRADC_MOST_COPIES]", c_type(emitter, in->owns[i].buffer->type),
                      renamed[i].others);
    }
    struct statement *parallel = emit_open(emitter, CODE_MACRO, BRACES, "GRADC_PARALLEL(%s, $, $)",
                                           round->name, chunks, size_c(emitter, in->work));
    emit_chunk(emitter, loop, renamed, round->name, chunks);
    close_statement(emitter, parallel);
    combine_locals(emitter, in, renamed, round->name, chunks);
    for (size_t i = 0; i < in->owns_count; i++)
        combine_own(emitter, &in->owns[i], &renamed[i], chunks);
    round->is_taken = false;
}
