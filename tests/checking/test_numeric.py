"Slopes from values alone, and whether the errors that they come with are honest."
import threading, warnings
import numpy as np
import pytest
from literate_grad.checking.numeric import (
    SHORTEST, STEPS, Line, Slope, ask, confirms, direction, glances, look_inside, noise, quiet, rungs, slope, unit)

EXTENDED = np.longdouble

def at(f, x, d=1.0): return slope(Line(f, np.array(float(x)), np.array(float(d))))

def logit_entropy(p): return -p * np.log(p) - (1 - p) * np.log(1 - p)

# functions with their derivatives in extended precision, and where: near an edge, or in a unit of its own
NEAR = {
    'log': (np.log, lambda p: 1 / p, 0.0, 1), 'log(1 - p)': (lambda p: -np.log(1 - p), lambda p: 1 / (1 - p), 1.0, -1),
    'root': (lambda p: np.sqrt(1 - p), lambda p: -1 / (2 * np.sqrt(1 - p)), 1.0, -1),
    'entropy': (logit_entropy, lambda p: np.log((1 - p) / p), 1.0, -1),
    'pole': (lambda p: 1 / (p - 1), lambda p: -1 / (p - 1)**2, 1.0, 1),
    'arccos': (np.arccos, lambda p: -1 / np.sqrt((1 - p) * (1 + p)), 1.0, -1)}

@pytest.mark.parametrize('name', NEAR)
def test_near_an_edge_the_error_is_honest(name):
    f, df, edge, sign = NEAR[name]
    r = np.random.default_rng(0)
    for distance in 10**r.uniform(-13, -1, 60):
        x = edge + sign * distance
        d = r.integers(64, 192) / 128 * 2.0**np.round(np.log2(x))
        s, truth = at(f, x, d), float(df(EXTENDED(x))) * d
        sure = np.isfinite(s.error[0]) and not s.rough[0]
        if sure and not s.kink[0]: assert abs(s.value[0] - truth) <= 4 * s.error[0] + 1e-15 * abs(truth), (distance, s)

@pytest.mark.parametrize('f, df', [(np.sin, np.cos), (lambda x: np.sinh(x / 3), lambda x: np.cosh(x / 3) / 3),
                                   (lambda x: np.sqrt(1 + x**2), lambda x: x / np.sqrt(1 + x**2))])
@pytest.mark.parametrize('scale', [1e-3, 1.0, 30.0, 1e3])
def test_in_any_unit_the_error_is_small_and_honest(f, df, scale):
    for x in np.random.default_rng(1).normal(size=20):
        s, truth = at(lambda t: f(scale * t), x), float(df(EXTENDED(scale * x)) * scale)
        assert abs(s.value[0] - truth) <= 4 * s.error[0] + 1e-15 * abs(truth)
        assert s.error[0] <= 1e-5 * max(abs(truth), abs(f(scale * x)) * scale)

def test_noise_is_measured():
    for digits in (6, 9):
        s = at(lambda t: np.round(np.sin(t), digits), 0.7)
        assert 10.0**-digits / 4 <= s.noise[0] <= 4 * 10.0**-digits and abs(s.value[0] - np.cos(0.7)) <= 4 * s.error[0]

def test_each_value_has_its_own_noise():
    x = np.array([0.3, 1.1])
    r = rungs(Line(lambda x: np.array([np.sum(np.sin(x)), np.round(np.sum(np.sin(x)), 6)]), x, np.ones(2)), STEPS)
    exact, rounded = noise(r, x)
    assert exact < 1e-14 < 1e-7 < rounded

@pytest.mark.parametrize('f, x, kink, rough', [
    (abs, 0.0, True, False), (abs, 1e-5, False, False), (np.sin, 0.3, False, False),
    (lambda t: abs(t)**1.5, 0.0, False, False),
    (lambda t: 1.0 * (t > 0), 0.0, False, True), (lambda t: np.sqrt(abs(t)), 0.0, False, True)])
def test_kinks_and_jumps(f, x, kink, rough):
    s = at(f, x)
    assert (bool(s.kink[0]), bool(s.rough[0])) == (kink, rough)
    if kink: assert abs(s.left[0] + 1) <= 4 * s.sides[0] and abs(s.right[0] - 1) <= 4 * s.sides[0]

@pytest.mark.parametrize('distance', [1e-2, 1e-5, 1e-8, -1e-3, -1e-6])
def test_beside_a_kink_the_slope_is_that_of_its_side(distance):
    s = at(abs, distance)
    assert abs(s.value[0] - np.sign(distance)) <= 4 * s.error[0] <= 1e-4

def test_rounding_of_large_arguments_is_no_kink():
    x = 1e6 + np.random.default_rng(0).normal(size=10)
    d = np.zeros(10)
    d[4] = unit(x)
    s = slope(Line(lambda x: np.mean((x - np.mean(x))**2), x, d))
    assert not s.kink[0] and abs(s.value[0] / d[4] - 0.2 * (x[4] - x.mean())) <= 4 * s.error[0] / d[4]

def test_what_is_noise_only_stops_early():
    for f in (lambda t: np.sin(t.astype(np.float32)), lambda t: np.round(np.sin(t), 1)):
        line = Line(f, np.array(0.7), np.array(1.0))
        s = slope(line)
        assert len(line.known) <= 29 and abs(s.value[0] - np.cos(0.7)) <= 4 * s.error[0]

def test_far_from_the_pole_shorter_steps_are_tried():
    line = Line(lambda x: 1 / (x - 1), np.array(1 + 1e-7), np.array(1.0))
    s = slope(line)
    assert min(t for t in line.known if t > 0) < SHORTEST * 8**3 and abs(s.value[0] + 1e14) <= 4 * s.error[0]

def test_a_point_where_f_fails_is_a_missing_value():
    def f(x):
        if x[0] > 1: raise OverflowError
        return x[0]**2
    line = Line(f, np.array([0.9]), np.array([1.0]))
    ask([line], [0.05, 0.5])
    assert line(0.05)[0] == pytest.approx(0.95**2) and np.isnan(line(0.5)[0])

def test_rounding_inside_is_found():
    lossy = Line(lambda x: (1 - np.cos(x)) / x**2, np.array([1e-5]), np.array([1e-5]))
    if np.finfo(EXTENDED).eps == np.finfo(float).eps: pytest.skip('this machine has no longer floats')
    assert look_inside(lossy).noise[0] > 1e-8

@pytest.mark.parametrize('x, expected', [([0.3, 1.1, 0.7], 0.5), ([0.0, 0.0], 1.0), (5.0, 4.0),
                                         ([3e-8, 1.5, 4e8], [2.0**-25, 2.0, 2.0**29])])
def test_units(x, expected): assert np.array_equal(unit(np.array(x)), expected)

def test_every_entry_moves_by_half_a_unit_at_least():
    d = direction(np.zeros(10**4), np.random.default_rng(0))
    assert 0.5 <= abs(d).min() and abs(d).max() < 1.5 and 0.45 < np.mean(d > 0) < 0.55

def test_four_values_confirm_what_is_right_and_nothing_else():
    x, d = np.array([0.3, 1.1, -0.7]), np.array([1.0, -0.5, 0.75])
    claim = np.array([d @ np.cos(x)])
    def bent(t): return np.sin(t) + 1e-3 * abs(t - x)
    for f, off, sure in ((np.sin, 0.0, True), (np.sin, 1e-6, False), (bent, 0.0, False)):
        line = Line(lambda x: np.sum(f(x)), x, d)
        assert confirms(line, claim + off, 2.0) is sure
    assert glances(Line(lambda x: np.sum(np.sin(x)), x, d), claim, 2.0)
    assert not glances(Line(lambda x: np.sum(np.sin(x)), x, d), claim + 1e-4, 2.0)

def test_slopes_of_several_values_are_those_of_each():
    x, d = np.array([0.3, 1.1]), np.array([1.0, 0.5])
    fs = [lambda x: np.sum(np.sin(x)), lambda x: np.prod(x), lambda x: np.sum(abs(x - 0.3))]
    all_of_them = slope(Line(lambda x: np.array([f(x) for f in fs]), x, d))
    for k, f in enumerate(fs):
        alone = Slope(*(v[0] for v in slope(Line(f, x, d))))
        assert alone.kink == all_of_them.kink[k]
        if not alone.kink: assert abs(alone.value - all_of_them.value[k]) <= 4 * (alone.error + all_of_them.error[k])

def test_many_threads_are_quiet_at_once():
    before, heard = list(warnings.filters), []
    def work(k):
        for _ in range(50):
            with quiet():
                try: warnings.warn('loud')
                except UserWarning: heard.append(k)
                np.log(np.array(-1.0))
    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert warnings.filters == before and not heard

def test_a_filter_of_the_user_outlives_the_silence():
    with warnings.catch_warnings():
        silence = quiet()
        silence.__enter__()
        with warnings.catch_warnings(): # of another thread, which leaves later
            silence.__exit__()
            warnings.simplefilter('error')
            with pytest.raises(UserWarning): warnings.warn('loud')
        with pytest.warns(UserWarning): warnings.warn('loud')
