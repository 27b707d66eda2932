/* greek.c: spells Greek letters. Their code points run in alphabetical order from U+0391 (capitals) and
 * U+03B1, with the final sigma, ς, before σ; µ is also the sign for micro, U+00B5. The forms that mathematics
 * writes, such as ϕ, are the same letters. */
#include "greek.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const char *const letters[] = {"alpha",   "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
                                      "theta",   "iota", "kappa", "lambda", "mu",      "nu",   "xi",
                                      "omicron", "pi",   "rho",   "sigma",  "sigma",   "tau",  "upsilon",
                                      "phi",     "chi",  "psi",   "omega"};

enum { CAPITAL_ALPHA = 0x391, SMALL_ALPHA = 0x3B1, SMALL_OMEGA = 0x3C9, NO_LETTER = 0x3A2 };
enum { LONGEST_LETTER = 7 };

static const struct form {
    int code;
    const char *letter;
} forms[] = {{0xB5, "mu"},  {0x3D0, "beta"},  {0x3D1, "theta"}, {0x3D5, "phi"},
             {0x3D6, "pi"}, {0x3F0, "kappa"}, {0x3F1, "rho"},   {0x3F5, "epsilon"}};

/* The spelling of a letter's code point, NULL for any other character. */
static const char *letter_of(int code, bool *is_capital)
{
    *is_capital = code >= CAPITAL_ALPHA && code < SMALL_ALPHA;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].code == code)
            return forms[i].letter;
    if (code >= SMALL_ALPHA && code <= SMALL_OMEGA)
        return letters[code - SMALL_ALPHA];
    bool is_omega_at_most = code <= SMALL_OMEGA - SMALL_ALPHA + CAPITAL_ALPHA;
    return *is_capital && is_omega_at_most && code != NO_LETTER ? letters[code - CAPITAL_ALPHA] : NULL;
}

const char *greek_spelling(struct arena *arena, const char *text, size_t length)
{
    char *name = arena_allocate(arena, length / 2 * LONGEST_LETTER + length + 1);
    char *end = name;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x80) {
            if (byte != '_' && !isalpha(byte) && !(isdigit(byte) && i > 0))
                return NULL;
            *end++ = text[i];
            continue;
        }
        bool is_capital;
        if (byte < 0xC2 || byte > 0xDF || i + 1 == length)
            return NULL;
        const char *letter = letter_of((byte & 0x1F) << 6 | ((unsigned char)text[++i] & 0x3F), &is_capital);
        if (!letter)
            return NULL;
        size_t letter_length = strlen(letter);
        memcpy(end, letter, letter_length);
        if (is_capital)
            *end = (char)toupper((unsigned char)*end);
        end += letter_length;
    }
    return length ? name : NULL;
}
