"Triton kernels, run by its interpreter on a CPU."
import os
import pytest
torch = pytest.importorskip('torch', reason='PyTorch is not installed')
os.environ.setdefault('TRITON_INTERPRET', '1')
triton = pytest.importorskip('triton', reason='Triton is not installed')
import triton.language as tl # noqa: E402
from literate_grad import check_rule # noqa: E402

@triton.jit
def swish_forward(x, y, n, block: tl.constexpr):
    k = tl.arange(0, block)
    v = tl.load(x + k, mask=k < n)
    tl.store(y + k, v * tl.sigmoid(v), mask=k < n)

@triton.jit
def swish_backward(x, g, d, n, product: tl.constexpr, block: tl.constexpr):
    k = tl.arange(0, block)
    v, up = tl.load(x + k, mask=k < n), tl.load(g + k, mask=k < n)
    s = tl.sigmoid(v)
    tl.store(d + k, up * (s + product * v * s * (1 - s)), mask=k < n)

def swish(product):
    "The function with a rule that has the second term of the product rule, or has not."
    class Swish(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            y = torch.empty_like(x)
            swish_forward[(1,)](x, y, x.numel(), block=128)
            return y

        @staticmethod
        def backward(ctx, g):
            x, = ctx.saved_tensors
            d = torch.empty_like(x)
            swish_backward[(1,)](x, g.contiguous(), d, x.numel(), product=product, block=128)
            return d
    return Swish

@pytest.mark.parametrize('reference', [None, torch.nn.functional.silu], ids=['values alone', 'a reference'])
def test_a_kernel_is_checked_like_any_rule(reference):
    x = torch.randn(100, generator=torch.Generator().manual_seed(0))
    assert check_rule(swish(1), x, reference=reference)
    assert check_rule(swish(0), x, reference=reference).status == 'disagrees'
