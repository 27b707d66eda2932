/* guard.h: a compilation that ends in order whatever the program is: without memory, without stack, or beyond
 * a limit.
 *
 * Passes recurse along trees and graphs as deep as the program has them, so the compilation gets a large
 * stack of its own; what it does not use of it costs nothing. */
#ifndef GRADC_GUARD_H
#define GRADC_GUARD_H

/* Runs work(argument) in a thread with a large stack; then, however that ended, clean(argument); then gives
 * back all memory that was taken (memory.h). NULL, or the words of the give_up() that ended the work, valid
 * until the next call. Only where the stack does not suffice is there no way back: the program ends with a
 * message and status 2. */
const char *guarded(void (*work)(void *), void (*clean)(void *), void *argument);

/* Ends the work. Outside guarded() it ends the program, with the words on standard error and status 2. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
