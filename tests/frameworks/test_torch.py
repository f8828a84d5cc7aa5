"Rules of PyTorch, and PyTorch's autodiff as a witness."
import numpy as np
import pytest
torch = pytest.importorskip('torch', reason='PyTorch is not installed')
import torch_rules as rules # noqa: E402
from literate_grad import assert_rule, check, check_rule, check_rules # noqa: E402
from rule_signs import signs # noqa: E402

@pytest.mark.parametrize(('function', 'args', 'expected'), rules.RULES, ids=lambda x: getattr(x, '__name__', ''))
def test_each_argument_gets_its_verdict(function, args, expected):
    assert signs(check_rule(function, *args), expected) == expected

@pytest.mark.parametrize('dtype', [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize('shape', [(3,), (2, 5), (1, 4, 2)])
def test_shapes_and_dtypes(shape, dtype):
    assert_rule(rules.Gelu, rules.drawn(1, *shape, dtype=dtype))
    with pytest.raises(AssertionError, match='GeluWithoutTerm'):
        assert_rule(rules.GeluWithoutTerm, rules.drawn(1, *shape, dtype=dtype))

def test_the_wrong_line_of_the_report_names_argument_and_cause():
    wrong = check_rule(rules.LinearTransposed, rules.x, rules.drawn(6, 3, 3), rules.drawn(7, 3))
    assert wrong.wrt == 'x' and wrong.cause == 'transpose' and [c.wrt for c in wrong if not c] == ['x']

def test_only_what_needs_a_gradient_is_asked_for():
    x, weight, bias = rules.cube, rules.drawn(6, 5, 3).requires_grad_(), rules.drawn(7, 5)
    assert [c.wrt for c in check_rule(rules.LinearNoBias, x, weight, bias)] == ['weight']

def test_nothing_is_changed():
    x = rules.drawn(1, 4, 3).float().requires_grad_()
    (x**2).sum().backward()
    before = x.detach().clone(), x.grad.clone(), torch.get_rng_state(), torch.get_default_dtype()
    with torch.no_grad():
        check_rule(rules.Dropout, x, 0.3), check_rule(rules.InPlace, x), check(lambda x: torch.rand(3).sum() * x.sum(),
                                                                               torch.ones_like, x)
        assert not torch.is_grad_enabled()
    assert torch.equal(x, before[0]) and torch.equal(x.grad, before[1]) and x.dtype == torch.float32
    assert torch.equal(torch.get_rng_state(), before[2]) and torch.get_default_dtype() is before[3] and x.requires_grad

def test_a_gradient_that_is_wrong_on_purpose_is_declared():
    assert check_rule(rules.Round, rules.x, 0.25).status == 'disagrees'
    declared = check_rule(rules.Round, rules.x, 0.25, expected='straight-through')
    assert declared and 'declared to be a straight-through estimator' in str(declared)
    assert check_rule(rules.ClampLetsThrough, rules.x, -0.5, 0.5, expected=lambda x, low, high: 1 * x)
    assert not check_rule(rules.Round, rules.x, 0.25, expected=lambda x, step: 2 * x)

def test_a_reference_stands_in_where_autodiff_cannot_follow_the_body():
    args = rules.drawn(3, 3, 16, dtype=torch.bfloat16), rules.drawn(4, 16, dtype=torch.bfloat16)
    def norm(x, weight): return x * torch.rsqrt((x**2).mean(-1, keepdim=True) + 1e-6) * weight
    right, wrong = (check_rule(f, *args, reference=norm) for f in (rules.HalfOnly, rules.HalfOnlyNoMean))
    assert right and wrong.wrt == 'x' and wrong.status == 'disagrees'
    assert check_rule(rules.ByNumPy, rules.x, reference=torch.sin).witnesses[0].name == 'autodiff'

def said(check): return ' '.join(remark for c in check for remark in c.verdict.remarks)

def test_promises_that_are_not_kept():
    class SavesTooEarly(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = torch.sigmoid(x)
            ctx.save_for_backward(y)
            ctx.x = x
            return y.mul_(3)

        @staticmethod
        def backward(ctx, g): return g * ctx.saved_tensors[0] * (1 - ctx.saved_tensors[0])

    wrong = check_rule(SavesTooEarly, rules.x)
    assert wrong.status == 'disagrees' and 'after it has saved it' in said(wrong) and 'ctx.x' in said(wrong)
    assert 'second derivative' in said(check_rule(rules.Half, *rules.short)) # its scale is saved without a graph
    assert 'second' not in said(check_rule(rules.ByNumPy, rules.x)) # which is differentiable once, and says so
    assert check_rule(rules.SaturatesCotangent, rules.x).cause == 'not-linear'

    class Ignores(rules.Gelu):
        @staticmethod
        def backward(ctx, g): return rules.Gelu.backward(ctx, torch.ones_like(g))
    assert check_rule(Ignores, rules.x).cause == 'ignores-cotangent'

def test_complex_numbers_are_refused():
    with pytest.raises(TypeError, match='real and imaginary parts'): check_rule(rules.Complex, rules.x)
    with pytest.raises(TypeError, match='real and imaginary parts'): check_rule(rules.Complex, rules.x * 1j)

def test_what_has_no_rule_is_refused():
    with pytest.raises(TypeError, match='found no rule in sin'): check_rule(torch.sin, rules.x)

def test_all_rules_of_a_model():
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = torch.nn.Linear(3, 3)

        def forward(self, x):
            for _ in range(10): x = rules.Gelu.apply(self.first(x))
            return rules.SoftmaxDiagonal.apply(x)

    checks = check_rules(Model(), rules.x.float())
    assert [c.function for c in checks] == ['SoftmaxDiagonal', 'Gelu', 'Gelu', 'Gelu']
    assert [c.status for c in checks] == ['disagrees', 'agrees', 'agrees', 'agrees']
    assert repr(checks).startswith('✗ SoftmaxDiagonal disagrees by x')

def test_autodiff_compares_every_entry_of_a_torch_function():
    def f(weights, x): return sum(torch.tanh(w @ x).sum() for w in weights)
    def df(weights, x): return [torch.outer(1 - torch.tanh(w @ x)**2, x) for w in weights]
    weights, x = [rules.drawn(1, 3, 3).float(), rules.drawn(2, 4, 3).float()], rules.drawn(3, 3).float()
    right = check(f, df, weights, x, wrt='weights')
    assert right and len(right) == 2 and all(c.witnesses[0].name == 'autodiff' for c in right)
    assert not check(f, lambda weights, x: [2 * d for d in df(weights, x)], weights, x, wrt='weights')
    assert check(torch.sin, torch.cos, x) # entry by entry

def test_a_mixture_of_libraries_is_named():
    mixed = check(lambda x: np.sin(x.numpy()).sum(), torch.cos, rules.x)
    assert mixed and 'hands a traced array to NumPy' in str(mixed)

class WritesBack(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, g): return ctx.saved_tensors[0].mul_(2) * g

def test_a_backward_that_writes_into_what_was_saved_is_told():
    assert 'backward writes into a tensor' in str(check_rule(WritesBack, rules.x))

def test_what_cannot_be_a_point_is_refused_in_a_sentence():
    with pytest.raises(TypeError, match='expected arguments for WritesBack, but got none'): check_rule(WritesBack)
    with pytest.raises(TypeError, match='expected torch tensors for WritesBack'): check_rule(WritesBack, np.ones(3))
