/* picture.c: see picture.h. From left to right: inputs, gates, outputs. Where a value has a name or numbers,
 * the edges that leave its gate run through a small table: name and value stand above them, the gradient
 * below. */
#include "picture.h"

#include <math.h>
#include <string.h>

#include "gates.h"

/* The elements of a vector, or of a row or column of a matrix, that are shown. */
enum { MOST_SHOWN = 4 };

struct picture {
    FILE *stream;
    struct arena *arena;
    const struct function *function;
    size_t number; /* of the function: stands before all names */
    const struct gates *gates;
    struct at *at;
    size_t literals_count;
};

/* ---- Text ---- */

static void print_text(FILE *stream, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&': fputs("&amp;", stream); break;
        case '<': fputs("&lt;", stream); break;
        case '>': fputs("&gt;", stream); break;
        case '"': fputs("&quot;", stream); break;
        default: fputc(*text, stream);
        }
}

/* Three significant digits; whole digits are not cut. */
static void print_number(FILE *stream, enum type type, double value)
{
    value = value == 0 ? 0 : value; /* no -0 */
    if (type == BOOL)
        fputs(value != 0 ? "true" : "false", stream);
    else if (type == INT || (fabs(value) >= 1000 && fabs(value) < 1e6))
        fprintf(stream, "%.0f", value);
    else
        fprintf(stream, "%.3g", value);
}

static const char *shape_text(struct arena *arena, const struct node *node)
{
    const char *text = "";
    for (int a = 0; a < node->rank; a++)
        text = arena_print(arena, "%s%s%s", text, a == 0 ? "" : ", ",
                           size_print(arena, node->shape[a], SIZE_LANGUAGE));
    return node->rank == 0 ? "" : arena_print(arena, "[%s]", text);
}

/* ---- Numbers beside edges ---- */

/* One cell: an element, or dots for those that are not shown. */
static void print_cell(FILE *stream, const struct node *node, const double *value, const char *colour)
{
    fprintf(stream, "<TD><FONT COLOR=\"%s\">", colour);
    if (value)
        print_number(stream, node->type, *value);
    else
        fputs("…", stream);
    fputs("</FONT></TD>", stream);
}

/* A number as it is, a vector as a column, a matrix in its rows; of more axes the extents alone. */
static void print_values(struct picture *picture, const struct node *node, const int64_t *extents,
                         const double *values, const char *colour)
{
    FILE *stream = picture->stream;
    int64_t rows = node->rank > 0 ? extents[0] : 1, columns = node->rank > 1 ? extents[1] : 1;
    if (node->rank > 2) {
        fprintf(stream, "<FONT COLOR=\"%s\">[", colour);
        for (int a = 0; a < node->rank; a++)
            fprintf(stream, "%s%lld", a > 0 ? ", " : "", (long long)extents[a]);
        fputs("]</FONT>", stream);
        return;
    }
    if (node->rank == 0) {
        fprintf(stream, "<FONT COLOR=\"%s\">", colour);
        print_number(stream, node->type, values[0]);
        fputs("</FONT>", stream);
        return;
    }
    fprintf(stream, "<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"2\" COLOR=\"%s\">",
            colour);
    for (int64_t r = 0; r < rows && r <= MOST_SHOWN; r++) {
        fputs("<TR>", stream);
        for (int64_t c = 0; c < columns && c <= MOST_SHOWN; c++)
            print_cell(stream, node, r == MOST_SHOWN || c == MOST_SHOWN ? NULL : &values[r * columns + c],
                       colour);
        fputs("</TR>", stream);
    }
    fputs("</TABLE>", stream);
}

/* ---- Names in the dot language ---- */

static const struct called *call_of(const struct picture *picture, const struct node *value)
{
    return picture->gates->call_of[value->id];
}

/* All values that a call gives leave the same gate. */
static const char *gate_name(const struct picture *picture, const struct node *value)
{
    if (call_of(picture, value))
        return arena_print(picture->arena, "f%zu_call%zu", picture->number, call_of(picture, value)->number);
    return arena_print(picture->arena, "f%zu_n%d", picture->number, value->id);
}

static bool is_output(const struct picture *picture, const struct node *value)
{
    for (size_t i = 0; i < picture->function->members_count; i++) {
        struct node *given = picture->function->members[i].value;
        if (given && gate_value(picture->gates, given) == value)
            return true;
    }
    return false;
}

static bool is_last_value(const struct picture *picture, const struct node *value)
{
    return value->op == OP_RESULT && !value->loop->is_branch && !call_of(picture, value);
}

static struct at_values numbers_of(const struct picture *picture, struct node *value)
{
    return picture->at ? at_values(picture->at, picture->function, value) : (struct at_values){.value = NULL};
}

/* The name that stands above the edges of the value; NULL: where they begin or end it stands anyway. */
static const char *name_above(const struct picture *picture, struct node *value)
{
    bool is_told = (gate_is_source(picture->gates, value) && !gate_is_element(picture->gates, value)) ||
                   is_output(picture, value);
    return is_told ? NULL : picture->gates->names[value->id];
}

/* Whether the edges of the value run through a table. */
static bool has_table(const struct picture *picture, struct node *value)
{
    return name_above(picture, value) || is_last_value(picture, value) || numbers_of(picture, value).value;
}

/* ---- Nodes ---- */

static void draw_table(struct picture *picture, struct node *value)
{
    FILE *stream = picture->stream;
    struct at_values numbers = numbers_of(picture, value);
    const char *name = name_above(picture, value);
    fprintf(stream,
            "    f%zu_v%d [shape=plain, label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" "
            "CELLPADDING=\"2\">",
            picture->number, value->id);
    if (name) {
        fputs("<TR><TD>", stream);
        print_text(stream, name);
        fputs("</TD></TR>", stream);
    }
    if (numbers.value) {
        fputs("<TR><TD>", stream);
        print_values(picture, value, numbers.extents, numbers.value, "darkgreen");
        fputs("</TD></TR>", stream);
    }
    fputs("<TR><TD PORT=\"line\" HEIGHT=\"1\" WIDTH=\"16\" CELLPADDING=\"0\" "
          "BGCOLOR=\"black\"></TD></TR>",
          stream);
    if (numbers.gradient) {
        fputs("<TR><TD>", stream);
        print_values(picture, value, numbers.extents, numbers.gradient, "red3");
        fputs("</TD></TR>", stream);
    }
    fputs("</TABLE>>];\n", stream);
}

static void draw_source(struct picture *picture, struct node *value)
{
    const struct gates *gates = picture->gates;
    bool is_element = gate_is_element(gates, value);
    const char *name = gates->names[(is_element ? gate_value(gates, value->inputs[0]) : value)->id];
    FILE *stream = picture->stream;
    fprintf(stream, "    %s [shape=plaintext, label=<", gate_name(picture, value));
    print_text(stream, name ? name : "");
    print_text(stream, is_element ? gate_label(gates, value) : "");
    if (!picture->at && value->rank > 0) {
        fputs("<BR/><FONT POINT-SIZE=\"10\" COLOR=\"gray40\">", stream);
        print_text(stream, shape_text(picture->arena, value));
        fputs("</FONT>", stream);
    }
    fputs(">];\n", stream);
}

/* How many characters a reader sees: continuation bytes of UTF-8 are none. */
static size_t visible_length(const char *text)
{
    size_t length = 0;
    for (; *text; text++)
        length += ((unsigned char)*text & 0xC0) != 0x80;
    return length;
}

static void draw_gate(struct picture *picture, struct node *value)
{
    FILE *stream = picture->stream;
    const char *label = gate_label(picture->gates, value);
    bool is_short = visible_length(label) <= 3;
    fprintf(stream, "    %s [shape=%s, label=<", gate_name(picture, value), is_short ? "circle" : "ellipse");
    print_text(stream, label);
    fprintf(stream, ">%s%s];\n", is_short ? ", width=0.5, fixedsize=true" : "",
            gate_is_call(picture->gates, value) ? ", style=filled, fillcolor=\"#e8eef7\"" : "");
}

/* Numbers stand beside each gate that reads them. */
static const char *draw_literal(struct picture *picture, const char *text)
{
    const char *name = arena_print(picture->arena, "f%zu_c%zu", picture->number, picture->literals_count++);
    fprintf(picture->stream, "    %s [shape=plaintext, label=<", name);
    print_text(picture->stream, text);
    fputs(">];\n", picture->stream);
    return name;
}

/* ---- Edges ---- */

/* Where edges from the value begin. */
static const char *tail_of(struct picture *picture, struct node *value)
{
    const char *literal = gate_literal(picture->gates, value);
    if (literal)
        return draw_literal(picture, literal);
    return has_table(picture, value)
               ? arena_print(picture->arena, "f%zu_v%d:line:e", picture->number, value->id)
               : gate_name(picture, value);
}

static void draw_edge(struct picture *picture, struct node *value, const char *head, const char *attributes)
{
    const char *tail = tail_of(picture, value);
    fprintf(picture->stream, "    %s -> %s%s;\n", tail, head, attributes);
}

/* What a round gives the next one: over the gates, back to where it began. */
static void draw_back_edge(struct picture *picture, struct node *value, const char *head)
{
    const char *literal = gate_literal(picture->gates, value);
    const char *tail = literal ? draw_literal(picture, literal)
                       : has_table(picture, value)
                           ? arena_print(picture->arena, "f%zu_v%d", picture->number, value->id)
                           : gate_name(picture, value);
    fprintf(picture->stream, "    %s:n -> %s:n [dir=back, style=dashed, weight=0];\n", head, tail);
}

/* Whether an operand comes from outside the loop in which the gate stands beside others that are computed
 * there: it stands in front of the loop's box then, with what the loop begins with. */
static bool enters_late(const struct gates *gates, const struct node *value, struct node *const *operands,
                        size_t count, size_t operand)
{
    const struct loop *loop = gates->loop_of[value->id];
    bool has_inner = false;
    for (size_t i = 0; i < count; i++)
        has_inner = has_inner || gates->loop_of[operands[i]->id] == loop;
    return loop && has_inner && gates->loop_of[operands[operand]->id] != loop &&
           gate_is_source(gates, operands[operand]);
}

/* The edges into a gate, and from it to its table. Values of one call share its gate, which `is_first` draws.
 */
static void draw_edges(struct picture *picture, struct node *value, bool is_first)
{
    const struct gates *gates = picture->gates;
    const char *name = gate_name(picture, value);
    const char *table = arena_print(picture->arena, "f%zu_v%d:line:w", picture->number, value->id);
    struct node **operands;
    size_t count = gate_operands(gates, value, &operands);
    if (is_last_value(picture, value)) {
        draw_edge(picture, operands[0], table, " [arrowhead=none]");
        return;
    }
    bool is_carried = gates->carrying[value->id];
    for (size_t i = 0; i < count && is_first; i++)
        if (is_carried && i == 1)
            draw_back_edge(picture, operands[i], name);
        else
            draw_edge(picture, operands[i], name,
                      !is_carried && enters_late(gates, value, operands, count, i) ? " [minlen=2]" : "");
    if (has_table(picture, value))
        fprintf(picture->stream, "    %s -> %s [arrowhead=none];\n", name, table);
}

/* ---- Loops and functions ---- */

static bool is_first_of_call(const struct picture *picture, const struct node *value)
{
    return !call_of(picture, value) || call_of(picture, value)->first == value;
}

static void draw_nodes_in(struct picture *picture, const struct loop *loop)
{
    const struct gates *gates = picture->gates;
    for (size_t id = 0; id < picture->function->graph->nodes_count; id++) {
        struct node *value = picture->function->graph->nodes[id];
        if (!gates->is_drawn[id] || gates->loop_of[id] != loop || gate_literal(gates, value))
            continue;
        if (gate_is_source(gates, value))
            draw_source(picture, value);
        else if (!is_last_value(picture, value) && is_first_of_call(picture, value))
            draw_gate(picture, value);
        if (has_table(picture, value))
            draw_table(picture, value);
    }
}

/* Whether a gate stands in the loop, or in a loop in there. */
static bool is_shown(const struct picture *picture, const struct loop *loop)
{
    const struct gates *gates = picture->gates;
    for (size_t id = 0; id < picture->function->graph->nodes_count; id++)
        if (gates->is_drawn[id] && gates->loop_of[id] == loop)
            return true;
    for (size_t i = 0; i < gates->loops_count; i++)
        if (gates->outer[gates->loop_nodes[i]->id] == loop && is_shown(picture, gates->loops[i]))
            return true;
    return false;
}

/* The condition of a loop of which a value is shown, or NULL. */
static struct node *shown_condition(const struct picture *picture, const struct loop *loop)
{
    struct node *condition = loop->condition ? gate_value(picture->gates, loop->condition) : NULL;
    return condition && picture->gates->is_drawn[condition->id] ? condition : NULL;
}

static const char *loop_title(const struct picture *picture, const struct loop *loop)
{
    return arena_print(picture->arena, "for %s in %s..%s%s%s", size_name(loop->variable),
                       size_print(picture->arena, loop->begin, SIZE_LANGUAGE),
                       size_print(picture->arena, loop->end, SIZE_LANGUAGE),
                       loop->reverse ? ", backwards" : "", loop->condition ? ", while" : "");
}

static void draw_loops_in(struct picture *picture, const struct loop *outer)
{
    const struct gates *gates = picture->gates;
    for (size_t i = 0; i < gates->loops_count; i++) {
        const struct loop *loop = gates->loops[i];
        if (gates->outer[gates->loop_nodes[i]->id] != outer || !is_shown(picture, loop))
            continue;
        fprintf(picture->stream, "    subgraph cluster_f%zu_loop%zu {\n    label=<", picture->number, i);
        print_text(picture->stream, loop_title(picture, loop));
        fputs(">; labelloc=b; labeljust=r; style=rounded; color=gray40;\n", picture->stream);
        draw_nodes_in(picture, loop);
        if (shown_condition(picture, loop))
            fprintf(picture->stream, "    f%zu_while%zu [shape=plaintext, label=<while>];\n", picture->number,
                    i);
        draw_loops_in(picture, loop);
        fputs("    }\n", picture->stream);
    }
}

static void draw_outputs(struct picture *picture)
{
    for (size_t i = 0; i < picture->function->members_count; i++) {
        const struct member *member = &picture->function->members[i];
        if (!member->value)
            continue;
        const char *name = arena_print(picture->arena, "f%zu_out%zu", picture->number, i);
        fprintf(picture->stream, "    %s [shape=plaintext, label=<", name);
        print_text(picture->stream, member->name);
        fputs(">];\n", picture->stream);
        draw_edge(picture, gate_value(picture->gates, member->value), name, "");
    }
}

static void draw_function(struct picture *picture)
{
    const struct gates *gates = picture->gates;
    draw_nodes_in(picture, NULL);
    draw_loops_in(picture, NULL);
    for (size_t id = 0; id < picture->function->graph->nodes_count; id++) {
        struct node *value = picture->function->graph->nodes[id];
        if (gates->is_drawn[id] && !gate_literal(gates, value))
            draw_edges(picture, value, is_first_of_call(picture, value));
    }
    for (size_t i = 0; i < gates->loops_count; i++)
        if (is_shown(picture, gates->loops[i]) && shown_condition(picture, gates->loops[i]))
            draw_edge(picture, shown_condition(picture, gates->loops[i]),
                      arena_print(picture->arena, "f%zu_while%zu", picture->number, i), "");
    draw_outputs(picture);
}

void emit_dot(FILE *stream, const struct module *module, const struct picture_options *options)
{
    bool has_boxes = module->functions_count > 1; /* in which Graphviz would turn the order around */
    fprintf(stream,
            "digraph gradc {\n    rankdir=LR; nodesep=0.2; ranksep=0.25;%s\n"
            "    graph [fontname=\"Helvetica\", fontsize=12];\n"
            "    node [fontname=\"Helvetica\", fontsize=14, margin=\"0.06,0.03\", width=0.3, height=0.3];\n"
            "    edge [arrowsize=0.6];\n",
            has_boxes ? "" : " ordering=in;");
    for (size_t i = 0; i < module->functions_count; i++) {
        const struct function *function = module->functions[i];
        struct picture picture = {.stream = stream,
                                  .arena = module->arena,
                                  .function = function,
                                  .number = i,
                                  .gates = gates_of(module->arena, function, options->opens_calls),
                                  .at = options->at};
        if (has_boxes)
            fprintf(stream, "    subgraph cluster_f%zu {\n    label=\"%s\"; labeljust=l; color=gray80;\n", i,
                    function->name);
        draw_function(&picture);
        if (has_boxes)
            fputs("    }\n", stream);
    }
    fputs("}\n", stream);
}
