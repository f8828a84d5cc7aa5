"Two functions at a point: names, what is differentiated by, rows, calls that are counted and sent to workers."
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import numpy as np
import pytest
from literate_grad import check
from literate_grad.checking.subject import (
    Subject, by_name, find_parts, mapping, parameters, resolve_wrt, row_by_row, side_by_side)

x = np.random.default_rng(0).normal(size=10)
W = np.arange(6.0).reshape(2, 3)

class Scaled:
    def __init__(self, k): self.k = k
    def value(self, x, w=1.0): return self.k * np.sum(x * w)

@pytest.mark.parametrize('f, kwargs, names, needed', [
    (lambda x, w=1: 0, (), ('x', 'w'), 1), (lambda x, w=1: 0, ('w',), ('x',), 1), (lambda x, *, w: 0, (), ('x',), 1),
    (Scaled(2).value, (), ('x', 'w'), 1), (lambda *args: 0, (), None, None), (np.sin, (), None, None)])
def test_parameters(f, kwargs, names, needed):
    found = parameters(f, kwargs)
    assert (found and found.names, found and found.needed) == (names, needed) or names is None and f is np.sin

@pytest.mark.parametrize('key', ['W', 'dW', 'd_W', 'grad_W', 'W_grad', 'gW', 'dL_dW', 'dLdW', 'delta_W'])
def test_gradients_by_name(key):
    assert by_name({key: 1, 'db': 2}, ('x', 'W', 'b')) == {'W': 1, 'b': 2}
    assert by_name({key: 1, 'cost': 2}, ('x', 'W', 'b')) is None

def test_a_tuple_with_one_derivative_for_each_array():
    args = (x, W, 3, 'same')
    assert resolve_wrt(None, lambda *a: 0, ('x', 'W', 'n', 'mode'), args, (0, 0)) == ([(0,), (1,)], True)

ROWS = {
    'entries': (np.tanh, lambda x: 1 - np.tanh(x)**2, (4, 3), ()),
    'rows': (lambda X: np.tanh(X @ W.T), lambda X: (1 - np.tanh(X @ W.T)**2)[:, :, None] * W, (4, 3), (2,)),
    'columns': (lambda X: np.tanh(W @ X), lambda X: (1 - np.tanh(W @ X)**2)[:, None] * W[:, :, None], (3, 4), (2,)),
    'samples': (lambda X: np.sum(X**2, axis=1), lambda X: 2 * X, (4, 3), ())}

@pytest.mark.parametrize('name', ROWS)
def test_rows_are_summed_and_shown_as_they_were_written(name):
    f, df, shape, values = ROWS[name]
    X = np.random.default_rng(1).normal(size=shape)
    s = Subject(f, df, (X,))
    summed = row_by_row(s, find_parts(s, [(0,)], False))
    part, = find_parts(summed, [(0,)], False)
    assert summed.y.shape == values and part.hand.shape == part.shape == values + X.shape
    assert np.array_equal(part.as_written(part.hand), df(X))
    assert check(f, df, X) and not check(f, lambda X: 1.01 * df(X), X)

def test_what_looks_at_other_rows_is_not_summed():
    f = lambda X: np.cumsum(np.tanh(X), axis=0)
    s = Subject(f, lambda X: 1 - np.tanh(X)**2, (W,))
    assert row_by_row(s, find_parts(s, [(0,)], False)) is s

# workers

def test_eight_workers_need_a_quarter_of_the_time():
    "In rounds of eight values, whatever each of them costs."
    sizes = []
    def in_rounds(task, todo):
        sizes.append(len(todo))
        return map(task, todo)
    evaluations = check(plain, np.cos, x, executor=in_rounds).evaluations
    rounds, in_turn = sum(-(-size // 8) for size in sizes), evaluations - sum(sizes)
    assert rounds + in_turn <= evaluations / 4

def plain(x): return float(np.sum(np.sin(np.asarray(x))))

def some_fail(x):
    if np.asarray(x)[0] > 0.126: raise ValueError('outside')
    return plain(x)

@pytest.mark.parametrize('f', [plain, some_fail])
def test_every_kind_of_worker_gives_the_same_report(f):
    alone = check(f, np.cos, x)
    with ThreadPoolExecutor(3) as threads, ProcessPoolExecutor(2) as processes:
        for executor in (threads, processes, lambda task, todo: [task(each) for each in todo]):
            c = check(f, np.cos, x, executor=executor)
            assert str(c) == str(alone) and c.evaluations == alone.evaluations

def test_values_come_from_workers():
    "All but those that autodiff asks for, and the second call that shows whether f contradicts itself."
    names = []
    def f(x):
        names.append(threading.current_thread().name)
        return plain(np.asarray(x, float))
    with ThreadPoolExecutor(2, 'worker') as pool: check(f, np.cos, x, executor=pool)
    assert len(names) > 30 and sum(not name.startswith('worker') for name in names) <= 2

def test_what_cannot_be_sent_is_told():
    with ProcessPoolExecutor(1) as pool, pytest.raises(TypeError, match='cannot send the functions to the workers'):
        check(lambda x: plain(x), np.cos, x, executor=pool)
    for executor in (ThreadPoolExecutor, 3):
        with pytest.raises(TypeError, match='expected a concurrent.futures.Executor'): mapping(executor)

def test_a_failing_task_is_its_exception():
    good, bad = side_by_side([(pow, (2, 3), {}), (pow, (2, 'a'), {})])
    assert good == 8 and isinstance(bad, TypeError)

def test_calls_are_counted():
    calls = []
    def f(x):
        calls.append(0)
        return plain(np.asarray(x, float))
    for df in (np.cos, lambda x: 2 * np.cos(x)):
        calls.clear()
        c = check(f, df, x)
        assert abs(c.evaluations - len(calls)) <= 1

def test_a_series_is_handed_on_as_such():
    pd = pytest.importorskip('pandas')
    s = pd.Series(x[:3], index=['a', 'b', 'c'])
    f = lambda s: s['a']**2 + s['b'] * s['c']
    df = lambda s: pd.Series([2 * s['a'], s['c'], s['b']], index=s.index)
    assert check(f, df, s) and check(f, lambda s: -df(s), s).status == 'disagrees'
    frame = pd.DataFrame(W, columns=list('uvw'))
    g, dg = lambda d: float((d['u'] * d['v']**2).sum()), lambda d: pd.DataFrame(
        {'u': d['v']**2, 'v': 2 * d['u'] * d['v'], 'w': 0 * d['w']})
    assert check(g, dg, frame + 0.3) and check(g, lambda d: 2 * dg(d), frame + 0.3).status == 'disagrees'

class Silent(Exception):
    def __str__(self): raise RuntimeError('no words')

def fails(x): raise Silent

def test_an_error_without_words_is_told():
    with pytest.raises(RuntimeError, match='fails raised Silent at the given arguments: .it cannot say why'):
        check(fails, np.cos, x)

def test_another_key_is_no_derivative_of_a_part():
    def f(p): return np.sum(p['w']**2)
    assert check(f, lambda p: {'dw': 2 * p['w']}, {'w': x})
    with pytest.raises(TypeError, match=r'structure of p \(w\), but got dict \(W\)'):
        check(f, lambda p: {'W': 2 * p['w']}, {'w': x})

def test_map_itself_is_a_map():
    assert check(lambda x: np.sum(np.sin(x)), np.cos, x, executor=map)

def test_an_executor_that_takes_no_work_is_refused():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(ValueError, match='an executor that takes work, but it raised RuntimeError'):
        check(np.sum, np.ones_like, x, executor=pool)

@pytest.mark.parametrize('factor', [1, 2])
def test_labels_count_and_not_their_order(factor):
    pd = pytest.importorskip('pandas')
    s = pd.Series(x[:3], index=['a', 'b', 'c'])
    def f(s): return s['a']**2 + s['b'] * s['c']
    c = check(f, lambda s: pd.Series({'c': s['b'], 'a': factor * 2 * s['a'], 'b': s['c']}), s)
    assert c.ok == (factor == 1) and np.argwhere(c.wrong).tolist() == [[0]] * (factor - 1)

@pytest.mark.parametrize('executor', [None, map])
@pytest.mark.parametrize('when', range(2, 12))
def test_a_value_that_is_missing_once_is_not_the_end(when, executor):
    calls = []
    def unreliable(x):
        calls.append(x)
        if len(calls) == when: raise ArithmeticError('a worker is gone')
        return float(np.sum(np.asarray(x, float)**3))
    assert check(unreliable, lambda x: 3 * x**2, x, executor=executor)
