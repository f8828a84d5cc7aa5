"Nested structures: every kind is walked, rebuilt, named and copied, and what cannot be is said in a sentence."
import collections, threading
from dataclasses import dataclass
from types import SimpleNamespace
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given, strategies as st
from literate_grad import gradient, isapprox, isequal
from literate_grad.gradients.structure import (changed, children, copied, duplicate, is_list_of_numbers, leaves,
    map_leaves,
    part_at, path_name, rebuild, replaced, without_circles)

Pair = collections.namedtuple('Pair', 'left right')

@dataclass(frozen=True)
class Frozen:
    weight: object
    name: str = 'frozen'

class Model:
    def __init__(self, weight): self.weight, self._cache = weight, [weight]

class Slots:
    __slots__ = ('weight',)

class Names(dict): pass

floats = st.floats(-9, 9)
structures = st.recursive(floats | st.none() | st.text(max_size=2), lambda inner: st.lists(inner, max_size=3)
    | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    | st.builds(Pair, inner, inner), max_leaves=8)

@given(structures)
def test_rebuilding_from_its_own_parts_gives_the_same(x):
    assert isequal(map_leaves(lambda leaf, place: leaf, x), x)
    assert repr(map_leaves(lambda leaf, place: leaf, x)) == repr(x)

@given(structures)
def test_every_leaf_is_where_its_path_leads(x):
    assert all(part_at((x,), (0, *path)) is leaf for path, leaf in leaves(x))

@given(structures)
def test_replacing_changes_one_leaf_and_not_the_original(x):
    before = repr(x)
    for path, _ in leaves(x):
        mark = object()
        new = replaced(x, path, mark)
        assert [p for p, leaf in leaves(new) if leaf is mark] == [path]
    assert repr(x) == before

@given(structures)
def test_a_copy_is_unchanged(x): assert changed((x,), (copied(x),)) == []

@pytest.mark.parametrize('x, keys', [((1, 2), [0, 1]), ([1.0], [0]), ({'a': 1}, ['a']),
    (Pair(1, 2), ['left', 'right']), (Model(1.0), ['weight']),
    (Frozen(1.0), ['weight', 'name']), (SimpleNamespace(a=1), ['a']), ((), [])])
def test_children(x, keys): assert list(children(x)) == keys

@pytest.mark.parametrize('x', [1.0, 1, True, None, 'text', b'text', 1j, np.float32(1), np.ones(2), np.ma.ones(2),
    np.sin, np, Model, len, [].append,
    Slots(), SimpleNamespace(), SimpleNamespace(_a=1)], ids=lambda x: type(x).__name__)
def test_leaves_have_no_children(x): assert children(x) is None and leaves(x)[0][1] is x

def test_kinds_survive():
    names = Names(a=1.0)
    names.owner = 'me'
    for x in (Pair(1.0, 2.0), names, Model(1.0), Frozen(1.0), collections.OrderedDict(a=1.0)):
        new = rebuild(x, children(x) | {list(children(x))[0]: 7.0})
        assert type(new) is type(x) and 7.0 in children(new).values() and 7.0 not in children(x).values()
    assert rebuild(names, {'a': 2.0}).owner == 'me' and rebuild(Model(1.0), {'weight': 2.0})._cache == [1.0]

@pytest.mark.parametrize('x, answer', [([1, 2.0], True), ([[1], [2, 3]], True), ([[1, [2]], 3], True),
    ([np.ones(2), np.ones(2)], True), ([True], True),
    ([np.ones(2), np.ones(3)], False), ([[np.ones((2, 3)), np.ones(2)], [np.ones((1, 2)), np.ones(1)]], False),
    ([], False), (['a'], False), ([None], False),
    ((1, 2), False), (np.ones(2), False), ([{}], False)], ids=repr)
def test_which_lists_are_arrays(x, answer): assert is_list_of_numbers(x) is answer

def test_paths_are_written_as_in_code():
    args = {'a b': [1.0]}, Model((Pair(1.0, np.ones((2, 2))),))
    names = 'table', 'model'
    for path in ((0, 'a b', 0), (1, 'weight', 0, 'right', 1)):
        assert isequal(eval(path_name(path, names, args), dict(zip(names, args))), part_at(args, path))

@pytest.mark.parametrize('path', [(2,), (0, 'b'), (1, 0), (0, 'a', 3)])
def test_a_path_that_leads_nowhere(path):
    with pytest.raises((KeyError, IndexError)): part_at(({'a': np.ones(3)}, 1.0), path)

def test_a_row_is_replaced_under_a_trace():
    def f(v): return anp.sum(replaced((np.ones((2, 2)),), (0, 1), anp.array([v, 2 * v]))[0])
    assert isapprox(gradient(f, 1.5)[0], 3.0)
    assert isequal(replaced(np.zeros((2, 2)), (1, 0), 7.0), np.array([[0.0, 0.0], [7.0, 0.0]]))

def test_copies_are_in_double_precision_and_in_memory_of_their_own():
    x = {'w': np.ones(2, np.float32), 'n': np.arange(3), 's': np.float16(0.5), 'm': Model(np.ones(2))}
    y = copied(x)
    assert y['w'].dtype == float and y['n'].dtype == x['n'].dtype and y['s'].dtype == float
    y['w'][0], y['n'][0], y['m'].weight[0], y['m']._cache[0][0] = 7, 7, 7, 7
    assert x['w'][0] == 1 and x['n'][0] == 0 and isequal(x['m'].weight, np.ones(2))
    assert copied(np.ones(1, np.float16), dtype=np.float16).dtype == np.float16

def test_what_cannot_be_copied_stays():
    lock = threading.Lock()
    assert duplicate(lock) is lock and copied({'lock': lock})['lock'] is lock

@pytest.mark.parametrize('before, after, same', [(1.0, 1.0, True), (1.0, 2.0, False),
    (np.array([np.nan]), np.array([np.nan]), True), (np.ones(2), np.ones(3), False),
    (np.ones(2), [1.0, 1.0], True), ('a', 'a', True), ('a', 'b', False), (None, 1.0, False),
    (object(), object(), True), (np.ones(2), 'ab', False),
    ({'a': 1.0}, {'a': 1.0, 'b': 2.0}, False), (np.array([None]), np.array([1]), True)])
def test_what_counts_as_changed(before, after, same): assert (not changed((before,), (after,))) is same

def circles():
    a, b, c = [1.0], {'x': 1.0}, Model(1.0)
    a.append(a)
    b['self'] = b
    c.owner = (c,)
    return a, b, c

@pytest.mark.parametrize('k', range(3))
def test_circles_are_one_sentence(k):
    x, words = circles()[k], 'without circles, but it holds itself'
    for walk in (lambda: copied(x), lambda: gradient(lambda x: 1.0, x), lambda: isequal(x, x), lambda: isapprox(x, x)):
        with pytest.raises(ValueError, match=words) as caught: walk()
        assert len(str(caught.value).splitlines()) == 1
    assert not is_list_of_numbers(x) and changed((x,), (x,)) == []

def test_other_errors_pass_through():
    with pytest.raises(KeyError), without_circles('f', 'x'): {}['a']

class Slotted:
    __slots__ = 'weight', '_cache'
    def __init__(self, weight): self.weight = weight

@dataclass(frozen=True, slots=True)
class FrozenSlots:
    weight: object

@pytest.mark.parametrize('kind', [Slotted, FrozenSlots])
def test_models_without_a_dict(kind):
    model = kind(np.arange(3.0))
    assert list(children(model)) == ['weight'] and list(children(kind(1.0))) == ['weight']
    assert copied((model,))[0].weight is not model.weight
    changed_model = rebuild(model, {'weight': 2.0})
    assert type(changed_model) is kind and changed_model.weight == 2 and model.weight.size == 3
    assert gradient(lambda m: anp.sum(m.weight**2), model)[0] is not None
