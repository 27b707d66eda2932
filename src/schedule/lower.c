/* lower.c: the passes that make the loop programs of a function's entries, in their order. */
#include "lower.h"

#include "nests.h"
#include "passes.h"

/* What a pass leaves is complete only behind `schedule`, where there are nests, and `fuse`, where they stand
 * in a tree. */
static const char *const names[PASS_COUNT] = {[PASS_DEMAND] = "demand",
                                              [PASS_MATERIALISE] = "materialise",
                                              [PASS_REUSE] = "reuse",
                                              [PASS_SCHEDULE] = "schedule",
                                              [PASS_BLOCK] = "block",
                                              [PASS_FUSE] = "fuse",
                                              [PASS_PLACE] = "place",
                                              [PASS_COLLAPSE] = "collapse",
                                              [PASS_SHARE_LOOPS] = "share_loops",
                                              [PASS_LOOP_KINDS] = "loop_kinds"};

const char *pass_name(int pass)
{
    return pass < PASS_COUNT ? names[pass] : NULL;
}

static void run_pass(enum pass pass, struct program *program, const struct program *forward)
{
    switch (pass) {
    case PASS_DEMAND: break;
    case PASS_MATERIALISE: materialise(program); break;
    case PASS_REUSE: reuse(program); break;
    case PASS_SCHEDULE: schedule(program); break;
    case PASS_BLOCK:
        block(program);
        sink_nests(program);
        break;
    case PASS_FUSE: fuse(program); break;
    case PASS_PLACE:
        place(program, forward);
        choose_lanes(program);
        coalesce(program);
        share_slots(program);
        break;
    case PASS_COLLAPSE: collapse(program); break;
    case PASS_SHARE_LOOPS: share_loops(program); break;
    case PASS_LOOP_KINDS:
        choose_loop_kinds(program);
        pair_branches(program->root);
        break;
    case PASS_COUNT: break;
    }
}

#ifdef GRADC_VERIFY_PASSES /* builds with sanitizers */
static const bool verifies_each_pass = true;
#else
static const bool verifies_each_pass = false;
#endif

static struct program *program_of(struct module *module, struct function *function, enum entry entry,
                                  const struct programs *programs, const struct watch *watch)
{
    struct program *program = demand(module, function, entry, programs->kept);
    for (int pass = PASS_DEMAND; pass < PASS_COUNT; pass++) {
        run_pass((enum pass)pass, program, programs->entries[ENTRY_FORWARD]);
        if (pass == PASS_COUNT - 1 || verifies_each_pass)
            program_verify(program, (enum pass)pass);
        if (watch)
            watch->see(watch->closure, (enum pass)pass, program);
    }
    arena_free(program->scratch);
    program->scratch = NULL;
    return program;
}

void build_programs_watched(struct module *module, struct function *function, struct programs *programs,
                            const struct watch *watch)
{
    if (!function->packed_for) {
        prepare(function);
        pack_operands(function);
    }
    compute_roots(function);
    programs->function = function;
    programs->kept = function->entries[ENTRY_BACKWARD] ? keep(module, function) : NULL;
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (function->entries[e])
            programs->entries[e] = program_of(module, function, (enum entry)e, programs, watch);
}

void build_programs(struct module *module, struct function *function, struct programs *programs)
{
    build_programs_watched(module, function, programs, NULL);
}
