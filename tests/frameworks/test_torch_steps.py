"Which line of a backward pass of tensors is wrong."
import pytest
torch = pytest.importorskip('torch', reason='PyTorch is not installed')
from literate_grad import check, check_rule # noqa: E402
from literate_grad.frameworks import torch as room # noqa: E402
from torch_rules import drawn # noqa: E402
from torch.autograd.function import once_differentiable # noqa: E402

def norm(power=3, factor=2, share=1):
    "A layer norm that is right with these numbers."
    class Norm(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, weight, eps):
            mean = x.mean(-1, keepdim=True)
            diff = x - mean
            var = (diff**2).mean(-1, keepdim=True)
            inv = (var + eps)**-0.5
            norm = diff * inv
            ctx.save_for_backward(weight, diff, inv, norm)
            return norm * weight

        @staticmethod
        def backward(ctx, g):
            weight, diff, inv, norm = ctx.saved_tensors
            dweight = (g * norm).sum(0)
            dnorm = g * weight
            dinv = (dnorm * diff).sum(-1, keepdim=True)
            dvar = -0.5 * inv**power * dinv
            ddiff = dnorm * inv + factor * diff * dvar / diff.shape[-1]
            dx = ddiff - share * ddiff.mean(-1, keepdim=True)
            return dx, dweight, None
    return Norm

args = drawn(1, 4, 5), drawn(2, 5), 1e-5

@pytest.mark.parametrize(('rule', 'first'), [
    (norm(power=2), 'dvar'), (norm(factor=1), 'ddiff'), (norm(share=0), 'dx')], ids=['dvar', 'ddiff', 'dx'])
def test_the_first_wrong_line_of_a_rule(rule, first):
    result = check_rule(rule, *args)
    assert result.status == 'disagrees' and result.first_wrong == first
    names = [row.name for row in result.passes]
    assert [row.agrees for row in result.passes] == [k < names.index(first) for k in range(len(names))]
    assert check_rule(rule, args[0].float(), args[1].float(), 1e-5).first_wrong == first # which runs with 64 bits

def test_a_right_rule_is_not_looked_into(monkeypatch):
    def forbidden(*given): raise AssertionError('it is right')
    monkeypatch.setattr(room, 'passes_of', forbidden)
    monkeypatch.setattr(room, 'passes_of_rule', forbidden)
    assert check_rule(norm(), *args) and check(swish, swish_backward, *args[:1], form='vjp')

class Shifted(torch.autograd.Function):
    "The gradient by b has the shape of x: PyTorch sums it."
    @staticmethod
    def forward(x, b): return torch.tanh(x + b)

    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(output)

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        h, = ctx.saved_tensors
        db = g * (1 - h**2)
        dx = g * (1 - h)
        return dx, db

def test_a_gradient_that_torch_sums_is_not_called_wrong():
    result = check_rule(Shifted, drawn(1, 4, 5), drawn(2, 5))
    assert [c.status for c in result] == ['disagrees', 'agrees'] and result.first_wrong == 'dx'

class Chained(torch.autograd.Function):
    "Many bindings of h and z, some of them written in place."
    @staticmethod
    def forward(ctx, x, w):
        h, ctx.hs, ctx.w = x, [x], w
        for _ in range(3):
            z = h @ w
            z += 1
            h = torch.tanh(z)
            ctx.hs.append(h)
        return h

    @staticmethod
    def backward(ctx, dh):
        dw = torch.zeros_like(ctx.w)
        for t in reversed(range(3)):
            dz = dh * (1 - ctx.hs[t + 1]**2)
            dw += ctx.hs[t].T @ dz
            dh = dz @ ctx.w
        return dh, dw

def test_loops_and_values_that_are_written_into():
    assert check_rule(Chained, drawn(1, 4, 5), drawn(2, 5, 5)).first_wrong == 'dh' # it lacks a transpose

def swish(x):
    s = torch.sigmoid(x)
    y = x * s
    return y

def swish_backward(x, dy):
    s = torch.sigmoid(x)
    ds = dy * x
    dx = dy * s + ds * s * (1 - s)
    return dx

def swish_wrong(x, dy):
    s = torch.sigmoid(x)
    ds = dy * x * s
    dx = dy * s + ds * s * (1 - s)
    return dx

def test_a_plain_function_with_its_vjp():
    result = check(swish, swish_wrong, args[0], form='vjp')
    assert result.first_wrong == 'ds' and [row.agrees for row in result.passes] == [False, False]

class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(drawn(3, 5, 2))

    def forward(self, x):
        z = x @ self.weight
        h = torch.tanh(z)
        return (h**2).sum()

    def hand(self, x):
        h = torch.tanh(x @ self.weight)
        dh = 2 * h
        dz = dh * (1 - h)
        dx = dz @ self.weight.T
        return dx

def test_a_module():
    layer = Layer()
    assert check(layer, layer.hand, args[0]).first_wrong == 'dz'

def test_nothing_is_changed():
    x = drawn(1, 4, 5).requires_grad_()
    before = x.detach().clone(), torch.get_rng_state()
    assert check_rule(norm(power=2), x, *args[1:]).first_wrong == 'dvar'
    assert torch.equal(x, before[0]) and x.grad is None and torch.equal(torch.get_rng_state(), before[1])

def test_with_few_digits_no_line_is_named():
    long = norm(power=2)
    class Short(long):
        @staticmethod
        def forward(ctx, x, weight, eps): return long.forward(ctx, x.float(), weight.float(), eps).to(x.dtype)

    result = check_rule(Short, *args)
    assert result.status == 'disagrees' and result.first_wrong is None

class Centred(torch.autograd.Function):
    "An output that another output is made of: what arrives for it is not yet the whole gradient."
    @staticmethod
    def forward(ctx, x, dim):
        y = x - x.mean(dim, keepdim=True)
        z = y**2
        ctx.save_for_backward(y)
        ctx.dim = dim
        return z, z.argmax(dim), y

    @staticmethod
    def backward(ctx, dz, _, gy):
        y, = ctx.saved_tensors
        dy = dz * y + gy
        dx = dy - dy.mean(ctx.dim, keepdim=True)
        return dx, None

def test_what_backward_is_given_is_not_called_wrong():
    assert check_rule(Centred, args[0], 1).first_wrong == 'dy'
