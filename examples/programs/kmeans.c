/* kmeans.c: Newton's method moves each centre to the mean of the points that are nearest to it: Lloyd's
 * algorithm. */
#include "kmeans.h"

#include "../example.h"

enum { POINTS = 200, CENTRES = 4, SPACE = 3, STEPS = 8 };

int main(void)
{
    static double p[POINTS * SPACE];
    double c[CENTRES * SPACE], step[CENTRES * SPACE];
    uint32_t state = 1;
    fill_random(&state, 1.0, p, POINTS * SPACE);
    fill_random(&state, 1.0, c, CENTRES * SPACE);

    struct newton m = {.n = POINTS, .d = SPACE, .k = CENTRES, .p = p, .c = c, .step = step};
    m.work = workspace_new(newton_workspace(&m));
    for (int round = 0; round < STEPS; round++) {
        require(newton_forward(&m));
        printf("cost     %.6f\n", m.f);
        for (int i = 0; i < CENTRES * SPACE; i++)
            c[i] -= step[i];
    }
    print_gradient("step", step, CENTRES * SPACE);
    print_gradient("c", c, CENTRES * SPACE);
    workspace_free(m.work);
    return 0;
}
