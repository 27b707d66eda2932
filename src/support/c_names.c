/* c_names.c: the names that C and C++ keep for themselves. tests/names.sh asks the compilers for their
 * macros, and fails when one is missing here. */
#include "c_names.h"

#include <ctype.h>
#include <string.h>

static const char *const keywords[] = {"alignas",
                                       "alignof",
                                       "and",
                                       "and_eq",
                                       "asm",
                                       "auto",
                                       "bitand",
                                       "bitor",
                                       "bool",
                                       "break",
                                       "case",
                                       "catch",
                                       "char",
                                       "char16_t",
                                       "char32_t",
                                       "char8_t",
                                       "class",
                                       "co_await",
                                       "co_return",
                                       "co_yield",
                                       "compl",
                                       "concept",
                                       "const",
                                       "const_cast",
                                       "consteval",
                                       "constexpr",
                                       "constinit",
                                       "continue",
                                       "decltype",
                                       "default",
                                       "delete",
                                       "do",
                                       "double",
                                       "dynamic_cast",
                                       "else",
                                       "enum",
                                       "explicit",
                                       "export",
                                       "extern",
                                       "false",
                                       "float",
                                       "for",
                                       "friend",
                                       "goto",
                                       "if",
                                       "inline",
                                       "int",
                                       "int32_t",
                                       "long",
                                       "mutable",
                                       "namespace",
                                       "new",
                                       "noexcept",
                                       "not",
                                       "not_eq",
                                       "nullptr",
                                       "operator",
                                       "or",
                                       "or_eq",
                                       "private",
                                       "protected",
                                       "public",
                                       "register",
                                       "reinterpret_cast",
                                       "requires",
                                       "restrict",
                                       "return",
                                       "short",
                                       "signed",
                                       "size_t",
                                       "sizeof",
                                       "static",
                                       "static_assert",
                                       "static_cast",
                                       "struct",
                                       "switch",
                                       "template",
                                       "this",
                                       "thread_local",
                                       "throw",
                                       "true",
                                       "try",
                                       "typedef",
                                       "typeid",
                                       "typename",
                                       "typeof",
                                       "typeof_unqual",
                                       "union",
                                       "unsigned",
                                       "using",
                                       "virtual",
                                       "void",
                                       "volatile",
                                       "wchar_t",
                                       "while",
                                       "xor",
                                       "xor_eq"};

/* Macros that stand for something without parentheses behind them: of math.h, stddef.h, stdint.h and
 * string.h, of what these include in C++, of older C libraries, and predefined ones of compilers; and those
 * of stdio.h, complex.h, errno.h and assert.h, which programs include beside emitted code. Rows of like names
 * are rules in is_like_a_macro. */
static const char *const macros[] = {"assert",
                                     "BIG_ENDIAN",
                                     "BUFSIZ",
                                     "BYTE_ORDER",
                                     "complex",
                                     "DOMAIN",
                                     "EOF",
                                     "errno",
                                     "EXIT_FAILURE",
                                     "EXIT_SUCCESS",
                                     "FD_SETSIZE",
                                     "hpux",
                                     "I",
                                     "i386",
                                     "INFINITY",
                                     "linux",
                                     "LITTLE_ENDIAN",
                                     "MATH_ERREXCEPT",
                                     "math_errhandling",
                                     "MATH_ERRNO",
                                     "MAXFLOAT",
                                     "MB_CUR_MAX",
                                     "mips",
                                     "NAN",
                                     "NFDBITS",
                                     "NULL",
                                     "OVERFLOW",
                                     "PDP_ENDIAN",
                                     "PLOSS",
                                     "RAND_MAX",
                                     "sgi",
                                     "SING",
                                     "sparc",
                                     "stderr",
                                     "stdin",
                                     "stdout",
                                     "sun",
                                     "TLOSS",
                                     "UNDERFLOW",
                                     "unix",
                                     "vax",
                                     "vms",
                                     "WCONTINUED",
                                     "WEXITED",
                                     "WIN32",
                                     "WIN64",
                                     "WINNT",
                                     "WNOHANG",
                                     "WNOWAIT",
                                     "WSTOPPED",
                                     "WUNTRACED"};

/* Beside names that end in _t: the types and the namespace that the headers bring. C++ has them and the tags
 * of structs in one name space. */
static const char *const types[] = {"drand48_data", "fd_mask", "fd_set", "random_data", "std",
                                    "timespec",     "timeval", "u_char", "u_int",       "u_long",
                                    "u_short",      "uint",    "ulong",  "ushort"};

/* Functions and types: members of a struct may be called like them, a variable may not. */
static const char *const library[] = {
    "final",     "override",  "size_t",  "ptrdiff_t",   "int32_t", "uint32_t", "int64_t",  "uint64_t",
    "intptr_t",  "memset",    "memcpy",  "memmove",     "memcmp",  "strlen",   "strcmp",   "strcpy",
    "index",     "rindex",    "div",     "abs",         "exit",    "exp",      "exp2",     "expm1",
    "log",       "log2",      "log10",   "log1p",       "logb",    "pow",      "sqrt",     "cbrt",
    "hypot",     "sin",       "cos",     "tan",         "asin",    "acos",     "atan",     "atan2",
    "sinh",      "cosh",      "tanh",    "asinh",       "acosh",   "atanh",    "erf",      "erfc",
    "lgamma",    "tgamma",    "gamma",   "ceil",        "floor",   "round",    "trunc",    "rint",
    "nearbyint", "fabs",      "fmod",    "fmin",        "fmax",    "fma",      "frexp",    "ldexp",
    "modf",      "scalbn",    "signgam", "significand", "drem",    "j0",       "j1",       "jn",
    "y0",        "y1",        "yn",      "isnan",       "isinf",   "isfinite", "signbit",  "copysign",
    "nan",       "remainder", "remquo",  "nextafter",   "fdim",    "ilogb",    "expf",     "expm1f",
    "logf",      "log1pf",    "powf",    "sqrtf",       "sinf",    "cosf",     "tanf",     "asinf",
    "acosf",     "atanf",     "atan2f",  "sinhf",       "coshf",   "tanhf",    "asinhf",   "acoshf",
    "atanhf",    "erff",      "erfcf",   "ceilf",       "floorf",  "rintf",    "fabsf",    "j0f",
    "j1f",       "jnf",       "y0f",     "y1f",         "ynf",     "float_t",  "double_t", "main"};

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (names[i][0] == name[0] && !strcmp(names[i], name))
            return true;
    return false;
}

static bool begins(const char *name, const char *with)
{
    return name[0] == with[0] && strncmp(name, with, strlen(with)) == 0;
}

static bool ends(const char *name, const char *with)
{
    size_t length = strlen(name), end = strlen(with);
    return length >= end && strcmp(name + length - end, with) == 0;
}

/* The limits of an integer type: INT64_MAX, UINT_FAST8_WIDTH, WCHAR_MIN. */
static bool is_limit(const char *name)
{
    static const char *const limited[] = {"INT", "UINT", "SIZE", "PTRDIFF", "SIG_ATOMIC", "WCHAR", "WINT"};
    bool of_type = false;
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++)
        of_type = of_type || begins(name, limited[i]);
    return of_type && (ends(name, "_MAX") || ends(name, "_MIN") || ends(name, "_WIDTH"));
}

/* A constant of math.h, of any of its types: M_PI, M_PIl, M_PIf32x. */
static bool is_constant(const char *name)
{
    static const char *const constants[] = {"M_1_PI", "M_2_PI",    "M_2_SQRTPI", "M_E",  "M_LN10",
                                            "M_LN2",  "M_LOG10E",  "M_LOG2E",    "M_PI", "M_PI_2",
                                            "M_PI_4", "M_SQRT1_2", "M_SQRT2"};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (!begins(name, constants[i]))
            continue;
        const char *type = name + strlen(constants[i]);
        if (!*type || !strcmp(type, "l") || (*type == 'f' && !type[1 + strspn(type + 1, "0123456789x")]))
            return true;
    }
    return false;
}

/* The names of these rows only grow: FP_INT_UPWARD and SNANF128 are newer than many compilers. */
static bool is_like_a_macro(const char *name)
{
    static const char *const rows[] = {"GRADC_",  "HUGE_VAL",    "SNAN",   "FLT_",   "DBL_",
                                       "LDBL_",   "DECIMAL_DIG", "FLT16_", "FLT32",  "FLT64",
                                       "FLT128_", "DEC_",        "DEC32_", "DEC64_", "DEC128_"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (begins(name, rows[i]))
            return true;
    return is_limit(name) || is_constant(name) || (begins(name, "FP_") && isupper((unsigned char)name[3]));
}

const char *c_word_kind(const char *name)
{
    if (is_among(name, keywords, sizeof keywords / sizeof *keywords))
        return "a word of C or C++";
    if (begins(name, "__") || (name[0] == '_' && isupper((unsigned char)name[1])))
        return "reserved for C's headers and compilers";
    if (is_among(name, macros, sizeof macros / sizeof *macros) || is_like_a_macro(name))
        return "a macro of C's headers or compilers";
    return NULL;
}

bool is_c_word(const char *name)
{
    return c_word_kind(name) != NULL;
}

bool is_library_name(const char *name)
{
    return is_among(name, library, sizeof library / sizeof *library);
}

bool is_runtime_name(const char *name)
{
    return begins(name, "gradc_");
}

bool is_c_type(const char *name)
{
    return ends(name, "_t") || is_among(name, types, sizeof types / sizeof *types);
}
