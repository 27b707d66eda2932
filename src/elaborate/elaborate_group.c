/* elaborate_group.c: finding groups, and what their definitions must keep before anybody declares a member:
 * no group contains itself, groups nest to a fixed depth, and all members of one, written out, are so many at
 * most. */
#include "elaborator.h"

#include <string.h>

enum { DEEPEST_GROUP = 64, MOST_MEMBERS = 100000 };

struct found_group {
    const struct definition *group; /* or NULL */
    struct unit *home;
};

/* Like functions of imports (elaborate_call.c), what was found is kept. */
const struct definition *find_group(struct elaborator *e, struct unit *unit, const char *name,
                                    struct unit **home)
{
    const struct definition *group = map_get(&unit->groups, name);
    *home = unit;
    if (group || !unit->imports_count)
        return group;
    struct found_group *found = map_get(&unit->imported_groups, name);
    if (!found) {
        found = ARENA_NEW(e->arena, struct found_group);
        for (size_t i = 0; !found->group && i < unit->imports_count; i++)
            found->group = find_group(e, unit->imports[i], name, &found->home);
        if (found->group && !unit->loading)
            warn_second_import(e, unit, found->group);
        if (!unit->loading)
            map_set(e->arena, &unit->imported_groups, name, found);
    }
    *home = found->group ? found->home : unit;
    return found->group;
}

/* What is known of a group: how many members it has when those of its groups are written out. */
struct extent {
    const struct definition *group;
    bool complete; /* else: being looked at */
    int members, depth;
};

struct group_check {
    struct elaborator *e;
    struct unit *unit; /* in which the names of groups are looked up */
    struct map extents;
    bool right;
};

static struct extent *extent_of(struct group_check *check, const struct definition *group,
                                const struct parameter *outer, int depth);

/* Adds what a member of a group brings; false after an error, which is told once. */
static bool add_member_group(struct group_check *check, struct extent *extent, const struct parameter *member,
                             int depth)
{
    struct unit *home;
    const struct definition *inner = find_group(check->e, check->unit, member->type->group, &home);
    struct extent *own = inner ? extent_of(check, inner, member, depth + 1) : NULL;
    if (!inner) /* told where the group is used */
        return true;
    if (own && !own->complete) {
        if (inner == extent->group)
            report_error(check->e->diagnostics, member->span, "the group %s contains itself", inner->name);
        else
            report_error(check->e->diagnostics, member->span, "the group %s contains itself: %s contains %s",
                         inner->name, extent->group->name, inner->name);
        own = NULL;
    }
    if (!own)
        return false;
    extent->members += own->members;
    extent->depth = own->depth + 1 > extent->depth ? own->depth + 1 : extent->depth;
    return true;
}

/* NULL after an error. `outer` is the member that is of this group, or NULL. */
static struct extent *extent_of(struct group_check *check, const struct definition *group,
                                const struct parameter *outer, int depth)
{
    struct extent *extent = map_get(&check->extents, group->name);
    struct span at = outer ? outer->span : group->name_span;
    if (extent)
        return extent->complete && extent->members < 0 ? NULL : extent;
    extent = ARENA_NEW(check->e->arena, struct extent);
    extent->group = group;
    map_set(check->e->arena, &check->extents, group->name, extent);
    bool right = depth < DEEPEST_GROUP;
    for (const struct parameter *member = group->parameters; member && right; member = member->next) {
        if (member->type->kind == TYPE_GROUP)
            right = add_member_group(check, extent, member, depth);
        else
            extent->members++;
        if (right && extent->members > MOST_MEMBERS) {
            report_error(check->e->diagnostics, member->span,
                         "the group %s has more than %d members, those of its groups counted", group->name,
                         MOST_MEMBERS);
            right = false;
        }
    }
    if (depth >= DEEPEST_GROUP || (right && extent->depth >= DEEPEST_GROUP)) {
        report_error(check->e->diagnostics, at, "groups contain each other to a depth of at most %d",
                     DEEPEST_GROUP);
        right = false;
    }
    extent->complete = true;
    extent->members = right ? extent->members : -1;
    check->right = check->right && right;
    return right ? extent : NULL;
}

bool check_groups(struct elaborator *e)
{
    bool right = true;
    for (size_t i = 0; i < e->units_count; i++) {
        struct group_check check = {.e = e, .unit = e->units[i], .right = true};
        for (size_t k = 0; k < e->units[i]->groups.entries_count; k++)
            extent_of(&check, e->units[i]->groups.entries[k].value, NULL, 0);
        right = right && check.right;
    }
    return right;
}
