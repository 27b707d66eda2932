"""Loss and gradients of llama.nn. Attention is written out: version 1.13 has no public fused one."""
import math

BLOCK = ["g1", "Wq", "Wk", "Wv", "Wo", "g2", "Wg", "Wu", "Wd"]
HEADS, SHARED = 6, 2


def step_torch(t):
    import torch
    from torch.nn import functional
    # Each block's parameters are tensors of their own, as a program in the framework has them.
    blocks = [{name: getattr(t, "p_block_" + name)[l].clone().requires_grad_() for name in BLOCK}
              for l in range(len(t.p_block_g1))]
    E, g = t.p_E.requires_grad_(), t.p_g.requires_grad_()
    B, T = t.tok.shape[0], t.tok.shape[1] - 1
    D = g.shape[0]
    S = D // HEADS
    hidden = torch.triu(torch.ones(T, T, dtype=torch.bool), 1)
    turn = torch.arange(T)[:, None] * 10000.0 ** (-2 * torch.arange(S // 2) / S)
    c, s = torch.cos(turn), torch.sin(turn)

    def norm(x, g):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * g

    def split(x):
        return x.view(B, T, -1, S).transpose(1, 2)

    def rotary(x):
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * c - b * s, a * s + b * c], -1).flatten(-2)

    def shared(x):
        return x.repeat_interleave(HEADS // SHARED, 1)

    def run(x, p):
        n = norm(x, p["g1"])
        q, k, v = rotary(split(n @ p["Wq"])), rotary(split(n @ p["Wk"])), split(n @ p["Wv"])
        scores = (q @ shared(k).transpose(2, 3)) * (1 / math.sqrt(S))
        a = torch.softmax(scores.masked_fill(hidden, -math.inf), dim=3) @ shared(v)
        x = x + a.transpose(1, 2).reshape(B, T, D) @ p["Wo"]
        n = norm(x, p["g2"])
        return x + (functional.silu(n @ p["Wg"]) * (n @ p["Wu"])) @ p["Wd"]

    def step():
        E.grad = g.grad = None
        for block in blocks:
            for p in block.values():
                p.grad = None
        x = functional.embedding(t.tok[:, :-1], E)
        for block in blocks:
            x = run(x, block)
        loss = functional.cross_entropy((norm(x, g) @ E.T).view(B * T, -1), t.tok[:, 1:].reshape(-1))
        loss.backward()
        return {"loss": loss, "d_p_E": E.grad, "d_p_g": g.grad,
                **{f"d_p_block_{name}{l}": block[name].grad for l, block in enumerate(blocks) for name in BLOCK}}

    return step
