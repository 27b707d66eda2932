/* logistic.c: fits a logistic regression with L-BFGS (Nocedal and Wright, Numerical Optimization,
 * algorithms 7.4 and 3.1). The optimiser knows the model only as a function of one vector that also gives its
 * gradient. */
#include "logistic.h"

#include <string.h>

#include "../example.h"

enum { EXAMPLES = 500, FEATURES = 6, MEMORY = 5, ROUNDS = 100 };

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < FEATURES; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The last MEMORY steps s and changes of the gradient y, newest last. */
struct history {
    int count;
    double s[MEMORY][FEATURES], y[MEMORY][FEATURES];
};

static void remember(struct history *past, const double *s, const double *y)
{
    if (dot(s, y) <= 0)
        return;
    if (past->count == MEMORY) {
        memmove(past->s[0], past->s[1], sizeof past->s - sizeof past->s[0]);
        memmove(past->y[0], past->y[1], sizeof past->y - sizeof past->y[0]);
        past->count--;
    }
    memcpy(past->s[past->count], s, sizeof past->s[0]);
    memcpy(past->y[past->count], y, sizeof past->y[0]);
    past->count++;
}

/* direction = -H gradient, with H the inverse Hessian that the history suggests. */
static void choose_direction(const struct history *past, const double *gradient, double *direction)
{
    double a[MEMORY];
    for (int i = 0; i < FEATURES; i++)
        direction[i] = -gradient[i];
    for (int k = past->count - 1; k >= 0; k--) {
        a[k] = dot(past->s[k], direction) / dot(past->s[k], past->y[k]);
        for (int i = 0; i < FEATURES; i++)
            direction[i] -= a[k] * past->y[k][i];
    }
    if (past->count > 0) {
        int last = past->count - 1;
        double scale = dot(past->s[last], past->y[last]) / dot(past->y[last], past->y[last]);
        for (int i = 0; i < FEATURES; i++)
            direction[i] *= scale;
    }
    for (int k = 0; k < past->count; k++) {
        double b = dot(past->y[k], direction) / dot(past->s[k], past->y[k]);
        for (int i = 0; i < FEATURES; i++)
            direction[i] += (a[k] - b) * past->s[k][i];
    }
}

/* Moves m's w, which is `w`, to the minimum. Returns whether the gradient vanished there. */
static int minimise(struct logistic *m, double *w)
{
    static struct history past;
    double gradient[FEATURES], before[FEATURES], start[FEATURES], direction[FEATURES];
    m->d_w = gradient;
    require(logistic_gradient(m));
    for (int round = 0; round < ROUNDS && sqrt(dot(gradient, gradient)) > 1e-9; round++) {
        choose_direction(&past, gradient, direction);
        double loss = m->loss, slope = dot(gradient, direction), length = 1;
        memcpy(start, w, sizeof start);
        memcpy(before, gradient, sizeof before);
        for (int halvings = 0; halvings < 40; halvings++, length /= 2) {
            for (int i = 0; i < FEATURES; i++)
                w[i] = start[i] + length * direction[i];
            require(logistic_gradient(m));
            if (m->loss <= loss + 1e-4 * length * slope)
                break;
        }
        for (int i = 0; i < FEATURES; i++) {
            start[i] = w[i] - start[i];
            before[i] = gradient[i] - before[i];
        }
        remember(&past, start, before);
    }
    return sqrt(dot(gradient, gradient)) < 1e-6;
}

int main(void)
{
    static double x[EXAMPLES][FEATURES], y[EXAMPLES];
    double truth[FEATURES], w[FEATURES] = {0};
    uint32_t state = 1;
    fill_random(&state, 3.0, truth, FEATURES);
    fill_random(&state, 1.0, &x[0][0], EXAMPLES * FEATURES);
    for (int i = 0; i < EXAMPLES; i++)
        y[i] = dot(x[i], truth) + random_signed(&state) > 0;

    struct logistic m = {.N = EXAMPLES, .D = FEATURES, .x = &x[0][0], .y = y, .w = w, .lambda = 1e-3};
    m.work = workspace_new(logistic_workspace(&m));
    printf("%s\n", minimise(&m, w) ? "converged" : "did not converge");
    printf("loss     %.6f\n", m.loss);
    print_numbers("w", w, FEATURES);
    int right = 0;
    for (int i = 0; i < EXAMPLES; i++)
        right += (dot(x[i], w) > 0) == (y[i] > 0.5);
    printf("%d of %d right\n", right, EXAMPLES);
    workspace_free(m.work);
    return 0;
}
