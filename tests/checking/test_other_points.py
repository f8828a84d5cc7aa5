"Mistakes that show at other points; arguments untouched, whatever they are."
import numpy as np
import pytest
from literate_grad.checking import other_points
from literate_grad.checking.other_points import MovablePair, elsewhere, parts
from literate_grad.checking.signatures import ratio

def normal(shape, seed=0): return np.random.default_rng(seed).normal(size=shape)

def pair(hand_at, reference_at, wrt, **arguments):
    return MovablePair(hand_at(arguments), reference_at(arguments), 1e-12, wrt, arguments, hand_at, reference_at)

X, y, v = normal((20, 4), 4), normal(20, 5), normal(4, 6)
regression = lambda factor, l=1: lambda d: factor(d) * d['X'].T @ (d['X'] @ d['v'] - d['y']) + l * d['l'] * d['v']
mean, twenty, total = (lambda d: 1 / len(d['y'])), (lambda d: 1 / 20), (lambda d: 1)

def test_the_other_point_has_other_values_and_other_sizes():
    there = elsewhere(pair(regression(total), regression(mean), 'v', X=X, y=y, v=v, l=0.0))
    assert there.reference.shape == (3,) and np.isclose(ratio(there), 19)

def test_where_sizes_cannot_change_values_do():
    fixed = lambda factor: lambda d: factor * np.reshape(d['X'], (20, 4))
    there = elsewhere(pair(fixed(2), fixed(1), 'X', X=X))
    assert there.reference.shape == (20, 4) and np.isclose(ratio(there), 2)

def test_no_other_point_without_functions(): assert elsewhere(MovablePair(X, 2 * X, arguments=dict(X=X))) is None

def test_the_point_of_the_caller():
    there = elsewhere(MovablePair([2.0], [1.0], again=lambda: ([3.0, 6.0], [1.0, 2.0], {'n': 7})))
    assert ratio(there) == 3 and list(there.arguments) == ['n']

def test_the_part_that_is_wrong():
    found = dict(parts(pair(regression(total), regression(mean), 'v', X=X, y=y, v=v, l=0.3)))
    assert np.isclose(ratio(found['In the part that varies with X, ']), 20)
    found = dict(parts(pair(regression(mean, 2), regression(mean), 'v', X=X, y=y, v=v, l=0.3)))
    assert np.isclose(ratio(found['In the part that does not vary with X, ']), 2)

def test_an_entry_of_the_parameters_is_an_argument_of_its_own():
    slope = lambda top: lambda d: d['c'][0] + 2 * d['c'][1] * d['x'] + top * 3 * d['c'][2] * d['x']**2
    found = other_points.argument_forgotten(pair(slope(0), slope(1), 'x', x=normal(9), c=normal(3, 1)))
    assert found[0] == 'missing-term' and 'c[2]' in found[1]

def test_a_hand_that_is_the_same_everywhere_is_no_formula():
    constant = normal(9, 7)
    p = pair(lambda d: constant, lambda d: d['c'] * np.cos(d['x']), 'x', x=normal(9), c=normal(9, 1))
    assert other_points.growth(p) is None

@pytest.mark.parametrize('name', ['layer', 'mean'])
def test_a_sum_over_the_wrong_axis(name):
    def layer(axis): return lambda d: d['X'] / d['X'].std(axis, keepdims=True)
    def mean(axis): return lambda d: np.tanh(d['X'] - d['X'].mean(1, keepdims=True)) + d['X'].mean(axis, keepdims=True)
    made = dict(layer=layer, mean=mean)[name]
    assert other_points.wrong_sum(pair(made(0), made(1), 'X', X=X))[0] == 'wrong-axis'
    assert other_points.wrong_sum(pair(lambda d: 2 * made(1)(d), made(1), 'X', X=X)) is None

@pytest.mark.parametrize('step, reference', [(-1, lambda d: d['w'] * np.tanh(d['x'] + d['w'])**3),
                                             (1, lambda d: d['w'] / (d['x']**2 + d['w']**2 + 3))])
def test_a_forgotten_1_is_another_point(step, reference):
    hand = lambda d: reference({**d, 'x': d['x'] + step})
    found = other_points.one_aside(pair(hand, reference, 'x', x=normal(7), w=normal(7, 1) + 3))
    assert found == ('wrong-point', f'hand is the reference at x {"+" if step > 0 else "-"} 1')

def test_calls_are_counted():
    p = pair(lambda d: d['x'], lambda d: d['x']**2, 'x', x=normal(9))
    for k in range(other_points.CALLS + 5): p.ask('hand', {'x': normal(9, k)})
    assert p.calls == 0 and p.ask('hand', {'x': normal(9)}) is not None and p.ask('hand', {'x': normal(9, 999)}) is None
