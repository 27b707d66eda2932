/* gradbench.c: answers GradBench's twelve evals with the C made of gradbench.nn; how to try it is in
 * README.md.
 *
 * An eval puts what it reads of the input into a struct, has the entry run that the message asks for, and
 * gives what it wrote. */
#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#include "gradbench.h"

#include "protocol.h"

/* An entry of the emitted C, as message_run calls it. */
#define ENTRY(model, entry)                                                                                  \
    static int run_##model##_##entry(void *m)                                                                \
    {                                                                                                        \
        return model##_##entry(m);                                                                           \
    }
#define NUMBERS(count) message_allocate(t, count, sizeof(double))

static int asks(const struct message *t, const char *function)
{
    return strcmp(t->function, function) == 0;
}

/* ---- Of one number ---- */

ENTRY(square, forward)
ENTRY(square, gradient)

static cJSON *eval_hello(struct message *t)
{
    struct square m = {0};
    m.x = t->input->valuedouble;
    int wants_value = asks(t, "square");
    if (!message_run(t, wants_value ? run_square_forward : run_square_gradient, &m))
        return NULL;
    return cJSON_CreateNumber(wants_value ? m.square : m.d_x);
}

ENTRY(aim, forward)

/* GradBench has four functions, for the ways of forward and reverse mode to stand in each other. gradc
 * chooses itself, so that they are one, here and for `saddle`. */
static cJSON *eval_particle(struct message *t)
{
    struct aim m = {0};
    m.w = message_number(t, "w");
    m.work = message_allocate(t, aim_workspace(&m), 1);
    return message_run(t, run_aim_forward, &m) ? cJSON_CreateNumber(m.aim) : NULL;
}

/* ---- Of one array ---- */

ENTRY(saddle, forward)

static cJSON *eval_saddle(struct message *t)
{
    double found[4];
    struct saddle m = {0};
    m.start = message_numbers(t, "start", 2);
    m.saddle = found;
    m.work = message_allocate(t, saddle_workspace(&m), 1);
    return message_run(t, run_saddle_forward, &m) ? message_vector(found, 4) : NULL;
}

ENTRY(lse, forward)
ENTRY(lse, gradient)

static cJSON *eval_lse(struct message *t)
{
    struct lse m = {0};
    m.n = message_rows(t, "x");
    m.x = message_numbers(t, "x", m.n);
    m.work = message_allocate(t, lse_workspace(&m), 1);
    if (asks(t, "primal"))
        return message_run(t, run_lse_forward, &m) ? cJSON_CreateNumber(m.lse) : NULL;
    m.d_x = NUMBERS(m.n);
    return message_run(t, run_lse_gradient, &m) ? message_vector(m.d_x, m.n) : NULL;
}

ENTRY(llsq, forward)
ENTRY(llsq, gradient)

static cJSON *eval_llsq(struct message *t)
{
    struct llsq m = {0};
    m.m = message_rows(t, "x"), m.n = message_size(t, "n");
    m.x = message_numbers(t, "x", m.m);
    m.work = message_allocate(t, llsq_workspace(&m), 1);
    if (asks(t, "primal"))
        return message_run(t, run_llsq_forward, &m) ? cJSON_CreateNumber(m.loss) : NULL;
    m.d_x = NUMBERS(m.m);
    return message_run(t, run_llsq_gradient, &m) ? message_vector(m.d_x, m.m) : NULL;
}

ENTRY(solution, forward)
ENTRY(ode, gradient)

static cJSON *eval_ode(struct message *t)
{
    size_t n = message_rows(t, "x"), steps = message_size(t, "s");
    const double *x = message_numbers(t, "x", n);
    double *result = NUMBERS(n);
    if (asks(t, "primal")) {
        struct solution m = {0};
        m.n = n, m.S = steps;
        m.x = x;
        m.solution = result;
        m.work = message_allocate(t, solution_workspace(&m), 1);
        return message_run(t, run_solution_forward, &m) ? message_vector(result, n) : NULL;
    }
    struct ode m = {0};
    m.n = n, m.S = steps;
    m.x = x;
    m.d_x = result;
    m.work = message_allocate(t, ode_workspace(&m), 1);
    return message_run(t, run_ode_gradient, &m) ? message_vector(result, n) : NULL;
}

ENTRY(determinant, forward)
ENTRY(determinant, gradient)

/* The tables that the program needs: of each set of columns, the signs of their minors and the sets without
 * them. */
static cJSON *eval_det(struct message *t)
{
    struct determinant m = {0};
    m.n = message_size(t, "ell");
    if (m.n > 20) {
        t->problem = "too many minors";
        return NULL;
    }
    m.S = (size_t)1 << m.n;
    m.A = message_numbers(t, "A", m.n * m.n);
    double *sign = NUMBERS(m.S * m.n);
    int32_t *rest = message_allocate(t, m.S * m.n, sizeof *rest);
    for (size_t s = 0; s < m.S; s++) {
        double next = 1;
        for (size_t j = 0; j < m.n; j++) {
            size_t bit = (size_t)1 << j;
            sign[s * m.n + j] = s & bit ? next : 0;
            rest[s * m.n + j] = s & bit ? (int32_t)(s - bit) : 0;
            next = s & bit ? -next : next;
        }
    }
    m.sign = sign, m.rest = rest;
    m.work = message_allocate(t, determinant_workspace(&m), 1);
    if (asks(t, "primal"))
        return message_run(t, run_determinant_forward, &m) ? cJSON_CreateNumber(m.determinant) : NULL;
    m.d_A = NUMBERS(m.n * m.n);
    return message_run(t, run_determinant_gradient, &m) ? message_vector(m.d_A, m.n * m.n) : NULL;
}

/* ---- Of data ---- */

ENTRY(distances, forward)
ENTRY(newton, forward)

static cJSON *eval_kmeans(struct message *t)
{
    size_t n = message_rows(t, "points"), d = message_columns(t, "points"), k = message_rows(t, "centroids");
    const double *points = message_numbers(t, "points", n * d),
                 *centroids = message_numbers(t, "centroids", k * d);
    if (asks(t, "cost")) {
        struct distances m = {0};
        m.n = n, m.d = d, m.k = k;
        m.p = points, m.c = centroids;
        m.work = message_allocate(t, distances_workspace(&m), 1);
        return message_run(t, run_distances_forward, &m) ? cJSON_CreateNumber(m.distances) : NULL;
    }
    struct newton m = {0};
    m.n = n, m.d = d, m.k = k;
    m.p = points, m.c = centroids;
    m.step = NUMBERS(k * d);
    m.work = message_allocate(t, newton_workspace(&m), 1);
    return message_run(t, run_newton_forward, &m) ? message_matrix(m.step, k, d) : NULL;
}

ENTRY(gmm, forward)
ENTRY(gmm, gradient)

static cJSON *eval_gmm(struct message *t)
{
    struct gmm m = {0};
    m.D = message_size(t, "d"), m.K = message_size(t, "k"), m.N = message_size(t, "n");
    size_t below = m.D * (m.D - (m.D > 0)) / 2;
    m.x = message_numbers(t, "x", m.N * m.D);
    m.alpha = message_numbers(t, "alpha", m.K);
    m.mu = message_numbers(t, "mu", m.K * m.D);
    m.q = message_numbers(t, "q", m.K * m.D);
    m.l = message_numbers(t, "l", m.K * below);
    m.gamma = message_number(t, "gamma"), m.m = message_number(t, "m");
    m.work = message_allocate(t, gmm_workspace(&m), 1);
    if (asks(t, "objective"))
        return message_run(t, run_gmm_forward, &m) ? cJSON_CreateNumber(m.F) : NULL;
    m.d_alpha = NUMBERS(m.K), m.d_mu = NUMBERS(m.K * m.D);
    m.d_q = NUMBERS(m.K * m.D), m.d_l = NUMBERS(m.K * below);
    if (!message_run(t, run_gmm_gradient, &m))
        return NULL;
    cJSON *output = cJSON_CreateObject();
    cJSON_AddItemToObject(output, "alpha", message_vector(m.d_alpha, m.K));
    cJSON_AddItemToObject(output, "mu", message_matrix(m.d_mu, m.K, m.D));
    cJSON_AddItemToObject(output, "q", message_matrix(m.d_q, m.K, m.D));
    cJSON_AddItemToObject(output, "l", message_matrix(m.d_l, m.K, below));
    return output;
}

ENTRY(language, forward)
ENTRY(language, gradient)

static cJSON *eval_lstm(struct message *t)
{
    struct language m = {0};
    m.L = message_rows(t, "main_params") / 2, m.T = message_rows(t, "sequence"),
    m.b = message_columns(t, "sequence");
    size_t main = 8 * m.L * m.b, extra = 3 * m.b;
    m.main = message_numbers(t, "main_params", main);
    m.extra = message_numbers(t, "extra_params", extra);
    m.state = message_numbers(t, "state", 2 * m.L * m.b);
    m.sequence = message_numbers(t, "sequence", m.T * m.b);
    m.work = message_allocate(t, language_workspace(&m), 1);
    if (asks(t, "objective"))
        return message_run(t, run_language_forward, &m) ? cJSON_CreateNumber(m.language) : NULL;
    double *gradient = NUMBERS(main + extra);
    m.d_main = gradient, m.d_extra = gradient + main;
    return message_run(t, run_language_gradient, &m) ? message_vector(gradient, main + extra) : NULL;
}

/* ---- Jacobians ---- */

enum { CAMERA = 11, POINT = 3, ROW = CAMERA + POINT + 1 /* the weight */ };

/* `value` `count` times, one after the other. */
static double *repeated(struct message *t, const double *value, size_t length, size_t count)
{
    double *all = NUMBERS(length * count);
    for (size_t i = 0; i < count * length; i++)
        all[i] = value[i % length];
    return all;
}

/* An array of which GradBench wants the beginning, at most 2 ROW elements, and the last. */
static cJSON *ends(const double *numbers, size_t count)
{
    cJSON *array = message_vector(numbers, count < 2 * ROW ? count : 2 * ROW);
    cJSON_AddItemToArray(array, cJSON_CreateNumber(numbers[count - 1]));
    return array;
}

/* The Jacobian as a sparse matrix: two rows for each observation, then one for each weight's error; its
 * columns are all cameras, all points, all weights. */
static cJSON *sparse(struct message *t, const struct derivatives_of_observations *m)
{
    size_t observed = 2 * m->P * ROW, count = observed + m->P;
    double *rows = NUMBERS(3 * m->P + 1), *columns = NUMBERS(count), *values = NUMBERS(count);
    rows[0] = 0;
    for (size_t i = 0; i < 3 * m->P; i++)
        rows[i + 1] = rows[i] + (i < 2 * m->P ? ROW : 1);
    memcpy(values, m->J, observed * sizeof *values);
    for (size_t i = 0; i < observed; i++) {
        size_t o = i / (2 * ROW), j = i % ROW;
        columns[i] = j < CAMERA           ? (double)(CAMERA * (size_t)m->c[o] + j)
                     : j < CAMERA + POINT ? (double)(CAMERA * m->N + POINT * (size_t)m->p[o] + j - CAMERA)
                                          : (double)(CAMERA * m->N + POINT * m->M + o);
    }
    for (size_t o = 0; o < m->P; o++) {
        columns[observed + o] = (double)(CAMERA * m->N + POINT * m->M + o);
        values[observed + o] = m->d_weight_error[o];
    }
    cJSON *output = cJSON_CreateObject();
    cJSON_AddItemToObject(output, "rows", ends(rows, 3 * m->P + 1));
    cJSON_AddItemToObject(output, "cols", ends(columns, count));
    cJSON_AddItemToObject(output, "vals", ends(values, count));
    return output;
}

ENTRY(observations, forward)
ENTRY(derivatives_of_observations, forward)

/* The input has one camera, point, weight and feature, to be taken many times. */
static cJSON *eval_ba(struct message *t)
{
    struct observations m = {0};
    m.N = message_size(t, "n"), m.M = message_size(t, "m"), m.P = message_size(t, "p");
    double weight = message_number(t, "w");
    m.camera = repeated(t, message_numbers(t, "cam", CAMERA), CAMERA, m.N);
    m.X = repeated(t, message_numbers(t, "x", POINT), POINT, m.M);
    m.w = repeated(t, &weight, 1, m.P);
    m.feature = repeated(t, message_numbers(t, "feat", 2), 2, m.P);
    int32_t *camera = message_allocate(t, m.P, sizeof *camera),
            *point = message_allocate(t, m.P, sizeof *point);
    for (size_t i = 0; i < m.P; i++) {
        camera[i] = (int32_t)(i % (m.N + (m.N == 0)));
        point[i] = (int32_t)(i % (m.M + (m.M == 0)));
    }
    m.c = camera, m.p = point;
    if (!asks(t, "objective")) {
        struct derivatives_of_observations j = {0};
        j.N = m.N, j.M = m.M, j.P = m.P;
        j.camera = m.camera, j.X = m.X, j.w = m.w, j.feature = m.feature;
        j.c = m.c, j.p = m.p;
        j.J = NUMBERS(2 * m.P * ROW), j.d_weight_error = NUMBERS(m.P);
        j.work = message_allocate(t, derivatives_of_observations_workspace(&j), 1);
        return message_run(t, run_derivatives_of_observations_forward, &j) ? sparse(t, &j) : NULL;
    }
    m.err = NUMBERS(2 * m.P), m.weight_error = NUMBERS(m.P);
    m.work = message_allocate(t, observations_workspace(&m), 1);
    if (!message_run(t, run_observations_forward, &m))
        return NULL;
    cJSON *output = cJSON_CreateObject(), *errors = cJSON_AddObjectToObject(output, "reproj_error"),
          *weights = cJSON_AddObjectToObject(output, "w_err");
    cJSON_AddItemToObject(errors, "elements", message_vector(m.err, 2));
    cJSON_AddNumberToObject(errors, "repeated", (double)m.P);
    cJSON_AddNumberToObject(weights, "element", m.weight_error[0]);
    cJSON_AddNumberToObject(weights, "repeated", (double)m.P);
    return output;
}

enum { ANGLES = 26, BONES = 22 };

ENTRY(simple, forward)
ENTRY(complicated, forward)

/* The corners of the triangle that each point belongs to. */
static int32_t *corners(struct message *t, size_t count)
{
    size_t triangles = message_rows(t, "data.model.triangles");
    const int32_t *triangle = message_ints(t, "data.model.triangles", 3 * triangles),
                  *chosen = message_ints(t, "data.correspondences", count);
    int32_t *all = message_allocate(t, 3 * count, sizeof *all);
    for (size_t i = 0; i < 3 * count && !t->problem; i++) {
        if (chosen[i / 3] < 0 || (size_t)chosen[i / 3] >= triangles)
            t->problem = "there is no such triangle";
        else
            all[i] = triangle[3 * chosen[i / 3] + (int32_t)(i % 3)];
    }
    return all;
}

/* That each finger's bones hang on each other, as hand.nn has it. */
static void check_fingers(struct message *t, const int32_t *parent)
{
    for (int32_t b = 1; b < BONES - 1; b++)
        if (b % 4 != 1 && parent[b] != b - 1 && !t->problem)
            t->problem = "a finger's bone does not hang on the one before";
}

static cJSON *eval_ht(struct message *t)
{
    struct complicated m = {0};
    m.C = message_rows(t, "data.correspondences"), m.V = message_rows(t, "data.model.base_positions");
    size_t errors = 3 * m.C;
    m.theta = message_numbers(t, "theta", ANGLES);
    m.parent = message_ints(t, "data.model.parents", BONES);
    check_fingers(t, m.parent);
    m.rest = message_numbers(t, "data.model.base_relatives", 16 * BONES);
    m.undo = message_numbers(t, "data.model.inverse_base_absolutes", 16 * BONES);
    m.base = message_numbers(t, "data.model.base_positions", 4 * m.V);
    m.weight = message_numbers(t, "data.model.weights", m.V * BONES);
    m.mirror = message_number(t, "data.model.is_mirrored") != 0 ? -1 : 1;
    m.point = message_numbers(t, "data.points", errors);
    size_t columns = ANGLES + (message_rows(t, "us") > 0 ? 2 : 0);
    double *result = NUMBERS(errors * columns);
    m.err = asks(t, "objective") ? result : NULL, m.derr = asks(t, "objective") ? NULL : result;
    if (message_rows(t, "us") > 0) {
        m.u = message_numbers(t, "us", 2 * m.C);
        m.v = corners(t, m.C);
        m.work = message_allocate(t, complicated_workspace(&m), 1);
        if (!message_run(t, run_complicated_forward, &m))
            return NULL;
    } else {
        struct simple s = {0};
        s.C = m.C, s.V = m.V;
        s.theta = m.theta, s.parent = m.parent, s.rest = m.rest, s.undo = m.undo, s.base = m.base;
        s.weight = m.weight, s.mirror = m.mirror, s.point = m.point;
        s.err = m.err, s.derr = m.derr;
        s.v = message_ints(t, "data.correspondences", s.C);
        s.work = message_allocate(t, simple_workspace(&s), 1);
        if (!message_run(t, run_simple_forward, &s))
            return NULL;
    }
    return m.err ? message_vector(result, errors) : message_matrix(result, errors, columns);
}

/* ---- The conversation ---- */

static const struct eval {
    const char *module, *functions;
    cJSON *(*answer)(struct message *t);
} evals[] = {
    {"hello", " square double ", eval_hello},     {"ba", " objective jacobian ", eval_ba},
    {"det", " primal gradient ", eval_det},       {"gmm", " objective jacobian ", eval_gmm},
    {"ht", " objective jacobian ", eval_ht},      {"kmeans", " cost dir ", eval_kmeans},
    {"llsq", " primal gradient ", eval_llsq},     {"lse", " primal gradient ", eval_lse},
    {"lstm", " objective jacobian ", eval_lstm},  {"ode", " primal gradient ", eval_ode},
    {"particle", " ff fr rf rr ", eval_particle}, {"saddle", " ff fr rf rr ", eval_saddle},
};

static const char *text(const cJSON *message, const char *name)
{
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, name));
    return found ? found : "";
}

static const struct eval *find(const cJSON *message)
{
    for (size_t i = 0; i < sizeof evals / sizeof *evals; i++)
        if (strcmp(evals[i].module, text(message, "module")) == 0)
            return &evals[i];
    return NULL;
}

static void evaluate(const cJSON *message, cJSON *reply)
{
    const struct eval *eval = find(message);
    struct message t = {0};
    char word[32];
    t.input = cJSON_GetObjectItemCaseSensitive(message, "input");
    t.function = text(message, "function");
    t.timings = cJSON_CreateArray();
    snprintf(word, sizeof word, " %s ", t.function);
    if (!eval || !strstr(eval->functions, word))
        t.problem = "no such module or function";
    else if (!t.input)
        t.problem = "no input";
    cJSON *output = t.problem ? NULL : eval->answer(&t);
    cJSON_AddBoolToObject(reply, "success", output != NULL);
    if (output) {
        cJSON_AddItemToObject(reply, "output", output);
        cJSON_AddItemToObject(reply, "timings", t.timings);
        t.timings = NULL;
    } else {
        cJSON_AddStringToObject(reply, "error", t.problem);
    }
    message_free(&t);
}

static void answer(const cJSON *message)
{
    cJSON *reply = cJSON_CreateObject();
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");
    const char *kind = text(message, "kind");
    cJSON_AddNumberToObject(reply, "id", cJSON_IsNumber(id) ? id->valuedouble : -1);
    if (strcmp(kind, "start") == 0)
        cJSON_AddStringToObject(reply, "tool", "gradc");
    else if (strcmp(kind, "define") == 0)
        cJSON_AddBoolToObject(reply, "success", find(message) != NULL);
    else if (strcmp(kind, "evaluate") == 0)
        evaluate(message, reply);
    char *line = cJSON_PrintUnformatted(reply);
    cJSON_Delete(reply);
    if (!line || puts(line) == EOF || fflush(stdout) != 0)
        exit(1);
    free(line);
}

/* The next line, as long as it may be; NULL at the end of the input. The caller frees it. */
static char *next_line(void)
{
    size_t room = 1 << 16, length = 0;
    char *line = allocate(room);
    while (fgets(line + length, (int)(room - length), stdin)) {
        length += strlen(line + length);
        if (line[length - 1] == '\n')
            return line;
        if (room - length < 2) {
            char *longer = realloc(line, room *= 2);
            if (!longer)
                exit(1);
            line = longer;
        }
    }
    if (length > 0)
        return line;
    free(line);
    return NULL;
}

int main(void)
{
    for (char *line; (line = next_line()); free(line)) {
        cJSON *message = cJSON_Parse(line);
        if (!message) {
            fprintf(stderr, "this is no JSON: %.60s\n", line);
            free(line);
            return 1;
        }
        answer(message);
        cJSON_Delete(message);
    }
    return 0;
}
