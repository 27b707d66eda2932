/* guard.c: below the stack of the work lie pages that cannot be accessed. The signal that an access of them
 * raises is handled on a stack of its own. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE, madvise */
#include "guard.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"
#include "stream.h"

enum {
    MEGABYTE = 1 << 20,
    FENCE = MEGABYTE, /* no function's locals are as large */
    SIGNAL_STACK = MEGABYTE / 4,
    LONGEST_REASON = 200
};
#define LARGEST_STACK  ((size_t)(sizeof(void *) > 4 ? 1024 : 256) * MEGABYTE)
#define SMALLEST_STACK ((size_t)MEGABYTE)

struct guard {
    void (*work)(void *), (*clean)(void *);
    void *argument;
    unsigned char *memory; /* the signals' stack, the fence, the stack */
    size_t stack_bytes;
    sigset_t signals; /* blocked by the caller */
    jmp_buf back;
    bool gave_up;
    char reason[LONGEST_REASON];
};

static _Thread_local struct guard *current;

_Noreturn void give_up(const char *format, ...)
{
    char reason[LONGEST_REASON];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (!current) {
        fprintf(stderr, "gradc: error: %s\n", reason);
        exit(2);
    }
    memcpy(current->reason, reason, sizeof reason);
    longjmp(current->back, 1);
}

/* ---- The end of the stack ---- */

static size_t all_bytes(const struct guard *guard)
{
    return SIGNAL_STACK + FENCE + guard->stack_bytes;
}

static bool is_in_fence(const struct guard *guard, const void *address)
{
    uintptr_t fence = (uintptr_t)guard->memory + SIGNAL_STACK, place = (uintptr_t)address;
    return place >= fence && place < fence + FENCE;
}

/* What may be called here is little: the stack may have ended in the midst of anything. */
static void handle_access(int signal_number, siginfo_t *information, void *context)
{
    static const char message[] =
        "gradc: error: out of stack: values of the program depend on each other in too long a chain\n";
    (void)context;
    if (current && is_in_fence(current, information->si_addr) &&
        write(STDERR_FILENO, message, sizeof message - 1) >= 0)
        _exit(2);
    signal(signal_number, SIG_DFL); /* a fault of the compiler: the access is repeated, and ends it */
}

/* The stack, as large as it can be had; false without memory. */
static bool find_stack(struct guard *guard)
{
    for (guard->stack_bytes = LARGEST_STACK; guard->stack_bytes >= SMALLEST_STACK; guard->stack_bytes /= 2) {
        guard->memory = mmap(NULL, all_bytes(guard), PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (guard->memory == MAP_FAILED)
            continue;
        if (mprotect(guard->memory + SIGNAL_STACK, FENCE, PROT_NONE) == 0)
            return true;
        munmap(guard->memory, all_bytes(guard));
    }
    return false;
}

/* ---- The work ---- */

static void *run(void *argument)
{
    struct guard *guard = argument;
    stack_t signal_stack = {.ss_sp = guard->memory, .ss_size = SIGNAL_STACK};
    sigaltstack(&signal_stack, NULL);
    pthread_sigmask(SIG_SETMASK, &guard->signals, NULL);
    current = guard;
    if (setjmp(guard->back) == 0)
        guard->work(guard->argument);
    else
        guard->gave_up = true;
    current = NULL;
    guard->clean(guard->argument);
    stream_close_all();
    memory_free_all();
    signal_stack.ss_flags = SS_DISABLE;
    sigaltstack(&signal_stack, NULL);
    return NULL;
}

/* Meanwhile all signals are the work's, which can thus hold them back. */
static bool run_in_thread(struct guard *guard)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &guard->signals);
    bool runs =
        pthread_attr_setstack(&attributes, guard->memory + SIGNAL_STACK + FENCE, guard->stack_bytes) == 0 &&
        pthread_create(&thread, &attributes, run, guard) == 0;
    pthread_attr_destroy(&attributes);
    runs = runs && pthread_join(thread, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &guard->signals, NULL);
    return runs;
}

const char *guarded(void (*work)(void *), void (*clean)(void *), void *argument)
{
    static _Thread_local char reason[LONGEST_REASON];
    static const int faults[] = {SIGSEGV, SIGBUS};
    struct sigaction action = {.sa_sigaction = handle_access, .sa_flags = SA_SIGINFO | SA_ONSTACK}, before[2];
    struct guard guard = {.work = work, .clean = clean, .argument = argument};
    sigemptyset(&action.sa_mask);
    if (!find_stack(&guard))
        return "out of memory";
    for (int i = 0; i < 2; i++)
        sigaction(faults[i], &action, &before[i]);
    bool ran = run_in_thread(&guard);
    for (int i = 0; i < 2; i++)
        sigaction(faults[i], &before[i], NULL);
    munmap(guard.memory, all_bytes(&guard));
    if (!ran)
        return "out of memory";
    memcpy(reason, guard.reason, sizeof reason);
    return guard.gave_up ? reason : NULL;
}
