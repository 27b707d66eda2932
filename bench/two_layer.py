"""The training step of two_layer.nn."""


def step_torch(t):
    import torch
    t.w1.requires_grad_()
    t.w2.requires_grad_()

    def step():
        t.w1.grad = t.w2.grad = None
        loss = ((torch.sigmoid(t.x @ t.w1) @ t.w2 - t.y) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            t.w1 -= 1e-4 * t.w1.grad
            t.w2 -= 1e-4 * t.w2.grad
        return {"loss": loss, "w1": t.w1, "w2": t.w2}

    return step


def step_numpy(t):
    import numpy

    def step():
        h = 1 / (1 + numpy.exp(-(t.x @ t.w1)))
        difference = h @ t.w2 - t.y
        loss = (difference ** 2).sum()
        d_y = 2 * difference
        d_w2 = h.T @ d_y
        d_w1 = t.x.T @ (d_y @ t.w2.T * h * (1 - h))
        t.w1 -= 1e-4 * d_w1
        t.w2 -= 1e-4 * d_w2
        return {"loss": loss, "w1": t.w1, "w2": t.w2}

    return step
