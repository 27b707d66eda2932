"""Loss and gradients of gpt.nn. Attention is written out: version 1.13 has no public fused one."""
import math

HEADS = 4
BLOCK = ["g1", "b1", "Wqkv", "bqkv", "Wo", "bo", "g2", "b2", "Wf", "bf", "Wp", "bp"]


def step_torch(t):
    import torch
    from torch.nn import functional
    # Each block's parameters are tensors of their own, as a program in the framework has them.
    blocks = [{name: getattr(t, "p_" + name)[l].clone().requires_grad_() for name in BLOCK}
              for l in range(len(t.p_g1))]
    outer = {name: getattr(t, name).requires_grad_() for name in ["wte", "wpe", "g", "b"]}
    B, T = t.tok.shape
    C = t.g.shape[0]
    hidden = torch.triu(torch.ones(T, T, dtype=torch.bool), 1)

    def split(x):
        return x.view(B, T, HEADS, C // HEADS).transpose(1, 2)

    def run(x, p):
        qkv = torch.addmm(p["bqkv"], functional.layer_norm(x, (C,), p["g1"], p["b1"]).view(B * T, C), p["Wqkv"])
        q, k, v = qkv.view(B, T, 3 * C).split(C, dim=2)
        scores = (split(q) @ split(k).transpose(2, 3)) * (1 / math.sqrt(C // HEADS))
        a = torch.softmax(scores.masked_fill(hidden, -math.inf), dim=3) @ split(v)
        a = a.transpose(1, 2).reshape(B * T, C)
        x = x + torch.addmm(p["bo"], a, p["Wo"]).view(B, T, C)
        h = functional.layer_norm(x, (C,), p["g2"], p["b2"]).view(B * T, C)
        h = functional.gelu(torch.addmm(p["bf"], h, p["Wf"]), approximate="tanh")
        return x + torch.addmm(p["bp"], h, p["Wp"]).view(B, T, C)

    def step():
        for p in outer.values():
            p.grad = None
        for block in blocks:
            for p in block.values():
                p.grad = None
        x = functional.embedding(t.tok, t.wte) + t.wpe
        for block in blocks:
            x = run(x, block)
        logits = functional.layer_norm(x, (C,), t.g, t.b).view(B * T, C) @ t.wte.T
        loss = functional.cross_entropy(logits, t.next.view(-1))
        loss.backward()
        return {"loss": loss, **{"d_" + name: p.grad for name, p in outer.items()},
                **{f"d_p_{name}{l}": block[name].grad for l, block in enumerate(blocks) for name in BLOCK}}

    return step
