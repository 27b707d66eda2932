/* xor.c: a microcontroller learns exclusive or. All memory is static; the stack holds the struct alone. */
#include "xor.h"

#include "board.h"

enum { HIDDEN = 4, STEPS = 400 };

static const float x[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
static const float y[4] = {0, 1, 1, 0};
static float W1[2 * HIDDEN], b1[HIDDEN], W2[HIDDEN], b2[1], p[4];

/* With room to begin at a multiple of GRADC_ALIGN, for which C99 has no other way to ask. */
static union {
    float numbers[1];
    char bytes[TRAIN_WORKSPACE + GRADC_ALIGN];
} memory;

int main(void)
{
    uint32_t state = 1;
    for (int i = 0; i < 2 * HIDDEN; i++)
        W1[i] = board_random(&state);
    for (int i = 0; i < HIDDEN; i++)
        W2[i] = board_random(&state);

    struct train m = {.x = x[0], .y = y, .W1 = W1, .b1 = b1, .W2 = W2, .b2 = b2, .rate = 1, .p = p};
    m.work = memory.bytes + (GRADC_ALIGN - (uintptr_t)memory.bytes % GRADC_ALIGN) % GRADC_ALIGN;

    for (int step = 0; step <= STEPS; step++) {
        int status = train_forward(&m);
        board_require(status, gradc_strerror(status));
        if (step % 100 == 0) {
            board_write("step ");
            board_write_number((float)step, 0);
            board_write("  loss ");
            board_write_number(m.loss, 4);
            board_write("\n");
        }
    }
    for (int i = 0; i < 4; i++) {
        board_write_number(x[i][0], 0);
        board_write(" xor ");
        board_write_number(x[i][1], 0);
        board_write(" is 1 with probability ");
        board_write_number(p[i], 3);
        board_write("\n");
    }
    return 0;
}
