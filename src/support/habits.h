/* habits.h: what users of other languages write, and what is written here. */
#ifndef GRADC_HABITS_H
#define GRADC_HABITS_H

enum habit {
    HABIT_FUNCTION,  /* called: where(…), np.maximum(…), x.append(…) */
    HABIT_VALUE,     /* as an operand: None, M_PI, x[end] */
    HABIT_MEMBER,    /* behind a dot: x.T, x.shape */
    HABIT_TYPE,      /* as the type of a parameter: float */
    HABIT_STATEMENT, /* at the beginning of a statement: assert, break */
    HABIT_BACKSLASH, /* behind a backslash, in LaTeX: \frac */
};

/* What to write instead of the name where it stands as that, a sentence without capital and full stop; NULL
 * if no habit of another language is known by the name. */
const char *habit_advice(enum habit habit, const char *name);

#endif
