/* problem.h: a function of real parameters under test: its values by the interpreter, its derivatives against
 * differences. */
#ifndef GRADC_TEST_PROBLEM_H
#define GRADC_TEST_PROBLEM_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "differentiate.h"
#include "interpret.h"

enum { MOST = 4 };

/* A function of real parameters under test. */
struct problem {
    struct arena *arena;
    struct diagnostics diagnostics;
    struct sizes *sizes;
    struct graph *graph;
    struct derivatives *derivatives;
    struct node *x[MOST], *fixed[MOST]; /* differentiated; INT parameters */
    double *values[MOST], *fixed_values[MOST];
    int count, fixed_count;
    size *n; /* a run-time size, 3 */
    unsigned random;
};

static struct problem problem;

static inline void setup(void)
{
    problem = (struct problem){.random = 12345};
    problem.arena = arena_new();
    problem.diagnostics = (struct diagnostics){.arena = problem.arena, .stream = stderr};
    problem.sizes = sizes_new(problem.arena);
    problem.graph = graph_new(problem.arena, problem.sizes);
    problem.derivatives = derivatives_load(problem.arena, &problem.diagnostics);
    ck_assert_int_eq(problem.diagnostics.error_count, 0);
    problem.n = size_new_name(problem.sizes, "n");
}

static inline void teardown(void)
{
    graph_verify(problem.graph);
    arena_free(problem.arena);
}

/* Starts afresh within a test. */
static inline void restart(void)
{
    unsigned random = problem.random;
    teardown();
    setup();
    problem.random = random;
}

static inline double uniform(double low, double high)
{
    problem.random = problem.random * 1664525u + 1013904223u;
    return low + (high - low) * ((problem.random >> 8) / (double)(1 << 24));
}

static inline size *number(int64_t value)
{
    return size_number(problem.sizes, value);
}

/* A shape of up to four numbers, ended by 0; -1 is the run-time size n. */
struct shape {
    size *axes[MAXIMUM_RANK];
    int rank;
};

static inline struct shape shape_of(int a, int b, int c, int d)
{
    int numbers[] = {a, b, c, d};
    struct shape shape = {.rank = 0};
    for (int i = 0; i < 4 && numbers[i]; i++)
        shape.axes[shape.rank++] = numbers[i] < 0 ? problem.n : number(numbers[i]);
    return shape;
}

static inline struct interpreter *interpreter_with_values(struct arena *arena)
{
    struct interpreter *interpreter = interpreter_new(arena, problem.graph);
    interpreter_bind_size(interpreter, problem.n, 3);
    for (int k = 0; k < problem.count; k++)
        interpreter_bind(interpreter, problem.x[k], problem.values[k]);
    for (int k = 0; k < problem.fixed_count; k++)
        interpreter_bind(interpreter, problem.fixed[k], problem.fixed_values[k]);
    return interpreter;
}

static inline size_t count_of(const struct node *node)
{
    struct arena *arena = arena_new();
    struct interpreter *interpreter = interpreter_new(arena, problem.graph);
    interpreter_bind_size(interpreter, problem.n, 3);
    size_t count = interpreter_count(interpreter, node);
    arena_free(arena);
    return count;
}

static inline double *random_values(size_t count, double low, double high)
{
    double *values = ARENA_ARRAY(problem.arena, double, count + 1);
    for (size_t i = 0; i < count; i++)
        values[i] = uniform(low, high);
    return values;
}

static inline struct node *input(struct shape shape, double low, double high)
{
    int k = problem.count++;
    problem.x[k] =
        graph_parameter(problem.graph, REAL, (const char *[]){"x", "w", "v", "u"}[k], shape.rank, shape.axes);
    problem.values[k] = random_values(count_of(problem.x[k]), low, high);
    return problem.x[k];
}

static inline struct node *whole_input(struct shape shape, int below)
{
    int k = problem.fixed_count++;
    problem.fixed[k] = graph_parameter(problem.graph, INT, "k", shape.rank, shape.axes);
    size_t count = count_of(problem.fixed[k]);
    problem.fixed_values[k] = random_values(count, 0, below);
    for (size_t i = 0; i < count; i++)
        problem.fixed_values[k][i] = floor(problem.fixed_values[k][i]);
    return problem.fixed[k];
}

/* ---- Checks ---- */

/* Directions and seeds that are bound beside the parameters. */
struct bound {
    struct node *nodes[2 * MOST];
    double *values[2 * MOST];
    int count;
};

static inline struct node *bound_placeholder(struct bound *bound, const struct node *like)
{
    int k = bound->count++;
    bound->nodes[k] = graph_placeholder(problem.graph, REAL, NULL, like->rank, like->shape);
    bound->values[k] = random_values(count_of(like), -1, 1);
    return bound->nodes[k];
}

static inline const double *value_of(struct arena *arena, const struct bound *bound, struct node *node)
{
    struct interpreter *interpreter = interpreter_with_values(arena);
    for (int k = 0; k < bound->count; k++)
        interpreter_bind(interpreter, bound->nodes[k], bound->values[k]);
    const double *value = interpreter_value(interpreter, node);
    ck_assert_msg(value != NULL, "status %d", interpreter_status(interpreter));
    return value;
}

/* <node, weights> at the present values. */
static inline double dot(const struct bound *bound, struct node *node, const double *weights)
{
    struct arena *arena = arena_new();
    const double *value = value_of(arena, bound, node);
    double sum = 0;
    size_t count = count_of(node);
    for (size_t i = 0; i < count; i++)
        sum += weights ? value[i] * weights[i] : value[i];
    arena_free(arena);
    return sum;
}

/* d/dx <nodes, weights> for element i of parameter k, by a central difference. */
static inline double difference(const struct bound *bound, struct node **nodes, double **weights, int count,
                                int k, size_t i)
{
    const double h = 1e-5;
    double kept = problem.values[k][i], sum[2] = {0, 0};
    for (int side = 0; side < 2; side++) {
        problem.values[k][i] = kept + (side ? h : -h);
        for (int j = 0; j < count; j++)
            sum[side] += dot(bound, nodes[j], weights[j]);
    }
    problem.values[k][i] = kept;
    return (sum[1] - sum[0]) / (2 * h);
}

static inline void check_near(double found, double expected, double tolerance, const char *what)
{
    double scale = 1 + fabs(expected);
    ck_assert_msg(fabs(found - expected) <= tolerance * scale, "%s: %.12g instead of %.12g", what, found,
                  expected);
}

static inline void check_adjoints(const struct bound *bound, struct node **adjoints, struct node **outputs,
                                  double **weights, int count, const char *what)
{
    for (int k = 0; k < problem.count; k++) {
        struct arena *arena = arena_new();
        const double *adjoint = value_of(arena, bound, adjoints[k]);
        size_t elements = count_of(problem.x[k]);
        ck_assert_int_eq(adjoints[k]->rank, problem.x[k]->rank);
        for (size_t i = 0; i < elements; i++)
            check_near(adjoint[i], difference(bound, outputs, weights, count, k, i), 2e-6, what);
        arena_free(arena);
    }
}

/* First and second derivatives of y in all parameters, and forward mode. */
static inline void check_derivatives(struct node *y)
{
    struct graph *graph = problem.graph;
    struct bound bound = {.count = 0};
    struct node *d_y = bound_placeholder(&bound, y), *adjoints[MOST], *directions[MOST], *second[MOST],
                *tangent;
    double *d_values = bound.values[0], *direction_values[MOST];
    differentiate(graph, problem.derivatives, &y, &d_y, 1, problem.x, (size_t)problem.count, adjoints);
    check_adjoints(&bound, adjoints, &y, &d_values, 1, "adjoint");

    double by_reverse = 0;
    for (int k = 0; k < problem.count; k++) {
        directions[k] = bound_placeholder(&bound, problem.x[k]);
        direction_values[k] = bound.values[bound.count - 1];
        by_reverse += dot(&bound, adjoints[k], direction_values[k]);
    }
    differentiate_forward(graph, problem.derivatives, problem.x, directions, (size_t)problem.count, &y, 1,
                          &tangent);
    check_near(dot(&bound, tangent, d_values), by_reverse, 1e-10, "tangent");

    differentiate(graph, problem.derivatives, adjoints, directions, (size_t)problem.count, problem.x,
                  (size_t)problem.count, second);
    check_adjoints(&bound, second, adjoints, direction_values, problem.count, "second derivative");
    graph_verify(graph);
}

/* An input shown to the operator through a function that bends, so that its second derivatives matter. */
static inline struct node *bent(struct node *x)
{
    return graph_unary(problem.graph, OP_SIN, x);
}

static inline struct node *square(struct node *x)
{
    return graph_binary(problem.graph, OP_MUL, x, x);
}

static inline struct affine *subscripts_of(int count, int space_rank, const int64_t (*rows)[5])
{
    struct affine *subscripts = ARENA_ARRAY(problem.arena, struct affine, count + 1);
    for (int s = 0; s < count; s++) {
        subscripts[s].offset = number(rows[s][0]);
        subscripts[s].coefficients = ARENA_ARRAY(problem.arena, size *, space_rank + 1);
        for (int a = 0; a < space_rank; a++)
            subscripts[s].coefficients[a] = rows[s][a + 1] ? number(rows[s][a + 1]) : NULL;
    }
    return subscripts;
}

#endif
