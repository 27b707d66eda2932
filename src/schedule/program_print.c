/* program_print.c: a loop program as text, for whoever looks for a fault in it.
 *
 *     f_gradient
 *       buffers
 *         %3: real[n]             n reals, workspace 0, alive 0 to 9
 *         d_W: real[n, n]         member d_W, alive 10 to 15, where d_W is wanted
 *       program
 *         0   for i < n
 *         1       start %3 = 0
 *         2       for j < n
 *         3           %3[i] += W[i, j] * x[j]
 *
 * The number before a line is that of its item in preorder, by which buffers tell when they are alive. Before
 * there is a tree each nest is one line, `for i < n, j < n: statement`; before there are nests, the nodes
 * with what has been decided on them. */
#include <string.h>

#include "program_text.h"

struct printer {
    FILE *file;
    struct program_text text;
    enum pass pass;
};

/* Under a condition, if that is not the one around it. */
static void end_line(struct printer *printer, guard wanted, guard around)
{
    const char *members = wanted != around ? guard_title(&printer->text, wanted) : NULL;
    if (members)
        fprintf(printer->file, "   where %s %s wanted\n", members, strchr(members, ',') ? "are" : "is");
    else
        fputc('\n', printer->file);
}

/* ---- Nodes ---- */

static void print_node(struct printer *printer, const struct node *node)
{
    struct program *program = printer->text.program;
    const char *type = type_title(&printer->text, node->type, node->rank, node->shape, 0);
    const char *head = arena_print(printer->text.arena, "%s: %s", value_name(&printer->text, node), type);
    fprintf(printer->file, "    %-28s %s", head, operator_info(node->op)->name);
    for (int i = 0; i < node->input_count; i++)
        fprintf(printer->file, "%s%s", i ? ", " : " ", value_name(&printer->text, node->inputs[i]));
    if (printer->pass >= PASS_MATERIALISE && !is_leaf(node))
        fputs(program->is_material[node->id] ? "; has a buffer" : "; written out where it is read",
              printer->file);
    if (program->is_part && program->is_part[node->id])
        fputs("; added where its reader is", printer->file);
    if (program->owner[node->id])
        fprintf(printer->file, "; in the rounds of %%%d", program->owner[node->id]->id);
    if (printer->pass >= PASS_REUSE && program->reused[node->id])
        fprintf(printer->file, "; in the place of %s", value_name(&printer->text, program->reused[node->id]));
    end_line(printer, program->wanted[node->id], ALWAYS_WANTED);
}

static void print_nodes(struct printer *printer)
{
    struct program *program = printer->text.program;
    for (size_t i = 0; i < program->node_count; i++)
        if (program->is_live[i])
            print_node(printer, program->function->graph->nodes[i]);
}

/* ---- Buffers ---- */

static const char *place_title(struct printer *printer, const struct buffer *buffer)
{
    struct arena *arena = printer->text.arena;
    const char *title = "", *room = "";
    if (buffer->slot >= 0)
        room = arena_print(arena, "workspace %d", buffer->slot);
    if (buffer->row)
        title = arena_print(arena, "in %s[%s]", buffer_title(&printer->text, buffer->alias_of),
                            size_title(&printer->text, buffer->row));
    else if (buffer->alias_of && !buffer->has_own_name)
        title = arena_print(arena, "in %s", buffer_title(&printer->text, buffer->alias_of));
    else if (buffer->storage == STORAGE_MEMBER)
        title = arena_print(arena, "member %s%s%s", buffer->member->name, *room ? ", if NULL " : "", room);
    else if (buffer->storage == STORAGE_STRUCT)
        title = arena_print(arena, "member %s, by value", buffer->member->name);
    else
        title = buffer->storage == STORAGE_SCALAR ? "variable" : room;
    if (buffer->has_own_name)
        title = arena_print(arena, "%s, over %s", title, buffer_title(&printer->text, buffer->alias_of));
    return title;
}

static void print_life(struct printer *printer, const struct buffer *buffer)
{
    if (buffer->is_earlier)
        fputs(", left by forward", printer->file);
    if (buffer->is_kept)
        fputs(", kept for backward", printer->file);
    if (buffer->lanes)
        fprintf(printer->file, ", for %d lanes", LANES);
    if (buffer->block)
        fputs(", the rows of one block", printer->file);
    if (buffer->is_earlier || !toucher(buffer, 0))
        return;
    fprintf(printer->file, ", alive %zu to %zu", buffer->first, buffer->last);
    if (buffer->scope && buffer->scope->parent)
        fprintf(printer->file, " in each round of %zu", buffer->scope->first);
}

static void print_buffer(struct printer *printer, const struct buffer *buffer)
{
    struct program_text *text = &printer->text;
    const struct node *node = buffer->node;
    const char *type =
        type_title(text, buffer->type, node ? node->rank : 0, node ? node->shape : NULL, buffer->dropped);
    const char *head = arena_print(text->arena, "%s: %s", buffer_title(text, buffer), type);
    fprintf(printer->file, "    %-28s", head);
    if (printer->pass >= PASS_PLACE) {
        bool is_array = buffer->storage == STORAGE_WORKSPACE || buffer->storage == STORAGE_MEMBER;
        if (is_array && !(node && node->rank == 0))
            fprintf(printer->file, " %s elements,", size_title(text, buffer_count(text->program, buffer)));
        fprintf(printer->file, " %s", place_title(printer, buffer));
        print_life(printer, buffer);
    } else {
        fprintf(printer->file, " written by %zu, read by %zu", buffer->writers_count, buffer->readers_count);
    }
    end_line(printer, buffer->guard, ALWAYS_WANTED);
}

static void print_buffers(struct printer *printer)
{
    struct program *program = printer->text.program;
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (program->all_buffers[i]->is_earlier || program->all_buffers[i]->lanes ||
            !program->all_buffers[i]->node || program->all_buffers[i]->writers_count > 0)
            print_buffer(printer, program->all_buffers[i]);
    for (size_t i = 0; i < program->slots_count; i++) {
        const struct slot *slot = &program->slots[i];
        fprintf(printer->file, "    workspace %zu: %s elements%s%s\n", i,
                size_title(&printer->text, slot->count), slot->is_kept ? ", kept for backward" : "",
                slot->is_for_chunks ? ", for chunks of rounds" : "");
    }
}

/* Sizes that the emitted C computes from others. */
static void print_sizes(struct printer *printer)
{
    static const char *const rules[] = {[BLOCK_ROWS] = "block",
                                        [FEW_ROWS] = "few",
                                        [LOOP_CHUNKS] = "chunks",
                                        [CHUNK_COPIES] = "copies",
                                        [ROOT_ROUNDS] = "root"};
    const struct function *function = printer->text.program->function;
    for (size_t i = 0; i < function->computed_count; i++) {
        const struct computed_size *computed = &function->computed[i];
        fprintf(printer->file, "    %s: gradc_%s", size_title(&printer->text, computed->value),
                rules[computed->computation]);
        for (int j = 0; j < computed->argument_count; j++)
            fprintf(printer->file, "%s%s", j ? ", " : "(",
                    size_title(&printer->text, computed->arguments[j]));
        fputs(")\n", printer->file);
    }
}

/* ---- The tree ---- */

static const char *identity_of(const struct nest *nest)
{
    switch (nest->node ? nest->node->op : OP_SUM) {
    case OP_PRODUCT:
    case OP_ALL: return "1";
    case OP_MAXIMUM:
    case OP_ARGMAX: return "-inf";
    case OP_MINIMUM:
    case OP_ARGMIN: return "inf";
    default: return "0";
    }
}

/* Items have numbers once buffers have places. */
static void begin_line(struct printer *printer, const struct item *item, int depth)
{
    if (item && printer->pass >= PASS_PLACE)
        fprintf(printer->file, "%6zu  %*s", item->first, 4 * depth, "");
    else
        fprintf(printer->file, "%6s  %*s", "", 4 * depth, "");
}

static void print_statement(struct printer *printer, struct nest *nest, const struct item *item, int depth)
{
    begin_line(printer, item, depth);
    fprintf(printer->file, "%s%s", nest->is_void ? "unnecessary: " : "",
            statement_title(&printer->text, nest));
    end_line(printer, nest->guard, item->parent->guard);
}

static void print_starts(struct printer *printer, const struct item *loop, int depth)
{
    for (size_t i = 0; i < loop->before_count; i++) {
        begin_line(printer, NULL, depth);
        fprintf(printer->file, "start %s = %s", buffer_title(&printer->text, loop->before[i]->target),
                identity_of(loop->before[i]));
        end_line(printer, loop->before[i]->guard, loop->parent->guard);
    }
}

static void print_ends(struct printer *printer, const struct item *loop, int depth)
{
    for (size_t i = 0; i < loop->behind_count; i++) {
        begin_line(printer, NULL, depth);
        fprintf(printer->file, "end %s", buffer_title(&printer->text, loop->behind[i]->target));
        end_line(printer, loop->behind[i]->guard, loop->parent->guard);
    }
}

static void print_chunks(struct printer *printer, const struct chunks *chunks)
{
    fprintf(printer->file, ", threads in %s chunks", size_title(&printer->text, chunks->count));
    for (size_t i = 0; i < chunks->owns_count; i++)
        fprintf(printer->file, "%s%s", i ? ", " : ", each with its ",
                buffer_title(&printer->text, chunks->owns[i].buffer));
}

static const char *const kinds[] = {[LOOP_SERIAL] = "",
                                    [LOOP_INDEPENDENT] = ", in any order",
                                    [LOOP_UNROLLED] = ", unrolled",
                                    [LOOP_ROLLED] = ", not unrolled",
                                    [LOOP_SUM] = ", in parts",
                                    [LOOP_SHORT_SUM] = ", a short sum",
                                    [LOOP_SUMS] = ", sums in parts",
                                    [LOOP_LANES] = ", in lanes",
                                    [LOOP_LANE] = "",
                                    [LOOP_VECTORS] = ", in vectors"};

static void print_loop(struct printer *printer, const struct item *loop, int depth)
{
    begin_line(printer, loop, depth);
    fprintf(printer->file, "for %s < %s", size_title(&printer->text, loop->variable),
            size_title(&printer->text, loop->extent));
    if (loop->work)
        fprintf(printer->file, ", threads share its work of %s", size_title(&printer->text, loop->work));
    if (loop->chunks)
        print_chunks(printer, loop->chunks);
    fputs(kinds[loop->loop_kind], printer->file);
    end_line(printer, loop->guard, loop->parent->guard);
}

static void print_region(struct printer *printer, const struct item *region, int depth)
{
    const struct loop *loop = region->nest->node->loop;
    begin_line(printer, region, depth);
    if (loop->is_branch)
        fputs(is_second_side(region) ? "otherwise once" : "once", printer->file);
    else
        fprintf(printer->file, "rounds %s in %s..%s%s", size_title(&printer->text, loop->variable),
                size_title(&printer->text, loop->begin), size_title(&printer->text, loop->end),
                loop->reverse ? ", backwards" : "");
    fputs(kinds[region->loop_kind], printer->file);
    fprintf(printer->file, "   of %%%d", region->nest->node->id);
    end_line(printer, region->guard, region->parent->guard);
}

static void print_items(struct printer *printer, const struct item *parent, int depth)
{
    for (size_t i = 0; i < parent->body_count; i++) {
        const struct item *item = parent->body[i];
        switch (item->kind) {
        case ITEM_STATEMENT: print_statement(printer, item->nest, item, depth); continue;
        case ITEM_REGION: print_region(printer, item, depth); break;
        case ITEM_BLOCK:
            print_starts(printer, item, depth);
            begin_line(printer, item, depth);
            fprintf(printer->file, "for rows from %s, %s of %s at a time\n",
                    size_title(&printer->text, item->block->first),
                    size_title(&printer->text, item->block->length),
                    size_title(&printer->text, item->block->extent));
            break;
        case ITEM_LOOP:
            print_starts(printer, item, depth);
            print_loop(printer, item, depth);
            break;
        }
        print_items(printer, item, depth + 1);
        if (item->kind != ITEM_REGION)
            print_ends(printer, item, depth);
    }
}

/* ---- Before there is a tree ---- */

static void print_waiting(struct printer *printer, const struct item *container, int depth)
{
    for (size_t i = 0; i < container->waiting_count; i++) {
        struct nest *nest = container->waiting[i];
        if (nest->kind == NEST_REGION) {
            print_region(printer, nest->item, depth);
            print_waiting(printer, nest->item, depth + 1);
            continue;
        }
        begin_line(printer, NULL, depth);
        for (int d = 0; d < nest->loop_count; d++) {
            size *extent = nest->extents[nest->order[d]];
            fprintf(printer->file, "%s%s < %s%s", d ? ", " : "for ",
                    size_title(&printer->text, program_variable(printer->text.program, d, extent)),
                    size_title(&printer->text, extent), d == nest->loop_count - 1 ? ": " : "");
        }
        fputs(statement_title(&printer->text, nest), printer->file);
        if (nest->block)
            fprintf(printer->file, "   in blocks of %s", size_title(&printer->text, nest->block->length));
        end_line(printer, nest->guard, container->guard);
    }
}

void program_print(FILE *file, struct program *program, enum pass pass)
{
    struct arena *arena = arena_new_in(program->arena);
    struct printer printer = {file, program_text_new(arena, program), pass};
    fprintf(file, "%s_%s\n", program->function->name, entry_name(program->entry));
    if (pass < PASS_SCHEDULE) {
        fputs("  values\n", file);
        print_nodes(&printer);
    } else {
        fputs("  buffers\n", file);
        print_buffers(&printer);
        print_sizes(&printer);
        fputs("  program\n", file);
        if (pass < PASS_FUSE)
            print_waiting(&printer, program->root, 0);
        else
            print_items(&printer, program->root, 0);
    }
    arena_free(arena);
}

/* ---- All programs ---- */

struct shown {
    FILE *file;
    const char *pass; /* "all": each */
};

static void show_program(void *closure, enum pass pass, struct program *program)
{
    const struct shown *shown = closure;
    bool is_each = strcmp(shown->pass, "all") == 0;
    if (is_each)
        fprintf(shown->file, "after %s: ", pass_name((int)pass));
    if (is_each || strcmp(shown->pass, pass_name((int)pass)) == 0)
        program_print(shown->file, program, pass);
}

void print_programs(FILE *file, struct module *module, const char *pass)
{
    struct shown shown = {file, pass ? pass : pass_name(PASS_COUNT - 1)};
    const struct watch watch = {show_program, &shown};
    for (size_t i = 0; i < module->functions_count; i++) {
        struct programs programs = {0};
        build_programs_watched(module, module->functions[i], &programs, &watch);
    }
}
