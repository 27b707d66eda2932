/* gpt2.c: the loss of a tiny GPT-2 with random weights and its gradient with respect to each of them. */
#include "gpt2.h"

#include "../example.h"

enum { BATCH = 2, TIME = 5, WORDS = 7, POSITIONS = 6, CHANNELS = 4, LAYERS = 2 };

int main(void)
{
    const int32_t tok[BATCH * TIME] = {1, 4, 2, 0, 6, 3, 3, 5, 1, 2};
    const int32_t next[BATCH * TIME] = {4, 2, 0, 6, 5, 3, 5, 1, 2, 0};
    uint32_t state = 1;

    struct gpt2 m = {.B = BATCH, .T = TIME, .V = WORDS, .P = POSITIONS, .C = CHANNELS, .L = LAYERS};
    m.tok = tok;
    m.next = next;
    size_t count = gpt2_bind_parameters(&m, NULL);
    double *parameters = allocate(count * sizeof *parameters);
    double *gradients = allocate(count * sizeof *gradients);
    fill_random(&state, 1.0, parameters, count);
    gpt2_bind_parameters(&m, parameters);
    gpt2_bind_gradients(&m, gradients);
    m.work = workspace_new(gpt2_workspace(&m));
    require(gpt2_gradient(&m));

    printf("%u parameters\n", (unsigned)count);
    printf("loss     %.6f\n", m.loss);
    print_gradient("wte", m.d_wte, WORDS * CHANNELS);
    print_gradient("wpe", m.d_wpe, POSITIONS * CHANNELS);
    print_gradient("p_g1", m.d_p_g1, LAYERS * CHANNELS);
    print_gradient("p_b1", m.d_p_b1, LAYERS * CHANNELS);
    print_gradient("p_Wqkv", m.d_p_Wqkv, LAYERS * CHANNELS * 3 * CHANNELS);
    print_gradient("p_bqkv", m.d_p_bqkv, LAYERS * 3 * CHANNELS);
    print_gradient("p_Wo", m.d_p_Wo, LAYERS * CHANNELS * CHANNELS);
    print_gradient("p_bo", m.d_p_bo, LAYERS * CHANNELS);
    print_gradient("p_g2", m.d_p_g2, LAYERS * CHANNELS);
    print_gradient("p_b2", m.d_p_b2, LAYERS * CHANNELS);
    print_gradient("p_Wf", m.d_p_Wf, LAYERS * CHANNELS * 4 * CHANNELS);
    print_gradient("p_bf", m.d_p_bf, LAYERS * 4 * CHANNELS);
    print_gradient("p_Wp", m.d_p_Wp, LAYERS * 4 * CHANNELS * CHANNELS);
    print_gradient("p_bp", m.d_p_bp, LAYERS * CHANNELS);
    print_gradient("g", m.d_g, CHANNELS);
    print_gradient("b", m.d_b, CHANNELS);
    workspace_free(m.work);
    free(parameters);
    free(gradients);
    return 0;
}
