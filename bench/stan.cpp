// needs: Stan
// stan.cpp: the models of stan.nn as the Stan User's Guide writes them, vectorised where its functions are,
// in the C++ that Stan makes of such a program.
#include "stan_peer.h"

#include <stan/math/rev/mat.hpp>
#include <vector>

namespace
{

using namespace stan::math;
using Vector = Eigen::Matrix<var, Eigen::Dynamic, 1>;
using Data = Eigen::Map<const Eigen::VectorXd>;

// The value of model(q, lp), where lp takes up the Jacobians of the transforms, and its gradient.
template <typename Model>
double gradient(Eigen::Index count, const double *q, double *d_q, const Model &model)
{
    Vector x = Data(q, count).cast<var>();
    var lp = 0;
    lp += model(x, lp);
    lp.grad();
    for (Eigen::Index i = 0; i < count; i++)
        d_q[i] = x(i).adj();
    double value = lp.val();
    recover_memory();
    return value;
}

Vector lower_bounded(const Vector &x, var &lp)
{
    Vector y(x.size());
    for (Eigen::Index i = 0; i < x.size(); i++)
        y(i) = lb_constrain(x(i), 0, lp);
    return y;
}

} // namespace

double stan_eight_schools(const double *q, double *d_q, int J, const double *y, const double *sigma)
{
    Eigen::VectorXd effects = Data(y, J), errors = Data(sigma, J);
    return gradient(J + 2, q, d_q, [&](const Vector &x, var &lp) {
        var mu = x(0), tau = lb_constrain(x(1), 0, lp);
        Vector eta = x.tail(J), theta = add(mu, multiply(tau, eta));
        return var(normal_lpdf<false>(mu, 0.0, 5.0) + cauchy_lpdf<false>(tau, 0.0, 5.0) +
                   std_normal_lpdf<false>(eta) + normal_lpdf<false>(effects, theta, errors));
    });
}

double stan_markov(const double *q, double *d_q, int K, int N, const double *y)
{
    return gradient(K + K * K, q, d_q, [&](const Vector &x, var &lp) {
        Vector mu = ordered_constrain(Vector(x.head(K)), lp);
        Vector sigma = lower_bounded(x.segment(K, K), lp);
        std::vector<Vector> into(K,
                                 Vector(K)); // the logarithms of the probabilities of going from each to one
        for (int j = 0; j < K; j++) {
            Vector row = log(simplex_constrain(Vector(x.segment(2 * K + j * (K - 1), K - 1)), lp));
            for (int k = 0; k < K; k++)
                into[k](j) = row(k);
        }
        Vector paths(K), next(K);
        for (int k = 0; k < K; k++)
            paths(k) = normal_lpdf<false>(y[0], mu(k), sigma(k)) - std::log(K);
        for (int t = 1; t < N; t++) {
            for (int k = 0; k < K; k++)
                next(k) = log_sum_exp(add(paths, into[k])) + normal_lpdf<false>(y[t], mu(k), sigma(k));
            paths = next;
        }
        return var(normal_lpdf<false>(mu, 0.0, 5.0) + lognormal_lpdf<false>(sigma, 0.0, 1.0) +
                   log_sum_exp(paths));
    });
}

double stan_responses(const double *q, double *d_q, int persons, int items, int N, const int32_t *person,
                      const int32_t *item, const int32_t *y)
{
    std::vector<int> answers(y, y + N);
    return gradient(3 + persons + 2 * items, q, d_q, [&](const Vector &x, var &lp) {
        var mean = x(0), spread = lb_constrain(x(1), 0, lp), slopes = lb_constrain(x(2), 0, lp);
        Vector ability = x.segment(3, persons), difficulty = x.segment(3 + persons, items);
        Vector slope = lower_bounded(x.tail(items), lp), logit(N);
        Vector level = add(difficulty, mean);
        for (int n = 0; n < N; n++)
            logit(n) = slope(item[n]) * (ability(person[n]) - level(item[n]));
        return var(cauchy_lpdf<false>(mean, 0.0, 5.0) + cauchy_lpdf<false>(spread, 0.0, 5.0) +
                   cauchy_lpdf<false>(slopes, 0.0, 5.0) + std_normal_lpdf<false>(ability) +
                   normal_lpdf<false>(difficulty, 0.0, spread) + lognormal_lpdf<false>(slope, 0.0, slopes) +
                   bernoulli_logit_lpmf<false>(answers, logit));
    });
}

double stan_garch(const double *q, double *d_q, int N, const double *y)
{
    Eigen::VectorXd returns = Data(y, N);
    return gradient(4, q, d_q, [&](const Vector &x, var &lp) {
        var mu = x(0), base = lb_constrain(x(1), 0, lp), shock = lub_constrain(x(2), 0, 1, lp);
        var keep = lub_constrain(x(3), 0, 1 - shock, lp);
        Vector sigma(N);
        sigma(0) = 1;
        for (int t = 1; t < N; t++)
            sigma(t) = sqrt(base + shock * square(y[t - 1] - mu) + keep * square(sigma(t - 1)));
        return var(normal_lpdf<false>(returns, mu, sigma));
    });
}

double stan_mixture(const double *q, double *d_q, int K, int N, const double *y)
{
    return gradient(3 * K - 1, q, d_q, [&](const Vector &x, var &lp) {
        Vector log_theta = log(simplex_constrain(Vector(x.head(K - 1)), lp));
        Vector mu = ordered_constrain(Vector(x.segment(K - 1, K)), lp);
        Vector sigma = lower_bounded(x.tail(K), lp), parts(K);
        accumulator<var> sum;
        for (int n = 0; n < N; n++) {
            for (int k = 0; k < K; k++)
                parts(k) = log_theta(k) + normal_lpdf<false>(y[n], mu(k), sigma(k));
            sum.add(log_sum_exp(parts));
        }
        return var(normal_lpdf<false>(mu, 0.0, 10.0) + lognormal_lpdf<false>(sigma, 0.0, 2.0) + sum.sum());
    });
}

double stan_topics(const double *q, double *d_q, int K, int V, int M, int N, const int32_t *doc,
                   const int32_t *word)
{
    Eigen::VectorXd few = Eigen::VectorXd::Constant(K, 0.5), rare = Eigen::VectorXd::Constant(V, 0.1);
    return gradient(M * (K - 1) + K * (V - 1), q, d_q, [&](const Vector &x, var &lp) {
        std::vector<Vector> share(M), use(K);
        accumulator<var> sum;
        for (int m = 0; m < M; m++) {
            Vector theta = simplex_constrain(Vector(x.segment(m * (K - 1), K - 1)), lp);
            sum.add(dirichlet_lpmf<false>(theta, few));
            share[m] = log(theta);
        }
        for (int k = 0; k < K; k++) {
            Vector phi = simplex_constrain(Vector(x.segment(M * (K - 1) + k * (V - 1), V - 1)), lp);
            sum.add(dirichlet_lpmf<false>(phi, rare));
            use[k] = log(phi);
        }
        Vector paths(K);
        for (int n = 0; n < N; n++) {
            for (int k = 0; k < K; k++)
                paths(k) = share[doc[n]](k) + use[k](word[n]);
            sum.add(log_sum_exp(paths));
        }
        return sum.sum();
    });
}
