#!/bin/bash
# nlp.sh: export p = nlp(f, g) wrt x. Values against formulas, derivatives against differences of what they are
# derivatives of; patterns; statuses; given inputs; the interface.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
BUILD=${BUILD:-$PWD/../build}
RUNTIME=$PWD/../runtime
CC=${CC:-cc}
LDFLAGS=${LDFLAGS-}
case $BUILD in
*/sanitize) LDFLAGS="$LDFLAGS -fsanitize=address,undefined" ;;
esac
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
cd "$out" || exit 1

# A chain of N points: f has a tridiagonal Hessian, g_i reads x_i and x_(i + 1), b alone is g's, a is both's.
cat > chain.nn << 'END'
dim N = 7
cost(x: [N], a, t: [N]) {
    require a > 0, "a is not positive"
    return cost = a * sum((x[1:] - x[:-1]^2)^2) + sum(exp(t) * x^2) + 1
}
limits(x: [N], a, b: [N - 1]) {
    require all(b < 10), "b is too large"
    return limits = a * x[:-1]^2 * x[1:] - b
}
END
{ cat chain.nn && echo 'export p = nlp(cost, limits) wrt x'; } > plain.nn
{ cat chain.nn && echo 'export p = nlp(cost, limits) wrt x given t, b'; } > given.nn

cat > main.c << 'END'
#include "chain.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
enum { N = 7, M = N - 1 };
static double x[N], t[N], b[M], lambda[M], constraints[M], gradient[N], jacobian[P_CONSTRAINTS_JACOBIAN_NNZ],
    hessian[P_LAGRANGIAN_HESSIAN_NNZ];
static struct p p;

static int differs(const char *what, double a, double expected)
{
    if (fabs(a - expected) <= 2e-6 * (1 + fabs(expected)))
        return 0;
    printf("%s is %g, not %g\n", what, a, expected);
    return 1;
}

static double cost(void)
{
    double sum = 1;
    for (int i = 0; i < N; i++)
        sum += exp(t[i]) * x[i] * x[i] + (i < M ? p.a * pow(x[i + 1] - x[i] * x[i], 2) : 0);
    return sum;
}

/* The gradient of sigma f + sum(lambda g), from the entries. */
static int lagrangian_gradient(double *y)
{
    if (p_objective_gradient(&p) != GRADC_OK || p_constraints_jacobian(&p) != GRADC_OK)
        return 1;
    for (int i = 0; i < N; i++)
        y[i] = p.sigma * gradient[i];
    for (int k = 0; k < P_CONSTRAINTS_JACOBIAN_NNZ; k++)
        y[p_constraints_jacobian_cols[k]] += lambda[p_constraints_jacobian_rows[k]] * jacobian[k];
    return 0;
}

static int check_derivatives(void)
{
    const double h = 1e-5;
    double dense[M][N] = {{0}}, lower[N][N] = {{0}}, at[N], up[N], down[N], above[M];
    if (p_objective_gradient(&p) || p_constraints_jacobian(&p) || p_lagrangian_hessian(&p))
        return 1;
    memcpy(at, gradient, sizeof at);
    for (int k = 0; k < P_CONSTRAINTS_JACOBIAN_NNZ; k++)
        dense[p_constraints_jacobian_rows[k]][p_constraints_jacobian_cols[k]] = jacobian[k];
    for (int k = 0; k < P_LAGRANGIAN_HESSIAN_NNZ; k++)
        lower[p_lagrangian_hessian_rows[k]][p_lagrangian_hessian_cols[k]] = hessian[k];
    for (int j = 0; j < N; j++) {
        const double kept = x[j];
        x[j] = kept + h;
        if (p_objective(&p) || p_constraints(&p) || lagrangian_gradient(up))
            return 2;
        const double f = p.objective;
        memcpy(above, constraints, sizeof above);
        x[j] = kept - h;
        if (p_objective(&p) || p_constraints(&p) || lagrangian_gradient(down))
            return 3;
        x[j] = kept;
        if (differs("d_objective_dx", at[j], (f - p.objective) / (2 * h)))
            return 4;
        for (int i = 0; i < M; i++)
            if (differs("constraints_jacobian", dense[i][j], (above[i] - constraints[i]) / (2 * h)))
                return 5;
        for (int i = j; i < N; i++)
            if (differs("lagrangian_hessian", lower[i][j], (up[i] - down[i]) / (2 * h)))
                return 6;
    }
    return 0;
}

static int check_patterns(void)
{
    int k = 0;
    if (P_CONSTRAINTS_JACOBIAN_NNZ != 2 * M || P_LAGRANGIAN_HESSIAN_NNZ != 2 * N - 1)
        return 1;
    for (int i = 0; i < M; i++)
        for (int j = i; j <= i + 1; j++, k++)
            if (p_constraints_jacobian_rowptr[i] > k || p_constraints_jacobian_rowptr[i + 1] <= k ||
                p_constraints_jacobian_rows[k] != i || p_constraints_jacobian_cols[k] != j)
                return 2;
    k = 0;
    for (int i = 0; i < N; i++)
        for (int j = i > 0 ? i - 1 : 0; j <= i; j++, k++)
            if (p_lagrangian_hessian_rowptr[i] > k || p_lagrangian_hessian_rowptr[i + 1] <= k ||
                p_lagrangian_hessian_rows[k] != i || p_lagrangian_hessian_cols[k] != j)
                return 3;
    return p_constraints_jacobian_rowptr[M] != 2 * M || p_lagrangian_hessian_rowptr[N] != 2 * N - 1;
}

static int statuses(int objective, int objective_gradient, int constraints_, int constraints_jacobian, int lagrangian_hessian)
{
    return p_objective(&p) != objective || p_objective_gradient(&p) != objective_gradient ||
           p_constraints(&p) != constraints_ || p_constraints_jacobian(&p) != constraints_jacobian ||
           p_lagrangian_hessian(&p) != lagrangian_hessian;
}

int main(void)
{
    for (int i = 0; i < N; i++) {
        x[i] = sin(i + 1.0);
        t[i] = cos(i * 2.0);
    }
    for (int i = 0; i < M; i++) {
        b[i] = 0.1 * i;
        lambda[i] = 1 - 0.3 * i;
    }
    p.x = x, p.a = 0.75, p.t = t, p.b = b, p.sigma = 1.25, p.lambda = lambda;
    p.constraints = constraints, p.d_objective_dx = gradient;
    p.constraints_jacobian_values = jacobian, p.lagrangian_hessian_values = hessian;
    p.work = malloc(p_workspace(&p) + 64);
#ifdef GIVEN
    p.prepared = malloc(p_prepared_size(&p) + 64);
    if (p_prepared_size(&p) == 0 || p_prepare(&p) != GRADC_OK)
        return 10;
#endif
    if (p_objective(&p) != GRADC_OK || p_constraints(&p) != GRADC_OK || differs("objective", p.objective, cost()))
        return 11;
    for (int i = 0; i < M; i++)
        if (differs("constraints", constraints[i], p.a * x[i] * x[i] * x[i + 1] - b[i]))
            return 12;
    int wrong = check_derivatives();
    if (wrong)
        return 20 + wrong;
    if (check_patterns())
        return 30 + check_patterns();
    /* Each entry asks for what it reads, and makes the checks of what it computes. */
    p.lambda = NULL;
    if (statuses(GRADC_OK, GRADC_OK, GRADC_OK, GRADC_OK, GRADC_ENULL))
        return 40;
    p.lambda = lambda, p.x = NULL;
    if (statuses(GRADC_ENULL, GRADC_ENULL, GRADC_ENULL, GRADC_ENULL, GRADC_ENULL))
        return 41;
    p.x = x, p.a = -1;
    if (statuses(GRADC_EREQUIRE, GRADC_EREQUIRE, GRADC_OK, GRADC_OK, GRADC_EREQUIRE))
        return 42;
    p.a = 0.75, b[1] = 11;
#ifdef GIVEN
    if (p_prepare(&p) != GRADC_EREQUIRE)
        return 43;
#else
    if (statuses(GRADC_OK, GRADC_OK, GRADC_EREQUIRE, GRADC_EREQUIRE, GRADC_EREQUIRE))
        return 44;
#endif
    free(p.work);
#ifdef GIVEN
    free(p.prepared);
#endif
    return 0;
}
END
for kind in plain given; do
    for options in "" "-O0" "--standalone"; do
        # shellcheck disable=SC2086
        expect "$kind $options" 0 "" "$GRADC" $options "$kind.nn" -o chain.c
        # shellcheck disable=SC2046,SC2086
        expect "C of $kind $options" 0 "" "$CC" -std=c99 -Wall -Wextra -Werror -pedantic -I"$RUNTIME" \
            $([ $kind = plain ] || echo -DGIVEN) -o main main.c chain.c \
            $([ "$options" = --standalone ] || echo "$BUILD/libgradc.a") $LDFLAGS -lm
        expect "values of $kind $options" 0 "" ./main
    done
    for options in "" "-O0" "--precision=float32"; do
        # shellcheck disable=SC2086
        expect "--check $options of $kind" 0 "" "$GRADC" $options --check "$kind.nn"
    done
done

"$GRADC" --emit=interface given.nn -o given.json
for text in '"name": "objective", "role": "output", "type": "real", "shape": []}' \
    '"name": "constraints", "role": "output", "type": "real", "shape": [6]}' \
    '"name": "sigma", "role": "input", "type": "real", "shape": []}' \
    '"name": "lambda", "role": "input", "type": "real", "shape": [6]}' \
    '"name": "d_objective_dx", "role": "gradient", "of": "objective", "wrt": "x", "type": "real", "shape": [7]}' \
    '"name": "constraints_jacobian_values", "role": "jacobian_values", "of": "constraints", "wrt": "x", "type": "real", "shape": [12]}' \
    '"name": "lagrangian_hessian_values", "role": "hessian_values", "of": "lagrangian", "wrt": ["x", "x"], "type": "real", "shape": [13]}' \
    '"objective", "objective_gradient", "constraints", "constraints_jacobian", "lagrangian_hessian", "prepare"]' \
    '"requires": ["a is not positive", "b is too large"]'; do
    expect "interface: $text" 0 "" grep -qF -- "$text" given.json
done

# Empty patterns, one number for x, a constraint that is one, a group's member, defaults of both, another prefix.
cat > small.nn << 'END'
group P { u: [2]; v: [2] }
f(x: [2], a = 3) = sum(x) * a
g(y: [3], b = 4) = y * b
one(x, p: P) = x^2 * sum(p.u)
same(x, p: P) = x * sum(p.v)
export linear = nlp(f, g) wrt x
export number = nlp(one, same) wrt x
export member = nlp(one, same) wrt p.v
export f wrt x
END
expect "small" 0 "" "$GRADC" --prefix=my_ small.nn -o small.c
expect "C of small" 0 "" "$CC" -std=c99 -Wall -Wextra -Werror -pedantic -I"$RUNTIME" -c small.c
expect "defaults of both" 0 "b = 4.0" grep -A 4 'void my_linear_defaults(struct my_linear \*m)$' small.c
expect "number" 0 "define MY_NUMBER_LAGRANGIAN_HESSIAN_NNZ 1" cat small.h
expect "--check of small" 0 "" "$GRADC" --check small.nn

# A check that both parts make, each of the entries makes: of what is required and of places.
cat > both.nn << 'END'
f(x: [3], a, k: int) {
    require a > 0
    return y = a * x[k] * sum(x^2)
}
g(x: [3], a, k: int) {
    require a > 0
    return y = a * x * x[k]
}
export p = nlp(f, g) wrt x
END
cat > both_main.c << 'END'
#include "both.h"
static double x[3] = {1, 2, 3}, out[16], gradient[3], jacobian[P_CONSTRAINTS_JACOBIAN_NNZ];
static char work[P_WORKSPACE + 1];
static struct p p = {.x = x, .lambda = x, .constraints = out, .d_objective_dx = gradient,
                     .constraints_jacobian_values = jacobian, .lagrangian_hessian_values = out, .work = work};
static int all(int status)
{
    return p_objective(&p) == status && p_objective_gradient(&p) == status && p_constraints(&p) == status &&
           p_constraints_jacobian(&p) == status && p_lagrangian_hessian(&p) == status;
}
int main(void)
{
    p.a = 1, p.k = 3;
    if (!all(GRADC_EINDEX))
        return 1;
    p.a = 0, p.k = 2;
    if (!all(GRADC_EREQUIRE))
        return 2;
    p.a = 1;
    return !all(GRADC_OK);
}
END
for options in "" "-O0"; do
    # shellcheck disable=SC2086
    expect "both $options" 0 "" "$GRADC" $options both.nn -o both.c
    # shellcheck disable=SC2086
    expect "C of both $options" 0 "" "$CC" -std=c99 -I"$RUNTIME" -o both both_main.c both.c "$BUILD/libgradc.a" $LDFLAGS -lm
    expect "checks of both $options" 0 "" ./both
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
