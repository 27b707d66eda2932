/* test_parse.c: what the parser accepts, as the tree that comes out, and how it tells what it does not
 * accept. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "source.h"

static struct arena *arena;
static char *messages;
static size_t messages_length;
static int errors;

static void setup(void)
{
    arena = arena_new();
    messages = NULL;
}

static void teardown(void)
{
    free(messages);
    arena_free(arena);
}

static struct file *parse_text(const char *text)
{
    free(messages);
    messages = NULL;
    FILE *stream = open_memstream(&messages, &messages_length);
    struct diagnostics diagnostics = {.arena = arena, .stream = stream};
    const struct source *source = source_of_text(arena, "t.nn", text, strlen(text), false);
    struct file *file = parse(arena, &diagnostics, source);
    errors = diagnostics.error_count;
    fclose(stream);
    return file;
}

/* The tree of a text without errors. */
static const char *tree(const char *text)
{
    const struct file *file = parse_text(text);
    ck_assert_msg(errors == 0, "%s:\n%s", text, messages);
    char *printed = NULL;
    size_t length;
    FILE *stream = open_memstream(&printed, &length);
    ast_print(stream, file);
    fclose(stream);
    const char *copy = arena_copy(arena, printed, length);
    free(printed);
    return copy;
}

/* An expression without spaces and line ends: operators and names in parentheses. */
static const char *formula(const struct expression *e)
{
    if (!e)
        return "";
    const char *left = formula(e->left), *right = formula(e->right);
    switch (e->kind) {
    case EXPRESSION_NUMBER: return arena_print(arena, "%g", e->number);
    case EXPRESSION_BOOL: return e->truth ? "true" : "false";
    case EXPRESSION_NAME: return e->name;
    case EXPRESSION_UNARY:
        if (e->op == SYNTAX_TRANSPOSE)
            return arena_print(arena, "(%s')", left);
        return arena_print(arena, "(%s %s)", syntax_operator_text(e->op), left);
    case EXPRESSION_BINARY: return arena_print(arena, "(%s%s%s)", left, syntax_operator_text(e->op), right);
    case EXPRESSION_IF:
        return arena_print(arena, "(if %s then %s else %s)", formula(e->condition), left, right);
    case EXPRESSION_MEMBER: return arena_print(arena, "%s.%s", left, e->name);
    case EXPRESSION_ABSOLUTE: return arena_print(arena, "<%s>", left);
    case EXPRESSION_NORM: return arena_print(arena, "<<%s>>", left);
    case EXPRESSION_REDUCE: return arena_print(arena, "%s[](%s)", e->name, left);
    case EXPRESSION_SUBSCRIPT: return arena_print(arena, "%s[%s]", left, formula(e->subscripts->at));
    case EXPRESSION_CALL:
    case EXPRESSION_LIST: {
        const char *text = e->kind == EXPRESSION_CALL ? e->name : "list";
        for (const struct argument *a = e->arguments; a; a = a->next)
            text = arena_print(arena, "%s%s%s%s%s", text, a == e->arguments ? "(" : ",",
                               a->name ? a->name : "", a->name ? "=" : "", formula(a->value));
        return arena_print(arena, "%s%s)", text, e->arguments ? "" : "(");
    }
    }
    return "?";
}

static const struct expression *expression(const char *text)
{
    const struct file *file = parse_text(arena_print(arena, "f() = %s", text));
    ck_assert_msg(errors == 0, "%s:\n%s", text, messages);
    return file->definitions->value;
}

static void expect_formula(const char *text, const char *expected)
{
    ck_assert_str_eq(formula(expression(text)), expected);
}

START_TEST(precedence)
{
    expect_formula("a + b * c", "(a+(b*c))");
    expect_formula("a - b - c", "((a-b)-c)");
    expect_formula("a / b @ c", "((a/b)@c)");
    expect_formula("a ^ b ^ c", "(a^(b^c))");
    expect_formula("-x^2", "(- (x^2))");
    expect_formula("2^-x^2", "(2^(- (x^2)))");
    expect_formula("x^-1", "(x^(- 1))");
    expect_formula("-a * b", "((- a)*b)");
    expect_formula("a * -b", "(a*(- b))");
    expect_formula("a - -b", "(a-(- b))");
    expect_formula("x'^2", "((x')^2)");
    expect_formula("x' @ A", "((x')@A)");
    expect_formula("x''", "((x')')");
    expect_formula("-x'", "(- (x'))");
    expect_formula("x[1]'", "(x[1]')");
    expect_formula("a^b'", "(a^(b'))");
    expect_formula("not a and b or c", "(((not a)andb)orc)");
    expect_formula("a or b and c", "(aor(bandc))");
    expect_formula("not a < b", "(not (a<b))");
    expect_formula("a + 1 <= b * 2", "((a+1)<=(b*2))");
    expect_formula("if a < b then c else d + 1", "(if (a<b) then c else (d+1))");
    expect_formula("if a then b else if c then d else e", "(if a then b else (if c then d else e))");
    expect_formula("(a + b) * c", "((a+b)*c)");
    expect_formula("p.g.h[1]", "p.g.h[1]");
    expect_formula("real(k)", "real(k)");
    expect_formula("f(a, axis = 0)", "f(a,axis=0)");
    expect_formula("f()", "f()");
    expect_formula("[a, [b], 1]", "list(a,list(b),1)");
    expect_formula("sum[i, j < n](x)^2", "(sum[](x)^2)");
    expect_formula("true and false", "(trueandfalse)");
}
END_TEST

START_TEST(bars)
{
    expect_formula("|x|", "<x>");
    expect_formula("||x||", "<<x>>");
    expect_formula("||a * ||b|| ||", "<<(a*<<b>>)>>");
    expect_formula("||a * ||b||||", "<<(a*<<b>>)>>");
    expect_formula("|x - |y||", "<(x-<y>)>");
    expect_formula("| |x| - |y| |", "<(<x>-<y>)>");
    expect_formula("|||x| - y||", "<<(<x>-y)>>");
    expect_formula("||y - |x|||", "<<(y-<x>)>>");
    expect_formula("|y - ||x|||", "<(y-<<x>>)>");
    expect_formula("||W @ x||^2", "(<<(W@x)>>^2)");
    expect_formula("|x|'", "(<x>')");
    expect_formula("|x| * |y|", "(<x>*<y>)");
    expect_formula("-|x|", "(- <x>)");
    expect_formula("|-x|", "<(- x)>");
    expect_formula("|f(|x|)[|i|]|", "<f(<x>)[<i>]>");
    expect_formula("|x[\n0] +\n\n 1\n|", "<(x[0]+1)>");
}
END_TEST

START_TEST(numbers)
{
    const struct expression *e = expression("250");
    ck_assert(e->is_whole && e->number == 250);
    e = expression("2.5e-3");
    ck_assert(!e->is_whole && e->number == 0.0025);
    e = expression("1e2");
    ck_assert(!e->is_whole && e->number == 100);
    const struct file *file = parse_text("f() { for t in 0..T { a = 1 } }");
    ck_assert_int_eq(errors, 0);
    const struct statement *loop = file->definitions->body;
    ck_assert_str_eq(formula(loop->begin), "0");
    ck_assert_str_eq(formula(loop->end), "T");
}
END_TEST

START_TEST(greek)
{
    expect_formula("λ + Σ_1 * π", "(lambda+(Sigma_1*pi))");
    expect_formula("αβ + ς + σ + Ω + ω", "((((alphabeta+sigma)+sigma)+Omega)+omega)");
    expect_formula("μ + ξ + Ψ2 + dθ", "(((mu+xi)+Psi2)+dtheta)");
    expect_formula("Ρ + Σ + Τ + υ", "(((Rho+Sigma)+Tau)+upsilon)");
}
END_TEST

START_TEST(spans)
{
    const struct expression *e = expression("(a + b) * W'");
    const char *text = e->span.source->text;
    ck_assert_str_eq(arena_copy(arena, text + e->span.begin, e->span.end - e->span.begin), "(a + b) * W'");
    ck_assert_uint_eq(e->left->span.end - e->left->span.begin, 5);
    ck_assert(e->left->parenthesised && !e->parenthesised);
    ck_assert_uint_eq(e->operator_span.end - e->operator_span.begin, 1);
    ck_assert_int_eq(text[e->operator_span.begin], '*');
    const struct file *file = parse_text("g(x: [n]) {\n  y = x\n  return y, z = x\n}\nh(x) = x + 1 # one\n");
    ck_assert_int_eq(errors, 0);
    const struct definition *g = file->definitions, *h = g->next;
    ck_assert_uint_eq(g->span.end, 9);
    ck_assert_uint_eq(h->span.end - h->span.begin, 12);
    ck_assert_uint_eq(g->parameters->span.end - g->parameters->span.begin, 6);
    const struct statement *assign = g->body;
    ck_assert_int_eq(span_line(assign->span), 2);
    ck_assert_int_eq(span_column(assign->span), 3);
    const struct result *result = assign->next->results;
    ck_assert_ptr_null(result->name);
    ck_assert_str_eq(result->next->name, "z");
}
END_TEST

START_TEST(definitions)
{
    ck_assert_str_eq(tree("precision float32\n"
                          "dim D = 1000, H = D/10\n"
                          "import \"layers.nn\"; group Block { g: [C]; W: [C, D]\n b: Other[3] }\n"
                          "rule clip(x, y) = u, v { d_x = d_u }\n"
                          "export f\n"
                          "export f wrt a, p.g: jacobian, hessian(loss)\n"
                          "export f wrt all but x\n"
                          "export f wrt all, but\n"),
                     "precision float32\n"
                     "dim D\n  number 1000\n"
                     "dim H\n  product\n    name D\n    / number 10\n"
                     "import layers.nn\n"
                     "group Block\n"
                     "  member g\n    real\n      name C\n"
                     "  member W\n    real\n      name C\n      name D\n"
                     "  member b\n    group Other\n      number 3\n"
                     "rule clip\n  parameter x\n  parameter y\n  output u\n  output v\n"
                     "  body\n    assign\n      target d_x\n      name d_u\n"
                     "export f\n"
                     "export f\n  wrt\n    name a\n    name p.g\n  jacobian\n  hessian\n    output loss\n"
                     "export f\n  wrt all but\n    name x\n"
                     "export f\n  wrt\n    name all\n    name but\n");
}
END_TEST

START_TEST(parameters)
{
    ck_assert_str_eq(
        tree("f(a, b: real, c: [n, 2*m], d: int, e: int[..., k], g: [..., n], s: size, p: B, q: B[L], r: "
             "[...],\n"
             "  t = 0.1, u: real = 2) = a"),
        "function f\n"
        "  parameter a\n"
        "  parameter b\n    real\n"
        "  parameter c\n    real\n      name n\n      product\n        number 2\n        * name m\n"
        "  parameter d\n    int\n"
        "  parameter e\n    int\n      ...\n      name k\n"
        "  parameter g\n    real\n      ...\n      name n\n"
        "  parameter s\n    size\n"
        "  parameter p\n    group B\n"
        "  parameter q\n    group B\n      name L\n"
        "  parameter r\n    real\n      ...\n"
        "  parameter t\n    default\n      number 0.1\n"
        "  parameter u\n    real\n    default\n      number 2\n"
        "  value\n    name a\n");
}
END_TEST

START_TEST(statements)
{
    ck_assert_str_eq(
        tree("f(x) {\n"
             "  a, b[t] = g(x); y[p < P, 1:, new] = 2\n"
             "  update p.g, w = adam(w)\n"
             "  for t in 1..T while a > b checkpoint {\n"
             "    if a { c = 1 } else if b { }\n"
             "    else { c = 3 }\n"
             "  }\n"
             "  return u, v = x\n"
             "}"),
        "function f\n"
        "  parameter x\n"
        "  body\n"
        "    assign\n      target a\n      target b\n        at\n          name t\n      call g\n"
        "        name x\n"
        "    assign\n      target y\n        at\n          name p\n          range\n            name P\n"
        "        slice\n          begin\n            number 1\n        new\n      number 2\n"
        "    update\n      target p.g\n      target w\n      call adam\n        name w\n"
        "    for t checkpoint\n      begin\n        number 1\n      end\n        name T\n"
        "      while\n        >\n          name a\n          name b\n"
        "      body\n"
        "        if\n          name a\n          then\n            assign\n              target c\n"
        "              number 1\n"
        "          else\n            if\n              name b\n              then\n"
        "              else\n                assign\n                  target c\n"
        "                  number 3\n"
        "    return\n      output\n        name u\n      output v\n        name x\n");
}
END_TEST

START_TEST(subscripts)
{
    ck_assert_str_eq(tree("f() = x[i + 1, :, a:b, ::2, :-1, new, ...]"),
                     "function f\n  value\n    subscript\n      name x\n"
                     "      at\n        sum\n          name i\n          + number 1\n"
                     "      slice\n"
                     "      slice\n        begin\n          name a\n        end\n          name b\n"
                     "      slice\n        step\n          number 2\n"
                     "      slice\n        end\n          negate\n            number 1\n"
                     "      new\n      ...\n");
    ck_assert_str_eq(
        tree("f() = sum[j < n/2, k](A[j])"),
        "function f\n  value\n    reduce sum\n"
        "      index j\n        range\n          product\n            name n\n            / number 2\n"
        "      index k\n"
        "      subscript\n        name A\n        at\n          name j\n");
}
END_TEST

/* The same program on one line and spread over several. */
START_TEST(lines)
{
    const char *plain = tree("f(x) { y = if a then b else c + d; z = g(x, 1); return y, z }");
    ck_assert_str_eq(tree("f(x) {\n  y = if a\n\n  # why\n  then b\n  else\n  c +\n  d\n  z = g(x,\n  1\n)\n"
                          "  return y,\n     z\n}\n"),
                     plain);
    ck_assert_str_eq(tree("f(x) {\r\n\ty =\r\n if a then b else c + d\r\n z = g(x, 1)\r\n return y, z\r\n}"),
                     plain);
    ck_assert_str_eq(
        tree("\xEF\xBB\xBF# first\n\nf(x) { ; y = if a then b else c + d\n;; z = g(x, 1,);return y, z; }"),
        plain);
    plain = tree("f(x) { if a { y = 1 } else if b { y = 2 } else { y = 3 } }");
    ck_assert_str_eq(
        tree("f(x) {\n if a {\n y = 1\n }\n # no\n\n else if b {\n y = 2 }\n else {\n y = 3 }\n}"), plain);
    plain =
        tree("f(x) { y = a + b * c - d and e == g or -h; z = ||a - b|| @ c'; return y, z }\ng(x) = a - b");
    ck_assert_str_eq(tree("f(x) {\n  y = a\n  + b\n\n  # why\n\n\n* c # so\n  - d\n and e\n== g\r\n or -h\n"
                          "  z = ||a - b||\n    @ c'\n  return y, z\n}\ng(x) = a\n- b"),
                     plain);
    ck_assert_str_eq(tree("f(x) { order = a\n andes = b }"), tree("f(x) { order = a; andes = b }"));
    ck_assert_str_eq(tree(""), "");
    ck_assert_str_eq(tree("\n# nothing\n ; \n"), "");
}
END_TEST

START_TEST(functions_in_bodies)
{
    const char *expected =
        "function f\n  parameter x\n  body\n    function g\n      parameter y\n      value\n"
        "        name y\n    function h\n      parameter y\n      body\n        return\n"
        "          output\n            name y\n    return\n      output z\n        name x\n";
    ck_assert_str_eq(tree("f(x) { g(y) = y; h(y) { return y }; return z = x }"), expected);
    ck_assert_str_eq(tree("f(x) {\ng(y) = y\nh(y) {\nreturn y }\nreturn z = x\n}"),
                     expected); /* at the margin */
}
END_TEST

START_TEST(words_of_their_place)
{
    expect_formula("checkpoint + all(x) - but", "((checkpoint+all(x))-but)");
    ck_assert_str_eq(tree("f(all) { for checkpoint in 0..checkpoint checkpoint { all = checkpoint } }"),
                     "function f\n  parameter all\n  body\n    for checkpoint checkpoint\n"
                     "      begin\n        number 0\n      end\n        name checkpoint\n"
                     "      body\n        assign\n          target all\n          name checkpoint\n");
    ck_assert_str_eq(tree("f(def) { elif = inf; def = elif }"),
                     "function f\n  parameter def\n  body\n    assign\n      target elif\n      name inf\n"
                     "    assign\n      target def\n      name elif\n");
}
END_TEST

/* ---- Errors ---- */

/* Exactly these errors, each given as its place and the beginning of its message, and notes that contain
 * `hint`. */
struct wrong {
    const char *text;
    const char *errors[5];
    const char *hint;
};

static const struct wrong wrongs[] = {
    {"f(x) = x +", {"1:11: error: expected an expression, found the end of the file"}, NULL},
    {"f(x) = x +\ng(x) = 1 +* 2",
     {"1:11: error: expected an expression", "2:11: error: expected an expression, found '*'"},
     NULL},
    {"f(x) = x y", {"1:10: error: expected an operator or the end of the line, found 'y'"}, NULL},
    {"f(x y) = x", {"1:5: error: expected ',' or ')', found 'y'"}, NULL},
    {"f(x) = a < b < c", {"1:14: error: "}, "comparisons do not chain"},
    {"f(x) { if x = 3 { y = 1 } }", {"1:13: error: "}, "'equal' is written =="},
    {"f(x) = x**2", {"1:9: error: '**' is not part of the language"}, "x^2"},
    {"f(x) = a && !b", {"1:10: error: '&&'", "1:13: error: '!'"}, "'and' is written out"},
    {"f(x) = a || b", {"1:10: error: '||'"}, "'or' is written out"},
    {"f(x) {\n  if a { y = 1 }\n  elif b { y = 2 }\n}", {"3:3: error: 'elif'"}, "else if"},
    {"f(x) = x // two", {"1:10: error: '//'"}, "'#'"},
    {"def f(x) = x", {"1:1: error: 'def'"}, "f(x) = ..."},
    {"f(x)\n{\n  return x\n}", {"2:1: error: '{' stands at the end of its header's line"}, NULL},
    {"f(x) {\n  y = x\n\ng(x) = x", {"1:6: error: '{' is not closed"}, "the next definition begins here"},
    {"f(x) {\n  y = x\n", {"1:6: error: '{' is not closed"}, NULL},
    {"f(x) = x }\ng(x) = 3", {"1:10: error: '}' closes nothing that is open"}, NULL},
    {"f(x) {\n  y = g(x\n  z = y\n  w = +\n}",
     {"2:8: error: '(' is not closed", "4:7: error: expected an expression"},
     NULL},
    {"f(x) = |x\ng(x) = ||x", {"1:8: error: '|' is not closed", "2:8: error: '||' is not closed"}, NULL},
    {"f(x) = ||x|", {"1:11: error: '|' cannot close a norm"}, "| |x| - |y| |"},
    {"f(x) = (x]", {"1:10: error: ']' cannot close '('"}, "'(' was opened here"},
    {"f(x) = x)", {"1:9: error: ')' closes nothing that is open"}, NULL},
    {"f(x) = 1. + .5",
     {"1:8: error: '1.' is not a number", "1:13: error: '.5' is not a number"},
     "write 1.0"},
    {"f(x) = 2x", {"1:8: error: '2x' is not a number"}, "2 * x"},
    {"size(x) = 3", {"1:1: error: 'size' is a reserved word and cannot be a name"}, NULL},
    {"f(new) = 3", {"1:3: error: 'new' is a reserved word and cannot be a name"}, NULL},
    {"f(x) { group = 3 }", {"1:8: error: 'group' is a reserved word and cannot be a name"}, NULL},
    {"f(x) = if x then 1", {"1:19: error: expected an operator or 'else'"}, "needs its else"},
    {"f(x) = x \xE2\x88\x92 1", {"1:10: error: '\xE2\x88\x92' is not part of the language"}, "write -"},
    {"f(x) = \xE2\x88\xAE x", {"1:8: error: the character '\xE2\x88\xAE' (U+222E)"}, NULL},
    {"f(x) = x\xFF", {"1:9: error: the byte 0xFF is not text"}, NULL},
    {"f(x) { for t in 0:T { } }", {"1:18: error: "}, "0..T"},
    {"f(x) { p.g = 3 }", {"1:8: error: a member of a group cannot be assigned"}, NULL},
    {"f(x) { update w[0] = 3 }", {"1:15: error: update overwrites the whole of w"}, NULL},
    {"f(x) = sum[i + 1](x)", {"1:12: error: sum[...](...) binds indices"}, NULL},
    {"f(x) = x, y", {"1:9: error: "}, "several outputs need a body"},
    {"x = 3", {"1:3: error: expected '(', found '='"}, "dim n = 3"},
    {"precision float16", {"1:11: error: the precision is float32 or float64"}, NULL},
    {"dim N", {"1:6: error: expected '='"}, "needs no dim"},
    {"f(x) = [1, 2; 3]", {"1:13: error: ';' ends a statement"}, "list of its rows"},
    {"f(x) { return (a, b) }", {"1:17: error: "}, NULL},
    {"f(x) {\n  y = {1, 2}\n  z = *\n}", {"2:7: error: ", "3:7: error: "}, NULL},
    {"f(x: [n) = x\ng(x: []) = x", {"1:6: error: '[' is not closed", "2:7: error: "}, "scalar is real"},
    {"import layers", {"1:8: error: expected a text in quotes"}, NULL},
    {"f(x):\n    y = x\n    return y\ng(x) = *", {"1:5: error: ", "4:8: error: "}, "between { and }"},
    {"f(x) = '", {"1:8: error: "}, NULL},
    {"f(x) = \"a", {"1:8: error: a quote"}, NULL},
    {"f(x) = 1e999", {"1:8: error: this number is too large"}, NULL},
    {"f(x)", {"1:5: error: expected '{' or '='"}, NULL},
};

START_TEST(one_wrong_program)
{
    const struct wrong *wrong = &wrongs[_i];
    parse_text(wrong->text);
    int expected = 0;
    const char *at = messages;
    for (; expected < 5 && wrong->errors[expected]; expected++) {
        const char *line = arena_print(arena, "t.nn:%s", wrong->errors[expected]);
        at = strstr(at, line);
        ck_assert_msg(at, "%s\nlacks: %s\nsays: %s", wrong->text, line, messages);
    }
    ck_assert_msg(errors == expected, "%s\nhas %d errors: %s", wrong->text, errors, messages);
    ck_assert_msg(!wrong->hint || strstr(messages, wrong->hint), "%s\nlacks the hint %s: %s", wrong->text,
                  wrong->hint, messages);
}
END_TEST

/* ---- Size ---- */

static char *repeated(const char *text, size_t count, const char *end)
{
    size_t length = strlen(text);
    char *all = arena_allocate(arena, length * count + strlen(end) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * length, text, length);
    strcpy(all + length * count, end);
    return all;
}

START_TEST(long_chains)
{
    const size_t count = 100000;
    const struct expression *e = expression(repeated("x + ", count, "x"));
    size_t terms = 1;
    for (; e->kind == EXPRESSION_BINARY; e = e->left)
        terms++;
    ck_assert_uint_eq(terms, count + 1);
    const char *printed = tree(arena_print(arena, "f(x) = %s", repeated("x * y - ", count, "x")));
    ck_assert_ptr_nonnull(strstr(printed, "\n      - product\n        name x\n        * name y\n"));
}
END_TEST

START_TEST(deep_nesting)
{
    static const char *const begins[] = {"(",  "[",  "-",   "not ", "x^",
                                         "f(", "x[", "|1+", "||1+", "if a then b else "};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        parse_text(arena_print(arena, "f(x) = %s", repeated(begins[i], 100000, "x")));
        ck_assert_msg(errors == 1, "%s: %s", begins[i], messages);
        ck_assert_ptr_nonnull(strstr(messages, "nested more than 1000 deep"));
    }
    static const char *const ends[] = {"'", "[0]", ".a"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        parse_text(arena_print(arena, "f(x) = x%s", repeated(ends[i], 100000, "")));
        ck_assert_msg(errors == 1, "%s: %s", ends[i], messages);
    }
    expression(repeated("(", 4000, arena_print(arena, "x%s", repeated(")", 4000, ""))));
    expression(repeated("-", 900, "x"));
}
END_TEST

/* Token salad: whatever the text, the parser ends and says something exactly when it finds a fault. */
START_TEST(salad)
{
    static const char *const words[] = {
        "f",      "(",          ")",     "[",    "]",    "{",      "}",     "|",       "||",    "x",
        "=",      "==",         "<",     "+",    "-",    "^",      "'",     ",",       ";",     "\n",
        ":",      "..",         "...",   "if",   "then", "else",   "for",   "in",      "while", "return",
        "update", "sum",        "1",     "2.5",  "new",  "import", "\"a\"", "export",  "wrt",   "all but",
        "dim",    "rule",       "group", "size", "real", "not",    "or",    "elif",    "//",    "**",
        "&&",     "checkpoint", ".",     "def",  "0.",   "\t",     "#",     "\xCE\xBB"};
    unsigned state = 12345;
    for (int round = 0; round < 3000; round++) {
        const char *text = "";
        for (int i = 0; i < 40; i++) {
            state = state * 1664525u + 1013904223u;
            text = arena_print(arena, "%s%s ", text, words[(state >> 8) % (sizeof words / sizeof words[0])]);
        }
        parse_text(text);
        ck_assert_msg((errors > 0) == (messages_length > 0), "%s", text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parse");
    TCase *cases = tcase_create("parse");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, precedence);
    tcase_add_test(cases, bars);
    tcase_add_test(cases, numbers);
    tcase_add_test(cases, greek);
    tcase_add_test(cases, spans);
    tcase_add_test(cases, definitions);
    tcase_add_test(cases, parameters);
    tcase_add_test(cases, statements);
    tcase_add_test(cases, subscripts);
    tcase_add_test(cases, lines);
    tcase_add_test(cases, functions_in_bodies);
    tcase_add_test(cases, words_of_their_place);
    tcase_add_loop_test(cases, one_wrong_program, 0, (int)(sizeof wrongs / sizeof wrongs[0]));
    tcase_add_test(cases, long_chains);
    tcase_add_test(cases, deep_nesting);
    tcase_add_test(cases, salad);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
