/* adolc.cpp: the programs of adolc.h. */
#include "adolc.h"

#include <adolc/adolc.h>
#include <vector>

typedef std::vector<adouble> reals;

enum { ROSENBROCK, ODE, DET, BA, BA_NOT_ROTATED }; /* the tapes */

/* Records f of x on a tape. */
template <typename F> static void record(short tape, size_t n, const double *x, const F &f)
{
    trace_on(tape);
    reals inputs(n);
    for (size_t i = 0; i < n; i++)
        inputs[i] <<= x[i];
    reals results = f(inputs);
    for (adouble &result : results) {
        double value;
        result >>= value;
    }
    trace_off();
}

/* ---- Rosenbrock ---- */

static void rosenbrock(size_t n, const double *x)
{
    static bool is_recorded;
    if (!is_recorded)
        record(ROSENBROCK, n, x, [](const reals &x) {
            adouble sum = 0;
            for (size_t i = 0; i + 1 < x.size(); i++) {
                adouble a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
                sum += 100 * a * a + b * b;
            }
            return reals{sum};
        });
    is_recorded = true;
}

void adolc_rosenbrock(size_t n, const double *x, double *to)
{
    rosenbrock(n, x);
    gradient(ROSENBROCK, (int)n, x, to);
}

/* Gives the lower triangle; the upper one is its mirror. */
void adolc_rosenbrock_hessian(size_t n, const double *x, double *to)
{
    rosenbrock(n, x);
    std::vector<double> point(x, x + n);
    std::vector<double *> rows(n);
    for (size_t i = 0; i < n; i++)
        rows[i] = to + i * n;
    hessian(ROSENBROCK, (int)n, point.data(), rows.data());
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            to[i * n + j] = to[j * n + i];
}

/* ---- The method of Runge and Kutta ---- */

static reals slope(const reals &x, const reals &y, double h, const reals &k)
{
    reals result(x.size());
    for (size_t i = 0; i < x.size(); i++)
        result[i] = i ? x[i] * (y[i - 1] + h * k[i - 1]) : x[0];
    return result;
}

void adolc_ode(size_t n, size_t steps, const double *x, double *to)
{
    static bool is_recorded;
    if (!is_recorded)
        record(ODE, n, x, [steps](const reals &x) {
            const double h = 2.0 / (double)steps;
            reals y(x.size(), 0), zero(x.size(), 0);
            for (size_t t = 0; t < steps; t++) {
                reals a = slope(x, y, 0, zero), b = slope(x, y, h / 2, a), c = slope(x, y, h / 2, b),
                      d = slope(x, y, h, c);
                for (size_t i = 0; i < x.size(); i++)
                    y[i] += h / 6 * (a[i] + 2 * b[i] + 2 * c[i] + d[i]);
            }
            return reals{y.back()};
        });
    is_recorded = true;
    gradient(ODE, (int)n, x, to);
}

/* ---- Bundle adjustment ---- */

enum { INPUTS = 15 };

static reals project(const reals &v, bool is_rotated, const double *feature)
{
    adouble x[3], P[3], s = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    for (int a = 0; a < 3; a++)
        x[a] = v[11 + a] - v[3 + a];
    if (is_rotated) {
        adouble angle = sqrt(s), c = cos(angle), n = sin(angle);
        adouble u[3] = {v[0] / angle, v[1] / angle, v[2] / angle};
        adouble along = (1 - c) * (u[0] * x[0] + u[1] * x[1] + u[2] * x[2]);
        for (int a = 0; a < 3; a++) {
            int b = (a + 1) % 3, d = (a + 2) % 3;
            P[a] = c * x[a] + n * (u[b] * x[d] - u[d] * x[b]) + along * u[a];
        }
    } else {
        for (int a = 0; a < 3; a++) {
            int b = (a + 1) % 3, d = (a + 2) % 3;
            P[a] = x[a] + v[b] * x[d] - v[d] * x[b];
        }
    }
    adouble p[2] = {P[0] / P[2], P[1] / P[2]}, square = p[0] * p[0] + p[1] * p[1];
    adouble g = v[6] * (1 + v[9] * square + v[10] * square * square);
    return reals{v[14] * (g * p[0] + v[7] - mkparam(feature[0])),
                 v[14] * (g * p[1] + v[8] - mkparam(feature[1]))};
}

/* A tape holds one of the two branches. */
void adolc_ba(const double *camera, const double *X, double w, const double *feature, double *to)
{
    static bool is_recorded[2];
    const bool is_rotated = camera[0] != 0 || camera[1] != 0 || camera[2] != 0;
    const short tape = is_rotated ? BA : BA_NOT_ROTATED;
    double inputs[INPUTS], parameters[2] = {feature[0], feature[1]}, *rows[2] = {to, to + INPUTS};
    for (int i = 0; i < 11; i++)
        inputs[i] = camera[i];
    for (int i = 0; i < 3; i++)
        inputs[11 + i] = X[i];
    inputs[14] = w;
    if (!is_recorded[is_rotated])
        record(tape, INPUTS, inputs, [=](const reals &v) { return project(v, is_rotated, feature); });
    is_recorded[is_rotated] = true;
    set_param_vec(tape, 2, parameters);
    jacobian(tape, 2, INPUTS, inputs, rows);
}

/* ---- Determinants ---- */

/* Of the rows from `row` on and the columns whose bit is set. */
static adouble minor(const reals &A, size_t l, size_t row, unsigned columns)
{
    adouble sum = 0;
    double sign = 1;
    if (row == l)
        return 1;
    for (size_t j = 0; j < l; j++)
        if (columns >> j & 1) {
            sum += sign * A[row * l + j] * minor(A, l, row + 1, columns & ~(1u << j));
            sign = -sign;
        }
    return sum;
}

void adolc_det(size_t l, const double *A, double *to)
{
    static bool is_recorded;
    if (!is_recorded)
        record(DET, l * l, A, [l](const reals &A) { return reals{minor(A, l, 0, (1u << l) - 1)}; });
    is_recorded = true;
    gradient(DET, (int)(l * l), A, to);
}
