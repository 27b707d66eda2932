/* formula_mathml.c: formulas as presentation MathML, for pages; see formula.h. What each formula looks like
 * is what formula_print.c says in LaTeX.
 *
 *     a / b      <mfrac><mi>a</mi><mi>b</mi></mfrac> */
#include "formula_text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define THIN_SPACE  "<mspace width=\"0.17em\"/>"
#define ELEMENTWISE "<mo>⊙</mo>"
#define ONES        "<mn>𝟏</mn>"
#define TRANSPOSED  "<mo>⊤</mo>"

static struct text print(struct arena *arena, formula a);

static struct text text(const char *words, enum tightness tightness)
{
    return (struct text){words, tightness};
}

static const char *parentheses(struct arena *arena, const char *inner)
{
    return arena_print(arena, "<mrow><mo>(</mo>%s<mo>)</mo></mrow>", inner);
}

static const char *tight(struct arena *arena, formula a, enum tightness needed)
{
    struct text inner = print(arena, a);
    return inner.tightness >= needed ? inner.text : parentheses(arena, inner.text);
}

static const char *join(struct arena *arena, const char *list, const char *separator, const char *item)
{
    return list ? arena_print(arena, "%s%s%s", list, separator, item) : item;
}

static const char *superscript(struct arena *arena, const char *base, const char *exponent)
{
    return arena_print(arena, "<msup><mrow>%s</mrow><mrow>%s</mrow></msup>", base, exponent);
}

static const char *subscript(struct arena *arena, const char *base, const char *index)
{
    return arena_print(arena, "<msub><mrow>%s</mrow><mrow>%s</mrow></msub>", base, index);
}

/* ---- Names and numbers ---- */

static const char *greek_letter(const char *name, size_t length)
{
    static const char *const letters[][2] = {
        {"alpha", "α"},   {"beta", "β"},  {"gamma", "γ"},  {"delta", "δ"}, {"epsilon", "ε"}, {"zeta", "ζ"},
        {"eta", "η"},     {"theta", "θ"}, {"iota", "ι"},   {"kappa", "κ"}, {"lambda", "λ"},  {"mu", "μ"},
        {"nu", "ν"},      {"xi", "ξ"},    {"pi", "π"},     {"rho", "ρ"},   {"sigma", "σ"},   {"tau", "τ"},
        {"upsilon", "υ"}, {"phi", "φ"},   {"chi", "χ"},    {"psi", "ψ"},   {"omega", "ω"},   {"Gamma", "Γ"},
        {"Delta", "Δ"},   {"Theta", "Θ"}, {"Lambda", "Λ"}, {"Xi", "Ξ"},    {"Pi", "Π"},      {"Sigma", "Σ"},
        {"Phi", "Φ"},     {"Psi", "Ψ"},   {"Omega", "Ω"}};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (strlen(letters[i][0]) == length && strncmp(letters[i][0], name, length) == 0)
            return letters[i][1];
    return NULL;
}

/* A word without underscores; digits at its end are a subscript. */
static const char *word_text(struct arena *arena, const char *word, size_t length)
{
    size_t letters = length;
    while (letters > 1 && isdigit((unsigned char)word[letters - 1]))
        letters--;
    const char *greek = greek_letter(word, letters);
    const char *stem = greek ? arena_print(arena, "<mi>%s</mi>", greek)
                             : arena_print(arena, "<mi>%.*s</mi>", (int)letters, word);
    if (letters == length)
        return stem;
    return arena_print(arena, "<msub>%s<mn>%.*s</mn></msub>", stem, (int)(length - letters), word + letters);
}

/* `w_out`, `group.member`: what stands behind the first mark is an index. */
static const char *identifier_text(struct arena *arena, const char *name, size_t length)
{
    size_t head = 0;
    while (head < length && name[head] != '_' && name[head] != '.')
        head++;
    if (head == 1 && name[0] == 'd' && length > 2)
        return arena_print(arena, "<mover>%s<mo>¯</mo></mover>",
                           identifier_text(arena, name + 2, length - 2));
    if (head == 0 || head + 1 >= length)
        return head == length ? word_text(arena, name, length)
                              : arena_print(arena, "<mi>%.*s</mi>", (int)length, name);
    char *index = arena_copy(arena, name + head + 1, length - head - 1);
    for (char *at = index; *at; at++)
        if (*at == '_' || *at == '.')
            *at = ',';
    return subscript(arena, word_text(arena, name, head), arena_print(arena, "<mi>%s</mi>", index));
}

static bool is_in_identifier(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Names, numbers and the signs between them: sizes are expressions. `h[t + 1]` is the value of a round. */
const char *formula_name_mathml(struct arena *arena, const char *name)
{
    const char *all = "", *round = strchr(name, '[');
    if (formula_is_round(name)) {
        const char *head = arena_copy(arena, name, (size_t)(round - name));
        const char *inner = arena_copy(arena, round + 1, strlen(round) - 2);
        return superscript(arena, formula_name_mathml(arena, head),
                           parentheses(arena, formula_name_mathml(arena, inner)));
    }
    for (const char *at = name; *at;) {
        size_t length = 1;
        const char *item = "";
        if (isdigit((unsigned char)*at)) {
            length = strspn(at, "0123456789.");
            item = arena_print(arena, "<mn>%.*s</mn>", (int)length, at);
        } else if (is_in_identifier(*at)) {
            while (is_in_identifier(at[length]))
                length++;
            item = identifier_text(arena, at, length);
        } else if (*at != ' ') {
            item = *at == '-' ? "<mo>−</mo>" : arena_print(arena, "<mo>%c</mo>", *at);
        }
        all = arena_print(arena, "%s%s", all, item);
        at += length;
    }
    return all;
}

static const char *positive_number(struct arena *arena, double value)
{
    if (isnan(value))
        return "<mi>nan</mi>";
    if (isinf(value))
        return "<mo>∞</mo>";
    const char *digits = formula_digits(arena, value), *exponent = strchr(digits, 'e');
    if (!exponent)
        return arena_print(arena, "<mn>%s</mn>", digits);
    int power = atoi(exponent + 1);
    return arena_print(arena, "<mn>%.*s</mn><mo>·</mo><msup><mn>10</mn><mrow>%s<mn>%d</mn></mrow></msup>",
                       (int)(exponent - digits), digits, power < 0 ? "<mo>−</mo>" : "", abs(power));
}

static struct text number_text(struct arena *arena, double value)
{
    const char *digits = positive_number(arena, fabs(value));
    if (value < 0)
        return text(arena_print(arena, "<mo>−</mo>%s", digits), T_SUM);
    return text(digits, strstr(digits, "<msup>") ? T_CHAIN : T_PRIMARY);
}

/* ---- Sums and products ---- */

/* One side of a fraction: scalars side by side, then tensors element by element. */
struct side {
    const char *scalars, *tensors;
    int scalar_count, tensor_count;
};

static const char *power_text(struct arena *arena, formula a, double power)
{
    if (power == 1)
        return NULL;
    if (power == 0.5)
        return arena_print(arena, "<msqrt>%s</msqrt>", print(arena, a).text);
    return superscript(
        arena, tight(arena, a, T_PRIMARY),
        arena_print(arena, "%s%s", a->rank > 0 ? "<mo>∘</mo>" : "", number_text(arena, power).text));
}

static void add_to_side(struct arena *arena, struct side *side, formula a, double power, bool alone)
{
    const char *item = power_text(arena, a, power);
    if (!item)
        item = tight(arena, a, a->rank == 0 || alone ? T_CHAIN : T_POWER);
    if (a->rank == 0) {
        side->scalars = join(arena, side->scalars, THIN_SPACE, item);
        side->scalar_count++;
    } else {
        side->tensors = join(arena, side->tensors, ELEMENTWISE, item);
        side->tensor_count++;
    }
}

static const char *side_text(struct arena *arena, const struct side *side)
{
    const char *all = side->scalars;
    return side->tensors ? join(arena, all, THIN_SPACE, side->tensors) : all;
}

static struct text print_product(struct arena *arena, formula a)
{
    struct side over = {0}, under = {0};
    int q = formula_denominator(fabs(a->number)), tensors = 0, factors = 0;
    double number = fabs(a->number) * q;
    if (number != 1)
        over.scalars = positive_number(arena, number), over.scalar_count = 1;
    if (q != 1)
        under.scalars = positive_number(arena, q), under.scalar_count = 1;
    for (int i = 0; i < a->count; i++) {
        tensors += a->parts[i]->rank > 0;
        factors += a->numbers[i] > 0;
    }
    for (int i = 0; i < a->count; i++) {
        bool is_under = a->numbers[i] < 0, only = is_under == (factors == 0) && a->count == 1;
        add_to_side(arena, is_under ? &under : &over, a->parts[i], fabs(a->numbers[i]), tensors == 1 || only);
    }
    const char *numerator = side_text(arena, &over), *denominator = side_text(arena, &under), *result;
    if (!numerator)
        numerator = "<mn>1</mn>";
    if (denominator)
        result = arena_print(arena, "<mfrac><mrow>%s</mrow><mrow>%s</mrow></mfrac>", numerator, denominator);
    else
        result = numerator;
    enum tightness tightness = denominator                                                    ? T_CHAIN
                               : over.tensor_count > 1                                        ? T_PRODUCT
                               : over.scalar_count + over.tensor_count == 1 && a->number == 1 ? T_POWER
                                                                                              : T_CHAIN;
    if (a->number < 0)
        return text(arena_print(arena, "<mo>−</mo>%s", result), T_SUM);
    return text(result, tightness);
}

static struct text print_sum(struct arena *arena, formula a)
{
    const char *sum = "";
    int first = formula_first_term(a);
    for (int place = 0; place < a->count; place++) {
        int i = place == 0 ? first : place <= first ? place - 1 : place;
        formula term = formula_scale(arena, fabs(a->numbers[i]), a->parts[i]);
        const char *sign = a->numbers[i] < 0 ? "<mo>−</mo>" : place > 0 ? "<mo>+</mo>" : "";
        sum = arena_print(arena, "%s%s%s", sum, sign, tight(arena, term, T_PRODUCT));
    }
    return text(sum, T_SUM);
}

static struct text print_chain(struct arena *arena, formula a)
{
    const char *chain = NULL;
    for (int i = 0; i < a->count; i++) {
        bool is_nested = a->parts[i]->kind == F_CHAIN;
        const char *item = is_nested ? parentheses(arena, print(arena, a->parts[i]).text)
                                     : tight(arena, a->parts[i], T_POWER);
        chain = join(arena, chain, THIN_SPACE, item);
    }
    return text(chain, T_CHAIN);
}

/* ---- Functions ---- */

static const char *list_parts(struct arena *arena, formula a, int first)
{
    const char *list = NULL;
    for (int i = first; i < a->count; i++)
        list = join(arena, list, "<mo>,</mo>", print(arena, a->parts[i]).text);
    return list ? list : "";
}

/* A function over what stands in parentheses; names are whole words, digits and underscores included. */
static struct text apply(struct arena *arena, const char *function, const char *list)
{
    return text(arena_print(arena, "%s<mo>&#x2061;</mo>%s", function, parentheses(arena, list)), T_PRIMARY);
}

static const char *function_name(struct arena *arena, const char *name)
{
    return strcmp(name, "sigmoid") == 0 ? "<mi>σ</mi>" : arena_print(arena, "<mi>%s</mi>", name);
}

/* Sums over rows and columns are products with a vector of ones. */
static const char *product_with_ones(struct arena *arena, formula a)
{
    if (strcmp(a->name, "sum") != 0 || !a->tail || a->parts[0]->rank != 2)
        return NULL;
    bool is_over_rows = strcmp(a->tail, ", axis = 0") == 0;
    if (!is_over_rows && strcmp(a->tail, ", axis = 1") != 0)
        return NULL;
    formula matrix = is_over_rows ? formula_transpose(arena, a->parts[0]) : a->parts[0];
    return arena_print(arena, "%s" THIN_SPACE ONES, tight(arena, matrix, T_POWER));
}

static struct text print_call(struct arena *arena, formula a)
{
    const char *list = list_parts(arena, a, 0), *tail = a->tail ? a->tail : "";
    const char *product = product_with_ones(arena, a), *axis = strstr(tail, "axis = ");
    if (strcmp(a->name, "sqrt") == 0)
        return text(arena_print(arena, "<msqrt>%s</msqrt>", list), T_PRIMARY);
    if (product)
        return text(product, T_CHAIN);
    const char *name = function_name(arena, a->name);
    if (axis)
        name = subscript(arena, name, arena_print(arena, "<mtext>%s</mtext>", axis));
    else if (*tail)
        list = arena_print(arena, "%s<mtext>%s</mtext>", list, tail);
    return apply(arena, name, list);
}

/* v[:, new]: NumPy's broadcasting needs no word for the axes in front. */
static struct text print_spread(struct arena *arena, formula a)
{
    formula inner = a->parts[0];
    const char *list = NULL;
    int next = 0;
    bool is_trailing = true;
    for (int i = 0; i < inner->rank; i++)
        is_trailing = is_trailing && a->axes[i] == a->rank - inner->rank + i;
    if (a->rank == 2 && inner->rank == 1) {
        const char *vector = tight(arena, inner, T_PRIMARY), *ones = superscript(arena, ONES, TRANSPOSED);
        if (a->axes[0] == 0)
            return text(arena_print(arena, "%s" THIN_SPACE "%s", vector, ones), T_CHAIN);
        return text(arena_print(arena, ONES THIN_SPACE "%s", superscript(arena, vector, TRANSPOSED)),
                    T_CHAIN);
    }
    if (is_trailing)
        return print(arena, inner);
    for (int axis = a->axes[0]; axis < a->rank; axis++) {
        bool is_own = next < inner->rank && a->axes[next] == axis;
        list = join(arena, list, "<mo>,</mo>", is_own ? "<mo>:</mo>" : "<mi>new</mi>");
        next += is_own;
    }
    return text(
        subscript(arena, tight(arena, inner, T_PRIMARY), arena_print(arena, "<mo>[</mo>%s<mo>]</mo>", list)),
        T_PRIMARY);
}

static struct text print_infix(struct arena *arena, formula a)
{
    static const char *const signs[][2] = {{"==", "="},   {"!=", "≠"},   {"<=", "≤"},  {">=", "≥"},
                                           {"<", "&lt;"}, {">", "&gt;"}, {"and", "∧"}, {"or", "∨"}};
    formula left, right;
    const char *name = formula_comparison(a, &left, &right), *sign = name;
    enum tightness tightness = strcmp(name, "or") == 0 ? T_OR : strcmp(name, "and") == 0 ? T_AND : T_COMPARE;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(name, signs[i][0]) == 0)
            sign = signs[i][1];
    return text(arena_print(arena, "%s<mo>%s</mo>%s",
                            tight(arena, left, (enum tightness)(tightness + (tightness == T_COMPARE))), sign,
                            tight(arena, right, (enum tightness)(tightness + 1))),
                tightness);
}

static struct text print_if(struct arena *arena, formula a)
{
    return text(arena_print(arena,
                            "<mrow><mo>{</mo><mtable><mtr><mtd>%s</mtd><mtd><mtext>if </mtext>%s</mtd></mtr>"
                            "<mtr><mtd>%s</mtd><mtd><mtext>else</mtext></mtd></mtr></mtable></mrow>",
                            print(arena, a->parts[1]).text, print(arena, a->parts[0]).text,
                            print(arena, a->parts[2]).text),
                T_PRIMARY);
}

static struct text print_big(struct arena *arena, formula a)
{
    const char *symbol = strcmp(a->name, "sum") == 0    ? "<mo>∑</mo>"
                         : strcmp(a->name, "prod") == 0 ? "<mo>∏</mo>"
                                                        : function_name(arena, a->name);
    return text(arena_print(arena, "<munder>%s<mrow>%s</mrow></munder>%s", symbol, list_parts(arena, a, 1),
                            tight(arena, a->parts[0], T_PRODUCT)),
                T_PRODUCT);
}

/* ---- Any formula ---- */

static struct text print_norm(struct arena *arena, formula a)
{
    const char *bars =
        arena_print(arena, "<mrow><mo>‖</mo>%s<mo>‖</mo></mrow>", print(arena, a->parts[0]).text);
    return text(a->number == 1 ? subscript(arena, bars, "<mn>1</mn>") : bars, T_PRIMARY);
}

static enum tightness tightness_of_name(const char *name)
{
    return formula_is_round(name) ? T_POWER
           : strchr(name, '[')    ? T_PRIMARY
           : strpbrk(name, "+-")  ? T_SUM
           : strpbrk(name, "*/")  ? T_PRODUCT
                                  : T_PRIMARY;
}

static struct text print(struct arena *arena, formula a)
{
    formula first = a->count > 0 ? a->parts[0] : NULL;
    switch (a->kind) {
    case F_NUMBER: return number_text(arena, a->number);
    case F_NAME: return text(formula_name_mathml(arena, a->name), tightness_of_name(a->name));
    case F_SUM: return print_sum(arena, a);
    case F_PRODUCT: return print_product(arena, a);
    case F_POWER:
        return text(superscript(arena, tight(arena, first, T_PRIMARY), print(arena, a->parts[1]).text),
                    T_POWER);
    case F_CHAIN: return print_chain(arena, a);
    case F_TRANSPOSE: return text(superscript(arena, tight(arena, first, T_PRIMARY), TRANSPOSED), T_POWER);
    case F_INVERSE:
        return text(superscript(arena, tight(arena, first, T_PRIMARY), "<mo>−</mo><mn>1</mn>"), T_POWER);
    case F_IDENTITY: return text("<mi>I</mi>", T_PRIMARY);
    case F_DIAGONAL: return apply(arena, "<mi>diag</mi>", print(arena, first).text);
    case F_SPREAD: return print_spread(arena, a);
    case F_NORM: return print_norm(arena, a);
    case F_ABS:
        return text(arena_print(arena, "<mrow><mo>|</mo>%s<mo>|</mo></mrow>", print(arena, first).text),
                    T_PRIMARY);
    case F_CALL: return print_call(arena, a);
    case F_INFIX: return print_infix(arena, a);
    case F_NOT: return text(arena_print(arena, "<mo>¬</mo>%s", tight(arena, first, T_NOT)), T_NOT);
    case F_INDICATOR: return text(subscript(arena, ONES, print(arena, first).text), T_PRIMARY);
    case F_IF: return print_if(arena, a);
    case F_ELEMENT:
        return text(subscript(arena, tight(arena, first, T_PRIMARY), list_parts(arena, a, 1)), T_PRIMARY);
    case F_BIG: return print_big(arena, a);
    default: return text("<mi>?</mi>", T_PRIMARY);
    }
}

const char *formula_print_mathml(struct arena *arena, formula a)
{
    return print(arena, a).text;
}
