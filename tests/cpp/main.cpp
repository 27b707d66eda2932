/* main.cpp: classes as their user calls them; numbers are those of formulas. */
#include "model.hpp"

#include <cmath>
#include <cstdio>
#include <utility>

static int passed, failed;

static void check(const char *what, bool holds)
{
    holds ? ++passed : ++failed;
    if (!holds)
        std::printf("FAIL %s\n", what);
}

static bool close(double a, double b)
{
    return std::fabs(a - b) <= 1e-12 * (1 + std::fabs(b));
}

static bool close(const std::vector<double> &a, const std::vector<double> &b)
{
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); i++)
        same = close(a[i], b[i]);
    return same;
}

template <class E, class F> static void refuses(const char *what, const char *text, F call)
{
    try {
        call();
        check(what, false);
    } catch (const E &error) {
        check(what, std::string(error.what()).find(text) != std::string::npos);
    }
}

int main()
{
    layer_model layer(2, 2);
    check("a default", layer.gain == 2);
    layer.x = {0, 0, 0, 0};
    layer.label = {2, 0};
    layer.forward();
    check("outputs", close(layer.loss, std::log(3.0)) && close(layer.y, {0, 0, 0, 0, 0, 0}));
    layer.x = {1, 0, 0, 1};
    layer.forward();
    layer.backward(); /* dloss/dy = (softmax - one hot) / 2, dy/dW = gain x */
    const double a = 1.0 / 3, b = -2.0 / 3;
    check("backward", close(layer.d_W, {a, a, b, b, a, a}) && close(layer.d_gain, 0));
    layer_model copy = layer;
    copy.d_loss = {3};
    copy.backward();
    check("backward of a copy", close(copy.d_W[0], 3 * a) && close(layer.d_W[0], a));
    layer_model moved = std::move(copy);
    moved.gradient();
    check("gradient", close(moved.d_W[2], 3 * b));
    refuses<std::logic_error>("backward alone", "forward comes first", [&] { moved.backward(); });
    refuses<std::invalid_argument>("a size", "layer: W has 5 elements, not 6", [&] { moved.W.resize(5), moved.forward(); });
    layer_model empty(0, 2);
    refuses<gradc_error>("a size of 0", gradc_strerror(GRADC_ESIZE), [&] { empty.forward(); });
    layer.label[0] = 3;
    refuses<gradc_error>("an index", gradc_strerror(GRADC_EINDEX), [&] { layer.gradient(); });

    cubes_model cubes(2);
    cubes.x = {1, 2}, cubes.t = 3;
    cubes.hessian();
    check("hessian", close(cubes.d2cubes_dx_dx, {18, 0, 0, 36}) && close(cubes.d2cubes_dx_dt, {3, 12}));
    cubes.jacobian();
    check("jacobian", close(cubes.dcubes_dx, {9, 36}) && close(cubes.dcubes_dt, 9));
    cubes.t_x = {1, 1}, cubes.t_t = 0;
    cubes.jvp();
    check("jvp", close(cubes.t_cubes, 45));
    cubes.v_x = {1, 1}, cubes.v_t = 0;
    cubes.hvp();
    check("hvp", close(cubes.hv_x, {18, 36}) && close(cubes.hv_t, 15));

    slopes_model slopes;
    slopes.x = {0, 1, 3, 6, 10, 15};
    slopes.sparse_jacobian();
    check("sparse_jacobian", close(slopes.dr_dx_values, {-2, 2, -4, 4, -6, 6, -8, 8, -10, 10}));
    slopes.sparse_hessian(); /* r[i] x[i + 1] with r = (b - a)^2: 2 b, 2 a - 4 b, 6 b - 4 a */
    check("sparse_hessian", slopes.d2q_dx_dx_values.size() == 11 && close(slopes.d2q_dx_dx_values[0], 2));
    slopes.d_r = {1, 0, 0, 0, 0};
    slopes.gradient();
    check("gradient of a vector", close(slopes.d_x, {-2, 2, 0, 0, 0, 0}));

    step_model step(2);
    step.w = {1, 2}, step.g = {1, 1}, step.count = 7;
    step.forward();
    check("updates", close(step.w, {0.5, 1.5}) && step.count == 8);

    counted_model counted(1);
    counted.A = {2}, counted.w = {3};
    counted.prepare();
    counted.gradient();
    check("given inputs", close(counted.counted, 9.0 / 4) && close(counted.d_w, {3.0 / 2}));

    named_model named(1);
    named.x = {4};
    named.gradient();
    check("names", close(named.forward_, 4) && close(named.hessian_, {8}) && close(named.d_x, {1}));
    taken_model taken(2, 1, 3);
    check("defaults of such names", taken.taken_model_ == 2 && close(taken.gradc_work_, 3));
    taken.x = {1, 2}, taken.gradc_m_ = {5, 6}, taken.f_forward = 1, taken.size_m = 2;
    taken.gradient();
    check("such names", close(taken.sized, 17 * 36) && close(taken.d_x, {180, 216}));
    sizes_too_model sizes_too(1);
    sizes_too.x = {3}, sizes_too.y = {1, 2};
    sizes_too.forward();
    check("a size called like a function", sizes_too.forward_ == 1 && close(sizes_too.sizes_too, {3, 6}));

    p_model p;
    p.x = {2, 3}, p.sigma = 1, p.lambda = {1};
    p.objective();
    p.objective_gradient();
    p.constraints();
    check("nlp", close(p.objective_, 13) && close(p.d_objective_dx, {4, 6}) && close(p.constraints_, {6}));
    p.constraints_jacobian();
    p.lagrangian_hessian();
    check("nlp, second", close(p.constraints_jacobian_values, {3, 2}) && close(p.lagrangian_hessian_values, {2, 1, 2}));

    std::printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
