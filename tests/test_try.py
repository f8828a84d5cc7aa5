"""The page to try, in a browser: five functions and five formulas,
with Pyodide where its files are, and with this Python in its place."""
import ast, json, mimetypes, os
from pathlib import Path
import pytest

pytest.importorskip('smalldocs', reason='the site is built with smalldocs, which needs Python 3.11')
pytest.importorskip('playwright.sync_api', exc_type=ImportError)

pytestmark = pytest.mark.xdist_group('site') # built once, where tests run side by side
root = Path(__file__).resolve().parent.parent
# Pyodide 0.27.7 with the wheels of NumPy, SymPy and mpmath
files = Path(os.environ.get('PYODIDE', root/'node_modules/pyodide'))
CDN = 'https://cdn.jsdelivr.net/pyodide/v0.27.7/full/'
PATIENCE = 120_000 # milliseconds; a verdict takes one second, the start of Python ten
STAND_IN = '''export async function loadPyodide() {
  const ask = (name, source) => {
    const request = new XMLHttpRequest();
    request.open('POST', 'CDNrun', false);
    request.send(JSON.stringify([name, source]));
    return JSON.parse(request.responseText);
  };
  return { setStdout() {}, loadedPackages: {}, async loadPackage() {}, runPython() {},
           globals: { get: name => source => ({ toJs: () => ask(name, source) }) } };
}'''.replace('CDN', CDN)

def eval_code(source, names):
    "What Pyodide's function of this name does: runs a text, and returns the value of its last line."
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, '<exec>', 'exec'), names)
    return last and eval(compile(last, '<exec>', 'eval'), names)

def worker_functions():
    "The Python of the worker, with `eval_code` from here."
    source = (root/'nbs/try_worker.js').read_text(encoding='utf-8').split('const RUN = `')[1].split('`;')[0]
    names = {'eval_code': eval_code}
    exec(source.replace('from pyodide.code import eval_code', '').replace('\\\\', '\\'), names)
    return names

def stand_in(route):
    "Answers as the CDN would, and runs what is typed with this Python."
    if route.request.url == f'{CDN}run':
        name, source = json.loads(route.request.post_data)
        return route.fulfill(json=worker_functions()[name](source), headers={'Access-Control-Allow-Origin': '*'})
    route.fulfill(body=STAND_IN, content_type='text/javascript', headers={'Access-Control-Allow-Origin': '*'})

def from_files(route):
    "Serves Pyodide's own files."
    file = files/route.request.url.removeprefix(CDN).split('?')[0]
    if not file.is_file(): return route.abort()
    kind = 'application/wasm' if file.suffix == '.wasm' else mimetypes.guess_type(file)[0] or 'text/javascript'
    route.fulfill(path=file, content_type=kind, headers={'Access-Control-Allow-Origin': '*'})

def opened(browser, address, serve, **options):
    page = browser.new_context(**options).new_page()
    page.context.route(f'{CDN}**', serve)
    page.errors = []
    page.on('pageerror', lambda error: page.errors.append(error.message))
    page.goto(f'{address}guide/try.html')
    return page

@pytest.fixture(scope='module', params=['this Python', 'Pyodide'])
def page(request, browser, address):
    if request.param == 'Pyodide' and not [*files.glob('numpy-*.whl')]:
        pytest.skip(f'Pyodide and its wheels are not in {files}; set PYODIDE to the folder where they are')
    page = opened(browser, address, from_files if request.param == 'Pyodide' else stand_in)
    page.get_by_text('Ready.').first.wait_for(timeout=PATIENCE)
    yield page
    assert not page.errors
    page.context.close()

def answer(page, kind, source):
    "What the page shows for a text."
    page.get_by_role('tab').nth(['code', 'formula'].index(kind)).click()
    box = page.locator(f'.try[data-kind={kind}]')
    box.locator('textarea').fill(source)
    box.locator('textarea').press('Control+Enter')
    box.get_by_text('Done.').wait_for(timeout=PATIENCE)
    return box.locator('.output')

FUNCTION = '''import autograd.numpy as np
from literate_grad import check
x = np.array([0.5, -1.2, 2.0])
check(lambda x: {f}, lambda x: {df}, x)'''

@pytest.mark.parametrize('f, df, verdict', [
    ('np.sum(x**2)', '2 * x', 'agrees'),
    ('np.sum(np.sin(x))', '-np.cos(x)', 'sign'),
    ('np.sum(x**3)', '3 * x**2 + (x > 1)', '[2]'),
    ('np.sum(np.exp(x))', '2 * np.exp(x)', 'scale'),
    ('np.log(np.sum(np.exp(x)))', 'np.exp(x) / np.sum(np.exp(x))', 'agrees')])
def test_functions(page, f, df, verdict):
    shown = answer(page, 'code', FUNCTION.format(f=f, df=df))
    assert verdict in shown.inner_text()
    assert ('✓' in shown.inner_text()) == (verdict == 'agrees') and shown.locator('table').count() >= 1

@pytest.mark.parametrize('formula, right', [
    ('y = x^2\ndy/dx = 2*x', True),
    ('y = x^2\ndy/dx = 3*x', False),
    ('y = sin(x)*w\ndy/dw = sin(x)', True),
    ('y = exp(2*x)\ndy/dx = exp(2*x)', False),
    ('y = tanh(x*w)\ndy/dw = sech(x*w)^2 * x = (1 - tanh(x*w)^2) * x', True)])
def test_formulas(page, formula, right):
    shown = answer(page, 'formula', formula)
    assert shown.locator('.katex').count() >= 1
    assert ('✗' not in shown.inner_text()) == right

def test_a_question_is_answered(page):
    assert '2*x' in answer(page, 'formula', 'y = x^2\ndy/dx = ?').inner_text()

def test_a_mistake_in_python_is_told_with_its_line(page):
    assert 'NameError, line 2' in answer(page, 'code', 'a = 1\na + b').inner_text()
    assert 'SyntaxError, line 1' in answer(page, 'code', 'def').inner_text()

def test_printed_and_other_values_are_shown(page):
    assert '42' in answer(page, 'code', '6 * 7').inner_text()
    assert '<b>' in answer(page, 'code', '"<b>"').inner_text()

def test_without_a_connection_the_page_says_so(browser, address):
    page = opened(browser, address, lambda route: route.abort())
    page.get_by_text('could not be loaded').first.wait_for(timeout=PATIENCE)
    assert 'pip install' in page.locator('.try .output').first.inner_text()
    page.context.close()

def test_on_a_phone_and_with_the_keyboard(browser, address):
    page = opened(browser, address, stand_in, viewport={'width': 360, 'height': 740}, has_touch=True)
    page.get_by_text('Ready.').first.wait_for(timeout=PATIENCE)
    page.locator('.try textarea').first.focus()
    page.keyboard.press('Tab')
    page.keyboard.press('Enter')
    page.get_by_text('Done.').first.wait_for(timeout=PATIENCE)
    assert 'agrees' in page.locator('.try .output').first.inner_text()
    assert page.evaluate('document.documentElement.scrollWidth') <= 360
    page.context.close()
