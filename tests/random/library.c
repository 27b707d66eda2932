/* library.c: linear algebra, networks and optimisers of the library. */
#include "random.h"

#include <string.h>

/* ---- Linear algebra ---- */

/* A matrix far from singular; symmetric and positive definite. */
static char *regular(struct shape square, int depth)
{
    const char *n = square.axes[square.rank - 1].text;
    return print("(2 * eye(%s) + 0.4 / %s * tanh(%s))", n, n, expression(square, depth - 1));
}

char *definite(struct shape square)
{
    const char *n = square.axes[square.rank - 1].text;
    struct shape factor = square;
    factor.axes[factor.rank - 1] = random_axis();
    char *v = leaf(factor);
    return print("(%s @ %s' / (1 + %s) + 2 * eye(%s))", v, v, factor.axes[factor.rank - 1].text, n);
}

static bool is_square(struct shape shape)
{
    return shape.rank >= 2 && same_axis(shape.axes[shape.rank - 1], shape.axes[shape.rank - 2]) && shape.axes[shape.rank - 1].value <= 5;
}

static struct axis small_axis(void)
{
    struct axis axis = random_axis();
    for (int i = 0; i < 20 && axis.value > 5; i++)
        axis = random_axis();
    return axis.value > 5 ? whole(2) : axis;
}

char *linear_algebra(struct shape shape, int depth)
{
    struct axis n = small_axis();
    struct shape square = shape_with(2, n, n);
    if (shape.rank == 0)
        switch (below(4)) {
        case 0: return print("(det(%s) * 0.2)", regular(square, depth));
        case 1: return print("logdet(%s)", chance(50) ? regular(square, depth) : definite(square));
        case 2: return print("trace(%s)", expression(square, depth - 1));
        default: return print("%s[-1, 0]", print("inv(%s)", regular(square, depth)));
        }
    n = shape.axes[shape.rank - 1];
    if (chance(15))
        return print("%s(%s, axis = %d)", PICK("cumprod", "cummax", "cummin"), expression(shape, depth - 1), (int)below((unsigned)shape.rank));
    if (shape.rank == 2 && chance(10))
        return print("kron(%s, [[0.6]])", expression(shape, depth - 1));
    if (shape.rank == 1 && !strcmp(n.text, "3") && chance(40))
        return print("cross(%s, %s)", expression(shape, depth - 1), leaf(shape));
    if (shape.rank == 1 && chance(30)) { /* batched */
        struct shape batch = shape_with(3, n, small_axis(), whole(2));
        batch.axes[2] = batch.axes[1];
        return elements_in(batch) > 200 ? NULL : print("%s(%s)", PICK("logdet", "det", "trace"), chance(50) ? regular(batch, depth) : definite(batch));
    }
    if (shape.rank == 1 && n.value <= 5) {
        square = shape_with(2, n, n);
        if (chance(10))
            return print("pack_tril(%s)[:%s]", expression(square, depth - 1), n.text);
        return chance(50) ? print("solve(%s, %s)", regular(square, depth), expression(shape, depth - 1))
                          : print("solve_tril(tril(%s), %s)", regular(square, depth), expression(shape, depth - 1));
    }
    if (is_square(shape) && (shape.rank == 2 || chance(50)))
        switch (below(5)) {
        case 4: return print("expm(0.3 * %s)", expression(shape, depth - 1));
        case 0: return print("inv(%s)", regular(shape, depth));
        case 1: return print("cholesky(%s)", definite(shape));
        case 2: {
            struct axis packed = axis_of(print("%s*(%s + 1)/2", n.text, n.text), n.value * (n.value + 1) / 2);
            if (shape.rank != 2 || chance(50))
                return NULL;
            (void)packed;
            return print("unpack_tril(pack_tril(%s), %s)", expression(shape, depth - 1), n.text);
        }
        default: return print("solve(%s, %s)", regular(shape, depth), expression(shape, depth - 1));
        }
    if (shape.rank == 2 && shape.axes[0].value <= 5) {
        square = shape_with(2, shape.axes[0], shape.axes[0]);
        return print("%s(%s, %s)", PICK("solve", "solve"), definite(square), expression(shape, depth - 1));
    }
    if (shape.rank == 2 && n.value <= 5 && shape.axes[0].value <= 33) { /* one vector for each matrix */
        struct shape batch = shape_with(3, shape.axes[0], n, n);
        return print("solve(%s, %s)", regular(batch, depth), expression(shape, depth - 1));
    }
    return NULL;
}

/* ---- Networks ---- */

static struct axis other_axis(struct shape shape)
{
    struct axis axis = random_axis();
    return elements_in(shape) * axis.value > 300 ? whole(2) : axis;
}

static bool is_label(const struct variable *variable, const void *closure)
{
    const struct axis *classes = closure;
    return variable->shape.rank == 1 && variable->low >= 0 && variable->high < classes->value;
}

static bool is_seed(const struct variable *variable, const void *closure)
{
    (void)closure;
    return variable->shape.rank == 0;
}

static char *loss(int depth)
{
    struct axis classes = random_axis();
    const struct variable *labels = name_where(INT, is_label, &classes);
    if (labels && chance(50)) {
        struct shape logits = shape_with(2, labels->shape.axes[0], classes);
        return elements_in(logits) > 300 ? NULL
                                      : print("%s(%s, %s%s)", PICK("cross_entropy", "hinge"), expression(logits, depth - 1), labels->name, "");
    }
    struct shape of = random_shape();
    switch (below(4)) {
    case 0: return print("mse(%s, %s)", expression(of, depth - 1), leaf(of));
    case 1: return print("(l2(%s) * 0.2)", expression(of, depth - 1));
    default: return print("binary_cross_entropy(%s, sigmoid(%s))", expression(of, depth - 1), leaf(of));
    }
}

/* An image turned, widened, or convolved in other ways. */
static char *moved(const char *x, struct axis channels, int kernel)
{
    switch (below(5)) {
    case 0: return print("upsample(%s, 2)", x);
    case 1: return print("upsample(%s, %d, smooth = true)", x, 1 + (int)below(3));
    case 2: return print("rotary(upsample(%s, 2), base = 50)", x);
    case 3: return print("conv1d(%s[:, :, 0], full([2, %s, %d], 0.3), stride = %d, pad = 1)", x, channels.text, kernel, 1 + (int)below(2));
    default: return print("conv_transpose2d(%s, full([%s, 2, %d, %d], 0.3), stride = %d)", x, channels.text, kernel, kernel, 1 + (int)below(2));
    }
}

/* A convolution or a pool gives [N, K, P, Q]; what comes of it is summed to the shape wanted. */
static char *convolved(struct shape shape, int depth)
{
    struct axis channels = chance(50) ? whole(2) : whole(4);
    int side = 3 + (int)below(3), kernel = 1 + (int)below(3);
    struct shape image = shape_with(4, chance(50) ? whole(1) : whole(2), channels, whole(side), whole(side));
    const struct variable *from = random_name(REAL);
    char *x = print("(full(%s, 0.3) + 0.4 * sin(%s * %s))", list_of(image), leaf(scalar),
                    print("reshape(0.1 * range(%ld), %s)", elements_in(image), list_of(image)));
    char *value;
    (void)depth;
    if (chance(40))
        value = moved(x, channels, kernel);
    else if (chance(40)) {
        bool tile = side % kernel == 0;
        value = print("%s_pool2d(%s, %d%s)", PICK("max", "avg"), x, kernel, tile ? "" : ", stride = 1");
    } else {
        int groups = chance(40) ? 2 : 1, stride = 1 + (int)below(2), padding = (int)below(2), dilation = chance(30) && kernel < 3 ? 2 : 1;
        struct shape weights = shape_with(4, whole(2), whole(channels.value / groups), whole(kernel), whole(kernel));
        value = print("conv2d(%s, full(%s, %s) * %s, stride = %d, pad = %d, dilation = %d, groups = %d)", x, list_of(weights),
                      from ? print("mean(%s)", from->name) : "0.4",
                      print("cos(reshape(range(%ld), %s))", elements_in(weights), list_of(weights)), stride, padding, dilation, groups);
    }
    if (strstr(value, "conv2d(") && chance(30))
        return print("(mean(group_norm(%s, 2, full([2], 1.1), full([2], 0.2), eps = 0.1)^2) * %s)", value, leaf(shape));
    if (chance(30) && !strncmp(value, "conv2d", 6))
        value = print("batch_norm(%s, full([%s], 1.1), full([%s], %s))", value, "2", "2", leaf(scalar));
    return shape.rank == 0 ? print("(mean(%s) * %s)", value, leaf(scalar)) : print("(mean(%s^2) * %s)", value, leaf(shape));
}

char *network(struct shape shape, int depth)
{
    if (shape.rank == 0)
        return chance(70) ? loss(depth) : convolved(shape, depth);
    struct axis last = shape.axes[shape.rank - 1], inner = other_axis(shape);
    struct shape row = shape_with(1, last), x = shape;
    x.axes[x.rank - 1] = inner;
    const struct variable *seed = name_where(INT, is_seed, NULL);
    const struct variable *places = name_where(INT, is_label, &shape.axes[0]);
    switch (below(12)) {
    case 10: {
        struct axis hidden = chance(50) ? whole(2) : inner;
        return print("swiglu(%s, 0.5 * %s, 0.5 * %s, %s)", expression(x, depth - 1), leaf(shape_with(2, inner, hidden)),
                     leaf(shape_with(2, inner, hidden)), leaf(shape_with(2, hidden, last)));
    }
    case 11: {
        struct shape added = shape;
        if (!places)
            return NULL;
        added.axes[0] = places->shape.axes[0];
        return elements_in(added) > 300 ? NULL : print("scatter_add(%s, %s, %s)", expression(shape, depth - 1), places->name, leaf(added));
    }
    case 0: return print("layer_norm(%s, %s, %s)", expression(shape, depth - 1), leaf(row), leaf(row));
    case 1: return print("rms_norm(%s, %s)", expression(shape, depth - 1), leaf(row));
    case 2: return print("linear(%s, %s, %s)", expression(x, depth - 1), leaf(shape_with(2, inner, last)), leaf(row));
    case 3:
        if (shape.rank < 2)
            return NULL;
        row = shape_with(1, shape.axes[1]);
        return print("batch_norm(%s, %s, %s, eps = 0.1)", expression(shape, depth - 1), leaf(row), leaf(row));
    case 4:
        if (shape.rank < 2)
            return NULL;
        row = shape_with(1, shape.axes[1]);
        return print("batch_norm_apply(%s, %s, %s, %s, %s^2 + 0.5)", expression(shape, depth - 1), leaf(row), leaf(row), leaf(row), leaf(row));
    case 5: return seed ? print("dropout(%s, 0.4, %s)", expression(shape, depth - 1), seed->name) : NULL;
    case 6: case 7: {
        if (shape.rank < 2)
            return NULL;
        struct axis queries = shape.axes[shape.rank - 2], keys = chance(50) ? queries : inner;
        struct shape q = shape, k = shape, v = shape;
        q.axes[q.rank - 1] = k.axes[k.rank - 1] = random_axis();
        k.axes[k.rank - 2] = v.axes[v.rank - 2] = keys;
        if (elements_in(q) + elements_in(k) + elements_in(v) > 400)
            return NULL;
        return print("attention(%s, %s, %s%s)", expression(q, depth - 1), leaf(k), expression(v, depth - 1),
                     same_axis(queries, keys) && chance(50) ? ", causal = true" : "");
    }
    case 8: {
        struct axis gates = axis_of(print("(3*%s)", last.text), 3 * last.value);
        if (shape.rank > 2 || last.value > 5)
            return NULL;
        return print("gru_cell(%s, %s, 0.5 * %s, 0.5 * %s, %s, %s)", leaf(x), leaf(shape), leaf(shape_with(2, inner, gates)),
                     leaf(shape_with(2, last, gates)), leaf(shape_with(1, gates)), leaf(shape_with(1, gates)));
    }
    default: return convolved(shape, depth);
    }
}

struct shape library_shape(void)
{
    return random_shape();
}

void cell_statement(struct text *out, int number_)
{
    struct axis hidden = random_axis(), inner = random_axis();
    char *h = print("h%d", number_), *c = print("c%d", number_);
    struct shape state = shape_with(1, hidden);
    indent(out);
    if (hidden.value <= 5 && inner.value <= 8 && chance(40)) {
        struct axis gates = axis_of(print("(4*%s)", hidden.text), 4 * hidden.value);
        say(out, "%s, %s = lstm_cell(%s, %s, %s, %s, %s, %s)\n", h, c, leaf(shape_with(1, inner)), leaf(state), leaf(state),
            leaf(shape_with(2, inner, gates)), leaf(shape_with(2, hidden, gates)), leaf(shape_with(1, gates)));
        declare(h, REAL, state);
        declare(c, REAL, state);
        return;
    }
    struct shape shape = random_shape();
    char *w = leaf(shape), *g = bounded(shape, 1);
    switch (below(3)) {
    case 0: say(out, "%s, %s = momentum(%s, %s, %s, 0.1%s)\n", h, c, w, leaf(shape), g, chance(50) ? ", mu = 0.8" : ""); break;
    case 1: say(out, "%s, %s, m%d = adam(%s, %s, %s, %s, %d, eps = 0.1)\n", h, c, number_, w, leaf(shape), print("(0.4 + %s^2)", leaf(shape)), g, 1 + (int)below(4)); break;
    default: say(out, "%s, %s, m%d = adamw(%s, %s, %s, %s, 2, lr = 0.1, eps = 0.1)\n", h, c, number_, w, leaf(shape), print("(0.4 + %s^2)", leaf(shape)), g);
    }
    declare(h, REAL, shape);
    declare(c, REAL, shape);
}
