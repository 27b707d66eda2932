/* look_ahead.c: see look_ahead.h. */
#include "look_ahead.h"

#include <ctype.h>
#include <string.h>

bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\f\v");
}

static const char *skip_name(const char *text)
{
    while (is_name_byte(*text))
        text++;
    return text;
}

const char *skip_lines(const char *text)
{
    for (;;) {
        text = skip_blanks(text);
        if (*text == '#')
            text += strcspn(text, "\n");
        if (*text != '\n' && *text != ';')
            return text;
        text++;
    }
}

size_t blanks_before(const char *begin, const char *text)
{
    while (text > begin && text[-1] != '\n')
        text--;
    return strspn(text, " \t");
}

bool begins_with(const char *text, const char *word)
{
    size_t length = strlen(word);
    return strncmp(text, word, length) == 0 && !is_name_byte(text[length]);
}

bool begins_with_any(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (begins_with(text, *words))
            return true;
    return false;
}

bool is_equals_sign(const char *text)
{
    return text[0] == '=' && text[1] != '=';
}

enum { LOOK_AHEAD = 4096 };

/* From an opening bracket past the one that closes it; NULL if a brace or the end comes first, or it is far.
 */
static const char *skip_brackets(const char *text)
{
    int depth = 0;
    const char *far = text + strnlen(text, LOOK_AHEAD);
    for (; text < far && *text != '{' && *text != '}'; text++) {
        depth += (*text == '(' || *text == '[') - (*text == ')' || *text == ']');
        if (depth == 0)
            return text + 1;
    }
    return NULL;
}

bool function_begins(const char *text)
{
    const char *name_end = skip_name(text);
    if (name_end == text || *skip_blanks(name_end) != '(')
        return false;
    const char *after = skip_brackets(skip_blanks(name_end));
    return after && (is_equals_sign(skip_blanks(after)) || *skip_blanks(after) == '{');
}

bool definition_begins(const char *text)
{
    static const char *const words[] = {"precision", "dim", "group", "rule", "import", "export", NULL};
    if (begins_with_any(text, words))
        return !is_equals_sign(skip_blanks(skip_name(text)));
    return function_begins(text);
}

bool keyword_begins(const char *text)
{
    static const char *const words[] = {"return", "update", "for", "export", "dim", "group", "rule", NULL};
    return begins_with_any(text, words);
}

bool assignment_begins(const char *text)
{
    while (is_name_byte(*text)) {
        text = skip_blanks(skip_name(text));
        if (*text == '[') {
            text = skip_brackets(text);
            if (!text)
                return false;
            text = skip_blanks(text);
        }
        if (*text != ',' && *text != '.')
            return is_equals_sign(text);
        text = skip_blanks(text + 1);
    }
    return false;
}

bool operator_begins(const char *text)
{
    static const char *const words[] = {"and", "or", NULL};
    static const char *const slips[] = {"&&", "−", "×", "·", "⋅", "∗", "÷", "≤", "≥", "≠", "∧", "∨", NULL};
    for (const char *const *slip = slips; *slip; slip++)
        if (!strncmp(text, *slip, strlen(*slip)))
            return true;
    return begins_with_any(text, words) || (*text && strchr("+-*/@^<>", *text)) ||
           (*text && strchr("=!", *text) && text[1] == '=');
}

bool is_else_if(const char *text)
{
    static const char *const words[] = {"elif", "elseif", "elsif", NULL};
    if (!begins_with_any(text, words))
        return false;
    const char *next = skip_blanks(skip_name(text));
    return is_name_byte(*next) || strchr("(|-", *next);
}
