"The house is in order: one configuration of the site, cells with ids, README in sync, a wheel with the package only."
import json, re, subprocess, sys
from pathlib import Path
import pytest
from nbdev.doclinks import nbglob

root = Path(__file__).resolve().parent.parent
notebooks = sorted((root/'nbs').rglob('*.ipynb'))
cells = lambda path: json.loads(path.read_text(encoding='utf-8'))['cells']
source = lambda cell: ''.join(cell['source'])

def test_the_site_has_one_configuration():
    assert (root/'nbs/_quarto.yml').resolve() == root/'_quarto.yml'

def test_readme_is_made_from_the_index():
    subprocess.run([sys.executable, root/'tools/write_readme', '--check'], check=True)

def test_nbdev_finds_every_notebook():
    "Below a folder whose name begins with a dot it finds none, and its own test command passes."
    assert len(nbglob(root/'nbs')) == len(notebooks), 'nbdev passes over notebooks below a folder whose name begins with a dot; move the clone'

@pytest.mark.parametrize('path', notebooks, ids=lambda path: path.name)
def test_cells_have_ids_and_fit_on_a_screen(path):
    assert all(cell.get('id') for cell in cells(path))
    assert len(cells(path)) <= 90
    for cell in cells(path):
        assert cell['cell_type'] == 'markdown' or sum(bool(line.strip()) for line in source(cell).splitlines()) <= 25, source(cell)

@pytest.mark.parametrize('path', notebooks, ids=lambda path: path.name)
def test_no_output_is_an_error_or_a_warning(path):
    outputs = [o for cell in cells(path) for o in cell.get('outputs', [])]
    assert not [o for o in outputs if o['output_type'] == 'error' or o.get('name') == 'stderr']

@pytest.mark.parametrize('path', [path for path in notebooks if path.name != 'index.ipynb'], ids=lambda path: path.name)
def test_imports_stand_alone(path):
    "nbdev builds the site by running the exported cells and those with imports: other code beside an import would miss its names."
    for cell in cells(path)[:-1]:
        if cell['cell_type'] == 'code' and '#| export' not in source(cell):
            lines = [line for line in source(cell).splitlines() if not line.startswith('#|')]
            imports = [line.startswith(('import ', 'from ')) for line in lines]
            assert not any(imports) or all(imports) and ';' not in ''.join(lines), source(cell)

@pytest.mark.parametrize('path', notebooks, ids=lambda path: path.name)
def test_links_hold_no_code(path):
    "nbdev makes a link of a name in backticks; inside a link there would be two."
    assert not [source(cell) for cell in cells(path) if cell['cell_type'] == 'markdown' and re.search(r'\[`[^`\]]*`\]\(', source(cell))]
