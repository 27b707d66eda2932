/* svm.c: trains a linear support vector machine by gradient descent on mini-batches of 100 points of the
 * plane that belong to three classes. */
#include "svm.h"

#include "../example.h"

enum { POINTS = 1000, BATCH = 100, FEATURES = 3, CLASSES = 3, STEPS = 200 };

static double points[POINTS][FEATURES], W[FEATURES][CLASSES], d_W[FEATURES][CLASSES], scores[BATCH][CLASSES];
static int32_t labels[POINTS];

/* Each class has its corner of the plane; the last feature is 1, so that the last row of W is a bias. */
static void make_points(uint32_t *state)
{
    static const double corner[CLASSES][2] = {{0, 1}, {-1, -1}, {1, -1}};
    for (int i = 0; i < POINTS; i++) {
        labels[i] = i % CLASSES;
        points[i][0] = corner[labels[i]][0] + random_signed(state);
        points[i][1] = corner[labels[i]][1] + random_signed(state);
        points[i][2] = 1;
    }
}

static int count_right(const int32_t *y)
{
    int right = 0;
    for (int i = 0; i < BATCH; i++) {
        int best = 0;
        for (int c = 1; c < CLASSES; c++)
            if (scores[i][c] > scores[i][best])
                best = c;
        right += best == y[i];
    }
    return right;
}

int main(void)
{
    uint32_t state = 1;
    make_points(&state);

    struct svm m = {
        .N = BATCH, .D = FEATURES, .C = CLASSES, .W = &W[0][0], .lambda = 1e-3, .d_W = &d_W[0][0]};
    m.scores = &scores[0][0];
    m.work = workspace_new(svm_workspace(&m));
    for (int step = 0; step < STEPS; step++) {
        int first = step * BATCH % POINTS;
        m.x = points[first];
        m.y = labels + first;
        require(svm_forward(&m));
        require(svm_backward(&m));
        if (step % 40 == 0 || step == STEPS - 1)
            printf("step %3d: loss %.3f, %d of %d right\n", step, m.loss, count_right(m.y), BATCH);
        for (int i = 0; i < FEATURES; i++)
            for (int c = 0; c < CLASSES; c++)
                W[i][c] -= 0.1 * d_W[i][c];
    }
    for (int i = 0; i < FEATURES; i++)
        print_numbers("W", W[i], CLASSES);
    workspace_free(m.work);
    return 0;
}
