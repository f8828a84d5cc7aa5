"Every mistake by its signature; no name for what is none; arguments untouched, whatever they are."
import warnings
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes
from literate_grad.checking.closed_forms import softmax_along
from literate_grad.checking.diagnosis import CAUSES, coupling, diagnose, hypotheses
from literate_grad.checking.other_points import MovablePair
from literate_grad.checking.signatures import Pair

pytestmark = pytest.mark.filterwarnings('error')
SHAPES = [(3,), (7,), (64,), (3, 3), (4, 6), (2, 3, 4)]
def normal(shape, seed=0): return np.random.default_rng(seed).normal(size=shape)

def diagnosis(hand, reference, tolerance=None, wrt='w', **arguments):
    tolerance = 1e-12 * np.max(abs(np.asarray(reference)), initial=0) if tolerance is None else tolerance
    return diagnose(hand, reference, tolerance, wrt=wrt, arguments=arguments)

def at_a_point(hand_at, reference_at, wrt, others=None, **arguments):
    return diagnose(hand_at(arguments), reference_at(arguments), 1e-12, wrt=wrt, arguments=arguments,
                    hand_at=hand_at, reference_at=reference_at, others=others)

def changed(r, place, value):
    r = r.copy()
    r.flat[place] = value
    return r

def shuffled(r): return r.ravel()[np.argsort(np.sin(3 + 5 * np.arange(r.size)))].reshape(r.shape)

PLAIN = {
    'sign': [lambda r: -r],
    'scale': [lambda r: 2 * r, lambda r: r / r.size, lambda r: -0.123 * r],
    'offset': [lambda r: r + 1, lambda r: r - 1e-3],
    'zero': [lambda r: 0 * r],
    'nonfinite': [lambda r: changed(r, -1, np.nan), lambda r: np.where(r > 0, np.inf, r)],
    'low-precision': [lambda r: r.astype(np.float16), lambda r: r.astype(np.float32).astype(float)],
    'permuted': [lambda r: np.roll(r, 1), lambda r: r[::-1], np.flip, shuffled],
    'few-entries': [lambda r: changed(r, 0, r.flat[0] + 3 * abs(r).max())],
    'wrong-shape': [lambda r: r[None], lambda r: r[..., None], np.sum, lambda r: r[:-1], lambda r: np.stack([r, r])],
}

@pytest.mark.parametrize('shape', SHAPES, ids=str)
@pytest.mark.parametrize('cause, mistake', [(cause, m) for cause, ms in PLAIN.items() for m in ms])
def test_what_the_values_show(cause, mistake, shape):
    reference = normal(shape)
    found = diagnosis(mistake(reference), reference, w=normal(shape, 1), x=normal(shape, 2), name='text')
    assert found.cause == cause, found
    assert all(isinstance(sentence, str) for sentence in found.evidence) and found.evidence

@pytest.mark.parametrize('shape', [(3, 3), (5, 4), (2, 3, 3), (6, 6)])
def test_transposed(shape):
    r = normal(shape)
    assert diagnosis(r.T.reshape(shape), r).cause == 'transpose'

@given(array_shapes(min_dims=1, max_dims=3, min_side=2, max_side=5), st.sampled_from([-3.0, 0.5, 2.0, 0.01, 117.0]),
       st.integers(0, 9))
@settings(max_examples=40)
def test_any_multiple_is_a_scale(shape, factor, seed):
    r = normal(shape, seed)
    found = diagnosis(factor * r, r)
    assert found.cause == 'scale' and f'hand = {factor:g} × reference' in found.evidence[0] and found.wrong.all()

@given(st.integers(8, 40), st.data())
@settings(max_examples=40)
def test_wrong_is_exactly_what_is_wrong(n, data):
    places = data.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=n // 5))
    r, h = normal(n), normal(n, 1)
    right = [i for i in range(n) if i not in places]
    h[right] = r[right]
    found = diagnosis(h, r)
    assert set(np.flatnonzero(found.wrong)) == places and found.cause == 'few-entries'

def test_what_agrees_has_no_cause():
    r = np.array([1.0, np.inf, np.nan, -2.0])
    found = diagnosis(r + [1e-13, 0, 0, 0], r, 1e-12)
    assert not found.wrong.any() and found.cause is None and found.evidence == ()

def test_nan_on_one_side_is_wrong():
    assert list(diagnosis([1.0, np.nan, 3.0], [1.0, 2.0, np.nan], 1e-9).wrong) == [False, True, True]
    assert diagnosis([1.0, 2.0, 3.0], [1.0, 2.0, np.nan], 1e-9).cause is None

@pytest.mark.parametrize('shape', [s for s in SHAPES if s != (3,)], ids=str)
@pytest.mark.parametrize('spoil', [lambda r, e: e, lambda r, e: r + 0.1 * e, lambda r, e: r * (1 + 0.3 * e),
                                   lambda r, e: r + 1e-3 * e])
@pytest.mark.parametrize('seed', range(4))
def test_a_random_difference_has_no_name(shape, spoil, seed):
    x, w, c, e = (normal(shape, 10 * seed + k) for k in range(4))
    r = x * np.cos(x * w)
    h = spoil(r, e)
    found = diagnose(h, r, 1e-10, wrt='w', arguments=dict(x=x, w=w, c=c, l=0.3), hand_at=lambda d: h + d['c'],
                     reference_at=lambda d: r + d['x'], others=lambda name: e**2)
    assert found.cause is None, found

def sigmoid(z): return 1 / (1 + np.exp(-z))
x, w, c = normal(9, 1), normal(9, 2), normal(9, 3)
X, y, v = normal((20, 4), 4), normal(20, 5), normal(4, 6)
A, B, a, b = normal((5, 5), 7), normal((5, 5), 8), normal(5, 9), normal(5, 10)

FORMULAS = [
    ('missing-factor', 'w', lambda d: d['c'] * np.cos(d['x'] * d['w']),
     lambda d: d['c'] * d['x'] * np.cos(d['x'] * d['w'])),
    ('missing-factor', 'w', lambda d: d['c'] * d['x'],
     lambda d: d['c'] * d['x'] * sigmoid(d['x'] * d['w']) * sigmoid(-d['x'] * d['w'])),
    ('missing-factor', 'w', lambda d: d['c'] * d['w'], lambda d: d['c'] * d['w'] / np.sqrt(1 + d['w']**2)),
    ('missing-term', 'w', lambda d: np.exp(d['w']), lambda d: np.exp(d['w']) + d['c'] * d['w']),
    ('missing-term', 'w', lambda d: d['x'] * np.tanh(d['w']),
     lambda d: d['x'] * np.tanh(d['w']) + d['w'] * d['x'] / np.cosh(d['w'])**2),
    ('swapped-argument', 'w', lambda d: d['x'] * np.cos(d['x'] * d['w']**2),
     lambda d: d['w'] * np.cos(d['w'] * d['x']**2)),
    ('wrong-point', 'w', lambda d: np.cos(d['x'] * (d['w'] + 1e-3)), lambda d: np.cos(d['x'] * d['w'])),
    ('wrong-point', 'w', lambda d: d['c'] * np.sin(d['w']), lambda d: d['c'] * np.cos(d['w'])),
]

@pytest.mark.parametrize('cause, wrt, hand, reference', FORMULAS)
def test_formulas(cause, wrt, hand, reference):
    found = at_a_point(hand, reference, wrt, x=x, w=w, c=c)
    assert found.cause == cause, found

def test_the_derivative_by_another_argument_is_called_swapped():
    others = lambda name: c * w if name == 'x' else None
    found = at_a_point(lambda d: d['c'] * d['w'], lambda d: d['c'] * d['x'], 'w', others=others, x=x, w=w, c=c)
    assert found.cause == 'swapped-argument' and 'with respect to x' in found.evidence[0]

MATRICES = [
    ('missing-factor', lambda d: d['a'], lambda d: np.linalg.solve(d['A'], d['a'])),
    ('transpose', lambda d: d['A'] @ np.tanh(d['a']), lambda d: d['A'].T @ np.tanh(d['a'])),
    ('transpose', lambda d: np.tanh(d['A'] @ d['a']), lambda d: np.tanh(d['A'].T @ d['a'])),
    ('missing-term', lambda d: np.sin(d['A'] @ d['a']), lambda d: np.sin(d['A'] @ d['a']) + d['b']),
    ('wrong-axis', lambda d: d['A'] * d['b'], lambda d: d['A'] * d['b'][:, None]),
    ('wrong-axis', lambda d: d['A'] / np.sqrt(np.sum(d['A']**2, 0)),
     lambda d: d['A'] / np.sqrt(np.sum(d['A']**2, 1, keepdims=True))),
    ('missing-term', lambda d: np.diag(np.exp(d['a'])), lambda d: np.diag(np.exp(d['a'])) + d['A']),
    ('missing-term', lambda d: d['A'], lambda d: d['A'] - d['A'].mean(1, keepdims=True)),
]

@pytest.mark.parametrize('cause, hand, reference', MATRICES)
def test_matrices(cause, hand, reference):
    found = at_a_point(hand, reference, 'a', a=a, b=b, A=A)
    assert found.cause == cause, found

def test_regression():
    gradient = lambda d: d['X'].T @ (d['X'] @ d['v'] - d['y']) / len(d['y']) + d['l'] * d['v']
    lost = lambda d: d['X'].T @ (d['X'] @ d['v'] - d['y']) / len(d['y'])
    unscaled = lambda d: d['X'].T @ (d['X'] @ d['v'] - d['y']) + d['l'] * d['v']
    point = dict(X=X, y=y, v=v, l=0.3)
    assert at_a_point(lost, gradient, 'v', **point).cause == 'missing-term'
    assert at_a_point(unscaled, gradient, 'v', **point).cause == 'missing-factor'
    found = at_a_point(lambda d: len(d['y']) * lost(d), lost, 'v', **point)
    assert found.cause == 'scale' and 'n = 20 = X.shape[0]' in found.evidence[0]
    assert 'X.shape' not in at_a_point(lambda d: 20 * lost(d), lost, 'v', **point).evidence[0]
    assert '20 could be n, n = 20 = X.shape[0]' in diagnosis(20 * lost(point), lost(point), 1e-9, **point).evidence[0]

def test_indices_that_occur_twice_are_added():
    index = np.array([0, 2, 2, 4])
    count = np.bincount(index, minlength=5)[:, None]
    table = normal((5, 3))
    found = diagnosis((count > 0) * np.cos(table), count * np.cos(table), table=table, index=index)
    assert found.cause == 'missing-term' and 'index' in found.evidence[0]

def test_a_mask_that_is_not_used():
    mask = np.arange(12) % 2 == 0
    assert diagnosis(np.cos(normal(12)), mask * np.cos(normal(12)), mask=mask).cause == 'missing-factor'
    assert diagnosis(2 * normal(12), np.where(mask, 2 * normal(12), 1.0), mask=mask).cause == 'missing-factor'

def test_shapes_that_tell():
    r = normal((4, 3))
    stories = [(r.T, 'transpose'), (np.stack([r, r]) / 2, 'sum over axis 0'), (np.stack([r, r]), 'mean over axis 0'),
               (r.ravel(), 'numbers are right'), (r[:3], 'last entries'),
               (r.sum(0), 'sum of the reference over axis 0')]
    for hand, word in stories:
        found = diagnosis(hand, r)
        assert found.wrong is None and found.cause == 'wrong-shape' and word in found.evidence[0]

SCALARS = [('scale', lambda d: 2 * d['x'] * np.cos(d['x'])), ('sign', lambda d: -d['x'] * np.cos(d['x'])),
           ('missing-factor', lambda d: np.cos(d['x'])), ('zero', lambda d: 0 * d['x']),
           (None, lambda d: np.cbrt(d['x']) + 0.2)]

@pytest.mark.parametrize('cause, hand', SCALARS)
@pytest.mark.parametrize('number', [float, np.float64, np.array, lambda x: np.array([x])])
def test_scalars(cause, hand, number):
    found = at_a_point(hand, lambda d: d['x'] * np.cos(d['x']), 'x', x=number(0.7))
    assert found.cause == cause and found.wrong.all()

def test_a_scalar_alone_is_a_multiple_of_anything():
    assert diagnosis(1.2345, 1.0).cause is None
    assert diagnosis(2.0, 1.0).cause == 'scale'

def test_a_scalar_that_no_scalar_moves():
    point = dict(X=X, s=0.7)
    assert at_a_point(lambda d: np.sum(d['X']**3), lambda d: np.sum(np.cos(d['X'])), 's', **point).cause is None

@pytest.mark.parametrize('shape', [(0,), (0, 3), (3, 0)])
def test_empty(shape):
    found = diagnosis(np.zeros(shape), np.zeros(shape), 1e-9)
    assert found.cause is None and found.wrong.shape == shape
    assert diagnosis(np.zeros(shape), np.zeros(2), 1e-9).cause == 'wrong-shape'

def test_complex_numbers():
    r = normal(6) + 1j * normal(6, 1)
    spoiled = [('sign', -r), ('scale', 2j * r), ('offset', r + 1j), ('zero', 0 * r), (None, r.conj()),
               (None, r * normal(6, 2))]
    for cause, h in spoiled:
        assert diagnosis(h, r, w=r).cause == cause

def test_integers_booleans_and_lists():
    assert diagnosis([2, 4, 6], [1, 2, 3]).cause == 'scale'
    assert diagnosis(np.array([True, False, False, True]), np.array([1.0, 1, 0, 1])).cause == 'few-entries'
    assert diagnosis(np.float32([2, 4, 6]), np.float32([1, 2, 3])).cause == 'scale'

class Layer:
    def __init__(self): self.weight, self.activation = normal((3, 4)), np.tanh

def test_models_text_and_paths():
    layer, r = Layer(), normal((3, 4), 1)
    arguments = {'model': layer, 'args[1]': [1.0, 2.0], 'kind': 'relu', 'nothing': None, 'ragged': [[1], [2, 3]],
                 'pair': (np.ones(2), {'k': 2}), 'f': np.sin}
    found = diagnose(r + layer.weight, r, 1e-12, wrt='model.weight', arguments=arguments, hand_at=lambda d: r,
                     reference_at=lambda d: r, others=lambda name: None)
    assert found.cause == 'missing-term' and 'model.weight' in found.evidence[0]

def test_functions_may_refuse():
    def refuse(d): raise ValueError('no')
    def warn(d):
        warnings.warn('careful')
        return np.log(d['x'] - 100)
    for f in (refuse, warn, lambda d: None, lambda d: 'text', lambda d: np.zeros(3)):
        found = diagnose(normal(9, 7), normal(9, 8), 1e-9, wrt='w', arguments=dict(x=x, w=w, A=A), hand_at=f,
                         reference_at=f, others=f)
        assert found.cause is None

@pytest.mark.parametrize('n, most', [(9, 60), (10**5, 4)])
def test_calls_are_bounded(n, most):
    calls = []
    def count(d):
        calls.append(1)
        return normal(n, len(calls))
    arguments = {k: normal(n, i) for i, k in enumerate('abcdef')}
    diagnose(normal(n), normal(n, 1), 1e-9, wrt='a', arguments=arguments, hand_at=count, reference_at=count)
    assert len(calls) <= most

def test_nothing_is_changed():
    def greedy(d):
        for value in d.values():
            if isinstance(value, np.ndarray): value[...] = 7
        return normal(9)
    h, r, t = normal(9, 1), normal(9, 2), np.full(9, 1e-9)
    arguments = dict(x=x.copy(), w=w.copy(), l=0.5)
    before = [a.copy() for a in (h, r, t, arguments['x'], arguments['w'])]
    state = np.random.get_state()[1].copy()
    diagnose(h, r, t, wrt='w', arguments=arguments, hand_at=greedy, reference_at=greedy)
    assert all(np.array_equal(a, b) for a, b in zip(before, (h, r, t, arguments['x'], arguments['w'])))
    assert list(arguments) == ['x', 'w', 'l'] and np.array_equal(state, np.random.get_state()[1])

def test_read_only_and_reversed_arrays():
    r = normal(9)[::-1]
    r.flags.writeable = False
    assert diagnosis(r * x[::-1], r, x=x[::-1]).cause == 'missing-factor'

def test_the_same_question_has_the_same_answer():
    ask = lambda: at_a_point(lambda d: d['x'] * d['w'], lambda d: d['x'] * d['w'] + d['c']**2, 'w', x=x, w=w, c=c)
    (a, b), (p, q) = [ask()[1:] for _ in range(2)]
    assert (a, b) == (p, q)

@pytest.mark.parametrize('shape', [(10**6,), (1000, 1000)])
def test_a_million_entries(shape):
    u, r = normal(shape, 1), normal(shape, 2)
    few = changed(r, 12345, 7)
    spoiled = [('sign', -r), ('few-entries', few), ('permuted', np.roll(r, 1)), ('missing-factor', r / u),
               ('low-precision', r.astype(np.float16)), (None, normal(shape, 3))]
    for cause, h in spoiled:
        found = diagnose(h, r, 1e-12 * abs(r), wrt='u', arguments=dict(u=u), hand_at=lambda d: h,
                         reference_at=lambda d: r)
        assert found.cause == cause
        if cause == 'few-entries': assert np.flatnonzero(found.wrong).tolist() == [12345]

def test_the_evidence_speaks_of_hand():
    for ms in PLAIN.values():
        found = diagnosis(ms[0](normal(7)), normal(7))
        assert 'hand' in found.evidence[0] and 'autodiff' not in found.evidence[0]

@pytest.mark.parametrize('tolerance', [1e-3, 1e-2, 0.3, 10.0, np.inf])
def test_a_rough_reference_names_little(tolerance):
    for n in (12, 1000, 10**5):
        h, r = normal(n, 1), normal(n, 2)
        found = diagnose(h, r, tolerance, wrt='w', arguments=dict(w=normal(n, 3), x=normal(n, 4)), hand_at=lambda d: h,
                         reference_at=lambda d: r)
        assert found.cause is None, (n, found)

def test_a_sign_shows_through_noise():
    r = normal(30)
    assert diagnosis(-r + 1e-4 * normal(30, 1), r, 1e-3).cause == 'sign'
    assert diagnosis(2 * r + 1e-4 * normal(30, 1), r, 1e-3).cause == 'scale'

@pytest.mark.parametrize('off', [1e-6, -1e-6, 3e-9, 1.25e-4, -2e-10])
def test_a_factor_next_to_1_can_be_told_from_it(off):
    factor, found = 1 + off, diagnosis((1 + off) * normal(9), normal(9))
    shown = found.evidence[0].removeprefix('hand = ').split()[0]
    assert found.cause == 'scale' and abs(float(shown) - factor) < 0.05 * abs(off) and ' is 1' not in found.evidence[0]

@pytest.mark.parametrize('n', [2, 3, 6])
def test_an_offset_has_to_be_seen_in_every_entry(n):
    r = np.array([1e-8, 1e4, 3e-7, 2e-6, 5e-7, 1e-5])[:n]
    wrong = r * np.where(np.arange(n) == 0, 1.5, 1)
    assert diagnosis(wrong, r, 1e-9 * r).cause == ('few-entries' if n > 2 else None)
    assert diagnosis(r + 0.1, r, 1e-9 * r).cause == 'offset'

@pytest.mark.parametrize('seed', range(5))
def test_an_entry_that_hides_the_difference_supports_nothing(seed):
    r = normal((4, 6), seed)
    r[0, 0] = 1e12
    assert diagnosis(r + 0.3 * normal((4, 6), 99), r, 1e-12 * abs(r), x=normal((4, 6), 98)).cause is None

def test_the_factor_of_a_scalar_is_named_by_what_does_not_move():
    bias = lambda d: 2 * np.mean(d['X'] @ d['w'] + d['b'] - d['y'])
    data = dict(X=normal((20, 3)), y=normal(20, 1), w=normal(3, 2))
    told = lambda factor: at_a_point(lambda d: factor(d) * bias(d), bias, 'b', b=0.3, **data)
    found = told(lambda d: len(d['y']))
    assert found.cause == 'scale' and '20 is n, n = 20 = X.shape[0]' in found.evidence[0]
    for factor in (20, 8, 0.3):
        sentence = told(lambda d: factor).evidence[0]
        assert '.size' not in sentence and '.shape' not in sentence and ' is b' not in sentence
    assert at_a_point(lambda d: -bias(d), bias, 'b', b=0.3, **data).cause == 'sign'

def test_a_value_of_one_entry():
    x, hint = normal(3), 'return a number, e.g. y[0]'
    assert hint in diagnosis(2 * x, 2 * x[None], wrt='x', x=x).evidence[0]
    assert hint in diagnosis(-x, 2 * x[None], wrt='x', x=x).evidence[0]
    assert hint not in diagnosis(2 * x, 2 * x[None], wrt='x', x=x[None]).evidence[0]

def test_a_row_where_a_number_is_expected():
    assert diagnosis(np.array([2.0, 1.0]), np.array(2.0)).cause == 'wrong-shape'

def test_the_vocabulary_of_a_backward_pass():
    def variance(n): return 2 * x[:n] / (n - 1), 2 * x[:n] / n, dict(n=n, s=x[:n])
    hand, reference, local = variance(9)
    ask = lambda **more: diagnose(hand, reference, 1e-12, wrt='ds', arguments={}, vocabulary=local, **more).evidence[0]
    assert '1.125 could be n/(n - 1)' in ask() and '1.125 is n/(n - 1)' in ask(again=lambda: variance(7))
    fixed = lambda: (1.125 * x[:7], x[:7], dict(n=7, s=x[:7]))
    assert 'n/(n - 1)' not in ask(again=fixed) and 'could be' in ask(again=lambda: 1 / 0)

def test_a_transposed_intermediate_shows_where_it_is_made():
    Q, K = normal((5, 3)), normal((5, 3), 1)
    P = np.exp(Q @ K.T)
    found = diagnose(P.T, P, 1e-12, wrt='dP', arguments={}, vocabulary=dict(Q=Q, K=K, S=Q @ K.T))
    assert found.cause == 'transpose'

@pytest.mark.parametrize('eps', [0, 1e-5, 1e-2])
@pytest.mark.parametrize('axis', [0, 1])
def test_the_standard_deviation_of_each_row(axis, eps):
    r, deviation = normal((6, 5), 1) * X[:6, :1], np.sqrt(normal((6, 5)).var(axis, keepdims=True) + eps)
    found = diagnosis(r * deviation, r, X=normal((6, 5)))
    assert found.cause == 'missing-factor' and ('std' if eps == 0 else 'sqrt(var') in found.evidence[0]

def test_a_factor_of_each_row_that_nothing_explains_is_a_fact_without_a_cause():
    found = diagnosis(normal((6, 5)) * normal((6, 1), 1), normal((6, 5)), X=normal((6, 5), 2))
    assert found.cause is None and 'the same all along axis 1' in found.evidence[0]

def test_a_form_is_closer_than_the_error_that_it_explains():
    r = normal(8)
    right = 1 / (1 + np.exp(-r))
    for tolerance in (1e-9, 1e-11, 1e-13):
        assert diagnosis(right + 5e-8 * np.exp(r), right, tolerance, 'r', r=r).cause in (None, 'missing-term')

def test_twice_a_term_is_a_factor_and_not_a_term():
    reference = 1 / w**2 - x * w
    for times, cause in ((2, 'missing-factor'), (-1, 'sign'), (0, 'missing-term')):
        assert diagnosis(1 / w**2 - times * x * w, reference, x=x, w=w).cause == cause

def test_every_hypothesis_belongs_to_a_cause():
    known = {finder for cause in CAUSES.values() for finder in cause.finders}
    for shape in ((), (3,), (200, 200)):
        asked = hypotheses(MovablePair(np.ones(shape), np.zeros(shape)))
        assert {ask.__name__ for ask in asked if ask not in known} <= {'of_scalar'}

def softmax_gradient(z, g, coupled=True):
    s = softmax_along(z, -1)
    return s * (g - np.sum(s * g, -1, keepdims=True) * coupled)

@pytest.mark.parametrize('shape', [(6,), (5, 4)])
def test_the_coupling_of_softmax(shape):
    z, g = normal(shape, 2), normal(shape, 3)
    found = coupling(Pair(softmax_gradient(z, g, False), softmax_gradient(z, g), 1e-14, arguments=dict(z=z, g=g)))
    assert found[0] == 'missing-term' and 'softmax(z)' in found[1]

def test_a_multiple_of_exp_is_no_coupling():
    r = normal(8)
    hand = 1 / (1 + np.exp(-r))
    assert coupling(Pair(hand + 5e-8 * np.exp(r), hand, 1e-14, arguments=dict(r=r))) is None
