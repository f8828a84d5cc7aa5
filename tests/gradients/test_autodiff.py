"gradient against hand-written NumPy, and its promises: shapes, types, nothing changed, nothing leaked."
import pickle, re, warnings
import autograd.numpy as np
import numpy as onp
import pytest
from hypothesis import given, strategies as st
from literate_grad import Draw, derivative, gradient, isapprox, isequal, tanh, withgradient

sizes = st.integers(1, 20)
draw = lambda seed, *shape, dtype=float: onp.random.default_rng(seed).normal(size=shape).astype(dtype)

@given(st.integers(0, 999), sizes, sizes)
def test_a_layer_by_hand(seed, n, m):
    W, b, x = draw(seed, m, n), draw(seed + 1, m), draw(seed + 2, n)
    by_W, by_b, by_x = gradient(lambda W, b, x: np.sum(tanh(np.dot(W, x) + b)), W, b, x)
    delta = 1 - onp.tanh(W @ x + b)**2
    assert isapprox(by_W, onp.outer(delta, x)) and isapprox(by_b, delta) and isapprox(by_x, W.T @ delta)

@given(st.integers(0, 999), st.sampled_from([onp.float16, onp.float32, onp.float64]),
       st.sampled_from([onp.float32, onp.float64]))
def test_each_entry_has_its_arguments_dtype(seed, first, second):
    x, w = draw(seed, 3, dtype=first), draw(seed, 3, dtype=second)
    by_x, by_w = gradient(lambda x, w: np.sum(x * w), x, w)
    assert by_x.dtype == first and by_w.dtype == second

@given(st.integers(0, 999))
def test_nested_structures(seed):
    x, w = draw(seed, 4), draw(seed + 1, 4)
    nested = {'a': [x, (w, 2.0)], 'b': 'text', 'c': 3, 'd': np.sum, 'e': None, 'f': True}
    g, = gradient(lambda s: np.sum(s['a'][0] * s['a'][1][0]) * s['a'][1][1]**s['c'], nested)
    assert isapprox(g['a'][0], 8 * w) and isapprox(g['a'][1][0], 8 * x) and isapprox(g['a'][1][1], 12 * (x @ w))
    assert isequal([g[k] for k in 'bcdef'], [None] * 5)

def test_arguments_are_unchanged_even_read_only_ones():
    x = draw(0, 5); x.flags.writeable = False
    before = x.copy()
    by_x, = gradient(lambda x: np.sum(x[::-1] * x), x)
    assert isequal(x, before) and by_x.flags.writeable

def test_gradients_share_no_memory():
    x = draw(0, 3)
    a, b, c = gradient(lambda a, b, c: np.sum(a + b) + np.sum(c), x, x, x)
    assert not onp.shares_memory(a, b) and not onp.shares_memory(a, c)

def test_no_warning_and_zeros_where_f_is_constant():
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert isequal(gradient(lambda x, w: np.sum(x), np.ones(2), np.ones((2, 2), np.float32)),
                       (np.ones(2), np.zeros((2, 2))))

def test_value_comes_along():
    y = withgradient(lambda x: x**2, 3.0)
    assert (y.val, y.grad) == (9.0, (6.0,))

def test_nan_and_inf_propagate():
    g, = gradient(lambda x: np.sum(x**2), np.array([np.nan, np.inf, 1.0]))
    assert onp.isnan(g[0]) and g[1] == np.inf and g[2] == 2

def test_second_derivatives():
    h = gradient(lambda x: gradient(lambda x: tanh(x), x)[0], 0.3)[0]
    assert isapprox(h, -2 * onp.tanh(0.3) * (1 - onp.tanh(0.3)**2))

def test_tanh_can_be_pickled(): assert pickle.loads(pickle.dumps(tanh)) is tanh

@pytest.mark.parametrize('args, error, words', [
    ((), TypeError, 'got none'),
    ((3,), TypeError, 'try 3.0'),
    ((np.array([1, 2]),), TypeError, 'astype'),
    ((np.array([]),), ValueError, 'empty'),
    ((np.array([None]),), TypeError, 'dtype object'),
    ((np.array(['a']),), TypeError, 'dtype <U1'),
    ((1j,), TypeError, 'complex'),
    (('a',), TypeError, 'str without floats'),
    (([1, 2],), TypeError, 'write 3.0 for 3'),
])
def test_bad_arguments(args, error, words):
    with pytest.raises(error, match=words): gradient(lambda *x: np.sum(x[0]), *args)

@pytest.mark.parametrize('call, words', [
    (lambda: gradient(3, 1.0), 'expected a function, but got 3; call gradient(f, x), with the function first'),
    (lambda: derivative(onp.sin), 'as of=, but got sin as a positional argument; write @derivative(of=f'),
    (lambda: derivative(of='f'), "as of=, but got 'f'; write"),
    (lambda: derivative(at=(1.0,)), 'as of=, but it is missing; write'),
    (lambda: derivative(of=onp.sin)(len),
        'cannot label len, a builtin_function_or_method; write a function that calls it')])
def test_misuse_is_one_sentence(call, words):
    with pytest.raises(TypeError, match=re.escape(words)) as caught: call()
    assert len(str(caught.value).splitlines()) == 1

def test_a_list_of_layers_is_a_structure():
    params = [[draw(0, 2, 3), draw(1, 2)], [draw(2, 1, 2), draw(3, 1)]]
    def f(params): return sum(np.sum(w)**2 for layer in params for w in layer)
    g, = gradient(f, params)
    assert isequal(g, [[np.full(w.shape, 2 * np.sum(w)) for w in layer] for layer in params])

def test_draws_repeat_and_stay_in_their_interval():
    domain = Draw(3, (2, 2), (), low=0.5, high=0.75, times=4)
    first, again = (domain(onp.random.default_rng(0)) for _ in range(2))
    assert isequal(first, again) and len(first) == 4
    for point in first: assert [onp.shape(x) for x in point] == [(3,), (2, 2), ()]
    assert all(onp.all((x >= 0.5) & (x <= 0.75)) for point in first for x in point)

@pytest.mark.parametrize('shapes, options', [((), {}), ((3,), {'low': 1, 'high': 1}), ((3,), {'times': 0})])
def test_domains_that_hold_nothing(shapes, options):
    with pytest.raises(ValueError, match='Draw expected shapes, low < high and times >= 1'): Draw(*shapes, **options)
