"No derivative on the site is unchecked: the display equations of all pages, and what vouches for each."
import json, re
from pathlib import Path
import pytest

nbs = Path(__file__).resolve().parent.parent/'nbs'
notebooks = sorted(path for path in nbs.rglob('*.ipynb') if '.ipynb_checkpoints' not in path.parts)
every_notebook = pytest.mark.parametrize('path', notebooks, ids=lambda path: path.relative_to(nbs).as_posix())
CLAIM = re.compile(r"\\partial|\\nabla|\\frac\{?d|d[a-z]/d|f'|\\varphi'") # what an equation about derivatives has
MARKS = re.compile(r'\\checkmark|\\boldsymbol\{\\times\}|\\quad \?')
VOUCHED = { # display equations about derivatives that `derivation` does not show itself, by their beginning
    r'\frac{f(x+h) - f(x)}{h}': "Taylor's theorem; the errors are measured below it",
    r'\frac{f(x+h) - f(x-h)}{2h}': "Taylor's theorem; the errors are measured below it",
    r'L = -\frac1n \sum_{ij} Y_{ij}': 'the backward pass below it, checked variable by variable',
    r'N = g \circ Z + b': 'the backward pass below it, checked variable by variable',
    r'\frac{\partial L}{\partial V} = P^\top G': 'the backward pass below it, checked variable by variable',
    r'J^\top g = \nabla_x': 'what the product with a cotangent means, not a result',
    r'o_k = \tfrac12': "Taylor's theorem, for the ladder of steps; what it predicts is tested on the page"}

def cells(path): return json.loads(path.read_text(encoding='utf-8'))['cells']

def displayed(path):
    "The display equations that were typed."
    prose = [''.join(cell['source']) for cell in cells(path) if cell['cell_type'] == 'markdown']
    return [' '.join(text.split()) for part in prose for text in re.findall(r'\$\$(.*?)\$\$', part, re.S)]

def shown(path):
    "The derivations among the outputs: their rows in LaTeX, and their text."
    for output in (output for cell in cells(path) for output in cell.get('outputs', ())):
        data = output.get('data', {})
        found = re.search(r'\\begin\{aligned\}\n(.*?)\\end\{aligned\}', ''.join(data.get('text/markdown', '')), re.S)
        if found and 'text/latex' in data: yield found[1].split('\\\\\n'), ''.join(data['text/plain'])

@every_notebook
def test_a_typed_equation_about_derivatives_is_vouched_for(path):
    claims = [text for text in displayed(path) if '=' in text and CLAIM.search(text)]
    unknown = [text for text in claims if not text.startswith(tuple(VOUCHED))]
    assert not unknown, f'show these with derivation(…), or say in this test what vouches for them: {unknown}'

def test_what_is_vouched_for_is_there():
    every = [text for path in notebooks for text in displayed(path)]
    for beginning in VOUCHED: assert any(text.startswith(beginning) for text in every), beginning

@every_notebook
def test_each_step_that_is_shown_has_its_verdict(path):
    for rows, text in shown(path):
        assert not [row for row in rows if CLAIM.search(row.split('&=')[0]) and not MARKS.search(row)], rows
        verdicts = re.findall('[✓✗?] (?:proved|holds|fails|unreadable)', text)
        assert len(verdicts) == sum(len(MARKS.findall(row)) for row in rows), text
