/* digits.c: trains a network on 1500 written digits and shows how it reads 297 others.
 *
 * usage: digits [digits.csv]
 * Each line of the file is 64 pixels from 0 to 16 and the digit that was written. Exit status 1 if fewer than
 * 91 % of the test digits are read right. The result depends on nothing but the file: the seed is fixed. */
#include "digits.h"

#include "../example.h"

enum {
    SCANS = 1797,
    TRAINED = 1500,
    TESTED = SCANS - TRAINED,
    BATCH = 25,
    EPOCHS = 20,
    PIXELS = 64,
    HIDDEN = 64,
    CLASSES = 10,
    SHOWN = 6
};

static const float rate = 0.1f;
static const double wanted = 0.91;

static float scans[SCANS][PIXELS];
static int32_t digits[SCANS];

/* The parameters and, for momentum, their velocities. */
static struct {
    float W1[PIXELS * HIDDEN], b1[HIDDEN], W2[HIDDEN * CLASSES], b2[CLASSES];
} weights, velocities;

static void read_scans(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    for (int i = 0; i < SCANS; i++) {
        int fields = 0, digit = -1;
        for (int j = 0; j < PIXELS; j++)
            fields += fscanf(file, "%f,", &scans[i][j]);
        fields += fscanf(file, "%d", &digit);
        if (fields != PIXELS + 1 || digit < 0 || digit >= CLASSES) {
            fprintf(stderr, "%s:%d: expected 64 pixels and a digit\n", path, i + 1);
            exit(1);
        }
        digits[i] = digit;
    }
    fclose(file);
}

/* Uniform weights whose variance suits the number of inputs (He et al., 2015); all else is 0. */
static void start_weights(uint32_t *state)
{
    for (int i = 0; i < PIXELS * HIDDEN; i++)
        weights.W1[i] = (float)(sqrt(6.0 / PIXELS) * random_signed(state));
    for (int i = 0; i < HIDDEN * CLASSES; i++)
        weights.W2[i] = (float)(sqrt(6.0 / HIDDEN) * random_signed(state));
}

/* Shuffles the first n numbers of `order` (Fisher and Yates). */
static void shuffle(uint32_t *state, int *order, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = (int)((random_signed(state) + 1) / 2 * (i + 1));
        int other = order[j];
        order[j] = order[i];
        order[i] = other;
    }
}

static void train_network(uint32_t *state)
{
    static float x[BATCH][PIXELS];
    int32_t y[BATCH], guess[BATCH];
    int order[TRAINED];
    for (int i = 0; i < TRAINED; i++)
        order[i] = i;

    struct train m = {.N = BATCH, .x = &x[0][0], .y = y, .guess = guess, .rate = rate};
    m.W1 = weights.W1, m.v_W1 = velocities.W1;
    m.b1 = weights.b1, m.v_b1 = velocities.b1;
    m.W2 = weights.W2, m.v_W2 = velocities.W2;
    m.b2 = weights.b2, m.v_b2 = velocities.b2;
    m.work = workspace_new(train_workspace(&m));

    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        double loss = 0;
        int right = 0;
        shuffle(state, order, TRAINED);
        for (int first = 0; first < TRAINED; first += BATCH) {
            for (int i = 0; i < BATCH; i++) {
                const float *scan = scans[order[first + i]];
                for (int j = 0; j < PIXELS; j++)
                    x[i][j] = scan[j];
                y[i] = digits[order[first + i]];
            }
            require(train_forward(&m));
            loss += (double)m.loss * BATCH / TRAINED;
            for (int i = 0; i < BATCH; i++)
                right += guess[i] == y[i];
        }
        printf("epoch %2d: loss %.4f, %5.1f %% of the training digits right\n", epoch, loss,
               100.0 * right / TRAINED);
        fflush(stdout);
    }
    workspace_free(m.work);
}

/* Draws a scan, two characters a pixel so that it comes out square, with what the network says of it. */
static void draw(const float *scan, int digit, int guess, double p)
{
    static const char ink[] = " .:-=+*#@";
    for (int row = 0; row < 8; row++) {
        printf("    ");
        for (int column = 0; column < 8; column++) {
            char c = ink[(int)(scan[8 * row + column] / 2)];
            printf("%c%c", c, c);
        }
        if (row == 3)
            printf("    read as %d, %.0f %% sure", guess, 100 * p);
        if (row == 4 && guess != digit)
            printf("    but it is a %d", digit);
        printf("\n");
    }
    printf("\n");
}

/* Returns the share of the test digits that were read right; shows the first few, and the first misread. */
static double test_network(void)
{
    static float p[TESTED][CLASSES];
    static int32_t guess[TESTED];

    struct classify m = {.N = TESTED, .x = scans[TRAINED], .p = &p[0][0], .guess = guess};
    m.W1 = weights.W1, m.b1 = weights.b1;
    m.W2 = weights.W2, m.b2 = weights.b2;
    m.work = workspace_new(classify_workspace(&m));
    require(classify_forward(&m));
    workspace_free(m.work);

    int right = 0, wrong_shown = 0;
    for (int i = 0; i < TESTED; i++) {
        int digit = digits[TRAINED + i], is_right = guess[i] == digit;
        if (i < SHOWN || (!is_right && !wrong_shown)) {
            draw(scans[TRAINED + i], digit, guess[i], (double)p[i][guess[i]]);
            wrong_shown |= !is_right;
        }
        right += is_right;
    }
    printf("%d of %d test digits right: %.1f %%\n", right, TESTED, 100.0 * right / TESTED);
    return (double)right / TESTED;
}

int main(int argc, char **argv)
{
    uint32_t state = 4;
    read_scans(argc > 1 ? argv[1] : "digits.csv");
    start_weights(&state);
    train_network(&state);
    printf("\nDigits that it has not seen:\n\n");
    return test_network() >= wanted ? 0 : 1;
}
