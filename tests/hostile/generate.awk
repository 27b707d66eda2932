# generate.awk: prints a legal program that is large in one way.
# usage: awk -v kind=KIND -v n=N -f generate.awk    KIND is one of those below.

function repeat(text, count,    i) {
    for (i = 0; i < count; i++)
        printf "%s", text
}

# f(x) = open … open x close … close
function nested(open, close_, core) {
    printf "f(x) = "
    repeat(open, n)
    printf "%s", core
    repeat(close_, n)
    print ""
}

function chain(head, first, next_) {
    printf "%s%s", head, first
    repeat(next_, n - 1)
    print ""
}

# n statements in a body
function body(head, statement, last,    i) {
    print head " {"
    for (i = 0; i < n; i++)
        print "    " statement
    print "    return " last "\n}"
}

BEGIN {
    if (kind == "sum") chain("f(x) = ", "x", " + x")
    else if (kind == "difference") chain("f(x, y) = ", "x", " - y")
    else if (kind == "right_power") chain("f(x) = ", "x", "^x")
    else if (kind == "matrices") chain("f(A: [n, n]) = ", "A", " @ A")
    else if (kind == "matrices_vector") { printf "f(A: [n, n], x: [n]) = "; repeat("A @ (", n); printf "x"; repeat(")", n); print "" }
    else if (kind == "product") chain("f(A: [n, n]) = ", "A", " * A")
    else if (kind == "scalar_product") chain("f(x) = ", "x", " * x")
    else if (kind == "ands") chain("f(x) = if ", "x > 0", " and x > 0")
    else if (kind == "parentheses") nested("(", ")", "x")
    else if (kind == "bars") nested("| ", " |", "x")
    else if (kind == "norms") nested("|| ", " ||", "x")
    else if (kind == "minus") nested("-", "", "x")
    else if (kind == "nots") { printf "f(x) = if "; repeat("not ", n); print "x > 0 then x else 1" }
    else if (kind == "transposes") { printf "f(A: [n, m]) = A"; repeat("'", n); print "" }
    else if (kind == "lists") { printf "f(x) = sum("; repeat("[", n); printf "x"; repeat("]", n); print ")" }
    else if (kind == "calls_nested") nested("sin(", ")", "x")
    else if (kind == "chosen") nested("if x > 0 then ", " else 1", "x")
    else if (kind == "otherwise") nested("if x > 0 then 1 else ", "", "x")
    else if (kind == "subscripts") { printf "f(k: int[n], x: [n]) = x["; repeat("k[", n); printf "0"; repeat("]", n); print "]" }
    else if (kind == "sums_nested") nested("sum(x * ", ")", "x")
    else if (kind == "statements") body("f(x)", "x = sin(x) + x", "y = x")
    else if (kind == "statements_distinct") {
        print "f(x) {"
        print "    y0 = x"
        for (i = 1; i < n; i++) print "    y" i " = sin(y" i - 1 ") * x"
        print "    return y" n - 1 "\n}"
    } else if (kind == "entries") { # of one array, replaced one by one, each read behind all before it
        print "dim m = 100000"
        print "f(x: [m], a) {"
        for (i = 1; i < n; i++) print "    x[" i "] = a * x[0]"
        print "    return sum(x)\n}\nexport f wrt a"
    } else if (kind == "branches") { # each of which changes entries and an array
        print "f(x: [n], y: [n], c) {"
        for (i = 1; i < n; i++) print "    if c > " i " { x[0] = x[0] * 2; y = y * x[0] } else { x[1] = 3; y = sin(y) }"
        print "    return sum(x) + sum(y)\n}"
    } else if (kind == "diagonals") { # of one array, to each of which its gradient adds
        print "dim m = 100000"
        print "f(X: [m, m]) {\n    s = 0"
        for (i = 1; i <= n; i++) print "    t" i "[i < 9] = sin(X[i, i + " i "] * X[i + " i ", i])\n    s = s + sum(t" i ")"
        print "    return y = s\n}"
    } else if (kind == "tensor_statements") body("f(W: [n, n], x: [n])", "x = tanh(W @ x)", "y = sum(x)")
    else if (kind == "ifs") body("f(x)", "if x > 0 { x = sin(x) } else { x = 2 * x }", "y = x")
    else if (kind == "loops") body("f(x)", "for t in 0..3 { x = sin(x) }", "y = x")
    else if (kind == "functions") for (i = 0; i < n; i++) print "f" i "(x: [n]) = sum(sin(x) * x)"
    else if (kind == "functions_unused") {
        for (i = 0; i < n; i++) print "f" i "(x) = x + " i
        print "main(x) = f0(x)\nexport main"
    } else if (kind == "levels") {
        print "f0(x) = sin(x)"
        for (i = 1; i < n; i++) print "f" i "(x) = f" i - 1 "(x) + x"
    } else if (kind == "doubled") {
        print "f0(x) = x"
        for (i = 1; i < n; i++) print "f" i "(x) = f" i - 1 "(x) * f" i - 1 "(x)"
    } else if (kind == "doubled_apart") {
        print "f0(x) = x"
        for (i = 1; i < n; i++) print "f" i "(x) = f" i - 1 "(x + 1) * f" i - 1 "(2 * x)"
    } else if (kind == "inputs" || kind == "inputs_sizes") {
        printf "f("
        for (i = 0; i < n; i++) printf "%sx%d: [%s]", i ? ", " : "", i, kind == "inputs" ? "n" : "n" i
        printf ") = "
        for (i = 0; i < n; i++) printf "%ssum(x%d)", i ? " + " : "", i
        print ""
    } else if (kind == "dims") {
        print "dim d0 = 2"
        for (i = 1; i < n; i++) print "dim d" i " = d" i - 1
        print "f(x: [d" n - 1 "]) = sum(x)"
    } else if (kind == "unknown_names") {
        print "f(x) {"
        for (i = 0; i < n; i++) print "    y" i " = z" i
        print "    return x_new = x\n}"
    } else if (kind == "unknown_functions") {
        print "f(x) {"
        for (i = 0; i < n; i++) print "    y" i " = zz" i "(x)"
        print "    return x_new = x\n}"
    } else if (kind == "size_polynomial") {
        printf "f(x: [n, m, k], y: [(n + m + k)^2"
        print "]) = sum(x)"
    } else if (kind == "groups") {
        print "group G0 { w: real }"
        for (i = 1; i < n; i++) print "group G" i " { g: G" i - 1 " }"
        print "f(p: G" n - 1 ") = 1"
    } else if (kind == "members") {
        print "group G {"
        for (i = 0; i < n; i++) print "    w" i ": [n]"
        print "}\nf(p: G) = sum(p.w0)"
    } else if (kind == "outputs") {
        printf "f(x) {\n    return "
        for (i = 0; i < n; i++) printf "%sy%d = x + %d", i ? ", " : "", i, i
        print "\n}"
    } else if (kind == "list") { chain("f(x) = sum([", "x", ", x"); print "])" }
    else if (kind == "concat") { printf "f(x: [n]) = sum(concat(x"; repeat(", x", n); print "))" }
    else if (kind == "name") { name = "a"; printf "f("; repeat(name, n); printf ") = "; repeat(name, n); print "" }
    else if (kind == "comments") { for (i = 0; i < n; i++) print "# nothing"; print "f(x) = x" }
    else if (kind == "blank") { for (i = 0; i < n; i++) print ""; print "f(x) = x" }
    else if (kind == "line") { printf "f(x) = x"; repeat(" ", n); print "" }
    else if (kind == "nested_if") { print "f(x) {"; repeat("if x > 0 {\n", n); print "x = sin(x)"; repeat("}\n", n); print "return y = x\n}" }
    else if (kind == "nested_for") { print "f(x) {"; for (i = 0; i < n; i++) print "for t" i " in 0..2 {"; print "x = sin(x)"; repeat("}\n", n); print "return y = x\n}" }
    else if (kind == "second_else_if") { # of which the second derivatives are wanted
        print "f(x: [n], y: [n], a) {"
        for (i = 0; i < n; i++) printf "%sif a > %d { x = sin(x * y + %d); y = x + y / 2 }", i ? " else " : "    ", i, i
        print "\n    return loss = sum(x) * sum(y)\n}\nexport f wrt x, y, a: hessian(loss)"
    }
    else if (kind == "else_if") { printf "f(x) {\ny = 0\nif x > 0 { y = 1 }"; for (i = 0; i < n; i++) printf " else if x > %d { y = x }", i; print "\nreturn y\n}" }
    else if (kind == "grads") {
        print "f(x) {"
        print "    y0 = x^3"
        for (i = 1; i <= n; i++) print "    y" i " = grad(y" i - 1 ", x) * x"
        print "    return z = y" n "\n}"
    } else { print "generate.awk: no kind " kind > "/dev/stderr"; exit 2 }
}
