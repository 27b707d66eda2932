/* tree.c: C expressions as trees, made and walked. tree_pattern.c makes them of C with holes. */
#include "tree.h"

#include <string.h>

#include "tree_internal.h"

struct tree *tree_new(struct arena *arena, enum tree_kind kind, int precedence, const char *text,
                      unsigned count)
{
    struct tree *made = arena_allocate(arena, sizeof *made + count * sizeof *made->operands);
    made->kind = kind;
    made->precedence = (short)precedence;
    made->text = text;
    made->count = count;
    return made;
}

const struct tree *tree_name(struct arena *arena, const char *name)
{
    return tree_new(arena, TREE_NAME, PRECEDENCE_NAME, name, 0);
}

static const struct tree *unary(struct arena *arena, const char *sign, const struct tree *a)
{
    struct tree *made = tree_new(arena, TREE_UNARY, PRECEDENCE_UNARY, sign, 1);
    made->operands[0] = a;
    return made;
}

const struct tree *tree_number(struct arena *arena, long long number)
{
    const char *text = arena_print(arena, number < 0 ? "%llu" : "%lld",
                                   number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number);
    const struct tree *made = tree_new(arena, TREE_NUMBER, PRECEDENCE_NAME, text, 0);
    return number < 0 ? unary(arena, "-", made) : made;
}

static int precedence_of(const char *sign)
{
    static const char *const signs[] = {
        "*", "/", "%", "+", "-", "<", ">", "<=", ">=", "==", "!=", "&", "|", "&&", "||", NULL};
    static const int precedences[] = {3, 3, 3, 4, 4, 6, 6, 6, 6, 7, 7, 8, 10, 11, 12, PRECEDENCE_ASSIGNMENT};
    int i = 0;
    while (signs[i] && strcmp(signs[i], sign) != 0)
        i++;
    return precedences[i];
}

/* -a, or -a * b * c. */
static bool begins_with_minus(const struct tree *a)
{
    while (a->kind == TREE_BINARY && a->precedence == PRECEDENCE_PRODUCT)
        a = a->operands[0];
    return tree_is(a, TREE_UNARY, "-");
}

const struct tree *tree_binary(struct arena *arena, const struct tree *a, const char *sign,
                               const struct tree *b)
{
    if ((sign[0] == '+' || sign[0] == '-') && !sign[1] && begins_with_minus(b)) {
        sign = sign[0] == '+' ? "-" : "+"; /* a + -b * c is a - b * c, to the last bit */
        b = tree_negate_first(arena, b);
    }
    struct tree *made = tree_new(arena, TREE_BINARY, precedence_of(sign), sign, 2);
    made->operands[0] = a;
    made->operands[1] = b;
    return made;
}

const struct tree *tree_call(struct arena *arena, const char *function, unsigned count,
                             const struct tree *const *arguments)
{
    struct tree *made = tree_new(arena, TREE_CALL, PRECEDENCE_CALL, function, count);
    if (count > 0)
        memcpy(made->operands, arguments, count * sizeof *arguments);
    return made;
}

const struct tree *tree_with(struct arena *arena, const struct tree *a, const struct tree *const *operands)
{
    struct tree *made = tree_new(arena, a->kind, a->precedence, a->text, a->count);
    made->is_const = a->is_const;
    made->is_plain = a->is_plain;
    if (a->count > 0)
        memcpy(made->operands, operands, a->count * sizeof *operands);
    return made;
}

const struct tree *parenthesise(struct arena *arena, const struct tree *a, int limit)
{
    if (a->precedence < limit)
        return a;
    struct tree *made = tree_new(arena, TREE_GROUP, PRECEDENCE_CALL, "", 1);
    made->operands[0] = a;
    return made;
}

const struct tree *tree_append(struct arena *arena, const struct tree *sum, const char *sign,
                               const struct tree *term)
{
    bool is_chain = term->kind == TREE_BINARY && term->precedence == precedence_of(sign) && sign[0] != '-' &&
                    sign[0] != '/';
    if (!is_chain)
        return tree_binary(arena, sum, sign, term);
    return tree_binary(arena, tree_append(arena, sum, sign, term->operands[0]), term->text,
                       term->operands[1]);
}

const struct tree *tree_negate_first(struct arena *arena, const struct tree *product)
{
    if (product->kind == TREE_BINARY && product->precedence == PRECEDENCE_PRODUCT)
        return tree_binary(arena, tree_negate_first(arena, product->operands[0]), product->text,
                           product->operands[1]);
    return product->kind == TREE_UNARY && product->text[0] == '-' ? product->operands[0]
                                                                  : unary(arena, "-", product);
}

/* ---- Walks ---- */

bool tree_equal(const struct tree *a, const struct tree *b)
{
    bool equal = a->kind == b->kind && a->count == b->count && strcmp(a->text, b->text) == 0;
    for (unsigned i = 0; equal && i < a->count; i++)
        equal = tree_equal(a->operands[i], b->operands[i]);
    return equal;
}

bool tree_is(const struct tree *a, enum tree_kind kind, const char *text)
{
    return a->kind == kind && strcmp(a->text, text) == 0;
}

void tree_visit_names(const struct tree *a, tree_visit *visit, void *closure)
{
    if (a->kind == TREE_NAME || a->kind == TREE_CALL)
        visit(a, closure);
    for (unsigned i = 0; i < a->count; i++)
        tree_visit_names(a->operands[i], visit, closure);
}

bool tree_mentions(const struct tree *a, const char *name)
{
    if (tree_is(a, TREE_NAME, name))
        return true;
    for (unsigned i = 0; i < a->count; i++)
        if (tree_mentions(a->operands[i], name))
            return true;
    return false;
}

bool tree_has(const struct tree *a, enum tree_kind kind)
{
    if (a->kind == kind)
        return true;
    for (unsigned i = 0; i < a->count; i++)
        if (tree_has(a->operands[i], kind))
            return true;
    return false;
}

const struct tree *tree_root(const struct tree *a)
{
    while (a->kind == TREE_ELEMENT || a->kind == TREE_VARIABLE)
        a = a->operands[0];
    return a;
}
