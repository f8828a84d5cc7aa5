"""Every activation function and its derivative against 50-digit references over the whole range of float64, at kinks
and at the edges."""
import warnings
import mpmath as mp
import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from mpmath import mpf
from literate_grad.gradients import autodiff, layers
from literate_grad.library import activations
from literate_grad.gradients.autodiff import gradient
from literate_grad.gradients.layers import Dense

λ, α = mpf(activations.selu_λ), mpf(activations.selu_α)
def σ(x): return 1 / (1 + mp.exp(-x))
def softplus(x): return mp.log1p(mp.exp(x))
def phi(x): return mp.exp(-x**2 / 2) / mp.sqrt(2 * mp.pi)
def Phi(x): return mp.erfc(-max(min(x, mpf(10**4)), mpf(-10**4)) / mp.sqrt(2)) / 2
def step(condition, yes=1, no=0): return mpf(yes) if condition else mpf(no)
def gelu_gate(x): return mp.sqrt(8 / mp.pi) * (x + mpf(0.044715) * x**3)
def gelu(x): return x * σ(gelu_gate(x))
def gelu_slope(x):
    v = gelu_gate(x)
    return σ(v) * (1 + x * σ(-v) * mp.sqrt(8 / mp.pi) * (1 + 3 * mpf(0.044715) * x**2))

# name: (function, derivative), as formulas for any precision; at a kink the derivative is the one of NNlib's table
exact = dict(
    identity=(lambda x: x, lambda x: mpf(1)),
    relu=(lambda x: max(x, mpf(0)), lambda x: step(x > 0)),
    leakyrelu=(lambda x: x if x > 0 else mpf(0.01) * x, lambda x: step(x > 0, 1, 0.01)),
    relu6=(lambda x: min(max(x, mpf(0)), mpf(6)), lambda x: step(0 < x < 6)),
    trelu=(lambda x: x if x > 1 else mpf(0), lambda x: step(x > 1)),
    softshrink=(lambda x: x - mp.sign(x) / 2 if abs(x) > 0.5 else mpf(0), lambda x: step(abs(x) > 0.5)),
    hardtanh=(lambda x: min(max(x, mpf(-1)), mpf(1)), lambda x: step(abs(x) < 1)),
    hardsigmoid=(lambda x: min(max((x + 3) / 6, mpf(0)), mpf(1)), lambda x: step(abs(x) < 3) / 6),
    sigmoid=(σ, lambda x: σ(x) * σ(-x)),
    softplus=(softplus, σ),
    logsigmoid=(lambda x: -softplus(-x), lambda x: σ(-x)),
    tanh=(mp.tanh, lambda x: mp.sech(x)**2),
    sech=(mp.sech, lambda x: -mp.sech(x) * mp.tanh(x)),
    softsign=(lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x))**2),
    logcosh=(lambda x: mp.log(mp.cosh(x)), mp.tanh),
    tanhshrink=(lambda x: x - mp.tanh(x), lambda x: mp.tanh(x)**2),
    elu=(lambda x: x if x >= 0 else mp.expm1(x), lambda x: mpf(1) if x >= 0 else mp.exp(x)),
    celu=(lambda x: x if x >= 0 else mp.expm1(x), lambda x: mpf(1) if x >= 0 else mp.exp(x)),
    selu=(lambda x: λ * x if x > 0 else λ * α * mp.expm1(x), lambda x: λ if x > 0 else λ * α * mp.exp(x)),
    swish=(lambda x: x * σ(x), lambda x: σ(x) * (1 + x * σ(-x))),
    hardswish=(lambda x: x * min(max((x + 3) / 6, mpf(0)), mpf(1)), lambda x: step(x > 3) if abs(x) > 3 else x / 3
               + mpf(0.5)),
    gelu_tanh=(gelu, gelu_slope),
    gelu_sigmoid=(gelu, gelu_slope),
    gelu_erf=(lambda x: x * Phi(x), lambda x: Phi(x) + x * phi(x)),
    mish=(lambda x: x * mp.tanh(softplus(x)), lambda x: mp.tanh(softplus(x)) + x * mp.sech(softplus(x))**2 * σ(x)),
    lisht=(lambda x: x * mp.tanh(x), lambda x: mp.tanh(x) + x * mp.sech(x)**2),
)
kinks = dict(relu=[0], leakyrelu=[0], relu6=[0, 6], trelu=[1], softshrink=[-0.5, 0.5], hardtanh=[-1, 1],
             hardsigmoid=[-3, 3],
             elu=[0], celu=[0], selu=[0], hardswish=[-3, 3])
names = pytest.mark.parametrize('name', exact)

def f_df(name): return getattr(activations, name), getattr(activations, f'{name}_derivative')

def sample(n=400):
    "Random bit patterns, numbers of everyday size, and the edges of the range."
    rng = np.random.default_rng(20)
    bits = rng.integers(0, 2**64, n, dtype=np.uint64).view(float)
    everyday = np.concatenate([rng.uniform(-a, a, n // 4) for a in (1, 4, 40, 760)])
    info = np.finfo(float)
    edges = [info.max, info.tiny, info.smallest_subnormal, info.eps, 1e-5, 1e-108, 1e-154, 0.5, 1, 2, 3, 6, 17, 18.7,
             37, 350, 372.5, 709.8, 710.4, 745.1, 746, 1000, 1e16]
    points = [*edges, *np.nextafter(edges, 0), *np.nextafter(edges[1:], np.inf), 0.0]
    x = np.concatenate([bits[np.isfinite(bits)], everyday, points, -np.array(points)])
    return x

def reference(formula, x):
    "The value to 50 digits, and how many times larger relative errors get on the way from x to it."
    small = 0 if x == 0 or abs(x) >= 1 else -np.log10(abs(x))
    with mp.workdps(int(60 + 3 * small)):
        x = mpf(float(x))
        y, h = formula(x), mpf(10)**-30
        steps = [formula(x * (1 + s)) - y for s in (-h, h)] if y else [mpf(0)]
        return +y, max(mpf(1), *(abs(d / y) / h for d in steps)) if y else mpf(1)

def error(got, true):
    "How many units in the last place of a float64 the result is off."
    if np.isinf(got): return mpf(0 if abs(true) >= mpf(np.finfo(float).max) else 'inf')
    with mp.workdps(60):
        exponent = mp.frexp(true)[1] if true else -2000
        return abs(mpf(float(got)) - true) / mpf(2)**max(exponent - 53, -1074)

def worst(function, formula, x):
    "The largest error in units of 1 ulp times the condition number, and where."
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        got = function(x)
    assert got.dtype == x.dtype and got.shape == x.shape
    ratios = [float(error(y, true) / condition) for y,
              (true, condition) in zip(got, (reference(formula, t) for t in x))]
    k = int(np.argmax(ratios))
    return ratios[k], x[k]

def slope(f): return elementwise_grad(f)

@names
def test_value(name):
    ratio, at = worst(f_df(name)[0], exact[name][0], sample())
    assert ratio <= 8, at

@names
def test_hand_derivative(name):
    ratio, at = worst(f_df(name)[1], exact[name][1], sample())
    assert ratio <= 16, at

@names
def test_autodiff(name):
    "autograd gets each derivative right by its own rules; at kinks it takes one of both slopes (see below)."
    f, x = f_df(name)[0], sample()
    if name == 'tanh': # its rule is Zygote's, 1 - tanh^2, which is right to rounding of 1
        return np.testing.assert_allclose(slope(f)(x), activations.tanh_derivative(x), rtol=0, atol=5e-16)
    ratio, at = worst(slope(f), exact[name][1], x[~np.isin(x, kinks.get(name, []))])
    assert ratio <= 16, at

@pytest.mark.parametrize('name, parameter, value, slope_of', [
    ('leakyrelu', 0.3, lambda x, a: x if x > 0 else a * x, lambda x, a: step(x > 0, 1, a)),
    ('elu', 0.3, lambda x, a: x if x >= 0 else a * mp.expm1(x), lambda x, a: mpf(1) if x >= 0 else a * mp.exp(x)),
    ('celu', 0.3, lambda x, a: x if x >= 0 else a * mp.expm1(x / a), lambda x, a: mpf(1) if x >= 0 else mp.exp(x / a)),
    ('softshrink', 1.7, lambda x, a: x - mp.sign(x) * a if abs(x) > a else mpf(0), lambda x, a: step(abs(x) > a)),
    ('softshrink', -0.7, lambda x, a: x + a if x <= -a else x - a, lambda x, a: mpf(1)),
    ('trelu', -1.7, lambda x, a: x if x > a else mpf(0), lambda x, a: step(x > a)),
])
def test_parameter(name, parameter, value, slope_of):
    f, df = f_df(name)
    x = sample(100)
    for function, formula in ((lambda x: f(x, parameter), value), (lambda x: df(x, parameter), slope_of),
                              (slope(lambda x: f(x, parameter)), slope_of)):
        ratio, at = worst(function, lambda x: formula(x, mpf(parameter)), x)
        assert ratio <= 8, at

@pytest.mark.parametrize('name, parameter', dict(leakyrelu=0.1, elu=0.7, celu=0.7, trelu=1.0, softshrink=0.5).items())
def test_gradient_by_the_parameter(name, parameter):
    f, x, h = f_df(name)[0], np.array([-2.0, -0.9, -0.3, 0.4, 3.0]), 1e-6
    g, = gradient(lambda a: anp.sum(f(x, a) * x), parameter)
    np.testing.assert_allclose(g, anp.sum((f(x, parameter + h) - f(x, parameter - h)) * x) / (2 * h), rtol=1e-7,
                               atol=1e-8)

# the derivatives in NNlib's table at the kinks, and just below and above them
at_kinks = dict(relu=[(0, 0, 0, 1)], leakyrelu=[(0, 0.01, 0.01, 1)], relu6=[(0, 0, 0, 1), (6, 1, 0, 0)],
                trelu=[(1, 0, 0, 1)],
                softshrink=[(-0.5, 1, 0, 0), (0.5, 0, 0, 1)], hardtanh=[(-1, 0, 0, 1), (1, 1, 0, 0)],
                hardsigmoid=[(-3, 0, 0, 1/6), (3, 1/6, 0, 0)], elu=[(0, 1, 1, 1)], celu=[(0, 1, 1, 1)],
                selu=[(0, 1.7580993408473766, 1.7580993408473766, 1.0507009873554805)],
                hardswish=[(-3, 0, -0.5, -0.5), (3, 1.5, 1.5, 1)])

@pytest.mark.parametrize('name, x, below, at, above', [(name, *row) for name, rows in at_kinks.items() for row in rows])
@pytest.mark.parametrize('dtype', [np.float64, np.float32])
def test_kink(name, x, below, at, above, dtype):
    f, df = f_df(name)
    x = dtype(x)
    points = np.array([np.nextafter(x, dtype(-np.inf)), x, np.nextafter(x, dtype(np.inf))])
    eps = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(df(points), [below, at, above], rtol=eps)
    auto = slope(f)(points)
    np.testing.assert_allclose(auto[[0, 2]], [below, above], rtol=eps)
    assert min(below, above) - eps <= auto[1] <= max(below, above) + eps

def test_zeros_are_one_point():
    for name in exact:
        f, df = f_df(name)
        for g in (f, df, slope(f)): assert g(np.array([-0.0]))[0] == g(np.array([0.0]))[0], name

# limits at -inf and inf of the function and of its derivative
limits = dict(identity=(-np.inf, np.inf, 1, 1), relu=(0, np.inf, 0, 1), leakyrelu=(-np.inf, np.inf, 0.01, 1),
              relu6=(0, 6, 0, 0), trelu=(0, np.inf, 0, 1),
              softshrink=(-np.inf, np.inf, 1, 1), hardtanh=(-1, 1, 0, 0), hardsigmoid=(0, 1, 0, 0),
              sigmoid=(0, 1, 0, 0), softplus=(0, np.inf, 0, 1),
              logsigmoid=(-np.inf, 0, 1, 0), tanh=(-1, 1, 0, 0), sech=(0, 0, 0, 0), softsign=(-1, 1, 0, 0),
              logcosh=(np.inf, np.inf, -1, 1),
              tanhshrink=(-np.inf, np.inf, 1, 1), elu=(-1, np.inf, 0, 1), celu=(-1, np.inf, 0, 1),
              lisht=(np.inf, np.inf, -1, 1),
              selu=(-1.7580993408473766, np.inf, 0, 1.0507009873554805), hardswish=(0, np.inf, 0, 1),
              swish=(0, np.inf, 0, 1), mish=(0, np.inf, 0, 1),
              gelu_tanh=(0, np.inf, 0, 1), gelu_sigmoid=(0, np.inf, 0, 1), gelu_erf=(0, np.inf, 0, 1))

@names
@pytest.mark.filterwarnings('error')
def test_infinity_and_nan(name):
    f, df = f_df(name)
    x, *expected = np.array([-np.inf, np.inf]), *np.reshape(limits[name], (2, 2))
    np.testing.assert_allclose(f(x), expected[0], rtol=1e-15)
    np.testing.assert_allclose(df(x), expected[1], rtol=1e-15)
    np.testing.assert_allclose(slope(f)(x), expected[1], rtol=1e-15)
    assert np.isnan(f(np.array([np.nan, 1.0]))).tolist() == [True, False]
    assert np.isnan(df(np.array([np.nan, 1.0]))).tolist() == [name != 'identity', False]

@names
@pytest.mark.filterwarnings('error')
def test_types_and_shapes(name):
    for g in f_df(name):
        x = np.array([[-7.3, -0.4], [0.3, 6.6]])
        whole = g(x)
        assert whole.shape == x.shape
        assert np.array_equal(g(x.T), whole.T)
        for dtype in (np.float32, np.float64):
            assert g(x.astype(dtype)).dtype == g(dtype(0.3)).dtype == g(np.array(0.3, dtype)).dtype == dtype
            assert g(np.zeros((0, 3), dtype)).shape == (0, 3)
        assert isinstance(g(0.3), float) and g(0.3) == whole[1, 0]
        assert np.shape(g(np.array(0.3))) == () and g(2) == g(2.0)
        frozen = x.copy()
        frozen.setflags(write=False)
        assert np.array_equal(g(frozen), whole)
        np.testing.assert_allclose(g(x.astype(np.float32)), whole, rtol=2e-5, atol=1e-7)

@names
@pytest.mark.filterwarnings('error')
def test_float32_over_the_whole_range(name):
    x = np.random.default_rng(0).integers(0, 2**32, 3000, dtype=np.uint32).view(np.float32)
    x = np.concatenate([x[np.isfinite(x)], np.linspace(-120, 120, 2001, dtype=np.float32)])
    f, df = f_df(name)
    assert f(x).dtype == df(x).dtype == np.float32
    for y in (f(x), df(x), slope(f)(x)): assert np.isfinite(y[abs(x) < 1e38]).all()

@names
def test_gradient(name):
    f, df = f_df(name)
    for x in (np.array([-7.3, -0.4, 0.3, 6.6]), np.array([[0.7]], np.float32), np.float32(0.7), np.array(-0.7), -0.7):
        g, = gradient(lambda x: anp.sum(f(x)), x)
        assert np.shape(g) == np.shape(x) and np.asarray(g).dtype == np.asarray(x).dtype
        eps = np.finfo(np.asarray(x).dtype).eps
        np.testing.assert_allclose(g, df(x), rtol=32 * eps, atol=2 * eps)

@names
@pytest.mark.filterwarnings('error')
def test_as_the_activation_of_a_layer(name):
    f, df = f_df(name)
    layer = Dense(3, 2, f, rng=np.random.default_rng(0))
    x = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    assert layer(x).dtype == np.float32 and layer(x).shape == (2, 5)
    slopes, = gradient(lambda layer: anp.sum(layer(x)), layer)
    z = layer.weight @ x + layer.bias[:, None]
    assert slopes.weight.dtype == slopes.bias.dtype == np.float32
    np.testing.assert_allclose(slopes.weight, df(z) @ x.T, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(slopes.bias, df(z).sum(1), rtol=1e-5, atol=1e-6)

@names
def test_integers_lists_and_what_is_refused(name):
    f, df = f_df(name)
    for g in (f, df):
        if g is activations.identity or g is activations.tanh: continue
        assert np.array_equal(g([-2, 0, 3]), g(np.array([-2.0, 0, 3])))
        assert np.array_equal(g(np.array([0, 3], np.uint8)), g(np.array([0.0, 3])))
        assert g(True) == g(1.0)
        for bad in (1j, np.array(['a']), None):
            with pytest.raises(TypeError, match='expected real numbers'): g(bad)

def test_second_names():
    a = activations
    pairs = dict(gelu='gelu_tanh', σ='sigmoid', hardσ='hardsigmoid', logσ='logsigmoid', thresholdrelu='trelu',
                 sigmoid_fast='sigmoid', tanh_fast='tanh')
    for second, first in pairs.items():
        for end in ('', '_derivative'): assert getattr(a, second + end) is getattr(a, first + end)
    assert a.identity is layers.identity and a.tanh is autodiff.tanh
    assert set(exact) | set(pairs) <= set(a.__all__)

def test_every_function_is_labelled():
    for name in exact:
        f, df = f_df(name)
        assert df.__derivative__.of is f and 'dy/d' in df.__doc__
        df(*df.__derivative__.at)

@names
def test_every_step_of_the_derivation(name):
    "The docstring says of the function what the code does, and every expression behind an = is its derivative."
    derivation = pytest.importorskip('literate_grad.derivations.steps').derivation(f_df(name)[1])
    assert [step.status for step in derivation.steps if step.status not in ('proved', 'holds')] == []
    assert derivation.steps and derivation.status in ('proved', 'holds')

if __name__ == '__main__': # the table of errors: value, hand derivative, autodiff
    for name in exact:
        f, df = f_df(name)
        away = sample()[~np.isin(sample(), kinks.get(name, []))]
        rows = worst(f, exact[name][0], sample()), worst(df, exact[name][1], sample()), worst(slope(f), exact[name][1],
            away)
        print(f'{name:14}', *(f'{ratio:9.3g} at {at:<12.6g}' for ratio, at in rows))
