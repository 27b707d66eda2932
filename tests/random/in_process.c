/* in_process.c: draws programs, compiles them in this process and checks them without a C compiler.
 *
 * usage: in_process FIRST SECONDS COUNT FOLDER    the programs of the seeds from FIRST on, for so many seconds or until
 *                                                 there are so many (0: without that limit)
 *        in_process --judge SEED PROGRAM.nn CASES    tells how one program fails; for shrink
 *
 * Each program is one function. Batches run in processes of their own, so that a crash fails one program. What fails is
 * left in FOLDER, made smaller (-: nowhere). Ends with `N passed, N failed`, also when it is told to (SIGTERM). */
#define _GNU_SOURCE
#include <ctype.h>
#include <execinfo.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "draw.h"
#include "source.h"
#include "validate.h"

#ifdef __SANITIZE_ADDRESS__
enum { SECONDS_EACH = 90 };
#else
enum { SECONDS_EACH = 60 };
#endif
enum { BATCH = 200, KEPT_OF_A_KIND = 3, TRIALS = 2 };
static const char *own_path;
static const struct file *library; /* parsed once */
static bool tells; /* all that is wrong, in its own words */
static time_t deadline; /* 0: none */
static volatile sig_atomic_t is_told_to_end;

static void on_end(int signal_)
{
    (void)signal_;
    is_told_to_end = 1;
}

/* ---- One program ---- */

/* The first line with the words, in words that stay the same when names and numbers change. */
static char *general(const char *prefix, const char *text)
{
    char *result = malloc(strlen(prefix) + strlen(text) + 3), *to = stpcpy(result, prefix);
    bool digits = false;
    for (const char *at = text, *word = text; *at && *at != '\n' && to - result < 100; word = at) {
        if (*at == '\'' && strchr(at + 1, '\'')) {
            at = strchr(at + 1, '\'') + 1;
            *to++ = 'N';
            continue;
        }
        for (digits = false; isalnum((unsigned char)*at) || *at == '_' || (*at == '.' && isdigit((unsigned char)at[1])); at++)
            digits = digits || isdigit((unsigned char)*at);
        if (digits)
            *to++ = 'N';
        else
            to = memcpy(to, word, (size_t)(at - word) + (at == word)), to += (at - word) + (at == word);
        at += at == word;
    }
    *to = 0;
    return result;
}

/* How a program fails; NULL if it does not. The points are drawn from the seed, too. */
static char *fault_of(const char *text, uint64_t seed)
{
    struct arena *arena = arena_new();
    struct validate_options options = validate_defaults();
    options.elaborate.library = library;
    options.level = 2 - (int)(seed % 4 == 0) - (int)(seed % 8 == 0);
    options.elaborate.saving = seed % 5 == 0 ? SAVING_ROWS | SAVING_ELEMENTS : 0;
    options.seed = seed;
    options.trials = TRIALS;
    options.with_differences = true;
    struct validation validation = validate_source(arena, "drawn.nn", text, &options);
    const char *message = strstr(validation.text, "error: ");
    char *fault = validation.validity == VALIDATE_SOUND     ? NULL
                  : validation.validity == VALIDATE_REFUSED ? general("gradc refuses: ", message ? message : validation.text)
                                                            : general("wrong: ", validation.text);
    if (tells && fault)
        fputs(validation.text, stdout);
    arena_free(arena);
    return fault;
}

/* ---- Batches ---- */

/* Tells where it crashed: on a stack of its own, since the other may be full. */
extern char __executable_start;

static void on_crash(int signal_)
{
    void *frames[12];
    int count = backtrace(frames, 12);
    for (int i = 2; i < count; i++) /* behind this function and the kernel's */
        dprintf(STDERR_FILENO, "crash at %lx\n", (unsigned long)((char *)frames[i] - &__executable_start));
    signal(signal_, SIG_DFL);
    raise(signal_);
}

static void limit_and_tell_crashes(void)
{
    static char stack[1 << 16];
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
#ifndef __SANITIZE_ADDRESS__ /* whose shadow takes terabytes */
    const rlim_t memory = (rlim_t)3 << 30;
    setrlimit(RLIMIT_AS, &(struct rlimit){memory, memory});
#endif
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    for (size_t i = 0; i < 4; i++)
        sigaction((const int[]){SIGSEGV, SIGBUS, SIGFPE, SIGILL}[i], &action, NULL);
}

/* Of the processor, so that others who use it make no fault. */
static void limit_time(int seconds)
{
    struct itimerval limit = {.it_value.tv_sec = seconds};
    setitimer(ITIMER_PROF, &limit, NULL);
}

/* The functions in which it crashed, the innermost first, as addr2line knows them. */
static char *crash_place(FILE *errors)
{
    char line[400], places[400] = "", command[1400];
    rewind(errors);
    for (int count = 0; count < 9 && fgets(line, sizeof line, errors);)
        if (!strncmp(line, "crash at ", 9)) {
            line[strcspn(line, "\n")] = 0;
            snprintf(places + strlen(places), sizeof places - strlen(places), " %.20s", line + 9);
            count++;
        }
    snprintf(command, sizeof command, "addr2line -sfe '%.600s' %s 2> /dev/null | grep -v -E ':|^[?]|^convert$|^print_to$|^arena_' | head -3 | tr '\n' ' '", own_path, places);
    FILE *names = popen(command, "r");
    char *told = names ? fgets(line, sizeof line, names) : NULL;
    if (names)
        pclose(names);
    return strcat(strcpy(malloc(1000), "gradc crashes in "), told ? line : places);
}

/* The child writes a line for each program: empty, or how it fails. */
static void work(uint64_t first, uint64_t end, int output)
{
    for (uint64_t seed = first; seed < end; seed++) {
        struct drawn drawn = draw_program(seed, 0, 1);
        limit_time(SECONDS_EACH);
        char *fault = fault_of(drawn.program.start, seed);
        dprintf(output, "%s\n", fault ? fault : "");
        free(fault);
        text_release();
    }
    exit(0); /* not _exit(), behind which no coverage is counted */
}

/* What stderr says of an assertion or a sanitizer, from the file that it went to. */
static char *crash_words(int signal, FILE *errors)
{
    char line[400], *words = NULL;
    rewind(errors);
    while (fgets(line, sizeof line, errors)) {
        if (!words && strstr(line, "error: out of memory"))
            words = strdup("gradc takes more memory than it is given");
        if (!words && strstr(line, "internal error"))
            words = general("gradc: ", strstr(line, "internal error"));
        if (!words && (strstr(line, "Assertion") || strstr(line, "runtime error") || strstr(line, "SUMMARY")))
            words = general("gradc crashes: ", strstr(line, "Assertion") ? strstr(line, "Assertion") : line);
    }
    if (!words && signal == SIGPROF)
        words = strdup("gradc does not end");
    return words ? words : crash_place(errors);
}

static struct kind {
    char *words;
    int count;
    struct kind *next;
} *kinds;

static int count_of_kind(const char *words)
{
    for (struct kind *kind = kinds; kind; kind = kind->next)
        if (!strcmp(kind->words, words))
            return ++kind->count;
    struct kind *kind = malloc(sizeof *kind);
    *kind = (struct kind){strdup(words), 1, kinds};
    kinds = kind;
    return 1;
}

static void write_text(const char *path, const char *head, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file || fputs(head, file) < 0 || fputs(text, file) < 0 || fclose(file) != 0)
        perror(path);
}

/* Keeps a program that fails, made smaller, with how to see it fail again. */
static void keep(uint64_t seed, const char *words, const char *folder)
{
    if (count_of_kind(words) > KEPT_OF_A_KIND)
        return;
    printf("FAIL %s  (in_process %llu)\n", words, (unsigned long long)seed);
    fflush(stdout);
    if (!strcmp(folder, "-"))
        return;
    struct drawn drawn = draw_program(seed, 0, 1);
    struct arena *arena = arena_new();
    const char *base = print("%s/in_process_%llu", folder, (unsigned long long)seed);
    const char *program = print("%s.nn", base), *cases = print("%s.case", base), *judge = print("%s --judge %llu", own_path, (unsigned long long)seed);
    write_text(program, "", drawn.program.start);
    write_text(cases, "", drawn.cases.start);
    int seconds = deadline && deadline - time(NULL) < 15 ? (int)(deadline - time(NULL)) + 1 : 15;
    if (seconds > 0 && system(print("'%.*sshrink' %d '%s' '%s' %s > /dev/null 2>&1", (int)(strrchr(own_path, '/') + 1 - own_path), own_path, seconds, program, cases, judge)) != 0)
        fprintf(stderr, "in_process: cannot make %s smaller\n", program);
    const struct source *smaller = source_read(arena, program);
    write_text(program, print("# %s\n# %s %s %s\n# drawn from seed %llu\n", words, judge, program, cases, (unsigned long long)seed), smaller ? smaller->text : "");
    FILE *list = fopen(print("%s/kinds", folder), "a");
    if (!list || fprintf(list, "%s\n", words) < 0 || fclose(list) != 0)
        perror(folder);
    arena_free(arena);
    text_release();
}

/* Runs programs until the first that ends its process; how many were run, how many of them failed. */
static uint64_t run_batch(uint64_t first, uint64_t end, const char *folder, uint64_t *failed)
{
    int ends[2], status;
    FILE *errors = tmpfile();
    if (!errors || pipe(ends) != 0)
        exit(2);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGTERM, SIG_DFL);
        close(ends[0]);
        dup2(fileno(errors), STDERR_FILENO);
        limit_and_tell_crashes();
        work(first, end, ends[1]);
    }
    close(ends[1]);
    FILE *input = fdopen(ends[0], "r");
    char line[1000];
    uint64_t seed = first;
    for (; fgets(line, sizeof line, input); seed++) {
        line[strcspn(line, "\n")] = 0;
        if (*line) {
            keep(seed, line, folder);
            ++*failed;
        }
    }
    fclose(input);
    waitpid(child, &status, 0);
    bool is_ended = WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM; /* with its group, from outside */
    if (seed < end && !is_ended) {
        char *words = crash_words(WIFSIGNALED(status) ? WTERMSIG(status) : 0, errors);
        keep(seed++, words, folder);
        free(words);
        ++*failed;
    }
    fclose(errors);
    return seed - first;
}

static int judge(uint64_t seed, const char *path)
{
    struct arena *arena = arena_new();
    const struct source *source = source_read(arena, path);
    FILE *errors = tmpfile();
    int status, ends[2];
    char words[1000] = "";
    if (!source || !errors || pipe(ends) != 0)
        return 2;
    pid_t child = fork();
    if (child == 0) {
        limit_time(SECONDS_EACH);
        dup2(fileno(errors), STDERR_FILENO);
        limit_and_tell_crashes();
        tells = true;
        char *fault = fault_of(source->text, seed);
        fflush(stdout);
        dprintf(ends[1], "%s\n", fault ? fault : "passes");
        exit(0);
    }
    close(ends[1]);
    FILE *input = fdopen(ends[0], "r");
    bool told = fgets(words, sizeof words, input);
    waitpid(child, &status, 0);
    printf("%s", told ? words : crash_words(WIFSIGNALED(status) ? WTERMSIG(status) : 0, errors));
    printf(told ? "" : "\n");
    return 0;
}

int main(int count, char **arguments)
{
    own_path = arguments[0];
    mallopt(M_MMAP_THRESHOLD, 1 << 30); /* each program takes the memory of the last */
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 1 << 26);
    struct arena *kept = arena_new();
    library = library_parse(kept, &(struct diagnostics){.arena = kept, .stream = stderr});
    if (count == 5 && !strcmp(arguments[1], "--judge"))
        return judge(strtoull(arguments[2], NULL, 10), arguments[3]);
    if (count != 5 || !strchr(own_path, '/')) {
        fprintf(stderr, "usage: .../in_process FIRST SECONDS COUNT FOLDER\n");
        return 2;
    }
    uint64_t first = strtoull(arguments[1], NULL, 10), wanted = strtoull(arguments[3], NULL, 10), done = 0, failed = 0;
    time_t seconds = atoi(arguments[2]);
    deadline = seconds ? time(NULL) + seconds : 0;
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_end, .sa_flags = SA_RESTART}, NULL);
    while (!is_told_to_end && (!wanted || done < wanted) && (!deadline || time(NULL) < deadline)) {
        uint64_t share = seconds ? BATCH / 4 : BATCH;
        if (wanted && wanted - done < share)
            share = wanted - done;
        done += run_batch(first + done, first + done + share, arguments[4], &failed);
    }
    for (const struct kind *kind = kinds; kind; kind = kind->next)
        if (kind->count > KEPT_OF_A_KIND)
            printf("FAIL %s  (%d more)\n", kind->words, kind->count - KEPT_OF_A_KIND);
    printf("%llu passed, %llu failed in process\n", (unsigned long long)(done - failed), (unsigned long long)failed);
    return failed > 0;
}
