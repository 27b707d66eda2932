/* shrink.c: makes a program that fails smaller while it fails in the same way.
 *
 * usage: shrink SECONDS PROGRAM.nn CASES COMMAND...
 *
 * COMMAND PROGRAM.nn CASES prints on its last line how the program fails. Definitions, statements, items of lists and
 * operands are taken out, sizes made smaller, as long as that line stays the same. The files are replaced. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *program_path, *cases_path;
static char *program, *cases, *command, *kind;
static time_t deadline;

/* ---- Files and the command ---- */

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        exit(2);
    return memory;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(2);
    }
    size_t length = 0, room = 1 << 16;
    char *text = allocate(room);
    for (size_t got; (got = fread(text + length, 1, room - length - 1, file)) > 0;) {
        length += got;
        if (room - length < 2 && !(text = realloc(text, room *= 2)))
            exit(2);
    }
    text[length] = 0;
    fclose(file);
    return text;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
        perror(path);
        exit(2);
    }
}

static char *last_line(void)
{
    FILE *output = popen(command, "r");
    char line[1000], *last = NULL;
    while (output && fgets(line, sizeof line, output)) {
        free(last);
        last = strdup(line);
    }
    if (output)
        pclose(output);
    return last ? last : strdup("");
}

/* Whether these texts fail in the same way; then they are the ones to go on with. */
static bool still_fails(char *new_program, char *new_cases)
{
    if (time(NULL) >= deadline)
        return false;
    write_file(program_path, new_program);
    write_file(cases_path, new_cases);
    char *now = last_line();
    bool same = !strcmp(now, kind);
    free(now);
    if (same) {
        program = new_program;
        cases = new_cases;
    }
    return same;
}

/* The program with what stands from `from` to `to` replaced. */
static bool without(size_t from, size_t to, const char *replacement, size_t length)
{
    size_t whole = strlen(program);
    char *changed = allocate(whole + length + 1);
    memcpy(changed, program, from);
    memcpy(changed + from, replacement, length);
    memcpy(changed + from + length, program + to, whole - to + 1);
    if (still_fails(changed, cases))
        return true;
    free(changed);
    return false;
}

/* ---- Where things end ---- */

static size_t line_end(size_t at)
{
    while (program[at] && program[at] != '\n')
        at++;
    return program[at] ? at + 1 : at;
}

/* The end of the bracket that opens here. */
static size_t closing(size_t at)
{
    int depth = 0;
    for (; program[at]; at++) {
        depth += strchr("([{", program[at]) != NULL;
        depth -= strchr(")]}", program[at]) != NULL;
        if (depth == 0)
            return at;
    }
    return at;
}

/* The end of a statement or definition that begins here: of its line, or of its last block. */
static size_t statement_end(size_t at)
{
    size_t end = line_end(at);
    while (end > at + 2 && program[end - 2] == '{' && program[end]) {
        size_t close = closing(end - 2);
        end = line_end(close);
    }
    return end;
}

/* ---- What is tried ---- */

/* Definitions and statements, the last ones first, since nothing depends on them. */
static bool drop_statements(void)
{
    bool any = false;
    size_t starts[4000], count = 0;
    for (size_t at = 0; program[at] && count < 4000; at = line_end(at))
        starts[count++] = at;
    while (count-- > 0) {
        size_t at = starts[count], text = at + strspn(program + at, " ");
        if (program[text] == '}' || program[text] == '\n')
            continue;
        any = without(at, statement_end(at), "", 0) || any;
    }
    return any;
}

/* A block without what surrounds it; one side of a branch. */
static bool unwrap_blocks(void)
{
    bool any = false;
    for (size_t at = 0; program[at]; at++) {
        if (program[at] != '{' || at == 0)
            continue;
        size_t start = at, close = closing(at);
        while (start && program[start - 1] != '\n')
            start--;
        if (program[start] != ' ' || !program[close])
            continue;
        size_t inside = line_end(at), inside_end = close, end = statement_end(start);
        while (inside_end > inside && program[inside_end - 1] == ' ')
            inside_end--;
        if (program[start + strspn(program + start, " ")] != '}') {
            char *body = strndup(program + inside, inside_end - inside);
            bool done = without(start, end, body, strlen(body));
            free(body);
            if (done) {
                any = true;
                continue;
            }
        }
        if (!strncmp(program + close, "} else", 6) && without(close + 1, end, "\n", 1))
            any = true;
    }
    return any;
}

/* Items between commas, in brackets, after `return`, `wrt` and `:`. */
static bool drop_items(void)
{
    bool any = false;
    for (size_t at = 0; program[at]; at++) {
        if (program[at] != ',')
            continue;
        int depth = 0;
        size_t next = at + 1, before = at;
        for (; program[next] && program[next] != '\n' && !(depth == 0 && strchr(",)]}:", program[next])); next++)
            depth += strchr("([{", program[next]) != NULL ? 1 : strchr(")]}", program[next]) != NULL ? -1 : 0;
        if (without(at, next, "", 0)) {
            any = true;
            at--;
            continue;
        }
        for (depth = 0; before > 0 && !(depth == 0 && strchr(",([{\n", program[before - 1])); before--) {
            if (depth == 0 && (!strncmp(program + before - 1, " wrt ", 5) || !strncmp(program + before - 1, "return ", 7))) {
                before += program[before - 1] == ' ' ? 4 : 6;
                break;
            }
            depth += strchr(")]}", program[before - 1]) != NULL ? 1 : strchr("([{", program[before - 1]) != NULL ? -1 : 0;
        }
        if (before < at && without(before, at + 1 + (program[at + 1] == ' '), "", 0))
            any = true;
    }
    return any;
}

/* A call or parenthesis becomes one of its items, or a number. */
static bool replace_calls(void)
{
    bool any = false;
    for (size_t at = 0; program[at]; at++) {
        if (program[at] != '(' || at == 0)
            continue;
        size_t start = at, close = closing(at);
        while (start && (isalnum((unsigned char)program[start - 1]) || program[start - 1] == '_'))
            start--;
        if (start == 0 || program[start - 1] == '\n' || !program[close])
            continue; /* the header of a function */
        if (without(start, close + 1, "0.5", 3)) {
            any = true;
            continue;
        }
        for (size_t item = at + 1, end = item; end <= close; end++) {
            if (strchr("([{", program[end]))
                end = closing(end);
            if (end < close && program[end] != ',')
                continue;
            char *text = strndup(program + item, end - item);
            bool done = without(start, close + 1, text, strlen(text));
            free(text);
            if (done) {
                any = true;
                at = start;
                break;
            }
            item = end + 1 + (program[end + 1] == ' ');
        }
    }
    return any;
}

/* An operator and one of its operands; one side of a choice. */
static bool drop_operands(void)
{
    bool any = false;
    for (size_t at = 1; program[at]; at++) {
        if (program[at - 1] != ' ')
            continue;
        size_t length = 0;
        if (strchr("+-*/@", program[at]) && program[at + 1] == ' ')
            length = 1;
        else if (!strncmp(program + at, "and ", 4) || !strncmp(program + at, "or ", 3))
            length = program[at] == 'a' ? 3 : 2;
        else if (!strncmp(program + at, "then ", 5) || !strncmp(program + at, "else ", 5))
            length = 4;
        if (!length)
            continue;
        size_t left = at - 1, right = at + length;
        int depth = 0;
        while (left > 0 && !(depth == 0 && strchr("([{\n,=", program[left - 1]))) {
            depth += strchr(")]}", program[left - 1]) != NULL ? 1 : strchr("([{", program[left - 1]) != NULL ? -1 : 0;
            left--;
        }
        for (depth = 0; program[right] && !(depth == 0 && strchr(")]}\n,", program[right])); right++)
            depth += strchr("([{", program[right]) != NULL ? 1 : strchr(")]}", program[right]) != NULL ? -1 : 0;
        if (program[left] == ' ')
            left++;
        if (without(left, at + length + 1, "", 0)) {
            any = true;
            at = left > 1 ? left : 1;
        } else if (without(at - 1, right, "", 0)) {
            any = true;
        }
    }
    return any;
}

/* Another number in place of one, everywhere. */
static char *with_number(const char *text, const char *old, const char *new)
{
    char *changed = allocate(2 * strlen(text) + 100);
    size_t length = 0, width = strlen(old);
    for (const char *at = text; *at;) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || strchr("._", at[-1]));
        if (begins && !strncmp(at, old, width) && !isalnum((unsigned char)at[width]) && at[width] != '_' &&
            !(at[width] == '.' && isdigit((unsigned char)at[width + 1]))) {
            strcpy(changed + length, new);
            length += strlen(new);
            at += width;
        } else {
            changed[length++] = *at++;
        }
    }
    changed[length] = 0;
    return changed;
}

static bool smaller_sizes(void)
{
    bool any = false;
    static const char *const smaller[] = {"1", "2", "3", "4", "8", "33"};
    for (int size = 2; size <= 130; size++)
        for (size_t s = 0; s < sizeof smaller / sizeof *smaller && atoi(smaller[s]) < size; s++) {
            char old[20];
            snprintf(old, sizeof old, "%d", size);
            char *new_program = with_number(program, old, smaller[s]), *new_cases = allocate(2 * strlen(cases) + 100);
            size_t length = 0;
            for (const char *row = cases; *row;) { /* in the lines of sizes */
                size_t width = strcspn(row, "\n") + 1;
                char *line = strndup(row, width), *changed = strncmp(row, "size", 4) ? strdup(line) : with_number(line, old, smaller[s]);
                strcpy(new_cases + length, changed);
                length += strlen(changed);
                row += strlen(line);
                free(line);
                free(changed);
            }
            new_cases[length] = 0;
            if ((strcmp(new_program, program) || strcmp(new_cases, cases)) && still_fails(new_program, new_cases)) {
                any = true;
                break;
            }
        }
    return any;
}

int main(int count, char **arguments)
{
    if (count < 5) {
        fprintf(stderr, "usage: shrink SECONDS PROGRAM.nn CASES COMMAND...\n");
        return 2;
    }
    deadline = time(NULL) + atoi(arguments[1]);
    program_path = arguments[2];
    cases_path = arguments[3];
    program = read_file(program_path);
    cases = read_file(cases_path);
    size_t room = 100;
    for (int i = 2; i < count; i++)
        room += strlen(arguments[i]) + 4;
    command = allocate(room);
    *command = 0;
    for (int i = 4; i < count; i++)
        strcat(strcat(strcat(command, "'"), arguments[i]), "' ");
    strcat(strcat(strcat(strcat(command, "'"), program_path), "' '"), cases_path);
    strcat(command, "'");
    kind = last_line();
    bool any = true;
    while (any && time(NULL) < deadline) {
        any = drop_statements();
        any = unwrap_blocks() || any;
        any = drop_items() || any;
        any = replace_calls() || any;
        any = drop_operands() || any;
        any = smaller_sizes() || any;
    }
    write_file(program_path, program);
    write_file(cases_path, cases);
    fputs(kind, stdout);
    return 0;
}
