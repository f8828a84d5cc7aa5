"What is read: notations, prose round formulas, comments, markup; each right text has a wrong twin near it."
from pathlib import Path
import pytest
from literate_grad.derivations.docstrings import read_text
from literate_grad.derivations.steps import derivation
from verdicts import letters


def examples(path=Path(__file__).with_name('reading.txt')):
    "Pairs of a text and what is expected of its steps: `expected : line ¶ line ¶ …`; `#` begins a heading."
    for line in path.read_text(encoding='utf-8').splitlines():
        if not line or line.startswith('# '): continue
        expected, _, text = line.partition(' : ')
        yield text.replace(' ¶ ', '\n'), expected.replace('-', '')

cases = list(examples())

@pytest.mark.parametrize('text,expected', cases, ids=[text for text, _ in cases])
def test_every_step_is_read_as_people_mean_it(text, expected):
    assert ''.join(letters[step.status] for step in derivation(text).steps) == expected

def tree_of(text): return read_text(text).equations[-1].rights[-1].tree

@pytest.mark.parametrize('one,other', [
    (r'y = \frac12 x', r'y = \frac{1}{2} x'), (r'y = \hat{x}^{2}', 'y = x̂²'), (r'y = A^{-\top} b', 'y = A⁻ᵀ b'),
    (r'y = 2x \big(1 + x\big)', 'y = 2x (1 + x)'), ('y = np.linalg.norm(x)', 'y = norm(x)'),
    ('y = x\u2009+\u202fw', 'y = x + w'), (r'y = \underbrace{(1 + x)}_{u} w', 'y = (1 + x) w')])
def test_spellings_of_one_formula(one, other): assert tree_of(one) == tree_of(other)

@pytest.mark.parametrize('text', ['y = x^2\ndy/dx = 2x (by the chain rule) + 3x', 'y = x^2\ndy/dx = 2x // 2',
                                  'y = x^2\ndy/dx = 1 if x > 0 junk 3', 'y = x^2\ndy/dx = 2x\n  ± 1 = 3x'])
def test_nothing_of_a_formula_is_dropped(text):
    assert derivation(text).steps[0].status != 'proved' or len(derivation(text).steps) > 1

def test_a_formula_ends_with_its_delimiter():
    found = read_text(r'$L = x^2$ over rows, $\frac{dL}{dx} = 2x$ follows').equations
    assert [equation.left.text for equation in found] == ['L', r'\frac{dL}{dx}']

def test_two_readings_of_two_letters():
    text = 'r = sqrt((mx - x)^2 + (my - y)^2)\ndr/dx = -(mx - x)/r'
    assert derivation(text).reading and derivation(text).steps[0].status in ('proved', 'holds')
