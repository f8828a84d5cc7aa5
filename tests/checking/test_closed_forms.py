"A number has its name, an array its formula; what has none gets none."
import numpy as np
import pytest
from literate_grad.checking.closed_forms import closed_form, in_words, layouts, name_factor, names_of, vocabulary

def normal(shape, seed=0): return np.random.default_rng(seed).normal(size=shape)

X = normal((20, 4), 4)
x, w = np.linspace(0.5, 2, 6), np.array([0.3, -0.8, 0.5, 0.9, -0.4, 0.7])

NAMES = [(2, '2'), (0.5, '1/2'), (1/3, '1/3'), (np.log(2), 'ln 2'), (1/np.log(10), '1/(ln 10)'), (np.pi/180, 'pi/180'),
         (20, 'n, n = 20'), (1/20, '1/n, n = 20'), (1/19, '1/(n - 1)'), (20/19, 'n/(n - 1)'), (0.37, 'l'),
         (0.37**-2, '1/l^2'), (12, '12'), (11/12, 'm/(m - 1)'), (1/X.std(), '1/std(X)')]

@pytest.mark.parametrize('factor, name', NAMES)
def test_names_of_factors(factor, name):
    arguments = dict(X=X, l=np.array(0.37), m=np.array(12))
    factor = 12/11 if name == 'm/(m - 1)' else factor
    assert any(found.startswith(name) for found in name_factor(factor, arguments))

def test_a_factor_without_a_name(): assert name_factor(0.7123456, dict(X=X)) == []

def test_a_name_that_holds_at_two_points_is_the_expression_and_not_the_number():
    there = names_of(3, dict(Q=np.ones((3, 4))))
    assert {name.source for name in names_of(4, dict(Q=np.ones((4, 4)))) if name in there} == {'Q.shape[0]'}

def test_a_vector_along_rows_and_columns():
    assert [(name, a.shape) for name, a in layouts((3, 3), 'v', np.ones(3))] == [
        ('v[:, None]', (3, 1)), ('v[None, :]', (1, 3))]

FORMS = {'x · cosh(w * x)^-2': x * (1 - np.tanh(x * w)**2), '-x^0.5 · w': -w * np.sqrt(x),
         '3 · exp(2 w)': 3 * np.exp(2 * w),
         '1/2 · |w|': abs(w) / 2, "sigmoid'(w)": 1 / (2 + np.exp(w) + np.exp(-w))}

@pytest.mark.parametrize('text, target', FORMS.items())
def test_the_form_of_an_array(text, target):
    words = vocabulary(dict(x=x, w=w), x.shape, np.arange(6))
    assert in_words(closed_form(words, target, 1e-12 * abs(target)), {}) == text

@pytest.mark.parametrize('seed', range(20))
def test_random_numbers_have_no_form(seed):
    words = vocabulary(dict(x=x, w=w), x.shape, np.arange(6))
    assert closed_form(words, normal(6, seed), np.full(6, 1e-12)) is None

def test_a_layer_with_a_bias():
    W, v, b = normal((5, 5)), normal(5, 1), normal(5, 2)
    words = vocabulary(dict(W=W, v=v, b=b), (5,), np.arange(5))
    assert in_words(closed_form(words, 1 - np.tanh(W @ v + b)**2, np.full(5, 1e-14)), {}) == 'cosh((W @ v + b))^-2'

def test_a_statistic_of_each_row():
    words = vocabulary(dict(X=X), (20,), np.arange(20))
    assert in_words(closed_form(words, 1 / X.std(1), np.full(20, 1e-13)), {}) == 'std(X, axis=1)^-1'
