/* small.c: the functions of small.nn by hand. */
#include "adolc.h"
#include "bench.h"
#include "small.h"

enum { N = 10 };

static real *W, *x, *d_W, *d_x, value, hessian[N * N];
static struct norm4 norm4 = {.work = NULL};
static struct norm8 norm8 = {.work = NULL};
static struct norm16 norm16 = {.work = NULL};
static struct norm64 norm64 = {.work = NULL};
static struct neuron neuron = {.w0 = 2, .x0 = -1, .w1 = -3, .x1 = -2, .w2 = -3};
static struct rosenbrock rosenbrock = {.work = NULL};
static real d_by_hand[5];

/* The gradients of |W x|^2: 2 (W x) x' and 2 W' (W x). Four rows at a time, each element of W read for both.
 */
static inline void norm_by_hand(int n)
{
    value = 0;
    for (int j = 0; j < n; j++)
        d_x[j] = 0;
    for (int i = 0; i < n; i += 4) {
        const real *row = W + i * n;
        real *d_row = d_W + i * n, a = 0, b = 0, c = 0, d = 0;
#pragma omp simd reduction(+ : a, b, c, d)
        for (int j = 0; j < n; j++) {
            a += row[j] * x[j];
            b += row[n + j] * x[j];
            c += row[2 * n + j] * x[j];
            d += row[3 * n + j] * x[j];
        }
        value += a * a + b * b + c * c + d * d;
        a *= 2, b *= 2, c *= 2, d *= 2;
#pragma omp simd
        for (int j = 0; j < n; j++) {
            d_row[j] = a * x[j];
            d_row[n + j] = b * x[j];
            d_row[2 * n + j] = c * x[j];
            d_row[3 * n + j] = d * x[j];
            d_x[j] += a * row[j] + b * row[n + j] + c * row[2 * n + j] + d * row[3 * n + j];
        }
    }
}

#define NORM(size)                                                                                           \
    static void run_norm##size(void)                                                                         \
    {                                                                                                        \
        bench_ok("norm", norm##size##_gradient(&norm##size));                                                \
    }                                                                                                        \
    static void hand_norm##size(void)                                                                        \
    {                                                                                                        \
        norm_by_hand(size);                                                                                  \
    }                                                                                                        \
    static void bench_norm##size(void)                                                                       \
    {                                                                                                        \
        norm##size.W = W;                                                                                    \
        norm##size.x = x;                                                                                    \
        norm##size.d_W = bench_fill(size * size, 0);                                                         \
        norm##size.d_x = bench_fill(size, 0);                                                                \
        norm##size.work = bench_workspace(norm##size##_workspace(&norm##size));                              \
        run_norm##size();                                                                                    \
        norm_by_hand(size);                                                                                  \
        bench_agree("norm" #size, size *size, norm##size.d_W, d_W);                                          \
        bench_agree("norm" #size, size, norm##size.d_x, d_x);                                                \
        bench_row("|W x|^2 gradient, n = " #size, 1, "gradc", run_norm##size, "C", hand_norm##size);         \
    }
NORM(4)
NORM(8)
NORM(16)
NORM(64)

static void run_neuron(void)
{
    bench_ok("neuron", neuron_gradient(&neuron));
}

static void neuron_by_hand(void)
{
    value = 1 / (1 + (real)exp(-(double)(neuron.w0 * neuron.x0 + neuron.w1 * neuron.x1 + neuron.w2)));
    real d = value * (1 - value);
    d_by_hand[0] = d * neuron.x0;
    d_by_hand[1] = d * neuron.w0;
    d_by_hand[2] = d * neuron.x1;
    d_by_hand[3] = d * neuron.w1;
    d_by_hand[4] = d;
}

static void run_rosenbrock(void)
{
    bench_ok("rosenbrock", rosenbrock_gradient(&rosenbrock));
}

static void run_hessian(void)
{
    bench_ok("rosenbrock", rosenbrock_hessian(&rosenbrock));
}

static void rosenbrock_by_hand(void)
{
    value = d_x[0] = 0;
    for (int i = 0; i + 1 < N; i++) {
        real a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        value += 100 * a * a + b * b;
        d_x[i] += -400 * a * x[i] - 2 * b;
        d_x[i + 1] = 200 * a;
    }
}

static void hessian_by_hand(void)
{
    for (int i = 0; i < N * N; i++)
        hessian[i] = 0;
    for (int i = 0; i + 1 < N; i++) {
        hessian[i * N + i] += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2;
        hessian[(i + 1) * N + i + 1] += 200;
        hessian[(i + 1) * N + i] = hessian[i * N + i + 1] = -400 * x[i];
    }
}

static void rosenbrock_by_adolc(void)
{
    adolc_rosenbrock(N, x, d_x);
}

static void hessian_by_adolc(void)
{
    adolc_rosenbrock_hessian(N, x, hessian);
}

int main(void)
{
    W = bench_fill(64 * 64, 1);
    x = bench_fill(64, 1);
    d_W = bench_fill(64 * 64, 0);
    d_x = bench_fill(64, 0);
    bench_norm4();
    bench_norm8();
    bench_norm16();
    bench_norm64();

    neuron.work = bench_workspace(neuron_workspace(&neuron));
    run_neuron();
    neuron_by_hand();
    const real d_neuron[] = {neuron.d_w0, neuron.d_x0, neuron.d_w1, neuron.d_x1, neuron.d_w2};
    bench_agree("neuron", 5, d_neuron, d_by_hand);
    bench_row("neuron gradient", 1, "gradc", run_neuron, "C", neuron_by_hand);

    rosenbrock.x = x;
    rosenbrock.d_x = bench_fill(N, 0);
    rosenbrock.d2rosenbrock_dx_dx = bench_fill(N * N, 0);
    rosenbrock.work = bench_workspace(rosenbrock_workspace(&rosenbrock));
    run_rosenbrock();
    run_hessian();
    rosenbrock_by_hand();
    hessian_by_hand();
    bench_agree("rosenbrock", 1, &rosenbrock.rosenbrock, &value);
    bench_agree("rosenbrock d_x", N, rosenbrock.d_x, d_x);
    bench_agree("rosenbrock hessian", N * N, rosenbrock.d2rosenbrock_dx_dx, hessian);
    bench_row("rosenbrock gradient, n = 10", 1, "gradc", run_rosenbrock, "C", rosenbrock_by_hand);
    bench_row("rosenbrock hessian, n = 10", 1, "gradc", run_hessian, "C", hessian_by_hand);
    if (adolc_rosenbrock) {
        rosenbrock_by_adolc();
        hessian_by_adolc();
        bench_agree("rosenbrock by ADOL-C", N, rosenbrock.d_x, d_x);
        bench_agree("rosenbrock hessian by ADOL-C", N * N, rosenbrock.d2rosenbrock_dx_dx, hessian);
    }
    ADOLC_ROW("rosenbrock gradient, n = 10", run_rosenbrock, adolc_rosenbrock, rosenbrock_by_adolc);
    ADOLC_ROW("rosenbrock hessian, n = 10", run_hessian, adolc_rosenbrock, hessian_by_adolc);
    return bench_status;
}
