"Each witness asked directly; a new one finds its place and has its row in the report."
import math
import autograd.numpy as np
import numpy as onp
import pytest
from literate_grad import check
from literate_grad.checking import witnesses
from literate_grad.checking.subject import Subject, find_parts
from literate_grad.checking.witnesses import (WITNESSES, Witness, autodiff, derivation, exact, extended, lead,
    nudged, numeric, register, rounding, sweep)

x, w = onp.array([0.3, -1.2, 0.5]), onp.array([0.7, 0.4, -1.1])

def squared_sine(x): return np.sum(np.sin(x)**2)
def by_formula(x):
    "y = sum(sin(x)^2), dy/dx = 2*sin(x)*cos(x)"
    return onp.sin(2 * x)
def jacobian(x, w): return onp.diag(x / onp.cosh(x * w)**2)

def parts_of(f, df, *args, wrt=0): return find_parts(Subject(f, df, args, {}), [(wrt,)], False)

def asked(witness, f, df, *args, wrt=0):
    part, = parts_of(f, df, *args, wrt=wrt)
    return witness.ask(part.subject, [part])[0]

@pytest.mark.parametrize('witness, room', [(autodiff, 1e-15), (numeric, 1e-9), (derivation, 1e-15), (exact, 1e-15)])
def test_every_witness_knows_the_derivative(witness, room):
    assert onp.allclose(asked(witness, squared_sine, by_formula, x), onp.sin(2 * x), rtol=room, atol=room)

@pytest.mark.parametrize('witness, room', [(autodiff, 1e-15), (numeric, 1e-9)])
def test_a_jacobian(witness, room):
    got = asked(witness, lambda x, w: np.tanh(x * w), jacobian, x, w, wrt=1)
    assert got.shape == (3, 3) and onp.allclose(got, jacobian(x, w), rtol=room, atol=room)

def test_some_entries_only():
    part, = parts_of(squared_sine, by_formula, x)
    s = sweep(part, [2, 0])
    assert s.value.shape == (1, 2) and onp.all(abs(s.value[0] - onp.sin(2 * x)[[2, 0]]) <= 4 * s.error[0])

def test_what_is_silent_says_why():
    part, = parts_of(lambda t: math.sin(t), lambda t: math.cos(t), 0.3)
    told, = lead(part.subject, [part])
    assert told.value is None and told.name == '' and told.silent.endswith('.')
    unused, = parts_of(lambda t: 3.0, lambda t: 0.0, 0.3)
    assert 'does not use the traced arguments' in lead(unused.subject, [unused])[0].silent

def test_one_part_may_be_silent_alone():
    parts = find_parts(Subject(lambda x, w: np.sum(x**2), lambda x, w: (2 * x, 0 * w), (x, w), {}), [(0,), (1,)], True)
    told = lead(parts[0].subject, parts)
    assert [t.name for t in told] == ['autodiff', 'autodiff'] and onp.array_equal(told[0].value, 2 * x)

def test_names_and_needs_are_told():
    assert [w.name for w in WITNESSES] == ['autodiff', 'numeric', 'derivation', 'exact']
    assert all(w.needs for w in WITNESSES)

def test_another_witness_leads_where_autodiff_is_silent_and_the_report_shows_it(monkeypatch):
    class Known(Witness):
        name, needs, leads = 'oracle', 'the true derivative', True
        def ask(self, subject, parts): return [onp.cos(part.x) for part in parts]
    monkeypatch.setattr(witnesses, 'WITNESSES', list(WITNESSES))
    register(Known(), before='numeric')
    f = lambda x: math.fsum(onp.sin(onp.asarray(x, float)))
    c = check(f, onp.cos, x)
    assert c and c.witnesses[0].name == 'oracle' and c.witnesses[0].equal and 'oracle' in str(c)
    assert check(f, lambda x: -onp.cos(x), x).cause == 'sign'
    assert check(squared_sine, lambda x: onp.sin(2 * x), x).witnesses[0].name == 'autodiff'

def test_more_digits_take_rounding_back_and_leave_mistakes():
    lossy = lambda x: (1 - onp.cos(x)) / onp.sin(x) # tan(x/2), of which a small x leaves few digits
    def f(x): return -2 * np.sum(np.log(np.cos(x / 2)))
    small = onp.array([1e-5, 2e-5])
    for df, share in ((lossy, 1), (lambda x: 1.01 * lossy(x), 0)):
        part, = parts_of(f, df, small)
        hand, ref = extended(part)
        if hand is None: pytest.skip('this machine has no longer floats')
        auto = autodiff.ask(part.subject, [part])[0]
        gap, slip = abs(part.hand - auto), rounding(part, auto)
        assert slip.in_digits and onp.all((gap <= 2 * slip.size) == bool(share))

def test_an_ulp_moves_all_but_whole_numbers():
    f = lambda x, y: np.sum(x * y)
    part, = parts_of(f, lambda x, y: y, x, onp.array([1.0, 0.0, 1.0]))
    near = nudged(part, 3)
    assert onp.all(abs(near.x - x) <= 5e-16 * abs(x)) and onp.any(near.x != x)
    assert onp.array_equal(near.subject.args[1], part.subject.args[1])

@pytest.mark.parametrize('formula, ok', [
    ('F = -dV/dr = 2 k/r^2', False), ('-dV/dr = 2 k/r^2', False),
    ('G = dV/dr = -2 k/r^2', False), ('F = -dV/dr = k/r^2', True), ('-dV/dr = k/r^2', True)])
def test_a_formula_with_a_name_for_the_derivative_is_read_too(formula, ok):
    def df(r, k): return -k / r**2
    df.__doc__ = f'V = k/r\n\n{formula}'
    c = check(lambda r, k: k / r, df, 1.3, 0.7, wrt='r')
    assert c.ok == ok and ('docstring is not' in str(c)) == (not ok)
