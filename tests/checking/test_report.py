"What check gives back: attributes, words, copies, and the same from many threads and processes."
import copy, pickle, warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import autograd.numpy as anp
import numpy as np
import pytest
from literate_grad import assert_derivative, check
from literate_grad.checking.report import report

rng = np.random.default_rng(5)
x, w = rng.normal(size=(2, 6))

def loss(x, w): return anp.sum(anp.tanh(x * w))
def loss_dw(x, w):
    "dy/dw = x*(1 - tanh(x*w)^2)"
    return x * (1 - np.tanh(x * w)**2)
def both(x, w): return w * (1 - np.tanh(x * w)**2), 2 * loss_dw(x, w)
def cubes(x): return anp.sum(x**3)
def cubes_hess(x): return np.diag(6 * x)

CHECKS = {
    'agrees': lambda: check(loss, loss_dw, x, w, wrt='w'),
    'disagrees': lambda: check(loss, lambda x, w: 2 * loss_dw(x, w), x, w, wrt='w'),
    'undecided': lambda: check(loss, lambda x, w: loss_dw(x, w) * x / .5, np.full(6, .5), w, wrt='w'),
    'several': lambda: check(loss, both, x, w),
    'hessian': lambda: check(cubes, cubes_hess, x, form='hessian'),
    'wrong shape': lambda: check(cubes, cubes_hess, x, form='derivative')}

@pytest.mark.parametrize('name', CHECKS)
@pytest.mark.parametrize('kept', [lambda c: pickle.loads(pickle.dumps(c)), copy.copy, copy.deepcopy])
def test_a_copy_says_the_same(name, kept):
    c = CHECKS[name]()
    other = kept(c)
    assert str(other) == str(c) and other._repr_markdown_() == c._repr_markdown_()
    for key in ('ok', 'status', 'reason', 'cause', 'evidence', 'seed', 'evaluations', 'detectable', 'first_wrong'):
        assert getattr(other, key) == getattr(c, key)
    assert np.array_equal(other.wrong, c.wrong) and all(np.array_equal(a, b) for a, b in zip(other.point, c.point))
    assert [row.name for row in other.witnesses] == [row.name for row in c.witnesses]

def test_of_several_parts_those_that_fail_come_first():
    c = check(loss, both, x, w)
    assert [part.status for part in c] == ['agrees', 'disagrees'] and c.status == 'disagrees' and len(c) == 2
    assert str(c).startswith('loss: dy/dw disagrees') and c[1].cause == 'scale'
    with pytest.raises(AssertionError, match='^loss: dy/dw disagrees'): assert_derivative(loss, both, x, w)

def test_one_part_is_a_sequence_of_one():
    c = CHECKS['agrees']()
    assert len(c) == 1 and c[0] is c and list(c) == [c] and bool(c) is c.ok is True and report(c) == str(c)

def test_two_hundred_checks_in_threads_are_those_of_one():
    before, names = list(warnings.filters), [*CHECKS] * 34
    alone = {name: str(CHECKS[name]()) for name in CHECKS}
    with ThreadPoolExecutor(8) as pool: found = list(pool.map(lambda name: str(CHECKS[name]()), names[:200]))
    assert found == [alone[name] for name in names[:200]]
    assert warnings.filters == before

def in_a_worker(k): return check(loss, loss_dw, x + k, w, wrt='w')

def test_a_worker_can_return_a_check():
    with ProcessPoolExecutor(2) as pool: found = list(pool.map(in_a_worker, range(2)))
    assert [str(c) for c in found] == [str(in_a_worker(k)) for k in range(2)]
