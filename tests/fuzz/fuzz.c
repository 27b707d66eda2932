/* fuzz.c: the whole compiler, called again and again in one process by libFuzzer with texts that it invents.
 *
 * The text alone decides which outputs are asked for, so that a text that was kept can be tried again. What counts is
 * that gradc comes back: with status 0, 1 or 2, without a fault that a sanitizer sees, in time, within memory. */
#define _GNU_SOURCE /* memfd_create */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

int gradc_main(int argument_count, char **arguments); /* main.c's */
/* Of the processor, so that others who use it make no finding. */
static void limit_time(int seconds)
{
    struct itimerval limit = {.it_value.tv_sec = seconds};
    setitimer(ITIMER_PROF, &limit, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_ARGUMENTS = 6, MOST_SECONDS = 20 };

static const char *const commands[][MOST_ARGUMENTS] = {
    {"-O2"},         {"-O1"},          {"-O0"},          {"--standalone", "--prefix=p_"}, {"--precision=float32", "--stats"},
    {"--emit=ast"},  {"--emit=graph"}, {"--emit=dot"},   {"--emit=math"},                 {"--emit=latex"},
    {"--emit=interface"}, {"--emit=python"}, {"--emit=graph", "-O0"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static uint32_t hash(const uint8_t *data, size_t size)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < size; i++)
        h = (h ^ data[i]) * 16777619u;
    return h ^ h >> 15;
}

/* gradc works in a thread of its own, in which libFuzzer does not look at its clock. */
static void end_of_time(int signal_number)
{
    (void)signal_number;
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    static char path[64];
    if (file < 0) {
        file = memfd_create("program", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    uint32_t h = hash(data, size);
    const char *const *command = commands[h % 2 ? 0 : h / 2 % COMMANDS]; /* mostly C */
    char *arguments[MOST_ARGUMENTS + 5] = {"gradc", path, "-o", "/dev/null"};
    int count = 4;
    for (; count < MOST_ARGUMENTS + 4 && command[count - 4]; count++)
        arguments[count] = (char *)command[count - 4];
    signal(SIGPROF, end_of_time);
    limit_time(MOST_SECONDS);
    int status = gradc_main(count, arguments);
    limit_time(0);
    if (status < 0 || status > 2)
        abort();
    return 0;
}
