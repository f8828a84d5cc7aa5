"Points that can hide mistakes are known as such, and generic ones keep the structure of their arguments."
import numpy as np
import pytest
from literate_grad.checking.points import generic_points, is_symmetric, special

rng = np.random.default_rng(0)
a = np.array([[2.0, 1.0], [1.0, 2.0]])

@pytest.mark.parametrize('x, why', [
    (3.0, 'is 3'), (0.001, 'is 0.001'), (np.float64(100), 'is 100'), (np.array([1.0, 2.0]), 'whole numbers'),
    (np.array([1.0, 10.0]), 'whole numbers'), (np.array([5.0, 0.0]), 'whole numbers'), (np.ones(3), 'only entries 1'),
    (np.array([1.0, 0.0, -1.0]), '0, 1 and -1'), (np.array([0.3, 100.0]), 'an entry 100'), (np.eye(2), '0, 1 and -1'),
    (np.array([0.3, -0.01]), 'an entry -0.01'), (np.array([0.3, -0.3, 0.7]), 'equal entries'),
    (np.array([0.3]), 'one entry'), (np.array([[0.3, 0.4]]), 'batch of one'), (np.arange(500.0), 'whole numbers'),
    (np.append(np.linspace(0.2, 0.9, 500), 1.0), 'an entry 1')])
def test_a_special_point_is_known(x, why):
    (path, reason), = special((x,), (0,))
    assert path == (0,) and why in reason

@pytest.mark.parametrize('x', [
    0.3, np.array([0.3, 1.7]), rng.normal(size=(3, 4)), rng.normal(size=2000), np.repeat(rng.normal(size=30), 2)])
def test_a_generic_point_is_not_special(x): assert special((x,), (0,)) == []

def test_in_other_arguments_whole_numbers_are_labels():
    x, labels = np.array([0.3, 1.7]), np.array([0.0, 3.0, 1.0])
    assert special((x, labels, 7, 'text', 3.0), (0,)) == []
    assert special((x, 1.0), (0,)) == [((1,), 'is 1')]

def test_equal_arguments_are_known():
    x = rng.normal(size=5)
    assert special((x, x.copy(), rng.normal(size=5)), (0,)) == [((1,), 'equals another argument')]

def test_what_has_a_structure_keeps_it():
    args = np.zeros(3), a, np.tril(a), np.full(4, 0.25), np.eye(3)[:2], 'text', True, 7
    for x, symmetric, lower, simplex, labels, *rest in generic_points(args, (0,), rng):
        assert np.all(x != 0) and is_symmetric(symmetric) and np.all(np.linalg.eigvalsh(symmetric) > 0)
        assert lower[0, 1] == 0 and lower[1, 0] != 0 and abs(simplex.sum() - 1) < 1e-12
        assert np.array_equal(labels, np.eye(3)[:2]) and rest == ['text', True, 7]

def test_whole_numbers_move_where_they_are_asked_for():
    for x, y in generic_points((np.array([1.0, 2.0]), np.array([1.0, 2.0])), (0,), rng):
        assert np.all(x != np.round(x)) and np.array_equal(y, [1.0, 2.0])

def test_a_batch_of_one_grows():
    assert [np.shape(p[0]) for p in generic_points((np.array([[1.0, 2.0]]),), (0,), rng)] == 4 * [(1, 2)] + [(3, 2)]

def test_no_point_is_special():
    for x in generic_points((np.array([1.0, 2.0, 2.0]),), (0,), rng): assert special(x, (0,)) == []
