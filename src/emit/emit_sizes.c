/* emit_sizes.c: the functions that look at sizes alone: whether they are valid, what workspace they need, and
 * the binding of parameters and gradients to one block. */
#include <string.h>

#include "emitter.h"

bool has_fixed_sizes(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE)
            return false;
    return true;
}

int64_t slot_alignment(const struct module *module)
{
    return module->precision == 32 ? 16 : 8;
}

size_t fixed_workspace(const struct module *module, const struct program *program)
{
    int64_t total = 0, count, unit = slot_alignment(module);
    for (size_t i = 0; program && i < program->slots_count; i++)
        if (size_is_number(program->slots[i].count, &count))
            total += (count + unit - 1) / unit * unit;
    return (size_t)total * (size_t)(module->precision / 8);
}

/* ---- Valid sizes ---- */

static const struct tree *in_double(struct emitter *emitter, const size *a)
{
    if (!emitter->in_double)
        emitter->in_double = size_spelling(emitter->lasting, emitter->function, emitter->self, true);
    return size_tree(emitter->lasting, a, SIZE_IN_DOUBLE, emitter->in_double);
}

/* A name or a number. */
static bool is_primary(const size *a)
{
    int64_t number;
    return size_name(a) || size_is_number(a, &number);
}

static const struct tree *failing(struct emitter *emitter, const struct condition *condition)
{
    size *positive, *negative;
    size_split(condition->a, &positive, &negative);
    const struct tree *p = size_c(emitter, positive), *n = size_c(emitter, negative), *test;
    const struct tree *denominator = tree_number(emitter->lasting, (long long)size_denominator(condition->a));
    if (condition->kind == CONDITION_WHOLE) {
        test = size_is(negative, 0) ? form(emitter, "($) % $ != 0", p, denominator)
                                    : form(emitter, "($) % $ != ($) % $", p, denominator, n, denominator);
    } else {
        /* In double, so that no sum or product wraps around; a quotient rounds down only in whole numbers. */
        if (!(is_primary(positive) && is_primary(negative)) && !size_has_quotient(positive) &&
            !size_has_quotient(negative)) {
            p = in_double(emitter, positive);
            n = in_double(emitter, negative);
        }
        test = form(emitter, condition->kind == CONDITION_ZERO ? "$ != $" : "$ < $", p, n);
    }
    return test;
}

/* Without what is subtracted: quotients in double are not rounded down, which must not make the total less.
 */
static size *at_most(size *total)
{
    size *positive, *negative;
    size_split(total, &positive, &negative);
    return size_has_quotient(total) ? positive : total;
}

static bool mentions_computed(const struct function *function, const size *a)
{
    for (size_t i = 0; i < function->computed_count; i++)
        if (size_depends_on(a, function->computed[i].value))
            return true;
    return false;
}

/* Whether b is never less than a. What C computes may be 0, which the order of sizes does not know. */
static bool covers(const struct function *function, size *b, size *a)
{
    size *more = size_subtract(b, a), *positive, *negative;
    size_split(more, &positive, &negative);
    return size_is(negative, 0) || (!mentions_computed(function, more) && size_nonnegative(more) == ALWAYS);
}

static size *elements_of(const struct function *function, const struct member *member)
{
    return size_product(function->graph->sizes, member->rank, member->shape);
}

/* The elements of each member, of the workspace of each entry, and of what is prepared, without those that
 * follow from others. */
static size_t list_totals(const struct module *module, const struct programs *programs, size **totals)
{
    const struct function *function = programs->function;
    struct sizes *sizes = function->graph->sizes;
    size_t all = function->members_count + ENTRY_COUNT + 1, count = 0;
    for (size_t i = 0; i < all; i++) {
        bool is_member = i < function->members_count, is_covered = false;
        size *total = is_member ? elements_of(function, &function->members[i]) : size_number(sizes, 0);
        const struct program *program =
            is_member || i + 1 == all ? NULL : programs->entries[i - function->members_count];
        for (size_t k = 0; i + 1 == all && k < function->members_count; k++)
            if (function->members[k].role == ROLE_PREPARED_VALUE)
                total = size_add(total, size_add(elements_of(function, &function->members[k]),
                                                 size_number(sizes, slot_alignment(module))));
        for (size_t k = 0; program && k < program->slots_count; k++)
            total = size_add(total,
                             size_add(program->slots[k].count, size_number(sizes, slot_alignment(module))));
        total = at_most(total);
        for (size_t k = 0; k < count && !is_covered; k++)
            is_covered = covers(function, totals[k], total);
        if (is_covered || !depends_on_sizes_of(function, total))
            continue;
        size_t kept = 0;
        for (size_t k = 0; k < count; k++)
            if (!covers(function, total, totals[k]))
                totals[kept++] = totals[k];
        totals[kept] = total;
        count = kept + 1;
    }
    return count;
}

/* Everything that is allocated, by the caller or in the workspace, must have a size that a pointer can span.
 */
static void emit_limits(struct c_file *file, const struct module *module, const struct programs *programs)
{
    struct function *function = programs->function;
    size **totals = ARENA_ARRAY(module->arena, size *, function->members_count + ENTRY_COUNT + 2);
    size_t count = list_totals(module, programs, totals);
    struct code limits = {0};
    struct emitter emitter = size_emitter(module, function, &limits);
    for (size_t i = 0; i < count; i++)
        emit_failure(&emitter,
                     form(&emitter, "$ > (double)(PTRDIFF_MAX / %d)", in_double(&emitter, totals[i]),
                          2 * module->precision / 8),
                     "GRADC_ESIZE");
    emit_computed(file, module, function, &limits);
    print_body_of(file, &limits);
}

/* a times its denominator. */
static size *whole_multiple(size *a)
{
    size *positive, *negative;
    size_split(a, &positive, &negative);
    return size_subtract(positive, negative);
}

/* Whether another condition says the same or more; of equal ones the first stays. */
static bool follows_from_others(const struct function *function, size_t i)
{
    const struct condition *conditions = function->conditions;
    size *a = whole_multiple(conditions[i].a);
    for (size_t j = 0; j < function->conditions_count; j++) {
        if (j == i || conditions[j].kind != conditions[i].kind)
            continue;
        size *b = whole_multiple(conditions[j].a);
        bool is_equal =
            conditions[i].kind == CONDITION_NONNEGATIVE ? a == b : conditions[i].a == conditions[j].a;
        if (is_equal ? j < i
                     : conditions[i].kind == CONDITION_NONNEGATIVE &&
                           size_nonnegative(size_subtract(a, b)) == ALWAYS)
            return true;
    }
    return false;
}

static void emit_check(struct c_file *file, const struct module *module, const struct programs *programs)
{
    struct function *function = programs->function;
    struct code code = {0};
    struct emitter emitter = size_emitter(module, function, &code);
    const char *self = emitter.self;
    const struct tree *test = NULL;
    if (has_fixed_sizes(function) && function->conditions_count == 0)
        return;
    text_print(&file->text,
               "/* GRADC_OK if %s can run with these sizes. Inline, so that the compiler knows them to be "
               "valid. */\nGRADC_INLINE int %s_check(const struct %s *%s)\n{\n",
               function->name, function->name, function->name, self);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE)
            test =
                joined(&emitter, test, "||", form(&emitter, "%s->%s == 0", self, function->members[i].name));
    if (test)
        emit_failure(&emitter, test, "GRADC_ESIZE");
    else
        emit_line(&emitter, "(void)%s", self);
    for (size_t i = 0; i < function->conditions_count; i++)
        if (!follows_from_others(function, i))
            emit_failure(&emitter, failing(&emitter, &function->conditions[i]), "GRADC_ESIZE");
    print_body_of(file, &code);
    emit_limits(file, module, programs);
    text_write(&file->text, "    return GRADC_OK;\n}\n\n");
}

/* ---- Workspace ---- */

/* Counts what the entry takes into `count`, which the first of them declares. */
static void emit_count(struct emitter *emitter, const struct program *program, bool is_first)
{
    struct rooms rooms = {0};
    for (size_t i = 0; i < program->slots_count; i++)
        rooms_add(emitter, &rooms, program->slots[i].count);
    emit_line(emitter, is_first ? "size_t count = $" : "count = $",
              tree_number(emitter->lasting, (long long)rooms.fixed));
    emitter->code->statements[emitter->code->statements_count - 1]->remark = entry_name(program->entry);
    for (size_t k = 0; k < rooms.kinds_count; k++)
        emit_line(emitter, "count += $", room_tree(emitter, &rooms.kinds[k]));
}

/* if (f_check(m) != GRADC_OK) return 0; */
static void emit_size_check(struct emitter *emitter, const struct function *function)
{
    if (!has_fixed_sizes(function) || function->conditions_count > 0)
        emit_failure(emitter, form(emitter, "%s_check(%s) != GRADC_OK", function->name, emitter->self), "0");
    else
        emit_line(emitter, "(void)%s", emitter->self);
}

static bool takes_workspace(const struct programs *programs, int entry)
{
    return programs->entries[entry] && programs->entries[entry]->slots_count > 0;
}

/* The most of what the entries take, beginning with that of f_gradient, which has a function of its own. */
static void emit_most(struct emitter *emitter, const struct programs *programs)
{
    bool has_gradient = takes_workspace(programs, ENTRY_GRADIENT);
    bool is_first = true;
    if (has_gradient)
        emit_line(emitter, "size_t most = %s_gradient_workspace(%s) / sizeof(%s)", emitter->function->name,
                  emitter->self, emitter->real);
    else
        emit_line(emitter, "size_t most = 0");
    for (int e = 0; e < ENTRY_COUNT; e++) {
        if (!takes_workspace(programs, e) || e == ENTRY_GRADIENT)
            continue;
        emit_count(emitter, programs->entries[e], is_first);
        is_first = false;
        emit_line(emitter, "most = count > most ? count : most");
    }
    emit_line(emitter, "return most * sizeof(%s)", emitter->real);
}

static void emit_workspace(struct c_file *file, const struct module *module, const struct programs *programs,
                           bool gradient_only)
{
    struct function *function = programs->function;
    struct code checks = {0}, totals = {0};
    struct emitter emitter = size_emitter(module, function, &checks);
    const char *kind = gradient_only ? "gradient_workspace" : "workspace";
    size_t fixed = 0;
    int takers = 0; /* entries but f_gradient */
    text_print(&file->text, "size_t %s_%s(const struct %s *%s)\n{\n", function->name, kind, function->name,
               emitter.self);
    for (int e = 0; e < ENTRY_COUNT; e++) {
        const struct program *program = programs->entries[e];
        if (!program || (gradient_only && e != ENTRY_GRADIENT))
            continue;
        size_t bytes = fixed_workspace(module, program);
        fixed = bytes > fixed ? bytes : fixed;
        takers += takes_workspace(programs, e) && e != ENTRY_GRADIENT;
    }
    bool is_fixed = has_fixed_sizes(function) || (takers == 0 && !takes_workspace(programs, ENTRY_GRADIENT));
    if (!is_fixed && !gradient_only && takers == 0) {
        text_print(&file->text, "    return %s_gradient_workspace(%s);\n}\n\n", function->name, emitter.self);
        return;
    }
    emit_size_check(&emitter, function);
    print_body_of(file, &checks);
    if (is_fixed) {
        text_print(&file->text, "    return %zu;\n}\n\n", fixed);
        return;
    }
    emitter.code = &totals;
    if (gradient_only) {
        emit_count(&emitter, programs->entries[ENTRY_GRADIENT], true);
        emit_line(&emitter, "return count * sizeof(%s)", emitter.real);
    } else {
        emit_most(&emitter, programs);
    }
    emit_computed(file, module, function, &totals);
    print_body_of(file, &totals);
    text_write(&file->text, "}\n\n");
}

/* ---- What is prepared ---- */

bool has_prepared_values(const struct function *function)
{
    size_t count = function->members_count;
    return count > 0 && function->members[count - 1].role == ROLE_PREPARED_VALUE;
}

const struct tree *prepared_rooms(struct emitter *emitter, const struct tree *start,
                                  const struct member *before)
{
    const struct function *function = emitter->function;
    struct rooms rooms = {0};
    for (size_t i = 0; i < function->members_count && &function->members[i] != before; i++)
        if (function->members[i].role == ROLE_PREPARED_VALUE)
            rooms_add(emitter, &rooms, elements_of(function, &function->members[i]));
    return rooms_behind(emitter, start, &rooms);
}

static void emit_prepared_size(struct c_file *file, const struct module *module,
                               const struct function *function)
{
    struct code checks = {0}, result = {0};
    struct emitter emitter = size_emitter(module, function, &checks);
    if (!function->entries[ENTRY_PREPARE])
        return;
    text_print(&file->text, "size_t %s_prepared_size(const struct %s *%s)\n{\n", function->name,
               function->name, emitter.self);
    emit_size_check(&emitter, function);
    print_body_of(file, &checks);
    emitter.code = &result;
    const struct tree *rooms = prepared_rooms(&emitter, NULL, NULL);
    if (rooms)
        emit_line(&emitter, "return ($) * sizeof(%s)", rooms, emitter.real);
    else
        emit_line(&emitter, "return 0");
    emit_computed(file, module, function, &result);
    print_body_of(file, &result);
    text_write(&file->text, "}\n\n");
}

/* ---- Binding ---- */

enum { ARRAYS_THAT_FIT = 2 /* together, since each has at most half of what a pointer can span */ };

/* One block has all of them, whose elements must be countable together. */
static void emit_block_limit(struct emitter *emitter, const struct module *module,
                             const struct function *function)
{
    size *total = size_number(function->graph->sizes, 0);
    int arrays = 0;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role != ROLE_GRADIENT || member->rank == 0)
            continue;
        total = size_add(total, at_most(elements_of(function, member)));
        arrays++;
    }
    if (arrays <= ARRAYS_THAT_FIT || !depends_on_sizes_of(function, total))
        return;
    emit_failure(
        emitter,
        form(emitter, "$ > (double)(PTRDIFF_MAX / %d)", in_double(emitter, total), 2 * module->precision / 8),
        "0");
}

static void emit_bind(struct c_file *file, const struct module *module, const struct programs *programs,
                      bool gradients)
{
    struct function *function = programs->function;
    struct arena *arena = module->arena;
    struct code code = {0};
    struct emitter emitter = size_emitter(module, function, &code);
    const char *self = emitter.self;
    text_print(&file->text, "size_t %s_bind_%s(struct %s *%s, %s *block)\n{\n", function->name,
               gradients ? "gradients" : "parameters", function->name, self, emitter.real);
    emit_line(&emitter, "size_t count = 0");
    if (!has_fixed_sizes(function) || function->conditions_count > 0)
        emit_size_check(&emitter, function);
    emit_block_limit(&emitter, module, function);
    bool any = false;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role != ROLE_GRADIENT || member->rank == 0)
            continue;
        struct statement *test = emit_open(&emitter, CODE_IF, NO_BRACES, "if (block)");
        emit_line(&emitter, "%s->%s = block + count", self, gradients ? member->name : member->of);
        test->body.statements[0]->remark = shape_comment(arena, member->rank, member->shape);
        close_statement(&emitter, test);
        emit_line(&emitter, "count += $", size_c(&emitter, elements_of(function, member)));
        any = true;
    }
    if (!any) {
        emit_line(&emitter, "(void)%s", self);
        emit_line(&emitter, "(void)block");
    }
    emit_line(&emitter, "return count");
    print_body_of(file, &code);
    text_write(&file->text, "}\n\n");
}

/* ---- Fixed sizes ---- */

/* Bytes of what has a fixed size whatever the others are: the largest member, gradients together, a
 * workspace. */
static size_t fixed_bytes(const struct module *module, const struct programs *programs)
{
    const struct function *function = programs->function;
    size_t most = 0, bound = 0, width = (size_t)module->precision / 8;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        int64_t number;
        if (member->rank == 0 || !size_is_number(elements_of(function, member), &number))
            continue;
        most = (size_t)number * width > most ? (size_t)number * width : most;
        bound += member->role == ROLE_GRADIENT ? (size_t)number * width : 0;
    }
    for (int e = 0; e < ENTRY_COUNT; e++) {
        size_t bytes = fixed_workspace(module, programs->entries[e]);
        most = bytes > most ? bytes : most;
    }
    return bound > most ? bound : most;
}

/* Where pointers are short, sizes that the program fixes may be too large; run-time sizes are checked when
 * they are known. */
static void emit_fixed_limit(struct text *file, const struct module *module, const struct programs *programs)
{
    size_t bytes = fixed_bytes(module, programs);
    if (bytes <= INT32_MAX)
        return;
    text_print(file, "#if PTRDIFF_MAX < %zu\n#error \"%s has arrays of %zu bytes\"\n#endif\n\n", bytes,
               programs->function->name, bytes);
}

void emit_size_functions(struct c_file *file, struct module *module, const struct programs *programs)
{
    const struct function *function = programs->function;
    bool has_gradients = false;
    for (size_t i = 0; i < function->members_count; i++)
        has_gradients = has_gradients || function->members[i].role == ROLE_GRADIENT;
    emit_fixed_limit(&file->text, module, programs);
    emit_computing(file, module, function);
    emit_check(file, module, programs);
    if (programs->entries[ENTRY_GRADIENT])
        emit_workspace(file, module, programs, true);
    emit_workspace(file, module, programs, false);
    emit_prepared_size(file, module, function);
    if (has_gradients) {
        emit_bind(file, module, programs, false);
        emit_bind(file, module, programs, true);
    }
}
