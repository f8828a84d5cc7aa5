"The verdict on one part, and what each kind of hard case makes of it."
import math
import warnings
from concurrent.futures import ThreadPoolExecutor
import autograd.numpy as np
import numpy as onp
import pytest
from autograd import grad
from literate_grad import check
from literate_grad.checking.numeric import Line, slope
from literate_grad.checking.subject import Subject, find_parts
from literate_grad.checking.verdict import (
    Case, Limits, Verdict, along, by_values, decide, hears, judge, probe, slack, swept, terms, to_digits, tolerance)
from literate_grad.checking.witnesses import autodiff

x = onp.array([0.3, -1.2, 0.5])
entry = onp.array([0.0, 1.0, 0.0])
def sines(x): return np.sum(np.sin(x))
def untraced(x): return math.fsum(onp.sin(onp.asarray(x, float)))

def part_of(f, df, *args): return find_parts(Subject(f, df, args, {}), [(0,)], False)[0]

def decided(f, df, *args, limits=Limits()):
    part = part_of(f, df, *args)
    return decide(part, autodiff.ask(part.subject, [part])[0], onp.random.default_rng(0), limits)

def valued(f, df, *args): return by_values(Case(part_of(f, df, *args), onp.random.default_rng(0)))

class Counted:
    "A function that counts its calls."
    def __init__(self, f): self.f, self.calls, self.__name__ = f, 0, 'f'
    def __call__(self, *args):
        self.calls += 1
        return self.f(*args)

# the parts of a verdict

def test_limits_are_the_users_or_ours():
    assert not Limits().given and Limits(rtol=0.0).given and Limits(atol=1e-3).allow(2.0) == 1e-3
    assert Limits(rtol=1e-3, atol=1e-4).allow(2.0) == 2.1e-3 == Limits(rtol=1e-3, atol=1e-4).grant(2.0)
    assert Limits().allow(2.0) == 0 and 0 < Limits().grant(2.0) < Limits(grain=1e-3).grant(2.0)

def test_tolerance_is_relative_to_the_entry_and_a_little_to_the_largest():
    part = part_of(lambda x: np.sum(x**2), lambda x: 2 * x, onp.array([0.0, 1e-3, 1.0]))
    zero, small, large = tolerance(part.hand, part)
    assert 0 < zero < small < large < 1e-9
    assert onp.array_equal(tolerance(part.hand, part, Limits(rtol=0.5)), part.hand / 2)

def test_slopes_of_a_derivative():
    g, d = onp.array([[1.0, -2.0], [3.0, 0.0]]), onp.array([0.5, 0.25])
    assert onp.array_equal(along(g, d), [0.0, 1.5])
    assert [v.tolist() for v in terms(g, d)] == [[0.0, 1.5], [1.0, 1.5], [0.5, 1.5]]

@pytest.mark.parametrize('claim, says', [(-1.01, 'against'), (-1.0, 'kink'), (0.5, 'kink'), (1.01, 'against')])
def test_what_a_kink_says(claim, says):
    s = slope(Line(lambda x: np.sum(abs(x)), onp.zeros(1), onp.ones(1)))
    assert hears(s, onp.array([claim]), onp.array([1.0]))[0] == says

def test_what_other_slopes_say():
    def said(f, claim): return hears(slope(Line(f, onp.zeros(1), onp.ones(1))), onp.array([claim]), onp.array([1.0]))[0]
    assert said(lambda x: np.sin(x[0]), 1.0) == 'for' and said(lambda x: np.sin(x[0]), 1.0001) == 'against'
    assert said(lambda x: onp.sqrt(abs(x[0])), 1.0) == 'rough'
    assert said(lambda x: onp.round(onp.sin(x[0] + 0.7), 1), 1.0) == 'noisy' and slack(0.0, 0.0, 0.5) == 0.5

def test_a_probe_sees_what_it_promises():
    part = part_of(sines, onp.cos, x)
    p = probe(Case(part, onp.random.default_rng(0)), part.hand)
    assert p.heard.says == 'for' and abs(p.off) <= p.room
    for k in onp.eye(3):
        wrong = probe(Case(part, onp.random.default_rng(0)), part.hand + 1.01 * p.heard.seen * k)
        assert wrong.heard.says == 'against'

@pytest.mark.parametrize('off, sides', [(1e-4, 'autodiff'), (-1e-4, 'autodiff'), (1e-14, 'both')])
def test_the_judge_sides_with_the_right_one(off, sides):
    part = part_of(sines, lambda x: onp.cos(x) + off * entry, x)
    heard = judge(part, onp.cos(x), entry > 0)
    assert heard.sides == sides and len(heard.slopes) == 3
    other = part_of(sines, onp.cos, x)
    if abs(off) > 1e-9: assert judge(other, onp.cos(x) + off * entry, entry > 0).sides == 'hand'

def test_a_verdict_is_made_step_by_step():
    v = Verdict(witness='numeric').says('undecided', 'first').says('agrees', 'second', at_kink=True)
    assert (v.status, v.reasons, v.witness, v.at_kink) == ('agrees', ['first', 'second'], 'numeric', True)

# by autodiff, and by values alone

@pytest.mark.parametrize('verdict', [decided, valued])
def test_right_and_wrong(verdict):
    assert verdict(sines, onp.cos, x).status == 'agrees'
    v = verdict(sines, lambda x: onp.cos(x) + 1e-4 * entry, x)
    assert v.status == 'disagrees' and v.wrong.tolist() == [False, True, False]

def test_every_entry_of_a_jacobian_without_autodiff():
    scale = onp.array([[1e-3], [1.0], [1e3]])
    def f(x): return onp.ravel(onp.sin(onp.asarray(x, float) * scale))
    def df(x): return onp.concatenate([onp.diag(row) for row in scale * onp.cos(scale * x)])
    seen = check(f, df, x).detectable
    for k in range(0, 27, 4):
        def off(x):
            d = df(x)
            d.flat[k] += 2 * seen
            return d
        assert check(f, off, x).status != 'agrees'

@pytest.mark.parametrize('n', [10, 64, 1000])
def test_one_wrong_entry_is_found_from_two_directions(n):
    for seed in range(3):
        r = onp.random.default_rng(seed)
        z, k, f = r.normal(size=n), r.integers(n), Counted(untraced)
        v = valued(f, lambda x: onp.cos(x) * (1 + 0.01 * (onp.arange(n) == k)), z)
        assert v.status == 'disagrees' and onp.flatnonzero(v.wrong).tolist() == [k] and f.calls <= 60
        assert abs(v.reference[k] - onp.cos(z[k])) <= v.tolerance[k]

def test_two_wrong_entries_are_not_taken_for_one():
    z = onp.random.default_rng(0).normal(size=12)
    off = 0.01 * (onp.isin(onp.arange(12), [3, 7]))
    assert onp.flatnonzero(valued(untraced, lambda x: onp.cos(x) * (1 + off), z).wrong).tolist() == [3, 7]

def test_a_tighter_rtol_is_kept_without_autodiff():
    z = onp.array([0.3, 0.9, -1.4])
    assert check(untraced, onp.cos, z, rtol=1e-8)
    for share in (onp.ones(3), onp.eye(3)[2]):
        assert check(untraced, lambda x: onp.cos(x) * (1 + 1e-6 * share), z, rtol=1e-8).status == 'disagrees'
    rounded = check(lambda x: round(untraced(x), 9), onp.cos, z, rtol=1e-12)
    assert rounded.status != 'agrees' or 'noise' in str(rounded)

def test_coarse_values_stop_early_and_name_float64():
    f = Counted(lambda x: onp.float32(onp.sum(onp.asarray(x, onp.float32)**2 * 1e-30) + 1))
    c = check(f, lambda x: 2e-30 * x, x)
    assert c.status != 'disagrees' and f.calls < 200
    def wild(x): return onp.float32(onp.sum(onp.sin(1e9 * onp.asarray(x, onp.float32))))
    noisy = check(wild, lambda x: 1e9 * onp.cos(1e9 * x), x)
    assert noisy.status == 'undecided' and 'float64' in noisy.reason

def test_where_f_fails_beside_the_point_its_exception_is_quoted():
    def f(z):
        if not onp.array_equal(z, x): raise RuntimeError('no strides for this layout')
        return 1.0
    c = check(f, lambda z: 0 * z, x)
    assert c.status == 'undecided' and 'RuntimeError: no strides for this layout' in c.reason

# edges, scales, large arguments

@pytest.mark.parametrize('distance', [4e-12, 5e-11, 5e-9, 1.2e-8, 1e-6])
def test_beside_an_edge_what_autodiff_confirms_is_not_accused(distance):
    c = check(lambda p: -np.log(1 - p), lambda p: 1 / (1 - p), 1 - distance)
    assert c.status == 'agrees'
    assert check(lambda p: -np.log(1 - p), lambda p: -1 / (1 - p), 1 - distance).status != 'agrees'

MIXED = onp.array([30, 1e-3, 1500, -30, 0.2]), onp.array([20, 1e-3, 800, 20, 2])

@pytest.mark.parametrize('factors', [onp.zeros(5), -onp.ones(5), *(1 - onp.eye(5))])
def test_mixed_scales(factors):
    at, s = MIXED
    def f(x): return np.sum(np.sinh(x / s))
    def by_plain_numpy(x): return float(onp.sum(onp.sinh(onp.asarray(x, float) / s)))
    def df(x): return onp.cosh(x / s) / s
    assert check(f, df, at) and check(f, lambda x: factors * df(x), at).status == 'disagrees'
    assert check(by_plain_numpy, lambda x: factors * df(x), at).status != 'agrees'

@pytest.mark.parametrize('s', [[1e-6, 1e10], [6e-7, 5e10], [1e-7, 1e11]])
def test_a_bend_within_a_common_unit_is_no_kink(s):
    s, at = onp.array(s), onp.array([-6e-7, -5e10])
    def f(x): return np.sum(np.sqrt(1 + (x / s)**2))
    def df(x): return x / s**2 / onp.sqrt(1 + (x / s)**2)
    right = check(f, df, at)
    assert right and 'kink' not in right.reason and check(f, lambda x: -df(x), at).status == 'disagrees'

def test_large_arguments_hide_nothing():
    at = onp.array([1.3, 2.1]) * 1e16
    def f(x): return np.sin(x[0] / 1e16)
    def df(x): return onp.array([onp.cos(x[0] / 1e16) / 1e16, 0.0])
    assert check(f, df, at) and check(f, lambda x: df(x) + [0, 1e-16], at).status == 'disagrees'

def test_nan_by_hand_never_agrees():
    for at in (onp.zeros(3), onp.array([-1.0, -2.0, 0.5])):
        assert check(lambda x: np.sum(np.maximum(x, 0)), lambda x: onp.array([0, 0, onp.nan]), at).status == 'disagrees'

def test_beside_a_pole_zero_is_not_right():
    assert check(lambda x: 1 / (x - 1), lambda x: 0.0, 1 + 1e-13).status != 'agrees'
    assert check(lambda x: 1 / (x - 1), lambda x: -1 / (x - 1)**2, 1 + 1e-13).status != 'disagrees'

def test_a_nearly_singular_matrix():
    r = onp.random.default_rng(0)
    U, V = (onp.linalg.qr(r.normal(size=(4, 4)))[0] for _ in range(2))
    def df(A): return -onp.linalg.matrix_power(onp.linalg.inv(A), 2).T
    def f(A): return np.trace(np.linalg.inv(A))
    for condition in (1e10, 1e14):
        A = U @ onp.diag(condition**-onp.linspace(0, 1, 4)) @ V
        assert check(f, df, A).status != 'disagrees' and check(f, lambda A: 2 * df(A), A).status != 'agrees'

# rounding, digits, zero

def test_zero_up_to_the_digits_of_the_point_agrees():
    def f(p): return p[0] * np.sin(np.pi * p[1])**2
    def df(p): return onp.array([onp.sin(onp.pi * p[1])**2, p[0] * onp.pi * onp.sin(2 * onp.pi * (p[1] % 1))])
    assert check(f, df, onp.array([2.3, 1.0]))
    assert check(lambda x: np.sum(x**2), lambda x: 0 * x, onp.array([1e-16, 2e-16])).status == 'disagrees'

def kepler(M, e=0.3):
    "The eccentric anomaly, by an iteration that stops at ten digits."
    E, step = M, 1.0
    while abs(getattr(step, '_value', step)) > 1e-10:
        step = E - e * np.sin(E) - M
        E = E - step
    return E

def test_an_iteration_that_stops_early_agrees_to_the_digits_it_has():
    def implicit(M): return 1 / (1 - 0.3 * onp.cos(kepler(M)))
    c = check(kepler, implicit, 0.7)
    assert c and 'equal to 9 digits' in c.reason and c.detectable >= abs(c.hand - c.verdict.autodiff)
    assert check(kepler, implicit, 0.7, rtol=1e-13).status == 'disagrees'
    assert check(kepler, lambda M: implicit(M) * (1 + 1e-7), 0.7).status == 'disagrees'

def test_a_constant_with_few_digits_is_a_mistake():
    z = onp.array([0.3, 0.9, -1.4])
    assert check(lambda x: np.sum(2.0**x), lambda x: 0.6931471806 * 2.0**x, z).status == 'disagrees'

def test_to_digits_says_what_could_have_been_seen():
    part = part_of(sines, lambda x: onp.cos(x) * (1 + 1e-10), x)
    v = to_digits(decided(sines, lambda x: onp.cos(x) * (1 + 1e-10), x), part)
    assert v.status == 'agrees' and onp.all(v.tolerance >= abs(part.hand - onp.cos(x)))

# random functions

@pytest.mark.parametrize('n', [1, 3, 8])
def test_a_random_function_is_undecided_and_nothing_else(n):
    r, z = onp.random.default_rng(0), onp.linspace(0.3, 1.7, n)
    def dropped(x): return np.sum(np.where(r.random(n) < 0.5, x, 0.0)**2)
    def by_hand(x): return 2 * onp.where(r.random(n) < 0.5, x, 0.0)
    for _ in range(20):
        c = check(dropped, by_hand, z)
        assert c.status == 'undecided' and c.reason.startswith('dropped answers differently') and not c.witnesses

def test_what_is_too_noisy_has_no_true_beside_it():
    c = check(lambda x: round(untraced(x), 1), onp.cos, x)
    assert c.status == 'undecided' and all(w.approx is None for w in c.witnesses if w.name == 'numeric')

# coarse arguments

@pytest.mark.parametrize('dtype', [onp.float16, onp.float32])
def test_coarse_arguments_are_judged_at_their_own_precision(dtype):
    z = x.astype(dtype)
    for f in (sines, untraced):
        assert check(f, lambda x: onp.cos(x).astype(dtype), z).status == 'agrees'
        assert check(f, lambda x: onp.cos(onp.asarray(x, dtype)).astype(onp.asarray(x).dtype), z).status == 'agrees'
        c = check(f, onp.cos, z)
        assert c and check(f, lambda x: onp.cos(x) + 3 * c.detectable * entry, z).status != 'agrees'

# where something is wrong with both

def test_hand_and_autodiff_may_be_wrong_together():
    def f(x): return np.sum(x**2) + float(onp.sum(onp.asarray(getattr(x, '_value', x))**3))
    assert check(f, lambda x: 2 * x, x).status == 'disagrees'
    assert check(f, lambda x: 2 * x + 3 * x**2, x).status == 'agrees'

def test_a_sum_of_large_terms_that_cancel_is_not_called_wrong():
    r = onp.random.default_rng(3)
    U, V = (onp.linalg.qr(r.normal(size=(3, 3)))[0] for _ in range(2))
    A, c = U @ onp.diag([1, 1e-7, 1e-14]) @ V, r.normal(size=3)
    def f(b): return c @ np.linalg.solve(A, b)
    assert check(f, grad(f), r.normal(size=3)).status != 'disagrees'

def test_shapes_come_first():
    f = Counted(lambda x: np.sin(x))
    c = check(f, lambda x: onp.cos(x)[:, None], onp.linspace(0.1, 0.9, 20_000))
    assert c.status == 'disagrees' and c.cause == 'wrong-shape' and '(20000, 20000)' in str(c) and f.calls < 10

def test_many_numbers_in_a_dict_take_few_calls():
    p = {f'k{k}': 0.1 + 0.01 * k for k in range(60)}
    f = Counted(lambda p: sum(np.sin(v) for v in p.values()))
    assert check(f, lambda p: {k: onp.cos(v) for k, v in p.items()}, p) and f.calls <= 60 * 12

def test_swept_agrees_with_the_probes():
    part = part_of(untraced, onp.cos, x)
    v = swept(Case(part, None), Verdict())
    assert v.status == 'agrees' and onp.all(abs(v.reference - onp.cos(x)) <= v.tolerance)

def test_many_threads_say_what_one_says():
    before = list(warnings.filters)
    def said(k):
        z = onp.random.default_rng(k).normal(size=5)
        return str(check(sines if k % 2 else untraced, lambda x: onp.cos(x) * (1 + 0.01 * (k % 3 == 0)), z))
    with ThreadPoolExecutor(16) as pool: assert list(pool.map(said, range(48))) == [said(k) for k in range(48)]
    assert warnings.filters == before


def _nearly_singular(n, condition, seed):
    rng = onp.random.default_rng(seed)
    (q, _), (r, _) = (onp.linalg.qr(rng.standard_normal((n, n))) for _ in range(2))
    return (q * 10.0**(-onp.log10(condition) * onp.linspace(0, 1, n))) @ r, rng.standard_normal(n)

@pytest.mark.parametrize('seed', range(40))
def test_where_values_are_beside_hand_and_autodiff_nobody_is_accused(seed):
    "f(x) = |A^-1 x|^2 with a condition of 1e13: its values have their own 1e-6, and hand and autodiff 1e-9."
    A, x = _nearly_singular(2 + seed % 4, 1e13, seed)
    f = lambda x: np.sum(np.linalg.solve(A, x)**2)
    df = lambda x: 2 * onp.linalg.solve(A.T, onp.linalg.solve(A, x))
    c = check(f, df, x)
    assert c.status != 'disagrees' and 'Autodiff is wrong' not in c.reason
    assert check(f, lambda x: -df(x), x).status == 'disagrees'

def test_a_derivative_that_autodiff_loses_is_not_accused():
    "autograd takes the slope of expit for s (1 - s), which is 0 where 1 - s drowns."
    pytest.importorskip('scipy')
    from autograd.scipy.special import expit
    def df(x): return expit(x) * expit(-x)
    for x in (49.3, 141.0): assert check(expit, df, x).status != 'disagrees'
    assert check(expit, lambda x: 2 * df(x), 20.0).status == 'disagrees'

def test_autodiff_that_rounds_is_called_inexact_and_not_wrong():
    f = lambda x: np.maximum(x, x - x + x**2) + np.sum(0 * x)
    x = onp.array([-7.190204866840779e-08])
    c = check(lambda x: np.mean(f(x)), lambda x: 2 * x / x.size, x, elsewhere=False)
    assert c.ok and 'Autodiff is wrong' not in str(c)

def test_no_entry_is_cleared_by_values_that_drown():
    "f leaves the cone of positive matrices along most entries, so that its values are silent there."
    A = onp.random.default_rng(0).standard_normal((4, 4))
    A = A * 10.0**-onp.linspace(0, 5, 4)
    A = A @ A.T
    c = check(lambda A: np.linalg.slogdet(A)[1], lambda A: -onp.linalg.inv(A).T, A)
    assert c.status == 'undecided' or c.wrong.sum() == 16, c

def test_a_sign_beside_flat_values_is_no_kink():
    "det of a nearly singular matrix: one-sided slopes that are equal in six digits make no kink."
    A, _ = _nearly_singular(5, 1e12, 522)
    c = check(lambda A: onp.linalg.det(onp.asarray(A, float)), lambda A: -onp.linalg.det(A) * onp.linalg.inv(A).T, A)
    assert 'kink' not in str(c)

def test_the_other_rows_of_a_jacobian_are_looked_at_too():
    "A single entry explains the first row, and not the second and third."
    x = onp.array([-1.5e-5, -3.9e-6, 9.2e-6])
    def f(x): return onp.cumsum(1 / (1 + onp.asarray(x, float)**2))
    c = check(f, lambda x: onp.zeros((3, 3)), x)
    assert c.status == 'disagrees' and onp.array_equal(c.wrong, onp.tril(onp.ones((3, 3), bool)))

def test_a_disagreement_whose_entry_is_not_found_is_not_one_with_the_docstring():
    def f(x):
        x = onp.asarray(x, float)
        return onp.sum(onp.sin(x[:2])) - onp.log(onp.clip(x[2], 1e-15, 1 - 1e-15)) + onp.sin(x[3])
    x = onp.array([-.47, .28, 0.9999999284281103, -.77])
    right = onp.array([onp.cos(x[0]), onp.cos(x[1]), -1 / x[2], onp.cos(x[3])])
    assert check(f, lambda x: right, x, elsewhere=False).status != 'disagrees'
    for factor in (0, 2, -1):
        wrong = right * [1, 1, factor, 1]
        c = check(f, lambda x, wrong=wrong: wrong, x, elsewhere=False)
        assert c.status != 'agrees' and 'docstring' not in str(c)

@pytest.mark.parametrize('x', [[-2.35e-5, 7.5e8], [2.9e8, 2.7e-11, -1.2e-3, -1.1e7, 5e7, 7e-6]])
def test_entries_much_smaller_than_the_typical_one_have_steps_of_their_own(x):
    x = onp.array(x)
    s = abs(x) / 3
    def f(x): return np.sum(np.sqrt(1 + (x / s)**2))
    def df(x): return x / s**2 / onp.sqrt(1 + (x / s)**2)
    for f_ in f, lambda x: f(onp.asarray(x, float)):
        assert check(f_, df, x).ok
        for factor in (-1, 2, 1.01):
            c = check(f_, lambda x, factor=factor: factor * df(x), x)
            assert c.status == 'disagrees' and 'kink' not in str(c) and c.wrong.all()

def test_beside_a_pole_there_is_no_kink():
    at = onp.nextafter(3.7, 0)
    c = check(lambda x: 1 / (x - 3.7), lambda x: -0.999 / (x - 3.7)**2, at)
    assert c.status != 'agrees' and 'kink' not in str(c)

def test_entries_that_cannot_be_told_are_not_called_right():
    def f(x):
        x = onp.asarray(x, float)
        return x[0] * onp.log(x[0]) + onp.sum(onp.sin(x[1:]))
    def df(x): return onp.concatenate([[onp.log(x[0]) + 1], onp.cos(x[1:])])
    x = onp.array([1.8744701865677765e-15, .98, .3, -.4, 1.2])
    c = check(f, lambda x: df(x) * [2, 2, 1, 1, 1], x)
    assert c.status == 'disagrees' and (c.wrong[0] or 'right in the others' not in str(c))

@pytest.mark.parametrize('distance', [2.0**-k for k in range(20, 32)])
def test_beside_a_kink_that_is_nearer_than_the_last_rung_values_alone_find_the_slope(distance):
    for side in (1, -1):
        x = onp.array([0.0, 2.0, 1.0, -1.3])
        def f(x):
            x = onp.asarray(x, float)
            return onp.tanh(0.03 * max(x[0] + side * distance, 0.0) + 0.2 * onp.sum(onp.sin(x[1:])))
        t = 1 - onp.tanh(0.2 * onp.sum(onp.sin(x[1:])) + 0.03 * max(side * distance, 0.0))**2
        def df(x): return t * onp.array([0.03 * (side > 0), *(0.2 * onp.cos(x[1:]))])
        assert check(f, df, x, elsewhere=False).status != 'disagrees'
        c = check(f, lambda x: df(x) + [0.05, 0, 0, 0], x, elsewhere=False)
        assert c.status == 'disagrees' and c.wrong.tolist() == [True, False, False, False]
