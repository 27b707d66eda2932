/* rust_text.h: the text of module.rs, embedded in the compiler. */
#ifndef GRADC_RUST_TEXT_H
#define GRADC_RUST_TEXT_H

extern const char rust_text[]; /* NUL-terminated */

#endif
