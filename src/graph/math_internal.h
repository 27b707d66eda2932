/* math_internal.h: a formula while it is written, for math_*.c alone. There are two notations: whole tensors,
 * with NumPy's broadcasting, and elements with subscripts. The first is tried; what it cannot say sets
 * `failed`, and the second is used throughout. */
#ifndef GRADC_MATH_INTERNAL_H
#define GRADC_MATH_INTERNAL_H

#include "math_print.h"

/* The language's operators, loosest first. */
/* The loosest first; the level of an operator is how far it is from P_PRIMARY. */
enum precedence { P_IF, P_OR, P_AND, P_NOT, P_COMPARE, P_SUM, P_PRODUCT, P_NEGATIVE, P_POWER, P_PRIMARY };

struct printer {
    struct arena *arena;
    const struct math_names *names;
    const struct node *root;
    bool failed;    /* whole-tensor notation cannot say it */
    int letters;    /* index letters in use */
    uint32_t taken; /* letters that names in the text have, bit 0 for a */
    int depth;
    size_t length; /* written so far, roughly */
    struct math_facts facts;
};

/* A text and how tightly its outermost operator binds. */
struct phrase {
    const char *text;
    enum precedence precedence;
};

/* Subscripts of the element that is printed; NULL: the whole tensor. */
typedef const struct phrase *subscripts;

static inline struct phrase phrase(const char *text, enum precedence precedence)
{
    return (struct phrase){text, precedence};
}

/* ---- math_print.c ---- */
/* The text with parentheses if it binds less tightly than needed. */
const char *math_tight(struct printer *printer, struct phrase inner, enum precedence needed);
/* Whole-tensor notation cannot say it. */
struct phrase math_fail(struct printer *printer);
const char *math_size_text(struct printer *printer, const size *a);
struct phrase math_size(struct printer *printer, const size *a);
struct phrase math_number(struct printer *printer, double value);
struct phrase math_letter(struct printer *printer);                                 /* that is not taken */
const char *math_join(struct printer *printer, const char *list, const char *item); /* list, item */
struct phrase math_element(struct printer *printer, struct phrase x, subscripts at, int rank); /* x[i, j] */
const char *math_shape(struct printer *printer, int rank, size *const *shape);                 /* [n, 3] */
struct phrase math_node(struct printer *printer, const struct node *node, subscripts at);

/* ---- math_view.c ---- */
/* offset + sum of coefficient * subscript + k */
struct phrase math_affine(struct printer *printer, const struct node *node, const struct affine *affine,
                          subscripts at, const struct node *const *dynamics);
struct phrase math_view(struct printer *printer, const struct node *node);
struct phrase math_indexed_view(struct printer *printer, const struct node *node, subscripts at);
struct phrase math_iota(struct printer *printer, const struct node *node, subscripts at);

/* ---- math_reduction.c ---- */
struct phrase math_reduction(struct printer *printer, const struct node *node);
struct phrase math_indexed_reduction(struct printer *printer, const struct node *node, subscripts at);
struct phrase math_contract(struct printer *printer, const struct node *node);
struct phrase math_indexed_contract(struct printer *printer, const struct node *node, subscripts at);

#endif
