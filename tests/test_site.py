"The site, as a browser shows it: built without Quarto, served from here, nothing fetched from elsewhere."
import functools, http.server, re, shutil, subprocess, sys, threading
from pathlib import Path
import pytest

pytest.importorskip('smalldocs', reason='the site is built with smalldocs, which needs Python 3.11')
sync_api = pytest.importorskip('playwright.sync_api')
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
import yaml

root = Path(__file__).resolve().parent.parent
notebooks = sorted(path.name for path in (root/'nbs').glob('*.ipynb'))
page_of = lambda notebook: re.sub(r'^\d+[a-zA-Z0-9]*_', '', notebook.lower()).replace('.ipynb', '.html') # nbdev's rule
pages = [page_of(notebook) for notebook in notebooks]
browsers = 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'
katex = Path('/usr/share/javascript/katex')
every_page = pytest.mark.parametrize('page', pages)

@pytest.fixture(scope='session')
def site(tmp_path_factory):
    "The built site, from a copy of the sources."
    copy = tmp_path_factory.mktemp('site')/'source'
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns('.*', '_proc', '_docs', '*.egg-info', '__pycache__'))
    subprocess.run([sys.executable, copy/'tools/build_site'], cwd=copy, check=True)
    return copy/'_docs'

@pytest.fixture(scope='session')
def address(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args): pass
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}/'
    server.shutdown()

@pytest.fixture(scope='session')
def browser():
    with sync_api.sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, browsers)), None)
        try: chromium = playwright.chromium.launch(executable_path=path, args=['--no-sandbox'])
        except sync_api.Error as error: pytest.skip(f'no browser ({error.message.splitlines()[0]}); try: apt-get install chromium')
        yield chromium
        chromium.close()

def local(route, address):
    "Serves KaTeX from this machine; nothing else comes from elsewhere."
    url = route.request.url
    if url.startswith((address, 'data:')): return route.continue_()
    file = katex/re.sub(r'.*/katex@[^/]*/dist/', '', url)
    if not file.exists(): file = file.with_name(file.name.replace('.min', ''))
    if '/katex@' not in url: route.abort()
    elif file.is_file(): route.fulfill(path=file)
    else: route.fulfill(body='')

@pytest.fixture
def visit(browser, address):
    "Opens a page; its errors are in `.errors`."
    contexts = []
    def open_page(name, width=1440, scheme='light'):
        context = browser.new_context(viewport={'width': width, 'height': 900}, color_scheme=scheme)
        contexts.append(context)
        context.route('**/*', lambda route: local(route, address))
        page = context.new_page()
        page.errors = []
        page.on('console', lambda message: message.type == 'error' and page.errors.append(message.text))
        page.on('pageerror', lambda error: page.errors.append(error.message))
        page.on('requestfailed', lambda request: page.errors.append(request.url))
        page.goto(address + name, wait_until='load')
        return page
    yield open_page
    for context in contexts: context.close()

def test_every_notebook_is_in_the_sidebar_once():
    listed = []
    def collect(contents):
        for entry in contents:
            if 'contents' in entry: collect(entry['contents'])
            else: listed.append(entry['href'] if isinstance(entry, dict) else entry)
    collect(yaml.safe_load((root/'_quarto.yml').read_text(encoding='utf-8'))['website']['sidebar']['contents'])
    assert sorted(listed) == notebooks, 'list every notebook once under website: sidebar: in _quarto.yml'

def test_pages_have_the_names_that_nbdev_gives_them(site):
    assert sorted(path.name for path in site.glob('*.html')) == sorted(pages)

@every_page
def test_pages_are_light(site, page):
    assert (site/page).stat().st_size < 500_000

@functools.cache
def soup(path): return BeautifulSoup(path.read_text(encoding='utf-8'), 'html.parser')

@every_page
def test_links_lead_somewhere(site, page):
    for a in soup(site/page).select('a[href]'):
        file, _, anchor = a['href'].partition('#')
        if re.match('https?:|mailto:', file): continue
        target = site/(file or page)
        assert target.exists(), a
        assert not anchor or soup(target).find(id=anchor), a

@every_page
def test_pictures_have_texts(site, page):
    for picture in soup(site/page).select('main img, main svg'):
        assert picture.get('alt') or picture.get('aria-label') or picture.find('title') or picture.get('aria-hidden'), str(picture)[:200]

@every_page
@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_nothing_goes_wrong_and_everybody_can_read_it(visit, page, scheme):
    page = visit(page, scheme=scheme)
    assert 'quarto-dark' in page.content() if scheme == 'dark' else True
    assert page.errors == []
    results = Axe().run(page).response['violations']
    serious = [f"{v['id']}: {node['html'][:200]}: {node['failureSummary']}" for v in results if v['impact'] in ('serious', 'critical') for node in v['nodes']]
    assert not serious, '\n'.join(serious)

@every_page
def test_a_phone_scrolls_down_only(visit, page):
    page = visit(page, width=360)
    assert page.evaluate('document.documentElement.scrollWidth') <= 360

@pytest.mark.skipif(not katex.exists(), reason='no KaTeX here; try: apt-get install libjs-katex')
@every_page
def test_mathematics_is_typeset(visit, page):
    page = visit(page)
    formulas, typeset = page.locator('.math').count(), page.locator('.math .katex').count()
    assert formulas == typeset and page.locator('.katex-error').count() == 0
    page.evaluate("document.querySelectorAll('pre, code, script, style, .math').forEach(e => e.remove())")
    assert not re.search(r'\\\(|\\\[|\$[^$\n]+\$|\\frac|\\tanh', page.locator('main').inner_text())

@every_page
def test_what_a_reader_expects_is_there(visit, page):
    page = visit(page)
    assert 'colab.research.google.com/github/' in page.locator('.colab a').get_attribute('href')
    assert page.locator('a.pagination-link').count() >= 1
    assert page.locator('pre.sourceCode').count() == 0 or page.locator('.code-copy-button').count() > 0

def test_search_finds(visit):
    page = visit('index.html')
    page.locator('input[type=search]').fill('gradient')
    page.locator('.search-result').first.wait_for()
    assert any('gradient' in text.lower() for text in page.locator('.search-result').all_inner_texts())
