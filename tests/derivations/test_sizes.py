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
