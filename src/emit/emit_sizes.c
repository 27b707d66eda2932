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

static const char *real_type(const struct module *module)
{
    return module->precision == 32 ? "float" : "double";
}

/* ---- Valid sizes ---- */

void spell_sizes(struct arena *arena, const struct function *function, const char *format)
{
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_SIZE)
            size_set_c_name(member->extent, format ? arena_print(arena, format, member->name) : NULL);
    }
}

static const char *print_c(struct arena *arena, const size *a)
{
    return size_print(arena, a, SIZE_C);
}

static const char *print_c_real(struct arena *arena, const size *a)
{
    return size_print(arena, a, SIZE_C_REAL);
}

/* A name or a number. */
static bool is_primary(const size *a)
{
    int64_t number;
    return size_name(a) || size_is_number(a, &number);
}

static const char *failing_text(struct arena *arena, const struct function *function,
                                const struct condition *condition, const char *self)
{
    size *positive, *negative;
    size_split(condition->a, &positive, &negative);
    const char *as_count = arena_print(arena, "%s->%%s", self),
               *as_real = arena_print(arena, "(double)%s->%%s", self);
    spell_sizes(arena, function, as_count);
    const char *p = print_c(arena, positive), *n = print_c(arena, negative), *text;
    int64_t nothing;
    long long denominator = (long long)size_denominator(condition->a);
    if (condition->kind == CONDITION_WHOLE) {
        text = size_is_number(negative, &nothing) && nothing == 0
                   ? arena_print(arena, "(%s) %% %lld != 0", p, denominator)
                   : arena_print(arena, "(%s) %% %lld != (%s) %% %lld", p, denominator, n, denominator);
    } else {
        /* In double, so that no sum or product wraps around; a quotient rounds down only in whole numbers. */
        if (!(is_primary(positive) && is_primary(negative)) && !size_has_quotient(positive) &&
            !size_has_quotient(negative)) {
            spell_sizes(arena, function, as_real);
            p = print_c_real(arena, positive);
            n = print_c_real(arena, negative);
        }
        text = arena_print(arena, condition->kind == CONDITION_ZERO ? "%s != %s" : "%s < %s", p, n);
    }
    spell_sizes(arena, function, NULL);
    return text;
}

static bool mentions_size(const struct function *function, const size *a)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE && size_depends_on(a, function->members[i].extent))
            return true;
    return false;
}

/* ---- Sizes computed from others ---- */

const char *computed_name(const struct computed_size *computed)
{
    static const char *const names[] = {"block", "block", "chunks", "copies", "root"};
    return names[computed->computation];
}

/* gradc_block(N, D) */
static const char *computation_text(struct arena *arena, const struct computed_size *computed)
{
    static const char *const functions[] = {"gradc_block", "gradc_few", "gradc_chunks", "gradc_copies",
                                            "gradc_root"};
    const char *text = functions[computed->computation];
    for (int i = 0; i < computed->argument_count; i++)
        text = arena_print(arena, "%s%s%s", text, i ? ", " : "(", print_c(arena, computed->arguments[i]));
    return arena_print(arena, "%s)", text);
}

enum { LONG_COMPUTATION = 200 };

/* One of many sizes, such as the widest of all layers, is a function; many functions may ask for it. */
static bool is_long(struct arena *arena, const struct computed_size *computed)
{
    size_t length = 0;
    for (int i = 0; i < computed->argument_count; i++)
        length += strlen(size_print(arena, computed->arguments[i], SIZE_LANGUAGE));
    return length > LONG_COMPUTATION;
}

static const char *computing_function(struct arena *arena, const struct function *function, size_t i)
{
    return arena_print(arena, "%s_%s_%zu", function->name, computed_name(&function->computed[i]), i);
}

static void add_line(struct arena *arena, struct code *code, const char *text)
{
    struct statement *statement = ARENA_NEW(arena, struct statement);
    statement->text = text;
    code_append(arena, code, statement);
}

void computed_sizes(struct arena *arena, const struct function *function, struct names *mentioned,
                    struct code *code)
{
    struct code backwards = {0};
    for (size_t i = function->computed_count; i-- > 0;) {
        const struct computed_size *computed = &function->computed[i];
        const char *name = print_c(arena, computed->value);
        if (!names_has(mentioned, name))
            continue;
        const char *text =
            is_long(arena, computed)
                ? arena_print(arena, "%s(%s)", computing_function(arena, function, i), pointer_name(function))
                : computation_text(arena, computed);
        text = arena_print(arena, "const size_t %s = %s;", name, text);
        names_add_text(mentioned, text);
        add_line(arena, &backwards, text);
    }
    for (size_t i = backwards.statements_count; i-- > 0;)
        code_append(arena, code, backwards.statements[i]);
}

static void print_computed(struct text *file, struct arena *arena, const struct function *function,
                           const char *text)
{
    struct code code = {0};
    computed_sizes(arena, function, names_of_text(arena, text), &code);
    code_print(file, &code, 4);
}

/* Declares those that the text mentions, from the struct's members. */
static void emit_computed(struct text *file, const struct module *module, const struct function *function,
                          const char *text)
{
    spell_sizes(module->arena, function, arena_print(module->arena, "%s->%%s", pointer_name(function)));
    print_computed(file, module->arena, function, text);
    spell_sizes(module->arena, function, NULL);
}

/* The functions that compute sizes. */
static void emit_computing(struct text *file, const struct module *module, const struct function *function)
{
    struct arena *arena = module->arena;
    const char *self = pointer_name(function);
    for (size_t i = 0; i < function->computed_count; i++) {
        if (!is_long(arena, &function->computed[i]))
            continue;
        struct text line = {.arena = arena};
        spell_sizes(arena, function, arena_print(arena, "%s->%%s", self));
        text_line(&line, 4,
                  arena_print(arena, "return %s;", computation_text(arena, &function->computed[i])));
        text_print(file, "GRADC_INLINE size_t %s(const struct %s *%s)\n{\n",
                   computing_function(arena, function, i), function->name, self);
        print_computed(file, arena, function, line.bytes);
        spell_sizes(arena, function, NULL);
        text_print(file, "%s}\n\n", line.bytes);
    }
}

static void emit_failing(struct text *file, struct arena *arena, const char *condition)
{
    text_line(file, 4, arena_print(arena, "if (%s)", condition));
    text_write(file, "        return GRADC_ESIZE;\n");
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
    int64_t number;
    size_split(more, &positive, &negative);
    return (size_is_number(negative, &number) && number == 0) ||
           (!mentions_computed(function, more) && size_nonnegative(more) == ALWAYS);
}

static size *elements_of(const struct function *function, const struct member *member)
{
    size *count = size_number(function->graph->sizes, 1);
    for (int a = 0; a < member->rank; a++)
        count = size_multiply(count, member->shape[a]);
    return count;
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
        size *total = size_number(sizes, is_member ? 1 : 0);
        for (int a = 0; is_member && a < function->members[i].rank; a++)
            total = size_multiply(total, function->members[i].shape[a]);
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
        if (is_covered || !mentions_size(function, total))
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
static void emit_limits(struct text *file, const struct module *module, const struct programs *programs,
                        const char *self)
{
    struct arena *arena = module->arena;
    struct function *function = programs->function;
    size **totals = ARENA_ARRAY(arena, size *, function->members_count + ENTRY_COUNT + 2);
    size_t count = list_totals(module, programs, totals);
    struct text limits = {.arena = arena};
    text_write(&limits, "");
    spell_sizes(arena, function, arena_print(arena, "(double)%s->%%s", self));
    for (size_t i = 0; i < count; i++)
        emit_failing(&limits, arena,
                     arena_print(arena, "%s > (double)(PTRDIFF_MAX / %d)", print_c_real(arena, totals[i]),
                                 2 * module->precision / 8));
    spell_sizes(arena, function, NULL);
    emit_computed(file, module, function, limits.bytes);
    text_write(file, limits.bytes);
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

static void emit_check(struct text *file, const struct module *module, const struct programs *programs)
{
    struct function *function = programs->function;
    const char *self = pointer_name(function);
    const char *test = NULL;
    if (has_fixed_sizes(function) && function->conditions_count == 0)
        return;
    text_print(file,
               "/* GRADC_OK if %s can run with these sizes. Inline, so that the compiler knows them to be "
               "valid. */\nGRADC_INLINE int %s_check(const struct %s *%s)\n{\n",
               function->name, function->name, function->name, self);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE) {
            const char *zero = arena_print(module->arena, "%s->%s == 0", self, function->members[i].name);
            test = test ? arena_print(module->arena, "%s || %s", test, zero) : zero;
        }
    if (test)
        emit_failing(file, module->arena, test);
    else
        text_print(file, "    (void)%s;\n", self);
    for (size_t i = 0; i < function->conditions_count; i++)
        if (!follows_from_others(function, i))
            emit_failing(file, module->arena,
                         failing_text(module->arena, function, &function->conditions[i], self));
    emit_limits(file, module, programs, self);
    text_write(file, "    return GRADC_OK;\n}\n\n");
}

/* ---- Workspace ---- */

/* count += room for the slots, equal ones together. */
static void emit_total(struct text *file, const struct module *module, const struct program *program)
{
    struct arena *arena = module->arena;
    size **counts = ARENA_ARRAY(arena, size *, program->slots_count + 1);
    int *times = ARENA_ARRAY(arena, int, program->slots_count + 1);
    size_t kinds = 0;
    for (size_t i = 0; i < program->slots_count; i++) {
        size_t k = 0;
        while (k < kinds && counts[k] != program->slots[i].count)
            k++;
        if (k == kinds)
            counts[kinds++] = program->slots[i].count;
        times[k]++;
    }
    text_print(file, "    count = 0; /* %s */\n", entry_name(program->entry));
    for (size_t k = 0; k < kinds; k++)
        text_line(file, 4,
                  arena_print(arena,
                              times[k] > 1 ? "count += %d * gradc_room(%s);" : "count += %.0dgradc_room(%s);",
                              times[k] > 1 ? times[k] : 0, print_c(arena, counts[k])));
    text_write(file, "    most = count > most ? count : most;\n");
}

static void emit_workspace(struct text *file, const struct module *module, const struct programs *programs,
                           bool gradient_only)
{
    struct function *function = programs->function;
    const char *self = pointer_name(function);
    const char *kind = gradient_only ? "gradient_workspace" : "workspace";
    size_t fixed = 0;
    bool any = false;
    text_print(file, "size_t %s_%s(const struct %s *%s)\n{\n", function->name, kind, function->name, self);
    for (int e = 0; e < ENTRY_COUNT; e++) {
        const struct program *program = programs->entries[e];
        if (!program || (gradient_only && e != ENTRY_GRADIENT))
            continue;
        size_t bytes = fixed_workspace(module, program);
        fixed = bytes > fixed ? bytes : fixed;
        any = any || program->slots_count > 0;
    }
    if (!has_fixed_sizes(function) || function->conditions_count > 0)
        text_print(file, "    if (%s_check(%s) != GRADC_OK)\n        return 0;\n", function->name, self);
    else
        text_print(file, "    (void)%s;\n", self);
    if (has_fixed_sizes(function) || !any) {
        text_print(file, "    return %zu;\n}\n\n", fixed);
        return;
    }
    struct text totals = {.arena = module->arena};
    text_write(&totals, "");
    spell_sizes(module->arena, function, arena_print(module->arena, "%s->%%s", self));
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (programs->entries[e] && programs->entries[e]->slots_count > 0 &&
            (!gradient_only || e == ENTRY_GRADIENT))
            emit_total(&totals, module, programs->entries[e]);
    spell_sizes(module->arena, function, NULL);
    emit_computed(file, module, function, totals.bytes);
    text_print(file, "    size_t count, most = 0;\n%s    return most * sizeof(%s);\n}\n\n", totals.bytes,
               real_type(module));
}

/* ---- What is prepared ---- */

bool has_prepared_values(const struct function *function)
{
    size_t count = function->members_count;
    return count > 0 && function->members[count - 1].role == ROLE_PREPARED_VALUE;
}

const char *prepared_rooms(const struct module *module, const struct function *function,
                           const struct member *before)
{
    struct arena *arena = module->arena;
    size **counts = ARENA_ARRAY(arena, size *, function->members_count + 1);
    int64_t *times = ARENA_ARRAY(arena, int64_t, function->members_count + 1), offset = 0, number,
            unit = slot_alignment(module);
    size_t kinds = 0;
    for (size_t i = 0; i < function->members_count && &function->members[i] != before; i++) {
        if (function->members[i].role != ROLE_PREPARED_VALUE)
            continue;
        size *count = elements_of(function, &function->members[i]);
        size_t k = 0;
        if (size_is_number(count, &number)) {
            offset += (number + unit - 1) / unit * unit;
            continue;
        }
        while (k < kinds && counts[k] != count)
            k++;
        if (k == kinds)
            counts[kinds++] = count;
        times[k]++;
    }
    const char *text = offset ? arena_print(arena, "%lld", (long long)offset) : "";
    for (size_t k = 0; k < kinds; k++) {
        const char *many = times[k] > 1 ? arena_print(arena, "%lld * ", (long long)times[k]) : "";
        text = arena_print(arena, "%s%s%sgradc_room(%s)", text, *text ? " + " : "", many,
                           print_c(arena, counts[k]));
    }
    return text;
}

static void emit_prepared_size(struct text *file, const struct module *module,
                               const struct function *function)
{
    const char *self = pointer_name(function);
    if (!function->entries[ENTRY_PREPARE])
        return;
    text_print(file, "size_t %s_prepared_size(const struct %s *%s)\n{\n", function->name, function->name,
               self);
    if (!has_fixed_sizes(function) || function->conditions_count > 0)
        text_print(file, "    if (%s_check(%s) != GRADC_OK)\n        return 0;\n", function->name, self);
    else
        text_print(file, "    (void)%s;\n", self);
    spell_sizes(module->arena, function, arena_print(module->arena, "%s->%%s", self));
    const char *rooms = prepared_rooms(module, function, NULL);
    spell_sizes(module->arena, function, NULL);
    emit_computed(file, module, function, rooms);
    if (*rooms)
        text_line(file, 4, arena_print(module->arena, "return (%s) * sizeof(%s);", rooms, real_type(module)));
    else
        text_write(file, "    return 0;\n");
    text_write(file, "}\n\n");
}

/* ---- Binding ---- */

enum { ARRAYS_THAT_FIT = 2 /* together, since each has at most half of what a pointer can span */ };

/* One block has all of them, whose elements must be countable together. */
static void emit_block_limit(struct text *file, const struct module *module, const struct function *function)
{
    struct arena *arena = module->arena;
    struct sizes *sizes = function->graph->sizes;
    size *total = size_number(sizes, 0);
    int arrays = 0;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        size *elements = size_number(sizes, 1);
        if (member->role != ROLE_GRADIENT || member->rank == 0)
            continue;
        for (int a = 0; a < member->rank; a++)
            elements = size_multiply(elements, member->shape[a]);
        total = size_add(total, at_most(elements));
        arrays++;
    }
    if (arrays <= ARRAYS_THAT_FIT || !mentions_size(function, total))
        return;
    spell_sizes(arena, function, arena_print(arena, "(double)%s->%%s", pointer_name(function)));
    text_line(file, 4,
              arena_print(arena, "if (%s > (double)(PTRDIFF_MAX / %d))", print_c_real(arena, total),
                          2 * module->precision / 8));
    text_write(file, "        return 0;\n");
    spell_sizes(arena, function, NULL);
}

static void emit_bind(struct text *file, const struct module *module, const struct programs *programs,
                      bool gradients)
{
    struct function *function = programs->function;
    struct arena *arena = module->arena;
    const char *self = pointer_name(function);
    bool has_check = !has_fixed_sizes(function) || function->conditions_count > 0;
    text_print(file, "size_t %s_bind_%s(struct %s *%s, %s *block)\n{\n    size_t count = 0;\n",
               function->name, gradients ? "gradients" : "parameters", function->name, self,
               real_type(module));
    if (has_check)
        text_print(file, "    if (%s_check(%s) != GRADC_OK)\n        return 0;\n", function->name, self);
    emit_block_limit(file, module, function);
    spell_sizes(arena, function, arena_print(arena, "%s->%%s", self));
    bool any = false;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role != ROLE_GRADIENT || member->rank == 0)
            continue;
        const char *elements = NULL;
        size *total = size_number(function->graph->sizes, 1);
        for (int a = 0; a < member->rank; a++)
            total = size_multiply(total, member->shape[a]);
        elements = print_c(arena, total);
        text_print(file, "    if (block)\n        %s->%s = block + count; /* %s */\n    count += %s;\n", self,
                   gradients ? member->name : member->of, shape_comment(arena, member->rank, member->shape),
                   elements);
        any = true;
    }
    spell_sizes(arena, function, NULL);
    if (!any)
        text_print(file, "    (void)%s;\n    (void)block;\n", self);
    text_write(file, "    return count;\n}\n\n");
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
        size *total = size_number(function->graph->sizes, 1);
        int64_t number;
        for (int a = 0; a < member->rank; a++)
            total = size_multiply(total, member->shape[a]);
        if (member->rank == 0 || !size_is_number(total, &number))
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

void emit_size_functions(struct text *file, struct module *module, const struct programs *programs)
{
    const struct function *function = programs->function;
    bool has_gradients = false;
    struct names *names = names_new(module->arena);
    for (size_t i = 0; i < function->computed_count; i++)
        size_set_c_name(function->computed[i].value,
                        names_take(names, computed_name(&function->computed[i])));
    for (size_t i = 0; i < function->members_count; i++)
        has_gradients = has_gradients || function->members[i].role == ROLE_GRADIENT;
    emit_fixed_limit(file, module, programs);
    emit_computing(file, module, function);
    emit_check(file, module, programs);
    emit_workspace(file, module, programs, false);
    if (programs->entries[ENTRY_GRADIENT])
        emit_workspace(file, module, programs, true);
    emit_prepared_size(file, module, function);
    if (has_gradients) {
        emit_bind(file, module, programs, false);
        emit_bind(file, module, programs, true);
    }
}
