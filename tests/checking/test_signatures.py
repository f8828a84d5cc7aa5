"Mistakes that the numbers alone show, each by its signature."
import numpy as np
import pytest
from literate_grad.checking import signatures
from literate_grad.checking.diagnosis import CAUSES
from literate_grad.checking.signatures import Pair, arrays_in, low_precision, ratio

SIGNATURES = signatures.__name__

def normal(shape, seed=0): return np.random.default_rng(seed).normal(size=shape)

def test_an_entry_agrees_within_its_tolerance():
    assert list(Pair([1.1, 2.1, 3.1], [1.0, 2.0, 3.0], [0.2, 0.01, 0.2]).wrong) == [False, True, False]

def test_a_guess_has_to_explain_every_entry():
    r = normal(6)
    p = Pair(2 * r, r, 1e-12)
    assert p.explains(2 * r) and not p.explains(r) and not p.explains(2 * r + 1e-6 * (np.arange(6) == 3))

def test_a_tolerance_that_swallows_the_error_explains_nothing():
    r = normal(6)
    assert not Pair(r + 1e-3, r, 5e-4).explains(r + 1e-3)

class Layer:
    def __init__(self): self.weight, self.activation = normal((3, 4)), np.tanh

def test_the_arrays_inside_of_arguments():
    arguments = {'model': Layer(), 'k': [1.0, 2.0], 'kind': 'relu', 'nothing': None, 'ragged': [[1], [2, 3]],
                 'pair': (np.ones(2), {'k': 2}), 'f': np.sin}
    assert list(arrays_in(arguments)) == ['model.weight', 'k', 'pair[0]', "pair[1]['k']"]

@pytest.mark.parametrize('k', [2, -0.123, 1 / 7])
def test_a_ratio_is_that_of_every_entry(k):
    r = normal((4, 6))
    assert np.isclose(ratio(Pair(k * r, r)), k) and ratio(Pair(k * r + (r > 1), r)) is None

R, S = normal((6, 4)), normal(6, 1)
SIGNS = [('sign', -R, 'every entry'), ('sign', abs(R), '|reference|'),
         ('sign', R * np.sign(S)[:, None], 's[:, None] < 0'),
         ('sign', R * np.where(normal((6, 4), 5) < 0, -1, 1), 'of 24 entries')]

@pytest.mark.parametrize('cause, hand, words', SIGNS)
def test_a_sign_that_is_wrong_in_some_entries(cause, hand, words):
    found = signatures.sign(Pair(hand, R, 1e-12, arguments=dict(s=S)))
    assert found[0] == cause and words in found[1]

def test_the_factor_of_a_label():
    y = np.array([0.0, 1, 1, 0, 0, 1])
    found = signatures.sign(Pair(S * (2 * y - 1), S, 1e-12, arguments=dict(y=y)))
    assert found[0] == 'missing-factor' and 'y = 0' in found[1]

def test_few_entries_say_their_factor():
    for k, words in ((1.001, 'hand = 1.001 × reference'), (-1, 'hand = -reference'), (0, 'hand is zero there')):
        h = R.copy()
        h[2:4, 1:3] *= k
        assert words in signatures.few_entries(Pair(h, R, 1e-12))[1]

def test_a_pattern_needs_more_than_noise():
    for seed in range(20):
        p = Pair(normal((5, 5), seed), normal((5, 5), 100 + seed), 1e-12, arguments=dict(A=normal((5, 5), 200 + seed)))
        asked = [ask for cause in CAUSES.values() for ask in cause.finders if ask.__module__ == SIGNATURES]
        assert len(asked) > 15 and not any(ask(p) for ask in asked)

def test_whole_numbers_near_the_reference_are_not_rounded_from_it():
    found = low_precision(Pair(np.diag([1.0, 2, 3]), np.diag([0.999, 1.96, 2.998]), 1e-9))
    assert found is None
