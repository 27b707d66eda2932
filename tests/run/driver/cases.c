/* cases.c: reads case files; driver.c says what stands in them. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct testcase *read_cases(char *text)
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
        } else if (!strcmp(kind, "least")) {
            c->least = atof(name);
        } else {
            struct line *line = allocate(sizeof *line);
            int room = 8;
            line->kind = kind;
            line->name = name;
            line->values = allocate((size_t)room * sizeof *line->values);
            for (char *word; (word = strtok_r(NULL, " \t", &words));) {
                bool again = *word == '*' && line->count > 0;
                long times = again ? strtol(word + 1, NULL, 10) - 1 : 1;
                double value = again ? line->values[line->count - 1] : strtod(word, NULL);
                for (long time = 0; time < times; time++) {
                    if (line->count == room)
                        line->values = realloc(line->values, (size_t)(room *= 2) * sizeof *line->values);
                    line->values[line->count++] = value;
                }
            }
            line->next = c->lines;
            c->lines = line;
        }
    }
    return cases;
}

void print_case(const struct testcase *c)
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

const struct line *find_line(const struct testcase *c, const char *kind, const char *name)
{
    for (const struct line *line = c->lines; line; line = line->next)
        if (!strcmp(line->kind, kind) && (!name || !strcmp(line->name, name)))
            return line;
    return NULL;
}
