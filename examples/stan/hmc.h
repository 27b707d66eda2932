/* hmc.h: draws from a density by Hamiltonian Monte Carlo, with nothing but its logarithm and the gradient of
 * that.
 *
 * M. Betancourt, A Conceptual Introduction to Hamiltonian Monte Carlo (2017). During warm-up the step is
 * adapted to an acceptance of 0.8 (dual averaging: M. Hoffman and A. Gelman, The No-U-Turn Sampler, 2014,
 * algorithm 5) and the masses to the variances of the draws. The length of a path is drawn anew for each, so
 * that none fits a period. */
#ifndef HMC_H
#define HMC_H

#include <string.h>

#include "../example.h"

enum { HMC_MOST = 16 }; /* variables */

struct hmc {
    size_t dimension;
    /* The log density at q, and its gradient. */
    double (*log_density)(void *model, const double *q, double *gradient);
    void *model;
    uint64_t random;
    double step, scale[HMC_MOST];               /* of a path; the variables' standard deviations */
    double q[HMC_MOST], value, slope[HMC_MOST]; /* where the chain is */
};

/* log_density of a struct that gradc has made of a function lp of one vector q. */
#define HMC_LOG_DENSITY(name)                                                                                \
    static double log_density(void *model, const double *q, double *gradient)                                \
    {                                                                                                        \
        struct name *m = model;                                                                              \
        m->q = q;                                                                                            \
        m->d_q = gradient;                                                                                   \
        return name##_gradient(m) == GRADC_OK ? m->lp : -INFINITY;                                           \
    }

static double hmc_uniform(struct hmc *chain)
{
    chain->random ^= chain->random << 13;
    chain->random ^= chain->random >> 7;
    chain->random ^= chain->random << 17;
    return ((double)(chain->random >> 12) + 0.5) / 4503599627370496.0;
}

static double hmc_normal(struct hmc *chain)
{
    double radius = sqrt(-2 * log(hmc_uniform(chain)));
    return radius * cos(6.28318530717958647693 * hmc_uniform(chain));
}

/* One path and the choice whether to go to its end; the probability of that. */
static double hmc_move(struct hmc *chain)
{
    size_t n = chain->dimension;
    double q[HMC_MOST], p[HMC_MOST], slope[HMC_MOST], before = -chain->value;
    for (size_t i = 0; i < n; i++) {
        q[i] = chain->q[i];
        slope[i] = chain->slope[i];
        p[i] = hmc_normal(chain);
        before += 0.5 * p[i] * p[i];
    }
    /* between nothing and half a turn of a normal distribution */
    int steps = 1 + (int)(hmc_uniform(chain) * 3.14159265358979323846 / chain->step);
    double value = chain->value;
    for (int s = 0; s < steps && s < 100; s++) {
        for (size_t i = 0; i < n; i++) {
            p[i] += 0.5 * chain->step * chain->scale[i] * slope[i];
            q[i] += chain->step * chain->scale[i] * p[i];
        }
        value = chain->log_density(chain->model, q, slope);
        for (size_t i = 0; i < n; i++)
            p[i] += 0.5 * chain->step * chain->scale[i] * slope[i];
    }
    double after = -value;
    for (size_t i = 0; i < n; i++)
        after += 0.5 * p[i] * p[i];
    double accepted = before - after > 0 ? 1 : exp(before - after);
    if (!(accepted >= 0)) /* outside of the density's domain */
        accepted = 0;
    if (hmc_uniform(chain) < accepted) {
        memcpy(chain->q, q, sizeof q);
        memcpy(chain->slope, slope, sizeof slope);
        chain->value = value;
    }
    return accepted;
}

/* `draws` rows of `dimension` numbers, after as many rounds of warm-up. */
static void hmc_sample(struct hmc *chain, size_t draws, double *drawn)
{
    const double wanted = 0.8, gamma = 0.05, t0 = 10, kappa = 0.75;
    size_t n = chain->dimension, count = 0;
    double sum[HMC_MOST] = {0}, squares[HMC_MOST] = {0}, error = 0, mean_log = 0;
    for (size_t i = 0; i < n; i++)
        chain->scale[i] = 1;
    chain->step = 0.1;
    chain->value = chain->log_density(chain->model, chain->q, chain->slope);
    for (size_t t = 1, since = 1; t <= draws; t++, since++) {
        double accepted = hmc_move(chain), log_step;
        error += (wanted - accepted - error) / ((double)since + t0);
        log_step = log(10 * 0.1) - sqrt((double)since) / gamma * error;
        mean_log += pow((double)since, -kappa) * (log_step - mean_log);
        chain->step = exp(log_step);
        count++;
        for (size_t i = 0; i < n; i++) {
            sum[i] += chain->q[i];
            squares[i] += chain->q[i] * chain->q[i];
        }
        if (t != draws / 4 && t != draws / 2) /* what is known of the variances so far, and begin anew */
            continue;
        for (size_t i = 0; i < n; i++) {
            double mean = sum[i] / (double)count;
            chain->scale[i] = sqrt(fmax(squares[i] / (double)count - mean * mean, 1e-6));
            sum[i] = squares[i] = 0;
        }
        count = since = 0;
        error = mean_log = 0;
    }
    chain->step = exp(mean_log);
    for (size_t t = 0; t < draws; t++) {
        hmc_move(chain);
        memcpy(drawn + t * n, chain->q, n * sizeof *drawn);
    }
}

/* Mean of a quantity over the draws, and the standard error of that by means of 50 batches. */
struct estimate {
    double mean, error;
};

static struct estimate hmc_estimate(const double *x, size_t draws)
{
    enum { BATCHES = 50 };
    size_t length = draws / BATCHES;
    double total = 0, squares = 0;
    for (size_t b = 0; b < BATCHES; b++) {
        double sum = 0;
        for (size_t i = 0; i < length; i++)
            sum += x[b * length + i];
        total += sum / (double)length / BATCHES;
        squares += sum / (double)length * (sum / (double)length) / BATCHES;
    }
    struct estimate estimate = {total, sqrt(fmax(squares - total * total, 0) / (BATCHES - 1))};
    return estimate;
}

/* Prints the estimate beside what is known; 0 if it is within four standard errors and the digits of what is
 * known. */
static int hmc_compare(const char *name, const double *x, size_t draws, double known, double digits)
{
    struct estimate estimate = hmc_estimate(x, draws);
    int is_near = fabs(estimate.mean - known) <= 4 * estimate.error + digits;
    printf("%-10s %8.4f +- %.4f   %8.4f%s\n", name, estimate.mean, estimate.error, known,
           is_near ? "" : "  (far)");
    return is_near ? 0 : 1;
}

#endif
