"""Every loss against Flux's own test values and against its definition; every derivative against gradient and against
differences."""
import inspect
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from literate_grad.library import losses
from literate_grad.gradients.autodiff import gradient
from literate_grad.library.losses import (
    binary_focal_loss, binarycrossentropy, cosine_similarity_loss, crossentropy, dice_coeff_loss, focal_loss,
    hinge_loss, hinge_loss_derivative, huber_loss, huber_loss_derivative, kldivergence, label_smoothing,
    logitbinarycrossentropy, logitbinarycrossentropy_derivative, logitcrossentropy, logitcrossentropy_derivative,
    mae, mae_derivative, mse, mse_derivative, msle, poisson_loss, poisson_loss_derivative, siamese_contrastive_loss,
    softmax, squared_hinge_loss, tversky_loss)

names = ['mae', 'mse', 'msle', 'huber_loss', 'poisson_loss', 'hinge_loss', 'squared_hinge_loss', 'binarycrossentropy',
         'logitbinarycrossentropy',
         'binary_focal_loss', 'siamese_contrastive_loss', 'crossentropy', 'logitcrossentropy', 'kldivergence',
         'focal_loss',
         'dice_coeff_loss', 'tversky_loss', 'cosine_similarity_loss']
by_name = pytest.mark.parametrize('name', names)
def f_df(name): return getattr(losses, name), getattr(losses, f'{name}_derivative')
def options(f): return inspect.signature(f).parameters
rng = np.random.default_rng(21)

def data(name, shape=(3, 4), rng=rng):
    "Prediction and truth that the loss is made for."
    ŷ, y = rng.normal(size=(2, *shape))
    if name in ('msle', 'poisson_loss', 'siamese_contrastive_loss'): ŷ = np.exp(ŷ)
    if name in ('binarycrossentropy', 'binary_focal_loss', 'crossentropy', 'kldivergence', 'focal_loss',
                'dice_coeff_loss', 'tversky_loss'): ŷ = softmax(ŷ)
    if name in ('binarycrossentropy', 'binary_focal_loss', 'logitbinarycrossentropy', 'siamese_contrastive_loss',
                'dice_coeff_loss', 'tversky_loss'): y = (y > 0) * 1.0
    if name in ('crossentropy', 'logitcrossentropy', 'kldivergence', 'focal_loss'): y = softmax(y)
    if name in ('hinge_loss', 'squared_hinge_loss'): y = np.where(y > 0, 1.0, -1.0)
    return ŷ, np.abs(y) if name in ('msle', 'poisson_loss') else y

# what Flux's own tests ask for (test/losses.jl)
h, y4, yr, hr = [.9, .1, .1, .9], [1, 1, 0, 0], [[1.0, 0.5, 0.3, 2.4]], [[0, 1.4, 0.5, 1.2]]
hot, half = np.array([[0, 0, 1, 1], [1, 1, 0, 0]]), np.array([[.1, .9, .9, .1], [.9, .1, .1, .9]])
row, five = np.array([[1, 2, 3]]), np.array([[1, 0, 0, 0, 1], [0, 1, 0, 1, 0], [0, 0, 1, 0, 0]])
spread, two = softmax(np.arange(-7.0, 8).reshape(3, 5, order='F')), np.array([[0, 1, 0], [1, 0, 1]])
near, far, third, sure = np.array([[0.268941, 0.5, 0.268941], [0.731059, 0.5, 0.731059]]), np.array([[0.4, 0.2],
    [0.5, 0.5], [0.1, 0.3]]), np.array([[1, 0], [0, 0], [0, 1]]), np.array([[0.6, 0.3], [0.4, 0.7]])

@pytest.mark.parametrize('got, expected', [
    (mse(h, y4), (.1**2 + .9**2) / 2), (mae(h, y4), 1/2), (huber_loss(h, y4), 0.20500000000000002),
    (mae([1.1, 1.9, 3.1], [1, 2, 3]), 0.1), (mse([1.1, 1.9, 3.1], [1, 2, 3]), 0.01),
    (msle([345.0, 332.0, 789.0], [123.0, 456.0, 789.0]), 0.38813985859136585),
    (crossentropy(half, hot), 1.203972804325936), (crossentropy(half, label_smoothing(hot, 0.1)), 1.2039728043259348),
    (crossentropy([0.1, 0.0, 0.9], [0.1, 0.0, 0.9]), crossentropy([0.1, 0.9], [0.1, 0.9])),
    (logitcrossentropy(np.log(half), hot), 1.203972804325936),
    (kldivergence([[4.0, 5.0, 6.0]], row), -1.7661057888493457), (kldivergence(row, row), 0),
    (kldivergence(np.full((2, 2), 0.5), np.eye(2)), np.log(2)),
    (kldivergence(np.full((2, 2), 0.5), np.eye(2), agg=sum), 2 * np.log(2)),
    (hinge_loss([[5.0, 6, 7, 8]], [[1, 2, 3, 4]]), 0), (hinge_loss([[1, 2, 3, 4]], [[.5, 1, 1.5, 2]]), 0.125),
    (squared_hinge_loss([[1, 2, 3, 4]], [[.5, 1, 1.5, 2]]), 0.0625),
    (poisson_loss([[.4, .5, .6]], [[.1, .2, .3]]), 0.6278353988097339),
    (poisson_loss([[.1, .2, .3]], [[.1, .2, .3]]), 0.5044459776946685),
    (dice_coeff_loss(hr, yr), 0.28), (dice_coeff_loss(yr, yr), 0),
    (tversky_loss(hr, yr), -0.06772009029345383), (tversky_loss(hr, yr, beta=0.8), -0.09490740740740744),
    (tversky_loss(yr, yr), -0.5576923076923075),
    (binary_focal_loss(near, two), 0.0728675615927385), (binary_focal_loss(sure, np.eye(2)), 0.05691642237852222),
    (binary_focal_loss(near, two, gamma=0.0), binarycrossentropy(near, two)),
    (focal_loss(far, third), 0.45990566879720157), (focal_loss(spread, five, gamma=0), crossentropy(spread, five)),
    (binarycrossentropy([0.1, 0.2, 0.9], 1), -anp.mean(np.log([0.1, 0.2, 0.9]))),
    (siamese_contrastive_loss(far, third), 0.2333333333333333),
    (siamese_contrastive_loss(far, third, margin=0.5), 0.1),
    (siamese_contrastive_loss(far, third, margin=1.5), 0.5333333333333333),
    (siamese_contrastive_loss(far, third, margin=0), 0.09166666666666667),
    (siamese_contrastive_loss([.6, .4, .1, .2, .7], [1, 0, 0, 1, 1]), 0.212)])
def test_the_values_of_flux(got, expected):
    np.testing.assert_allclose(got, expected, rtol=1e-14, atol=1e-15)

@pytest.mark.parametrize('got, expected', [
    (focal_loss(spread, five), 1.1277571935622628), (crossentropy(spread, five), 1.6076053),
    (crossentropy(spread, label_smoothing(five, 0.15)), 1.5776052),
    (logitbinarycrossentropy([2.0, -1, np.pi], [True, False, True]), 0.160832)])
def test_the_32_bit_values_of_flux(got, expected):
    np.testing.assert_allclose(got, expected, rtol=8 * np.finfo(np.float32).eps)

@by_name
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), shape=st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_derivative(name, seed, shape):
    f, df = f_df(name)
    ŷ, y = data(name, shape, np.random.default_rng(seed))
    for agg in (np.mean, np.sum) if 'agg' in options(f) else (None,):
        named = {} if agg is None else {'agg': agg}
        by_hand, (auto,) = df(ŷ, y, **named), gradient(lambda ŷ: f(ŷ, y, **named), ŷ)
        assert by_hand.shape == ŷ.shape and by_hand.dtype == ŷ.dtype
        np.testing.assert_allclose(by_hand, auto, rtol=1e-10, atol=1e-13 * max(1, abs(auto).max()))

@by_name
def test_derivative_by_differences(name):
    "A witness that is not autograd, along a random direction."
    f, df = f_df(name)
    ŷ, y = data(name)
    direction = rng.normal(size=ŷ.shape)
    step = 1e-5 * min(1, abs(ŷ).min())
    slope = (f(ŷ + step * direction, y) - f(ŷ - step * direction, y)) / (2 * step)
    np.testing.assert_allclose(anp.sum(df(ŷ, y) * direction), slope, rtol=1e-6, atol=1e-6)

@by_name
def test_parameters(name):
    "Every number that a loss takes reaches its derivative."
    f, df = f_df(name)
    ŷ, y = data(name)
    for parameter, value in dict(eps=0.03, delta=0.4, gamma=1.3, margin=2.5, smooth=0.2, beta=0.35, dims=1).items():
        if parameter not in options(f): continue
        named = {parameter: value}
        np.testing.assert_allclose(df(ŷ, y, **named), gradient(lambda ŷ: f(ŷ, y, **named), ŷ)[0], rtol=1e-10,
                                   atol=1e-14)
        assert not np.allclose(df(ŷ, y, **named), df(ŷ, y)), 'the parameter makes no difference'
    assert list(options(f)) == list(options(df))

@by_name
@pytest.mark.filterwarnings('error')
def test_types_and_shapes(name):
    if np.__version__ < '2' and name in ('dice_coeff_loss',
        'tversky_loss'): pytest.skip('NumPy 1 makes a float64 of a float32 number and a Python one')
    f, df = f_df(name)
    ŷ, y = data(name)
    value, slope = f(ŷ, y), df(ŷ, y)
    for a in (ŷ, y): a.setflags(write=False)
    assert f(ŷ.tolist(), y.tolist()) == value
    for truth in (y, y.astype(np.float32)):
        assert f(ŷ.astype(np.float32), truth).dtype == df(ŷ.astype(np.float32), truth).dtype == np.float32
    np.testing.assert_allclose(f(ŷ.astype(np.float32), y), value, rtol=1e-4)
    np.testing.assert_allclose(df(ŷ.astype(np.float32), y), slope, rtol=1e-3, atol=1e-6)
    g, = gradient(lambda ŷ: f(ŷ, y), ŷ.astype(np.float32))
    assert g.dtype == np.float32
    np.testing.assert_allclose(g, slope, rtol=1e-3, atol=1e-6)

@pytest.mark.parametrize('name', names[:11])
def test_one_number(name):
    f, df = f_df(name)
    ŷ, y = (float(a.flat[0]) for a in data(name))
    assert np.shape(df(ŷ, y)) == () and np.ndim(f(ŷ, y)) == 0
    np.testing.assert_allclose(df(ŷ, y), gradient(lambda ŷ: f(ŷ, y), ŷ)[0], rtol=1e-12)

@by_name
def test_one_number_as_the_truth(name):
    f, df = f_df(name)
    ŷ, _ = data(name)
    np.testing.assert_allclose(f(ŷ, 1), f(ŷ, np.ones_like(ŷ)), rtol=1e-15)
    np.testing.assert_allclose(df(ŷ, 1), df(ŷ, np.ones_like(ŷ)), rtol=1e-15)
    np.testing.assert_allclose(gradient(lambda y: f(ŷ, y), 0.5)[0],
                               gradient(lambda y: f(ŷ, y), np.full_like(ŷ, 0.5))[0].sum(), rtol=1e-12, atol=1e-15)

@by_name
def test_bad_input(name):
    for g in f_df(name):
        with pytest.raises(ValueError, match=r'one shape, but got \(3, 1\) and \(3,\); try'):
            g(np.ones((3, 1)), np.ones(3))
        with pytest.raises(ValueError, match='empty'): g(np.ones(0), np.ones(0))
        with pytest.raises(TypeError, match='real numbers'): g(np.ones(3) * 1j, np.ones(3))

def test_bad_options():
    with pytest.raises(ValueError, match='agg to be np.mean or np.sum'): mse_derivative([1.0], [2.0], np.max)
    with pytest.raises(ValueError, match='margin'): siamese_contrastive_loss([1.0], [1.0], margin=-1)
    for α in (0, 1, 1.2): pytest.raises(ValueError, label_smoothing, [0, 1], α)

def test_the_gatherer():
    ŷ, y = data('mse')
    assert mse(ŷ, y, agg=sum) == mse(ŷ, y, np.sum)
    assert np.array_equal(mse_derivative(ŷ, y, sum), mse_derivative(ŷ, y, np.sum))
    assert mse(ŷ, y, agg=lambda losses: losses).shape == ŷ.shape
    assert crossentropy(softmax(ŷ), softmax(y), agg=lambda losses: losses).shape == ŷ.shape[1:]

@pytest.mark.filterwarnings('error')
def test_scores_of_any_size():
    "Nothing overflows, and nothing that matters cancels."
    ŷ = np.array([-800.0, -50, 0, 50, 800])
    np.testing.assert_allclose(logitbinarycrossentropy(ŷ, 0 * ŷ, agg=lambda l: l),
                               [0, np.exp(-50), np.log(2), 50, 800], rtol=1e-15)
    np.testing.assert_allclose(logitbinarycrossentropy_derivative(ŷ, 0 * ŷ + 1, np.sum),
                               [-1, -1, -0.5, -np.exp(-50), 0], rtol=1e-15)
    scores = np.array([[800.0, 0, 3], [-800, 0, 3]])
    np.testing.assert_allclose(logitcrossentropy(scores, [[0, 1, 1], [1, 0, 0]], agg=lambda l: l),
                               [1600, np.log(2), np.log(2)], rtol=1e-15)
    np.testing.assert_allclose(logitcrossentropy_derivative(scores, [[0, 1, 1], [1, 0, 0]], agg=np.sum),
                               [[1, -.5, -.5], [-1, .5, .5]])
    np.testing.assert_allclose(softmax(scores), [[1, .5, .5], [0, .5, .5]])

@pytest.mark.filterwarnings('error')
def test_certainty():
    "Probabilities 0 and 1 where the truth is 0 or 1."
    sure = np.array([0.0, 1.0])
    for f in (binarycrossentropy, binary_focal_loss, crossentropy, kldivergence, focal_loss):
        assert abs(f(sure, sure)) < 1e-15
        for g in (f_df(f.__name__)[1](sure, sure), gradient(lambda ŷ: f(ŷ, sure), sure)[0]): assert np.isfinite(g).all()
    assert binary_focal_loss(sure, sure, gamma=1.5) == 0
    assert np.array_equal(poisson_loss_derivative([0.0, 2.0], [0, 1], np.sum), [1, 0.5])
    assert poisson_loss([0.0], [0]) == 0
    assert crossentropy([0.0, 1], [0, 1], eps=0) == 0

def test_kinks():
    def by_machine(loss, ŷ, y): return gradient(lambda ŷ: loss(ŷ, y, np.sum), np.array(ŷ))[0].tolist()
    assert mae_derivative([1.0, 2.0], [1, 1], np.sum).tolist() == [0, 1] == by_machine(mae, [1.0, 2.0], [1, 1])
    ŷ, y = [1.0, -1.0, 0.5], [1, -1, 1]
    assert hinge_loss_derivative(ŷ, y, np.sum).tolist() == [0, 0, -1] == by_machine(hinge_loss, ŷ, y)
    for x in (1.0, np.nextafter(1.0, 2), np.nextafter(1.0, 0)):
        np.testing.assert_allclose(huber_loss_derivative([x, -x], [0, 0], np.sum), [1, -1], rtol=1e-15)
        np.testing.assert_allclose(gradient(lambda ŷ: huber_loss(ŷ, [0, 0], np.sum), np.array([x, -x]))[0], [1, -1],
                                   rtol=1e-15)

def test_labels():
    assert np.array_equal(label_smoothing([[0], [1]], 0.2), [[0.1], [0.9]])
    np.testing.assert_allclose(label_smoothing([0, 1, 0.5], 0.2, dims=None), [0.1, 0.9, 0.5])
    np.testing.assert_allclose(label_smoothing([[0, 0, 1]], 0.3, dims=1), [[0.1, 0.1, 0.8]])

def test_directions():
    a, b = np.array([[3.0, 1, 2], [4, 0, 0]]), np.array([[6.0, 0, -5], [8, 9, 0]])
    np.testing.assert_allclose(cosine_similarity_loss(a, b, agg=lambda l: l), [0, 1, 2], atol=1e-15)

@by_name
def test_every_derivative_is_labelled(name):
    f, df = f_df(name)
    label = df.__derivative__
    assert label.of is f and label.wrt == 'ŷ' and 'dL/dŷ' in df.__doc__
    ŷ, y, *rest = label.at
    np.testing.assert_allclose(df(ŷ, y, *rest), gradient(lambda ŷ: f(ŷ, y, *rest), ŷ)[0], rtol=1e-12, atol=1e-14)

@by_name
def test_every_step_of_the_derivation(name):
    "The docstring says of the function what the code does, and every expression behind an = is its derivative."
    derivation = pytest.importorskip('literate_grad.derivations.steps').derivation(f_df(name)[1])
    assert [step.status for step in derivation.steps if step.status not in ('proved', 'holds')] == []
    assert derivation.steps and derivation.status in ('proved', 'holds')
