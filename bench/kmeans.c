/* kmeans.c: the Newton direction of kmeans.nn by hand: one scan of distances, then a gather. */
#include "bench.h"
#include "kmeans.h"

#include <string.h>

enum { LARGEST_N = 100000, D = 8, K = 25 };

static real p[LARGEST_N * D], c[K * D], ours_step[K * D], step[K * D], value;
static struct newton ours = {.d = D, .k = K, .p = p, .c = c, .step = ours_step};

static void run_ours(void)
{
    bench_ok("kmeans", newton_forward(&ours));
}

/* Half the gradient with respect to a centre is the sum of its distances from its points, half the diagonal
 * of the Hessian their number. */
static void by_hand(void)
{
    real count[K] = {0}, across[D][K];
    value = 0;
    memset(step, 0, sizeof step);
    for (int j = 0; j < K; j++)
        for (int a = 0; a < D; a++)
            across[a][j] = c[j * D + a];
    for (size_t i = 0; i < ours.n; i++) {
        real distance[K] = {0};
        for (int a = 0; a < D; a++)
            for (int j = 0; j < K; j++)
                distance[j] += (p[i * D + a] - across[a][j]) * (p[i * D + a] - across[a][j]);
        int nearest = 0;
        for (int j = 1; j < K; j++)
            nearest = distance[j] < distance[nearest] ? j : nearest;
        value += distance[nearest];
        count[nearest]++;
        for (int a = 0; a < D; a++)
            step[nearest * D + a] += c[nearest * D + a] - p[i * D + a];
    }
    for (int j = 0; j < K; j++)
        for (int a = 0; a < D; a++)
            step[j * D + a] /= count[j];
}

int main(void)
{
    memcpy(p, bench_fill(LARGEST_N * D, 1), sizeof p);
    memcpy(c, bench_fill(K * D, 0.7), sizeof c);
    for (ours.n = 1000; ours.n <= LARGEST_N; ours.n *= 10) {
        char what[60];
        ours.work = bench_workspace(newton_workspace(&ours));
        run_ours();
        by_hand();
        bench_agree("kmeans", 1, &ours.f, &value);
        bench_agree("kmeans step", K * D, ours_step, step);
        snprintf(what, sizeof what, "kmeans Newton, n = %zu, k = 25, d = 8", ours.n);
        bench_row(what, 1, "gradc", run_ours, "C", by_hand);
        printf("%-36s %zu bytes\n", "kmeans workspace", newton_workspace(&ours));
    }
    return bench_status;
}
