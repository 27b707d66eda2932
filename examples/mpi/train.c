/* train.c: trains a network on many machines that share nothing but messages (data-parallel training over
 * MPI).
 *
 * usage: mpirun -n RANKS train whole|layers [digits.csv [HIDDEN]]
 * Every rank has all parameters and a share of each mini-batch. It computes the gradient of its share; the
 * mean over all ranks, one MPI_Allreduce of the block of gradients, is the gradient of the whole batch, and
 * all ranks take the same step. whole    one call for the gradient, then one MPI_Allreduce layers   backward
 * layer by layer; the gradients of a layer travel while the layers below are computed */
#include <mpi.h>

#include <string.h>

#include "network.h"

#include "../example.h"

enum { SCANS = 1797, PIXELS = 64, CLASSES = 10, BATCH = 120, STEPS = 100, LAYERS = 3 };

static double scans[SCANS * PIXELS];
static int32_t digits[SCANS];
static int rank, ranks;

static _Noreturn void stop(const char *words)
{
    if (rank == 0)
        fprintf(stderr, "train: %s\n", words);
    MPI_Abort(MPI_COMM_WORLD, 1);
    exit(1);
}

/* On all ranks; require() of the other examples would end one. */
static void check(int status)
{
    if (status != GRADC_OK)
        stop(gradc_strerror(status));
}

static void read_scans(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        stop("there is no file of scans");
    for (int i = 0; i < SCANS; i++) {
        int fields = 0;
        for (int j = 0; j < PIXELS; j++) {
            fields += fscanf(file, "%lf,", &scans[i * PIXELS + j]);
            scans[i * PIXELS + j] /= 16;
        }
        fields += fscanf(file, "%d", &digits[i]);
        if (fields != PIXELS + 1)
            stop("a line has not 64 pixels and a digit");
    }
    fclose(file);
}

/* ---- The whole gradient, then the mean over all ranks ---- */

/* Adds up the block over all ranks; the mean is taken in the step. */
static double whole_gradient(struct network *m, double *gradients, size_t count)
{
    check(network_gradient(m));
    MPI_Allreduce(MPI_IN_PLACE, gradients, (int)count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return m->loss;
}

/* ---- Layer by layer ---- */

/* The same network as a chain of exported functions. Layer l has its parameters and gradients, W and b next
 * to each other, at the same place of the blocks as the whole network has them. */
struct chain {
    struct layer layers[LAYERS - 1];
    struct output output;
    double *gradients[LAYERS];
    size_t counts[LAYERS];
    MPI_Request requests[LAYERS];
};

/* Sums the gradients of a layer over all ranks in the background, and lets what travels already go on. */
static void send(struct chain *chain, int layer)
{
    int arrived;
    MPI_Iallreduce(MPI_IN_PLACE, chain->gradients[layer], (int)chain->counts[layer], MPI_DOUBLE, MPI_SUM,
                   MPI_COMM_WORLD, &chain->requests[layer]);
    MPI_Testall(LAYERS - layer, chain->requests + layer, &arrived, MPI_STATUSES_IGNORE);
}

static double gradient_by_layers(struct chain *chain)
{
    for (int l = 0; l < LAYERS - 1; l++)
        check(layer_forward(&chain->layers[l]));
    check(output_gradient(&chain->output));
    send(chain, LAYERS - 1);
    for (int l = LAYERS - 2; l >= 0; l--) {
        check(layer_backward(&chain->layers[l]));
        send(chain, l);
    }
    MPI_Waitall(LAYERS, chain->requests, MPI_STATUSES_IGNORE);
    return chain->output.loss;
}

/* Makes the chain of the network's blocks: between two layers are their values h and the gradients of these.
 */
static void make_chain(struct chain *chain, const struct network *m, size_t hidden)
{
    const double *weights[LAYERS] = {m->W1, m->W2, m->W3}, *biases[LAYERS] = {m->b1, m->b2, m->b3};
    double *d_weights[LAYERS] = {m->d_W1, m->d_W2, m->d_W3}, *d_biases[LAYERS] = {m->d_b1, m->d_b2, m->d_b3};
    const size_t widths[LAYERS + 1] = {PIXELS, hidden, hidden, CLASSES};
    const double *below = NULL; /* the first layer's x is set for each batch */
    double *d_below = NULL;     /* its gradient is not wanted */
    memset(chain, 0, sizeof *chain);
    for (int l = 0; l < LAYERS; l++) {
        chain->gradients[l] = d_weights[l];
        chain->counts[l] = widths[l] * widths[l + 1] + widths[l + 1];
        chain->requests[l] = MPI_REQUEST_NULL;
    }
    for (int l = 0; l < LAYERS - 1; l++) {
        struct layer *layer = &chain->layers[l];
        layer->N = m->N, layer->D = widths[l], layer->K = widths[l + 1];
        layer->x = below, layer->W = weights[l], layer->b = biases[l];
        layer->d_x = d_below, layer->d_W = d_weights[l], layer->d_b = d_biases[l];
        double *h = allocate(m->N * hidden * sizeof *h), *d_h = allocate(m->N * hidden * sizeof *d_h);
        layer->layer = h, layer->d_layer = d_h;
        layer->work = workspace_new(layer_workspace(layer));
        below = h, d_below = d_h;
    }
    struct output *output = &chain->output;
    output->N = m->N, output->D = hidden, output->K = CLASSES;
    output->x = below, output->W = weights[LAYERS - 1], output->b = biases[LAYERS - 1];
    output->d_x = d_below, output->d_W = d_weights[LAYERS - 1], output->d_b = d_biases[LAYERS - 1];
    output->work = workspace_new(output_workspace(output));
}

/* ---- Training ---- */

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const int by_layers = argc > 1 && strcmp(argv[1], "layers") == 0;
    const size_t hidden = argc > 3 ? strtoul(argv[3], NULL, 10) : 32;
    if (argc < 2 || (!by_layers && strcmp(argv[1], "whole") != 0) || hidden == 0)
        stop("usage: train whole|layers [digits.csv [HIDDEN]]");
    if (BATCH % ranks != 0)
        stop("a batch of 120 scans must be shared evenly");
    read_scans(argc > 2 ? argv[2] : "../digits/digits.csv");

    struct network m = {.N = (size_t)(BATCH / ranks), .D = PIXELS, .H = hidden, .C = CLASSES};
    const size_t count = network_bind_parameters(&m, NULL);
    double *parameters = allocate(count * sizeof *parameters),
           *gradients = allocate(count * sizeof *gradients);
    network_bind_parameters(&m, parameters);
    network_bind_gradients(&m, gradients);
    m.work = workspace_new(network_gradient_workspace(&m));
    struct chain chain;
    make_chain(&chain, &m, hidden);

    uint32_t state = 1; /* the same on all ranks, so that nothing need be sent */
    fill_random(&state, 0.2, parameters, count);

    const double start = MPI_Wtime();
    for (int step = 1; step <= STEPS; step++) {
        const int first = (step - 1) * BATCH % (SCANS - SCANS % BATCH) + rank * (BATCH / ranks);
        m.x = chain.layers[0].x = scans + first * PIXELS;
        m.digit = chain.output.digit = digits + first;

        double loss = by_layers ? gradient_by_layers(&chain) : whole_gradient(&m, gradients, count);
        for (size_t i = 0; i < count; i++)
            parameters[i] -= 0.5 / ranks * gradients[i];

        if (step % 20 == 0) {
            MPI_Allreduce(MPI_IN_PLACE, &loss, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
            if (rank == 0)
                printf("step %3d  loss %.10f\n", step, loss / ranks);
        }
    }
    if (rank == 0)
        fprintf(stderr, "%d ranks, %zu parameters, %.3f ms a step\n", ranks, count,
                1000 * (MPI_Wtime() - start) / STEPS);
    for (int l = 0; l < LAYERS - 1; l++) {
        workspace_free(chain.layers[l].work);
        free(chain.layers[l].layer);
        free((void *)chain.layers[l].d_layer); /* const in the struct: backward only reads it */
    }
    workspace_free(chain.output.work);
    workspace_free(m.work);
    free(gradients);
    free(parameters);
    MPI_Finalize();
    return 0;
}
