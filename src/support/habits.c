/* habits.c: the names that other languages (those of arrays, of statistics, C, Rust, Haskell) have for what
 * is written differently here. A row for each thing that they say. */
#include "habits.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct row {
    enum habit habit;
    const char *names; /* separated by blanks */
    const char *advice;
};

static const struct row rows[] = {
    {HABIT_FUNCTION, "where ifelse if_else fifelse ternary cond select",
     "a choice for each element is written if c then a else b"},
    {HABIT_FUNCTION, "zeros_like ones_like full_like similar empty empty_like",
     "an array is made of its sizes, as in zeros([m, n]) and full([m, n], v)"},
    {HABIT_FUNCTION, "arange linspace seq seq_len",
     "range(n) has 0 to n - 1; n values from a to b are a + (b - a) * range(n) / (n - 1)"},
    {HABIT_FUNCTION, "maximum fmax fmaxf pmax", "the greater of two is max(a, b)"},
    {HABIT_FUNCTION, "minimum fmin fminf pmin", "the smaller of two is min(a, b)"},
    {HABIT_FUNCTION, "power pow powf powi float_power", "a power is written x^p"},
    {HABIT_FUNCTION, "square squared sqr", "a square is written x^2"},
    {HABIT_FUNCTION, "cbrt hypot exp2", "a power is written x^p, as in x^(1/3), (x^2 + y^2)^0.5 and 2^x"},
    {HABIT_FUNCTION, "matmul mm bmm mv mul mtimes", "the matrix product is written A @ B"},
    {HABIT_FUNCTION, "dot_product inner vdot vecdot", "the product of two vectors is dot(a, b) or a @ b"},
    {HABIT_FUNCTION, "crossprod tcrossprod", "a product with a transpose is written A' @ B"},
    {HABIT_FUNCTION, "einsum tensordot",
     "sums of products are written by indices, as in C[i, k] = sum[j](A[i, j] * B[j, k])"},
    {HABIT_FUNCTION, "log10 log2 logb", "a logarithm to the base b is log(x) / log(b)"},
    {HABIT_FUNCTION, "ln", "the natural logarithm is log(x)"},
    {HABIT_FUNCTION, "arcsin arccos arctan arctan2 arcsinh arccosh arctanh",
     "these are called asin, acos, atan, atan2, asinh, acosh and atanh"},
    {HABIT_FUNCTION, "fabs fabsf absolute", "the absolute value is |x| or abs(x)"},
    {HABIT_FUNCTION, "fmod remainder rem", "the remainder is mod(a, b)"},
    {HABIT_FUNCTION, "clamp", "what is bounded is clip(x, lo, hi)"},
    {HABIT_FUNCTION, "bernoulli_lpmf binomial_lpmf categorical_lpmf",
     "these take log odds: bernoulli_logit_lpmf, binomial_logit_lpmf and categorical_logit_lpmf of import "
     "\"stats\""},
    {HABIT_FUNCTION,
     "normal_pdf normal_logpdf norm_pdf norm_logpdf dnorm normal_log normal_cdf norm_cdf pnorm",
     "densities are logarithms: normal_lpdf, normal_lcdf and normal_lccdf of import \"stats\""},
    {HABIT_FUNCTION, "append push push_back",
     "arrays are joined by concat(a, b, axis = 0); the rounds of a loop are collected by y[t] = ..."},
    {HABIT_FUNCTION, "concatenate cat c hstack vstack column_stack rbind cbind hcat vcat vertcat horzcat",
     "[a, b] makes a vector of numbers, concat(a, b, axis = 0) joins arrays, stack(a, b) adds an axis"},
    {HABIT_FUNCTION, "map vmap apply sapply lapply vapply arrayfun foldl foldr reduce filter zipWith",
     "functions act on each element, as in sin(x); other work is written by indices, y[i] = g(x[i])"},
    {HABIT_FUNCTION, "detach no_grad", "what shall have no gradient is stop_gradient(x)"},
    {HABIT_FUNCTION, "rand randn rnorm runif random normal seed",
     "a program draws no random numbers: they are a parameter, filled by the caller"},
    {HABIT_FUNCTION, "len length numel size nrow ncol size_t shape ndims",
     "the length of x has the name that x: [n] gives it, and counts as n"},
    {HABIT_FUNCTION, "t permute swapaxes moveaxis permutedims",
     "the transpose of x is x', and transpose(x, [1, 0, 2]) orders axes"},
    {HABIT_FUNCTION, "repmat repeat rep", "an array is repeated by tile(x, n, axis = 0)"},
    {HABIT_FUNCTION, "tr", "the trace of A is trace(A)"},
    {HABIT_FUNCTION, "squeeze flatten ravel view resize",
     "reshape(x, [m, n]) gives other axes, and one of its sizes may be -1"},
    {HABIT_FUNCTION, "unsqueeze expand_dims expand", "x[:, new] has an axis more"},
    {HABIT_FUNCTION, "astype float double as_real Float64 float64 float32", "real(k) converts to a real"},
    {HABIT_FUNCTION, "inv_logit expit logistic plogis", "this function is called sigmoid(x)"},
    {HABIT_FUNCTION, "log1p_exp log1pexp", "this function is called softplus(x)"},
    {HABIT_FUNCTION, "multiply divide subtract add",
     "arithmetic is written with operators: a * b, a / b, a + b"},
    {HABIT_FUNCTION, "heaviside step indicator",
     "real(x > 0) is 1 where the condition holds and 0 elsewhere"},
    {HABIT_FUNCTION, "pinv mldivide", "A x = b is solved by solve(A, b), or by lstsq(A, b)"},
    {HABIT_FUNCTION, "gradient jacrev jacfwd hessian value_and_grad autograd diff derivative backward",
     "derivatives are grad(y, x), jacobian(y, x) and jvp(y, x, v), of a value y with respect to a name x"},
    {HABIT_VALUE, "T", "the transpose of x is x'"},
    {HABIT_VALUE, "end", "the last element of x is x[-1], and x[1:] has all from the second on"},
    {HABIT_VALUE, "None nothing null nil NULL newaxis undefined",
     "every value is a number or an array of them; x[:, new] has an axis more"},
    {HABIT_VALUE, "True False TRUE FALSE", "the truth values are written true and false"},
    {HABIT_VALUE, "M_PI PI Pi", "this number is called pi"},
    {HABIT_VALUE, "e E M_E", "powers of e are written exp(x)"},
    {HABIT_VALUE, "Inf Infinity INFINITY infinity infty", "this number is called inf"},
    {HABIT_VALUE, "NaN nan NAN NA", "no number is written that is none; inf is a number here"},
    {HABIT_MEMBER, "T H mT", "x' is the transpose"},
    {HABIT_MEMBER, "shape size ndim length",
     "the sizes have the names that x: [m, n] gives them, and count as m and n"},
    {HABIT_MEMBER, "grad", "the gradient of y with respect to x is grad(y, x)"},
    {HABIT_MEMBER, "data detach", "what shall have no gradient is stop_gradient(x)"},
    {HABIT_TYPE, "float double f64 Float64 number Number scalar Double Float numeric",
     "a real scalar has the type real, or none"},
    {HABIT_TYPE, "float32 f32 Float32 float64",
     "the precision is that of the file, as in precision float32, and the type is real"},
    {HABIT_TYPE, "usize uint size_t i64 i32 u32 long integer Int int32 int64 int32_t Integer",
     "whole numbers are int, and a size that no axis has is n: size"},
    {HABIT_TYPE, "vector array matrix Vector Matrix Array Tensor tensor ndarray list Vec row_vector",
     "the type of a tensor is its sizes, as in x: [n] and A: [m, n]"},
    {HABIT_TYPE, "bool boolean Bool", "a truth value is handed in as an int, and is then k == 1"},
    {HABIT_STATEMENT, "assert stopifnot check", "a condition is demanded by require c"},
    {HABIT_STATEMENT, "pass skip", "a side without statements is left out"},
    {HABIT_STATEMENT, "print printf disp println cat display",
     "nothing is printed while it runs; gradc --emit=graph --at x=... shows every value"},
    {HABIT_STATEMENT, "break", "a loop ends early by its condition: for t in 0..T while c { ... }"},
    {HABIT_STATEMENT, "continue next", "a round is left out by if c { ... } around its statements"},
    {HABIT_STATEMENT, "switch case match", "cases are written if c { ... } else if d { ... } else { ... }"},
    {HABIT_STATEMENT, "do repeat until loop", "a loop is written for t in 0..T while c { ... }"},
    {HABIT_STATEMENT, "raise throw stop error", "a condition is demanded by require c, \"why\""},
    {HABIT_STATEMENT, "use using from include library package",
     "a file is imported by its name, as in import \"layers.nn\""},
    {HABIT_STATEMENT, "struct class data type typedef record module",
     "parameters that belong together are a group, as in group Layer { W: [n, n]; b: [n] }"},
    {HABIT_STATEMENT, "model parameters generated transformed",
     "a model is a function that returns its log density, made of those of import \"stats\""},
    {HABIT_STATEMENT, "double float void auto static vector matrix array int32_t",
     "names have no written types in a body: s = sum(x)"},
    {HABIT_STATEMENT, "where", "what is used is assigned before: f(x) { y = x + 1; return y^2 }"},
    {HABIT_STATEMENT, "global nonlocal local",
     "a body reads what is passed to it, and returns what it makes"},
    {HABIT_BACKSLASH, "frac dfrac tfrac over", "a quotient is written a / b"},
    {HABIT_BACKSLASH, "cdot times ast", "a product is written a * b"},
    {HABIT_BACKSLASH, "sqrt sin cos tan sinh cosh tanh exp log max min det",
     "functions are called by their name alone, as in sqrt(x)"},
    {HABIT_BACKSLASH, "sum prod int", "a sum over an index is written sum[i](x[i])"},
    {HABIT_BACKSLASH,
     "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
     "phi varphi chi psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega",
     "a Greek letter is written as it is, or by its name alone: λ or lambda"},
    {HABIT_BACKSLASH, "le leq ge geq ne neq lt gt", "comparisons are written a <= b, a >= b and a != b"},
    {HABIT_BACKSLASH, "left right big Big bigl bigr", "brackets stand alone, as in (x + 1)"},
    {HABIT_BACKSLASH, "infty", "this number is called inf"},
    {HABIT_BACKSLASH, "top intercal", "a transpose is written x'"},
    {HABIT_BACKSLASH, "partial nabla", "a gradient is written grad(y, x)"},
    {HABIT_BACKSLASH, "mathbf mathrm mathcal boldsymbol text operatorname hat bar vec tilde",
     "a name has letters, digits and '_' alone"},
    {HABIT_BACKSLASH, "begin end", "a choice is written if c then a else b, a matrix [[a, b], [c, d]]"},
};

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
        if (strncmp(at, word, length) == 0 && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

const char *habit_advice(enum habit habit, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].habit == habit && has_word(rows[i].names, name))
            return rows[i].advice;
    return NULL;
}
