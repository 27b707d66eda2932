/* vecmath.c: the throughput of each function that the emitted C computes in vectors, against the C library's
 * vectors (libmvec, at most 4 ulp), and for lgamma, which that has not, against its scalars. */
/* precisions: float64 float32 */
#include "bench.h"
#include "vecmath.h"

enum { N = 1024 };

/* Each function, and between which numbers it is measured. */
#define VECTORS(F)                                                                                           \
    F(exp, -4, 4)                                                                                            \
    F(expm1, -4, 4)                                                                                          \
    F(log, 0.01, 8)                                                                                          \
    F(log1p, -0.9, 8)                                                                                        \
    F(sin, -4, 4)                                                                                            \
    F(cos, -4, 4)                                                                                            \
    F(tan, -4, 4)                                                                                            \
    F(asin, -0.99, 0.99)                                                                                     \
    F(acos, -0.99, 0.99)                                                                                     \
    F(atan, -4, 4)                                                                                           \
    F(sinh, -4, 4)                                                                                           \
    F(cosh, -4, 4)                                                                                           \
    F(tanh, -4, 4)                                                                                           \
    F(asinh, -4, 4)                                                                                          \
    F(acosh, 1.01, 8)                                                                                        \
    F(atanh, -0.99, 0.99)                                                                                    \
    F(erf, -4, 4)                                                                                            \
    F(erfc, -4, 4)

static real *x, *y, *peer_y;

#define RUN(name)                                                                                            \
    static struct all_##name ours_##name = {.n = N};                                                         \
    static void run_##name(void)                                                                             \
    {                                                                                                        \
        bench_ok(#name, all_##name##_forward(&ours_##name));                                                 \
    }

/* The library has the function in vectors, by the names that compilers give to such forms. */
#define PEER(name, least, most)                                                                              \
    extern double name(double) __attribute__((simd("notinbranch")));                                         \
    extern float name##f(float) __attribute__((simd("notinbranch")));                                        \
    RUN(name)                                                                                                \
    static void peer_##name(void)                                                                            \
    {                                                                                                        \
        _Pragma("omp simd") for (int i = 0; i < N; i++) peer_y[i] =                                          \
            _Generic(x[0], float : name##f, double : name)(x[i]);                                            \
    }
VECTORS(PEER)

RUN(lgamma)

static void peer_lgamma(void)
{
    for (int i = 0; i < N; i++)
        peer_y[i] = _Generic(x[0], float : lgammaf, double : lgamma)(x[i]);
}

static void fill(double least, double most)
{
    for (int i = 0; i < N; i++)
        x[i] = (real)(least + (bench_uniform() + 1) / 2 * (most - least));
}

#define ROW(name, least, most, peer_name)                                                                    \
    fill(least, most);                                                                                       \
    ours_##name.x = x;                                                                                       \
    ours_##name.all_##name = y;                                                                              \
    ours_##name.work = bench_workspace(all_##name##_workspace(&ours_##name));                                \
    run_##name();                                                                                            \
    peer_##name();                                                                                           \
    bench_agree(#name, N, y, peer_y);                                                                        \
    bench_row(#name ", 1024 of them", 1.2, "gradc", run_##name, peer_name, peer_##name);
#define VECTOR_ROW(name, least, most) ROW(name, least, most, "libmvec")

int main(void)
{
    x = bench_fill(N, 0);
    y = bench_fill(N, 0);
    peer_y = bench_fill(N, 0);
    VECTORS(VECTOR_ROW)
    ROW(lgamma, 0.1, 8, "libm")
    return bench_status;
}
