"""The training step of cnn.nn."""

NAMES = ["k1", "b1", "k2", "b2", "w", "b"]


def step_torch(t):
    import torch
    from torch.nn import functional
    parameters = [getattr(t, name).requires_grad_() for name in NAMES]
    lr = t.lr.item()

    def step():
        for p in parameters:
            p.grad = None
        h = functional.max_pool2d(torch.relu(functional.conv2d(t.x, t.k1, t.b1, padding=1)), 2)
        h = functional.max_pool2d(torch.relu(functional.conv2d(h, t.k2, t.b2, padding=1)), 2)
        loss = functional.cross_entropy(torch.addmm(t.b, h.flatten(1), t.w), t.labels)
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p.add_(p.grad, alpha=-lr)
        return {"value": loss, **dict(zip(NAMES, parameters))}

    return step
