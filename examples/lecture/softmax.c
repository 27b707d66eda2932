/* softmax.c: softmax regression, also where e^score is far too large for a double. */
#include "softmax.h"

#include "../example.h"

enum { N = 4, D = 2, C = 3 };

static const double x[N][D] = {{1, 2}, {-1, 0.5}, {0, -2}, {3, 1}};
static const int32_t y[N] = {0, 1, 1, 0};
static double W[D][C] = {{0.1, -0.2, 0.3}, {0.4, 0.0, -0.5}}, b[C] = {0, 0.1, -0.1};

static void run(struct regression *m)
{
    require(regression_forward(m));
    require(regression_backward(m));
    print_number("loss", m->loss);
    for (int i = 0; i < N; i++)
        print_numbers("p", m->p + C * i, C);
    print_numbers("d_W", m->d_W, D * C);
    print_numbers("d_b", m->d_b, C);
}

int main(void)
{
    double p[N * C], d_W[D * C], d_b[C], winner[N * C];
    struct regression m = {.N = N, .D = D, .C = C, .x = &x[0][0], .y = y, .W = &W[0][0], .b = b};
    m.p = p;
    m.d_W = d_W;
    m.d_b = d_b;
    m.work = workspace_new(regression_workspace(&m));

    printf("small weights\n");
    run(&m);
    printf("weights of thousands\n");
    for (int i = 0; i < D * C; i++)
        W[i / C][i % C] *= 1e4;
    run(&m);
    workspace_free(m.work);

    struct classify inference = {
        .N = N, .D = D, .C = C, .x = &x[0][0], .W = &W[0][0], .b = b, .winner = winner};
    inference.work = workspace_new(classify_workspace(&inference));
    require(classify_forward(&inference));
    for (int i = 0; i < N; i++)
        print_numbers("winner", winner + C * i, C);
    workspace_free(inference.work);
    return 0;
}
