/* driver.c: runs the cases of one .case file against compiled code that gradc emitted.
 *
 * usage: driver LIBRARY.so INTERFACE.json CASES [float32] [threads] [record]
 *
 * threads leaves out numerical differences and what is refused: other builds of the same C show them, and a
 * thread that is woken for every few additions takes long.
 *
 * record prints the cases with a line `expected` for every member that its entries write, where a small
 * change of the inputs changes it little, instead of checking anything.
 *
 * A case file is lines of words; `#` starts a comment:
 *     case NAME                begins a case
 *     function f               the function it calls; without it, NAME
 *     size n 5                 a size, or a `dim` that a shape names
 *     input x 1 2 3            values of an input, in row-major order
 *     values x 17 -1 1         instead: made up from the number 17, from -1 to 1 (whole numbers for an int)
 *     seed y 1 2 3             gradients with respect to an output; without any, made up
 *     output y 1 2 3           expected outputs
 *     gradient x 1 2 3         expected gradients under the seeds
 *     update w 1 2 3           the expected new value of an in-out member
 *     status 2                 every entry returns this and writes nothing
 *     lower                    sparse_hessian has the lower triangle only
 *     late                     with a status: found in the rounds of a loop, when outputs may be written
 *     rough                    the function has kinks here: no numerical differences
 *     double                   not for float32
 *     expected y 1 2 3         what any member that an entry writes holds, as another build of the same
 * function told tolerance 1e-9           relative to the largest expected element, in float64 (default 1e-9)
 *     tolerance32 1e-3         the same in float32 (default 5e-4)
 *
 * Beside the stored numbers each case is held to what is true of every function: see check_case(). Every case
 * runs in a process of its own, so that a crash fails one case. The last line of output is `N passed, N
 * failed`. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <dlfcn.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OK, ENULL, ESIZE, EINDEX, ENUMERIC, EREQUIRE };
enum { GUARD = 128, ALIGN = 64, MAX_MEMBERS = 160, MAX_AXES = 10, MAX_VALUES = 400 };

static bool single;  /* reals are float */
static bool threads; /* rounds are shared, however few */
static bool records; /* prints what the entries write */
static const char *current_case = "";

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("FAIL %s: ", current_case);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    fflush(stdout);
    _exit(1);
}

static void *allocate(size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (!memory) {
        fprintf(stderr, "driver: out of memory\n");
        exit(2);
    }
    return memory;
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    size_t length = 0, room = 1 << 16;
    char *text = allocate(room);
    for (size_t got; (got = fread(text + length, 1, room - length - 1, file)) > 0;) {
        length += got;
        if (room - length < 2)
            text = realloc(text, room *= 2);
    }
    text[length] = 0;
    fclose(file);
    return text;
}

/* ---- JSON: a tree of values ---- */

struct json {
    char kind; /* '{' '[' '"' '0' 't' */
    char *text, *key;
    double number;
    struct json *first, *next;
};

static const char *json_at;

static char *json_string(void)
{
    const char *start = ++json_at;
    while (*json_at && *json_at != '"')
        json_at++;
    char *text = allocate((size_t)(json_at - start) + 1);
    memcpy(text, start, (size_t)(json_at - start));
    json_at++;
    return text;
}

static void json_space(void)
{
    while (isspace((unsigned char)*json_at) || *json_at == ',' || *json_at == ':')
        json_at++;
}

static struct json *json_value(void)
{
    struct json *value = allocate(sizeof *value);
    json_space();
    value->kind = *json_at;
    if (*json_at == '{' || *json_at == '[') {
        char end = *json_at == '{' ? '}' : ']';
        struct json **last = &value->first;
        json_at++;
        for (json_space(); *json_at && *json_at != end; json_space()) {
            char *key = end == '}' ? json_string() : NULL;
            *last = json_value();
            (*last)->key = key;
            last = &(*last)->next;
        }
        json_at++;
    } else if (*json_at == '"') {
        value->text = json_string();
    } else if (isalpha((unsigned char)*json_at)) {
        value->number = *json_at == 't';
        value->kind = 't';
        while (isalpha((unsigned char)*json_at))
            json_at++;
    } else {
        char *end;
        value->kind = '0';
        value->number = strtod(json_at, &end);
        if (end == json_at) {
            fprintf(stderr, "driver: the interface is no JSON at: %.40s\n", json_at);
            exit(2);
        }
        json_at = end;
    }
    return value;
}

static const struct json *json_get(const struct json *object, const char *key)
{
    for (const struct json *value = object ? object->first : NULL; value; value = value->next)
        if (value->key && !strcmp(value->key, key))
            return value;
    return NULL;
}

static const char *json_text(const struct json *object, const char *key)
{
    const struct json *value = json_get(object, key);
    return value && value->text ? value->text : "";
}

/* ---- Cases ---- */

struct line {
    char *kind, *name;
    int count;
    double *values;
    struct line *next;
};

struct testcase {
    char *name, *function;
    struct line *lines;
    bool rough, only_double, late, lower;
    int status;
    double tolerance, tolerance32;
    struct testcase *next;
};

static struct testcase *read_cases(char *text)
{
    struct testcase *cases = NULL, **last = &cases, *c = NULL;
    char *rest = text;
    for (char *row; (row = strtok_r(rest, "\n", &rest));) {
        char *comment = strchr(row, '#'), *words;
        if (comment)
            *comment = 0;
        char *kind = strtok_r(row, " \t", &words), *name = kind ? strtok_r(NULL, " \t", &words) : NULL;
        if (!kind)
            continue;
        if (!strcmp(kind, "case")) {
            c = allocate(sizeof *c);
            c->name = c->function = name;
            c->tolerance = 1e-9;
            c->tolerance32 = 5e-4;
            *last = c;
            last = &c->next;
            continue;
        }
        if (!c) {
            fprintf(stderr, "driver: %s before the first case\n", kind);
            exit(2);
        }
        if (!strcmp(kind, "function")) {
            c->function = name;
        } else if (!strcmp(kind, "status")) {
            c->status = atoi(name);
        } else if (!strcmp(kind, "late")) {
            c->late = true;
        } else if (!strcmp(kind, "lower")) {
            c->lower = true;
        } else if (!strcmp(kind, "rough")) {
            c->rough = true;
        } else if (!strcmp(kind, "double")) {
            c->only_double = true;
        } else if (!strcmp(kind, "tolerance")) {
            c->tolerance = atof(name);
        } else if (!strcmp(kind, "tolerance32")) {
            c->tolerance32 = atof(name);
        } else {
            struct line *line = allocate(sizeof *line);
            int room = 8;
            line->kind = kind;
            line->name = name;
            line->values = allocate((size_t)room * sizeof *line->values);
            for (char *word; (word = strtok_r(NULL, " \t", &words));) {
                if (line->count == room)
                    line->values = realloc(line->values, (size_t)(room *= 2) * sizeof *line->values);
                line->values[line->count++] = strtod(word, NULL);
            }
            line->next = c->lines;
            c->lines = line;
        }
    }
    return cases;
}

/* The lines of a case as they were, in another order. */
static void print_case(const struct testcase *c)
{
    printf("case %s\nfunction %s\ntolerance %g\ntolerance32 %g\n%s%s", c->name, c->function, c->tolerance,
           c->tolerance32, c->rough ? "rough\n" : "", c->only_double ? "double\n" : "");
    if (c->status)
        printf("status %d\n", c->status);
    for (const struct line *line = c->lines; line; line = line->next) {
        printf("%s %s", line->kind, line->name);
        for (int i = 0; i < line->count; i++)
            printf(" %.17g", line->values[i]);
        printf("\n");
    }
}

static const struct line *find_line(const struct testcase *c, const char *kind, const char *name)
{
    for (const struct line *line = c->lines; line; line = line->next)
        if (!strcmp(line->kind, kind) && (!name || !strcmp(line->name, name)))
            return line;
    return NULL;
}

/* ---- Members of the struct ---- */

enum role {
    SIZE,
    INPUT,
    INOUT,
    OUTPUT,
    OUTPUT_GRADIENT,
    GRADIENT,
    WORKSPACE,
    JACOBIAN,
    HESSIAN,
    TANGENT,
    OUTPUT_TANGENT,
    DIRECTION,
    HVP,
    JACOBIAN_VALUES,
    HESSIAN_VALUES,
    PREPARED,
    OTHER
};
static const char *const role_names[] = {
    "size",      "input",           "inout",          "output",  "output_gradient", "gradient",
    "workspace", "jacobian",        "hessian",        "tangent", "output_tangent",  "direction",
    "hvp",       "jacobian_values", "hessian_values", "prepared"};

struct member {
    const char *name, *of, *wrt, *wrt2;
    enum role role;
    bool is_int, pointer, is_given;
    size_t count; /* elements; sizes: the size itself */
    size_t element, offset;
};

static struct function {
    const char *name;
    const struct json *description;
    struct member members[MAX_MEMBERS];
    int count;
    size_t struct_size;
    bool differentiable;
} f;
static void *library;
static const struct testcase *the_case;

/* Memory that the function asks for. */
static bool is_room(const struct member *m)
{
    return m->role == WORKSPACE || m->role == PREPARED;
}

static bool has_entry(const char *entry)
{
    const struct json *entries = json_get(f.description, "entries");
    for (const struct json *e = entries->first; e; e = e->next)
        if (!strcmp(e->text, entry))
            return true;
    return false;
}

/* An entry, or an array that belongs to the function. */
static void *symbol(const char *entry)
{
    char name[256];
    snprintf(name, sizeof name, "%s_%s", f.name, entry);
    void *address = dlsym(library, name);
    if (!address)
        fail("there is no %s", name);
    return address;
}

/* Dimensions: sums and products of sizes, `/` rounding down, max and min. */
static const char *size_at;
static long size_of_all; /* what every size is taken for; 0: what the case says */
static long size_sum(void);

static long size_atom(void)
{
    while (*size_at == ' ')
        size_at++;
    if (*size_at == '(') {
        size_at++;
        long value = size_sum();
        size_at++;
        return value;
    }
    if (isdigit((unsigned char)*size_at))
        return strtol(size_at, (char **)&size_at, 10);
    if (*size_at == '-') {
        size_at++;
        return -size_atom();
    }
    char name[100];
    int length = 0;
    while (isalnum((unsigned char)*size_at) || *size_at == '_')
        name[length++] = *size_at++;
    name[length] = 0;
    if (*size_at == '(') { /* max or min */
        size_at++;
        long a = size_sum();
        size_at++;
        long b = size_sum();
        size_at++;
        return (a > b) == !strcmp(name, "max") ? a : b;
    }
    const struct line *line = find_line(the_case, "size", name);
    if (size_of_all)
        return size_of_all;
    if (!line)
        fail("the case gives no size %s", name);
    return (long)line->values[0];
}

static long size_product(void)
{
    long value = size_atom();
    for (;;) {
        while (*size_at == ' ')
            size_at++;
        if (*size_at == '*') {
            size_at++;
            value = (long)((unsigned long)value *
                           (unsigned long)size_atom()); /* sizes that wrap around are tried */
        } else if (*size_at == '/') {
            size_at++;
            long divisor = size_atom();
            value = divisor ? (value - ((value % divisor) + divisor) % divisor) / divisor : 0;
        } else {
            return value;
        }
    }
}

static long size_sum(void)
{
    long value = size_product();
    for (;;) {
        while (*size_at == ' ')
            size_at++;
        if (*size_at == '+') {
            size_at++;
            value += size_product();
        } else if (*size_at == '-') {
            size_at++;
            value -= size_product();
        } else {
            return value;
        }
    }
}

struct placed_double {
    char before;
    double x;
};

static void read_members(const struct json *description)
{
    memset(&f, 0, sizeof f);
    f.description = description;
    f.name = json_text(description, "name");
    size_t offset = 0;
    for (const struct json *m = json_get(description, "members")->first; m; m = m->next) {
        struct member *member = &f.members[f.count++];
        member->name = json_text(m, "name");
        member->of = json_text(m, "of");
        member->is_int = !strcmp(json_text(m, "type"), "int");
        member->role = OTHER;
        for (int r = 0; r < OTHER; r++)
            if (!strcmp(json_text(m, "role"), role_names[r]))
                member->role = (enum role)r;
        const struct json *is_given = json_get(m, "given");
        member->is_given = is_given && is_given->number != 0;
        const struct json *shape = json_get(m, "shape"), *wrt = json_get(m, "wrt"),
                          *pointer = json_get(m, "pointer");
        if (wrt) {
            member->wrt = wrt->text ? wrt->text : wrt->first->text;
            member->wrt2 = wrt->text ? NULL : wrt->first->next->text;
        }
        member->count = 1;
        for (const struct json *axis = shape ? shape->first : NULL; axis; axis = axis->next) {
            size_at = axis->text;
            long size = axis->text ? size_sum() : (long)axis->number;
            member->count *= size > 0 ? (size_t)size : 0;
        }
        member->pointer = (shape && shape->first) || (pointer && pointer->number != 0) || is_room(member);
        member->element = member->is_int || single ? 4 : 8;
        if (member->role == SIZE)
            member->element = sizeof(size_t);
        size_t width = member->pointer ? sizeof(void *) : member->element;
        bool is_word = width == sizeof(void *); /* a double may stand at any multiple of 4 in 32-bit x86 */
        size_t alignment = width == sizeof(double) && !is_word ? offsetof(struct placed_double, x) : width;
        offset = (offset + alignment - 1) / alignment * alignment;
        member->offset = offset;
        offset += width;
        if (member->role == GRADIENT)
            f.differentiable = true;
    }
    f.struct_size = (offset + 7) / 8 * 8;
}

static struct member *find_member(const char *name)
{
    for (int k = 0; k < f.count; k++)
        if (!strcmp(f.members[k].name, name))
            return &f.members[k];
    return NULL;
}

/* ---- One run ---- */

/* Everything a run is given and yields; one array of doubles a member. */
struct values {
    double *of[MAX_MEMBERS];
};

enum entries { FORWARD, FORWARD_BACKWARD, GRADIENT_ALONE };

struct run {
    enum entries entries;
    const char *entry;          /* instead: this one */
    const struct values *given; /* inputs, output gradients, tangents, directions; none: NULL */
    bool is_null[MAX_MEMBERS];  /* the members whose pointers are NULL */
    int status;                 /* what the first entry must return */
    bool late;                  /* with that status it may have written */
    struct values result;
};

static char *instance, *buffers[MAX_MEMBERS], *workspace_raw, *prepared, *prepared_kept;
static size_t workspace_size, prepared_size;
static int prepared_status;

static void put(char *at, const struct member *m, size_t k, double value)
{
    if (m->role == SIZE)
        ((size_t *)(void *)at)[k] = (size_t)value;
    else if (m->is_int)
        ((int32_t *)(void *)at)[k] = (int32_t)value;
    else if (single)
        ((float *)(void *)at)[k] = (float)value;
    else
        ((double *)(void *)at)[k] = value;
}

static double get(const char *at, const struct member *m, size_t k)
{
    if (m->is_int)
        return ((const int32_t *)(const void *)at)[k];
    if (single)
        return (double)((const float *)(const void *)at)[k];
    return ((const double *)(const void *)at)[k];
}

static bool is_read(enum role role)
{
    return role == INPUT || role == INOUT || role == OUTPUT_GRADIENT || role == TANGENT || role == DIRECTION;
}

/* What the function computes of the given inputs, without any other member being there, in a block of the
 * size that it asks for, which nothing may change afterwards. */
static void prepare_given(void)
{
    prepared_size = ((size_t(*)(const void *))symbol("prepared_size"))(instance);
    prepared = (char *)allocate(prepared_size + 2 * GUARD + 2 * ALIGN) + GUARD;
    memset(prepared - GUARD, 0xff, prepared_size + 2 * GUARD + 2 * ALIGN);
    prepared += (ALIGN - (uintptr_t)prepared % ALIGN) % ALIGN;
    *(char **)(void *)(instance + find_member("prepared")->offset) = prepared_size ? prepared : NULL;
    char *alone = allocate(f.struct_size), *before = allocate(f.struct_size);
    memcpy(alone, instance, f.struct_size);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (!m->is_given && !is_room(m) && m->role != SIZE)
            memset(alone + m->offset, m->pointer ? 0 : 0xff, m->pointer ? sizeof(void *) : m->element);
    }
    size_t room = ((size_t(*)(const void *))symbol("workspace"))(instance);
    char *own = allocate(room + ALIGN), *work = own + (ALIGN - (uintptr_t)own % ALIGN) % ALIGN;
    *(char **)(void *)(alone + find_member("work")->offset) = room ? work : NULL;
    memcpy(before, alone, f.struct_size);
    prepared_status = ((int (*)(void *))symbol("prepare"))(alone);
    if (memcmp(before, alone, f.struct_size))
        fail("prepare wrote into the struct");
    for (size_t k = 0; k < GUARD; k++)
        if (prepared[prepared_size + k] != (char)0xff)
            fail("prepare wrote behind the %zu bytes that it asks for", prepared_size);
    prepared_kept = allocate(prepared_size + 1);
    memcpy(prepared_kept, prepared, prepared_size);
    for (int k = 0; k < f.count && prepared_status == OK;
         k++) { /* it needs what is given, and does not without it */
        const struct member *m = &f.members[k];
        if (!m->is_given || !m->pointer)
            continue;
        memcpy(alone, before, f.struct_size);
        memset(alone + m->offset, 0, sizeof(void *));
        if (((int (*)(void *))symbol("prepare"))(alone) != ENULL)
            fail("prepare does not miss %s", m->name);
    }
    free(alone);
    free(before);
    free(own);
}

static void prepare(const struct run *run)
{
    instance = allocate(f.struct_size + GUARD);
    memset(instance, 0xff, f.struct_size + GUARD);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        char *slot = instance + m->offset;
        if (is_room(m))
            continue;
        if (m->role == SIZE) {
            const struct line *line = find_line(the_case, "size", m->name);
            put(slot, m, 0, line ? line->values[0] : 1);
            continue;
        }
        const double *given = is_read(m->role) && run->given ? run->given->of[k] : NULL;
        if (!m->pointer) {
            if (given)
                put(slot, m, 0, given[0]);
            continue;
        }
        if ((is_read(m->role) && !given) || run->is_null[k]) {
            *(char **)(void *)slot = NULL;
            buffers[k] = NULL;
            continue;
        }
        size_t bytes = m->count * m->element;
        buffers[k] = (char *)allocate(bytes + 2 * GUARD) + GUARD;
        memset(buffers[k] - GUARD, 0xff, bytes + 2 * GUARD);
        for (size_t i = 0; given && i < m->count; i++)
            put(buffers[k], m, i, given[i]);
        *(char **)(void *)slot = buffers[k];
    }
    const char *which = run->entries == GRADIENT_ALONE && !run->entry ? "gradient_workspace" : "workspace";
    size_t (*workspace)(const void *) = (size_t(*)(const void *))symbol(which);
    workspace_size = workspace(instance);
    workspace_raw = allocate(workspace_size + 2 * GUARD + 2 * ALIGN);
    memset(workspace_raw, 0xff, workspace_size + 2 * GUARD + 2 * ALIGN);
    char *work = workspace_raw + GUARD;
    work += (ALIGN - (uintptr_t)work % ALIGN) % ALIGN;
    static unsigned times;
    if (times++ % 3 == 1) /* as malloc may align it, or worse */
        work += single ? sizeof(float) : sizeof(double);
    struct member *member = find_member("work");
    if (member)
        *(char **)(void *)(instance + member->offset) = workspace_size ? work : NULL;
    workspace_raw = work;
    if (has_entry("prepare"))
        prepare_given();
}

static bool is_untouched(const char *from, size_t size)
{
    for (size_t k = 0; k < size; k++)
        if (from[k] != (char)0xff)
            return false;
    return true;
}

/* Nothing outside the arrays was written, nor what is only read. */
static void check_guards(const struct run *run, const char *entry)
{
    if (!is_untouched(instance + f.struct_size, GUARD))
        fail("%s wrote behind the struct (is the interface's order that of the struct?)", entry);
    if (prepared_kept && memcmp(prepared_kept, prepared, prepared_size))
        fail("%s changed what prepare left", entry);
    if (workspace_size && !is_untouched(workspace_raw + workspace_size, GUARD))
        fail("%s wrote behind the workspace of %zu bytes", entry, workspace_size);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (is_room(m) || m->role == SIZE || !m->pointer)
            continue;
        if (*(char **)(void *)(instance + m->offset) != buffers[k])
            fail("%s changed the pointer %s", entry, m->name);
        if (!buffers[k])
            continue;
        if (!is_untouched(buffers[k] - GUARD, GUARD) ||
            !is_untouched(buffers[k] + m->count * m->element, GUARD))
            fail("%s wrote outside %s", entry, m->name);
        if (!is_read(m->role) || m->role == INOUT)
            continue;
        char written[8];
        for (size_t i = 0; i < m->count; i++) {
            put(written, m, 0, run->given->of[k][i]);
            if (memcmp(written, buffers[k] + i * m->element, m->element))
                fail("%s changed %s[%zu]", entry, m->name, i);
        }
    }
}

static void discard(void)
{
    for (int k = 0; k < f.count; k++) {
        if (f.members[k].pointer && !is_room(&f.members[k]) && buffers[k])
            free(buffers[k] - GUARD);
        buffers[k] = NULL;
    }
    free(prepared_kept);
    prepared_kept = NULL;
    free(instance);
}

/* " with NULL for x, y" */
static const char *null_names(const struct run *run)
{
    static char text[1000];
    size_t length = 0;
    text[0] = 0;
    for (int k = 0; k < f.count; k++)
        if (run->is_null[k] && length < sizeof text - 100)
            length += (size_t)snprintf(text + length, 100, "%s%s", length ? ", " : " with NULL for ",
                                       f.members[k].name);
    return text;
}

static void call(struct run *run, const char *entry)
{
    int (*function)(void *) = (int (*)(void *))symbol(entry);
    int status = prepared_kept && prepared_status != OK ? prepared_status : function(instance);
    check_guards(run, entry);
    if (status != run->status)
        fail("%s returned %d, expected %d%s", entry, status, run->status, null_names(run));
}

/* Which members an entry must leave alone. */
static bool is_written_by(const struct member *m, const struct run *run)
{
    if (run->status != OK)
        return false;
    static const struct {
        const char *entry;
        enum role role;
    } further[] = {{"jacobian", JACOBIAN},
                   {"hessian", HESSIAN},
                   {"jvp", OUTPUT_TANGENT},
                   {"hvp", HVP},
                   {"sparse_jacobian", JACOBIAN_VALUES},
                   {"sparse_hessian", HESSIAN_VALUES}};
    for (size_t e = 0; run->entry && e < sizeof further / sizeof *further; e++)
        if (!strcmp(run->entry, further[e].entry))
            return m->role == further[e].role;
    return m->role == OUTPUT || m->role == INOUT || (m->role == GRADIENT && run->entries != FORWARD);
}

static void perform(struct run *run)
{
    prepare(run);
    if (run->entry) {
        call(run, run->entry);
    } else if (run->entries == GRADIENT_ALONE) {
        call(run, "gradient");
    } else {
        call(run, "forward");
        if (run->entries == FORWARD_BACKWARD)
            call(run, "backward");
    }
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        bool written = is_written_by(m, run);
        free(run->result.of[k]);
        run->result.of[k] = NULL;
        if (m->role == SIZE || is_room(m) || (m->pointer && !buffers[k]))
            continue;
        const char *at = m->pointer ? buffers[k] : instance + m->offset;
        if (!written) {
            /* a factorisation may fail after the first outputs are written */
            if (!is_read(m->role) && run->status != ENUMERIC && run->status != EREQUIRE && !run->late &&
                !is_untouched(at, m->count * m->element))
                fail("%s was written by %s", m->name, run->entry ? run->entry : "an entry that should not");
            continue;
        }
        run->result.of[k] = allocate(m->count * sizeof(double));
        for (size_t i = 0; i < m->count; i++)
            run->result.of[k][i] = get(at, m, i);
    }
    discard();
}

/* ---- Comparing ---- */

static double tolerance(void)
{
    return single ? the_case->tolerance32 : the_case->tolerance;
}

static void compare(const char *when, const struct member *m, const double *actual, const double *expected,
                    double tolerance_)
{
    double scale = single ? 1 : 1e-3;
    for (size_t i = 0; i < m->count; i++)
        if (isfinite(expected[i]) && fabs(expected[i]) > scale)
            scale = fabs(expected[i]);
    for (size_t i = 0; i < m->count; i++) {
        double a = actual[i], e = expected[i];
        if (a == e || (isnan(a) && isnan(e)))
            continue;
        if (!(fabs(a - e) <= tolerance_ * scale))
            fail("%s: %s[%zu] is %.17g, expected %.17g", when, m->name, i, a, e);
    }
}

/* What two runs both yield agrees. */
static void compare_runs(const char *when, const struct run *run, const struct run *with)
{
    char text[1200];
    snprintf(text, sizeof text, "%s%s", when, null_names(run));
    for (int k = 0; k < f.count; k++) {
        if (run->result.of[k] && with->result.of[k])
            compare(text, &f.members[k], run->result.of[k], with->result.of[k], single ? 2e-4 : 1e-11);
    }
}

static void compare_stored(const char *when, const struct run *run, bool gradients)
{
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        const char *kind = m->role == OUTPUT                  ? "output"
                           : m->role == INOUT                 ? "update"
                           : m->role == GRADIENT && gradients ? "gradient"
                                                              : NULL;
        const struct line *line =
            kind ? find_line(the_case, kind, m->role == GRADIENT ? m->of : m->name) : NULL;
        if (!line || !run->result.of[k])
            continue;
        if ((size_t)line->count != m->count)
            fail("%s has %zu elements, the case %d", m->name, m->count, line->count);
        compare(when, m, run->result.of[k], line->values, tolerance());
    }
}

static double noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / 8388608.0 - 1;
}

/* `values x SEED LOW HIGH` */
static double *made_up(const struct line *line, const struct member *m)
{
    if (line->count != 3)
        fail("values %s needs three numbers", m->name);
    double *values = allocate(m->count * sizeof *values), low = line->values[1], high = line->values[2];
    uint32_t state = (uint32_t)line->values[0] * 2654435761u + 1;
    noise(&state);
    for (size_t i = 0; i < m->count; i++) {
        double unit = (noise(&state) + 1) / 2;
        values[i] = m->is_int ? fmin(floor(low + unit * (high - low + 1)), high)
                              : floor((low + unit * (high - low)) * 4096) / 4096;
    }
    return values;
}

static double rounded(double value)
{
    return single ? (double)(float)value : value;
}

static struct values read_inputs(bool seeds)
{
    struct values given = {{NULL}};
    uint32_t state = 12345;
    bool stored = find_line(the_case, "seed", NULL) || find_line(the_case, "gradient", NULL);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        const struct line *line = NULL;
        if (m->role == INPUT || m->role == INOUT) {
            line = find_line(the_case, "input", m->name);
            const struct line *range = line ? NULL : find_line(the_case, "values", m->name);
            if (range) {
                given.of[k] = made_up(range, m);
                continue;
            }
            if (!line)
                fail("the case gives no input %s", m->name);
        } else if (m->role == OUTPUT_GRADIENT && seeds) {
            line = find_line(the_case, "seed", m->of);
        } else if (m->role != TANGENT && m->role != DIRECTION) {
            continue;
        }
        if (line && (size_t)line->count != m->count)
            fail("%s has %zu elements, the case %d", m->name, m->count, line->count);
        if (!line && (stored || !seeds) && m->role == OUTPUT_GRADIENT)
            continue;
        given.of[k] = allocate(m->count * sizeof(double));
        for (size_t i = 0; i < m->count; i++)
            given.of[k][i] = line ? line->values[i] : noise(&state);
    }
    return given;
}

/* ---- What is true of every function ---- */

static struct run new_run(enum entries entries, const struct values *given)
{
    struct run run = {.entries = entries, .given = given};
    return run;
}

/* The sum of outputs weighted by the seeds; what the gradients are of. */
static double objective(const struct values *given, const struct values *seeds)
{
    struct run run = new_run(FORWARD, given);
    double sum = 0;
    bool first = true, any = false;
    perform(&run);
    for (int k = 0; k < f.count; k++)
        any = any || (f.members[k].role == OUTPUT_GRADIENT && seeds->of[k]);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != OUTPUT)
            continue;
        for (int s = 0; s < f.count; s++)
            if (f.members[s].role == OUTPUT_GRADIENT && !strcmp(f.members[s].of, m->name) && seeds->of[s])
                for (size_t i = 0; i < m->count; i++)
                    sum += seeds->of[s][i] != 0 ? seeds->of[s][i] * run.result.of[k][i] : 0;
        if (!any && first && !m->pointer && !m->is_int)
            sum = run.result.of[k][0];
        first = false;
        free(run.result.of[k]);
    }
    for (int k = 0; k < f.count; k++)
        if (f.members[k].role != OUTPUT)
            free(run.result.of[k]);
    return sum;
}

/* Central differences of fourth order; NAN where two steps disagree, as across a kink. */
static double difference(struct values *given, const struct values *seeds, double *x)
{
    double kept = *x, estimate[2];
    for (int k = 0; k < 2; k++) {
        double h = (k ? 2.5e-4 : 1e-3) * fmax(1, fabs(kept)), sums[4];
        static const double steps[] = {-2, -1, 1, 2};
        for (int s = 0; s < 4; s++) {
            *x = kept + steps[s] * h;
            sums[s] = objective(given, seeds);
        }
        estimate[k] = (sums[0] - 8 * sums[1] + 8 * sums[2] - sums[3]) / (12 * h);
    }
    *x = kept;
    return fabs(estimate[0] - estimate[1]) <= 1e-6 * fmax(1, fabs(estimate[0])) ? estimate[1] : NAN;
}

static void check_differences(struct values *given, const struct run *full)
{
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != GRADIENT)
            continue;
        int input = (int)(find_member(m->of) - f.members);
        double scale = 1;
        for (size_t i = 0; i < m->count; i++)
            scale = fmax(scale, fabs(full->result.of[k][i]));
        size_t stride = m->count / 12 + 1;
        for (size_t i = 0; i < m->count; i += stride) {
            double numerical = difference(given, given, &given->of[input][i]),
                   emitted = full->result.of[k][i];
            if (isfinite(numerical) && !(fabs(numerical - emitted) <= 2e-6 * scale))
                fail("%s[%zu] is %.12g, but differences of forward give %.12g", m->name, i, emitted,
                     numerical);
        }
    }
}

/* backward twice and with other seeds on one forward; it is linear in the seeds. */
static void check_second_backward(const struct values *given, const struct run *full)
{
    struct run run = new_run(FORWARD_BACKWARD, given);
    prepare(&run);
    call(&run, "forward");
    static const double factors[] = {1, -2, 1};
    for (int round = 0; round < 3; round++) {
        struct values other = *given;
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            if (m->role != OUTPUT_GRADIENT || !buffers[k])
                continue;
            other.of[k] = allocate(m->count * sizeof(double));
            for (size_t i = 0; i < m->count; i++) {
                other.of[k][i] = factors[round] * given->of[k][i];
                put(buffers[k], m, i, other.of[k][i]);
            }
        }
        run.given = &other;
        call(&run, "backward");
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            if (m->role != GRADIENT)
                continue;
            double *actual = allocate(m->count * sizeof(double)),
                   *expected = allocate(m->count * sizeof(double));
            bool seeded = false;
            for (int s = 0; s < f.count; s++)
                seeded = seeded || (f.members[s].role == OUTPUT_GRADIENT && given->of[s]);
            for (size_t i = 0; i < m->count; i++) {
                actual[i] = get(m->pointer ? buffers[k] : instance + m->offset, m, i);
                expected[i] = (seeded ? factors[round] : 1) * full->result.of[k][i];
            }
            compare("another backward", m, actual, expected, single ? 2e-4 : 1e-11);
            free(actual);
            free(expected);
        }
    }
    discard();
}

static void release(struct run *run)
{
    for (int k = 0; k < f.count; k++) {
        free(run->result.of[k]);
        run->result.of[k] = NULL;
    }
}

enum { MOST_IN_ALL_SUBSETS = 4, RANDOM_SUBSETS = 12 };

/* What is wanted does not change for what else is: every member wanted alone, each one not, none of a role,
 * and all subsets where there are few, else some. `entry`: of this one, NULL: of `entries`. */
static void check_unwanted(const struct values *given, enum entries entries, const char *entry)
{
    int nullable[MAX_MEMBERS], count = 0;
    uint32_t state = 1;
    struct run full = new_run(entries, given);
    full.entry = entry;
    perform(&full);
    for (int k = 0; k < f.count; k++)
        if (f.members[k].pointer && f.members[k].role != INOUT && is_written_by(&f.members[k], &full))
            nullable[count++] = k;
    bool is_small = count <= MOST_IN_ALL_SUBSETS;
    int subsets = is_small ? (1 << count) - 1 : 2 * count + 2 + RANDOM_SUBSETS;
    for (int subset = 0; subset < subsets; subset++) {
        struct run run = new_run(entries, given);
        run.entry = entry;
        for (int i = 0; i < count; i++)
            run.is_null[nullable[i]] = is_small             ? !(subset >> i & 1)
                                       : subset < count     ? subset != i
                                       : subset < 2 * count ? subset - count == i
                                       : subset < 2 * count + 2
                                           ? (f.members[nullable[i]].role == OUTPUT) == (subset & 1)
                                           : noise(&state) < 0;
        perform(&run);
        compare_runs(entry                       ? entry
                     : entries == GRADIENT_ALONE ? "gradient"
                                                 : "forward, backward",
                     &run, &full);
        release(&run);
    }
    release(&full);
}

/* Whether the member is the gradient of the first output, a real scalar: it is 1 if its pointer is NULL. */
static bool is_default_seed(int seed)
{
    for (int k = 0; k < f.count; k++)
        if (f.members[k].role == OUTPUT)
            return !f.members[k].pointer && !f.members[k].is_int &&
                   !strcmp(f.members[seed].of, f.members[k].name);
    return false;
}

/* Other output gradients that are NULL are zeros: each one given alone, and each one not. */
static void check_unseeded(const struct values *given)
{
    int seeds[MAX_MEMBERS], count = 0;
    for (int k = 0; k < f.count; k++)
        if (f.members[k].role == OUTPUT_GRADIENT && given->of[k])
            seeds[count++] = k;
    for (int subset = 0; count > 1 && subset < (count > 2 ? 2 * count : count); subset++) {
        struct values some = *given, zero = *given;
        for (int i = 0; i < count; i++)
            if (subset < count ? subset != i : subset - count == i) {
                some.of[seeds[i]] = NULL;
                zero.of[seeds[i]] = allocate(f.members[seeds[i]].count * sizeof(double));
                zero.of[seeds[i]][0] = is_default_seed(seeds[i]);
            }
        for (enum entries e = FORWARD_BACKWARD; e <= GRADIENT_ALONE; e++) {
            struct run run = new_run(e, &some), expected = new_run(e, &zero);
            perform(&run);
            perform(&expected);
            compare_runs("with some output gradients NULL", &run, &expected);
            release(&run);
            release(&expected);
        }
        for (int i = 0; i < count; i++)
            if (!some.of[seeds[i]])
                free(zero.of[seeds[i]]);
    }
}

/* Without output gradients, that of the first output is 1 if it is a real scalar. */
static void check_default_seed(const struct values *given)
{
    struct values one = *given, none = *given;
    bool first = true;
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role == OUTPUT && first) {
            first = false;
            for (int s = 0; s < f.count; s++)
                if (f.members[s].role == OUTPUT_GRADIENT) {
                    one.of[s] = none.of[s] = NULL;
                    if (!strcmp(f.members[s].of, m->name)) {
                        one.of[s] = allocate(f.members[s].count * sizeof(double));
                        one.of[s][0] = !m->pointer && f.members[s].count == 1;
                    }
                }
        }
    }
    for (enum entries e = FORWARD_BACKWARD; e <= GRADIENT_ALONE; e++) {
        struct run seeded = new_run(e, &one), run = new_run(e, &none);
        perform(&seeded);
        perform(&run);
        compare_runs("with default output gradients", &run, &seeded);
    }
}

static const char *const entry_names[] = {"forward",  "backward",        "gradient",
                                          "jacobian", "hessian",         "jvp",
                                          "hvp",      "sparse_jacobian", "sparse_hessian"};

/* Every entry returns STATUS and writes nothing, with the struct as prepared for a run and changed at one
 * member. */
static void check_refused(const struct values *given, int member, const void *value, size_t size, int status)
{
    for (size_t e = 0; e < sizeof entry_names / sizeof *entry_names; e++) {
        if (!has_entry(entry_names[e]))
            continue;
        struct run run = new_run(FORWARD, given);
        prepare(&run);
        char kept[8], *slot = instance + f.members[member].offset;
        memcpy(kept, slot, size);
        memcpy(slot, value, size);
        int (*function)(void *) = (int (*)(void *))symbol(entry_names[e]);
        int actual = function(instance);
        if (actual != status)
            fail("%s returned %d, expected %d, with a bad %s", entry_names[e], actual, status,
                 f.members[member].name);
        if (f.members[member].role == SIZE) {
            size_t (*workspace)(const void *) = (size_t(*)(const void *))symbol("workspace");
            if (workspace(instance) != 0)
                fail("workspace is not 0 with a bad %s", f.members[member].name);
        }
        memcpy(slot, kept, size);
        check_guards(&run, entry_names[e]);
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            if (m->role == OUTPUT || m->role == GRADIENT || m->role == JACOBIAN || m->role == HESSIAN)
                if (!is_untouched(m->pointer ? buffers[k] : instance + m->offset, m->count * m->element))
                    fail("%s wrote %s and failed, with a bad %s", entry_names[e], m->name,
                         f.members[member].name);
        }
        discard();
    }
}

static bool is_axis(const char *size)
{
    for (const struct json *m = json_get(f.description, "members")->first; m; m = m->next) {
        const struct json *shape = json_get(m, "shape");
        for (const struct json *axis = shape ? shape->first : NULL; axis; axis = axis->next)
            if (axis->text && !strcmp(axis->text, size))
                return true;
    }
    return false;
}

static void check_refusals(const struct values *given)
{
    void *null = NULL;
    size_t zero = 0, huge = SIZE_MAX / 2;
    struct run run = new_run(FORWARD, given);
    prepare(&run);
    size_t needed = workspace_size;
    discard();
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->pointer && (m->role == INPUT || m->role == INOUT))
            check_refused(given, k, &null, sizeof null, ENULL);
        if (m->role == SIZE) {
            check_refused(given, k, &zero, sizeof zero, ESIZE);
            if (is_axis(m->name)) /* a mere number of rounds may be as large as it likes */
                check_refused(given, k, &huge, sizeof huge, ESIZE);
        }
        if (m->role == WORKSPACE && needed && !strcmp(m->name, "work")) {
            for (size_t e = 0; e < 2; e++) { /* the others may need less */
                if (!has_entry(entry_names[e]))
                    continue;
                prepare(&run);
                *(void **)(void *)(instance + m->offset) = NULL;
                int (*function)(void *) = (int (*)(void *))symbol(entry_names[e]);
                int status = function(instance);
                if (status != ENULL)
                    fail("%s returned %d with work NULL", entry_names[e], status);
                discard();
            }
        }
    }
}

/* The elements of the largest member. */
static double largest_member(void)
{
    double largest = 0;
    for (const struct json *m = json_get(f.description, "members")->first; m; m = m->next) {
        const struct json *shape = json_get(m, "shape");
        double elements = 1;
        for (const struct json *axis = shape ? shape->first : NULL; axis; axis = axis->next) {
            size_at = axis->text;
            elements *= axis->text ? (double)size_sum() : axis->number;
        }
        largest = elements > largest ? elements : largest;
    }
    return largest;
}

/* Sizes each of which would do, but whose products wrap around, some of them to 0. */
static void check_products(const struct values *given)
{
    static const long sizes[] = {1L << 31, 1L << 32, (1L << 32) + 1, 3L << 30};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_of_all = sizes[s];
        double largest = largest_member();
        size_of_all = 0;
        if (largest < (double)(PTRDIFF_MAX / 4))
            continue;
        struct run run = new_run(FORWARD, given);
        prepare(&run);
        size_t value = (size_t)sizes[s];
        for (int k = 0; k < f.count; k++)
            if (f.members[k].role == SIZE)
                memcpy(instance + f.members[k].offset, &value, sizeof value);
        for (size_t e = 0; e < sizeof entry_names / sizeof *entry_names; e++)
            if (has_entry(entry_names[e])) {
                int status = ((int (*)(void *))symbol(entry_names[e]))(instance);
                if (status != ESIZE)
                    fail("%s returned %d, expected %d, with all sizes %zu", entry_names[e], status, ESIZE,
                         value);
            }
        if (((size_t(*)(const void *))symbol("workspace"))(instance) != 0)
            fail("workspace is not 0 with all sizes %zu", value);
        if (has_entry("bind_parameters") &&
            ((size_t(*)(void *, void *))symbol("bind_parameters"))(instance, NULL) != 0)
            fail("bind_parameters is not 0 with all sizes %zu", value);
        discard();
    }
}

/* bind_parameters and bind_gradients: in order, without gaps, and the number of reals. */
static void check_bind(const struct values *given)
{
    for (int which = 0; which < 2; which++) {
        const char *entry = which ? "bind_gradients" : "bind_parameters";
        if (!has_entry(entry)) {
            if (f.differentiable)
                fail("there is no entry %s", entry);
            continue;
        }
        size_t (*bind)(void *, void *) = (size_t(*)(void *, void *))symbol(entry);
        struct run run = new_run(FORWARD, given);
        prepare(&run);
        size_t expected = 0;
        char block[8];
        for (int k = 0; k < f.count; k++)
            if (f.members[k].role == GRADIENT && f.members[k].pointer)
                expected += f.members[k].count;
        if (bind(instance, NULL) != expected)
            fail("%s counts %zu reals, expected %zu", entry, bind(instance, NULL), expected);
        check_guards(&run, entry);
        if (bind(instance, block) != expected)
            fail("%s with a block counts otherwise", entry);
        size_t at = 0;
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            if (m->role != GRADIENT || !m->pointer)
                continue;
            const struct member *bound = which ? m : find_member(m->of);
            if (*(char **)(void *)(instance + bound->offset) != block + at * m->element)
                fail("%s does not point %s to element %zu", entry, bound->name, at);
            at += m->count;
        }
        discard();
    }
}

/* Jacobians against backward with unit seeds; products with tangents against them. */
static void check_jacobian(const struct values *given)
{
    struct run run = new_run(FORWARD, given);
    run.entry = "jacobian";
    perform(&run);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != JACOBIAN)
            continue;
        int y = (int)(find_member(m->of) - f.members), gradient = -1;
        for (int g = 0; g < f.count; g++)
            if (f.members[g].role == GRADIENT && !strcmp(f.members[g].of, m->wrt))
                gradient = g;
        size_t width = f.members[gradient].count;
        for (size_t i = 0; i < f.members[y].count; i++) {
            struct values unit = *given;
            for (int s = 0; s < f.count; s++)
                if (f.members[s].role == OUTPUT_GRADIENT) {
                    unit.of[s] = allocate(f.members[s].count * sizeof(double));
                    unit.of[s][i < f.members[s].count ? i : 0] = !strcmp(f.members[s].of, m->of);
                }
            struct run back = new_run(FORWARD_BACKWARD, &unit);
            perform(&back);
            struct member row = f.members[gradient];
            row.name = m->name;
            compare("a row against backward", &row, run.result.of[k] + i * width, back.result.of[gradient],
                    single ? 1e-3 : 1e-9);
        }
    }
}

/* Forward at the inputs moved along the tangents. */
static struct run moved_forward(const struct values *given, double step)
{
    struct values *moved = allocate(sizeof *moved);
    *moved = *given;
    for (int k = 0; k < f.count; k++) {
        if (f.members[k].role != TANGENT)
            continue;
        int x = (int)(find_member(f.members[k].of) - f.members);
        moved->of[x] = allocate(f.members[x].count * sizeof(double));
        for (size_t i = 0; i < f.members[x].count; i++)
            moved->of[x][i] = given->of[x][i] + step * given->of[k][i];
    }
    struct run run = new_run(FORWARD, moved);
    perform(&run);
    return run;
}

/* t_y against differences of forward along the tangents, where two steps agree. */
static void check_jvp(const struct values *given)
{
    struct run run = new_run(FORWARD, given);
    run.entry = "jvp";
    perform(&run);
    if (single || the_case->rough)
        return;
    static const double steps[] = {-2, -1, 1, 2}, h[] = {1e-3, 2.5e-4};
    struct run at[2][4];
    for (int k = 0; k < 2; k++)
        for (int s = 0; s < 4; s++)
            at[k][s] = moved_forward(given, steps[s] * h[k]);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != OUTPUT_TANGENT)
            continue;
        int y = (int)(find_member(m->of) - f.members);
        double *expected = allocate(m->count * sizeof(double));
        for (size_t i = 0; i < m->count; i++) {
            double estimate[2];
            for (int e = 0; e < 2; e++)
                estimate[e] = (at[e][0].result.of[y][i] - 8 * at[e][1].result.of[y][i] +
                               8 * at[e][2].result.of[y][i] - at[e][3].result.of[y][i]) /
                              (12 * h[e]);
            bool agree = fabs(estimate[0] - estimate[1]) <= 1e-6 * fmax(1, fabs(estimate[0]));
            expected[i] = agree ? estimate[1] : run.result.of[k][i];
        }
        compare("against differences", m, run.result.of[k], expected, 1e-6);
    }
}

/* The gradient of the one output that m is of, at inputs moved along a direction; d_ member g. */
static double *gradient_at(const struct values *given, const struct member *m, int g)
{
    struct values unit = *given;
    for (int s = 0; s < f.count; s++)
        if (f.members[s].role == OUTPUT_GRADIENT) {
            unit.of[s] = allocate(f.members[s].count * sizeof(double));
            unit.of[s][0] = !strcmp(f.members[s].of, m->of);
        }
    struct run run = new_run(FORWARD_BACKWARD, &unit);
    perform(&run);
    return run.result.of[g];
}

static int gradient_of(const char *input)
{
    for (int g = 0; g < f.count; g++)
        if (f.members[g].role == GRADIENT && !strcmp(f.members[g].of, input))
            return g;
    fail("there is no gradient of %s", input);
    return -1;
}

/* What two steps agree on; across a kink they do not, and the value is held against nothing. */
static void compare_estimates(const struct member *m, const double *actual, double *const estimates[2])
{
    double *expected = allocate(m->count * sizeof(double));
    for (size_t i = 0; i < m->count; i++) {
        bool agree = fabs(estimates[0][i] - estimates[1][i]) <= 1e-6 * fmax(1e-2, fabs(estimates[1][i]));
        expected[i] = agree ? estimates[1][i] : actual[i];
    }
    compare("against differences of gradients", m, actual, expected, 1e-7);
    free(expected);
}

static const double second_steps[] = {-2, -1, 1, 2}, second_weights[] = {1, -8, 8, -1},
                    second_widths[] = {1e-3, 2.5e-4};

static void check_hessian(struct values *given)
{
    struct run run = new_run(FORWARD, given);
    run.entry = "hessian";
    perform(&run);
    if (single || the_case->rough)
        return;
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != HESSIAN)
            continue;
        int g = gradient_of(m->wrt), w = (int)(find_member(m->wrt2) - f.members);
        size_t rows = f.members[g].count, columns = f.members[w].count;
        double *estimates[2];
        for (int e = 0; e < 2; e++) {
            estimates[e] = allocate(m->count * sizeof(double));
            for (size_t j = 0; j < columns; j++) {
                double kept = given->of[w][j], h = second_widths[e];
                for (int s = 0; s < 4; s++) {
                    given->of[w][j] = kept + second_steps[s] * h;
                    double *gradient = gradient_at(given, m, g);
                    for (size_t i = 0; i < rows; i++)
                        estimates[e][i * columns + j] += second_weights[s] * gradient[i] / (12 * h);
                }
                given->of[w][j] = kept;
            }
        }
        compare_estimates(m, run.result.of[k], estimates);
    }
}

/* The inputs moved along the directions. */
static struct values moved_along(const struct values *given, double step)
{
    struct values moved = *given;
    for (int d = 0; d < f.count; d++) {
        if (f.members[d].role != DIRECTION)
            continue;
        int x = (int)(find_member(f.members[d].of) - f.members);
        moved.of[x] = allocate(f.members[x].count * sizeof(double));
        for (size_t i = 0; i < f.members[x].count; i++)
            moved.of[x][i] = given->of[x][i] + step * given->of[d][i];
    }
    return moved;
}

static void check_hvp(const struct values *given)
{
    struct run run = new_run(FORWARD, given);
    run.entry = "hvp";
    perform(&run);
    if (single || the_case->rough)
        return;
    const char *output = "";
    for (int o = f.count - 1; o >= 0; o--)
        if (f.members[o].role == OUTPUT && !f.members[o].pointer && !f.members[o].is_int)
            output = f.members[o].name;
    for (int k = 0; k < f.count; k++) {
        struct member of_output = f.members[k];
        if (of_output.role != HVP)
            continue;
        int g = gradient_of(of_output.of);
        of_output.of = output;
        double *estimates[2];
        for (int e = 0; e < 2; e++) {
            estimates[e] = allocate(of_output.count * sizeof(double));
            for (int s = 0; s < 4; s++) {
                struct values moved = moved_along(given, second_steps[s] * second_widths[e]);
                double *gradient = gradient_at(&moved, &of_output, g);
                for (size_t i = 0; i < of_output.count; i++)
                    estimates[e][i] += second_weights[s] * gradient[i] / (12 * second_widths[e]);
            }
        }
        compare_estimates(&f.members[k], run.result.of[k], estimates);
    }
}

static const int32_t *pattern_array(const char *base, int length, const char *suffix)
{
    char name[256];
    snprintf(name, sizeof name, "%.*s_%s", length, base, suffix);
    return symbol(name);
}

/* The values of a sparse entry, put where its pattern says, are the dense matrix. */
static void check_sparse(const struct values *given, const char *dense_entry, const char *sparse_entry)
{
    struct run dense = new_run(FORWARD, given), sparse = new_run(FORWARD, given);
    dense.entry = dense_entry;
    sparse.entry = sparse_entry;
    perform(&dense);
    perform(&sparse);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != JACOBIAN_VALUES && m->role != HESSIAN_VALUES)
            continue;
        char base[256];
        int length = (int)(strlen(m->name) - strlen("_values"));
        snprintf(base, sizeof base, "%.*s", length, m->name);
        const struct member *whole = find_member(base);
        if (!whole || !sparse.result.of[k])
            continue;
        size_t columns = find_member(m->wrt2 ? m->wrt2 : m->wrt)->count, rows = whole->count / columns;
        const int32_t *starts = pattern_array(m->name, length, "rowptr"),
                      *places = pattern_array(m->name, length, "cols");
        if (starts[0] != 0 || (size_t)starts[rows] != m->count)
            fail("%s: rowptr ends at %d of %zu", m->name, (int)starts[rows], m->count);
        const int32_t *row_of = pattern_array(m->name, length, "rows");
        bool is_lower = the_case->lower && m->role == HESSIAN_VALUES && !strcmp(m->wrt, m->wrt2);
        double *expanded = allocate(whole->count * sizeof(double));
        for (size_t i = 0; i < rows; i++)
            for (int32_t at = starts[i]; at < starts[i + 1]; at++) {
                if ((size_t)row_of[at] != i)
                    fail("%s: row %d at %d, in row %zu", m->name, (int)row_of[at], (int)at, i);
                if (is_lower && (size_t)places[at] > i)
                    fail("%s: (%zu, %d) is above the diagonal", m->name, i, (int)places[at]);
                if (is_lower)
                    expanded[(size_t)places[at] * columns + i] = sparse.result.of[k][at];
                if ((size_t)places[at] >= columns || (at > starts[i] && places[at] <= places[at - 1]))
                    fail("%s: column %d at %d", m->name, (int)places[at], (int)at);
                expanded[i * columns + (size_t)places[at]] = sparse.result.of[k][at];
            }
        compare("sparse against dense", whole, expanded, dense.result.of[whole - f.members],
                single ? 1e-4 : 1e-11);
        free(expanded);
    }
}

static void check_workspaces(const struct values *given)
{
    struct run run = new_run(FORWARD, given);
    prepare(&run);
    size_t whole = workspace_size;
    discard();
    run.entries = GRADIENT_ALONE;
    prepare(&run);
    if (workspace_size > whole)
        fail("gradient_workspace is %zu, more than workspace, %zu", workspace_size, whole);
    discard();
}

/* ---- Against another build ---- */

/* Runs that together write every member once. */
static int all_runs(struct run *runs, const struct values *given)
{
    int count = 0;
    runs[count] = new_run(f.differentiable ? FORWARD_BACKWARD : FORWARD, given);
    count++;
    for (size_t e = 3; e < sizeof entry_names / sizeof *entry_names; e++)
        if (has_entry(entry_names[e])) {
            runs[count] = new_run(FORWARD, given);
            runs[count++].entry = entry_names[e];
        }
    for (int r = 0; r < count; r++)
        perform(&runs[r]);
    return count;
}

static void check_expected(const struct values *given)
{
    struct run runs[8];
    int count = find_line(the_case, "expected", NULL) ? all_runs(runs, given) : 0;
    for (int r = 0; r < count; r++)
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            const struct line *line = runs[r].result.of[k] ? find_line(the_case, "expected", m->name) : NULL;
            if (!line)
                continue;
            if ((size_t)line->count != m->count)
                fail("%s has %zu elements, the case expects %d", m->name, m->count, line->count);
            double *expected = allocate(m->count * sizeof(double));
            for (size_t i = 0; i < m->count; i++) /* where nothing is known, nothing is held against it */
                expected[i] = isnan(line->values[i]) ? runs[r].result.of[k][i] : line->values[i];
            compare("against another build", m, runs[r].result.of[k], expected,
                    single ? the_case->tolerance32 : 1e-8);
        }
}

/* The inputs moved by about 1e-7 of their size, which float32 cannot tell from the inputs. */
static struct values moved_inputs(const struct values *given, uint32_t seed)
{
    struct values moved = *given;
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (!given->of[k] || m->is_int || (m->role != INPUT && m->role != INOUT))
            continue;
        moved.of[k] = allocate(m->count * sizeof(double));
        for (size_t i = 0; i < m->count; i++)
            moved.of[k][i] = given->of[k][i] + 1e-7 * noise(&seed);
    }
    return moved;
}

static void record_case(void)
{
    enum { MOVES = 3 };
    struct values given = read_inputs(true);
    struct run runs[8], moved_runs[MOVES][8];
    int count = all_runs(runs, &given);
    for (int move = 0; move < MOVES; move++) {
        struct values moved = moved_inputs(&given, (uint32_t)move + 7);
        all_runs(moved_runs[move], &moved);
    }
    for (int r = 0; r < count; r++)
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            const double *values = runs[r].result.of[k];
            if (!values)
                continue;
            printf("expected %s", m->name);
            for (size_t i = 0; i < m->count; i++) {
                double change = 0;
                for (int move = 0; move < MOVES; move++)
                    change = fmax(change, fabs(moved_runs[move][r].result.of[k][i] - values[i]));
                printf(change <= 1e-4 * fmax(1, fabs(values[i])) ? " %.17g" : " nan", values[i]);
            }
            printf("\n");
        }
}

static void check_case(const struct testcase *c)
{
    struct values given = read_inputs(true);
    for (int k = 0; single && k < f.count; k++)
        for (size_t i = 0; given.of[k] && !f.members[k].is_int && i < f.members[k].count; i++)
            given.of[k][i] = rounded(given.of[k][i]);
    if (c->status != OK) {
        for (enum entries e = FORWARD; e <= GRADIENT_ALONE; e++) {
            if (e == FORWARD_BACKWARD || (e == GRADIENT_ALONE && !f.differentiable))
                continue;
            struct run run = new_run(e, &given);
            run.status = c->status;
            run.late = c->late;
            perform(&run);
        }
        /* subscripts are judged for backward, too, whatever is wanted now */
        struct run nothing = new_run(FORWARD, &given);
        nothing.status = c->status;
        for (int k = 0; k < f.count; k++)
            nothing.is_null[k] = f.members[k].pointer && f.members[k].role == OUTPUT;
        if (c->status == EINDEX)
            perform(&nothing);
        for (size_t e = 3; e < sizeof entry_names / sizeof *entry_names; e++) {
            struct run run = new_run(FORWARD, &given);
            run.status = c->status;
            run.late = c->late;
            run.entry = entry_names[e];
            if (has_entry(run.entry))
                perform(&run);
        }
        return;
    }
    struct run forward = new_run(FORWARD, &given);
    perform(&forward);
    compare_stored("forward", &forward, false);
    check_expected(&given);
    if (!threads)
        check_refusals(&given);
    check_products(&given);
    if (!threads)
        check_bind(&given);
    if (!f.differentiable) {
        check_unwanted(&given, FORWARD, NULL);
        return;
    }
    struct run full = new_run(FORWARD_BACKWARD, &given), alone = new_run(GRADIENT_ALONE, &given);
    perform(&full);
    compare_stored("backward", &full, true);
    perform(&alone);
    compare_stored("gradient", &alone, true);
    compare_runs("gradient against backward", &alone, &full);
    check_workspaces(&given);
    check_second_backward(&given, &full);
    check_default_seed(&given);
    check_unwanted(&given, FORWARD_BACKWARD, NULL);
    check_unwanted(&given, GRADIENT_ALONE, NULL);
    check_unseeded(&given);
    if (has_entry("jacobian"))
        check_jacobian(&given);
    if (has_entry("hessian"))
        check_hessian(&given);
    if (has_entry("jvp"))
        check_jvp(&given);
    if (has_entry("hvp"))
        check_hvp(&given);
    if (has_entry("sparse_jacobian"))
        check_sparse(&given, "jacobian", "sparse_jacobian");
    if (has_entry("sparse_hessian"))
        check_sparse(&given, "hessian", "sparse_hessian");
    for (size_t e = 3; e < sizeof entry_names / sizeof *entry_names; e++)
        if (has_entry(entry_names[e]))
            check_unwanted(&given, FORWARD, entry_names[e]);
    if (!c->rough && !single && !threads)
        check_differences(&given, &full);
}

static bool run_case(const struct testcase *c, const struct json *interface)
{
    current_case = c->name;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(threads ? 60 : 20);
        the_case = c;
        const struct json *function = json_get(interface, "functions")->first;
        while (function && strcmp(json_text(function, "name"), c->function))
            function = function->next;
        if (!function)
            fail("there is no function %s", c->function);
        read_members(function);
        if (records)
            record_case();
        else
            check_case(c);
        fflush(stdout);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        fprintf(records ? stderr : stdout, "FAIL %s: ended by signal %d\n", c->name, WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int count, char **arguments)
{
    int passed = 0, failed = 0;
    if (count < 4) {
        fprintf(stderr, "usage: driver LIBRARY.so INTERFACE.json CASES [float32] [threads] [record]\n");
        return 2;
    }
    for (int i = 4; i < count; i++) {
        single = single || !strcmp(arguments[i], "float32");
        threads = threads || !strcmp(arguments[i], "threads");
        records = records || !strcmp(arguments[i], "record");
    }
    library = dlopen(arguments[1], RTLD_NOW);
    if (!library) {
        fprintf(stderr, "driver: %s\n", dlerror());
        return 2;
    }
    json_at = read_whole(arguments[2]);
    const struct json *interface = json_value();
    single = single || !strcmp(json_text(interface, "precision"), "float32");
    for (const struct testcase *c = read_cases(read_whole(arguments[3])); c; c = c->next) {
        if (c->only_double && single)
            continue;
        if (records)
            print_case(c);
        if (run_case(c, interface))
            passed++;
        else
            failed++;
    }
    if (!records)
        printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
