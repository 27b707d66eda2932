/* elaborate_warn.c: what is legal and nearly always a mistake (warnings.h lists the kinds). Only the main
 * file is told of: whoever imports a file has not written it. */
#include "elaborator.h"

#include <string.h>

/* ---- Names that nothing reads ---- */

struct reading {
    struct elaborator *e;
    struct map calls, names; /* what the definition reads */
};

static bool is_read(const struct reading *reading, const char *name)
{
    return map_get(&reading->names, name) || map_get(&reading->calls, name);
}

static struct reading readings_of(struct elaborator *e, const struct definition *definition)
{
    struct reading reading = {.e = e};
    collect_used_definition(e, &reading.calls, &reading.names, definition);
    return reading;
}

static bool is_any_read(const struct reading *reading, const struct target *targets)
{
    for (const struct target *target = targets; target; target = target->next)
        if (is_read(reading, target->name))
            return true;
    return false;
}

static bool has_require(const struct statement *statement)
{
    for (; statement; statement = statement->next)
        if (statement->kind == STATEMENT_REQUIRE)
            return true;
    return false;
}

static void warn_statements(const struct reading *reading, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        const struct target *target = statement->targets;
        /* of several outputs of a call some may not be wanted */
        if (statement->kind == STATEMENT_ASSIGN && !is_any_read(reading, target))
            report_warning(reading->e->diagnostics, WARNING_UNUSED, target->span,
                           "%s gets a value that nothing reads", target->name);
        if (statement->kind == STATEMENT_FOR && statement->while_condition && !has_require(statement->next))
            report_warning(reading->e->diagnostics, WARNING_WHILE_BOUND, statement->while_condition->span,
                           "the loop may end at its bound with this still true; `require` behind it makes "
                           "that an error");
        if (statement->definition)
            warn_statements(reading, statement->definition->body);
        warn_statements(reading, statement->body);
        warn_statements(reading, statement->else_body);
    }
}

void warn_unused_values(struct elaborator *e, const struct unit *unit)
{
    for (const struct definition *d = unit->file->definitions; d; d = d->next) {
        if (d->kind != DEFINITION_FUNCTION)
            continue;
        struct reading reading = readings_of(e, d);
        warn_statements(&reading, d->body);
    }
}

static bool names_size(const struct type_syntax *type, const char *name)
{
    for (const struct axis *axis = type->axes; axis; axis = axis->next)
        for (const struct expression *x = axis->size; x; x = x->left)
            if ((x->kind == EXPRESSION_NAME && !strcmp(x->name, name)) || x->right)
                return true; /* a size that is computed may name it further inside */
    return false;
}

/* Whether it is there to give a size: one that is read, and that no parameter gives which is read, too. */
static bool gives_size(const struct reading *reading, const struct definition *definition,
                       const struct parameter *parameter)
{
    for (const struct axis *axis = parameter->type->axes; axis; axis = axis->next)
        for (const struct expression *x = axis->size; x; x = x->left) {
            bool gives = x->kind == EXPRESSION_NAME && is_read(reading, x->name);
            for (const struct parameter *p = definition->parameters; gives && p; p = p->next)
                gives = !is_read(reading, p->name) || !names_size(p->type, x->name);
            if (gives)
                return true;
        }
    return false;
}

static bool is_size_of_another(const struct definition *definition, const struct parameter *parameter)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        if (names_size(p->type, parameter->name))
            return true;
    return false;
}

void warn_unused_inputs(struct elaborator *e, const struct definition *definition)
{
    struct reading reading = readings_of(e, definition);
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        if (!is_read(&reading, p->name) && !gives_size(&reading, definition, p) &&
            !(p->type->kind == TYPE_SIZE && is_size_of_another(definition, p)))
            report_warning(e->diagnostics, WARNING_UNUSED, p->name_span, "%s does not read its parameter %s",
                           definition->name, p->name);
}

/* ---- Operands that are legal by accident ---- */

static const struct node *tensor_of(const struct value *value, int rank)
{
    return value->kind == VALUE_NODE && !value->indexed && value->node->rank == rank ? value->node : NULL;
}

static bool is_transpose(const struct expression *x)
{
    return x->kind == EXPRESSION_UNARY && x->op == SYNTAX_TRANSPOSE;
}

static bool is_square_beside(const struct node *matrix, const struct node *vector)
{
    return matrix && vector && matrix->shape[0] == matrix->shape[1] && matrix->shape[1] == vector->shape[0] &&
           !size_is(vector->shape[0], 1);
}

void warn_operands(struct elaborator *e, const struct expression *product, const struct value *left,
                   const struct value *right)
{
    if (!e->frame || !e->frame->unit->is_main)
        return;
    const struct node *x = tensor_of(left, 1), *y = tensor_of(right, 1);
    if (product->op == SYNTAX_MATRIX_PRODUCT && x && y && is_transpose(product->right))
        report_warning(
            e->diagnostics, WARNING_VECTOR_TRANSPOSE, product->right->span,
            "the transpose of a vector is the vector, so this is the scalar product; x[:, new] * y is the "
            "matrix of all products");
    if (product->op == SYNTAX_MULTIPLY && is_square_beside(tensor_of(left, 2), y))
        report_warning(
            e->diagnostics, WARNING_SQUARE_BROADCAST, product->operator_span,
            "* multiplies each row by the vector, element by element; @ is the matrix product, and "
            "x[new, :] says that this is meant");
}

void warn_hidden_size(struct elaborator *e, const char *name, struct span span)
{
    const struct frame *frame = e->frame;
    if (frame->unit->is_main && (map_get(&frame->sizes, name) || map_get(&frame->unit->dims, name)))
        report_warning(e->diagnostics, WARNING_HIDDEN_SIZE, span, "%s hides the size %s from here on", name,
                       name);
}

static const struct definition *next_import(const struct definition *definition)
{
    while (definition && definition->kind != DEFINITION_IMPORT)
        definition = definition->next;
    return definition;
}

void warn_second_import(struct elaborator *e, const struct unit *unit, const struct definition *found)
{
    const struct definition *import = next_import(unit->file->definitions);
    for (size_t i = 0; unit->is_main && import && i < unit->imports_count; i++) {
        const struct unit *imported = unit->imports[i];
        bool is_group = found->kind == DEFINITION_GROUP;
        const struct definition *other =
            map_get(is_group ? &imported->groups : &imported->functions, found->name);
        if (other && other != found)
            report_warning(
                e->diagnostics, WARNING_SECOND_IMPORT, import->span,
                "%s stands for that of %s, imported before; to use this file's, too, give it another name",
                found->name, found->span.source->path);
        import = next_import(import->next);
    }
}
