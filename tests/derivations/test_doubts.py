"What may not be blamed: names that nothing explains or links, values at a point, names that are given again."
import pytest
from literate_grad import derivation
from verdicts import read

@pytest.mark.parametrize('text,expected', [
    ('y = sigma(z)\nL = -t log(y) - (1-t) log(1-y)\ndL/dz = y - t = p - t', 'ru'), # p is another name for y
    ('y = x^2\ndy/dx = 2x*w', 'w'), # w = 1 would do, so that it is one factor too much
    ('y = x^2\ndy/dx = 2x + c', 'w'),
    ('y = x^2\ndy/dx = c x', 'u')])
def test_names_that_nothing_explains(text, expected): assert read(text) == expected

@pytest.mark.parametrize('text,expected', [
    ('y = sin(x)\ndy/dx = dy/dv * dv/dx', 'u'),
    ('dS/dt = -beta*S*I\nd(dS/dt)/dS = -beta*I', 'uu'),
    (r'$\frac{\partial \ell}{\partial \sigma^2} = \frac{1}{2\sigma^4} (x - \mu)^2$', 'u'),
    ('O = softmax(Q @ K^T) @ V\nP = softmax(Q @ K^T)\ndP = dO @ V^T', 'u'),
    ('O = softmax(Q @ K^T) @ V\nP = softmax(Q @ K^T), S = Q @ K^T\ndP = dO @ V^T\ndQ = dS @ K', 'uu'),
    ('S = Q @ K^T\nP = softmax(S)\nO = P @ V\ndP = dO @ V^T\ndV = P^T @ dO', 'rr'),
    ('H = relu(A X W)\nZ = A X W\ndL/dZ = dL/dH * 1[Z > 0]\ndL/dX = A^T dL/dZ W^T', 'uu'), # H is not said to be relu(Z)
    ('Z = A X W\nH = relu(Z)\ndL/dZ = dL/dH * 1[Z > 0]\ndL/dX = A^T dL/dZ W^T', 'rr'),
    ('y = x^2\ndx/dy = 1/(2x)', 'r'), # the other way round
    ('y = a^2\ndy/dx = 0', 'r'),
    ('y = tanh(x)\ndL/dx = dL/dy * (1 - y)', 'w')]) # dL/dy is given
def test_derivatives_that_nothing_links(text, expected): assert read(text) == expected

@pytest.mark.parametrize('text,expected', [
    ('y = x^2\ndy/dx = 2x = 6', 'ru'),
    ('y = x^2\ndy/dx = 2x\ny = 9\ndy/dx = 6', 'ruu'),
    ('y = x^2\ndy/dx = 6', 'w'),
    ('y = x^2\ndy/dx = 2x = 0 at the minimum', 'ru')])
def test_values_at_a_point(text, expected): assert read(text) == expected

@pytest.mark.parametrize('text,expected', [
    ("f(x) = e^x\nf'(x) = e^x\n\nf(x) = ln(x)\nf'(x) = 1/x", 'rr'),
    ("f(x) = e^x\nf'(x) = e^x\n\nf(x) = ln(x)\nf'(x) = x", 'rw'),
    ('y = x^2\ndy/dx = 2x\ny = x^3\ndy/dx = 3x^2', 'rr'),
    ('y = (x+1)^2\ndy/dx = 2x + 2\ny = x^2 + 2x + 1\ndy/dx = 2(x+1)', 'rrr'), # the same, in another form
    ('y = x^2\ny = x^3\ndy/dx = 2x', 'ur'),
    ('y = x^2 = x^3\ndy/dx = 2x', 'wr')]) # one chain
def test_names_given_again(text, expected): assert read(text) == expected

@pytest.mark.parametrize('text,expected', [
    ('y = (3x + 2)^2\nLet u = 3x + 2, then y = u^2\ndy/dx = dy/du * du/dx = 2u*3', 'rrr'),
    ('y = (3x + 2)^2\nLet u = 3x + 2, then y = u^2\ndy/dx = dy/du * du/dx = 2u*2', 'rrw'),
    ('f(x,y) = (x+y) * (x-y)\na = x+y, b = x-y, f = a*b\ndf/dx = df/da * da/dx + df/db * db/dx', 'rr'),
    ('f(x,y) = (x+y) * (x-y)\na = x+y, b = x-y, f = a*b\ndf/dx = df/da * da/dx - df/db * db/dx', 'rw')])
def test_two_forms_of_one_quantity(text, expected): assert read(text) == expected

def test_what_is_needed_is_a_definition(): assert read('y = u^2\ndy/du = 2u\nu = 3x\ndy/dx = 6u') == 'rr'

@pytest.mark.parametrize('text,expected', [
    ('L = ‖Xw − y‖² + λ‖w‖²\n∂L/∂w = 2 Xᵀ(Xw − y) + 2 λw = 0\n⇒ w = (XᵀX + λI)⁻¹Xᵀy', 'ru'),
    ('L = ‖Xw − y‖² + λ‖w‖²\n∂L/∂w = Xᵀ(Xw − y) + λw = 0\n⇒ w = (XᵀX + λI)⁻¹Xᵀy', 'wu'),
    ('L = sum_i (x_i - m)^2\ndL/dm = 2 sum_i (x_i - m)\nso m = 1/n sum_i x_i', 'w'),
    ('f = x^T A x/2 - b^T x, A symmetric\ndf/dx = b - A x\nx = A^{-1} b', 'w'),
    ('L = x² + y² + λ(x + y - 1)\n∂L/∂x = 2x + λ = 0\n∂L/∂y = 2y + λ = 0\nx = y = 1/2', 'ruruu')])
def test_a_solution_is_not_put_into_the_gradient_that_it_solves(text, expected): assert read(text) == expected

@pytest.mark.parametrize('text,expected', [
    ('f = log det(X^T A X)\ndf/dX = 3 A X inv(X^T A X)', 'w'),
    ('f = log det(X^T A X)\ndf/dX = A X inv(X^T A X) + A^T X inv(X^T A X)^T', 'r'),
    ('b = inv(X^T X) X^T y\ndb/dy = 2 inv(X^T X) X^T', 'w'),
    ('b = inv(X^T X) X^T y\ndb/dy = inv(X^T X) X^T', 'r'),
    ('f = log det(X X^T)\ndf/dX = 2 inv(X X^T) X', 'r')])
def test_sizes_at_which_matrices_have_inverses(text, expected): assert read(text) == expected

def test_a_wrong_step_does_not_make_its_neighbours_unreadable():
    text = 'm = 1/N Σ_i x_i\nv = 1/N Σ_i (x_i - m)^2\n∂v/∂x_i = 2/N (x_i - m)\n∂m/∂x_j = 2/N'
    assert read(text) == 'rw'

@pytest.mark.parametrize('text,expected', [
    ('sin(2x) = 2 sin(x)', 'u'), ('sin(2x) = 2 sin(x) cos(x)', 'r'), # an equation to be solved, or an identity
    ('dz/db = 1', 'u'), ('y = 5\ndy/dx = 5', 'w')])
def test_equations_and_constants(text, expected): assert read(text) == expected

@pytest.mark.parametrize('text', [
    'y = w × x = [w]_× x\ndy/dx = [w]_×', "f(x) = x^2\nf'(x) = 2x\nf(x) = x^3\nf'(x) = 3x^2"])
def test_each_step_has_its_mark(text): assert repr(derivation(text)).count('✓') == 2
