/* compiled.c: compiles emitted C with the user's own compiler and calls it in a process of its own.
 *
 * The program is made of the model's C with tables of its structs and entries behind it, and of caller.c.in,
 * which asks and answers through pipes. So the layout of structs is the compiler's, and what goes wrong in
 * there, such as a signal, is told here. */
#include "compiled.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "caller_text.h"

extern char **environ;

enum { LINES_TOLD = 5, ENTRIES = ENTRY_COUNT };

struct compiled {
    struct arena *arena;
    const struct module *module;
    int program; /* its file, which has no name any more */
    pid_t process;
    FILE *asked, *answered, *errors;
};

/* ---- Tables ---- */

static const char *kind_of(const struct module *module, const struct member *member)
{
    return member->role == ROLE_SIZE ? "3" : member->type != REAL ? "2" : module->precision == 32 ? "0" : "1";
}

static bool is_called(const struct member *member)
{
    return member->role != ROLE_WORKSPACE && member->role != ROLE_TABLE && member->role != ROLE_PREPARED &&
           member->role != ROLE_PREPARED_VALUE;
}

static const struct member *workspace_of(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_WORKSPACE)
            return &function->members[i];
    return NULL;
}

static void write_function(FILE *file, const struct module *module, const struct function *function,
                           size_t number)
{
    const struct member *work = workspace_of(function);
    fprintf(file, "static const struct called_member called_members_%zu[] = {\n", number);
    for (size_t i = 0; i < function->members_count; i++)
        if (is_called(&function->members[i]))
            fprintf(file, "    {offsetof(struct %s, %s), %s, %d},\n", function->name,
                    function->members[i].name, kind_of(module, &function->members[i]),
                    is_pointer_member(&function->members[i]));
    fputs("    {0, 0, 0}};\n", file);
    for (int e = 0; e < ENTRIES; e++)
        if (function->entries[e])
            fprintf(file, "static int call_%zu_%d(void *m)\n{\n    return %s_%s((struct %s *)m);\n}\n",
                    number, e, function->name, entry_name((enum entry)e), function->name);
    fprintf(file, "static int (*const called_entries_%zu[])(void *) = {", number);
    for (int e = 0; e < ENTRIES; e++)
        if (function->entries[e])
            fprintf(file, "%scall_%zu_%d", e ? ", " : "", number, e);
        else
            fputs(e ? ", 0" : "0", file);
    fputs("};\n", file);
    if (work)
        fprintf(file, "static size_t room_%zu(void *m)\n{\n    return %s_workspace((struct %s *)m);\n}\n",
                number, function->name, function->name);
    if (function->entries[ENTRY_PREPARE])
        fprintf(
            file,
            "static size_t prepared_room_%zu(void *m)\n{\n    return %s_prepared_size((struct %s *)m);\n}\n",
            number, function->name, function->name);
    if (work && function->entries[ENTRY_GRADIENT])
        fprintf(file,
                "static size_t gradient_room_%zu(void *m)\n{\n    return %s_gradient_workspace((struct %s "
                "*)m);\n}\n",
                number, function->name, function->name);
}

/* One line of the table of all functions. */
static void write_row(FILE *file, const struct function *function, size_t number)
{
    const struct member *work = workspace_of(function);
    size_t count = 0;
    for (size_t i = 0; i < function->members_count; i++)
        count += is_called(&function->members[i]);
    fprintf(file, "    {sizeof(struct %s), called_members_%zu, %zu, called_entries_%zu, ", function->name,
            number, count, number);
    if (work)
        fprintf(file, "room_%zu, ", number);
    else
        fputs("0, ", file);
    if (work && function->entries[ENTRY_GRADIENT])
        fprintf(file, "gradient_room_%zu, ", number);
    else
        fputs("0, ", file);
    if (work)
        fprintf(file, "offsetof(struct %s, %s), ", function->name, work->name);
    else
        fputs("0, ", file);
    if (function->entries[ENTRY_PREPARE])
        fprintf(file, "call_%zu_%d, prepared_room_%zu, offsetof(struct %s, prepared)},\n", number,
                ENTRY_PREPARE, number, function->name);
    else
        fputs("0, 0, 0},\n", file);
}

/* The declarations that caller.c.in has, too. */
static void write_tables(FILE *file, const struct module *module)
{
    const char *begin = strstr(caller_text, "struct called_member {");
    const char *end = strstr(begin, "extern const struct called ");
    fprintf(file, "\n%.*s", (int)(end - begin), begin);
    for (size_t i = 0; i < module->functions_count; i++)
        write_function(file, module, module->functions[i], i);
    fputs("extern const struct called called_functions[];\nconst struct called called_functions[] = {\n",
          file);
    for (size_t i = 0; i < module->functions_count; i++)
        write_row(file, module->functions[i], i);
    fputs("};\n", file);
}

/* ---- Compiling ---- */

static bool write_file(struct arena *arena, const char *folder, const char *name, const struct module *module,
                       const char *defines, const char *text)
{
    FILE *file = fopen(arena_print(arena, "%s/%s", folder, name), "w");
    if (!file)
        return false;
    fprintf(file, "%s%s", defines, text);
    if (module)
        write_tables(file, module);
    bool is_good = !ferror(file);
    return fclose(file) == 0 && is_good;
}

/* The first lines of a file, indented. */
static const char *first_lines(struct arena *arena, FILE *file)
{
    char line[400];
    const char *text = "";
    if (file)
        rewind(file);
    for (int i = 0; file && i < LINES_TOLD && fgets(line, sizeof line, file); i++) {
        size_t length = strcspn(line, "\n");
        text = arena_print(arena, "%s\n    %.*s", text, (int)length, line);
    }
    return text;
}

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

/* The wait status of the compiler. */
static int run_compiler(const char *folder)
{
    static const char command[] =
        "exec ${CC:-cc} ${CFLAGS--O2} -o caller model.c caller.c ${LDFLAGS-} -lm > messages 2>&1";
    int status = -1;
    pid_t process = fork();
    if (process == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (chdir(folder) == 0)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(126);
    }
    while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return process > 0 ? status : -1;
}

static const char *why_not_compiled(struct arena *arena, const char *folder, int status)
{
    const char *compiler = setting("CC", "cc"), *flags = setting("CFLAGS", "-O2");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return arena_print(arena, "there is no C compiler `%s`; CC names another one", compiler);
    FILE *messages = fopen(arena_print(arena, "%s/messages", folder), "r");
    const char *lines = first_lines(arena, messages);
    if (messages)
        fclose(messages);
    return arena_print(arena, "`%s %s` does not compile the C:%s", compiler, flags, lines);
}

static void remove_folder(struct arena *arena, const char *folder)
{
    static const char *const names[] = {"model.c", "caller.c", "caller", "messages"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(arena_print(arena, "%s/%s", folder, names[i]));
    rmdir(folder);
}

struct compiled *compiled_new(struct arena *arena, const struct module *module, const char *c,
                              const char *defines, const char **fault)
{
    const char *parent = setting("TMPDIR", "/tmp");
    char *folder = arena_copy(arena, arena_print(arena, "%s/gradc-XXXXXX", parent), strlen(parent) + 13);
    *fault = NULL;
    if (!mkdtemp(folder)) {
        *fault = arena_print(arena, "cannot make a folder in %s: %s", parent, strerror(errno));
        return NULL;
    }
    struct compiled *compiled = ARENA_NEW(arena, struct compiled);
    *compiled = (struct compiled){.arena = arena, .module = module, .program = -1};
    if (!write_file(arena, folder, "model.c", module, defines, c) ||
        !write_file(arena, folder, "caller.c", NULL, "", caller_text)) {
        *fault = arena_print(arena, "cannot write in %s: %s", folder, strerror(errno));
    } else {
        int status = run_compiler(folder);
        if (status == 0)
            compiled->program = open(arena_print(arena, "%s/caller", folder), O_RDONLY);
        if (compiled->program < 0)
            *fault = why_not_compiled(arena, folder, status);
    }
    remove_folder(arena, folder);
    return *fault ? NULL : compiled;
}

void compiled_free(struct compiled *compiled)
{
    compiled_end(compiled);
    close(compiled->program);
}

/* ---- Calling ---- */

static void ask(struct compiled *compiled, double number)
{
    fwrite(&number, sizeof number, 1, compiled->asked);
}

static void run_program(const struct compiled *compiled, const int *in, const int *out)
{
    char *arguments[] = {(char *)"caller", NULL};
    signal(SIGPIPE, SIG_DFL);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    if (compiled->errors)
        dup2(fileno(compiled->errors), STDERR_FILENO);
    close(in[1]);
    close(out[0]);
    fexecve(compiled->program, arguments, environ);
    _exit(127);
}

void compiled_begin(struct compiled *compiled, size_t function)
{
    int in[2], out[2];
    compiled_end(compiled);
    if (pipe(in) != 0)
        return;
    if (pipe(out) != 0) {
        close(in[0]);
        close(in[1]);
        return;
    }
    compiled->errors = tmpfile();
    compiled->process = fork();
    if (compiled->process == 0)
        run_program(compiled, in, out);
    close(in[0]);
    close(out[1]);
    compiled->asked = fdopen(in[1], "w");
    compiled->answered = fdopen(out[0], "r");
    if (compiled->asked)
        ask(compiled, (double)function);
}

/* How the process ended. */
static int finish(struct compiled *compiled)
{
    int status = -1;
    if (compiled->asked)
        fclose(compiled->asked);
    if (compiled->answered)
        fclose(compiled->answered);
    while (compiled->process > 0 && waitpid(compiled->process, &status, 0) < 0 && errno == EINTR) {
    }
    compiled->asked = compiled->answered = NULL;
    compiled->process = 0;
    return status;
}

void compiled_end(struct compiled *compiled)
{
    finish(compiled);
    if (compiled->errors)
        fclose(compiled->errors);
    compiled->errors = NULL;
}

static const char *why_ended(struct compiled *compiled)
{
    int status = finish(compiled);
    const char *lines = first_lines(compiled->arena, compiled->errors);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        return arena_print(compiled->arena, "does not return within a minute");
    if (WIFSIGNALED(status))
        return arena_print(compiled->arena, "is ended by signal %d, %s%s", WTERMSIG(status),
                           strsignal(WTERMSIG(status)), lines);
    return arena_print(compiled->arena, "ends its process with status %d%s", WEXITSTATUS(status), lines);
}

static void ask_member(struct compiled *compiled, const struct point *point, size_t i, enum entry entry)
{
    enum { LEFT, POINTS_NOWHERE, UNWRITTEN, GIVEN };
    const struct member *member = &point->function->members[i];
    bool is_left = entry == ENTRY_BACKWARD && (member->role == ROLE_OUTPUT || member->role == ROLE_INOUT ||
                                               member->role == ROLE_INPUT || member->role == ROLE_SIZE);
    bool is_given = member->role == ROLE_SIZE || is_read_role(member->role);
    int how = is_left ? LEFT : point->is_null[i] ? POINTS_NOWHERE : is_given ? GIVEN : UNWRITTEN;
    size_t count = member->role == ROLE_SIZE ? 1 : point->counts[i];
    ask(compiled, how);
    ask(compiled, is_written_by(entry, member) && !point->is_null[i]);
    ask(compiled, (double)count);
    if (how == GIVEN && member->role == ROLE_SIZE)
        ask(compiled, (double)point->sizes[i]);
    else if (how == GIVEN)
        fwrite(point->values[i], sizeof(double), count, compiled->asked);
}

static double answered(struct compiled *compiled, bool *is_there)
{
    double number = 0;
    *is_there = *is_there && compiled->answered && fread(&number, sizeof number, 1, compiled->answered) == 1;
    return number;
}

static void read_values(struct compiled *compiled, const struct point *point, enum entry entry,
                        struct outcome *outcome, bool *is_there)
{
    size_t count = point->function->members_count;
    outcome->values = ARENA_ARRAY(point->arena, double *, count + 1);
    outcome->is_written = ARENA_ARRAY(point->arena, bool *, count + 1);
    for (size_t i = 0; i < count && *is_there; i++) {
        const struct member *member = &point->function->members[i];
        if (!is_called(member) || !is_written_by(entry, member) || point->is_null[i])
            continue;
        outcome->values[i] = ARENA_ARRAY(point->arena, double, point->counts[i] + 1);
        outcome->is_written[i] = ARENA_ARRAY(point->arena, bool, point->counts[i] + 1);
        for (size_t k = 0; k < point->counts[i] && *is_there; k++) {
            outcome->values[i][k] = answered(compiled, is_there);
            outcome->is_written[i][k] = answered(compiled, is_there) != 0;
        }
    }
}

/* The name of the member with this number among those that are called. */
static const char *called_name(const struct function *function, size_t number)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (is_called(&function->members[i]) && number-- == 0)
            return function->members[i].name;
    return "?";
}

static const char *complaint_text(struct arena *arena, const struct function *function, int complaint,
                                  size_t where)
{
    const char *name = called_name(function, where);
    switch (complaint) {
    case 1: return arena_print(arena, "writes beyond the array %s", name);
    case 2: return "writes beyond the workspace";
    case 3: return arena_print(arena, "changes the input %s", name);
    default: return arena_print(arena, "gives another %s when it is called again", name);
    }
}

struct outcome *compiled_call(struct compiled *compiled, struct point *point, enum entry entry)
{
    struct outcome *outcome = ARENA_NEW(point->arena, struct outcome);
    bool is_there = compiled->asked && compiled->answered && compiled->process > 0;
    if (!is_there) {
        outcome->fault = "cannot be called: no process can be made";
        return outcome;
    }
    ask(compiled, entry);
    for (size_t i = 0; i < point->function->members_count; i++)
        if (is_called(&point->function->members[i]))
            ask_member(compiled, point, i, entry);
    fflush(compiled->asked);
    outcome->status = (int)answered(compiled, &is_there);
    int complaint = (int)answered(compiled, &is_there);
    size_t where = (size_t)answered(compiled, &is_there);
    read_values(compiled, point, entry, outcome, &is_there);
    if (!is_there)
        outcome->fault = why_ended(compiled);
    else if (complaint > 0)
        outcome->fault = complaint_text(compiled->arena, point->function, complaint, where);
    return outcome;
}
