/* json.c: JSON as a tree of values. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

struct json *json_parse(const char *text)
{
    json_at = text;
    return json_value();
}

const struct json *json_get(const struct json *object, const char *key)
{
    for (const struct json *value = object ? object->first : NULL; value; value = value->next)
        if (value->key && !strcmp(value->key, key))
            return value;
    return NULL;
}

const char *json_text(const struct json *object, const char *key)
{
    const struct json *value = json_get(object, key);
    return value && value->text ? value->text : "";
}
