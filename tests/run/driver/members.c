/* members.c: the members of the struct, from the interface: where they are, and how many elements they have.
 */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct function f;
void *library;
const struct testcase *the_case;

static const char *const role_names[] = {
    "size",      "input",           "inout",          "output",  "output_gradient", "gradient",
    "workspace", "jacobian",        "hessian",        "tangent", "output_tangent",  "direction",
    "hvp",       "jacobian_values", "hessian_values", "prepared"};

bool is_room(const struct member *m)
{
    return m->role == WORKSPACE || m->role == PREPARED;
}

bool has_entry(const char *entry)
{
    const struct json *entries = json_get(f.description, "entries");
    for (const struct json *e = entries->first; e; e = e->next)
        if (!strcmp(e->text, entry))
            return true;
    return false;
}

void *symbol(const char *entry)
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
long size_of_all;
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

long size_number(const char *text)
{
    size_at = text;
    return size_sum();
}

struct placed_double {
    char before;
    double x;
};

void read_members(const struct json *description)
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
            long size = axis->text ? size_number(axis->text) : (long)axis->number;
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

struct member *find_member(const char *name)
{
    for (int k = 0; k < f.count; k++)
        if (!strcmp(f.members[k].name, name))
            return &f.members[k];
    return NULL;
}
