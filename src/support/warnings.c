/* warnings.c: the kinds of warnings, and which are on. */
#include "warnings.h"

#include <string.h>

#define WARNING_NAME(kind, name, on) name,
const char *const warning_names[WARNING_COUNT] = {WARNINGS(WARNING_NAME)};
#undef WARNING_NAME

struct warnings warnings_defaults(void)
{
#define WARNING_ON(kind, name, on) on,
    return (struct warnings){.on = {WARNINGS(WARNING_ON)}};
#undef WARNING_ON
}

bool warnings_switch(struct warnings *warnings, const char *text)
{
    bool on = strncmp(text, "no-", 3) != 0, found = false;
    const char *name = on ? text : text + 3;
    if (!strcmp(name, "error")) {
        warnings->are_errors = on;
        return true;
    }
    for (int i = 0; i < WARNING_COUNT; i++)
        if (!strcmp(name, "all") || !strcmp(name, warning_names[i])) {
            warnings->on[i] = on;
            found = true;
        }
    return found;
}
