"Derivatives of expressions with arrays as expressions: what a question is answered, what a wrong step is told."
import json, re
from pathlib import Path
import numpy as np
import pytest
from literate_grad import derivation
from literate_grad.derivations.adjoints import (
    Node, add, applied, differential, eye, forms_of, gradient, inverse, jacobian, leaf, matmul, minus, number, ones,
    power, times, total, transposed)

n, m = 3, 4
A, B, x, y = (leaf(('sym', key), shape) for key, shape in (('A', (n, n)), ('B', (m, n)), ('x', (n, 1)), ('y', (m, 1))))
values = {key: np.random.default_rng(k).uniform(.2, 1, shape) for k, (key, shape) in
          enumerate({'A': (n, n), 'B': (m, n), 'x': (n, 1), 'y': (m, 1), 'S': (n, n)}.items())}
values['A'] = values['A'] + 2 * np.eye(n)

def softmax(z):
    grown = np.exp(z)
    return grown / grown.sum(axis=1 if z.shape[1] > 1 else 0, keepdims=True)

def value(node, at=values):
    "A node in numbers."
    if node.op == 'leaf': return at[node.parts[0][1]]
    if node.op == 'prod':
        found = float(node.parts[0]) * np.ones(node.shape)
        for base, e in node.parts[1]: found = found * value(base, at)**float(e)
        return found
    inner = [value(part, at) for part in node.inner]
    if node.op == 'add': return sum(inner)
    if node.op == 'mul': return np.linalg.multi_dot(inner) if len(inner) > 1 else inner[0]
    if node.op == 'fn': return getattr(np, node.parts[0])(inner[0])
    return {'ones': lambda: np.ones(node.shape), 'eye': lambda: np.eye(node.shape[0]), 'T': lambda a: a.T,
            'inv': np.linalg.inv, 'det': lambda a: np.array([[np.linalg.det(a)]]),
            'tr': lambda a: np.array([[np.trace(a)]]), 'norm': lambda a: np.array([[np.sqrt((a**2).sum())]]),
            'diag': lambda a: np.diag(a[:, 0]), 'softmax': softmax,
            'logsumexp': lambda z: np.log(np.exp(z).sum(axis=1 if node.shape[0] > 1 else None, keepdims=True)),
            'length': lambda: np.array([[node.parts[0] * node.parts[1]]])}[node.op](*inner)

def slopes(node, key, step=1e-6):
    "The derivative of all entries of a node by all entries of a symbol, from values."
    columns = []
    for place in np.ndindex(values[key].shape):
        moved = [{**values, key: values[key].copy()} for _ in range(2)]
        for sign, at in zip((1, -1), moved): at[key][place] += sign * step
        columns.append((value(node, moved[0]) - value(node, moved[1])).ravel() / (2 * step))
    return np.array(columns).T

residual = minus(matmul(B, x), y)
numbers = {
    'a sum of squares': total(times(residual, residual)), 'a quadratic form': matmul(transposed(x), A, x),
    'a quotient': times(matmul(transposed(x), A, x), power(matmul(transposed(x), x), -1)),
    'a norm': Node('norm', (residual,), (1, 1)), 'log det': applied('log', Node('det', (A,), (1, 1))),
    'a trace of inverses': Node('tr', (matmul(inverse(A), A, inverse(A)),), (1, 1)),
    'functions': total(applied('tanh', times(matmul(A, x), applied('exp', x)))),
    'a softmax': matmul(transposed(x), Node('softmax', (matmul(A, x),), (n, 1))),
    'a softmax of rows': total(times(A, Node('softmax', (matmul(A, A),), (n, n)))),
    'logsumexp': Node('logsumexp', (matmul(B, x),), (1, 1)),
    'logsumexp of rows': total(power(Node('logsumexp', (A,), (n, 1)), 2)),
    'a root': power(total(times(A, A, A)), '1/2'),
    'a diagonal matrix': matmul(transposed(x), Node('diag', (x,), (n, n)), A, x),
    'a number for all entries': total(times(matmul(transposed(x), x), A, transposed(A)))}

@pytest.mark.parametrize('name', numbers)
@pytest.mark.parametrize('variable', [A, x], ids=['A', 'x'])
def test_every_rule_gives_the_slope_of_values(name, variable):
    expected = slopes(numbers[name], variable.parts[0][1]).reshape(variable.shape)
    for form in forms_of(gradient(numbers[name], variable)):
        np.testing.assert_allclose(value(form), expected, rtol=1e-6, atol=1e-7)

vectors = {'a linear map': matmul(B, x), 'entry by entry': times(x, applied('tanh', matmul(A, x))),
           'a softmax': Node('softmax', (matmul(A, x),), (n, 1)),
           'a multiple': times(Node('norm', (x,), (1, 1)), matmul(A, x)),
           'a unit vector': times(x, power(Node('norm', (x,), (1, 1)), -1)),
           'a gradient': gradient(numbers['a quotient'], x), 'a constant': y}

@pytest.mark.parametrize('name', vectors)
def test_a_jacobian_has_one_row_for_each_entry(name):
    np.testing.assert_allclose(value(jacobian(vectors[name], x)), slopes(vectors[name], 'x'), rtol=1e-6, atol=1e-7)

@pytest.mark.parametrize('Y', [inverse(A), matmul(transposed(A), transposed(B), B, A), applied('exp', A)],
                         ids=['inverse', 'product', 'exp'])
def test_a_differential_is_how_values_change(Y):
    S = leaf(('sym', 'S'), (n, n))
    expected = slopes(Y, 'A') @ values['S'].ravel()
    np.testing.assert_allclose(value(differential(Y, A, S)).ravel(), expected, rtol=1e-6, atol=1e-7)

def test_nodes_that_say_the_same_are_equal():
    assert add(x, x) == times(number(2), x) and matmul(inverse(A), A) == eye(n) and times(x, ones((n, 1))) == x
    assert matmul(x, transposed(y), y) == times(matmul(transposed(y), y), x)

answered = {
    'L = x^T A x\ndL/dx = ?': '(A + A^T) x', 'A is symmetric.\nL = x^T A x\ndL/dx = ?': '2 A x',
    'L = ‖X w - y‖²\ndL/dw = ?': '2 Xᵀ (X w - y)', 'L = sum((X @ W - Y)**2)/n\ndL/dW = ?': '2*X.T @ (X @ W - Y)/n',
    'L = log det X\ndL/dX = ?': 'X^{-T}', 'L = tr(A X)\ndL/dX = ?': 'A^T', 'L = w^T x\ndL/dx = ?': 'w',
    'L = a^T X b\ndL/dX = ?': 'a b^T', 'y = tanh(W x) with a matrix W\ndy/dx = ?': 'diag(1 - y^2) W',
    'p = softmax(z) with a vector z\ndp/dz = ?': 'diag(p) - p p^T', 'f = x^T A x\n∂²f/∂x∂xᵀ = ?': 'A + Aᵀ',
    'Y = X W\ndW = X^T dY\ndX = ?': 'dY W^T', 'Y = X W\ndW = ?': 'X^T dY', 'Y = X⁻¹ with a matrix X\ndY = ?': '-Y dX Y',
    'Z = X W + 1 b^T\nδ = ∂L/∂Z\n∂L/∂W = ?': 'X^T δ', 'L = ||x|| with a vector x\ndL/dx = ?': 'x/L',
    "S = (y - X b)'(y - X b), primes denote transposes\ndS/db = ?": "-2 X' (y - X b)",
    'L = np.trace(A @ inv(X) @ B)\ndL/dX = ?': '-(inv(X) @ B @ A @ inv(X)).T',
    'L = mean((X @ w - y)**2)\ndL/dw = ?': '2*X.T @ (X @ w - y)/len(y)',
    'y = x^2 log(x)\ndy/dx = ?': '2*x*log(x) + x'}

without_rule = ['L = x^T kron(A, A) x\ndL/dA = ?', 'y = W x\ndy/dW = ?\nW is a matrix', 'L = q\ndL/dx = ?']
@pytest.mark.parametrize('text', without_rule)
def test_what_has_no_rule_is_not_answered(text):
    step = derivation(text).steps[-1]
    assert step.status == 'unreadable' and not step.truth

told = {'y = log det(X^T A X)\ndy/dX = A X': ('A X (X^T A X)^-1 + A^T X (X^T A X)^{-T}', ''),
        'y = x + W2 relu(W1 x), W1, W2 matrices\n∂L/∂W1 = (W2ᵀ ∂L/∂y) xᵀ': ('(step(W1 x) ⊙ (W2ᵀ dL/dy)) xᵀ', ''),
        'L = x^T A x\ndL/dx = 2 A x': ('(A + A^T) x', ''),
        'L = ‖X w - y‖²\ndL/dw = X^T (X w - y)': ('2 Xᵀ (X w - y)', 'a factor 2 is missing'),
        'L = ‖X w - y‖²\ndL/dw = 2 X (X w - y)': ('2 Xᵀ (X w - y)', 'a transpose is missing')}

@pytest.mark.parametrize('text', told)
def test_a_wrong_step_is_told_the_right_expression(text):
    step = derivation(text).steps[-1]
    assert step.status == 'fails' and (step.truth, step.separates) == told[text]

asked_by_index = {
    'z_i = Σ_j W_ij x_j\nL = 1/2 Σ_i (z_i - t_i)²\n∂L/∂W_ij = ?': 'x_j (z_i - t_i)',
    'f = Σ_i Σ_j A_ij x_i x_j\n∂²f/∂x_k∂x_l = ?': 'A_kl + A_lk',
    'a_i = tanh(Σ_j W_ij x_j)\n∂a_i/∂x_j = ?': 'W_ij (1 - a_i^2)',
    'p_i = exp(z_i)/Σ_k exp(z_k)\n∂p_i/∂z_j = ?': 'p_i (δ_ij - p_j)',
    'L = Σ_i Σ_j A_ij x_i x_j\ndL/dx = ?': '(A + A^T) x',
    'E = Σ_i Σ_j (R_ij - Σ_k U_ik V_jk)²\n∂E/∂U_ik = ?': '-2 Σ_j V_jk (R_ij - Σ_l U_il V_jl)'}

@pytest.mark.parametrize('text', answered | asked_by_index)
def test_a_question_is_answered_as_the_text_would_write_it(text):
    step = derivation(text).steps[-1]
    assert (step.truth, step.status) == ((answered | asked_by_index)[text], 'holds')

entries = json.loads(Path(__file__).with_name('matrices.json').read_text(encoding='utf-8'))

def given(entry):
    "An array for each symbol; letters of dimensions become lengths, all different."
    lengths = dict(zip(sorted({d for shape in entry['shapes'].values() for d in shape if isinstance(d, str)}),
                       (4, 3, 5, 6, 7, 2)))
    return {key: np.ones([lengths.get(d, d) for d in shape]) for key, shape in entry['shapes'].items()}

def pasted(found, first, last, formula):
    "The text with a formula from the beginning of one right side to the end of another; what closes a line stays."
    lines = [0]
    for line in found.text.split('\n'): lines.append(lines[-1] + len(line) + 1)
    start, end = (lines[side.line - 1] + side.column - 1 for side in (first, last))
    before, behind = re.sub(r'\\left\s*$', '', found.text[:start]), found.text[end + len(last.text):]
    rest, _, below = behind.partition('\n')
    close = next((mark for mark in ('$$', '\\\\') if mark in rest), '')
    return f'{before}{formula} {close}\n{below}'

def right_chains(found):
    "The first and the last right side of each equation that states a derivative and holds."
    for equation in found.judged.trial.reading.equations:
        places = {(side.line, side.column) for side in equation.rights}
        own = [step for step in found.steps if (step.line, step.column) in places]
        if own and own[0].claim.kind in ('derivative', 'differential') and own[0].status in ('proved', 'holds'):
            yield equation.rights[0], equation.rights[-1]

def test_most_derivatives_of_the_list_are_found_when_a_question_mark_stands_for_them():
    answers = []
    for entry in entries:
        at = given(entry)
        found = derivation(entry['text'], at=at)
        for first, last in right_chains(found):
            asked = derivation(pasted(found, first, last, '?'), at=at).steps
            own = [step for step in asked if step.claim.side.tree == ('asked',)]
            answers.append((own[0].status, own[0].truth) if own else ('', ''))
    assert len(answers) > 60
    assert sum(status == 'holds' for status, _ in answers) >= .9 * len(answers)
    assert all(bool(truth) == (status == 'holds') for status, truth in answers)

@pytest.mark.parametrize('entry', [entry for entry in entries if 'w' in entry['expect']], ids=lambda entry: entry['id'])
def test_what_a_wrong_step_is_told_holds_in_its_place(entry):
    at = given(entry)
    found = derivation(entry['text'], at=at)
    for step in found.steps:
        if step.status != 'fails' or not step.truth: continue
        sides = [side for equation in found.judged.trial.reading.equations for side in equation.rights]
        side = next(side for side in sides if (side.line, side.column) == (step.line, step.column))
        again = derivation(pasted(found, side, side, step.truth), at=at).steps
        assert next(other.status for other in again if other.line == step.line) in ('proved', 'holds')

separated = {
    'L = x^T A x\ndL/dx = A x': 'the term A^T x is missing',
    'L = x^T A x\ndL/dx = A x + A^T x + x': 'the term x is too much',
    'L = ||X w - y||^2 + a ||w||^2\ndL/dw = 2 X^T (X w - y) + a w': 'the factor 2 is missing in a w',
    'L = tr(A X) + tr(B X)\ndL/dX = A^T - B^T': 'the sign of B^T is wrong',
    'y = x^2\ndy/dx = 2x - 1': 'the term -1 is too much', 'y = x^2 + x\ndy/dx = 2x': 'the term 1 is missing'}

@pytest.mark.parametrize('text', separated)
def test_what_separates_a_wrong_step_is_named(text):
    step = derivation(text).steps[-1]
    assert (step.status, step.separates) == ('fails', separated[text])

def test_two_numbers_that_look_alike_are_told_apart():
    assert 'they differ by 1e-60' in derivation('y = x^2\ndy/dx = 2x + 1e-60').steps[0].why

def test_a_step_knows_where_it_was_tried():
    step = derivation('L = x^T A x\ndL/dx = (A + A^T) x').steps[0]
    assert step.points == 6 and len({tuple(shapes.items()) for shapes in step.sizes}) == 2
