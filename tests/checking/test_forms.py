"Every form in which people hand over a derivative, right and wrong."
import autograd.numpy as anp
import numpy as np
import pytest
from literate_grad import check, gradient

rng = np.random.default_rng(3)
x, w = rng.normal(size=(2, 5))
X, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
A = rng.normal(size=(5, 5))
p = rng.normal(size=5)

# layers and their backward passes

def layer(X, W, b): return anp.tanh(X @ W + b)

def layer_vjp(X, W, b, g):
    dz = g * (1 - np.tanh(X @ W + b)**2)
    return dz @ W.T, X.T @ dz, dz.sum(0)

def g_first(g, X, W, b): return layer_vjp(X, W, b, g)
def grad_output_first(grad_output, X, W, b): return layer_vjp(X, W, b, grad_output)

def forward(X, W, b):
    y = anp.tanh(X @ W + b)
    return y, (X, W, y)

def backward(dout, cache):
    X, W, y = cache
    dz = dout * (1 - y**2)
    return dz @ W.T, X.T @ dz, dz.sum(0)

def forward_dict(X, W, b):
    y, cache = forward(X, W, b)
    return y, dict(cache=cache)

def backward_dict(cache, dout): return dict(zip(('dX', 'dW', 'db'), backward(dout, cache['cache'])))

def loss_forward(x, w):
    r = x * w - 1
    return anp.sum(r**2), (x, w, r)

def loss_backward(cache):
    x, w, r = cache
    return 2 * r * w, 2 * r * x

class Layer:
    "Keeps its cache."
    def __init__(self): self.cache = None
    def forward(self, X, W):
        self.cache = X, W
        return X @ W
    def backward(self, dout): return dout @ self.cache[1].T, self.cache[0].T @ dout
    def wrong(self, dout): return dout @ self.cache[1].T, 2 * self.cache[0].T @ dout

one, two = Layer(), Layer()

def two_outputs(x, w): return anp.sum(x * w), anp.sin(x)
def two_outputs_vjp(x, w, g1, g2): return g1 * w + g2 * np.cos(x), g1 * x

# functions of a vector

def rosen(x): return anp.sum(100 * (x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)
def rosen_der(x): return gradient(rosen, x)[0]
def rosen_hess(x):
    d = np.append(1200 * x[:-1]**2 - 400 * x[1:] + 2, 0)
    d[1:] += 200
    return np.diag(d) - np.diag(400 * x[:-1], 1) - np.diag(400 * x[:-1], -1)
def rosen_hessp(x, p): return rosen_hess(x) @ p
def untraced_rosen(x): return float(rosen(np.asarray(x)))

def both(x, w): return anp.sum(anp.sin(x * w)), w * np.cos(x * w)
def both_blocks(x, w): return anp.sum(anp.sin(x * w)), (w * np.cos(x * w), x * np.cos(x * w))
def both_named(x, w): return anp.sum(anp.sin(x * w)), {'dx': w * np.cos(x * w), 'dw': x * np.cos(x * w)}
def value_only(x, w): return anp.sum(anp.sin(x * w))

def weighted(x): return anp.array([x[0]**2 + x[1] * x[2], anp.exp(x[0] * x[1]) - x[2]**3])
def weighted_hess(x, v):
    e = np.exp(x[0] * x[1])
    first = np.array([[2, 0, 0], [0, 0, 1], [0, 1, 0]])
    mixed = (1 + x[0] * x[1]) * e
    return v[0] * first + v[1] * np.array([[x[1]**2 * e, mixed, 0], [mixed, x[0]**2 * e, 0], [0, 0, -6 * x[2]]])

def bell(t): return anp.exp(-t**2)
def softmax(x): return anp.exp(x) / anp.sum(anp.exp(x))
def softmax_jvp(x, t): return softmax(x) * (t - softmax(x) @ t)
def softmax_vjp(x, g): return softmax(x) * (g - softmax(x) @ g)
def product_jvp(x, w, dx, dw): return dx * w + x * dw
def quotient(x, w): return x / w
def quotient_jvp(x, w, x_dot, w_dot): return x_dot / w - x * w_dot / w**2

def rows(X): return anp.tanh(X @ W)
def rows_jac(X): return (1 - np.tanh(X @ W)**2)[:, :, None] * W.T
def columns(t, Y): return anp.array([Y[1] * t, -anp.sin(Y[0])])
def columns_jac(t, Y): return np.array([[0 * t, t], [-np.cos(Y[0]), 0 * t]])
def per_sample(X): return anp.sum(X**3, axis=1)
def curve(t, a, k): return a * anp.exp(-k * t)
def curve_jac(t, a, k): return np.stack([np.exp(-k * t), -a * t * np.exp(-k * t)], axis=1)

def scaled(f, k): return lambda *args: k * f(*args)

def in_tuple(f, index, k):
    "A backward pass with one gradient off by a factor."
    def wrong(*args):
        d = list(f(*args))
        d[index] = k * d[index]
        return tuple(d)
    return wrong

RIGHT = {
    'vjp': (layer, layer_vjp, (X, W, b), {}),
    'vjp, g first': (layer, g_first, (X, W, b), {}),
    'vjp, grad_output first': (layer, grad_output_first, (X, W, b), {}),
    'vjp with g': (softmax, softmax_vjp, (x, w), {}),
    'vjp, named': (softmax, lambda x, z: softmax_vjp(x, z), (x,), dict(form='vjp')),
    'vjp by one': (layer, lambda X, W, b, g: layer_vjp(X, W, b, g)[1], (X, W, b), dict(wrt='W')),
    'vjp of a number': (value_only, lambda x, w, g: (g * w * np.cos(x * w), g * x * np.cos(x * w)), (x, w), {}),
    'vjp of two outputs': (two_outputs, two_outputs_vjp, (x, w), dict(form='vjp')),
    'vjp untraced': (lambda *args: layer(*map(np.asarray, args)), lambda *args: layer_vjp(*args), (X, W, b),
                     dict(form='vjp')),
    'cache': (forward, backward, (X, W, b), {}),
    'cache, said': (forward, backward, (X, W, b), dict(form='cache')),
    'cache in a dict, last first': (forward_dict, backward_dict, (X, W, b), {}),
    'cache of a loss': (loss_forward, loss_backward, (x, w), {}),
    'cache on an object': (one.forward, one.backward, (X, W), {}),
    'jvp': (softmax, softmax_jvp, (x,), {}),
    'jvp, two tangents': (quotient, quotient_jvp, (x, w), {}),
    'jvp, d for tangents': (lambda x, w: x * w, product_jvp, (x, w), dict(form='jvp')),
    'jvp by one': (quotient, lambda x, w, t: -x * t / w**2, (x, w), dict(form='jvp', wrt='w')),
    'jac=True': (both, True, (x, w), {}),
    'jac=True, blocks': (both_blocks, True, (x, w), {}),
    'jac=True, by name': (both_named, True, (x, w), {}),
    'value and gradient apart': (value_only, both_blocks, (x, w), dict(form='value_and_grad')),
    'value and gradient, found': (rosen, lambda x: (rosen(x), rosen_der(x)), (x,), {}),
    'both return both': (both_blocks, both_blocks, (x, w), {}),
    'hessian': (rosen, rosen_hess, (x,), {}),
    'hessian, said': (rosen, lambda x: rosen_hess(x), (x,), dict(form='hessian')),
    'hessian untraced': (untraced_rosen, rosen_hess, (x,), dict(form='hessian')),
    'hessian of a number': (bell, lambda t: (4 * t**2 - 2) * np.exp(-t**2), (0.7,), dict(form='hessian')),
    'hessian of a matrix argument': (lambda X: anp.sum(X**3), lambda X: np.diag(6 * X.ravel()).reshape(2 * X.shape),
                                     (X,), dict(form='hessian')),
    'hessian, weighted': (weighted, weighted_hess, (x[:3], w[:2]), {}),
    'hvp': (rosen, rosen_hessp, (x, p), {}),
    'hvp without p': (rosen, rosen_hessp, (x,), {}),
    'hvp untraced': (untraced_rosen, rosen_hessp, (x, p), {}),
    'hvp of a quadratic': (lambda x, A: x @ A @ x / 2, lambda x, v, A: (A + A.T) @ v / 2, (x, p, A), dict(form='hvp')),
    'rows': (rows, rows_jac, (X,), {}),
    'columns, as solve_bvp': (columns, columns_jac, (np.linspace(.1, 1, 4), rng.normal(size=(2, 4))), dict(wrt=1)),
    'per sample': (per_sample, lambda X: 3 * X**2, (X,), {}),
    'curve_fit': (curve, curve_jac, (np.linspace(0, 1, 6), 1.3, 0.7), dict(wrt=('a', 'k'))),
    'gradients by name': (lambda x, w: anp.sum(x * w**2), lambda x, w: dict(dx=w**2, dw=2 * x * w), (x, w), {}),
    'parameters and gradients by name': (
        lambda params, x: anp.sum(params['W'] @ x + params['b']),
        lambda params, x: dict(dW=np.outer(np.ones(2), x), db=np.ones(2)),
        (dict(W=rng.normal(size=(2, 5)), b=rng.normal(size=2)), x), dict(wrt='params')),
    'tangents of a sphere': (lambda q: anp.sum(q * w[:3]) * (q @ q), lambda q: w[:3] * (q @ q) + 2 * q * (w[:3] @ q),
                             (x[:3] / np.linalg.norm(x[:3]),), dict(along=np.linalg.svd(x[None, :3])[2][1:].T)),
    'right on the sphere only': (lambda q: anp.sum(q * w[:3]), lambda q: w[:3] - q * (w[:3] @ q),
                                 (x[:3] / np.linalg.norm(x[:3]),), dict(along=np.linalg.svd(x[None, :3])[2][1:].T)),
    'a retraction at zero': (lambda t: anp.sin(t) + t**2, lambda t: np.eye(3), (np.zeros(3),), dict(elsewhere=False)),
}

@pytest.mark.parametrize('name', RIGHT)
def test_what_is_right_agrees(name):
    f, df, args, options = RIGHT[name]
    c = check(f, df, *args, **options)
    assert c.status == 'agrees', c
    assert c.evaluations > 0 and all(part.wrong is not None and not part.wrong.any() for part in c)

WRONG = {
    'vjp': (layer, in_tuple(layer_vjp, 1, 2), (X, W, b), dict(form='vjp'), 'W'),
    'vjp without the derivative of tanh': (layer, lambda X, W, b, g: (g @ W.T, X.T @ g, g.sum(0)), (X, W, b), {}, 'X'),
    'vjp that ignores g': (softmax, lambda x, g: softmax(x) * (1 - softmax(x)), (x,), {}, 'x'),
    'vjp transposed': (lambda x, A: A @ x, lambda x, A, g: A @ g, (x, A), dict(wrt='x'), 'x'),
    'vjp without the sum over rows': (layer, lambda X, W, b, g: (*layer_vjp(X, W, b, g)[:2], g), (X, W, b), {}, 'b'),
    'vjp clipped': (softmax, lambda x, g: softmax_vjp(x, np.clip(g, -3, 3)), (x,), {}, 'x'),
    'vjp of relu of g': (lambda x: anp.sum(x**2), lambda x, g: 2 * x * np.maximum(g, 0), (x,), dict(form='vjp'), 'x'),
    'vjp of two outputs': (two_outputs, lambda x, w, g1, g2: (g1 * w, g1 * x), (x, w), dict(form='vjp'), 'x'),
    'cache': (forward, in_tuple(backward, 2, .5), (X, W, b), dict(form='cache'), 'b'),
    'cache, wrong place': (forward, lambda dout, cache: backward(dout * 2, cache), (X, W, b), {}, 'X'),
    'cache of a loss': (loss_forward, in_tuple(loss_backward, 1, -1), (x, w), dict(form='cache'), 'w'),
    'cache on an object': (two.forward, two.wrong, (X, W), {}, 'W'),
    'jvp': (softmax, lambda x, t: softmax(x) * t, (x,), {}, 's'),
    'jvp, sign of one term': (quotient, lambda x, w, x_dot, w_dot: x_dot / w + x * w_dot / w**2, (x, w), {}, 's'),
    'jac=True': (lambda x, w: (both(x, w)[0], np.cos(x * w)), True, (x, w), {}, 'x'),
    'jac=True, blocks': (lambda x, w: (both(x, w)[0], (w * np.cos(x * w), w * np.cos(x * w))), True, (x, w), {}, 'w'),
    'another value': (value_only, lambda x, w: (2 * value_only(x, w), both(x, w)[1]), (x, w),
                      dict(form='value_and_grad', wrt='x'), 'x'),
    'hessian, one triangle': (rosen, lambda x: np.triu(rosen_hess(x)), (x,), dict(form='hessian'), 'x'),
    'hessian of half of it': (rosen, lambda x: rosen_hess(x) / 2, (x,), dict(form='hessian'), 'x'),
    'hessian untraced': (untraced_rosen, lambda x: np.triu(rosen_hess(x)), (x,), dict(form='hessian'), 'x'),
    'hessian of a number': (bell, lambda t: -2 * np.exp(-t**2), (0.7,), dict(form='hessian'), 't'),
    'hessian, weights forgotten': (weighted, lambda x, v: weighted_hess(x, [1, 1]), (x[:3], w[:2]),
                                   dict(form='hessian'), 'x'),
    'hvp': (rosen, lambda x, p: np.diag(np.diag(rosen_hess(x))) @ p, (x, p), dict(form='hvp'), 'x'),
    'hvp without p': (rosen, lambda x, p: rosen_hess(x) @ np.ones(5), (x,), dict(form='hvp'), 'x'),
    'hvp untraced': (untraced_rosen, lambda x, p: -rosen_hessp(x, p), (x, p), dict(form='hvp'), 'x'),
    'rows': (rows, lambda X: rows_jac(X) * [1, 1, 1.01], (X,), {}, 'X'),
    'rows transposed': (rows, lambda X: rows_jac(X).transpose(0, 2, 1), (X,), {}, 'X'),
    'columns': (columns, lambda t, Y: -columns_jac(t, Y), (np.linspace(.1, 1, 4), rng.normal(size=(2, 4))),
                dict(wrt=1), 'Y'),
    'per sample': (per_sample, lambda X: 2 * X**2, (X,), {}, 'X'),
    'curve_fit': (curve, lambda t, a, k: curve_jac(t, a, k) * [1, -1], (np.linspace(0, 1, 6), 1.3, 0.7),
                  dict(wrt=('a', 'k')), 'k'),
    'gradients by name': (lambda x, w: anp.sum(x * w**2), lambda x, w: dict(dx=w**2, dw=x * w), (x, w), {}, 'w'),
    'wrong on the sphere': (lambda q: anp.sum(q * w[:3]), lambda q: q - q * (q @ w[:3]),
                            (x[:3] / np.linalg.norm(x[:3]),), dict(along=np.linalg.svd(x[None, :3])[2][1:].T), 's'),
    'whole numbers in a model': (lambda m: anp.sum(m['w'] * m['n']), lambda m: dict(w=m['n'], n=0 * m['w']),
                                 (dict(w=x[:3], n=np.array([1, 2, 3])),), {}, "m['n']"),
}

@pytest.mark.parametrize('name', WRONG)
def test_what_is_wrong_disagrees(name):
    f, df, args, options, by = WRONG[name]
    c = check(f, df, *args, **options)
    assert c.status == 'disagrees', c
    assert [part.wrt for part in c if not part][:1] == [by], c

def test_a_wrong_form_says_so_in_its_own_terms():
    assert 'the vjp by x disagrees' in str(check(softmax, lambda x, g: 2 * softmax_vjp(x, g), x))
    clipped = check(softmax, lambda x, g: softmax_vjp(x, np.clip(g, -3, 3)), x)
    assert 'is not linear in g' in str(clipped)
    assert 'is not symmetric' in str(check(rosen, lambda x: np.triu(rosen_hess(x)), x, form='hessian'))
    assert 'is symmetric' in str(check(rosen, lambda x: rosen_hess(x) / 2, x, form='hessian'))
    twice = check(value_only, lambda x, w: (2 * value_only(x, w), both(x, w)[1]), x, w, form='value_and_grad', wrt='x')
    assert 'returns the value' in str(twice)

def test_where_two_forms_fit_we_are_asked():
    unclear = lambda x, y: softmax_jvp(x, y)
    with pytest.raises(ValueError, match="form='vjp'.* or form='jvp'"): check(softmax, unclear, x)
    with pytest.raises(ValueError, match="to be one of 'derivative'"): check(softmax, softmax_jvp, x, form='vpj')
    with pytest.raises(TypeError, match='say form='): check(softmax, lambda a, b, c, d: a, x)

def test_a_factor_is_named_in_a_vjp():
    c = check(softmax, lambda x, g: 2 * softmax_vjp(x, g), x)
    assert c.cause == 'scale' and c.wrt == 'x' and c.hand.shape == x.shape

def test_rows_are_marked_as_they_were_written():
    def one_wrong(X):
        J = rows_jac(X)
        J[2, 1, 0] *= 1.1
        return J
    c = check(rows, one_wrong, X)
    assert c.wrong.shape == (4, 2, 3) and np.argwhere(c.wrong).tolist() == [[2, 1, 0]] and '[2, 1, 0]' in str(c)

# matrices that are none

def tridiagonal(x):
    return np.append(x[1:], 0) * np.sin(x) + x**2

def tridiagonal_jac(x):
    sparse = pytest.importorskip('scipy.sparse')
    return sparse.diags([np.append(x[1:], 0) * np.cos(x) + 2 * x, np.sin(x[:-1])], [0, 1]).tocsr()

def as_operator(J, left=True):
    linalg = pytest.importorskip('scipy.sparse.linalg')
    back = dict(rmatvec=lambda v: J.T @ v) if left else {}
    return linalg.LinearOperator(J.shape, matvec=lambda v: J @ v, dtype=float, **back)

KINDS = {'sparse': lambda J: J, 'array': lambda J: J.toarray(), 'operator': as_operator,
         'operator from the right': lambda J: as_operator(J, False)}

@pytest.mark.parametrize('n', [6, 2000])
@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('right', [True, False])
def test_sparse_matrices_and_operators(n, kind, right):
    z = np.random.default_rng(0).normal(size=n)
    def jac(x):
        J = tridiagonal_jac(x)
        return KINDS[kind](J if right else J.T.tocsr())
    if kind == 'array' and n > 6: pytest.skip('a dense Jacobian of that size is not the question')
    c = check(tridiagonal, jac, z)
    assert c.status == ('agrees' if right else 'disagrees'), c

def test_a_large_sparse_hessian_is_not_written_out():
    sparse, n = pytest.importorskip('scipy.sparse'), 5000
    z = np.random.default_rng(0).normal(size=n)
    f = lambda x: anp.sum(x**4) / 12 + anp.sum(x[1:] * x[:-1])
    hess = lambda x: sparse.diags([x**2, np.ones(n - 1), np.ones(n - 1)], [0, 1, -1]).tocsr()
    assert check(f, hess, z, form='hessian')
    assert check(f, lambda x: hess(x) * 2, z, form='hessian').status == 'disagrees'

# what only one form fits

def quartic(x): return anp.sum(x**2)**2 / 4
def quartic_hess(x): return 2 * np.outer(x, x) + np.sum(x**2) * np.eye(x.size)
def quartic_hess_prod(x, p): return quartic_hess(x) @ p
def quartic_hess_prod_twice(x, p): return 2 * quartic_hess_prod(x, p)

@pytest.mark.parametrize('args', [(x,), (x, p)])
def test_a_hessian_product_is_known_by_its_name_whether_its_vector_is_given_or_not(args):
    assert check(quartic, quartic_hess_prod, *args)
    assert check(quartic, quartic_hess_prod_twice, *args).status == 'disagrees'

def operator(M, adjoint=None):
    linear = pytest.importorskip('scipy.sparse.linalg')
    other = M if adjoint is None else adjoint
    return linear.LinearOperator(M.shape, matvec=lambda v: M @ v, rmatvec=lambda v: other.T @ v)

@pytest.mark.parametrize('right', [True, False])
def test_a_square_operator_for_a_number_is_its_hessian(right):
    assert check(quartic, lambda x: operator(quartic_hess(x) * (1 if right else 2)), x).ok == right

def test_an_operator_whose_adjoint_is_another_matrix_is_wrong():
    assert check(lambda x: A @ x, lambda x: operator(A), x)
    wrong = check(lambda x: A @ x, lambda x: operator(A, 2 * A), x)
    assert wrong.status == 'disagrees' and 'is not the adjoint' in wrong.reason

def squared_g(X, W, b, g):
    dz = g**2 * (1 - np.tanh(X @ W + b)**2)
    return dz @ W.T, X.T @ dz, dz.sum(0)

def test_what_is_not_linear_in_g_is_called_so():
    c = check(layer, squared_g, X, W, b)
    assert all(part.status == 'disagrees' and 'is not linear in g' in part.evidence[0] for part in c)

class Product:
    def __init__(self, sign=1): self.sign = sign
    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y
    def backward(self, dz): return [self.y * dz, self.sign * self.x * dz]

@pytest.mark.parametrize('sign', [1, -1])
def test_gates_that_return_a_list_of_numbers(sign):
    gate = Product(sign)
    assert [c.ok for c in check(gate.forward, gate.backward, 1.3, -2.7)] == [True, sign == 1]

# several outputs

def two_values(x, w): return x * w, anp.sin(x)
def two_values_by_one(x, w, g1, g2): return g1 * w + g2 * np.cos(x), g1 * x
def two_values_by_tuple(x, w, gs): return two_values_by_one(x, w, *gs)
def two_values_wrong(x, w, g1, g2): return two_values_by_one(x, w, g1, -g2)

def test_a_cotangent_for_each_output():
    assert check(two_values, two_values_by_one, x, w) and check(two_values, two_values_by_one, x, w, form='vjp')
    assert check(two_values, two_values_by_tuple, x, w, form='vjp')
    assert [c.ok for c in check(two_values, two_values_wrong, x, w)] == [False, True]

@pytest.mark.parametrize('right', [True, False])
def test_both_products_of_a_large_operator_have_to_fit(right):
    sparse = pytest.importorskip('scipy.sparse')
    D = sparse.diags([np.ones(1999), -np.ones(2000)], [1, 0], format='csr')
    def f(x): return D @ np.asarray(x, float)
    c = check(f, lambda x: operator(D if right else D.T, D), rng.normal(size=2000))
    assert c.ok == right and ('is not the adjoint' in c.reason) != right

def test_a_matrix_for_each_of_two_arguments():
    sparse = pytest.importorskip('scipy.sparse')
    def jacobians(x, w): return sparse.diags([w], [0]), sparse.diags([x], [0])
    assert check(lambda x, w: x * w, jacobians, x, w)
    wrong = check(lambda x, w: x * w, lambda x, w: (jacobians(x, w)[0], operator(np.diag(2 * x))), x, w)
    assert [c.ok for c in wrong] == [True, False]

def test_for_several_values_a_hessian_product_by_name_weighs_their_hessians():
    def squares(x): return anp.stack([x[0]**2, x[0] * x[1]])
    def squares_hess_product(x, v): return np.array([[2 * v[0], v[1]], [v[1], 0]])
    assert check(squares, squares_hess_product, x[:2], p[:2])
