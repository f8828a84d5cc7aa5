"Rules for PyTorch, right and wrong: name, function, arguments, and for each argument + (agrees), - (disagrees) or 0."
import math
import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

def drawn(seed, *shape, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)

class Softmax(Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.softmax(x, -1)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return y * (g - (g * y).sum(-1, keepdim=True))

class SoftmaxDiagonal(Softmax):
    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return g * y * (1 - y)

class SoftmaxWrongAxis(Softmax):
    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return y * (g - (g * y).sum(0, keepdim=True))

class Gelu(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * (0.5 * (1 + torch.erf(x / math.sqrt(2))) + x * torch.exp(-x**2 / 2) / math.sqrt(2 * math.pi))

class GeluWithoutTerm(Gelu):
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * 0.5 * (1 + torch.erf(x / math.sqrt(2)))

class Clamp(Function):
    @staticmethod
    def forward(ctx, x, low, high):
        ctx.save_for_backward(x)
        ctx.bounds = low, high
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        low, high = ctx.bounds
        return g * ((x > low) & (x < high)), None, None

class ClampLetsThrough(Clamp):
    @staticmethod
    def backward(ctx, g): return g, None, None

class Round(Function):
    @staticmethod
    def forward(ctx, x, step): return torch.round(x / step) * step

    @staticmethod
    def backward(ctx, g): return g, None

class RoundHonest(Round):
    @staticmethod
    def backward(ctx, g): return torch.zeros_like(g), None

class Linear(Function):
    @staticmethod
    def forward(x, weight, bias): return x @ weight.T + bias

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, weight, _ = inputs
        ctx.save_for_backward(x, weight)

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        return g @ weight, g.flatten(0, -2).T @ x.flatten(0, -2), g.flatten(0, -2).sum(0)

class LinearTransposed(Linear):
    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        return g @ weight.T, g.T @ x, g.sum(0)

class LinearNoBias(Linear):
    @staticmethod
    def backward(ctx, g): return *Linear.backward(ctx, g)[:2], None

class LinearWhereNeeded(Linear):
    @staticmethod
    def backward(ctx, g):
        needed = ctx.needs_input_grad
        return tuple(d if need else None for d, need in zip(Linear.backward(ctx, g), needed))

class Moments(Function):
    "Two values and a count that has no derivative."
    @staticmethod
    def forward(ctx, x):
        mean, spread = x.mean(), ((x - x.mean())**2).mean()
        count = torch.tensor(float(x.numel()))
        ctx.mark_non_differentiable(count)
        ctx.save_for_backward(x)
        return mean, spread, count

    @staticmethod
    def backward(ctx, of_mean, of_spread, of_count):
        x, = ctx.saved_tensors
        return of_mean / x.numel() + of_spread * 2 * (x - x.mean()) / x.numel()

class MomentsUnbiased(Moments):
    @staticmethod
    def backward(ctx, of_mean, of_spread, of_count):
        x, = ctx.saved_tensors
        return of_mean / x.numel() + of_spread * 2 * (x - x.mean()) / (x.numel() - 1)

class Embedding(Function):
    @staticmethod
    def forward(ctx, table, index):
        ctx.save_for_backward(index)
        ctx.rows = table.shape[0]
        return table[index]

    @staticmethod
    def backward(ctx, g):
        index, = ctx.saved_tensors
        return g.new_zeros(ctx.rows, g.shape[-1]).index_add_(0, index, g), None

class EmbeddingOverwrites(Embedding):
    @staticmethod
    def backward(ctx, g):
        index, = ctx.saved_tensors
        table = g.new_zeros(ctx.rows, g.shape[-1])
        table[index] = g
        return table, None

class InPlace(Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(x)
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return 2 * y.sqrt() * g

class ByNumPy(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.from_numpy(x.detach().numpy().copy()).sin()

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * x.cos()

class ByNumPyWrong(ByNumPy):
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * x.cos() * 1.001

class Half(Function):
    "An RMS norm for short floats, which works in single precision inside."
    @staticmethod
    def forward(ctx, x, weight):
        long = x.float()
        scale = torch.rsqrt((long**2).mean(-1, keepdim=True) + 1e-6)
        ctx.save_for_backward(x, weight, scale)
        return (long * scale * weight.float()).to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        x, weight, scale = ctx.saved_tensors
        y, h = x.float() * scale, g.float() * weight.float()
        gx = scale * (h - y * (h * y).mean(-1, keepdim=True))
        return gx.to(x.dtype), (g.float() * y).flatten(0, -2).sum(0).to(weight.dtype)

class HalfNoMean(Half):
    @staticmethod
    def backward(ctx, g):
        x, weight, scale = ctx.saved_tensors
        y = x.float() * scale
        return (scale * g.float() * weight.float()).to(x.dtype), (g.float() * y).flatten(0, -2).sum(0).to(weight.dtype)

class HalfOnly(Half):
    @staticmethod
    def forward(ctx, x, weight):
        assert x.dtype == torch.bfloat16, 'bfloat16 only'
        return Half.forward(ctx, x, weight)

class HalfOnlyNoMean(HalfNoMean):
    @staticmethod
    def forward(ctx, x, weight): return HalfOnly.forward(ctx, x, weight)

class Dropout(Function):
    @staticmethod
    def forward(ctx, x, share):
        kept = (torch.rand_like(x) >= share) / (1 - share)
        ctx.save_for_backward(kept)
        return x * kept

    @staticmethod
    def backward(ctx, g):
        kept, = ctx.saved_tensors
        return g * kept, None

class DropoutUnscaled(Dropout):
    @staticmethod
    def backward(ctx, g):
        kept, = ctx.saved_tensors
        return g * (kept > 0), None

class SaturatesCotangent(Function):
    @staticmethod
    def forward(ctx, x): return x.sin()

    @staticmethod
    def backward(ctx, g): return torch.tanh(g)

class Scatter(Function):
    "The largest entry of each row, and where it is."
    @staticmethod
    def forward(ctx, x):
        value, index = x.max(-1)
        ctx.mark_non_differentiable(index)
        ctx.save_for_backward(index)
        ctx.shape = x.shape
        return value, index

    @staticmethod
    def backward(ctx, g, _):
        index, = ctx.saved_tensors
        return g.new_zeros(ctx.shape).scatter_(-1, index[..., None], g[..., None])

class WrongShape(Function):
    @staticmethod
    def forward(ctx, x, weight): return x @ weight

    @staticmethod
    def backward(ctx, g): return g, g

class Complex(Function):
    @staticmethod
    def forward(ctx, x): return x * 1j

    @staticmethod
    def backward(ctx, g): return g

def squashed(x): return Gelu.apply(3 * x).sum()

def squashed_wrongly(x): return GeluWithoutTerm.apply(3 * x).sum()

x, cube = drawn(1, 4, 3), drawn(2, 2, 4, 3)
short = drawn(3, 3, 16, dtype=torch.bfloat16), drawn(4, 16, dtype=torch.bfloat16)
RULES = [
    (Softmax, (x,), '+'), (SoftmaxDiagonal, (x,), '-'), (SoftmaxWrongAxis, (x,), '-'),
    (Gelu, (x,), '+'), (GeluWithoutTerm, (x,), '-'),
    (Gelu, (drawn(5, 40, dtype=torch.float32),), '+'), (GeluWithoutTerm, (drawn(5, 40, dtype=torch.float32),), '-'),
    (Clamp, (x, -0.5, 0.5), '+00'), (ClampLetsThrough, (x, -0.5, 0.5), '-00'),
    (Clamp, (torch.tensor([0.5, 0.1, -0.5, 2.0]), -0.5, 0.5), '+00'),
    (Round, (x, 0.25), '-0'), (RoundHonest, (x, 0.25), '+0'),
    (Linear, (cube, drawn(6, 5, 3), drawn(7, 5)), '+++'), (LinearTransposed, (x, drawn(6, 3, 3), drawn(7, 3)), '-++'),
    (LinearNoBias, (cube, drawn(6, 5, 3), drawn(7, 5)), '++-'),
    (LinearWhereNeeded, (cube, drawn(6, 5, 3), drawn(7, 5)), '+++'),
    (Moments, (x,), '+'), (MomentsUnbiased, (x,), '-'),
    (Embedding, (drawn(8, 6, 3), torch.tensor([0, 2, 2, 5])), '+0'),
    (EmbeddingOverwrites, (drawn(8, 6, 3), torch.tensor([0, 2, 2, 5])), '-0'),
    (InPlace, (x.abs() + 0.1,), '+'), (InPlace, (x,), '-'),
    (ByNumPy, (x,), '+'), (ByNumPyWrong, (x,), '-'),
    (Half, (drawn(3, 3, 16), drawn(4, 16)), '++'), (Half, short, '++'),
    (HalfNoMean, (drawn(3, 3, 16), drawn(4, 16)), '-+'), (HalfNoMean, short, '-+'),
    (HalfOnly, short, '++'), (HalfOnlyNoMean, short, '-+'),
    (Dropout, (x, 0.3), '+0'), (DropoutUnscaled, (x, 0.3), '-0'),
    (SaturatesCotangent, (x,), '-'), (Scatter, (x,), '+'), (WrongShape, (x, drawn(9, 3, 2)), '--'),
    (squashed, (x,), '+'), (squashed_wrongly, (x,), '-'),
]
