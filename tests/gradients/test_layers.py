"Dense and Chain against hand-written NumPy, Flux's printed layout, and every error."
import copy, pickle, re
import autograd.numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from literate_grad.gradients.autodiff import gradient, tanh
from literate_grad.gradients.compare import isapprox, isequal
from literate_grad.gradients.layers import Chain, Dense, glorot_uniform, identity

def relu(z): return np.maximum(z, 0)

sizes, seeds = st.integers(1, 7), st.integers(0, 2**32 - 1)
dtypes = st.sampled_from([np.float32, np.float64])

# --- one output, one vector: equal to the plain sum in every bit

def as_layer(x, model): return model(x)[0]
def as_sum(x, model): return np.sum(x * np.reshape(model.layers[0].weight, np.shape(x)))

def random_neuron(n, seed, dtype=np.float32, x_dtype=np.float64):
    rng = np.random.default_rng(seed)
    weight = (rng.normal(size=(1, n)) * 10.0**rng.integers(-3, 4, (1, n))).astype(dtype)
    return rng.normal(size=n).astype(x_dtype), Chain(Dense(weight, bias=False))

@pytest.mark.parametrize('n', [1, 2, 7, 8, 9, 10, 15, 16, 17, 100, 127, 128, 129, 1000, 1025, 5000, 8193, 20000])
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize('x_dtype', [np.float32, np.float64])
def test_neurons_equal_sums_in_every_bit(n, dtype, x_dtype):
    for seed in range(10):
        x, model = random_neuron(n, seed, dtype, x_dtype)
        assert as_layer(x, model) == as_sum(x, model)
        assert isequal(gradient(as_layer, x, model), gradient(as_sum, x, model))

@given(n=st.integers(10, 5000), seed=seeds, stride=st.sampled_from([1, 2, -1, -3]))
@settings(max_examples=300)
def test_equal_for_any_number_of_inputs_and_any_view(n, seed, stride):
    x, model = random_neuron(n * abs(stride), seed)
    x, model = x[::stride], Chain(Dense(model[0].weight[:, ::stride], bias=False))
    assert as_layer(x, model) == as_sum(x, model)
    assert isequal(gradient(as_layer, x, model), gradient(as_sum, x, model))

def test_each_row_of_a_larger_layer_is_such_a_sum():
    rng = np.random.default_rng(0)
    for weight in (rng.normal(size=(5, 333)), np.asfortranarray(rng.normal(size=(5, 333))),
                   rng.normal(size=(333, 5)).T):
        x = rng.normal(size=333)
        assert isequal(Dense(weight, bias=False)(x), np.array([np.sum(x * row) for row in weight]))

# --- against hand-written NumPy

@given(inputs=sizes, outputs=sizes, batch=st.lists(sizes, max_size=3), seed=seeds, dtype=dtypes, x_dtype=dtypes,
       bias=st.booleans())
def test_dense_is_the_formula(inputs, outputs, batch, seed, dtype, x_dtype, bias):
    rng = np.random.default_rng(seed)
    W, b, x = rng.normal(size=(outputs,
                               inputs)).astype(dtype), rng.normal(size=outputs).astype(dtype), rng.normal(size=(inputs,
                                   *batch)).astype(x_dtype)
    y = Dense(W, b if bias else False, relu)(x)
    column = b.reshape(-1, *[1] * len(batch)) if bias else 0
    assert y.shape == (outputs, *batch) and y.dtype == np.result_type(dtype, x_dtype)
    expected = np.maximum(np.tensordot(W.astype(float), x.astype(float), 1) + column, 0)
    rounding = (inputs + 1) * np.finfo(y.dtype).eps * (np.tensordot(abs(W), abs(x), 1) + abs(column))
    assert np.all(abs(y - expected) <= rounding)

@given(inputs=sizes, hidden=sizes, n=sizes, seed=seeds, vector=st.booleans())
def test_gradients_of_a_chain_are_those_by_hand(inputs, hidden, n, seed, vector):
    rng = np.random.default_rng(seed)
    W, b, V, c = rng.normal(size=(hidden, inputs)), rng.normal(size=hidden), rng.normal(size=(1,
        hidden)), rng.normal(size=1)
    X = rng.normal(size=(inputs, 1 if vector else n))
    x = X[:, 0] if vector else X
    by_x, by_model = gradient(lambda x, model: np.sum(model(x)), x, Chain(Dense(W, b, tanh), Dense(V, c)))
    H = np.tanh(W @ X + b[:, None])
    D = V.T * (1 - H**2)
    assert isapprox(by_x, (W.T @ D).reshape(x.shape), atol=1e-9)
    assert isapprox(by_model.layers[0].weight, D @ X.T, atol=1e-9) and isapprox(by_model.layers[0].bias, D.sum(1),
        atol=1e-9)
    assert isapprox(by_model.layers[1].weight, H.sum(1)[None], atol=1e-9) and isapprox(by_model.layers[1].bias,
        np.array([X.shape[1]]), atol=1e-9)

def test_a_gradient_is_walked_by_name_and_by_index_in_the_weights_type():
    g = gradient(lambda x, model: model(x)[0], np.ones(10), Chain(Dense(10, 1, tanh, bias=False)))
    assert g[1].layers[0].weight is g[1][0][0][0] and g[1][0][0][0].dtype == np.float32 and g[1][0][0][0].shape == (1,
        10)
    assert g[1].layers[0].bias is None and g[1].layers[0].activation is None and g[0].dtype == np.float64

def test_gradients_of_named_chains_have_the_names():
    model = Chain(first=Dense(3, 2, tanh), second=Chain(inner=Dense(2, 1)))
    g, = gradient(lambda model: model(np.ones(3))[0], model)
    assert g.layers.first.weight.shape == (2, 3) and g.layers.second.layers.inner.bias == 1 and g[0][1][0][0][1] == 1

def test_weights_can_be_traced_and_gradients_nested():
    x = np.array([0.3, -0.2])
    def f(W): return np.sum(Dense(W, np.ones(2), tanh)(x))
    W = np.array([[1.0, 2.0], [0.5, -1.0]])
    assert isapprox(gradient(f, W)[0], (1 - np.tanh(W @ x + 1)**2)[:, None] * x)
    model = Chain(Dense(W, activation=tanh), Dense(W))
    def slope(x): return np.sum(gradient(lambda x, model: np.sum(model(x)), x, model)[0])
    h = 1e-6
    numeric = [(slope(x + h * e) - slope(x - h * e)) / (2 * h) for e in np.eye(2)]
    assert isapprox(gradient(slope, x)[0], np.array(numeric), rtol=1e-7)

# --- how they are made

def test_the_defaults_are_flux():
    layer = Dense(30, 20, rng=np.random.default_rng(0))
    assert list(vars(layer)) == ['weight', 'bias', 'activation']
    assert layer.weight.shape == (20, 30) and layer.weight.dtype == np.float32 and layer.activation is identity
    assert isequal(layer.bias, np.zeros(20, np.float32)) and layer.bias.dtype == np.float32

def test_glorot_uniform_fills_its_interval_evenly():
    weight, bound = glorot_uniform(300, 200, np.random.default_rng(1)), np.sqrt(6 / 500)
    assert weight.dtype == np.float32 and abs(weight).max() <= np.float32(bound)
    counts = np.histogram(weight, 10, (-bound, bound))[0]
    assert abs(counts - 6000).max() < 5 * np.sqrt(6000)

def test_seeds_decide_and_the_global_random_state_is_not_touched():
    before = np.random.get_state()
    a, b, c = (Dense(4, 3, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert isequal(a, b) and not isequal(a, c) and not isequal(Dense(4, 3), Dense(4, 3))
    assert isequal(before[1], np.random.get_state()[1]) and before[2] == np.random.get_state()[2]

def test_init_gives_the_weight():
    assert isequal(Dense(2, 3, init=lambda *size: np.full(size, 2.0)).weight, np.full((3, 2), 2.0))
    assert isequal(Dense(2, 3, init=lambda out, inputs, rng: rng.random((out, inputs)),
                         rng=np.random.default_rng(5)).weight, np.random.default_rng(5).random((3, 2)))

def test_arguments_are_copied():
    W, b, x = np.ones((2, 3)), np.ones(2), np.ones(3)
    layer = Dense(W, b)
    layer.weight[0, 0] = layer.bias[0] = 7
    layer(x)
    assert isequal(W, np.ones((2, 3))) and isequal(b, np.ones(2)) and isequal(x, np.ones(3))

def test_all_spellings_of_one_layer():
    W, b = np.array([[1.0, 2.0]], np.float32), np.array([3.0])
    assert isequal(Dense(W, b, tanh), Dense(W, bias=b, activation=tanh)) and isequal(Dense(W, False),
        Dense(W, bias=False))
    assert isequal(Dense(W, True), Dense(W)) and Dense(W, b).bias.dtype == np.float32
    assert Dense(np.int64(2), np.int32(1)).weight.shape == (1, 2) and Dense([[1, 2]]).weight.dtype == np.float32

@pytest.mark.parametrize('x', [[1, 2], (1.0, 2.0), np.array([1, 2]), np.array([1, 2], np.uint8),
                               np.array([True, True]), np.array([1, 2], np.float16)])
def test_inputs_of_any_real_type(x):
    assert isapprox(Dense(np.array([[1.0, 2.0]]), [0.5])(x), np.array([np.dot([1.0, 2.0], np.asarray(x, float)) + 0.5]))

def test_nan_and_inf_propagate():
    assert np.isnan(Dense(2, 1)([np.nan, 1.0])[0]) and np.isposinf(Dense([[1.0, 1.0]])([np.inf, 1.0])[0])

# --- chains

def test_a_chain_is_a_composition():
    a, b = Dense(3, 4, tanh), Dense(4, 2)
    x = np.linspace(-1, 1, 3)
    for chain in (Chain(a, np.exp, b), Chain(one=a, two=np.exp, three=b), Chain(Chain(a), Chain(np.exp, Chain(b)))):
        assert isequal(chain(x), b(np.exp(a(x))))
    assert Chain()(x) is x

def test_indexing_slicing_len_and_iteration():
    a, b, c = Dense(3, 4, tanh), relu, Dense(4, 2)
    plain, named = Chain(a, b, c), Chain(first=a, count=b, index=c)
    for chain in (plain, named):
        assert len(chain) == 3 and list(chain) == [a, b, c] and chain[0] is a and chain[-1] is c
        assert isinstance(chain[1:], Chain) and list(chain[1:]) == [b, c]
    assert named['index'] is named.layers.index is c and named['count'] is b
    assert named[1:]['index'] is c and named[:0].layers == ()
    assert isinstance(plain.layers, tuple)
    with pytest.raises(IndexError): plain[3]
    with pytest.raises(KeyError, match="no layer 'zero'.*first"): named['zero']
    with pytest.raises(KeyError): plain['first']

@pytest.mark.parametrize('chain',
                         [Chain(Dense(3, 4, relu), relu, Dense(4, 2)), Chain(a=Dense(3, 4), b=Chain(c=relu)), Chain()],
                         ids=str)
def test_chains_survive_copying_and_pickling(chain):
    for same in (copy.copy(chain), copy.deepcopy(chain), pickle.loads(pickle.dumps(chain))):
        assert isequal(same, chain) and repr(same) == repr(chain)
    assert copy.copy(chain) is not chain

# --- how they print

def test_print_as_in_the_session():
    assert repr(Chain(Dense(10, 1, bias=False))) == 'Chain(\n  Dense(10, 1, bias=False),             # 10 parameters\n)'
    assert repr(Chain(Dense(10, 1, tanh,
                            bias=False))) == 'Chain(\n  Dense(10, 1, tanh, bias=False),       # 10 parameters\n)'

def test_print_nested_and_named():
    model = Chain(enc=Chain(relu, Dense(784, 32, tanh)), act=Chain(relu), dec=Dense(32, 784),
                  last=Dense(784, 784, a_function_with_a_long_name))
    assert repr(model) == '''\
Chain(
  enc=Chain(
    relu,
    Dense(784, 32, tanh),               # 25_120 parameters
  ),
  act=Chain(relu),
  dec=Dense(32, 784),                   # 25_872 parameters
  last=Dense(784, 784, a_function_with_a_long_name),  # 615_440 parameters
)                   # Total: 6 arrays, 666_432 parameters, 2.542 MiB.'''
    assert str(model) == ('Chain(enc=Chain(relu, Dense(784, 32, tanh)), act=Chain(relu), dec=Dense(32, 784), '
                          'last=Dense(784, 784, a_function_with_a_long_name))')

def a_function_with_a_long_name(z): return z

def test_the_total_stands_behind_more_than_two_arrays():
    assert 'Total' not in repr(Chain(Dense(2, 2))) and 'Total' not in repr(Chain(Dense(2, 2, bias=False),
        Dense(2, 2, bias=False)))
    assert repr(Chain(Dense(2, 2), Dense(2, 1, bias=False))).endswith('\n)' + ' ' * 19
        + '# Total: 3 arrays, 8 parameters, 32 bytes.')

def test_print_of_a_layer_alone():
    assert repr(Dense(5, 2)) == 'Dense(5, 2)         # 12 parameters'
    assert repr(Dense(np.ones((2, 5)), False, tanh)) == 'Dense(5, 2, tanh, bias=False)  # 10 parameters'
    assert repr(Chain(tanh, relu)) == 'Chain(tanh, relu)' and repr(Chain()) == 'Chain()'

@pytest.mark.parametrize('value, mark',
                         [(0.0, '  (all zero)'), (np.nan, '  (some NaN)'), (np.inf, '  (some Inf)'),
                          (-np.inf, '  (some Inf)'), (1.0, '')])
def test_print_marks_odd_parameters(value, mark):
    assert repr(Dense(np.array([[value, 0.0]]))) == f'Dense(2, 1)         # 3 parameters{mark}'

def test_print_of_a_layer_from_elsewhere():
    class Scale:
        def __init__(self): self.by = np.ones(3)
        def __call__(self, x): return self.by * x
    assert repr(Chain(Scale())) == 'Chain(\n  Scale(),' + ' ' * 30 + '# 3 parameters\n)'

layers = st.builds(Dense, st.just(3), st.just(3), st.sampled_from([identity, tanh, relu]),
                   bias=st.booleans()) | st.sampled_from([tanh, relu])
chains = st.recursive(layers, lambda inner: st.lists(inner, max_size=3).map(lambda parts: Chain(*parts)) |
                      st.dictionaries(st.sampled_from('abc'), inner, max_size=3).map(lambda parts: Chain(**parts)),
                      max_leaves=6)

@given(chains.filter(lambda model: isinstance(model, Chain)))
def test_eval_of_repr_has_the_same_architecture(model):
    again = eval(repr(model))
    assert str(again) == str(model) and str(eval(str(model))) == str(model)
    assert re.sub('  .all zero.', '', repr(again)) == re.sub('  .all zero.', '', repr(model))
    assert all(line.index('#') in (20, 40) for line in repr(model).splitlines() if '#' in line)

# --- errors

weight = np.ones((2, 3))

@pytest.mark.parametrize('make, error, says', [
    (lambda: Dense(0, 1), ValueError, 'at least one of its inputs, but got 0'),
    (lambda: Dense(1, 0), ValueError, 'at least one of its outputs, but got 0'),
    (lambda: Dense(-3, 1), ValueError, 'at least one of its inputs, but got -3'),
    (lambda: Dense(10.0, 1), TypeError, 'integer number of inputs, but got 10.0'),
    (lambda: Dense('10', 1), TypeError, "integer number of inputs, but got '10'"),
    (lambda: Dense(10), TypeError, 'integer number of outputs, but got None'),
    (lambda: Dense(True, 1), TypeError, 'integer number of inputs, but got True'),
    (lambda: Dense(10, tanh), TypeError, 'integer number of outputs'),
    (lambda: Dense(3, 2, bias=np.ones(3)), ValueError, 'bias of shape (2,), one number per output, but got (3,)'),
    (lambda: Dense(3, 1, bias=1.0), ValueError, 'bias of shape (1,), one number per output, but got ()'),
    (lambda: Dense(3, 1, bias=None), TypeError, 'bias=True, False or an array'),
    (lambda: Dense(3, 2, bias=['a', 'b']), TypeError, 'bias=True, False or an array'),
    (lambda: Dense(weight, tanh), TypeError, 'the activation is given by activation='),
    (lambda: Dense(weight, 5), ValueError, 'bias of shape (2,)'),
    (lambda: Dense(3, 2, 'tanh'), TypeError, "function as its activation, but got 'tanh'"),
    (lambda: Dense(np.ones(3)), ValueError, 'weight of shape (outputs, inputs), but got (3,)'),
    (lambda: Dense(np.ones((0, 3))), ValueError, 'weight of shape (outputs, inputs), but got (0, 3)'),
    (lambda: Dense(np.array([[None]])), TypeError, 'weight of real numbers, but got an array of dtype object'),
    (lambda: Dense(weight * 1j), TypeError, 'weight of real numbers'),
    (lambda: Dense(3, 2, init=lambda *size: np.ones(size[::-1])), ValueError,
     'init to give a weight of shape (2, 3), but got (3, 2)'),
    (lambda: Dense(3, 2, tanh)(np.ones(4)), ValueError,
     'Dense(3, 2, tanh) expected 3 features along axis 0, but got shape (4,)'),
    (lambda: Dense(3, 2)(np.ones((5, 3))), ValueError, 'try layer(x.T)'),
    (lambda: Dense(3, 2)(1.0), ValueError, 'a single number'),
    (lambda: Dense(3, 2)(np.array([])), ValueError, 'but got shape (0,)'),
    (lambda: Dense(3, 2)(np.array(['a'] * 3)), TypeError, 'expected real numbers, but got an array of dtype <U1'),
    (lambda: Dense(3, 2)(np.array([1, None, 2])), TypeError, 'dtype object'),
    (lambda: Chain(Dense(10, 5), Dense(3, 1)), ValueError,
     'layer 1, Dense(3, 1), expected 3 features, but layer 0, Dense(10, 5), gives 5'),
    (lambda: Chain(a=Dense(10, 5), b=Dense(3, 1)), ValueError, 'layer 1, Dense(3, 1), expected 3 features'),
    (lambda: Chain(Chain(relu, Dense(2, 3)), Chain(Dense(2, 1), relu)), ValueError, 'expected 2 features'),
    (lambda: Chain(Dense(2, 3), relu, Dense(2, 1))(np.ones(2)), ValueError,
     'Dense(2, 1) expected 2 features along axis 0, but got shape (3,)'),
    (lambda: Chain([relu]), TypeError, 'layer 0 is a list; try Chain(layer_0, layer_1) or Chain(*layers)'),
    (lambda: Chain(relu, a=relu), TypeError, 'got both'),
])
def test_errors_say_what_is_wrong(make, error, says):
    with pytest.raises(error, match=re.escape(says)) as caught: make()
    assert '\n' not in str(caught.value)

def test_a_wrong_length_is_found_in_a_gradient_too():
    with pytest.raises(ValueError, match=re.escape('Dense(3, 1) expected 3 features')):
        gradient(lambda x, model: model(x)[0], np.ones(4), Chain(Dense(3, 1)))
