"What a text says about sizes: the letters of lengths are these lengths, and a size that is not said blames nobody."
import numpy as np
import pytest
from literate_grad import derivation
from literate_grad.derivations.docstrings import read_text
from literate_grad.derivations.sizes import sizes_said

marks = dict(proved='r', holds='r', fails='w', unreadable='u')

def verdicts(text, **shapes):
    return ''.join(marks[step.status] for step in derivation(text, at={k: np.ones(v) for k, v in shapes.items()}).steps)

said = [('Y = X W, X has n rows and d columns.', {}, dict(n=('X', 0), d=('X', -1)), {}),
        ('y = x, x is (N, D); statistics over axis 0.', dict(x=('N', 'D')), {}, {}),
        ('x and dy are arrays of shape (n, d).\ny = x', dict(x=('n', 'd')), {}, {}),
        ('y = x @ w      # x: (n, d)', dict(x=('n', 'd')), {}, {}),
        ('y = x with x : array, shape (n,)', dict(x=('n',)), {}, {}),
        ('y = X w, X is n × d', dict(X=('n', 'd')), {}, {}),
        ('y = X w, X is n by d', dict(X=('n', 'd')), {}, {}),
        (r'$y = X w$, $\mathbf{X} \in \mathbb{R}^{n \times d}$', dict(X=('n', 'd')), {}, {}),
        ('y = x, x ∈ ℝⁿ', dict(x=('n',)), {}, {}),
        ('Z = X W + b, X (N × in), W (in × out)', dict(X=('N', 'in'), W=('in', 'out')), {}, {}),
        ('m = sum(x)/n with n the number of entries of x, m = 0', {}, dict(n=('x', None)), {}),
        ('With n the number of entries of x, m = sum(x)/n.', {}, dict(n=('x', None)), {}),
        ('S = Q K^T, d is the width of Q and K', {}, dict(d=('Q', -1)), {}),
        ('y = x, a vector x with n entries', {}, dict(n=('x', None)), {}),
        ('L = mean(x), N samples', {}, {}, dict(N='rows')),
        ('q = y/K, with y one-hot and K classes', {}, {}, dict(K='columns')),
        ('y = x, m is the number of training examples', {}, {}, dict(m='rows')),
        ('y = β x, β a number', dict(beta=()), {}, {}),
        ('y = x/n with n the number of entries', {}, {}, dict(n='entries')),
        ('V = a · (b × c), dV/da is b × c', {}, {}, {}),
        ('y = f(x, w)', {}, {}, {}),
        ('y = x, so dy/dx is (x, y)', {}, {}, {})]

@pytest.mark.parametrize('text, shapes, lengths, counts', said)
def test_what_the_words_say(text, shapes, lengths, counts):
    found = sizes_said(text, read_text(text).names)
    assert (found.shapes, found.lengths, found.counts) == (shapes, lengths, counts)

mean_of_rows = 'X has n rows and d columns.\nY = X @ W\nL = mean(sum(Y**2, axis=1))\ndL/dY = 2 * Y / {}'
smoothed = 'q = (1 - ε) y + ε/K, with y one-hot and K classes\np = softmax(z)\nL = -sum_i q_i log p_i\ndL/dz = {}'
entries = 'With n the number of entries of x, m = sum(x)/n and v = sum((x - m)^2)/n.\ndv/dx = {}'
norm = '''x is (N, D); statistics over axis 0.

mu = np.mean(x, axis=0)
var = np.mean((x - mu)**2, axis=0)
xhat = (x - mu) / np.sqrt(var + eps)
y = gamma * xhat + beta

dbeta = np.sum(dy, axis={})
dgamma = np.sum(dy * xhat, axis=0)'''
bound = [(mean_of_rows.format('n'), 'r', dict(X=(4, 3), W=(3, 2))),
         (mean_of_rows.format('d'), 'w', dict(X=(4, 3), W=(3, 2))),
         ('Y = X @ W\nL = mean(Y**2)\ndL/dY = 2 * Y / n      # n rows', 'w', dict(X=(4, 3), W=(3, 2))),
         (smoothed.format('p - q'), 'r', dict(y=3, z=3)), (smoothed.format('p - y'), 'w', dict(y=3, z=3)),
         (entries.format('2 (x - m)/n'), 'r', dict(x=5)), (entries.format('(x - m)/n'), 'w', dict(x=5)),
         ('x has n entries. v = sum((x - mean(x))^2)/(n - 1)\ndv/dx = 2 (x - mean(x))/n', 'w', dict(x=5)),
         ('L = mean((X w - y)^2), N samples\ndL/dw = 2/N X^T (X w - y)', 'r', dict(X=(4, 3), w=3, y=4)),
         ('L = mean((X w - y)^2), N samples\ndL/dw = 1/N X^T (X w - y)', 'w', dict(X=(4, 3), w=3, y=4)),
         (norm.format(0), 'rr', {}), (norm.format(1), 'wr', {})]

@pytest.mark.parametrize('text, expected, shapes', bound)
def test_letters_of_lengths_are_these_lengths(text, expected, shapes):
    assert verdicts(text) == expected
    if shapes: assert verdicts(text, **shapes) == expected

def test_the_number_of_axes_may_be_said():
    text = 'x is an array of shape (n, d).\ny = np.where(x > 0, x, alpha * x)\ndalpha = {}'
    assert verdicts(text.format('np.sum(np.where(x > 0, 0, x * dy))')) in ('r', 'u')
    assert verdicts('x is an array of shape (n, d).\nL = sum(x * x)\ndL/dx = 2 * sum(x, axis=1)') == 'w'

both = dict(X=(4, 3), W=(3, 2))
mean, layer = 'L = mean((x - t)^2)\ndL/dx = 2 (x - t)/{}', 'y = x W\ndL/dx = dL/dy W^T\ndL/dW = {}'
summed = 'Y = X @ W\nL = mean(sum(Y**2, axis=1))\ndL/dY = 2 * Y / {}'
unsaid = [(summed.format('n'), 'r', both), (summed.format('d'), 'u', both), # the columns of Y, of X, or an own letter
          ('Y = X @ W\nL = mean(Y**2)\ndL/dY = 2 * Y / n', 'u', both), # rows, or all entries
          ('Y = X @ W\nL = mean(Y**2)\ndL/dY = Y / n', 'w', both), # neither
          ('L = mean((X w - y)^2)\ndL/dw = 2/n X^T (X w - y)', 'r', dict(X=(4, 3), w=3, y=4)),
          (mean.format(4), 'u', {}), ('For n = 4: ' + mean.format(4), 'r', {}),
          ('x has 4 entries. ' + mean.format(4), 'r', {}),
          ('x has 4 entries. ' + mean.format(5), 'w', {}), ('x has 4 entries. ' + mean.format(3), 'w', {}),
          ('n = 5\nm = sum(x)/n\nv = sum((x - m)^2)\ndv/dx = 2 (x - m)', 'r', dict(x=5))]

@pytest.mark.parametrize('text, expected, shapes', unsaid)
def test_a_step_that_hangs_on_what_is_not_said_is_not_judged(text, expected, shapes):
    assert verdicts(text) == expected
    if shapes: assert verdicts(text, **shapes) == expected

@pytest.mark.parametrize('size, given, expected', [(4, 4, 'r'), (3, 3, 'r'), (4, 3, 'w'), (3, 4, 'w')])
def test_a_number_is_judged_at_the_size_that_is_given(size, given, expected):
    assert verdicts(mean.format(size), x=given, t=given) == expected

made = [('J = 0.5 * np.trace(B)\ndJ/dB = 0.5 * np.eye(p)', 'r', 'r'),
        ('J = 0.5 * np.trace(B)\ndJ/dB = np.eye(p)', 'w', 'w'),
        ('L = 0.5 tr(B ⊙ B)\ndL/dB = I ⊙ B', 'r', 'r'), ('L = 0.5 tr(B ⊙ B)\ndL/dB = 2 I ⊙ B', 'w', 'w'),
        ('f = log(det(B + x I))\ndf/dx = tr(inv(B + x I))', 'r', 'r'),
        ('f = log(det(B + x I))\ndf/dx = x tr(inv(B + x I))', 'w', 'w')]

@pytest.mark.parametrize('text, alone, given', made)
def test_an_identity_is_as_large_as_what_it_meets(text, alone, given):
    assert verdicts(text) == alone and verdicts(text, B=(3, 3)) == given

@pytest.mark.parametrize('size', ['4, 3', '(4, 3)'])
def test_ones_have_the_sizes_that_are_written(size):
    text = f'y = mean(X, axis=0)\ndX = ones({size}) * dy / '
    assert verdicts(text + '4', X=(4, 3), dy=3) == 'r' and verdicts(text + '3', X=(4, 3), dy=3) == 'w'
    assert verdicts(text + '4') == 'u'

jacobian = 'y = W x + b\ndy/dx = W\ndy/db = {}'
determinants = 'f = det(X)\ndf/dX = det(X) X^{{-T}}\ng = det(A X B)\ndg/dX = det(A X B) {}'
swish = 'y = x ⊙ σ(β x), β a number\n∂L/∂β = {}'
guessed = [(jacobian.format('I'), 'rr'), ('y = z\ndy/dz = I', 'u'), ('V = I R\ndV/dR = I', 'r'),
           ('P = I^2 R\ndP/dI = I R', 'w'),
           ('f = tr(u v^T)\ndf/du = v', 'r'), ('f = tr(u v^T)\ndf/du = u', 'w'),
           ('R = u v^T\nf = tr(R)\ndf/du = v', 'r'), ('R = u v^T\nf = tr(R)\ndf/du = 2 v', 'w'),
           ('f = det(A X B)\ndf/dX = det(A X B) X^{-T}', 'r'), ('f = det(A X B)\ndf/dX = 2 det(A X B) X^{-T}', 'w'),
           (determinants.format('X^{-T}'), 'rr'), (determinants.format('(X + X^{-T})'), 'rw'),
           ('V = a · (b × c)\n∂V/∂a = b × c\n∂V/∂b = c × a', 'rr'),
           ('V = a · (b × c)\n∂V/∂a = b × c\n∂V/∂c = b × a', 'rw'),
           (swish.format('sum(∂L/∂y ⊙ x² ⊙ σ(β x) ⊙ (1 − σ(β x)))'), 'r'),
           (swish.format('∂L/∂y ⊙ x² ⊙ σ(β x) ⊙ (1 − σ(β x))'), 'w'),
           ('L = np.sum((lam * (W @ b))**2)\ndL/dlam = 2 * lam * np.sum((W @ b)**2)', 'r'),
           ('L = np.sum((lam * (W @ b))**2)\ndL/dlam = lam * np.sum((W @ b)**2)', 'w'),
           ('Z = W + y\nJ = np.sum(Z**2)\ndJ/dy = np.sum(2 * (W + y), axis=0)', 'r'),
           ('Z = W + y\nJ = np.sum(Z**2)\ndJ/dy = np.sum(W + y, axis=0)', 'w'),
           ('L = Σ_i max(0, 1 − y_i xᵢᵀw)²\n∂L/∂w = −2 Σ_i max(0, 1 − y_i xᵢᵀw) y_i xᵢ', 'r'),
           ('L = Σ_i max(0, 1 − y_i xᵢᵀw)²\n∂L/∂w = 2 Σ_i max(0, 1 − y_i xᵢᵀw) y_i xᵢ', 'w')]

@pytest.mark.parametrize('text, expected', guessed)
def test_a_guess_of_ranks_or_sizes_blames_nobody(text, expected): assert verdicts(text) == expected

def test_a_parameter_has_the_shape_that_its_gradient_is_said_to_have():
    text = '''mu = np.mean(x)
var = np.mean((x - mu)**2)
xhat = (x - mu) / np.sqrt(var + eps)
y = gamma * xhat + beta
dgamma = {}
dbeta = {}'''
    assert verdicts(text.format('dy * xhat', 'dy')) == 'rr'
    assert verdicts(text.format('np.sum(dy * xhat)', 'np.sum(dy)')) == 'rr'
    assert verdicts(text.format('dy * x', 'dy')) == 'wr'

@pytest.mark.parametrize('gradient, expected', [('x^T dL/dy', 'rr'), ('2 x^T dL/dy', 'rw'), ('x^T (dL/dy W)', 'rw')])
def test_rows_in_front_of_matrices(gradient, expected):
    for shapes in ({}, dict(x=4, W=(4, 3))): assert verdicts(layer.format(gradient), **shapes) == expected

def test_columns_stay_columns():
    assert verdicts('y = W x\ndL/dW = dL/dy x^T\ndL/dx = W^T dL/dy', W=(3, 4), x=4) == 'rr'
    assert verdicts('y = W x\ndL/dW = x^T dL/dy', W=(3, 4), x=4) == 'w'

def test_an_unreadable_line_does_not_make_numbers_of_capitals():
    right = 'dL/dx = W dL/dy'
    assert verdicts('y = W x + b\n' + right) == 'u' and verdicts('y = W x + b\ndL/dW = blub(x) g^T\n' + right) == 'uu'
