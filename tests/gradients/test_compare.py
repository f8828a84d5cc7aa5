"isequal, isapprox and ulps against their definitions."
import math
import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp
from literate_grad import isapprox, isequal, ulps

floats = st.floats(allow_nan=True, allow_infinity=True)
arrays = lambda dtype=float: hnp.arrays(dtype, hnp.array_shapes(max_dims=3, max_side=4),
                                        elements=st.floats(width=np.dtype(dtype).itemsize * 8))
finite = st.floats(allow_nan=False, allow_infinity=False)
leaves = st.one_of(floats, st.integers(), st.none(), st.text(), arrays())
structures = st.recursive(leaves,
                          lambda inner: st.one_of(st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple),
                              st.dictionaries(st.text(), inner, max_size=3)))

def has_nan(x):
    if isinstance(x, dict): return any(map(has_nan, x.values()))
    if isinstance(x, (list, tuple)): return any(map(has_nan, x))
    return isinstance(x, (float, np.ndarray)) and bool(np.isnan(x).any())

@given(structures)
def test_isequal_is_reflexive_but_for_nan(x): assert isequal(x, x) is not has_nan(x)

@given(structures, structures)
def test_isequal_is_symmetric(a, b): assert isequal(a, b) is isequal(b, a)

@given(floats, floats)
def test_isequal_of_floats_is_equality(a, b): assert isequal(a, b) is (a == b)

@given(arrays(), arrays())
def test_isequal_of_arrays_is_shape_and_values(a, b):
    assert isequal(a, b) is (a.shape == b.shape and bool((a == b).all()))

def julia_isapprox(x, y, rtol=math.sqrt(2**-52), atol=0):
    "Julia's definition for two numbers, from Base/floatfuncs.jl."
    return x == y or (math.isfinite(x) and math.isfinite(y) and abs(x - y) <= max(atol, rtol * max(abs(x), abs(y))))

@given(floats, floats)
def test_isapprox_of_floats(a, b): assert isapprox(a, b) is julia_isapprox(a, b)

@given(floats, st.floats(-1e-6, 1e-6), st.floats(0, 1e-6))
def test_isapprox_near(a, relative, rtol): assert isapprox(a, a * (1 + relative), rtol=rtol) is julia_isapprox(a,
    a * (1 + relative), rtol)

@given(finite, finite, st.floats(min_value=1e-300, max_value=1e300))
def test_atol_switches_rtol_off(a, b, atol): assert isapprox(a, b, atol=atol) is julia_isapprox(a, b, 0, atol)

@given(st.lists(st.tuples(st.floats(-1e100, 1e100), st.floats(-1e-7, 1e-7)), min_size=1))
def test_isapprox_of_arrays_compares_norms(pairs):
    a, relative = np.array(pairs).T
    b = a * (1 + relative)
    distance, size = math.hypot(*(a - b)), max(math.hypot(*a), math.hypot(*b))
    if abs(distance - size * 2**-26) > 1e-12 * size: assert isapprox(a, b) is (distance <= size * 2**-26)

@given(arrays(np.float32))
def test_trailing_axes_of_length_one(a):
    if np.isnan(a).any(): return
    assert isapprox(a, a[..., None]) and isapprox(a[..., None, None], a)
    if a.shape[0] != 1: pytest.raises(ValueError, isapprox, a, a[None])

def next_float(a):
    with np.errstate(over='ignore'): return np.nextafter(a, np.inf)

@given(floats)
def test_neighbours_are_one_ulp_apart(a):
    above = next_float(a)
    assert ulps(a, above) == (2**64 - 1 if math.isnan(a) else a != above)

@given(floats, st.integers(0, 20))
def test_ulps_counts_steps(a, steps):
    if not math.isfinite(a): return
    b = a
    for _ in range(steps): b = next_float(b)
    assert ulps(a, b) == steps or b == np.inf

@given(finite, finite, finite)
def test_ulps_add_up(a, b, c):
    low, middle, high = sorted((a, b, c))
    assert int(ulps(low, high)) == int(ulps(low, middle)) + int(ulps(middle, high))

@given(st.floats(width=32, allow_nan=False), st.floats(width=32, allow_nan=False))
def test_ulps_of_float32_is_symmetric_and_in_range(a, b):
    apart = ulps(np.float32(a), np.float32(b))
    assert apart == ulps(np.float32(b), np.float32(a)) and apart < 2**32 and (apart == 0) == (a == b)

tiny = 2.0**-1074 # the distance between neighbours among the smallest numbers
steps = st.integers(-2**12, 2**12)

@given(st.lists(st.tuples(steps, steps, steps, steps), min_size=1, max_size=5), st.sampled_from([0.5, 0.1, 1e-3]))
def test_complex_numbers_near_zero_are_compared_by_their_norms(numbers, rtol):
    "The exact norms, in whole steps, decide; where rounding to a whole step could decide, nothing is claimed."
    a = np.array([complex(p * tiny, q * tiny) for p, q, _, _ in numbers])
    b = np.array([complex(r * tiny, s * tiny) for _, _, r, s in numbers])
    apart = sum((p - r)**2 + (q - s)**2 for p, q, r, s in numbers)**0.5
    size = max(sum(p * p + q * q for p, q, _, _ in numbers), sum(r * r + s * s for _, _, r, s in numbers))**0.5
    if abs(apart - rtol * size) > len(numbers) + 2: assert isapprox(a, b, rtol=rtol) == (apart <= rtol * size)
