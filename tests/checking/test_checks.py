"""`check` as a stranger would use it: verdicts, causes, entries, refusals, side effects, and random functions with
and without a mistake."""
import math, warnings
from concurrent.futures import ThreadPoolExecutor
import autograd.numpy as np
import numpy as onp
import pytest
from autograd import grad
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from literate_grad import Chain, Dense, assert_derivative, check, derivative, gradient, power

rng = onp.random.default_rng(7)
x, w, v = rng.normal(size=(3, 6))
A, B = rng.normal(size=(2, 4, 4))
X, y = rng.normal(size=(5, 3)), rng.normal(size=5)

def loss(x, w): return np.mean(np.tanh(x * w))
def loss_dw(x, w): return x * (1 - onp.tanh(x * w)**2) / x.size
def squares(beta, X, y): return np.sum((X @ beta - y)**2) / 2
def squares_dbeta(beta, X, y): return X.T @ (X @ beta - y)
def ridge(beta, X, y, lam): return squares(beta, X, y) + lam * np.sum(beta**2) / 2
def ridge_dbeta(beta, X, y, lam): return squares_dbeta(beta, X, y) + lam * beta
def bilinear(A, x, B): return x @ A @ np.sin(B) @ x
def bilinear_dA(A, x, B): return onp.outer(x, onp.sin(B) @ x)
def softmax(z): return np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z)))
def softmax_dz(z): return onp.diag(softmax(z)) - onp.outer(softmax(z), softmax(z))
def cubes(x): return np.sum(x**3)
def cubes_dx(x): return 3 * x**2
def untraced(x): return math.fsum(onp.tanh(onp.ravel(x)))
def untraced_dx(x): return 1 - onp.tanh(x)**2

class Counted:
    "A function that counts its calls."
    def __init__(self, f): self.f, self.calls, self.__name__ = f, 0, f.__name__
    def __call__(self, *args, **kwargs):
        self.calls += 1
        return self.f(*args, **kwargs)

def changed(df, k, by):
    "A derivative with one entry off by a share of the largest."
    def wrong(*args):
        d = onp.array(df(*args), float)
        d.flat[k] += by * abs(d).max()
        return d
    return wrong

# what is right, traced or not

RIGHT = {
    'scalar': (lambda t: np.exp(-t**2), lambda t: -2 * t * onp.exp(-t**2), (0.7,), None),
    'vector': (loss, loss_dw, (x, w), 'w'),
    'by position': (loss, loss_dw, (x, w), -1),
    'elementwise': (np.tanh, lambda x: 1 - onp.tanh(x)**2, (x,), None),
    'elementwise matrix': (np.sin, onp.cos, (A,), None),
    'regression': (squares, squares_dbeta, (onp.array([0.3, -1.2, 0.8]), X, y), 'beta'),
    'ridge': (ridge, ridge_dbeta, (onp.array([0.3, -1.2, 0.8]), X, y, 0.7), 'beta'),
    'matrix': (bilinear, bilinear_dA, (A, x[:4], B), 'A'),
    'Jacobian': (softmax, softmax_dz, (x,), None),
    'Jacobian by a number': (lambda t, x: np.sin(t * x), lambda t, x: x * onp.cos(t * x), (0.4, x), 't'),
    'tensor': (lambda X: np.einsum('ijk,ijk->', X, X**2), lambda X: 3 * X**2, (rng.normal(size=(2, 3, 4)),), None),
    'matrix by matrix': (lambda A: A @ B, lambda A: onp.einsum('ik,lj->ijkl', onp.eye(4), B), (A,), None),
    'inverse': (lambda A: np.sum(np.linalg.inv(A)),
                lambda A: -(onp.linalg.inv(A).T @ onp.ones((4, 4)) @ onp.linalg.inv(A).T), (A + 4 * onp.eye(4),), None),
    'untraced': (untraced, untraced_dx, (x,), None),
    'large numbers': (lambda x: np.sum(x**2), lambda x: 2 * x, (1e8 * x,), None),
    'small numbers': (lambda x: np.sum(np.sin(x)), onp.cos, (1e-9 * x,), None),
    'mixed sizes': (lambda x: np.sum(np.sin(x * s)), lambda x: s * onp.cos(x * s),
                    (x / (s := onp.array([1e-6, 1, 1e3, 1e-3, 1e6, 1])),), None),
    'beside a large constant': (lambda x: 1e6 + np.sum(np.sin(x)), onp.cos, (x,), None),
    'linear': (lambda x: v @ x, lambda x: v, (x,), None),
    'constant': (lambda x: np.sum(0 * x) + 3.0, lambda x: 0 * x, (x,), None),
    'list of numbers': (lambda x: np.sum(np.array(x)**2), lambda x: 2 * onp.array(x), ([0.5, -1.5, 2.5],), None),
    'one entry': (lambda x: np.sum(x**3), cubes_dx, (onp.array([1.7]),), None)}

@pytest.mark.parametrize('name', RIGHT)
def test_what_is_right_agrees(name):
    f, df, args, wrt = RIGHT[name]
    c = check(f, df, *args, wrt=wrt)
    assert c and c.ok and c.status == 'agrees' and c.cause is None, c
    assert c.wrong.shape == c.hand.shape and not c.wrong.any()

@pytest.mark.parametrize('name', [name for name in RIGHT if name not in ('constant',)])
@pytest.mark.parametrize('mistake',
                         [lambda d: -d, lambda d: 2 * d, lambda d: d * (1 + 1e-5), lambda d: 0 * d, lambda d: d
                          + 0.01 * abs(d).max()])
def test_what_is_wrong_disagrees(name, mistake):
    f, df, args, wrt = RIGHT[name]
    c = check(f, lambda *a: mistake(onp.asarray(df(*a))), *args, wrt=wrt)
    assert not c and c.status == 'disagrees', c

# causes

CAUSES = {
    'sign': (loss, lambda x, w: -loss_dw(x, w), (x, w), 'w', 'sign'),
    'sum for mean': (loss, lambda x, w: x.size * loss_dw(x, w), (x, w), 'w', 'scale'),
    'untraced sum for mean': (lambda x: untraced(x) / x.size, untraced_dx, (x,), None, 'scale'),
    'two': (squares, lambda *a: 2 * squares_dbeta(*a), (x[:3], X, y), 'beta', 'scale'),
    'transpose': (bilinear, lambda A, x, B: bilinear_dA(A, x, B).T, (A, x[:4], B), 'A', 'transpose'),
    'without its factor': (loss, lambda x, w: (1 - onp.tanh(x * w)**2) / x.size, (x, w), 'w', 'missing-factor'),
    'without the inner derivative': (loss, lambda x, w: x / x.size, (x, w), 'w', 'missing-factor'),
    'without the penalty': (ridge, lambda b, X, y, lam: squares_dbeta(b, X, y), (x[:3], X, y, 0.7), 'beta',
                            'missing-term'),
    'other argument': (lambda x, w: np.sum(np.tanh(x * w) * w), lambda x, w: w**2 * (1 - onp.tanh(x * w)**2), (x, w),
                       'w', 'swapped-argument'),
    'rolled': (cubes, lambda x: onp.roll(cubes_dx(x), 1), (x,), None, 'permuted'),
    'one entry': (cubes, changed(cubes_dx, 2, 0.1), (x,), None, 'few-entries'),
    'no sum over the batch': (lambda b, X: np.sum(np.sin(X + b)), lambda b, X: onp.cos(X + b), (x[:3], X), 'b',
                              'wrong-shape'),
    'a row': (cubes, lambda x: cubes_dx(x)[None], (x,), None, 'wrong-shape'),
    'half precision': (loss, lambda x, w: loss_dw(x, w).astype(onp.float16), (x, w), 'w', 'low-precision'),
    'offset': (cubes, lambda x: cubes_dx(x) + 0.01, (x,), None, 'offset'),
    'not a number': (cubes, lambda x: cubes_dx(x) * onp.where(onp.arange(6) == 3, onp.nan, 1), (x,), None, 'nonfinite'),
    'zero': (cubes, lambda x: 0 * x, (x,), None, 'zero'),
    'beside the point': (cubes, lambda x: cubes_dx(x + 1e-3), (x,), None, 'wrong-point'),
    'along the wrong axis': (lambda P: np.sum(np.log(np.sum(P, axis=1))), lambda P: 0 * P + 1 / onp.sum(P, axis=0),
                             (onp.exp(B),), None, 'wrong-axis')}

@pytest.mark.parametrize('name', CAUSES)
def test_causes(name):
    f, df, args, wrt, cause = CAUSES[name]
    c = check(f, df, *args, wrt=wrt)
    assert (c.status, c.cause) == ('disagrees', cause), c
    assert c.evidence and cause in str(c)

def test_the_scale_is_named():
    assert 'n = 6' in str(check(loss, lambda x, w: x.size * loss_dw(x, w), x, w, wrt='w'))

def test_two_mistakes_at_once_are_no_known_cause():
    c = check(squares, lambda b, X, y: -1.7 * onp.roll(squares_dbeta(b, X, y), 1) + 0.3 * b**2, x[:3], X, y, wrt='beta')
    assert (c.status, c.cause) == ('disagrees', None)

@pytest.mark.parametrize('value', [0.7, onp.float64(0.7), onp.array(0.7)])
@pytest.mark.parametrize('f',
                         [lambda t, a: np.exp(-a * t**2) * np.sin(t), lambda t, a: math.exp(-a * t**2) * math.sin(t)])
def test_a_wrong_number_without_a_known_cause(value, f):
    c = check(f, lambda t, a: 0.123, value, 1.3, wrt='t')
    assert c.status == 'disagrees' and c.wrong.shape == () and c.wrong

# which entries

@pytest.mark.parametrize('f, df, args, wrt',
                         [(loss, loss_dw, (x, w), 'w'), (softmax, softmax_dz, (x,), None),
                          (bilinear, bilinear_dA, (A, x[:4], B), 'A'), (untraced, untraced_dx, (x,), None)])
def test_one_wrong_entry_is_marked(f, df, args, wrt):
    for k in (0, onp.size(df(*args)) - 1):
        c = check(f, changed(df, k, 1e-4), *args, wrt=wrt)
        assert onp.flatnonzero(c.wrong).tolist() == [k] and c.wrong.shape == onp.shape(df(*args))

def test_a_few_of_a_thousand_are_found_by_values_alone():
    def three(x):
        d = untraced_dx(x)
        d[[17, 18, 900]] *= [1.1, 0, -1]
        return d
    f = Counted(untraced)
    c = check(f, three, rng.normal(size=1000))
    assert onp.flatnonzero(c.wrong).tolist() == [17, 18, 900] and f.calls < 1000

def test_the_worst_entry_is_shown_first():
    def wrong(x):
        d = cubes_dx(x)
        d[1], d[4] = d[1] + 0.1, d[4] + 3
        return d
    rows = str(check(cubes, wrong, x)).splitlines()
    assert [row.split()[0] for row in rows if row.strip().startswith('[')] == ['[4]', '[1]']

# bad input

def raises(error):
    def f(x): raise error
    return f

def in_a_circle(x):
    x.append(x)
    return x

class Unarrayable:
    def __array__(self, *args, **kwargs): raise RuntimeError('never.')

BAD = [
    (lambda: check(1, loss_dw, x), TypeError, 'function as f'),
    (lambda: check(loss, None, x, w), TypeError, 'function as df'),
    (lambda: check(loss, loss_dw), TypeError, 'arguments'),
    (lambda: check(loss, loss_dw, x), TypeError, '1 argument'),
    (lambda: check(loss, loss_dw, x, w), ValueError, 'wrt='),
    (lambda: check(loss, loss_dw, x, w, wrt='q'), ValueError, "'q'"),
    (lambda: check(loss, loss_dw, x, w, wrt=2), ValueError, '2'),
    (lambda: check(loss, loss_dw, x, w, wrt=1.5), TypeError, 'wrt'),
    (lambda: check(loss, loss_dw, x, w, wrt=True), TypeError, 'wrt'),
    (lambda: check(loss, loss_dw, x, w, wrt=('x', 'w')), TypeError, 'tuple of 2'),
    pytest.param(lambda: check(loss, lambda x, w: (loss_dw(x, w), loss_dw(x, w)), x, w, wrt=('w', 'w')), ValueError,
                 'twice'),
    (lambda: check(loss, loss_dw, x, w, wrt='w', rtol=-1), ValueError, 'rtol'),
    (lambda: check(loss, loss_dw, x, w, wrt='w', atol=math.nan), ValueError, 'atol'),
    (lambda: check(lambda x: None, cubes_dx, x), TypeError, 'return'),
    (lambda: check(cubes, lambda x: None, x), TypeError, 'return'),
    (lambda: check(lambda x: x + 1j, cubes_dx, x), TypeError, 'real'),
    (lambda: check(cubes, lambda x: 1j * x, x), TypeError, 'real'),
    (lambda: check(cubes, cubes_dx, x + 1j), TypeError, 'real'),
    (lambda: check(lambda x: 'text', cubes_dx, x), TypeError, 'numbers'),
    (lambda: check(lambda s: 1.0, lambda s: 1.0, 'text'), TypeError, 'numbers'),
    (lambda: check(lambda x: x[:0], cubes_dx, x), ValueError, 'empty'),
    (lambda: check(cubes, cubes_dx, x[:0]), ValueError, 'empty'),
    (lambda: check(lambda x: np.sum(np.log(x)), lambda x: 1 / x, -abs(x)), ValueError, 'domain'),
    (lambda: check(cubes, lambda x: 1 / 0, x), ZeroDivisionError, 'division'),
    (lambda: check(lambda x: x[99], cubes_dx, x), IndexError, '99'),
    (lambda: check(cubes, cubes_dx, [[1.0, 2.0], [3.0]]), ValueError, 'different lengths'),
    (lambda: check(cubes, cubes_dx, x, wrt=onp.ones((3, 3))), TypeError, 'as an index'),
    (lambda: check(onp.ones((3, 3)), cubes_dx, x), TypeError, 'function as f'),
    (lambda: check(cubes, cubes_dx, x, kwargs=onp.ones((3, 3))), TypeError, 'kwargs as a dict'),
    (lambda: check(cubes, cubes_dx, x, seed=-1), ValueError, 'seed >= 0'),
    (lambda: check(cubes, cubes_dx, x, seed='a'), TypeError, 'whole number as seed'),
    (lambda: check(cubes, cubes_dx, x, executor=1), TypeError, 'Executor'),
    (lambda: check(cubes, cubes_dx, x, executor=ThreadPoolExecutor), TypeError, 'Executor'),
    (lambda: check(raises(ValueError()), cubes_dx, x), ValueError, 'at the given arguments.'),
    (lambda: check(raises(UnicodeDecodeError('utf-8', b'', 0, 1, 'no')), cubes_dx, x), RuntimeError,
     'UnicodeDecodeError'),
    (lambda: check(lambda l, x: cubes(x), lambda l, x: cubes_dx(x), in_a_circle([1.0]), x, wrt='x'), ValueError,
     'holds itself'),
    (lambda: check(cubes, lambda x: in_a_circle([1.0]), x), ValueError, 'holds itself'),
    (lambda: check(lambda x: onp.ma.masked_array(x, x > 0), lambda x: 1 + 0 * x, x), TypeError, 'MaskedArray'),
    (lambda: check(lambda l: sum(a * b for a, b in zip(l, l[1:] + l[:1])), lambda l: onp.roll(l, 1) + onp.roll(l, -1),
                   [1.0, 2.0, 4.0]), ValueError, 'np.asarray'),
    *[(lambda p=p: check(lambda p: 3.0, lambda p: (), p), ValueError, 'no numbers in p') for p in ([], {}, ())],
    *[(lambda wrt=wrt: check(loss, loss_dw, x, w, wrt=wrt), ValueError, 'no argument')
      for wrt in ('x, w', 'w[1:]', 'w[:, 0]', 'w[0', 'w]', 'w[0] + 3', 'w[x]', 'w[6]', 'w[-7]', ' w')],
    (lambda: check(lambda m: cubes(m['w']), lambda m: (cubes_dx(m['w']), m), {'w': x}, wrt=("m['w']", 'm')),
     ValueError, 'part of another'),
    (lambda: check(cubes, cubes_dx, x, seed=None), TypeError, 'whole number as seed'),
    (lambda: check(cubes, cubes_dx, x, form=['vjp']), ValueError, 'form to be one of'),
    (lambda: check(cubes, cubes_dx, x, along='x'), TypeError, 'along to be an array'),
    (lambda: check(cubes, lambda *args: cubes_dx(args[0]), x, 3.0), TypeError, 'with 2 arguments'),
    (lambda: check(cubes, lambda x: Unarrayable(), x), TypeError, 'of which NumPy can make no array'),
    (lambda: check(cubes, cubes_dx, x, executor=lambda f, tasks: [1.0]), ValueError, 'a value for each task'),
    (lambda: check(lambda x: x**2, lambda x, p: 2 * p, x, form='hvp'), TypeError, 'one number'),
    (lambda: check(lambda x: [[1.0], [1.0, 2.0]], lambda *args: x, x, form='cache'), ValueError, 'different lengths'),
    (lambda: derivative(cubes_dx), TypeError, 'of=f'),
    (lambda: assert_derivative(cubes, lambda x: -cubes_dx(x), x), AssertionError, 'sign')]

@pytest.mark.parametrize('call, kind, part', BAD)
def test_bad_input_is_refused_in_a_sentence(call, kind, part):
    before = x.copy(), w.copy()
    with pytest.raises(kind) as caught: call()
    message = str(caught.value)
    assert type(caught.value) is kind and part in message, message
    assert kind is AssertionError or '\n' not in message and message.rstrip().endswith(('.', '?')), message
    assert onp.array_equal(before[0], x) and onp.array_equal(before[1], w)

# kinks and jumps

def relu(x): return np.sum(np.maximum(x, 0))
at_kink = onp.array([0.0, 1.3, -0.4])

@pytest.mark.parametrize('slope, status',
                         [(0.0, 'agrees'), (1.0, 'agrees'), (0.5, 'agrees'), (-0.01, 'disagrees'), (1.01, 'disagrees'),
                          (2.0, 'disagrees')])
@pytest.mark.parametrize('f',
                         [relu, lambda x: float(onp.maximum(onp.asarray(x, float), 0).sum())
                          if not hasattr(x, '_value') else None])
def test_at_a_kink_what_lies_between_the_slopes_agrees(f, slope, status):
    c = check(f, lambda x: onp.where(x > 0, 1.0, onp.where(x < 0, 0.0, slope)), at_kink)
    assert c.status == status, c
    if status == 'disagrees': assert onp.flatnonzero(c.wrong).tolist() == [0]

def test_a_wrong_entry_beside_a_kink_is_found():
    c = check(relu, lambda x: onp.array([0.5, 1.1, 0.0]), at_kink)
    assert c.status == 'disagrees' and onp.flatnonzero(c.wrong).tolist() == [1]

@pytest.mark.parametrize('distance', [1e-2, 1e-4, 1e-6, 1e-8])
def test_beside_a_kink_there_is_a_derivative(distance):
    near = onp.array([distance, 1.3, -distance])
    assert check(relu, lambda x: 1.0 * (x > 0), near).status == 'agrees'
    assert check(relu, lambda x: 1.0 * (x >= 0.1), near).status == 'disagrees'

def test_at_a_jump_or_an_infinite_slope_nothing_agrees():
    step = lambda x: np.where(x > 1, x + 3, x)
    assert check(step, lambda x: 1.0, 1.0).status != 'agrees'
    root = lambda x: np.sqrt(abs(x))
    assert check(root, lambda x: 0.0, 0.0).status != 'agrees'

def test_at_the_edge_of_the_domain():
    f, df = lambda x: np.sum(x**1.5), lambda x: 1.5 * onp.sqrt(x)
    edge = onp.array([0.0, 0.7, 2.0])
    assert check(f, df, edge).status == 'agrees'
    assert check(f, lambda x: df(x) + 0.1, edge).status == 'disagrees'

def test_two_kinks_of_opposite_sign():
    "Each entry lies between its own one-sided slopes."
    f = lambda x: abs(x[0]) - abs(x[1]) + x[2]
    at = onp.array([0.0, 0.0, 1.3])
    assert check(f, lambda x: onp.array([0.0, 0.0, 1.0]), at).status == 'agrees'
    assert check(f, lambda x: onp.array([1.0, -1.0, 1.0]), at).status == 'agrees'

# functions that round more than their values show

CANCELLING = {
    'log(1 + x²)': (lambda x: np.log(1 + x**2), lambda x: 2 * x / (1 + x**2)),
    '1 - cos x': (lambda x: 1 - np.cos(x), onp.sin),
    '√(1 + x²) - 1': (lambda x: np.sqrt(1 + x**2) - 1, lambda x: x / onp.sqrt(1 + x**2))}

@pytest.mark.parametrize('name', CANCELLING)
@pytest.mark.parametrize('size', [1e-4, 1e-5, pytest.param(1e-8)])
def test_cancellation_is_no_disagreement(name, size):
    "Near 0 the value is the difference of numbers near 1, and has few digits of its own."
    f, df = CANCELLING[name]
    statuses = {check(f, df, size * float(t)).status for t in onp.random.default_rng(0).normal(size=20)}
    assert 'disagrees' not in statuses

def sigmoid(t): return 1 / (1 + np.exp(-t))

ROUNDED = {
    'tanh layer': lambda W, x: (lambda x: np.tanh(W @ x), lambda x: (1 - np.tanh(W @ x)**2)[:, None] * W, 4 * x),
    'sigmoid layer': lambda W, x: (lambda x: sigmoid(W @ x),
                                   lambda x: (sigmoid(W @ x) * (1 - sigmoid(W @ x)))[:, None] * W, 20 * x),
    'variance far from 0': lambda W, x: (lambda x: np.mean((x - np.mean(x))**2), lambda x: 2 * (x - x.mean()) / x.size,
                                         1e6 + x)}

@pytest.mark.parametrize('name', ROUNDED)
def test_rounding_in_a_right_formula_is_no_disagreement(name):
    "Two right formulas, rounded differently: 1 - tanh² where tanh is nearly 1, and the like."
    statuses = set()
    for seed in range(10):
        r = onp.random.default_rng(seed)
        f, df, at = ROUNDED[name](r.normal(size=(20, 10)), r.normal(size=10))
        statuses.add(check(f, df, at).status)
    assert 'disagrees' not in statuses

def test_an_uncertain_slope_confirms_nothing():
    "Far out, sin(x²) turns faster than the steps can follow."
    z = 100 * onp.random.default_rng(0).normal(size=8)
    def plain(x): return math.fsum(onp.sin(x * x))
    def right(x): return 2 * x * onp.cos(x * x)
    c = check(plain, changed(right, onp.argmax(abs(right(z))), 0.01), z)
    assert c.status != 'agrees', c

# points that hide

def test_a_point_that_hides_a_mistake_is_undecided():
    for args in ((onp.zeros(3), w[:3]), (onp.ones(3), onp.zeros(3))):
        c = check(lambda x, w: np.sum(x * np.sin(w)), lambda x, w: x**2 * onp.cos(w), *args, wrt='w')
        assert c.status == 'undecided' and not c.ok
        assert not onp.array_equal(c.point[0], args[0]) and c.reference is not None

def test_what_holds_for_symmetric_matrices_is_left_in_peace():
    S = A @ A.T + onp.eye(4)
    assert check(lambda S: np.linalg.slogdet(S)[1], lambda S: onp.linalg.inv(S), S).status == 'agrees'
    assert check(lambda S: np.linalg.slogdet(S)[1], lambda S: onp.linalg.inv(S), A
                 + 4 * onp.eye(4)).status == 'disagrees'

# functions with side effects

def test_who_writes_is_told_and_the_arguments_stay():
    def f(x):
        x *= 2
        return np.sum(x**2)
    z = x.copy()
    c = check(f, lambda x: 8 * x, z)
    assert onp.array_equal(z, x) and c.status != 'agrees' and 'writes into' in str(c)
    def df(x):
        x += 1
        return cubes_dx(x - 1)
    c = check(cubes, df, z)
    assert onp.array_equal(z, x) and c.status != 'agrees' and 'writes into' in str(c)

def test_who_returns_a_view_is_told():
    c = check(lambda x: np.sum(x**2) / 2, lambda x: x, x)
    assert 'view' in str(c) and c.status == 'agrees'

def test_who_contradicts_himself_cannot_agree():
    noise = onp.random.default_rng(0)
    assert check(cubes, lambda x: cubes_dx(x) + 0.1 * noise.normal(), x).status == 'undecided'
    assert check(lambda x: cubes(x) + 0.1 * noise.normal(), cubes_dx, x).status == 'undecided'

def test_who_writes_into_a_part_of_a_structure():
    def f(p):
        p['a'][0] = 0.0
        return np.sum(p['b'] * p['a'])
    p = {'a': x.copy(), 'b': w.copy()}
    check(f, lambda p: p['a'], p, wrt="p['b']")
    assert onp.array_equal(p['a'], x)

class Slots:
    __slots__ = 'w'
    def __init__(self): self.w = x.copy()

class Model:
    def __init__(self): self.w, self._w = x.copy(), x.copy()

class Private:
    def __init__(self): self._w = x.copy()

def set_item(key, value): return lambda a: a.__setitem__(key, value)

CHANGES = {
    'slots': (Slots, lambda a: onp.multiply(a.w, 2, out=a.w), lambda a: a.w[0], 'a.w'),
    'private': (Model, lambda a: onp.multiply(a._w, 2, out=a._w), lambda a: a._w[0], None),
    'only private': (Private, lambda a: onp.multiply(a._w, 2, out=a._w), lambda a: a._w[0], None),
    'random numbers': (lambda: onp.random.default_rng(0), lambda a: a.normal(),
                       lambda a: a.bit_generator.state['state']['state'], None),
    'set': (lambda: {1}, lambda a: a.add(2), len, 'a'),
    'new key': (lambda: {'k': 1}, set_item('z', 1.0), len, "a['z']"),
    'lost key': (lambda: {'k': 1}, lambda a: a.pop('k'), len, "a['k']"),
    'number': (lambda: {'k': 1}, set_item('k', 5), lambda a: a['k'], "a['k']"),
    'attribute': (Model, lambda a: setattr(a, 'z', 1.0), lambda a: hasattr(a, 'z'), 'a.z'),
    'array': (lambda: x.copy(), set_item(0, 7.0), lambda a: a[0], 'a')}

@pytest.mark.parametrize('name', CHANGES)
@pytest.mark.parametrize('by_keyword', [False, True])
def test_no_argument_is_changed(name, by_keyword):
    make, change, shown, told = CHANGES[name]
    def f(x, a):
        change(a)
        return cubes(x)
    a = make()
    before = shown(a)
    def df(x, a): return (change(a) if told is None else None, cubes_dx(x))[1]
    args, kwargs = ((x,), {'a': a}) if by_keyword else ((x, a), None)
    c = check(f, df, *args, wrt='x', kwargs=kwargs)
    assert shown(a) == before and c.status == ('undecided' if told else 'agrees'), c
    assert told is None or f'f writes into its argument {told};' in str(c)

def test_what_is_taken_away_is_not_missed_elsewhere():
    def f(d, x): return cubes(x) * d.pop('k')
    assert "f writes into its argument d['k']" in str(check(f, lambda d, x: 1.5 * cubes_dx(x), {'k': 1.5}, x, wrt='x'))

def test_what_cannot_be_copied_is_left_alone(tmp_path):
    with open(tmp_path/'log', 'w') as file:
        assert check(lambda file, x: cubes(x), lambda file, x: cubes_dx(x), file, x, wrt='x')

class Backprop:
    "A layer that keeps in its forward pass what it needs in the backward pass."
    def forward(self, x):
        self.h = np.tanh(A[:, :3] @ x)
        return np.sum(self.h)
    def values(self, x): return float(self.forward(onp.asarray(x, float)))
    def backward(self, x): return A[:, :3].T @ (1 - self.h**2)
    def wrong(self, x): return A[:, :3].T @ (1 - self.h)

@pytest.mark.parametrize('dtype', [float, 'float32'])
@pytest.mark.parametrize('forward', [Backprop.forward, Backprop.values])
def test_a_backward_pass_uses_what_the_forward_pass_keeps(forward, dtype):
    layer, z = Backprop(), x[:3].astype(dtype)
    assert check(forward.__get__(layer), layer.backward, z)
    assert check(forward.__get__(layer), layer.wrong, z).status == 'disagrees'

def test_a_model_that_keeps_something_is_told_to():
    c = check(lambda layer, x: layer.forward(x), lambda layer, x: layer.backward(x), Backprop(), x[:3], wrt='x')
    assert c.status == 'undecided' and 'argument layer.h' in c.reason

BUFFER = onp.zeros(6)
def into_buffer(value):
    BUFFER[:] = value
    return BUFFER

def test_a_derivative_that_reuses_its_memory():
    c = check(cubes, lambda x: into_buffer(cubes_dx(x)), onp.ones(6))
    assert c and onp.array_equal(c.hand, onp.full(6, 3.0))
    c = check(cubes, lambda x: into_buffer(cubes_dx(x) + 0.1 * x), x)
    assert not c and onp.array_equal(c.hand, cubes_dx(x) + 0.1 * x)

def test_a_function_that_reuses_its_memory():
    assert check(lambda x: into_buffer(onp.sin(onp.asarray(x, float))), lambda x: onp.diag(onp.cos(x)), x)

@pytest.mark.parametrize('seed', [0, 1])
def test_the_same_seed_gives_the_same_report_and_no_state_is_touched(seed):
    onp.random.seed(3)
    before, filters = onp.random.get_state()[1].copy(), list(warnings.filters)
    reports = {str(check(loss, lambda x, w: 2 * loss_dw(x, w), x, w, wrt='w', seed=seed)) for _ in range(3)}
    reports |= {str(check(untraced, changed(untraced_dx, 3, 0.1), x, seed=seed)) for _ in range(2)}
    assert len(reports) == 2
    assert onp.array_equal(onp.random.get_state()[1],
                           before) and warnings.filters == filters and onp.geterr() == onp.geterr()

def test_no_warning_leaks():
    def noisy(x):
        warnings.warn('from f')
        return np.sum(np.log(x)) + 0 * onp.log(onp.array(-1.0))
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        for df in (lambda x: 1 / x, lambda x: onp.log(-x), lambda x: x / 0):
            check(lambda x: np.sum(np.log(x)), df, abs(x))
        check(lambda x: np.sum(np.sqrt(x)), lambda x: 0.5 / onp.sqrt(x), onp.array([0.0, 1.0]))
        check(lambda x: (warnings.warn('from f'), np.sum(x**2))[1], lambda x: 2 * x, x)

# few evaluations

@pytest.mark.parametrize('n', [10, 100, 10_000])
def test_values_alone_take_few_evaluations(n):
    f, z = Counted(untraced), rng.normal(size=n)
    assert check(f, untraced_dx, z) and f.calls <= 40
    f.calls = 0
    c = check(f, changed(untraced_dx, n // 2, 1e-3), z)
    assert onp.flatnonzero(c.wrong).tolist() == [n // 2] and f.calls <= 60

def test_a_traced_function_takes_fewer():
    f = Counted(cubes)
    assert check(f, cubes_dx, rng.normal(size=1000)) and f.calls <= 20

def test_autodiff_is_silent_in_the_same_words_each_time():
    pytest.importorskip('scipy')
    from scipy import fft, interpolate, special
    spline = interpolate.CubicSpline([0, 1, 2, 3.0], [0, 1, 0, 1.0])
    def silent(f, df, *args): return next(line for line in str(check(f, df, *args)).splitlines() if 'silent' in line)
    assert "SciPy's gammaln" in silent(lambda x: special.gammaln(x), lambda x: onp.diag(special.psi(x)), abs(x))
    for words, call in (('scipy.fft,', lambda x: np.sum(np.abs(fft.fft(x))**2)),
                        ('scipy.interpolate,', lambda x: np.sum(spline(x)))):
        said = silent(call, cubes_dx, abs(x))
        assert words in said and 'autograd.numpy' not in said
    assert 'autograd.numpy' not in silent(lambda x: math.fsum(x**3), cubes_dx,
                                          x) and 'autograd.numpy' in silent(lambda x: onp.sum(onp.asarray(x,
                                              float)**3), cubes_dx, x)
    c = check(spline, spline.derivative(), 0.3) # the docstring of its class is on splines
    assert c and 'scipy.interpolate,' in str(c) and 'derivation' not in str(c)
    assert check(lambda x: onp.polyval([1, 2, 3], x), lambda x: 2 * x + 2, 0.4)

def test_the_report_says_in_markdown_what_it_says_in_a_terminal():
    text = check(lambda p: cubes(p['a|b']), lambda p: 1.5 * cubes_dx(p['a|b']), {'a|b': x}, wrt=
                 "p['a|b']")._repr_markdown_()
    assert {row.replace(r'\|', '').count('|')
            for row in text.split('| entry')[1].splitlines()[1:]} == {5} and r"p['a\|b'] there" in text
    def df(x):
        "y = x**2, dy/dx = 3*x"
        return 2 * x
    assert r'3\*x: dy/dx is 2\*x' in check(lambda x: x**2, df, 0.7)._repr_markdown_()

# models and tuples

model = Chain(Dense(rng.normal(size=(4, 3)), rng.normal(size=4), np.tanh),
              Dense(rng.normal(size=(1, 4)), rng.normal(size=1)))
def model_loss(model, x): return np.sum(model(x)**2)
def model_derivative(model, x): return gradient(model_loss, model, x)[0]

def test_a_model_has_a_verdict_for_each_part():
    c = check(model_loss, model_derivative, model, X[0], wrt='model')
    assert c and len(c) == 4 and [p.wrt for p in c] == [f'model.layers[{k}].{part}' for k in (0, 1)
        for part in ('weight', 'bias')]

def test_one_part_of_a_model():
    def by_weight(model, x): return model_derivative(model, x).layers[0].weight
    assert check(model_loss, by_weight, model, X[0], wrt='model.layers[0].weight')
    c = check(model_loss, lambda m, x: by_weight(m, x) * 1.5, model, X[0], wrt='model.layers[0].weight')
    assert (c.status, c.cause) == ('disagrees', 'scale')

def test_a_wrong_part_of_a_tuple_is_the_one_that_disagrees():
    def df(x, w): return loss_dw(w, x), -loss_dw(x, w)
    for wrt in (None, ('x', 'w'), (0, 1)):
        c = check(loss, df, x, w, wrt=wrt)
        assert [p.status for p in c] == ['agrees',
                                         'disagrees'] and not c and c.status == 'disagrees' and c[1].cause == 'sign'

def test_a_list_of_derivatives_is_a_tuple():
    product = lambda a, b: np.sum(a * b)
    for args in ((x, w), (1.3, 0.4), (x, 0.4)):
        assert check(product, lambda a, b: [b + 0 * a, a + 0 * b if onp.ndim(b) else onp.sum(a)], *args, wrt=('a', 'b'))
    assert not check(product, lambda a, b: [b, -a], x, w, wrt=('a', 'b'))

@pytest.mark.parametrize('wrt, k', [('m[-1]["w"]', 1), ("m[-2]['w']", 0), ("m[0]['w']", 0)])
def test_indices_count_from_the_end_too(wrt, k):
    c = check(lambda m: np.sum(m[0]['w']**2) + cubes(m[1]['w']), lambda m: (2 * m[0]['w'], cubes_dx(m[1]['w']))[k],
              [{'w': x}, {'w': w}], wrt=wrt)
    assert c and c.wrt == f"m[{k}]['w']"
    assert check(cubes, lambda x: cubes_dx(x)[-1], x, wrt='x[-1]').wrt == 'x[5]'

def test_integers_count_where_there_are_no_floats():
    assert len(check(lambda p: p[0] * 2.0 + p[1] * 3, lambda p: (2.0, 3.0), (3, 4))) == 2
    assert check(lambda p: p['a'] * 2.0, lambda p: {'a': 2.0}, {'a': 3}) and not check(lambda p: p['a'] * 2.0,
        lambda p: {'a': 3.0}, {'a': 3})
    assert check(lambda p: p['n'][0] * p['s'], lambda p: (p['s'],), {'n': (3,), 's': 2.5}, wrt="p['n']")
    assert check(lambda p: p['n'] * p['s'], lambda p: {'s': p['n']}, {'n': 3, 's': 2.5}).wrt == "p['s']"

def test_a_tuple_is_an_array_of_values():
    assert check(lambda x: (x**2, x**3), lambda x: onp.array([2 * x, 3 * x**2]), 0.4)

def test_keyword_arguments_are_passed():
    f, df = lambda x, p=2: np.sum(x**p), lambda x, p=2: p * x**(p - 1)
    assert check(f, df, abs(x), kwargs={'p': 3}) and not check(f, lambda x, p=2: 2 * x, abs(x), kwargs={'p': 3})

# arrays of all kinds

def test_float32():
    x32, w32 = x.astype('float32'), w.astype('float32')
    f = lambda x, w: np.mean(np.tanh(x * w))
    assert check(f, loss_dw, x32, w32, wrt='w')
    assert check(f, changed(loss_dw, 2, 1e-2), x32, w32, wrt='w').status == 'disagrees'
    c = check(f, lambda x, w: loss_dw(x.astype(float), w.astype(float)), x32, w32, wrt='w')
    assert c and 'float64 where w is float32' in str(c)

@pytest.mark.parametrize('z', [x, x.astype('float32')])
def test_a_function_that_rounds_to_float32_inside(z):
    c = check(lambda x: np.sum(x.astype('float32')**3), cubes_dx, z)
    assert c.status != 'disagrees', c

@pytest.mark.parametrize('make',
                         [lambda a: a[::-1], lambda a: onp.repeat(a, 2)[::2],
                          lambda a: onp.asfortranarray(onp.stack([a, a]))[0],
                          lambda a: (a.setflags(write=False), a)[1]],
                          ids=['reversed', 'strided', 'column order', 'read-only'])
def test_views_and_read_only_arrays(make):
    z = make(x.copy())
    assert check(cubes, cubes_dx, z) and not check(cubes, changed(cubes_dx, 1, 1e-4), z)
    assert check(untraced, untraced_dx, z)

def test_a_transposed_matrix():
    c = check(bilinear, changed(bilinear_dA, 1, 1e-3), A.T, x[:4], B, wrt='A')
    assert onp.argwhere(c.wrong).tolist() == [[0, 1]]

def test_a_bound_method():
    class Model:
        def loss(self, x, w): return loss(x, w)
        def by_w(self, x, w): return loss_dw(x, w)
    assert check(Model().loss, Model().by_w, x, w, wrt='w')
    assert not check(Model().loss, Model().by_w, x, w, wrt='x')

def test_long_doubles_have_a_report():
    assert str(check(cubes, cubes_dx, x.astype(onp.longdouble)))

@pytest.mark.parametrize('bad', [pytest.param(v) for v in (onp.nan, onp.inf)])
def test_an_argument_that_is_not_finite_is_not_called_right(bad):
    z = onp.array([1.0, bad, 3.0])
    try: assert check(lambda x: np.sum(np.tanh(np.nan_to_num(x))), lambda x: 1 - onp.tanh(onp.nan_to_num(x))**2,
                      z).status == 'undecided'
    except ValueError as error: assert 'finite' in str(error)

# every entry

def with_threads():
    with ThreadPoolExecutor(2) as pool: yield pool

def with_dask():
    Client = pytest.importorskip('distributed').Client
    with Client(processes=False, dashboard_address=None, n_workers=1, threads_per_worker=2) as client:
        yield client.get_executor()

@pytest.fixture(params=[lambda: iter([None]), with_threads, with_dask], ids=['alone', 'threads', 'dask'])
def executor(request): yield from request.param()

def test_exhaustive(executor, capfd):
    z = rng.normal(size=40)
    def three(x):
        d = untraced_dx(x)
        d[[5, 6, 30]] += [1e-4, -1e-4, 1e-4]
        return d
    assert check(untraced, untraced_dx, z, exhaustive=True, executor=executor)
    c = check(untraced, three, z, exhaustive=True, executor=executor)
    assert onp.flatnonzero(c.wrong).tolist() == [5, 6, 30]

def test_exhaustive_finds_what_all_directions_see_alike():
    "An error in all entries has no few entries to find: only a sweep has a reference."
    z = rng.normal(size=200)
    c = check(untraced, lambda x: 2 * untraced_dx(x), z, exhaustive=True)
    assert c.wrong.all() and c.cause == 'scale'

# would it have been caught?

def test_power_at_a_generic_point():
    p = power(loss, loss_dw, x, w, wrt='w')
    assert p and {row.outcome for row in p if row.mistake != 'transpose'} == {'caught'} and {'sign', 'scale',
        'few-entries', 'missing-factor'} <= {row.mistake for row in p}

def test_power_at_a_poor_point():
    outcomes = dict(power(loss, loss_dw, onp.ones(4), onp.ones(4), wrt='w'))
    assert outcomes['sign'] == outcomes['scale'] == 'caught' and outcomes['permuted'] != 'caught' and outcomes[
        'missing-factor'] == 'shown at another point'

@pytest.mark.parametrize('df, options, kind, part',
                         [(loss_dw, {}, ValueError, 'say wrt='), (loss_dw, dict(wrt='q'), ValueError, "'q'"),
                          (loss_dw, dict(wrt='w', rtol='a'), TypeError, 'rtol'),
                          (loss_dw, dict(wrt='w', foo=3), TypeError, 'foo'),
    (lambda x, w: None, dict(wrt='w'), TypeError, 'None'),
    (lambda x, w: 1 / 0, dict(wrt='w'), ZeroDivisionError, 'raised'),
    (lambda x, w: 2 * loss_dw(x, w), dict(wrt='w'), ValueError, 'disagrees')])
def test_power_needs_a_check_that_runs_and_a_derivative_that_is_right(df, options, kind, part):
    with pytest.raises(kind, match=part): power(loss, df, x, w, **options)

def test_power_where_the_derivatives_are_a_list():
    assert {row.outcome
            for row in power(lambda a, b: np.sum(a**2 * b), lambda a, b: [2 * a * b, a**2], x, w, wrt=('a', 'b'))} == {
                'caught', 'makes no difference here'}

# random functions

UNARY = {
    'sin': np.sin, 'tanh': np.tanh, 'exp': lambda z: np.exp(z / 4), 'square': lambda z: z**2 / 2,
    'softplus': lambda z: np.logaddexp(0, z),
    'log': lambda z: np.log(1 + z**2), 'root': lambda z: np.sqrt(1 + z**2), 'ratio': lambda z: z / (2 + np.cos(z)),
    'cube': lambda z: z**3 / 9}
BINARY = {'+': np.add, '-': np.subtract, '*': np.multiply, '/': lambda a, b: a / (3 + np.sin(b))}
REDUCE = {
    'sum': np.sum, 'mean': np.mean, 'norm': lambda z: np.sqrt(0.1 + np.sum(z**2)),
    'dot': lambda z: np.sum(z * np.linspace(-1, 2, z.size)),
    'logsumexp': lambda z: np.log(np.sum(np.exp(z / 8))), 'neighbours': lambda z: np.sum(np.sin(z[1:] - z[:-1]))}

def expressions():
    "Trees of elementwise functions of `x` and `w`."
    leaf = st.sampled_from(['x', 'x', 'w'])
    return st.recursive(leaf, lambda e: st.tuples(st.sampled_from(list(UNARY)), e)
                        | st.tuples(st.sampled_from(list(BINARY)), e, e), max_leaves=5)

def value(tree, x, w):
    if tree in ('x', 'w'): return x if tree == 'x' else w
    name, *parts = tree
    values = [value(part, x, w) for part in parts]
    return UNARY[name](*values) if len(values) == 1 else BINARY[name](*values)

def made(tree, reduce):
    def f(x, w): return REDUCE[reduce](value(tree, x, w))
    return f

def by_values(f):
    "The same function, where autograd cannot follow."
    def plain(x, w): return float(onp.asarray(f(onp.asarray(x, float), w)))
    return plain

def generic(seed, n):
    r = onp.random.default_rng(seed)
    return r.uniform(0.3, 1.7, n) * r.choice([-1, 1], n), r.normal(size=n)

functions = given(expressions().filter(lambda tree: "'x'" in repr((tree,))), st.sampled_from(list(REDUCE)),
                  st.integers(0, 10**6), st.integers(3, 8))
few = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])

@few
@functions
def test_random_right_derivatives_agree(tree, reduce, seed, n):
    args, f = generic(seed, n), made(tree, reduce)
    c = check(f, grad(f), *args, wrt='x')
    assert c.status == 'agrees', (tree, reduce, c)

@few
@functions
def test_random_right_derivatives_agree_by_values_alone(tree, reduce, seed, n):
    "But where the derivative is zero up to rounding: there the values are nothing but rounding, too."
    args, f = generic(seed, n), made(tree, reduce)
    c = check(by_values(f), grad(f), *args, wrt='x')
    nothing = abs(grad(f)(*args)).max() < 1e-12 * abs(f(*args))
    assert c.status == 'agrees' or c.status == 'undecided' and nothing, (tree, reduce, c)

@few
@functions
def test_one_entry_of_a_random_derivative_is_found(tree, reduce, seed, n):
    args, f = generic(seed, n), made(tree, reduce)
    right = grad(f)(*args)
    assume(abs(right).max() > 1e-6)
    k = seed % n
    c = check(f, changed(grad(f), k, 1e-4), *args, wrt='x')
    assert c.status == 'disagrees' and onp.flatnonzero(c.wrong).tolist() == [k], (tree, reduce, c)

@few
@functions
def test_one_entry_of_a_random_derivative_is_found_by_values_alone(tree, reduce, seed, n):
    args, f = generic(seed, n), made(tree, reduce)
    right = grad(f)(*args)
    assume(abs(right).max() > 1e-3 * max(1, abs(f(*args))))
    k = seed % n
    c = check(by_values(f), changed(grad(f), k, 1e-4), *args, wrt='x')
    assert c.status == 'disagrees' and onp.flatnonzero(c.wrong).tolist() == [k], (tree, reduce, c)

# rounding, and what is none

def _hilbert(n): return 1 / (onp.arange(n)[:, None] + onp.arange(n) + 1)

@pytest.mark.parametrize('n', [4, 6, 8])
def test_a_badly_conditioned_matrix_is_no_mistake(n):
    "Two right formulas differ by rounding times the condition number; a wrong one by more."
    c, b = onp.random.default_rng(n).normal(size=(2, n))
    def f(A, b): return np.dot(c, np.linalg.solve(A, b))
    assert check(f, lambda A, b: onp.linalg.inv(A).T @ c, _hilbert(n), b, wrt='b').status == 'agrees'
    def wrong(A, b): return changed(lambda A: onp.linalg.inv(A).T @ c, 1, 0.1)(A)
    assert check(f, wrong, _hilbert(n), b, wrt='b').status == 'disagrees'

def test_a_saturated_loss_is_rounded_only():
    w, y = onp.array([30.0, -33, 28]), onp.array([1.0, -1, 1])
    def loss(w, y): return np.sum(np.logaddexp(0, -y * w))
    assert check(loss, lambda w, y: 1 / (1 + onp.exp(-w)) - (y + 1) / 2, w, y, wrt='w')
    assert check(loss, lambda w, y: 1 / (1 + onp.exp(-w)) - y / 2, w, y, wrt='w').status == 'disagrees'

@pytest.mark.parametrize('f, df', [
    (lambda S: 2 * np.sum(np.log(np.diag(np.linalg.cholesky(S)))), onp.linalg.inv),
    (lambda S: np.linalg.eigh(S)[0][0], lambda S: onp.outer(*[onp.linalg.eigh(S)[1][:, 0]] * 2))],
    ids=['cholesky', 'eigh'])
def test_one_triangle_of_a_symmetric_matrix(f, df):
    S = onp.array([[2.0, 0.3], [0.3, 1.1]])
    assert 'one triangle' in check(f, df, S).reason
    assert check(f, lambda S: 1.5 * df(S), S).status == 'disagrees'

def test_an_infinite_slope_is_nothing_to_be_sure_of():
    def entropy(x): return math.fsum(t * math.log(t) if t else 0.0 for t in onp.asarray(x, float))
    def df(x):
        with onp.errstate(divide='ignore'): return 1 + onp.log(x)
    assert check(entropy, df, onp.array([0.0, 0.5])).status == 'undecided'
    assert check(entropy, lambda x: onp.array([onp.inf, 1.0]), onp.array([0.3, 0.5])).status == 'disagrees'

def test_a_wrong_sign_next_to_zero_is_seen():
    assert check(lambda x: np.sum(np.exp(x)), lambda x: -np.exp(x),
                 1e-17 * onp.array([1.0, 2, 1.5])).status == 'disagrees'

def test_a_small_slope_beside_large_ones_is_seen():
    x = onp.array([10.0, 0, 5, -2, 1])
    def f(x): return math.fsum(onp.exp(onp.asarray(x, float)))
    assert check(f, onp.exp, x)
    c = check(f, lambda x: onp.exp(x) * [1, 1, 1, 1.1, 1], x)
    assert c.status == 'disagrees' and list(c.wrong) == [False, False, False, True, False]

def test_autodiff_that_is_not_a_number_is_named():
    assert check(lambda x: np.sum(x * np.sqrt(x)), lambda x: 1.5 * np.sqrt(x),
                 onp.array([0.0, 1.3])).reason == 'Autodiff is nan at [0]'

@pytest.mark.parametrize('f, df', [
    (lambda x: math.fsum(onp.sin(onp.asarray(x, float))), onp.cos), (lambda x: np.sum(np.sin(x)), onp.cos),
    (lambda x: np.sum(np.tanh(x)), lambda x: 1 - onp.tanh(x)**2),
    (lambda x: math.fsum(onp.exp(onp.asarray(x, float))), onp.exp)])
@pytest.mark.parametrize('scale', [0.1, 1.0, 12.0])
def test_what_is_said_to_be_detectable_is_seen(f, df, scale):
    z = scale * onp.array([0.3, 0.9, -1.4])
    c = check(f, df, z)
    for entry in onp.eye(3): assert check(f, lambda x: df(x) + 2 * c.detectable * entry, z).status != 'agrees'

@pytest.mark.parametrize('n', [100, 20000])
@pytest.mark.parametrize('move, said',
                         [(lambda d: onp.roll(d, 3), 'rolled by 3'), (lambda d: d[::-1], 'reversed'),
                          (lambda d: onp.sort(d), 'in another order'), (onp.cumsum, None)])
def test_a_sample_tells_what_is_in_another_order(n, move, said):
    z = onp.random.default_rng(n).normal(size=n)
    c = check(lambda x: math.fsum(onp.sin(onp.asarray(x, float))), lambda x: move(onp.cos(x)), z)
    assert c.status == 'disagrees' and (c.cause == 'permuted' and said in str(c) if said else c.cause is None)

def test_a_difference_that_overflows_is_no_rounding():
    at = onp.array([709.7, 1.0])
    assert check(lambda x: np.sum(np.exp(x)), lambda x: -np.exp(x), at).status == 'disagrees'

def test_a_mistake_in_one_of_many_equal_entries_is_no_rounding():
    z = onp.full(4, 0.3)
    def largest_off(x):
        d = onp.cos(x)
        d[onp.argmax(d)] *= 1.001
        return onp.array(d, float)
    assert check(lambda x: np.sum(np.sin(x)), largest_off, z).status != 'agrees'

def test_swapped_functions_are_told_apart_even_where_they_share_a_line():
    c = check(lambda x: 3 * x**2, lambda x: np.sum(x**3), x)
    assert c.evidence[0] == 'f and df are swapped: f is the derivative of df; call check(df, f, …)'

def test_float32_values_are_said_to_be_coarse():
    c = check(lambda x: onp.sum(onp.sin(onp.asarray(x, 'f4'))), lambda x: onp.cos(x), x.astype('f4'))
    assert c and 'returns float32, let it compute in float64' in str(c) and 'f is linear' not in str(c)

def by_w_of_a_loss(x, w):
    "dL/dw = x"
    return 1.0 * x

def test_a_docstring_about_something_else_is_no_error():
    assert check(lambda x, w: np.sum(x * w), by_w_of_a_loss, x, w)

def test_true_and_false_are_numbers():
    assert check(lambda x: onp.sum(onp.asarray(x, float)) > 3, lambda x: 0 * x, x).ok
    assert check(lambda x: onp.sum(onp.asarray(x, float)) > 3, lambda x: onp.cos(x), x).status == 'disagrees'

def test_functions_that_set_numpys_alarms_do_so_for_themselves():
    def f(x):
        onp.seterr(all='raise')
        return float(onp.sum(onp.asarray(x, float)))
    before = onp.geterr()
    assert check(f, lambda x: 1e308 * onp.ones(3), onp.array([.3, -1.2, 2.])).status != 'agrees'
    assert onp.geterr() == before

def test_an_exception_without_words_reaches_the_report():
    class Mute(Exception):
        def __str__(self): raise RuntimeError('no words')
    def f(x):
        if not isinstance(x, onp.ndarray): raise Mute
        return float(onp.sum(onp.sin(x)))
    assert check(f, onp.cos, x).ok

def test_more_values_than_reverse_passes_are_worth():
    "A pass backward for each of 20,000 values, of 20,000 numbers each, would take 3 GB and minutes."
    big = onp.arange(20_000.0)
    def f(x): return np.sum(x) * big
    c = check(f, lambda x: onp.outer(big, onp.ones(2)), x[:2])
    assert c.ok and 'too long' in str(c)
    assert check(f, lambda x: x, x[:2]).cause == 'wrong-shape'

def test_growth_that_overflows_explains_nothing():
    c = check(lambda x: np.sum(np.exp(x)), lambda x: onp.exp(x) * onp.linspace(.5, 2, 3), onp.array([600., 650., 700.]))
    assert c.status == 'disagrees'
