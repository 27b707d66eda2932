/* stan.c: log densities and gradients of the models of stan.nn against Stan Math (stan.cpp). */
#include "bench.h"
#include "stan.h"
#include "stan_peer.h"

enum { SCHOOLS = 8, K = 3, STEPS = 500, PERSONS = 400, ITEMS = 20, DAYS = 1000, POINTS = 1000 };
enum { DOCUMENTS = 25, VOCABULARY = 100, WORDS = 2500, ANSWERS = PERSONS * ITEMS };

static const real effect[SCHOOLS] = {28, 8, -3, 7, -1, 1, 18, 12};
static const real error[SCHOOLS] = {15, 10, 16, 11, 9, 11, 10, 18};
static real *series, *returns, *points, *peer_d_q;
static int32_t person[ANSWERS], item[ANSWERS], correct[ANSWERS], doc[WORDS], word[WORDS];
static real peer_lp;

static struct eight_schools eight_schools = {.J = SCHOOLS, .y = effect, .sigma = error};
static struct markov markov = {.N = STEPS};
static struct responses responses = {
    .P = PERSONS, .J = ITEMS, .N = ANSWERS, .person = person, .item = item, .y = correct};
static struct garch garch = {.N = DAYS};
static struct mixture mixture = {.N = POINTS};
static struct topics topics = {.M = DOCUMENTS, .V = VOCABULARY, .N = WORDS, .doc = doc, .word = word};

/* A model: how many parameters it has, and what Stan is given beside them. */
#define MODEL(name, what, count, ...)                                                                        \
    static void run_##name(void)                                                                             \
    {                                                                                                        \
        bench_ok(#name, name##_gradient(&name));                                                             \
    }                                                                                                        \
    static void stan_run_##name(void)                                                                        \
    {                                                                                                        \
        peer_lp = stan_##name(name.q, peer_d_q, __VA_ARGS__);                                                \
    }                                                                                                        \
    static void bench_##name(void)                                                                           \
    {                                                                                                        \
        name.q = bench_fill(count, 0.5);                                                                     \
        name.d_q = bench_fill(count, 0);                                                                     \
        name.work = bench_workspace(name##_workspace(&name));                                                \
        run_##name();                                                                                        \
        if (!stan_##name) {                                                                                  \
            bench_alone(what, "gradc", run_##name);                                                          \
            return;                                                                                          \
        }                                                                                                    \
        peer_d_q = bench_fill(count, 0);                                                                     \
        stan_run_##name();                                                                                   \
        bench_agree(#name, 1, &name.lp, &peer_lp);                                                           \
        bench_agree(#name " d_q", count, name.d_q, peer_d_q);                                                \
        bench_row(what, 0.7, "gradc", run_##name, "Stan Math", stan_run_##name);                             \
    }
MODEL(eight_schools, "eight schools", SCHOOLS + 2, SCHOOLS, effect, error)
MODEL(markov, "hidden Markov model, 500 steps", K + K * K, K, STEPS, series)
MODEL(responses, "item response, 8000 answers", 3 + PERSONS + 2 * ITEMS, PERSONS, ITEMS, ANSWERS, person,
      item, correct)
MODEL(garch, "GARCH(1,1), 1000 days", 4, DAYS, returns)
MODEL(mixture, "mixture, 1000 points", 3 * K - 1, K, POINTS, points)
MODEL(topics, "LDA, 2500 words", DOCUMENTS *(K - 1) + K * (VOCABULARY - 1), K, VOCABULARY, DOCUMENTS, WORDS,
      doc, word)

static int32_t any_below(int n)
{
    return (int32_t)((bench_uniform() + 1) / 2 * n) % n;
}

int main(void)
{
    markov.y = series = bench_fill(STEPS, 3);
    garch.y = returns = bench_fill(DAYS, 2);
    mixture.y = points = bench_fill(POINTS, 3);
    for (int i = 0; i < ANSWERS; i++) {
        person[i] = i / ITEMS;
        item[i] = i % ITEMS;
        correct[i] = any_below(2);
    }
    for (int i = 0; i < WORDS; i++) {
        doc[i] = i * DOCUMENTS / WORDS;
        word[i] = any_below(VOCABULARY);
    }
    bench_eight_schools();
    bench_markov();
    bench_responses();
    bench_garch();
    bench_mixture();
    bench_topics();
    return bench_status;
}
