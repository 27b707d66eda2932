/* two_layer.c: trains the network for 500 steps twice, from the same weights: with the update in C, and with
 * the step that updates the weights itself. */
#include "two_layer.h"

#include <string.h>

#include "../example.h"

enum { BATCH = 64, INPUTS = 1000, HIDDEN = 100, OUTPUTS = 10, STEPS = 500, REPORT = 50 };

static const float rate = 1e-4f;

static float x[BATCH * INPUTS], y[BATCH * OUTPUTS];
static float w1_start[INPUTS * HIDDEN], w2_start[HIDDEN * OUTPUTS];
static float w1[INPUTS * HIDDEN], w2[HIDDEN * OUTPUTS], d_w1[INPUTS * HIDDEN], d_w2[HIDDEN * OUTPUTS];

static void fill(uint32_t *state, double scale, float *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        numbers[i] = (float)(scale * random_signed(state));
}

static void restart(void)
{
    memcpy(w1, w1_start, sizeof w1);
    memcpy(w2, w2_start, sizeof w2);
}

static void train(float loss[STEPS])
{
    struct two_layer m = {.N = BATCH, .x = x, .y = y, .w1 = w1, .w2 = w2, .d_w1 = d_w1, .d_w2 = d_w2};
    restart();
    m.work = workspace_new(two_layer_workspace(&m));
    for (int step = 0; step < STEPS; step++) {
        require(two_layer_forward(&m));
        require(two_layer_backward(&m));
        loss[step] = m.loss;
        for (size_t i = 0; i < INPUTS * HIDDEN; i++)
            w1[i] -= rate * d_w1[i];
        for (size_t i = 0; i < HIDDEN * OUTPUTS; i++)
            w2[i] -= rate * d_w2[i];
    }
    workspace_free(m.work);
}

static void train_by_update(float loss[STEPS])
{
    struct two_layer_step m = {.N = BATCH, .x = x, .y = y, .w1 = w1, .w2 = w2, .rate = rate};
    restart();
    m.work = workspace_new(two_layer_step_workspace(&m));
    for (int step = 0; step < STEPS; step++) {
        require(two_layer_step_forward(&m));
        loss[step] = m.loss;
    }
    workspace_free(m.work);
}

int main(void)
{
    static float loss[STEPS], loss_by_update[STEPS];
    uint32_t state = 1;
    fill(&state, 1.0, x, BATCH * INPUTS);
    fill(&state, 1.0, y, BATCH * OUTPUTS);
    fill(&state, 0.1, w1_start, INPUTS * HIDDEN);
    fill(&state, 0.2, w2_start, HIDDEN * OUTPUTS);

    train(loss);
    train_by_update(loss_by_update);
    float before = INFINITY, difference = 0;
    for (int step = 0; step < STEPS; step++) {
        difference = fmaxf(difference, fabsf(loss[step] - loss_by_update[step]) / loss[step]);
        if (step % REPORT != 0 && step != STEPS - 1)
            continue;
        printf("step %3d: loss %7.2f, %s\n", step, loss[step],
               loss[step] < before ? "falling" : "NOT FALLING");
        before = loss[step];
    }
    printf("with the update inside: %s\n", difference < 1e-4f ? "the same losses" : "other losses");
    return 0;
}
