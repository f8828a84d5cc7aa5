"Rules without a framework: autograd's primitives, and what is not imported."
import subprocess
import sys
import autograd.numpy as anp
import numpy as np
import pytest
from autograd.extend import defvjp, primitive
from literate_grad import check_rule
from literate_grad.frameworks.digits import digits_inside, fitted_slope
from literate_grad.checking.numeric import Line

def logsumexp(rule):
    @primitive
    def logsumexp(x): return anp.log(anp.sum(anp.exp(x)))
    defvjp(logsumexp, rule)
    return logsumexp

def test_primitives_of_autograd():
    x = np.array([0.3, -1.2, 0.7])
    assert check_rule(logsumexp(lambda y, x: lambda g: g * np.exp(x - y)), x)
    assert check_rule(logsumexp(lambda y, x: lambda g: -g * np.exp(x - y)), x).cause == 'sign'

def test_a_function_without_a_rule_is_refused():
    with pytest.raises(TypeError, match='found no rule in sin'): check_rule(np.sin, np.ones(3))
    with pytest.raises(TypeError, match='expected a function with a rule'): check_rule(3, np.ones(3))

def test_no_framework_is_imported():
    code = ('import sys, literate_grad; from literate_grad import check, check_rule; '
            'check(lambda x: x**2, lambda x: 2*x, 1.3); '
            'assert not {"jax", "torch", "pandas"} & set(sys.modules)')
    subprocess.run([sys.executable, '-c', code], check=True)

@pytest.mark.parametrize('dtype', ['f8', 'f4', 'f2'])
def test_the_digits_inside_are_seen(dtype):
    def f(x): return np.sin(x.astype(dtype)).astype(float)
    assert digits_inside(f, (np.linspace(-2, 2, 9),), [(0,)], lambda y: [y]) == np.finfo(dtype).eps

def test_a_slope_is_fitted_to_noisy_values():
    rng = np.random.default_rng(0)
    fit = fitted_slope(Line(lambda x: np.exp(x) + 1e-3 * rng.normal(), np.array(0.3), np.array(1.0)))
    assert abs(fit.slope - np.exp(0.3)) < 5 * fit.error < 0.1
