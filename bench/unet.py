"""Loss and gradients of unet.nn."""
import math

BLOCK = ["g1", "b1", "W1", "Wt", "bt", "g2", "b2", "W2"]
NET = ["T1", "t1", "T2", "t2", "Win", "Wdown", "Wup", "Wjoin", "Wout"]
GROUPS = 8


def step_torch(t):
    import torch
    from torch.nn import functional
    names = [f"{part}_{name}" for part in ["wide", "deep", "last"] for name in BLOCK] + ["p_" + name for name in NET]
    p = {name: getattr(t, name).requires_grad_() for name in names}
    half = t.p_T1.shape[0] // 2
    rates = torch.exp(-math.log(10000) / half * torch.arange(half))

    def block(x, time, part):
        y = functional.silu(functional.group_norm(x, GROUPS, p[part + "_g1"], p[part + "_b1"]))
        y = functional.conv2d(y, p[part + "_W1"], padding=1)
        y = y + torch.addmm(p[part + "_bt"], functional.silu(time), p[part + "_Wt"])[:, :, None, None]
        y = functional.silu(functional.group_norm(y, GROUPS, p[part + "_g2"], p[part + "_b2"]))
        return x + functional.conv2d(y, p[part + "_W2"], padding=1)

    def step():
        for parameter in p.values():
            parameter.grad = None
        angle = t.t[:, None] * rates
        time = torch.addmm(p["p_t1"], torch.cat([torch.sin(angle), torch.cos(angle)], 1), p["p_T1"])
        time = torch.addmm(p["p_t2"], functional.silu(time), p["p_T2"])
        first = block(functional.conv2d(t.x, p["p_Win"], padding=1), time, "wide")
        low = block(functional.conv2d(first, p["p_Wdown"], stride=2, padding=1), time, "deep")
        up = functional.conv2d(functional.interpolate(low, scale_factor=2), p["p_Wup"], padding=1)
        joined = block(functional.conv2d(torch.cat([first, up], 1), p["p_Wjoin"]), time, "last")
        loss = functional.mse_loss(functional.conv2d(functional.silu(joined), p["p_Wout"], padding=1), t.noise)
        loss.backward()
        return {"loss": loss, **{"d_" + name: parameter.grad for name, parameter in p.items()}}

    return step
