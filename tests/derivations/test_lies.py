"Texts that were judged falsely once, right ones and wrong ones."
import pytest
from verdicts import read

@pytest.mark.parametrize('text,expected', [
    ('y = x^2\ndy/dx = 2x \\big( 1 + x \\big)', 'w'), ('y = x^2\ndy/dx = 2x foo(1+x)', 'u'),
    ('y = x^2\ndy/dx = 2x – 1', 'w'), ('y = x^2\ndy/dx = 2x \\left(\\frac{1}{n} - 1\\right)', 'u'),
    ('y = x^2\ndy/dx = 2x (scale + 1)', 'u'), ('y = x^2\ndy/dx = 2x (dim - 1)/2', 'u'),
    ('y = x^2\ndy/dx = 2x \\neq 3', 'u'),
    ('y = sigmoid(w*x)\nL = sum((y - t)^2)/2\ndL/dw = (y - t) * dy/dw            (chain rule)\n'
     '      = (y - t) * y * (1 - y)      (insert)', 'rw')])
def test_a_formula_is_read_whole_or_not_at_all(text, expected):
    found = read(text)
    assert found == expected or len(expected) > 1 and found[1:] == expected[1:] and found[0] in 'ru'

@pytest.mark.parametrize('text,expected', [
    ('a = relu(z)\nda/dz = 1 if a > 0 else 5', 'w'), ('a = relu(z)\nda/dz = 1 if a > 0 else 0', 'r'),
    ('y = log(x) if x > 0 else a*x\ndy/dx = 1/x if x > 0 else -a', 'w'),
    ('y = log(x) if x > 0 else a*x\ndy/dx = 1/x if x > 0 else a', 'r'),
    ('y = |x|\ndy/dx = 1 for x > 0 and -1 for x > 0', 'u'),
    ('y = x^2/2 if |x| <= 5 else 5(|x| - 2.5)\ndy/dx = x if |x| <= 10 else 10', 'w'),
    ('y = x^2/2 if |x| <= 5 else 5(|x| - 2.5)\ndy/dx = x if |x| <= 5 else 5 sign(x)', 'r'),
    ('y = min(max(x*w+b, -100), 100)\ndy/dx = w', 'w'), ('y = relu(x)\ndy/dx = 1 if x > 0.001 else 0', 'w'),
    ('y = sum(x)\ndy/dx = 1 + step(sum(x) - 100)', 'w'), ('y = x^2\ndy/dx = (1 if |x| > 20 else 0) + 2x', 'w'),
    ('y = x\ndy/dx = 1 + sin(4096πx)', 'w'), ('y = 0\ndy/dx = 1e-100*x^2', 'w'), ('y = x^2\ndy/dx = 2x + 1e-60', 'w'),
    ('y = sqrt(x^2)\ndy/dx = 1', 'w'), ('y = log(x^2)\ndy/dx = 2/x', 'r'),
    ('y = sigmoid(x^4)\ndy/dx = 4x^3 sigmoid(x^4) (1 - sigmoid(x^4)) + 1[x + 7.5 < 0]', 'w'),
    ('y = exp(-x^2)\ndy/dx = -2x exp(-x^2) if x < 20 else 5 exp(-x^2)', 'w'),
    ('y = s r if r > 1 else 5 r\ndy/dr = s + relu(s - 5000) for r > 1', 'w')])
def test_points_lie_on_both_sides_of_every_condition(text, expected): assert read(text) == expected

@pytest.mark.parametrize('text,expected', [
    ('y = sin(u)\ndy/dx = -cos(u)*du/dx', 'w'), ('L = (y-t)^2\ndL/dw = (y-t)*dy/dw', 'w'),
    ('y = u*v\ndy/dx = du/dx*v', 'w'), ('y = u*v\ndy/dx = du/dx*v + u*dv/dx', 'r')])
def test_a_chain_rule_through_what_nothing_defines(text, expected): assert read(text) == expected

@pytest.mark.parametrize('text', [
    'y = x^2\n\\partial_x y = 2x', 'L = x^2\n\\nabla_x L = 2x', 'y = x\ndy/dx = cosh(10x)^2 - sinh(10x)^2',
    'y = exp(10x)\ndy/dx = 10 (cosh(10x) + sinh(10x))', 'y = atanh(tanh(20x))\ndy/dx = 20',
    'k = A exp(-Ea/(R T))\ndk/dT = k Ea/(R T²)', 'U = 4 ε [(σ/r)^12 - (σ/r)^6]\ndU/dr = 24 ε/r ((σ/r)^6 - 2 (σ/r)^12)'])
def test_what_is_right_is_not_blamed(text): assert read(text) == 'r'

@pytest.mark.parametrize('text,expected', [
    ('For $C = A B$: $dC = dA \\, B + A \\, dB$. For $Y = X^\\top X$: $dY = dX^\\top X + X^\\top dX$.', 'rr'),
    ('y = u^2, u = 3x\ndy/dx =    dy/du * du/dx = 6u', 'rr'),
    ('y = u^2 + v, u = 3x, v = x\ndy/dx = dy/du * du/dx +    dv/dx = 6u + 1', 'rr'),
    ('f(x,y) = x y  ->  df/dx = y    df/dy = x', 'rr')])
def test_wide_blanks_part_formulas_but_not_within_one(text, expected): assert read(text) == expected

def test_a_constant_with_a_dot_is_refused(): assert read('u = Kp e + Kd ė\n∂u/∂e = Kp') == 'u'
