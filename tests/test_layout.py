"The house is in order: one configuration of the site, cells with ids, README in sync, a wheel with the package only."
import importlib, inspect, json, pkgutil, re, subprocess, sys
from pathlib import Path
import pytest
from nbdev.showdoc import show_doc
import literate_grad

root = Path(__file__).resolve().parent.parent
notebooks = sorted((root/'nbs').rglob('*.ipynb'))
every_notebook = pytest.mark.parametrize('path', notebooks, ids=lambda path: f'{path.parent.name}/{path.name}')

def cells(path): return json.loads(path.read_text(encoding='utf-8'))['cells']
def source(cell): return ''.join(cell['source'])
def lines(cell): return [line for line in source(cell).splitlines() if line.strip()]

def test_the_site_has_one_configuration():
    assert (root/'nbs/_quarto.yml').resolve() == root/'_quarto.yml'

def test_readme_is_made_from_the_index():
    subprocess.run([sys.executable, root/'tools/write_readme', '--check'], check=True)

def test_there_is_one_version():
    "The newest section of the changelog and the hook for pre-commit have it, too."
    written = re.search(r'^version = (.+)', (root/'settings.ini').read_text(encoding='utf-8'), re.M)[1]
    newest = re.search('^## (.+)', (root/'CHANGELOG.md').read_text(encoding='utf-8'), re.M)[1]
    hook = re.search(r'rev: v([\d.]+)', (root/'nbs/tools/cli.ipynb').read_text(encoding='utf-8'))[1]
    assert {written, newest, hook} == {literate_grad.__version__}

def public():
    "Every public function of every module."
    for module in pkgutil.walk_packages(literate_grad.__path__, 'literate_grad.'):
        if module.name == 'literate_grad.__main__': continue
        loaded = importlib.import_module(module.name)
        yield from filter(inspect.isfunction, (getattr(loaded, name) for name in getattr(loaded, '__all__', [])))

def test_every_function_has_an_entry():
    "The site is built from signatures: annotations are found at run time, and a default that is an array has one."
    for function in public(): assert function.__name__ in show_doc(function)._repr_markdown_()

@every_notebook
def test_cells_have_ids_and_fit_on_a_screen(path):
    assert all(cell.get('id') for cell in cells(path))
    assert len(cells(path)) <= 90
    for cell in cells(path):
        assert cell['cell_type'] == 'markdown' or len(lines(cell)) <= 25, source(cell)

@every_notebook
def test_no_output_is_an_error_or_a_warning(path):
    outputs = [o for cell in cells(path) for o in cell.get('outputs', [])]
    assert not [o for o in outputs if o['output_type'] == 'error' or o.get('name') == 'stderr']

@pytest.mark.parametrize('path', [path for path in notebooks if path.name != 'index.ipynb'], ids=lambda path: path.name)
def test_imports_stand_alone(path):
    "nbdev builds the site from exported cells and cells with imports: code beside an import would miss its names."
    for cell in cells(path)[:-1]:
        if cell['cell_type'] == 'code' and '#| export' not in source(cell):
            code = [line for line in lines(cell) if not line.startswith('#|')]
            imports = [line.startswith(('import ', 'from ')) for line in code]
            assert not any(imports) or all(imports) and ';' not in ''.join(code), source(cell)

@every_notebook
def test_the_site_needs_no_framework(path):
    "Of a page that exports, nbdev runs each import; a framework that may be missing is imported by `import_module`."
    exports = any('#| export' in source(cell) for cell in cells(path))
    flagged = [source(cell) for cell in cells(path) if re.match(r'#\| (jax|torch)$', source(cell), re.M)]
    assert not exports or not re.search('^(import|from) ', '\n'.join(flagged), re.M)

@every_notebook
def test_a_page_ends_in_prose(path):
    "A reader is told where to go on; and nbdev looks for a cell behind exported ones."
    seen = [cell for cell in cells(path) if not re.match(r'#\|\s*(hide|export$|default_exp)', source(cell), re.M)]
    assert seen[-1]['cell_type'] == 'markdown', source(seen[-1])

@every_notebook
def test_links_hold_no_code(path):
    "nbdev makes a link of a name in backticks; inside a link there would be two."
    prose = [source(cell) for cell in cells(path) if cell['cell_type'] == 'markdown']
    assert not [text for text in prose if re.search(r'\[`[^`\]]*`\]\(', text)]
