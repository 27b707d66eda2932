/* deliver.h: what --emit asks for, into the outputs that -o names. */
#ifndef GRADC_DELIVER_H
#define GRADC_DELIVER_H

#include "values_at.h"
#include "command.h"
#include "output.h"
#include "page.h"

enum status deliver_tree(struct outputs *outputs, const struct command *command, const struct file *file);

/* Requires simplified functions. STATUS_WRONG_COMMAND after telling if an output would replace an input. */
enum status deliver(struct outputs *outputs, struct arena *arena, const struct command *command,
                    const struct elaboration *elaboration);

/* What --explain asks for. Requires what emit_c requires. */
enum status deliver_explanation(struct outputs *outputs, const struct command *command,
                                const struct elaboration *elaboration, const struct file *file);

/* A graph with values and gradients. */
enum status deliver_listing(struct outputs *outputs, struct arena *arena, const struct command *command,
                            const struct elaboration *elaboration, struct at *at);

/* Requires functions as elaborated. With values and gradients, if at is not NULL. */
enum status deliver_picture(struct outputs *outputs, struct arena *arena, const struct command *command,
                            const struct elaboration *elaboration, struct at *at);

/* The page, to which this adds the program and the C; everything else is there. Requires what emit_c does. */
enum status deliver_page(struct outputs *outputs, struct arena *arena, const struct command *command,
                         const struct elaboration *elaboration, struct page *page);

#endif
