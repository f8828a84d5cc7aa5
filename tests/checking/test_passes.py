"Backward passes by hand, right and with one line spoiled: the first wrong variable is named, and none of a right one."
import copy, inspect, linecache, pickle, sys, textwrap, threading
from itertools import count
import autograd.numpy as np
import numpy as onp
import pytest
from autograd.tracer import trace_stack
from literate_grad import check
from literate_grad.checking.passes import meant_by, passes

numbers = count()

def normal(seed, *shape): return onp.random.default_rng(seed).normal(size=shape)

def spoiled(f, old, new):
    "A function with a piece of its source replaced, with a source of its own, as in a cell of a notebook."
    source, file, names = textwrap.dedent(inspect.getsource(f)), f'<spoiled {next(numbers)}>', {}
    assert source.count(old) == 1
    source = source.replace(old, new)
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    exec(compile(source, file, 'exec'), f.__globals__, names)
    return names[f.__name__]

def sigmoid(z): return 1 / (1 + np.exp(-z))

def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)

def with_cache(backward, dout=None, outputs=1):
    "How a backward pass is called that takes the cache of forward, behind the gradient by its outputs."
    given = () if dout is None else dout
    return dict(inputs=lambda result, args: (*given, result[-1]), outputs=lambda result: result[:outputs],
                cotangents=given or (1.0,))

# a recurrent network, step by step
def rnn(Wx, Wh, b, x, h0):
    hs = {-1: h0}
    loss = 0.0
    for t in range(len(x)):
        a = x[t] @ Wx + hs[t - 1] @ Wh + b
        hs[t] = np.tanh(a)
        loss += np.sum(hs[t]**2) / 2
    return loss, (Wx, Wh, x, hs)

def rnn_backward(cache):
    Wx, Wh, x, hs = cache
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wx.shape[1])
    carried = np.zeros_like(hs[0])
    for t in reversed(range(len(x))):
        dh = hs[t] + carried
        da = dh * (1 - hs[t]**2)
        dWx += np.outer(x[t], da)
        dWh += np.outer(hs[t - 1], da)
        db += da
        carried = da @ Wh.T
    return dWx, dWh, db

# one step of an LSTM, of two outputs
def lstm(x, h, c, W, b):
    a = np.concatenate([x, h]) @ W + b
    i, f, o, g = sigmoid(a[:3]), sigmoid(a[3:6]), sigmoid(a[6:9]), np.tanh(a[9:])
    next_c = f * c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c, (x, h, c, W, i, f, o, g, next_c)

def lstm_backward(dnext_h, dnext_c, cache):
    x, h, c, W, i, f, o, g, next_c = cache
    do = dnext_h * np.tanh(next_c)
    dnext_c = dnext_c + dnext_h * o * (1 - np.tanh(next_c)**2)
    df, di, dg = dnext_c * c, dnext_c * g, dnext_c * i
    dc = dnext_c * f
    da = np.concatenate([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])
    dW = np.outer(np.concatenate([x, h]), da)
    dxh = W @ da
    dx, dh = dxh[:len(x)], dxh[len(x):]
    return dx, dh, dc, dW, da

# a convolution in loops that write into arrays
def conv(x, w, b):
    out = np.zeros((len(x) - len(w) + 1, w.shape[1]))
    for i in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[i, k] = np.sum(x[i:i + len(w)] * w[:, k]) + b[k]
    return out, (x, w)

def conv_backward(dout, cache):
    x, w = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for i in range(dout.shape[0]):
        for k in range(dout.shape[1]):
            dx[i:i + len(w)] += w[:, k] * dout[i, k]
            dw[:, k] += x[i:i + len(w)] * dout[i, k]
            db[k] += dout[i, k]
    return dx, dw, db

# batch normalization, sums completed by +=
def batchnorm(x, gain, bias):
    n = len(x)
    mean = np.sum(x, axis=0) / n
    diff = x - mean
    var = np.sum(diff**2, axis=0) / (n - 1)
    inv = (var + 1e-5)**-0.5
    raw = diff * inv
    out = gain * raw + bias
    return out, (gain, diff, var, inv, raw)

def batchnorm_backward(dout, cache):
    gain, diff, var, inv, raw = cache
    n = len(diff)
    dbias = dout.sum(0)
    dgain = (raw * dout).sum(0)
    draw = gain * dout
    ddiff = inv * draw
    dinv = (diff * draw).sum(0)
    dvar = -0.5 * (var + 1e-5)**-1.5 * dinv
    ddiff += 2 / (n - 1) * diff * dvar
    dmean = -ddiff.sum(0)
    dx = ddiff + dmean / n
    return dx, dgain, dbias

# the steps of Euler, backwards: y is bound again and again
def euler(theta, y):
    for k in range(4):
        y = y + 0.1 * np.tanh(theta @ y)
    return np.sum(y**2)

def euler_backward(theta, y):
    ys = [y]
    for k in range(4):
        ys.append(ys[-1] + 0.1 * np.tanh(theta @ ys[-1]))
    dtheta = np.zeros_like(theta)
    dy = 2 * ys[-1]
    for k in reversed(range(4)):
        s = 1 - np.tanh(theta @ ys[k])**2
        dtheta += 0.1 * np.outer(dy * s, ys[k])
        dy = dy + 0.1 * theta.T @ (dy * s)
    return dtheta, dy

# gradients in a dict, parameters in a dict, layers in a loop
def layers(params, x, y):
    A, kept = x, []
    for l in range(1, 3):
        Z = params[f'W{l}'] @ A + params[f'b{l}']
        kept.append((A, Z))
        A = np.tanh(Z)
    loss = np.sum((A - y)**2) / y.size
    return loss, (params, A, y, kept)

def layers_backward(cache):
    params, A, y, kept = cache
    grads = {}
    dA = 2 * (A - y) / y.size
    for l in (2, 1):
        before, Z = kept[l - 1]
        dZ = dA * (1 - np.tanh(Z)**2)
        grads[f'W{l}'] = dZ @ before.T
        grads[f'b{l}'] = dZ.sum(axis=1, keepdims=True)
        dA = params[f'W{l}'].T @ dZ
    return grads

# value and gradient in one function, in place, with `dZ` and a factor m that only a convention knows
def logistic(W, X, y):
    m = X.shape[1]
    Z = W.dot(X)
    A = sigmoid(Z)
    loss = -np.sum(y * np.log(A) + (1 - y) * np.log(1 - A)) / m
    dZ = A.copy()
    dZ -= y
    dW = np.zeros(W.shape)
    for k in range(m): dW += dZ[:, k:k + 1] * X[:, k]
    dW /= m
    return loss, dW

def attention(q, k, v): return softmax(q @ k.T / np.sqrt(q.shape[1])) @ v

def attention_backward(q, k, v, do):
    s = q @ k.T / np.sqrt(q.shape[1])
    p = softmax(s)
    dL_dv = p.T @ do
    dL_dp = do @ v.T
    dL_ds = p * (dL_dp - np.sum(dL_dp * p, axis=-1, keepdims=True))
    dL_dq = dL_ds @ k / np.sqrt(q.shape[1])
    dL_dk = dL_ds.T @ q / np.sqrt(q.shape[1])
    return dL_dq, dL_dk, dL_dv

combined = dict(outputs=lambda result: result[:1])
dout = normal(9, 6, 4)
params = {'W1': normal(1, 4, 3), 'b1': normal(2, 4, 1), 'W2': normal(3, 2, 4), 'b2': normal(4, 2, 1)}
do = normal(8, 5, 4)
CASES = { # forward, backward, arguments, how the one is called after the other
    'rnn': (rnn, rnn_backward, (normal(1, 3, 4), normal(2, 4, 4), normal(3, 4), normal(4, 5, 3), normal(5, 4)),
            with_cache(rnn_backward)),
    'lstm': (lstm, lstm_backward, (normal(1, 2), normal(2, 3), normal(3, 3), normal(4, 5, 12), normal(5, 12)),
             with_cache(lstm_backward, (normal(6, 3), normal(7, 3)), 2)),
    'conv': (conv, conv_backward, (normal(1, 6), normal(2, 3, 2), normal(3, 2)),
             with_cache(conv_backward, (normal(4, 4, 2),))),
    'batchnorm': (batchnorm, batchnorm_backward, (normal(1, 6, 4), normal(2, 4), normal(3, 4)),
                  with_cache(batchnorm_backward, (dout,))),
    'euler': (euler, euler_backward, (normal(1, 3, 3), normal(2, 3)), {}),
    'layers': (layers, layers_backward, (params, normal(5, 3, 6), normal(6, 2, 6)), with_cache(layers_backward)),
    'logistic': (logistic, logistic, (normal(1, 1, 4), normal(2, 4, 6), normal(3, 1, 6) > 0), combined),
    'attention': (attention, attention_backward, (normal(1, 5, 3), normal(2, 5, 3), normal(3, 5, 4)),
                  dict(inputs=lambda result, args: (*args, do), cotangents=(do,)))}

def looked_into(name, old='', new=''):
    f, df, args, how = CASES[name]
    wrong = spoiled(df, old, new) if old else df
    return passes(wrong if df is f else f, wrong, args, **how)

@pytest.mark.parametrize('name', CASES)
def test_a_right_pass_is_not_accused(name):
    found = looked_into(name)
    assert found.rows and found.first is None, found
    assert all(row.agrees for row in found.rows), found

@pytest.mark.parametrize('name, old, new, first', [
    ('rnn', ' * (1 - hs[t]**2)', '', 'da'),
    ('rnn', 'hs[t] + carried', 'hs[t]', 'dh'),
    ('rnn', 'db += da', 'db = da', 'db'),
    ('rnn', 'np.outer(hs[t - 1], da)', 'np.outer(hs[t], da)', 'dWh'),
    ('lstm', 'dnext_c + dnext_h', 'dnext_h', 'dnext_c'),
    ('lstm', 'do * o * (1 - o)', 'do * o', 'da'),
    ('lstm', 'dnext_c * g', 'dnext_c * i', 'di'),
    ('conv', 'dx[i:i + len(w)] +=', 'dx[i:i + len(w)] =', 'dx'),
    ('conv', 'db[k] += dout', 'db[k] = dout', 'db'),
    ('batchnorm', '2 / (n - 1)', '2 / n', 'ddiff'),
    ('batchnorm', '-0.5', '0.5', 'dvar'),
    ('batchnorm', 'ddiff + dmean / n', 'ddiff', 'dx'),
    ('batchnorm', 'ddiff += 2 / (n - 1) * diff * dvar', 'pass', 'ddiff'),
    ('euler', 'dy = dy + 0.1', 'dy = 0.1', 'dy'),
    ('euler', 'np.outer(dy * s, ys[k])', 'np.outer(dy * s, ys[k + 1])', 'dtheta'),
    ('layers', "1 - np.tanh(Z)**2", '1 - Z**2', 'dZ'),
    ('layers', "dZ.sum(axis=1, keepdims=True)", 'dZ.mean(axis=1, keepdims=True)', "grads['b2']"),
    ('layers', "params[f'W{l}'].T @ dZ", "-params[f'W{l}'].T @ dZ", 'dA'),
    ('logistic', 'dZ[:, k:k + 1] * X[:, k]', 'dZ[:, k:k + 1] * X[:, 0]', 'dW'),
    ('attention', '(dL_dp - np.sum(dL_dp * p, axis=-1, keepdims=True))', 'dL_dp', 'dL_ds'),
    ('attention', 'dL_ds.T @ q', 'dL_ds @ q', 'dL_dk')])
def test_the_first_wrong_variable_is_named(name, old, new, first):
    found = looked_into(name, old, new)
    assert found.first_wrong == first, found
    assert found.first.line in found.first.lines

def test_the_line_and_what_is_before_it():
    found = looked_into('batchnorm', '2 / (n - 1)', '2 / n')
    assert found.sentence == ('The first wrong line is 10: `ddiff += 2 / n * diff * dvar`; '
                              '5 variables before it are right.')
    assert found.cause == 'scale' and 'what is added = 0.833333 × autodiff' in found.evidence[0]
    assert pickle.loads(pickle.dumps(found.rows))[0].name == 'dbias' and 'ddiff' in repr(found.rows)
    assert [row.name for row in found.rows] == 'dbias dgain draw dinv dvar ddiff dmean dx'.split()

def test_what_could_not_be_compared_is_named():
    def f(w, x):
        z = w * x
        return np.sum(np.sin(z))
    def df(w, x):
        slope = np.cos(w * x) + w
        dz = slope
        dw = dz * x
        return dw
    found = passes(f, df, (normal(1, 3), normal(2, 3)))
    assert found.first_wrong == 'dz' and 'made of slope, too, which could not be compared' in found.sentence

def test_a_convention_is_not_accused():
    "dZ is m times the gradient: right as it stands, as dW shows."
    found = looked_into('logistic', 'dW /= m', 'dW /= m + 1')
    assert found.first_wrong == 'dW'

def test_a_slope_is_not_taken_for_a_gradient():
    def f(w, x):
        h = np.tanh(w * x)
        return np.sum(h**2)
    def df(w, x):
        h = np.tanh(w * x)
        dh = 1 - h**2
        dw = h * dh * x
        return dw
    assert passes(f, df, (normal(1, 3), normal(2, 3))).first_wrong == 'dw'

def test_passes_that_others_call_are_looked_into():
    f, df, args, how = CASES['batchnorm']
    wrong = spoiled(df, '-0.5', '0.5')
    def loss(x, gain, bias): return np.sum(f(x, gain, bias)[0] * dout)
    def by_hand(x, gain, bias): return wrong(dout, f(x, gain, bias)[-1])
    assert passes(loss, by_hand, args).first_wrong == 'dvar'

class Scale:
    def __init__(self, w): self.w = w
    def forward(self, x):
        self.x = x
        z = x * self.w
        return z
    def backward(self, dz):
        self.dw = self.x * dz
        dx = dz * self.w + self.w
        return dx

class Twice:
    def __init__(self): self.layers = [Scale(normal(1, 3)), Scale(normal(2, 3))]
    def forward(self, x):
        for layer in self.layers: x = layer.forward(x)
        return x
    def backward(self, dout):
        for layer in reversed(self.layers): dout = layer.backward(dout)
        return dout

def test_layers_with_what_they_keep_on_themselves():
    net, x = Twice(), normal(3, 3)
    before = copy.deepcopy(vars(net.layers[0]))
    found = passes(net.forward, net.backward, (x,), inputs=lambda result, args: (np.ones(3),), cotangents=(np.ones(3),))
    assert found.first_wrong == 'dx' and 'dz * self.w + self.w' in found.first.source
    assert list(vars(net.layers[0])) == list(before), 'the network is not touched'

def test_plain_numpy_is_traced_and_arguments_stay():
    def f(x):
        z = onp.exp(x)
        return onp.sum(z)
    def df(x):
        dz = onp.ones_like(x)
        dx = dz * x
        return dx
    x = normal(1, 3)
    kept = x.copy()
    assert passes(f, df, (x,)).first_wrong == 'dx' and onp.array_equal(x, kept)

def test_nothing_is_left_behind():
    "Trace and profile functions, other threads, generators, and an error in the middle."
    def tracer(*event): return None
    def df(x):
        dz = sum(k * x for k in (1.0, 2.0))
        if dz: raise ArithmeticError('in the middle')
    def f(x):
        z = x**2
        return z
    seen, old = [], (sys.gettrace(), sys.getprofile(), threading.gettrace())
    sys.setprofile(tracer)
    try: found = passes(f, df, (2.0,))
    finally: kept, _ = sys.getprofile(), sys.setprofile(old[1])
    assert kept is tracer and 'in the middle' in found.reason and found.first is None
    worker = threading.Thread(target=lambda: seen.append(looked_into('rnn', 'db += da', 'db = da').first_wrong))
    worker.start()
    worker.join()
    assert seen == ['db'] and (sys.gettrace(), sys.getprofile(), threading.gettrace()) == old

def test_what_cannot_be_known_is_said():
    def f(x):
        z = float(x)**2
        return z
    def df(x):
        dz = 1.0
        dx = dz * x
        return dx
    top = trace_stack.top
    assert 'needs a traced forward pass' in passes(f, df, (2.0,)).reason
    assert trace_stack.top == top
    names = {}
    exec('def g(x):\n dx = x\n return dx', names)
    assert passes(lambda x: x**2, names['g'], (2.0,)).reason == '', 'without a source there are no names to speak of'

def test_check_begins_with_the_line():
    f, df, args, _ = CASES['euler']
    wrong = spoiled(df, 'dy = dy + 0.1', 'dy = 0.1')
    result = check(f, wrong, *args, wrt=('theta', 'y'))
    assert result.first_wrong == 'dy' and result.evidence[0].startswith('The first wrong line is')
    assert {row.name for row in result.passes} == {'dtheta', 'dy'}
    assert check(f, df, *args, wrt=('theta', 'y')).passes == [], 'nothing of it runs when the verdict is agrees'

def test_names():
    assert all('z' in meant_by(name) for name in 'dz d_z grad_z z_grad gz dL_dz dLdz delta_z ∂z z_bar'.split())
    assert meant_by('W1_grad') == ['W1'] and meant_by('loss') == [] and meant_by('x') == []

def test_a_derivative_without_such_names_costs_nothing():
    calls = []
    def f(x):
        calls.append(x)
        return onp.sum(x**3)
    assert passes(f, lambda x: 3 * x, (normal(1, 3),)).rows == [] and not calls
