"Rules of JAX, and JAX's autodiff as a witness."
import numpy as np
import pytest
jax = pytest.importorskip('jax', reason='JAX is not installed')
import jax.numpy as jnp # noqa: E402
import jax_rules as rules # noqa: E402
from literate_grad import check, check_rule, check_rules # noqa: E402
from rule_signs import signs # noqa: E402

@pytest.mark.parametrize(('function', 'args', 'expected'), rules.RULES, ids=lambda x: getattr(x, '__name__', ''))
def test_each_argument_gets_its_verdict(function, args, expected):
    assert signs(check_rule(function, *args), expected) == expected

def test_nothing_is_changed():
    assert not jax.config.jax_enable_x64
    x = jnp.arange(3, dtype=jnp.float32) + 0.3
    assert check_rule(rules.sign_right, x) and check(lambda x: jnp.sum(x**2), lambda x: 2 * x, x)
    assert not jax.config.jax_enable_x64 and x.dtype == jnp.float32

@pytest.mark.parametrize('x', [jnp.arange(3.0) + 0.3, np.arange(3.0) + 0.3], ids=['of JAX', 'of NumPy'])
def test_autodiff_compares_every_entry_of_a_jax_function(x):
    right = check(lambda x: jnp.sum(jnp.sin(x)**2), lambda x: jnp.sin(2 * x), x)
    assert right and right.witnesses[0].name == 'autodiff' and right.hand.dtype == float
    wrong = check(lambda x: jnp.sum(jnp.sin(x)**2), lambda x: 1.001 * jnp.sin(2 * x), x)
    assert wrong.cause == 'scale'

def test_jax_and_torch_at_once_are_refused():
    torch = pytest.importorskip('torch', reason='PyTorch is not installed')
    with pytest.raises(TypeError, match='those of JAX and PyTorch'):
        check(lambda x, y: x * y, lambda x, y: y, jnp.ones(3), torch.ones(3), wrt=0)

def test_a_rule_that_raises_disagrees():
    bias = rules.with_vjp(lambda x, b: x + b, lambda x, b: (x + b, None), lambda _, g: (g, g))
    wrong = check_rule(bias, rules.drawn(1, 4, 4), rules.drawn(2, 4))
    assert wrong.status == 'disagrees' and wrong.cause == 'wrong-shape' and 'has no gradient' in str(wrong)

def test_all_rules_of_a_model():
    @jax.jit
    def model(x):
        def step(x, _): return rules.sign_wrong(x) + rules.sign_right(x), None
        x, _ = jax.lax.scan(step, x, None, length=7)
        return jnp.sum(rules.norm(x, jnp.ones(3), jnp.zeros(3)))
    checks = check_rules(model, rules.lines[0])
    assert [c.status for c in checks] == ['disagrees'] * 3 + ['agrees'] * 4 # three places of each rule in the loop
    assert [c.function for c in checks] == ['soft_sign'] * 6 + ['layer_norm']
