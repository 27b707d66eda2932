/* protocol.h: GradBench's protocol: a JSON object on each line of standard input, answered by one on standard
 * output.
 *
 * What is read of a message, and what an eval allocates for it, lives until it is answered. The first thing
 * that is wrong with a message is its answer; what is read afterwards is harmless. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../example.h"
#include <cjson/cJSON.h>

struct message {
    const cJSON *input;
    const char *function;
    const char *problem; /* what is wrong with the message, NULL: nothing */
    cJSON *timings;
    void *memory[32]; /* what was allocated */
    size_t count;
};

/* Memory for `count` elements of `size` bytes, aligned as a workspace. */
static inline void *message_allocate(struct message *t, size_t count, size_t size)
{
    if (t->count == sizeof t->memory / sizeof *t->memory) {
        fprintf(stderr, "an eval keeps too much\n");
        exit(1);
    }
    void *memory = workspace_new(count * size);
    t->memory[t->count++] = memory;
    return memory;
}

static inline void message_free(struct message *t)
{
    while (t->count > 0)
        workspace_free(t->memory[--t->count]);
    cJSON_Delete(t->timings);
}

/* The member of the input that a path such as "data.model.weights" names; NULL and a problem if there is
 * none. */
static inline const cJSON *message_member(struct message *t, const char *path)
{
    const cJSON *found = t->input;
    char name[64];
    while (found && *path) {
        size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        found = cJSON_GetObjectItemCaseSensitive(found, name);
        path += length + (path[length] == '.');
    }
    if (!found && !t->problem)
        t->problem = "the input lacks a member";
    return found;
}

static inline double message_number(struct message *t, const char *path)
{
    const cJSON *found = message_member(t, path);
    if (found && !cJSON_IsNumber(found) && !cJSON_IsBool(found) && !t->problem)
        t->problem = "a member is no number";
    return !found || cJSON_IsFalse(found) ? 0 : cJSON_IsTrue(found) ? 1 : found->valuedouble;
}

/* A whole number, at least 0. */
static inline size_t message_size(struct message *t, const char *path)
{
    double value = message_number(t, path);
    if (value >= 0 && value < 1e9)
        return (size_t)value;
    if (!t->problem)
        t->problem = "a size is out of range";
    return 0;
}

/* How many elements the array has; how many its first element has. */
static inline size_t message_rows(struct message *t, const char *path)
{
    return (size_t)cJSON_GetArraySize(message_member(t, path));
}

static inline size_t message_columns(struct message *t, const char *path)
{
    const cJSON *found = message_member(t, path);
    return found ? (size_t)cJSON_GetArraySize(found->child) : 0;
}

/* Writes the numbers of nested arrays one behind the other, at most `room`; returns how many there are. */
static inline size_t message_flatten(const cJSON *from, double *to, size_t room)
{
    if (!cJSON_IsArray(from)) {
        if (room > 0)
            *to = cJSON_IsNumber(from) ? from->valuedouble : NAN;
        return 1;
    }
    size_t written = 0;
    for (const cJSON *item = from->child; item; item = item->next)
        written += message_flatten(item, to + (written < room ? written : room),
                                   written < room ? room - written : 0);
    return written;
}

/* The numbers of nested arrays, of which there must be `count`. */
static inline double *message_numbers(struct message *t, const char *path, size_t count)
{
    const cJSON *found = message_member(t, path);
    double *numbers = message_allocate(t, count, sizeof *numbers);
    if (found && message_flatten(found, numbers, count) != count && !t->problem)
        t->problem = "an array has another size than it should have";
    return numbers;
}

static inline int32_t *message_ints(struct message *t, const char *path, size_t count)
{
    const double *numbers = message_numbers(t, path, count);
    int32_t *ints = message_allocate(t, count, sizeof *ints);
    for (size_t i = 0; i < count && !t->problem; i++) {
        if (!(fabs(numbers[i]) < 1e9)) {
            t->problem = "an index is out of range";
            return ints;
        }
        ints[i] = (int32_t)numbers[i];
    }
    return ints;
}

/* Nested arrays of `depth` lengths. */
static inline cJSON *message_array(const double **numbers, const size_t *lengths, size_t depth)
{
    if (depth == 0)
        return cJSON_CreateNumber(*(*numbers)++);
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < lengths[0]; i++)
        cJSON_AddItemToArray(array, message_array(numbers, lengths + 1, depth - 1));
    return array;
}

static inline cJSON *message_vector(const double *numbers, size_t n)
{
    return message_array(&numbers, &n, 1);
}

static inline cJSON *message_matrix(const double *numbers, size_t rows, size_t columns)
{
    const size_t lengths[] = {rows, columns};
    return message_array(&numbers, lengths, 2);
}

/* Runs an entry as often and as long as the input asks, notes how long each run took, and tells whether all
 * went well. */
static inline int message_run(struct message *t, int (*entry)(void *), void *model)
{
    const cJSON *runs = cJSON_GetObjectItemCaseSensitive(t->input, "min_runs"),
                *seconds = cJSON_GetObjectItemCaseSensitive(t->input, "min_seconds");
    double least_runs = cJSON_IsNumber(runs) ? runs->valuedouble : 1,
           least_seconds = cJSON_IsNumber(seconds) ? seconds->valuedouble : 0, elapsed = 0;
    if (t->problem)
        return 0;
    for (double run = 0; run < 1 || run < least_runs || elapsed < least_seconds; run++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        int status = entry(model);
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (status != GRADC_OK) {
            t->problem = gradc_strerror(status);
            return 0;
        }
        double nanoseconds =
            1e9 * (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec);
        cJSON *timing = cJSON_CreateObject();
        cJSON_AddStringToObject(timing, "name", "evaluate");
        cJSON_AddNumberToObject(timing, "nanoseconds", nanoseconds);
        cJSON_AddItemToArray(t->timings, timing);
        elapsed += 1e-9 * nanoseconds;
    }
    return 1;
}

#endif
