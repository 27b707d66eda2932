/* page.h: program, picture, formulas and C side by side (--emit=html). */
#ifndef GRADC_PAGE_H
#define GRADC_PAGE_H

#include "emit.h"
#include "picture.h"

/* What stands on the page, as texts in an arena. */
struct page {
    const char *source_name, *program;
    const char *at;         /* the point of the values in the picture, or NULL */
    const char *picture;    /* an element svg, or a paragraph that says why there is none */
    const char *formulas;   /* HTML */
    const char *c_name, *c; /* as the C would be called, and its text */
    const char *header_name, *header;
};

/* Each requires the functions in the state that its own kind of --emit does, so a module for each. */
void page_draw(struct page *page, const struct module *module, const struct picture_options *options);
void page_write_formulas(struct page *page, struct module *module);
void page_write_c(struct page *page, const struct module *module, const struct emit_options *options);

/* One file of HTML, which asks for no other. It is well-formed XML, too. */
void emit_page(FILE *stream, const struct page *page);

#endif
