/* language.c: the loss of a language model on two texts of five tokens, and its gradients. */
#include "language.h"

#include "../example.h"

enum { TEXTS = 2, TOKENS = 5, VOCABULARY = 6, H = 3, LAYERS = 2 };

int main(void)
{
    const int32_t text[TEXTS * TOKENS] = {3, 1, 4, 1, 5, 0, 2, 4, 2, 1};
    struct language m = {.N = TEXTS, .T = TOKENS, .V = VOCABULARY, .H = H, .L = LAYERS, .text = text};
    size_t count = language_bind_parameters(&m, NULL);
    double *parameters = allocate(count * sizeof *parameters);
    double *gradients = allocate(count * sizeof *gradients);
    uint32_t state = 6;
    fill_random(&state, 1.0, parameters, count);
    language_bind_parameters(&m, parameters);
    language_bind_gradients(&m, gradients);
    m.work = workspace_new(language_workspace(&m));
    require(language_gradient(&m));
    printf("loss     %.6f\n", m.loss);
    print_gradient("d_E", m.d_p_E, VOCABULARY * H);
    print_gradient("d_Wx", m.d_p_Wx, LAYERS * H * 4 * H);
    print_gradient("d_Wh", m.d_p_Wh, LAYERS * H * 4 * H);
    print_gradient("d_b", m.d_p_b, LAYERS * 4 * H);
    workspace_free(m.work);
    free(parameters);
    free(gradients);
    return 0;
}
