"Every mistake is planted where it can be, and comes back under its name."
import autograd.numpy as anp
import numpy as np
import pytest
from literate_grad import check, power
from literate_grad.checking.diagnosis import CAUSES, exchange
from literate_grad.checking.planting import OUTCOMES

def normal(shape, seed=0): return np.random.default_rng(seed).normal(size=shape)

# a function in which every mistake can be made: a square argument, a vector along its rows, a second of its shape
def f(W, X, v): return anp.sum(v[:, None] * anp.exp(W) * X) + anp.sum(X**2 * W)
def df(W, X, v): return v[:, None] * np.exp(W) * X + X**2
point = normal((5, 5)), normal((5, 5), 1), normal(5, 2)

def causes_of(cause):
    found = set()
    for wrong in CAUSES[cause].planted(df, point):
        try: found.add(check(f, wrong, *point, wrt='W').cause)
        except ValueError: continue # a mistake that makes no derivative of it
    return found

@pytest.mark.parametrize('name', CAUSES)
def test_what_is_planted_comes_back(name):
    cause = CAUSES[name]
    assert cause.meaning and cause.finders and name in causes_of(name)

def test_power_has_a_row_for_each_cause():
    rows = dict(power(f, df, *point, wrt='W'))
    assert list(rows) == list(CAUSES) and set(rows.values()) <= {*OUTCOMES.values(), 'makes no difference here'}

def test_any_two_of_one_shape_are_exchanged():
    seen = {wrong(1.0, 2.0, 3.0) for wrong in exchange(lambda a, b, c: (a, b, c), (1.0, 2.0, 3.0))}
    assert seen == {(2.0, 1.0, 3.0), (3.0, 2.0, 1.0), (1.0, 3.0, 2.0)}

def test_the_planted_function_is_called_like_the_right_one():
    for cause in CAUSES.values():
        for wrong in cause.planted(df, point): assert wrong.__name__ == 'df' and wrong.__wrapped__ is df

def test_a_mistake_in_every_part_of_a_structure():
    wrong, = CAUSES['scale'].planted(lambda a: {'w': a, 'b': [a, None]}, (1.0,))
    assert wrong(np.ones(2))['w'].tolist() == [2.0, 2.0] and wrong(np.ones(2))['b'][0].tolist() == [2.0, 2.0]
