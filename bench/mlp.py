"""The training step of mlp.nn."""

NAMES = ["w1", "b1", "w2", "b2", "w3", "b3"]


def step_torch(t):
    import torch
    from torch.nn import functional
    parameters = [getattr(t, name).requires_grad_() for name in NAMES]
    lr = t.lr.item()

    def step():
        for p in parameters:
            p.grad = None
        h = torch.relu(torch.addmm(t.b1, t.x, t.w1))
        h = torch.relu(torch.addmm(t.b2, h, t.w2))
        loss = functional.cross_entropy(torch.addmm(t.b3, h, t.w3), t.labels)
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p.add_(p.grad, alpha=-lr)
        return {"value": loss, **dict(zip(NAMES, parameters))}

    return step


def step_numpy(t):
    import numpy
    n, lr = len(t.x), t.lr[0]

    def step():
        h1 = numpy.maximum(t.x @ t.w1 + t.b1, 0)
        h2 = numpy.maximum(h1 @ t.w2 + t.b2, 0)
        z = h2 @ t.w3 + t.b3
        z -= z.max(axis=1, keepdims=True)
        e = numpy.exp(z)
        s = e.sum(axis=1, keepdims=True)
        value = (numpy.log(s[:, 0]) - z[numpy.arange(n), t.labels]).mean()
        d3 = e / s
        d3[numpy.arange(n), t.labels] -= 1
        d3 /= n
        d2 = d3 @ t.w3.T * (h2 > 0)
        d1 = d2 @ t.w2.T * (h1 > 0)
        t.w3 -= lr * (h2.T @ d3)
        t.b3 -= lr * d3.sum(axis=0)
        t.w2 -= lr * (h1.T @ d2)
        t.b2 -= lr * d2.sum(axis=0)
        t.w1 -= lr * (t.x.T @ d1)
        t.b1 -= lr * d1.sum(axis=0)
        return {"value": value, **{name: getattr(t, name) for name in NAMES}}

    return step
