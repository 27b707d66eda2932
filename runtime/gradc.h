/* gradc.h: what the C emitted by gradc needs: status codes, a few macros, and the runtime functions of
 * libgradc.a.
 *
 * C99 and C++11. All matrices are row-major: element (i, j) of a is a[i * lda + j]. No function allocates,
 * keeps state or does I/O, so all may be called from several threads at once. */
#ifndef GRADC_H
#define GRADC_H

#include <stddef.h>
#include <stdint.h>

/* BEGIN CORE */
#ifndef GRADC_CORE
#define GRADC_CORE

/* What every entry returns. */
#define GRADC_OK       0 /* done */
#define GRADC_ENULL    1 /* a pointer that is needed is NULL */
#define GRADC_ESIZE    2 /* a size is 0 or too large, or a condition between sizes fails */
#define GRADC_EINDEX   3 /* an int value is out of range */
#define GRADC_ENUMERIC 4 /* a factorisation met a singular or indefinite matrix */
#define GRADC_EREQUIRE 5 /* what the program requires does not hold */

/* Workspaces are aligned to this many bytes. */
#define GRADC_ALIGN 64

/* The pointers do not overlap. */
#if !defined(__cplusplus)
#define GRADC_RESTRICT restrict
#elif defined(__GNUC__)
#define GRADC_RESTRICT __restrict
#else
#define GRADC_RESTRICT
#endif

/* A function of this file alone that may go unused. */
#if defined(__GNUC__)
#define GRADC_STATIC static __attribute__((unused))
#else
#define GRADC_STATIC static
#endif
#if defined(GRADC_INLINE) /* to count each of its branches once */
#elif defined(__GNUC__)
#define GRADC_INLINE static inline __attribute__((unused, always_inline))
#else
#define GRADC_INLINE static inline
#endif
/* One whose result depends on its arguments alone, so that a call can move out of a loop. */
#if defined(__GNUC__)
#define GRADC_CONST static __attribute__((unused, const, noinline))
#else
#define GRADC_CONST static
#endif

/* Around the functions that compute. gcc can put statements that stand side by side into vectors (SLP), and
 * gets some wrong without a word, from -O2 on: it takes what several restrict pointers point to for one group
 * where they are inlined as offsets of one pointer, tells of the whole vector that it belongs to the first of
 * them, and then moves it across stores to the others; and it confuses the order of elements where statements
 * read one another's in turn. So here vectors come from loops, which gcc gets right, and from types. Before
 * version 12, gcc also loses a term that is added where an index is the chosen one, by making a choice of the
 * branches in a loop. And gcc warns that a copy of n - 1 elements would be too long if n were 0, which every
 * entry has refused. */
#if defined(__GNUC__) && !defined(__clang__)
#if __GNUC__ < 12
#define GRADC_RIGHT _Pragma("GCC optimize(\"no-tree-slp-vectorize\", \"no-tree-loop-if-convert\")")
#else
#define GRADC_RIGHT _Pragma("GCC optimize(\"no-tree-slp-vectorize\")")
#endif
#define GRADC_BEGIN                                                                                          \
    _Pragma("GCC push_options") GRADC_RIGHT _Pragma("GCC diagnostic push")                                   \
        _Pragma("GCC diagnostic ignored \"-Wstringop-overflow\"")                                            \
            _Pragma("GCC diagnostic ignored \"-Wrestrict\"")
#define GRADC_END _Pragma("GCC diagnostic pop") _Pragma("GCC pop_options")
#else
#define GRADC_BEGIN
#define GRADC_END
#endif

/* Says that roots do nothing but return a value, errno being read nowhere: then loops over them vectorise. */
#if defined(__GNUC__) && !defined(__cplusplus)
#define GRADC_ROOTS                                                                                          \
    extern __attribute__((const)) double sqrt(double);                                                       \
    extern __attribute__((const)) float sqrtf(float);
#else
#define GRADC_ROOTS
#endif

/* n, which compilers then do not know: gcc loads element by element what stands at an unknown stride, but
 * gives up vectors at strides such as 11. */
GRADC_INLINE size_t gradc_stride(size_t n)
{
#if defined(__GNUC__)
    __asm__("" : "+r"(n));
#endif
    return n;
}

/* Asks for the lines of the cache that hold these bytes, all of which are soon to be written. */
GRADC_INLINE void gradc_will_write(const void *p, size_t bytes)
{
#if defined(__GNUC__)
    size_t line;
    for (line = 0; line < bytes; line += 64)
        __builtin_prefetch((const char *)p + line, 1);
#else
    (void)p;
    (void)bytes;
#endif
}

/* Whether a 32-bit integer holds x without its fraction: a NaN fits none. */
GRADC_INLINE int gradc_fits_int(double x)
{
    return x > -2147483649.0 && x < 2147483648.0;
}

/* That integer. */
GRADC_INLINE int32_t gradc_int(double x)
{
    return gradc_fits_int(x) ? (int32_t)x : INT32_MIN;
}

/* The least whole number whose square is at least n: the rounds between two kept states of a checkpointed
 * loop. */
GRADC_CONST size_t gradc_root(size_t n)
{
    size_t root = 1, step;
    for (step = (size_t)1 << (sizeof n * 4 - 2); step > 0; step >>= 1)
        if ((root + step - 1) * (root + step - 1) < n)
            root += step;
    return root;
}

/* How many of n rows a loop over blocks of rows takes at a time: so many that reading a matrix of `width`
 * columns again for each block costs little, and not more, so that a block stays in the cache. Whoever
 * compiles may define GRADC_BLOCK, the least number. */
#ifndef GRADC_BLOCK
#define GRADC_BLOCK 64
#endif
GRADC_INLINE size_t gradc_block(size_t n, size_t width)
{
    const size_t rows = GRADC_BLOCK < 64 || width < GRADC_BLOCK ? GRADC_BLOCK : width;
    return rows < n ? rows : n;
}

/* Of sizes, which may be less than 0 if they are differences. */
GRADC_INLINE size_t gradc_greater(size_t a, size_t b)
{
    return (ptrdiff_t)a > (ptrdiff_t)b ? a : b;
}

GRADC_INLINE size_t gradc_lesser(size_t a, size_t b)
{
    return (ptrdiff_t)a < (ptrdiff_t)b ? a : b;
}

/* The same for rows so large that the cache takes no more than these few. */
GRADC_INLINE size_t gradc_few(size_t n, size_t few)
{
    const size_t rows = few < GRADC_BLOCK ? few : GRADC_BLOCK;
    return rows < n ? rows : n;
}

/* Before a loop whose rounds can be done in any order, or side by side, though its arrays may look as if they
 * overlapped. gcc ignores it, and says so, where a sanitizer checks the loop's condition. Before gcc 12,
 * pragmas of a macro's argument come to stand before what the macro makes of it: there are none then. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && !defined(__SANITIZE_ADDRESS__)
#define GRADC_INDEPENDENT _Pragma("GCC ivdep")
#else
#define GRADC_INDEPENDENT
#endif

/* The statements for each i in [0, n), in any order: threads share the rounds, with OpenMP and if there is
 * enough work: additions and the like, in all rounds. What rounds compute does not depend on the number of
 * threads. Less work is done by a loop of its own, as without OpenMP. INDEPENDENT: as GRADC_INDEPENDENT. */
#ifndef GRADC_WORTH_THREADS
#define GRADC_WORTH_THREADS 32768
#endif
#define GRADC_PRAGMA(text) _Pragma(#text)
#ifndef GRADC_ROUNDS /* tests define it to go backwards */
#define GRADC_ROUNDS(i, n, ...)                                                                              \
    for (size_t i = 0; i < (n); i++)                                                                         \
    __VA_ARGS__
#endif
#ifdef _OPENMP
#define GRADC_SHARED(pragma, before, i, n, work, ...)                                                        \
    do {                                                                                                     \
        if ((work) >= GRADC_WORTH_THREADS) {                                                                 \
            GRADC_PRAGMA(pragma) GRADC_ROUNDS(i, n, __VA_ARGS__)                                             \
        } else {                                                                                             \
            before GRADC_ROUNDS(i, n, __VA_ARGS__)                                                           \
        }                                                                                                    \
    } while (0)
#define GRADC_PARALLEL(i, n, work, ...) GRADC_SHARED(omp parallel for, , i, n, work, __VA_ARGS__)
#define GRADC_PARALLEL_INDEPENDENT(i, n, work, ...)                                                          \
    GRADC_SHARED(omp parallel for simd, GRADC_INDEPENDENT, i, n, work, __VA_ARGS__)
#else
#define GRADC_PARALLEL(i, n, work, ...)                                                                      \
    do {                                                                                                     \
        (void)(work);                                                                                        \
        GRADC_ROUNDS(i, n, __VA_ARGS__)                                                                      \
    } while (0)
#define GRADC_PARALLEL_INDEPENDENT(i, n, work, ...)                                                          \
    do {                                                                                                     \
        (void)(work);                                                                                        \
        GRADC_INDEPENDENT GRADC_ROUNDS(i, n, __VA_ARGS__)                                                    \
    } while (0)
#endif

/* found, a whole number as wide as what the condition is made of, becomes 1 if the condition holds, 1, for
 * any i in [begin, end). */
#define GRADC_ANY(found, i, begin, end, condition)                                                           \
    for (size_t i = (begin); i < (end); i++)                                                                 \
    found = found | (condition)

/* In a loop whose rounds add several terms to one number, one after the other: gcc 11 and 12, and maybe
 * others, would make vectors of it that add some terms twice and others never. */
#if defined(__GNUC__) && !defined(__clang__)
#define GRADC_IN_TURN __asm__ volatile("")
#else
#define GRADC_IN_TURN (void)0
#endif

/* Before a short loop that must not be unrolled, so that it becomes vectors. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && !defined(__SANITIZE_ADDRESS__)
#define GRADC_ROLLED _Pragma("GCC unroll 1")
#else
#define GRADC_ROLLED
#endif

/* Before a short loop around loops: unrolled, it keeps what these add to in registers. Other compilers do so
 * by themselves. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && !defined(__SANITIZE_ADDRESS__)
#define GRADC_UNROLLED _Pragma("GCC unroll 16")
#else
#define GRADC_UNROLLED
#endif

/* Reductions go on in this many partial results side by side, so that compilers may use vectors: enough to
 * fill several of them, and too many for the loop over the parts to be unrolled into scalar code. What is
 * left over goes on in the first few. */
#define GRADC_PARTS     32
#define GRADC_FEW_PARTS 8

/* parts[0 ... width) += term for each j in [begin, end), a multiple of the width, in turn; term stands over
 * variables that the statements at the end declare. `before` stands before the innermost loop. */
#define GRADC_ADD_BLOCKS(before, parts, width, j, begin, end, term, ...)                                     \
    for (size_t gradc_block = (begin); gradc_block < (end); gradc_block += (width))                          \
        before for (size_t gradc_part = 0; gradc_part < (width); gradc_part++)                               \
        {                                                                                                    \
            const size_t j = gradc_block + gradc_part;                                                       \
            (void)j;                                                                                         \
            __VA_ARGS__(parts)[gradc_part] += (term);                                                        \
        }

/* The same for the last few rounds. */
#define GRADC_ADD_LAST(parts, j, begin, end, term, ...)                                                      \
    GRADC_ROLLED for (size_t j = (begin); j < (end); j++)                                                    \
    {                                                                                                        \
        __VA_ARGS__(parts)[j - (begin)] += (term);                                                           \
    }

/* parts += term for each j in [0, n). The last rounds have parts of their own unless n is large, so that no
 * vector is read where a number has just been written, which processors wait for. */
#define GRADC_ADD_OF(parts, j, n, term, ...)                                                                 \
    do {                                                                                                     \
        const size_t gradc_whole = (n) - (n) % GRADC_PARTS, gradc_most = (n) - (n) % GRADC_FEW_PARTS;        \
        GRADC_ADD_BLOCKS(, parts, GRADC_PARTS, j, 0, gradc_whole, term, __VA_ARGS__)                         \
        GRADC_ADD_BLOCKS(GRADC_ROLLED, parts, GRADC_FEW_PARTS, j, gradc_whole, gradc_most, term,             \
                         __VA_ARGS__)                                                                        \
        GRADC_ADD_LAST(parts + (GRADC_PARTS - GRADC_FEW_PARTS), j, gradc_most, n, term, __VA_ARGS__)         \
    } while (0)
#define GRADC_ADD(parts, j, n, term) GRADC_ADD_OF(parts, j, n, term, ;)

/* The first few parts += all others. */
#define GRADC_FOLD(parts) GRADC_FOLD_INTO(parts, parts)
#define GRADC_FOLD_INTO(few, parts)                                                                          \
    GRADC_ROLLED for (size_t gradc_part = 0; gradc_part < GRADC_FEW_PARTS; gradc_part++) few[gradc_part] =   \
        (parts[gradc_part] + parts[gradc_part + GRADC_FEW_PARTS]) +                                          \
        (parts[gradc_part + 2 * GRADC_FEW_PARTS] + parts[gradc_part + 3 * GRADC_FEW_PARTS])

/* sum += the first few parts. */
#define GRADC_TOTAL_OF_FEW(sum, parts)                                                                       \
    for (size_t gradc_part = 0; gradc_part < GRADC_FEW_PARTS / 4; gradc_part++)                              \
    sum += (parts[gradc_part] + parts[gradc_part + GRADC_FEW_PARTS / 4]) +                                   \
           (parts[gradc_part + GRADC_FEW_PARTS / 2] + parts[gradc_part + GRADC_FEW_PARTS / 4 * 3])

/* sum += all parts. */
#define GRADC_TOTAL(sum, parts)                                                                              \
    do {                                                                                                     \
        GRADC_FOLD(parts);                                                                                   \
        GRADC_TOTAL_OF_FEW(sum, parts);                                                                      \
    } while (0)

/* A few numbers side by side, `parts`: begun with terms, terms added, and all of them added up in pairs. They
 * are as many vectors of the processor as it takes: of longer ones gcc makes arrays in memory. */
#if defined(__GNUC__) && !defined(__clang__)
#if defined(__AVX512F__)
#define GRADC_REGISTER_BYTES 64
#elif defined(__AVX__)
#define GRADC_REGISTER_BYTES 32
#else
#define GRADC_REGISTER_BYTES 16
#endif
#define GRADC_VECTOR(type, width) type __attribute__((vector_size((width) * sizeof(type)), may_alias))
typedef GRADC_VECTOR(double, 8) gradc_double8;
typedef GRADC_VECTOR(double, 4) gradc_double4;
typedef GRADC_VECTOR(double, 2) gradc_double2;
typedef GRADC_VECTOR(float, 16) gradc_float16;
typedef GRADC_VECTOR(float, 8) gradc_float8;
typedef GRADC_VECTOR(float, 4) gradc_float4;
typedef GRADC_VECTOR(float, 2) gradc_float2;
/* A half of a vector: the elements of these numbers. */
#if __GNUC__ >= 12
#define GRADC_HALF(half, v, ...) __builtin_shufflevector(v, v, __VA_ARGS__)
#else
#define GRADC_HALF(half, v, first, ...) (((const half *)&(v))[(first) > 0])
#endif
GRADC_INLINE double gradc_add_up_double(const void *parts, size_t width)
{
    gradc_double4 four;
    gradc_double2 two;
    if (width == 8) {
        const gradc_double8 eight = *(const gradc_double8 *)parts;
        four = GRADC_HALF(gradc_double4, eight, 0, 1, 2, 3) + GRADC_HALF(gradc_double4, eight, 4, 5, 6, 7);
    } else if (width == 4) {
        four = *(const gradc_double4 *)parts;
    }
    if (width > 2)
        two = GRADC_HALF(gradc_double2, four, 0, 1) + GRADC_HALF(gradc_double2, four, 2, 3);
    else
        two = *(const gradc_double2 *)parts;
    return two[0] + two[1];
}
GRADC_INLINE float gradc_add_up_float(const void *parts, size_t width)
{
    gradc_float8 eight;
    gradc_float4 four;
    gradc_float2 two;
    if (width == 16) {
        const gradc_float16 all = *(const gradc_float16 *)parts;
        eight = GRADC_HALF(gradc_float8, all, 0, 1, 2, 3, 4, 5, 6, 7) +
                GRADC_HALF(gradc_float8, all, 8, 9, 10, 11, 12, 13, 14, 15);
        four = GRADC_HALF(gradc_float4, eight, 0, 1, 2, 3) + GRADC_HALF(gradc_float4, eight, 4, 5, 6, 7);
    } else if (width == 8) {
        eight = *(const gradc_float8 *)parts;
        four = GRADC_HALF(gradc_float4, eight, 0, 1, 2, 3) + GRADC_HALF(gradc_float4, eight, 4, 5, 6, 7);
    } else {
        four = *(const gradc_float4 *)parts;
    }
    two = GRADC_HALF(gradc_float2, four, 0, 1) + GRADC_HALF(gradc_float2, four, 2, 3);
    return two[0] + two[1];
}
#define GRADC_NARROW(bytes, width)                                                                           \
    ((width) * (bytes) < GRADC_REGISTER_BYTES ? (size_t)(width) : GRADC_REGISTER_BYTES / (bytes))
#define GRADC_WIDTH(type, width) GRADC_NARROW(sizeof(type), width)
#define GRADC_BEGIN_PARTS(type, parts, terms, width)                                                         \
    GRADC_VECTOR(type, GRADC_WIDTH(type, width)) parts[(width) / GRADC_WIDTH(type, width)];                  \
    for (size_t gradc_part = 0; gradc_part < (width) / GRADC_WIDTH(type, width); gradc_part++)               \
    memcpy(&parts[gradc_part], (terms) + gradc_part * GRADC_WIDTH(type, width), sizeof parts[0])
#define GRADC_ADD_PARTS(type, parts, terms, width)                                                           \
    for (size_t gradc_part = 0; gradc_part < (width) / GRADC_WIDTH(type, width); gradc_part++) {             \
        GRADC_VECTOR(type, GRADC_WIDTH(type, width)) gradc_more;                                             \
        memcpy(&gradc_more, (terms) + gradc_part * GRADC_WIDTH(type, width), sizeof gradc_more);             \
        parts[gradc_part] += gradc_more;                                                                     \
    }
#define GRADC_ADD_UP_PARTS(type, sum, parts, width)                                                          \
    do {                                                                                                     \
        for (size_t gradc_half = (width) / GRADC_WIDTH(type, width) / 2; gradc_half > 0; gradc_half /= 2)    \
            for (size_t gradc_part = 0; gradc_part < gradc_half; gradc_part++)                               \
                parts[gradc_part] += parts[gradc_part + gradc_half];                                         \
        sum += gradc_add_up_##type(&parts[0], GRADC_WIDTH(type, width));                                     \
    } while (0)
#else
#define GRADC_NARROW(bytes, width) (width)
#define GRADC_BEGIN_PARTS(type, parts, terms, width)                                                         \
    type parts[width];                                                                                       \
    memcpy(parts, terms, sizeof parts)
#define GRADC_ADD_PARTS(type, parts, terms, width)                                                           \
    for (size_t gradc_part = 0; gradc_part < (width); gradc_part++)                                          \
    parts[gradc_part] += terms[gradc_part]
#define GRADC_ADD_UP_PARTS(type, sum, parts, width)                                                          \
    do {                                                                                                     \
        for (size_t gradc_half = (width) / 2; gradc_half > 0; gradc_half /= 2)                               \
            for (size_t gradc_part = 0; gradc_part < gradc_half; gradc_part++)                               \
                parts[gradc_part] += parts[gradc_part + gradc_half];                                         \
        sum += parts[0];                                                                                     \
    } while (0)
#endif

/* The same for a small constant n >= 4: in as many parts as fill one vector, begun with terms, not with
 * zeros, so that all of it is unrolled. What is left over is added by itself. The terms of each of the
 * processor's vectors are a loop of their own, which is one instruction: of several, gcc makes a loop, whose
 * terms go through memory. */
#define GRADC_SHORT_WIDTH(type, n)                                                                           \
    ((n) * sizeof(type) >= 64 ? 64 / sizeof(type) : (n) * sizeof(type) >= 32 ? 32 / sizeof(type) : 4)
#define GRADC_TERMS_BETWEEN(terms, begin, end, first, j, term, ...)                                          \
    GRADC_ROLLED for (size_t gradc_part = (begin); gradc_part < (end); gradc_part++)                         \
    {                                                                                                        \
        const size_t j = (first) + gradc_part;                                                               \
        (void)j;                                                                                             \
        __VA_ARGS__(terms)[gradc_part] = (term);                                                             \
    }
#define GRADC_TERMS(terms, width, first, j, term, ...)                                                       \
    GRADC_TERMS_BETWEEN(terms, 0, width, first, j, term, __VA_ARGS__)
#define GRADC_SHORT_TERMS(terms, width, first, j, term, ...)                                                 \
    for (size_t gradc_vector = 0; gradc_vector < (width);                                                    \
         gradc_vector += GRADC_NARROW(sizeof *(terms), width))                                               \
    GRADC_TERMS_BETWEEN(terms, gradc_vector, gradc_vector + GRADC_NARROW(sizeof *(terms), width), first, j,  \
                        term, __VA_ARGS__)
#define GRADC_SHORT_SUM_OF(type, sum, j, n, term, ...)                                                       \
    do {                                                                                                     \
        enum { gradc_width = GRADC_SHORT_WIDTH(type, n) };                                                   \
        type gradc_terms[gradc_width];                                                                       \
        const size_t gradc_whole = (n) - (n) % gradc_width;                                                  \
        GRADC_SHORT_TERMS(gradc_terms, gradc_width, 0, j, term, __VA_ARGS__)                                 \
        GRADC_BEGIN_PARTS(type, gradc_parts, gradc_terms, gradc_width);                                      \
        for (size_t gradc_block = gradc_width; gradc_block < gradc_whole; gradc_block += gradc_width) {      \
            GRADC_SHORT_TERMS(gradc_terms, gradc_width, gradc_block, j, term, __VA_ARGS__)                   \
            GRADC_ADD_PARTS(type, gradc_parts, gradc_terms, gradc_width);                                    \
        }                                                                                                    \
        for (size_t j = gradc_whole; j < (n); j++) {                                                         \
            __VA_ARGS__                                                                                      \
            sum += (term);                                                                                   \
        }                                                                                                    \
        GRADC_ADD_UP_PARTS(type, sum, gradc_parts, gradc_width);                                             \
    } while (0)
#define GRADC_SHORT_SUM(type, sum, j, n, term) GRADC_SHORT_SUM_OF(type, sum, j, n, term, ;)

/* sum += term for each j in [0, n), likewise. What is left over is added by itself, so that no vector is read
 * where a number has just been written, which processors wait for. */
#define GRADC_SUM_ROUNDS(before, type, sum, j, n, term, ...)                                                 \
    do {                                                                                                     \
        type gradc_terms[GRADC_FEW_PARTS] = {0}, gradc_last = 0;                                             \
        const size_t gradc_whole = (n) - (n) % GRADC_PARTS, gradc_most = (n) - (n) % GRADC_FEW_PARTS;        \
        if (gradc_whole > 0) {                                                                               \
            type gradc_all[GRADC_PARTS] = {0};                                                               \
            GRADC_ADD_BLOCKS(before, gradc_all, GRADC_PARTS, j, 0, gradc_whole, term, __VA_ARGS__)           \
            GRADC_FOLD_INTO(gradc_terms, gradc_all);                                                         \
        }                                                                                                    \
        if (gradc_most > 0) {                                                                                \
            GRADC_BEGIN_PARTS(type, gradc_parts, gradc_terms, GRADC_FEW_PARTS);                              \
            for (size_t gradc_block = gradc_whole; gradc_block < gradc_most;                                 \
                 gradc_block += GRADC_FEW_PARTS) {                                                           \
                GRADC_TERMS(gradc_terms, GRADC_FEW_PARTS, gradc_block, j, term, __VA_ARGS__)                 \
                GRADC_ADD_PARTS(type, gradc_parts, gradc_terms, GRADC_FEW_PARTS);                            \
            }                                                                                                \
            GRADC_ADD_UP_PARTS(type, sum, gradc_parts, GRADC_FEW_PARTS);                                     \
        }                                                                                                    \
        GRADC_ROLLED for (size_t j = gradc_most; j < (n); j++)                                               \
        {                                                                                                    \
            __VA_ARGS__ gradc_last += (term);                                                                \
        }                                                                                                    \
        sum += gradc_last;                                                                                   \
    } while (0)
#define GRADC_SUM_OF(type, sum, j, n, term, ...) GRADC_SUM_ROUNDS(, type, sum, j, n, term, __VA_ARGS__)
#define GRADC_SUM(type, sum, j, n, term)         GRADC_SUM_OF(type, sum, j, n, term, ;)

/* parts = the better of parts and term for each j in [begin, end), a multiple of the width, in turn; odd: a
 * term that is NaN. */
#define GRADC_BEST_BLOCKS(before, type, parts, odd, width, better, j, begin, end, term, ...)                 \
    for (size_t gradc_block = (begin); gradc_block < (end); gradc_block += (width))                          \
        before for (size_t gradc_part = 0; gradc_part < (width); gradc_part++)                               \
        {                                                                                                    \
            const size_t j = gradc_block + gradc_part;                                                       \
            (void)j;                                                                                         \
            __VA_ARGS__                                                                                      \
            const type gradc_term = (term), gradc_old = parts[gradc_part];                                   \
            parts[gradc_part] = gradc_term better gradc_old ? gradc_term : gradc_old;                        \
            odd[gradc_part] = gradc_term == gradc_term ? odd[gradc_part] : gradc_term;                       \
        }

/* Likewise the greatest (better is >) or least (<) of best and all terms; a NaN if there is one. */
#define GRADC_BEST_ROUNDS(before, type, best, better, j, n, term, ...)                                       \
    do {                                                                                                     \
        const size_t gradc_whole = (n) - (n) % GRADC_PARTS;                                                  \
        const size_t gradc_most = gradc_whole > 0 ? (n) - (n) % GRADC_FEW_PARTS : 0;                         \
        if (gradc_whole > 0) {                                                                               \
            type gradc_parts[GRADC_PARTS], gradc_odd[GRADC_PARTS] = {0};                                     \
            for (size_t gradc_part = 0; gradc_part < GRADC_PARTS; gradc_part++)                              \
                gradc_parts[gradc_part] = best;                                                              \
            GRADC_BEST_BLOCKS(before, type, gradc_parts, gradc_odd, GRADC_PARTS, better, j, 0, gradc_whole,  \
                              term, __VA_ARGS__)                                                             \
            GRADC_BEST_BLOCKS(GRADC_ROLLED, type, gradc_parts, gradc_odd, GRADC_FEW_PARTS, better, j,        \
                              gradc_whole, gradc_most, term, __VA_ARGS__)                                    \
            for (size_t gradc_half = GRADC_PARTS / 2; gradc_half > 0; gradc_half /= 2)                       \
                for (size_t gradc_part = 0; gradc_part < gradc_half; gradc_part++) {                         \
                    const type gradc_a = gradc_parts[gradc_part],                                            \
                               gradc_b = gradc_parts[gradc_part + gradc_half];                               \
                    const type gradc_o = gradc_odd[gradc_part + gradc_half];                                 \
                    gradc_parts[gradc_part] = gradc_b better gradc_a ? gradc_b : gradc_a;                    \
                    gradc_odd[gradc_part] = gradc_o == gradc_o ? gradc_odd[gradc_part] : gradc_o;            \
                }                                                                                            \
            best = gradc_odd[0] == gradc_odd[0] ? gradc_parts[0] : gradc_odd[0];                             \
        }                                                                                                    \
        for (size_t j = gradc_most; j < (n); j++) {                                                          \
            __VA_ARGS__                                                                                      \
            const type gradc_term = (term);                                                                  \
            best = ((gradc_term better best) | (gradc_term != gradc_term)) ? gradc_term : best;              \
        }                                                                                                    \
    } while (0)
#define GRADC_BEST_OF(type, best, better, j, n, term, ...)                                                   \
    GRADC_BEST_ROUNDS(, type, best, better, j, n, term, __VA_ARGS__)
#define GRADC_BEST(type, best, better, j, n, term) GRADC_BEST_OF(type, best, better, j, n, term, ;)

/* The same in parts that threads may share. Their number depends on n alone, and their results are combined
 * in order, so that the result does not depend on the number of threads. */
#define GRADC_MOST_CHUNKS 16
#define GRADC_CHUNKS(n)   ((n) < GRADC_WORTH_THREADS ? 1 : GRADC_MOST_CHUNKS)
#define GRADC_CHUNK(n)                                                                                       \
    const size_t gradc_begin = (n)*gradc_chunk / gradc_chunks;                                               \
    const size_t gradc_count = (n) * (gradc_chunk + 1) / gradc_chunks - gradc_begin;

#define GRADC_SUM_IN_PARTS_OF(type, sum, j, n, term, ...)                                                    \
    do {                                                                                                     \
        type gradc_sums[GRADC_MOST_CHUNKS];                                                                  \
        const size_t gradc_chunks = GRADC_CHUNKS(n);                                                         \
        GRADC_PARALLEL(gradc_chunk, gradc_chunks, n, {                                                       \
            GRADC_CHUNK(n)                                                                                   \
            type gradc_sum = 0;                                                                              \
            GRADC_SUM_ROUNDS(GRADC_INDEPENDENT, type, gradc_sum, gradc_i, gradc_count, term,                 \
                             const size_t j = gradc_begin + gradc_i;                                         \
                             (void)j; __VA_ARGS__);                                                          \
            gradc_sums[gradc_chunk] = gradc_sum;                                                             \
        });                                                                                                  \
        for (size_t gradc_chunk = 0; gradc_chunk < gradc_chunks; gradc_chunk++)                              \
            sum += gradc_sums[gradc_chunk];                                                                  \
    } while (0)
#define GRADC_SUM_IN_PARTS(type, sum, j, n, term) GRADC_SUM_IN_PARTS_OF(type, sum, j, n, term, ;)

#define GRADC_ANY_IN_PARTS(type, found, i, n, condition)                                                     \
    do {                                                                                                     \
        type gradc_founds[GRADC_MOST_CHUNKS];                                                                \
        const size_t gradc_chunks = GRADC_CHUNKS(n);                                                         \
        GRADC_PARALLEL(gradc_chunk, gradc_chunks, n, {                                                       \
            GRADC_CHUNK(n)                                                                                   \
            type gradc_found = 0;                                                                            \
            GRADC_ANY(gradc_found, i, gradc_begin, gradc_begin + gradc_count, condition);                    \
            gradc_founds[gradc_chunk] = gradc_found;                                                         \
        });                                                                                                  \
        for (size_t gradc_chunk = 0; gradc_chunk < gradc_chunks; gradc_chunk++)                              \
            found = found | gradc_founds[gradc_chunk];                                                       \
    } while (0)

#define GRADC_BEST_IN_PARTS_OF(type, best, better, j, n, term, ...)                                          \
    do {                                                                                                     \
        type gradc_bests[GRADC_MOST_CHUNKS];                                                                 \
        const size_t gradc_chunks = GRADC_CHUNKS(n);                                                         \
        GRADC_PARALLEL(gradc_chunk, gradc_chunks, n, {                                                       \
            GRADC_CHUNK(n)                                                                                   \
            type gradc_best = best;                                                                          \
            GRADC_BEST_ROUNDS(GRADC_INDEPENDENT, type, gradc_best, better, gradc_i, gradc_count, term,       \
                              const size_t j = gradc_begin + gradc_i;                                        \
                              (void)j; __VA_ARGS__);                                                         \
            gradc_bests[gradc_chunk] = gradc_best;                                                           \
        });                                                                                                  \
        for (size_t gradc_chunk = 0; gradc_chunk < gradc_chunks; gradc_chunk++) {                            \
            const type gradc_found = gradc_bests[gradc_chunk];                                               \
            best = ((gradc_found better best) | (gradc_found != gradc_found)) ? gradc_found : best;          \
        }                                                                                                    \
    } while (0)
#define GRADC_BEST_IN_PARTS(type, best, better, j, n, term)                                                  \
    GRADC_BEST_IN_PARTS_OF(type, best, better, j, n, term, ;)

/* In how many chunks threads share n rounds if the chunks but the first have `added` elements to themselves,
 * which are added up behind the loop: each is well worth a thread and its memory, and more than the adding.
 * GRADC_WORTH_ADDING: so much work for each element. */
#ifndef GRADC_WORTH_ADDING
#define GRADC_WORTH_ADDING 16
#endif
#define GRADC_MOST_COPIES 8
GRADC_INLINE size_t gradc_chunks(size_t n, size_t work, size_t added)
{
    const size_t adding = GRADC_WORTH_ADDING * added;
    const size_t least = adding > GRADC_WORTH_THREADS ? adding : GRADC_WORTH_THREADS;
    const size_t all = work / (2 * least), worth = all < GRADC_MOST_COPIES ? all : GRADC_MOST_COPIES;
    const size_t chunks = worth < n ? worth : n;
    return chunks > 1 ? chunks : 1;
}

GRADC_INLINE size_t gradc_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The first of n rounds that a chunk does: a multiple of `step`; n behind the last chunk. */
GRADC_INLINE size_t gradc_first(size_t chunk, size_t chunks, size_t n, size_t step)
{
    return chunk < chunks ? n * chunk / chunks / step * step : n;
}

/* Of what is private to a round, each chunk has a copy if threads work on them side by side. */
#ifdef _OPENMP
#define gradc_copies(chunks)                   ((chunks)-1)
#define GRADC_OWN(chunk, first, others, count) ((chunk) > 0 ? (others) + ((chunk)-1) * (count) : (first))
#else
#define gradc_copies(chunks)                   ((size_t)0 * (chunks))
#define GRADC_OWN(chunk, first, others, count) ((void)(others), (first))
#endif

/* target += what each chunk but the first has added up. */
#define GRADC_ADD_CHUNKS(target, others, count, chunks)                                                      \
    for (size_t gradc_chunk = 1; gradc_chunk < (chunks); gradc_chunk++)                                      \
        for (size_t gradc_i = 0; gradc_i < (count); gradc_i++)                                               \
    target[gradc_i] += others[(gradc_chunk - 1) * (count) + gradc_i]

/* The statements for each block of GRADC_LANES rounds of n, which begin at `first`; `lanes` is the number of
 * rounds in the block: a constant, so that compilers may keep one value for each lane in registers, but for
 * the rest. */
#define GRADC_LANES 32
#define GRADC_BLOCKS(first, lanes, n, ...)                                                                   \
    do {                                                                                                     \
        size_t first = 0;                                                                                    \
        for (; (n)-first >= GRADC_LANES; first += GRADC_LANES) {                                             \
            const size_t lanes = GRADC_LANES;                                                                \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
        if (first < (n)) {                                                                                   \
            const size_t lanes = (n)-first;                                                                  \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    } while (0)

#endif
/* END CORE */

/* BEGIN STATUS */
#ifndef GRADC_STATUS
#define GRADC_STATUS
/* A sentence for a status; never NULL. */
GRADC_STATIC const char *gradc_strerror(int status)
{
    switch (status) {
    case GRADC_OK: return "success";
    case GRADC_ENULL: return "a required pointer is NULL";
    case GRADC_ESIZE: return "a size is zero or too large, or sizes do not fit together";
    case GRADC_EINDEX: return "an index is out of range";
    case GRADC_ENUMERIC: return "a matrix is singular or not positive definite";
    case GRADC_EREQUIRE: return "a condition that the program requires does not hold";
    default: return "unknown status";
    }
}
#endif
/* END STATUS */

#define GRADC_API

#ifdef __cplusplus
extern "C" {
#endif

/* ---- matmul.c ---- */

/* c = alpha op(a) op(b) + beta c, where op(a) is m x k, op(b) is k x n and c is m x n; op transposes if the
 * flag is not 0. With beta = 0, c is written without being read. c overlaps neither a nor b. */
void gradc_matmul_f64(int trans_a, int trans_b, size_t m, size_t n, size_t k, double alpha, const double *a,
                      size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc);
void gradc_matmul_f32(int trans_a, int trans_b, size_t m, size_t n, size_t k, float alpha, const float *a,
                      size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);

/* How many parts of such a product are worth computing side by side, and one of them. The parts fill
 * different elements of c; their number depends on the sizes alone. */
size_t gradc_matmul_parts_f64(size_t m, size_t n, size_t k);
void gradc_matmul_part_f64(size_t part, size_t parts, int trans_a, int trans_b, size_t m, size_t n, size_t k,
                           double alpha, const double *a, size_t lda, const double *b, size_t ldb,
                           double beta, double *c, size_t ldc);
size_t gradc_matmul_parts_f32(size_t m, size_t n, size_t k);
void gradc_matmul_part_f32(size_t part, size_t parts, int trans_a, int trans_b, size_t m, size_t n, size_t k,
                           float alpha, const float *a, size_t lda, const float *b, size_t ldb, float beta,
                           float *c, size_t ldc);

/* y = alpha op(a) x + beta y, where a is stored m x n: without trans x has n elements and y m, with it x has
 * m and y n. Consecutive elements of x and y are incx and incy apart. With beta = 0, y is written without
 * being read. */
void gradc_matvec_f64(int trans, size_t m, size_t n, double alpha, const double *a, size_t lda,
                      const double *x, size_t incx, double beta, double *y, size_t incy);
void gradc_matvec_f32(int trans, size_t m, size_t n, float alpha, const float *a, size_t lda, const float *x,
                      size_t incx, float beta, float *y, size_t incy);

/* ---- special.c ---- */

/* log |Gamma(x)|: +inf at 0, -1, -2, ... and at both infinities. Unlike C's lgamma it touches no global
 * variable. */
double gradc_lgamma(double x);
float gradc_lgammaf(float x);

/* digamma(x) = d log Gamma(x) / dx, the polygamma function of order 0: NaN at 0, -1, -2, ... */
double gradc_digamma(double x);
float gradc_digammaf(float x);

/* The n-th derivative of digamma at x, for a whole number n >= 0 (given as a real): NaN for any other n. */
double gradc_polygamma(double n, double x);
float gradc_polygammaf(float n, float x);

/* A number in [0, 1) that depends on seed and index alone, the same in both precisions. With all arithmetic
 * modulo 2^64 and `>>` shifting in zeros: z = seed * 2^32 + index + 0x9E3779B97F4A7C15        (seed and index
 * taken modulo 2^32) z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 z = (z ^ (z >> 27)) * 0x94D049BB133111EB z = z
 * ^ (z >> 31) result = (z >> 40) * 2^-24 which is the output function of SplitMix64 (Steele, Lea and Flood,
 * 2014). */
double gradc_uniform(int32_t seed, int32_t index);
float gradc_uniformf(int32_t seed, int32_t index);

/* ---- erf.c ---- */

/* exp(x^2) erfc(x); infinite where that overflows, below -26.6. */
double gradc_erfcx(double x);
float gradc_erfcxf(float x);

/* The y with erf(y) = x; infinite at -1 and 1, NaN beyond. */
double gradc_erfinv(double x);
float gradc_erfinvf(float x);

/* ---- bessel.c ---- */

/* exp(-|x|) I_0(x) and exp(-|x|) I_1(x), the modified Bessel functions of the first kind, scaled. */
double gradc_i0e(double x);
float gradc_i0ef(float x);
double gradc_i1e(double x);
float gradc_i1ef(float x);

/* J_0(x) and J_1(x), the Bessel functions of the first kind; an error of about 1e-16 beside 1, near their
 * zeros too. */
double gradc_j0(double x);
float gradc_j0f(float x);
double gradc_j1(double x);
float gradc_j1f(float x);

/* ---- linalg.c: n x n matrices without gaps between rows ---- */

/* l l' = a, l lower triangular with a positive diagonal and zeros above it. Reads the lower triangle of a; l
 * may be a. GRADC_ENUMERIC if a is not positive definite or holds a NaN. */
int gradc_cholesky_f64(size_t n, const double *a, double *l);
int gradc_cholesky_f32(size_t n, const float *a, float *l);

/* b = op(t)^-1 b for m right-hand sides, b being n x m with rows ldb apart. t is triangular: reads the lower
 * triangle if lower is not 0, else the upper one; with unit, the diagonal counts as ones and is not read;
 * with trans, op transposes. GRADC_ENUMERIC if a diagonal element is zero or NaN. */
int gradc_solve_triangular_f64(int lower, int trans, int unit, size_t n, size_t m, const double *t, double *b,
                               size_t ldb);
int gradc_solve_triangular_f32(int lower, int trans, int unit, size_t n, size_t m, const float *t, float *b,
                               size_t ldb);

/* Overwrites a by its factors with row exchanges, P a = L U, L with a unit diagonal; step i exchanged rows i
 * and pivots[i]. GRADC_ENUMERIC if a is singular or holds a NaN: the factors are then complete as far as they
 * exist, and U has a zero or NaN on its diagonal. */
int gradc_lu_f64(size_t n, double *a, int32_t *pivots);
int gradc_lu_f32(size_t n, float *a, int32_t *pivots);

/* b = op(a)^-1 b from the factors of a, for m right-hand sides, b being n x m with rows ldb apart. */
void gradc_lu_solve_f64(int trans, size_t n, size_t m, const double *lu, const int32_t *pivots, double *b,
                        size_t ldb);
void gradc_lu_solve_f32(int trans, size_t n, size_t m, const float *lu, const int32_t *pivots, float *b,
                        size_t ldb);

/* det a from its factors, also of a singular matrix (0); log |det a| (-inf for a singular one). */
double gradc_lu_det_f64(size_t n, const double *lu, const int32_t *pivots);
float gradc_lu_det_f32(size_t n, const float *lu, const int32_t *pivots);
double gradc_lu_logdet_f64(size_t n, const double *lu);
float gradc_lu_logdet_f32(size_t n, const float *lu);

/* ---- routine.c: functions of a matrix x of `rows` x `columns` numbers without gaps between rows ---- */

/* y = x. GRADC_ENUMERIC unless all are finite. Needs no work: NULL. */
int gradc_finite_f64(size_t rows, size_t columns, const double *x, double *y, double *work);
int gradc_finite_f32(size_t rows, size_t columns, const float *x, float *y, float *work);

/* As gradc_lu, x being n x n: y [n, n], the factors, and y [1, n], which row of x is row i of P x; the latter
 * overwrites x. work: n elements. */
int gradc_lu_factors_f64(size_t rows, size_t columns, const double *x, double *y, double *work);
int gradc_lu_factors_f32(size_t rows, size_t columns, const float *x, float *y, float *work);
int gradc_lu_rows_f64(size_t rows, size_t columns, double *x, int32_t *y, int32_t *work);
int gradc_lu_rows_f32(size_t rows, size_t columns, float *x, int32_t *y, int32_t *work);

/* Of the symmetric x (rows = columns), which it overwrites: the eigenvalues, ascending, are the first row of
 * y; the eigenvectors are the columns below. Of each the element that is largest in magnitude is positive.
 * work: 2 rows elements. GRADC_ENUMERIC if an element is not finite. */
int gradc_eigh_f64(size_t rows, size_t columns, double *x, double *y, double *work);
int gradc_eigh_f32(size_t rows, size_t columns, float *x, float *y, float *work);

/* x = U diag(s) V', k being the lesser of rows and columns: y has U [rows, k], s, descending, and V [columns,
 * k] below each other. Signs as above, of U. work: k (rows + columns) elements. GRADC_ENUMERIC if an element
 * is not finite. */
int gradc_svd_f64(size_t rows, size_t columns, const double *x, double *y, double *work);
int gradc_svd_f32(size_t rows, size_t columns, const float *x, float *y, float *work);

/* x = Q R, which it overwrites: y has Q [rows, k] and the transpose of R [k, columns] below each other; the
 * diagonal of R is not negative. work: k + columns elements. GRADC_ENUMERIC if an element is not finite. */
int gradc_qr_f64(size_t rows, size_t columns, double *x, double *y, double *work);
int gradc_qr_f32(size_t rows, size_t columns, float *x, float *y, float *work);

/* y = the discrete Fourier transform of x, both with real parts in the first row, imaginary ones in the
 * second (rows = 2): sum over j of x_j e^(-2 pi i j k / columns). The time is columns times the sum of its
 * prime factors. work: 4 columns elements. */
int gradc_fft_f64(size_t rows, size_t columns, const double *x, double *y, double *work);
int gradc_fft_f32(size_t rows, size_t columns, const float *x, float *y, float *work);

/* y [rows, columns]: the places of each row's elements in ascending order, those of equal ones in theirs, NaN
 * last. work: `columns` elements. */
int gradc_argsort_f64(size_t rows, size_t columns, const double *x, int32_t *y, int32_t *work);
int gradc_argsort_f32(size_t rows, size_t columns, const float *x, int32_t *y, int32_t *work);

/* With OpenMP, products are computed by all threads. The library has no threads: they are those of the
 * program that includes this. */
/* BEGIN THREADS f64 */
#ifdef _OPENMP
GRADC_STATIC void gradc_matmul_in_threads_f64(int trans_a, int trans_b, size_t m, size_t n, size_t k,
                                              double alpha, const double *a, size_t lda, const double *b,
                                              size_t ldb, double beta, double *c, size_t ldc)
{
    const size_t parts = gradc_matmul_parts_f64(m, n, k);
    size_t part;
    if (parts <= 1) {
        gradc_matmul_f64(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        return;
    }
#pragma omp parallel for schedule(dynamic)
    for (part = 0; part < parts; part++)
        gradc_matmul_part_f64(part, parts, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
#define gradc_matmul_f64 gradc_matmul_in_threads_f64
#endif
/* END THREADS f64 */

/* BEGIN THREADS f32 */
#ifdef _OPENMP
GRADC_STATIC void gradc_matmul_in_threads_f32(int trans_a, int trans_b, size_t m, size_t n, size_t k,
                                              float alpha, const float *a, size_t lda, const float *b,
                                              size_t ldb, float beta, float *c, size_t ldc)
{
    const size_t parts = gradc_matmul_parts_f32(m, n, k);
    size_t part;
    if (parts <= 1) {
        gradc_matmul_f32(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        return;
    }
#pragma omp parallel for schedule(dynamic)
    for (part = 0; part < parts; part++)
        gradc_matmul_part_f32(part, parts, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
#define gradc_matmul_f32 gradc_matmul_in_threads_f32
#endif
/* END THREADS f32 */

#ifdef __cplusplus
}
#endif

#endif
