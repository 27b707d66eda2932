/* peer.h: contestants in Python, which run in a process of their own (peer.py) on the same inputs, and
 * measure themselves there when asked, in turn with ours.
 *
 * A program starts a peer with peer_start, sends its inputs, lets it compute once with peer_run, compares
 * with peer_agree, and prints lines with peer_row. A peer that is absent is NULL, and then all of these do
 * nothing: run.sh says what is absent. BENCH_TORCH and BENCH_NUMPY name the interpreters that have these. */
#ifndef GRADC_BENCH_PEER_H
#define GRADC_BENCH_PEER_H

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

struct peer {
    const char *name;
    FILE *to, *from;
};

/* NULL if there is no such interpreter. */
GRADC_STATIC struct peer *peer_start(const char *program, const char *name, const char *variable)
{
    static struct peer peers[4];
    static int count = 0;
    const char *python = getenv(variable);
    int to[2], from[2];
    if (!python || !*python)
        return NULL;
    if (pipe(to) || pipe(from))
        abort();
    signal(SIGPIPE, SIG_IGN);
    pid_t child = fork();
    if (child < 0)
        abort();
    if (child == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        close(to[1]);
        close(from[0]);
        execlp(python, python, "-B", "peer.py", program, name, (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    struct peer *peer = &peers[count++];
    *peer = (struct peer){name, fdopen(to[1], "wb"), fdopen(from[0], "rb")};
    return peer;
}

GRADC_STATIC void peer_read(struct peer *peer, void *data, size_t bytes)
{
    fflush(peer->to);
    if (fread(data, 1, bytes, peer->from) != bytes) {
        printf("%s failed\n", peer->name);
        exit(1);
    }
}

GRADC_STATIC void peer_send(struct peer *peer, const char *name, const char *type, const void *data,
                            size_t element, int rank, const size_t *shape)
{
    if (!peer)
        return;
    size_t count = 1;
    fprintf(peer->to, "array %s %s", name, type);
    for (int i = 0; i < rank; i++) {
        fprintf(peer->to, " %zu", shape[i]);
        count *= shape[i];
    }
    fprintf(peer->to, "\n");
    fwrite(data, element, count, peer->to);
}

#define PEER_REAL (sizeof(real) == 4 ? "float32" : "float64")
#define PEER_SEND(peer, name, type, data, ...)                                                               \
    peer_send(peer, name, type, data, sizeof *(data),                                                        \
              (int)(sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t)), (const size_t[]){__VA_ARGS__})
/* An input: its name and the extents of its axes. */
#define PEER_REALS(peer, name, data, ...) PEER_SEND(peer, name, PEER_REAL, data, __VA_ARGS__)
#define PEER_INTS(peer, name, data, ...)  PEER_SEND(peer, name, "int32", data, __VA_ARGS__)

/* Runs some steps; the seconds that they took. */
GRADC_STATIC double peer_run(struct peer *peer, int times)
{
    double seconds = 0;
    if (peer) {
        fprintf(peer->to, "run %d\n", times);
        peer_read(peer, &seconds, sizeof seconds);
    }
    return seconds;
}

/* Compares with what the peer's last step gave under this name. */
GRADC_STATIC void peer_agree(struct peer *peer, const char *name, size_t count, const real *ours)
{
    char what[96];
    if (!peer)
        return;
    real *theirs = bench_fill(count, 0);
    fprintf(peer->to, "value %s\n", name);
    peer_read(peer, theirs, count * sizeof *theirs);
    snprintf(what, sizeof what, "%s of %s", name, peer->name);
    bench_agree(what, count, ours, theirs);
    free(theirs);
}

GRADC_STATIC double peer_measure(void *peer, int repeats)
{
    return peer_run((struct peer *)peer, repeats) / repeats;
}

/* As bench_row, against a peer. */
GRADC_STATIC void peer_row(const char *what, double at_most, void (*f)(void), struct peer *peer)
{
    if (!peer)
        return;
    peer_run(peer, 1);
    double once = peer_run(peer, 1);
    struct contestant ours = {"gradc", bench_measure, &f, bench_repeats(f)};
    struct contestant theirs = {peer->name, peer_measure, peer, once > 0.01 ? 1 : (int)(0.01 / once) + 1};
    bench_compare(what, at_most, &ours, &theirs);
}

/* Our workspace as a part of what the peer keeps from forward to backward, inputs and parameters among it. */
GRADC_STATIC void peer_memory_row(const char *what, double at_most, size_t bytes, struct peer *peer)
{
    double kept = 0;
    if (!peer)
        return;
    fprintf(peer->to, "kept\n");
    peer_read(peer, &kept, sizeof kept);
    bench_print(what, at_most, "gradc", (double)bytes / 1024, peer->name, kept / 1024, "KiB");
}

#endif
