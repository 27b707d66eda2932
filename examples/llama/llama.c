/* llama.c: trains a small Llama on the characters of text.txt until it knows the text, and lets it go on with
 * the first words of a sentence. */
#include "llama.h"

#include <string.h>

#include "../example.h"

enum { LAYERS = 2, CHANNELS = 48 /* as in llama.nn */ };
enum { PIECES = 8, LENGTH = 48, STEPS = 400, LONGEST = 4096, PROMPT = 17, SAMPLE = 80 };

/* Characters are numbered: letters, space, full stop, comma, new line. */
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz .,\n";

/* Reads the text; returns how many characters it has. */
static size_t read_text(const char *name, int32_t *text)
{
    FILE *file = fopen(name, "r");
    size_t length = 0;
    for (int c; file && length < LONGEST && (c = getc(file)) != EOF;) {
        const char *place = strchr(alphabet, c);
        if (c && place)
            text[length++] = (int32_t)(place - alphabet);
    }
    if (!file || length <= LENGTH) {
        fprintf(stderr, "%s cannot be read\n", name);
        exit(1);
    }
    fclose(file);
    return length;
}

/* Sets a part of the block to 1. */
static void set_to_one(float *block, const float *part, size_t count)
{
    for (size_t i = 0; i < count; i++)
        block[part - block + (ptrdiff_t)i] = 1;
}

/* All parameters as one block: small random numbers, but 1 for the scales of the norms. */
static float *new_parameters(size_t count, uint32_t *random)
{
    float *block = allocate(count * sizeof *block);
    for (size_t i = 0; i < count; i++)
        block[i] = (float)(0.2 * random_signed(random));
    struct language m = {.B = 1, .T = 2};
    language_bind_parameters(&m, block);
    set_to_one(block, m.p_block_g1, LAYERS * CHANNELS);
    set_to_one(block, m.p_block_g2, LAYERS * CHANNELS);
    set_to_one(block, m.p_g, CHANNELS);
    return block;
}

int main(int argc, char **argv)
{
    static int32_t text[LONGEST], pieces[PIECES * LENGTH];
    size_t length = read_text(argc > 1 ? argv[1] : "text.txt", text);
    uint32_t random = 1;

    struct language m = {.B = PIECES, .T = LENGTH, .tok = pieces};
    size_t count = language_bind_parameters(&m, NULL);
    float *parameters = new_parameters(count, &random), *gradients = allocate(count * sizeof *gradients);
    language_bind_parameters(&m, parameters);
    language_bind_gradients(&m, gradients);
    m.work = workspace_new(language_gradient_workspace(&m));

    float *mean = calloc(count, sizeof *mean), *square = calloc(count, sizeof *square);
    if (!mean || !square)
        return 1;
    struct learn step = {.n = count, .w = parameters, .m = mean, .v = square, .g = gradients};
    learn_defaults(&step);
    step.work = workspace_new(learn_workspace(&step));

    int32_t line[PROMPT + SAMPLE];
    float last[sizeof alphabet - 1];
    memcpy(line, text, PROMPT * sizeof *line);
    struct follow next = {.T = PROMPT, .tok = line, .last = last};
    follow_bind_parameters(&next, parameters);
    next.work = workspace_new(follow_workspace(&next));
    require(follow_forward(&next));
    printf("%u parameters, %u characters\n", (unsigned)count, (unsigned)length);
    printf("scores  ");
    for (int i = 0; i < 6; i++)
        printf(" %.3f", (double)last[i]);
    printf("\n");
    workspace_free(next.work);

    for (int t = 1; t <= STEPS; t++) {
        for (size_t i = 0; i < PIECES; i++) {
            size_t start = (size_t)((random_signed(&random) + 1) / 2 * (double)(length - LENGTH));
            memcpy(pieces + i * LENGTH, text + start, LENGTH * sizeof *pieces);
        }
        require(language_gradient(&m));
        step.t = (float)t;
        require(learn_forward(&step));
        if (t == 1 || t == 10 || t == 20)
            printf("step %2d  loss %.3f\n", t, (double)m.language);
    }
    printf("step %d loss %s\n", STEPS, m.language < 0.2F ? "below 0.2" : "not low");

    for (size_t filled = PROMPT; filled < PROMPT + SAMPLE; filled++) { /* as much before it as a piece has */
        next.T = filled < LENGTH ? filled : LENGTH - 1;
        next.tok = line + filled - next.T;
        next.work = workspace_new(follow_workspace(&next));
        require(follow_forward(&next));
        workspace_free(next.work);
        line[filled] = next.guess;
    }
    for (size_t i = 0; i < PROMPT + SAMPLE; i++)
        putchar(alphabet[line[i]]);
    putchar('\n');

    workspace_free(m.work);
    workspace_free(step.work);
    free(parameters), free(gradients), free(mean), free(square);
    return 0;
}
