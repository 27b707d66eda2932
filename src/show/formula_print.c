/* formula_print.c: formulas as text, in plain characters or in LaTeX; see formula.h.
 *
 *     2 (W x) x'        2 \, (W \, x) \, x^\top
 *     a * b / c         \frac{a \odot b}{c} */
#include "formula_text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct printer {
    struct arena *arena;
    bool is_latex;
};

static struct text print(struct printer *p, formula a);

static struct text text(const char *words, enum tightness tightness)
{
    return (struct text){words, tightness};
}

static const char *parentheses(struct printer *p, const char *inner)
{
    return arena_print(p->arena, p->is_latex ? "\\left(%s\\right)" : "(%s)", inner);
}

static const char *tight(struct printer *p, formula a, enum tightness needed)
{
    struct text inner = print(p, a);
    return inner.tightness >= needed ? inner.text : parentheses(p, inner.text);
}

static const char *join(struct printer *p, const char *list, const char *separator, const char *item)
{
    return list ? arena_print(p->arena, "%s%s%s", list, separator, item) : item;
}

/* ---- Names and numbers ---- */

static bool is_greek(const char *name, size_t length)
{
    static const char *const letters[] = {
        "alpha", "beta",  "gamma", "delta", "epsilon", "zeta",  "eta", "theta",   "iota", "kappa", "lambda",
        "mu",    "nu",    "xi",    "pi",    "rho",     "sigma", "tau", "upsilon", "phi",  "chi",   "psi",
        "omega", "Gamma", "Delta", "Theta", "Lambda",  "Xi",    "Pi",  "Sigma",   "Phi",  "Psi",   "Omega"};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (strlen(letters[i]) == length && strncmp(letters[i], name, length) == 0)
            return true;
    return false;
}

/* A word without underscores: `x`, `\lambda`, `w_{1}`, `\mathrm{loss}`. */
static const char *latex_word(struct arena *arena, const char *word, size_t length)
{
    size_t letters = length;
    while (letters > 1 && isdigit((unsigned char)word[letters - 1]))
        letters--;
    const char *stem = arena_copy(arena, word, letters);
    stem = is_greek(stem, letters) ? arena_print(arena, "\\%s", stem)
           : letters > 1           ? arena_print(arena, "\\mathrm{%s}", stem)
                                   : stem;
    return letters == length ? stem
                             : arena_print(arena, "%s_{%.*s}", stem, (int)(length - letters), word + letters);
}

const char *formula_print_name(struct arena *arena, const char *name, enum notation notation)
{
    if (notation == NOTATION_MATH)
        return name;
    if (notation == NOTATION_MATHML)
        return formula_name_mathml(arena, name);
    if (strncmp(name, "d_", 2) == 0 && name[2])
        return arena_print(arena, "\\bar{%s}", formula_print_name(arena, name + 2, notation));
    if (!isalpha((unsigned char)name[0])) /* a number or an expression of sizes */
        return name;
    size_t length = strcspn(name, "_.[");
    const char *head = latex_word(arena, name, length);
    if (name[length] == '[') /* a value in some round: h[t + 1] */
        return arena_print(arena, "%s^{(%.*s)}", head, (int)(strlen(name + length) - 2), name + length + 1);
    if (name[length] == '\0')
        return head;
    const char *rest = name + length + 1;
    if (strchr(head, '_') || !*rest || strpbrk(name, "+-*/ "))
        return arena_print(arena, "\\mathtt{%s}", name);
    size_t rest_length = strcspn(rest, "[");
    const char *index = arena_copy(arena, rest, rest_length);
    for (char *at = (char *)index; *at; at++)
        if (*at == '_' || *at == '.')
            *at = ',';
    const char *result = arena_print(
        arena, strlen(index) == 1 || isdigit((unsigned char)*index) ? "%s_{%s}" : "%s_{\\mathrm{%s}}", head,
        index);
    return rest[rest_length] ? arena_print(arena, "%s^{(%.*s)}", result,
                                           (int)(strlen(rest + rest_length) - 2), rest + rest_length + 1)
                             : result;
}

const char *formula_digits(struct arena *arena, double value)
{
    char digits[40];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    if (strchr(digits, 'e') && fabs(value) < 1e15 && value == floor(value))
        snprintf(digits, sizeof digits, "%.0f", value);
    return arena_copy(arena, digits, strlen(digits));
}

static const char *number_text(struct printer *p, double value)
{
    if (isnan(value))
        return p->is_latex ? "\\mathrm{nan}" : "nan";
    if (isinf(value))
        return p->is_latex ? (value > 0 ? "\\infty" : "-\\infty") : value > 0 ? "inf" : "-inf";
    const char *digits = formula_digits(p->arena, value), *exponent = strchr(digits, 'e');
    if (exponent && p->is_latex)
        return arena_print(p->arena, "%.*s \\cdot 10^{%d}", (int)(exponent - digits), digits,
                           atoi(exponent + 1));
    return digits;
}

int formula_denominator(double value)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.6g", value);
    if (strtod(digits, NULL) == value)
        return 1;
    for (int q = 2; q <= 64; q++)
        if (fabs(value * q - rint(value * q)) < 1e-13)
            return q;
    return 1;
}

/* ---- Products ---- */

/* One side of a fraction: scalars by juxtaposition, then tensors element by element. */
struct side {
    const char *scalars, *tensors;
    int scalar_count, tensor_count;
};

static const char *power_text(struct printer *p, formula a, double power)
{
    if (power == 1)
        return NULL;
    if (power == 0.5)
        return arena_print(p->arena, p->is_latex ? "\\sqrt{%s}" : "sqrt(%s)", print(p, a).text);
    const char *exponent = number_text(p, power);
    if (p->is_latex)
        return arena_print(p->arena, a->rank > 0 ? "%s^{\\circ %s}" : "%s^{%s}", tight(p, a, T_PRIMARY),
                           exponent);
    return arena_print(p->arena, power < 0 ? "%s^(%s)" : "%s^%s", tight(p, a, T_PRIMARY), exponent);
}

static void add_to_side(struct printer *p, struct side *side, formula a, double power, bool alone)
{
    const char *item = power_text(p, a, power);
    if (!item)
        item = tight(p, a, a->rank == 0 || alone ? T_CHAIN : T_POWER);
    if (a->rank == 0) {
        side->scalars = join(p, side->scalars, p->is_latex ? " \\, " : " ", item);
        side->scalar_count++;
    } else {
        side->tensors = join(p, side->tensors, p->is_latex ? " \\odot " : " * ", item);
        side->tensor_count++;
    }
}

static const char *side_text(struct printer *p, const struct side *side)
{
    const char *all = side->scalars;
    return side->tensors ? join(p, all, p->is_latex ? " \\, " : " ", side->tensors) : all;
}

static int count_tensors(formula a)
{
    int count = 0;
    for (int i = 0; i < a->count; i++)
        count += a->parts[i]->rank > 0;
    return count;
}

static struct text print_product(struct printer *p, formula a)
{
    struct side over = {0}, under = {0};
    int q = formula_denominator(fabs(a->number)), factors = 0;
    double number = fabs(a->number) * q;
    if (number != 1)
        over.scalars = number_text(p, number), over.scalar_count = 1;
    if (q != 1)
        under.scalars = number_text(p, q), under.scalar_count = 1;
    bool alone = count_tensors(a) == 1;
    for (int i = 0; i < a->count; i++)
        factors += a->numbers[i] > 0;
    for (int i = 0; i < a->count; i++) {
        bool is_under = a->numbers[i] < 0;
        bool only = p->is_latex && is_under == (factors == 0) && a->count == 1;
        add_to_side(p, is_under ? &under : &over, a->parts[i], fabs(a->numbers[i]), alone || only);
    }
    const char *numerator = side_text(p, &over), *denominator = side_text(p, &under), *result;
    int over_count = over.scalar_count + over.tensor_count,
        under_count = under.scalar_count + under.tensor_count;
    if (!numerator)
        numerator = "1";
    if (!denominator)
        result = numerator;
    else if (p->is_latex)
        result = arena_print(p->arena, "\\frac{%s}{%s}", numerator, denominator);
    else
        result = arena_print(p->arena, under_count > 1 ? "%s / (%s)" : "%s / %s", numerator, denominator);
    enum tightness tightness = denominator                         ? (p->is_latex ? T_CHAIN : T_PRODUCT)
                               : over.tensor_count > 1             ? T_PRODUCT
                               : over_count == 1 && a->number == 1 ? T_POWER
                                                                   : T_CHAIN;
    if (a->number < 0)
        return text(arena_print(p->arena, "-%s", result), T_SUM);
    return text(result, tightness);
}

int formula_first_term(formula sum)
{
    int first = 0;
    while (first < sum->count && sum->numbers[first] < 0)
        first++;
    return first < sum->count ? first : 0;
}

static struct text print_sum(struct printer *p, formula a)
{
    const char *sum = NULL;
    int first = formula_first_term(a);
    for (int place = 0; place < a->count; place++) {
        int i = place == 0 ? first : place <= first ? place - 1 : place;
        formula term = formula_scale(p->arena, fabs(a->numbers[i]), a->parts[i]);
        const char *item = tight(p, term, T_PRODUCT);
        const char *sign = a->numbers[i] < 0 ? (sum ? " - " : "-") : sum ? " + " : "";
        sum = arena_print(p->arena, "%s%s%s", sum ? sum : "", sign, item);
    }
    return text(sum, T_SUM);
}

static struct text print_chain(struct printer *p, formula a)
{
    const char *chain = NULL;
    for (int i = 0; i < a->count; i++) {
        bool nested = a->parts[i]->kind == F_CHAIN;
        const char *item =
            nested ? parentheses(p, print(p, a->parts[i]).text) : tight(p, a->parts[i], T_POWER);
        chain = join(p, chain, p->is_latex ? " \\, " : " ", item);
    }
    return text(chain, T_CHAIN);
}

/* ---- Functions ---- */

static const char *list_parts(struct printer *p, formula a, int first)
{
    const char *list = NULL;
    for (int i = first; i < a->count; i++)
        list = join(p, list, ", ", print(p, a->parts[i]).text);
    return list ? list : "";
}

static const char *latex_function(struct printer *p, const char *name)
{
    static const char *const known[] = {"exp",  "log",  "sin", "cos", "tan", "sinh",
                                        "cosh", "tanh", "max", "min", "det"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], name) == 0)
            return arena_print(p->arena, "\\%s", name);
    if (strcmp(name, "sigmoid") == 0)
        return "\\sigma";
    const char *spelled = name;
    for (const char *at = strchr(name, '_'); at; at = strchr(at + 2, '_')) {
        spelled = arena_print(p->arena, "%.*s\\%s", (int)(at - name), name, at);
        name = spelled;
        at = strchr(name, '\\');
        while (at && at[1] == '_' && strchr(at + 2, '_'))
            at = strchr(at + 2, '_');
        break;
    }
    return arena_print(p->arena, "\\operatorname{%s}", spelled);
}

static struct text print_call(struct printer *p, formula a)
{
    const char *list = list_parts(p, a, 0), *tail = a->tail ? a->tail : "";
    if (!p->is_latex)
        return text(arena_print(p->arena, "%s(%s%s)", a->name, list, tail), T_PRIMARY);
    if (strcmp(a->name, "sqrt") == 0)
        return text(arena_print(p->arena, "\\sqrt{%s}", list), T_PRIMARY);
    /* Sums over rows and columns are products with a vector of ones. */
    if (strcmp(a->name, "sum") == 0 && a->parts[0]->rank == 2 && strcmp(tail, ", axis = 0") == 0)
        return text(arena_print(p->arena, "%s \\, \\mathbf{1}",
                                tight(p, formula_transpose(p->arena, a->parts[0]), T_POWER)),
                    T_CHAIN);
    if (strcmp(a->name, "sum") == 0 && a->parts[0]->rank == 2 && strcmp(tail, ", axis = 1") == 0)
        return text(arena_print(p->arena, "%s \\, \\mathbf{1}", tight(p, a->parts[0], T_POWER)), T_CHAIN);
    const char *axis = a->tail ? strstr(a->tail, "axis = ") : NULL;
    const char *name = latex_function(p, a->name);
    if (axis)
        name = arena_print(p->arena, "%s_{\\mathrm{axis}\\ %s}", name, axis + strlen("axis = "));
    else
        list = arena_print(p->arena, "%s%s", list, tail);
    return text(arena_print(p->arena, "%s\\left(%s\\right)", name, list), T_PRIMARY);
}

/* v[:, new]: NumPy's broadcasting needs no word for the axes in front. */
static struct text print_spread(struct printer *p, formula a)
{
    formula inner = a->parts[0];
    const char *list = NULL;
    int first = a->axes[0], next = 0;
    bool is_trailing = true;
    for (int i = 0; i < inner->rank; i++)
        is_trailing = is_trailing && a->axes[i] == a->rank - inner->rank + i;
    if (p->is_latex && a->rank == 2 && inner->rank == 1)
        return text(arena_print(p->arena,
                                a->axes[0] == 0 ? "%s \\, \\mathbf{1}^\\top" : "\\mathbf{1} \\, %s^\\top",
                                tight(p, inner, T_PRIMARY)),
                    T_CHAIN);
    if (is_trailing)
        return print(p, inner);
    for (int axis = first; axis < a->rank; axis++) {
        bool is_own = next < inner->rank && a->axes[next] == axis;
        list = join(p, list, ", ", is_own ? ":" : "new");
        next += is_own;
    }
    return text(arena_print(p->arena, p->is_latex ? "%s_{[%s]}" : "%s[%s]", tight(p, inner, T_PRIMARY), list),
                T_PRIMARY);
}

const char *formula_comparison(formula a, formula *left, formula *right)
{
    const char *name = a->name;
    bool is_turned = a->parts[0]->kind == F_NUMBER && (name[0] == '<' || name[0] == '>');
    *left = a->parts[is_turned];
    *right = a->parts[!is_turned];
    if (!is_turned)
        return name;
    return name[0] == '<' ? (name[1] ? ">=" : ">") : name[1] ? "<=" : "<";
}

static struct text print_infix(struct printer *p, formula a)
{
    formula left, right;
    const char *name = formula_comparison(a, &left, &right);
    enum tightness tightness = strcmp(name, "or") == 0 ? T_OR : strcmp(name, "and") == 0 ? T_AND : T_COMPARE;
    if (p->is_latex) {
        static const char *const words[][2] = {{"==", "="},    {"!=", "\\ne"},    {"<=", "\\le"},
                                               {">=", "\\ge"}, {"and", "\\land"}, {"or", "\\lor"}};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (strcmp(name, words[i][0]) == 0) {
                name = words[i][1];
                break;
            }
    }
    return text(arena_print(p->arena, "%s %s %s",
                            tight(p, left, (enum tightness)(tightness + (tightness == T_COMPARE))), name,
                            tight(p, right, (enum tightness)(tightness + 1))),
                tightness);
}

static struct text print_if(struct printer *p, formula a)
{
    const char *c = print(p, a->parts[0]).text, *x = print(p, a->parts[1]).text,
               *y = print(p, a->parts[2]).text;
    if (p->is_latex)
        return text(
            arena_print(p->arena, "\\begin{cases} %s & %s \\\\ %s & \\text{else} \\end{cases}", x, c, y),
            T_PRIMARY);
    return text(arena_print(p->arena, "if %s then %s else %s", c, tight(p, a->parts[1], T_OR), y), T_IF);
}

static struct text print_element(struct printer *p, formula a)
{
    const char *list = list_parts(p, a, 1), *x = tight(p, a->parts[0], T_PRIMARY);
    if (!p->is_latex)
        return text(arena_print(p->arena, "%s[%s]", x, list), T_PRIMARY);
    if (strchr(x, '_') || strchr(x, '^'))
        x = arena_print(p->arena, "{%s}", x);
    return text(arena_print(p->arena, strchr(x, '_') ? "\\left(%s\\right)_{%s}" : "%s_{%s}", x, list),
                T_PRIMARY);
}

static struct text print_big(struct printer *p, formula a)
{
    const char *list = list_parts(p, a, 1), *name = a->name;
    if (!p->is_latex)
        return text(arena_print(p->arena, "%s[%s](%s)", name, list, print(p, a->parts[0]).text), T_PRIMARY);
    const char *symbol = strcmp(name, "sum") == 0    ? "\\sum"
                         : strcmp(name, "prod") == 0 ? "\\prod"
                                                     : latex_function(p, name);
    return text(arena_print(p->arena, "%s_{%s} %s", symbol, list, tight(p, a->parts[0], T_PRODUCT)),
                T_PRODUCT);
}

bool formula_is_round(const char *name)
{
    return strchr(name, '[') && name[strlen(name) - 1] == ']' && !strchr(name, '(');
}

/* ---- Any formula ---- */

static struct text print(struct printer *p, formula a)
{
    bool is_latex = p->is_latex;
    struct arena *arena = p->arena;
    switch (a->kind) {
    case F_NUMBER: return text(number_text(p, a->number), a->number < 0 ? T_SUM : T_PRIMARY);
    case F_NAME:
        return text(formula_print_name(arena, a->name, is_latex ? NOTATION_LATEX : NOTATION_MATH),
                    is_latex && formula_is_round(a->name)             ? T_POWER
                    : strpbrk(a->name, "+-") && !strchr(a->name, '[') ? T_SUM
                    : strpbrk(a->name, "*/") && !strchr(a->name, '[') ? T_PRODUCT
                                                                      : T_PRIMARY);
    case F_SUM: return print_sum(p, a);
    case F_PRODUCT: return print_product(p, a);
    case F_POWER: {
        const char *exponent = print(p, a->parts[1]).text, *base = tight(p, a->parts[0], T_PRIMARY);
        if (is_latex)
            return text(arena_print(arena, "%s^{%s}", base, exponent), T_POWER);
        return text(arena_print(arena, "%s^%s", base, tight(p, a->parts[1], T_POWER)), T_POWER);
    }
    case F_CHAIN: return print_chain(p, a);
    case F_TRANSPOSE:
        if (is_latex && a->parts[0]->kind == F_INVERSE)
            return text(arena_print(arena, "%s^{-\\top}", tight(p, a->parts[0]->parts[0], T_PRIMARY)),
                        T_POWER);
        return text(arena_print(arena, is_latex ? "%s^\\top" : "%s'", tight(p, a->parts[0], T_PRIMARY)),
                    is_latex ? T_POWER : T_PRIMARY);
    case F_INVERSE:
        if (is_latex)
            return text(arena_print(arena, "%s^{-1}", tight(p, a->parts[0], T_PRIMARY)), T_POWER);
        return text(arena_print(arena, "inv(%s)", print(p, a->parts[0]).text), T_PRIMARY);
    case F_IDENTITY: return text("I", T_PRIMARY);
    case F_DIAGONAL:
        return text(arena_print(arena, is_latex ? "\\operatorname{diag}\\left(%s\\right)" : "diag(%s)",
                                print(p, a->parts[0]->kind == F_INDICATOR && !is_latex ? a->parts[0]->parts[0]
                                                                                       : a->parts[0])
                                    .text),
                    T_PRIMARY);
    case F_SPREAD: return print_spread(p, a);
    case F_NORM:
        return text(arena_print(arena, is_latex ? "\\left\\lVert %s \\right\\rVert%s" : "||%s||%s",
                                print(p, a->parts[0]).text, a->number == 1 ? "_1" : ""),
                    T_PRIMARY);
    case F_ABS:
        return text(arena_print(arena, is_latex ? "\\left| %s \\right|" : "|%s|", print(p, a->parts[0]).text),
                    T_PRIMARY);
    case F_CALL: return print_call(p, a);
    case F_INFIX: return print_infix(p, a);
    case F_NOT:
        return text(arena_print(arena, is_latex ? "\\lnot %s" : "not %s", tight(p, a->parts[0], T_NOT)),
                    T_NOT);
    case F_INDICATOR:
        return text(arena_print(arena, is_latex ? "\\mathbf{1}_{%s}" : "(%s)", print(p, a->parts[0]).text),
                    T_PRIMARY);
    case F_IF: return print_if(p, a);
    case F_ELEMENT: return print_element(p, a);
    case F_BIG: return print_big(p, a);
    default: return text("?", T_PRIMARY);
    }
}

const char *formula_print(struct arena *arena, formula a, enum notation notation)
{
    if (notation == NOTATION_MATHML)
        return formula_print_mathml(arena, a);
    struct printer printer = {.arena = arena, .is_latex = notation == NOTATION_LATEX};
    return print(&printer, a).text;
}
