/* read_digits.c: a microcontroller learns to read written digits from 500 scans in its flash, and then reads
 * 297 others.
 *
 * scans.h, which the Makefile makes from ../digits/digits.csv, has the scans as bytes. All memory is static.
 */
#include "read_digits.h"

#include "board.h"
#include "scans.h"

enum { PIXELS = 64, HIDDEN = 16, CLASSES = 10, BATCH = 10, EPOCHS = 10 };

static float W1[PIXELS * HIDDEN], b1[HIDDEN], W2[HIDDEN * CLASSES], b2[CLASSES];
static float x[BATCH * PIXELS], p[CLASSES];
static int32_t y[BATCH];

enum { WORKSPACE = TRAIN_WORKSPACE > CLASSIFY_WORKSPACE ? TRAIN_WORKSPACE : CLASSIFY_WORKSPACE };
static union {
    float numbers[1];
    char bytes[WORKSPACE + GRADC_ALIGN];
} memory;

static void fetch(int scan, float *pixels)
{
    for (int i = 0; i < PIXELS; i++)
        pixels[i] = (float)scans[scan][i];
}

/* Mini-batches in the order of the scans, which are in no order of the digits. */
static void train(void *work)
{
    struct train m = {.x = x, .y = y, .W1 = W1, .b1 = b1, .W2 = W2, .b2 = b2, .rate = 0.2f, .work = work};
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        float loss = 0;
        for (int first = 0; first < TRAINED; first += BATCH) {
            for (int i = 0; i < BATCH; i++) {
                fetch(first + i, x + i * PIXELS);
                y[i] = scanned[first + i];
            }
            int status = train_forward(&m);
            board_require(status, gradc_strerror(status));
            loss += m.loss;
        }
        board_write("epoch ");
        board_write_number((float)epoch, 0);
        board_write("  loss ");
        board_write_number(loss / (TRAINED / BATCH), 3);
        board_write("\n");
    }
}

static int read_others(void *work)
{
    struct classify m = {.x = x, .W1 = W1, .b1 = b1, .W2 = W2, .b2 = b2, .p = p, .work = work};
    int32_t guess;
    m.guess = &guess;
    int right = 0;
    for (int i = TRAINED; i < TRAINED + TESTED; i++) {
        fetch(i, x);
        int status = classify_forward(&m);
        board_require(status, gradc_strerror(status));
        right += guess == scanned[i];
    }
    return right;
}

int main(void)
{
    uint32_t state = 1;
    for (int i = 0; i < PIXELS * HIDDEN; i++)
        W1[i] = 0.3f * board_random(&state);
    for (int i = 0; i < HIDDEN * CLASSES; i++)
        W2[i] = 0.6f * board_random(&state);

    char *work = memory.bytes + (GRADC_ALIGN - (uintptr_t)memory.bytes % GRADC_ALIGN) % GRADC_ALIGN;
    train(work);
    const int right = read_others(work);
    board_write("read right: ");
    board_write_number((float)right, 0);
    board_write(" of ");
    board_write_number(TESTED, 0);
    board_write("\n");
    return 0;
}
