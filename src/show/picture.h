/* picture.h: functions as a lecturer draws them (--emit=dot, --emit=svg, and in --emit=html). */
#ifndef GRADC_PICTURE_H
#define GRADC_PICTURE_H

#include "values_at.h"

struct picture_options {
    bool opens_calls; /* the insides of called functions instead of one gate each */
    struct at *at;    /* values and gradients beside the edges, or NULL */
};

/* In the language of Graphviz. Requires functions as elaborated, without derivatives. */
void emit_dot(FILE *stream, const struct module *module, const struct picture_options *options);
/* The same through Graphviz's `dot`, if there is one. */
enum drawing { DRAWING_DONE, DRAWING_NO_PROGRAM, DRAWING_NO_FILE, DRAWING_FAILED };
enum drawing draw_svg(FILE *stream, const struct module *module, const struct picture_options *options);
/* False after telling why there is none. */
bool emit_svg(FILE *stream, const struct module *module, const struct picture_options *options);

#endif
