import numpy as np
from example import Random, gradients, log_sum_exp, show_gradient, softmax

B, T, V, P, C, L, heads = 2, 5, 7, 6, 4, 2, 2
D = C // heads
tok = np.array([[1, 4, 2, 0, 6], [3, 3, 5, 1, 2]])
next_tok = np.array([[4, 2, 0, 6, 5], [3, 5, 1, 2, 0]])
block_sizes = [("g1", (C,)), ("b1", (C,)), ("Wqkv", (C, 3 * C)), ("bqkv", (3 * C,)), ("Wo", (C, C)), ("bo", (C,)),
               ("g2", (C,)), ("b2", (C,)), ("Wf", (C, 4 * C)), ("bf", (4 * C,)), ("Wp", (4 * C, C)), ("bp", (C,))]
sizes = ([("wte", (V, C)), ("wpe", (P, C))] + [("p_" + name, (L,) + shape) for name, shape in block_sizes] +
         [("g", (C,)), ("b", (C,))])
random, values = Random(1), {}
for name, shape in sizes:
    values[name] = random.fill(*shape)


def layer_norm(x, g, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * g + b


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def loss(wte, wpe, g, b, **p):
    x = wte[tok] + wpe[:T]
    for l in range(L):
        q = {name: p["p_" + name][l] for name, _ in block_sizes}
        qkv = layer_norm(x, q["g1"], q["b1"]) @ q["Wqkv"] + q["bqkv"]
        joined = []
        for h in range(heads):
            part = [qkv[:, :, i * C + h * D:i * C + (h + 1) * D] for i in range(3)]
            scores = part[0] @ part[1].transpose(0, 2, 1) / np.sqrt(D)
            scores = np.where(np.tri(T) > 0, scores, -1e30)
            joined.append(softmax(scores) @ part[2])
        x = x + np.concatenate(joined, axis=2) @ q["Wo"] + q["bo"]
        x = x + gelu(layer_norm(x, q["g2"], q["b2"]) @ q["Wf"] + q["bf"]) @ q["Wp"] + q["bp"]
    logits = layer_norm(x, g, b) @ wte.T
    right = np.take_along_axis(logits, next_tok[:, :, None], axis=2)[:, :, 0]
    return (log_sum_exp(logits) - right).mean()


print("%d parameters" % sum(value.size for value in values.values()))
print("loss     %.6f" % loss(**values))
for name, value in gradients(loss, values).items():
    show_gradient(name, value)
