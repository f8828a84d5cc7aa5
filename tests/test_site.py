"The site, as a browser shows it: built without Quarto, served from here, nothing fetched from elsewhere."
import functools, re
from pathlib import Path
import pytest

pytest.importorskip('smalldocs', reason='the site is built with smalldocs, which needs Python 3.11')
pytest.importorskip('playwright.sync_api', exc_type=ImportError)
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
import literate_grad
import yaml

pytestmark = pytest.mark.xdist_group('site') # built once, where tests run side by side
root = Path(__file__).resolve().parent.parent
notebooks = sorted(path.relative_to(root/'nbs').as_posix() for path in (root/'nbs').rglob('*.ipynb'))
pages = [notebook.replace('.ipynb', '.html') for notebook in notebooks]
katex = Path('/usr/share/javascript/katex')
every_page = pytest.mark.parametrize('name', pages)
ELSEWHERE = 'https://cdn.jsdelivr.net/' # KaTeX where this machine does not have it, and Pyodide
SILENT = 'export const loadPyodide = () => new Promise(() => {})'

def local(route, address):
    "Serves the site; nothing comes from elsewhere."
    url = route.request.url
    if url.startswith((address, 'data:', 'blob:')): route.continue_()
    elif url.startswith(ELSEWHERE): route.fulfill(body=SILENT, content_type='text/javascript')
    else: route.abort()

@pytest.fixture(scope='module')
def window(browser, address):
    "A window; what went wrong in it is in `.errors`."
    wide = {'width': 1440, 'height': 900}
    context = browser.new_context(viewport=wide, color_scheme='light', reduced_motion='reduce')
    context.route('**/*', lambda route: local(route, address))
    window = context.new_page()
    window.errors = []
    window.on('console', lambda message: message.type == 'error' and window.errors.append(message.text))
    window.on('pageerror', lambda error: window.errors.append(error.message))
    window.on('requestfailed', lambda request: window.errors.append(request.url))
    yield window
    context.close()

@pytest.fixture(scope='module', params=pages)
def page(request, window, address):
    "A page, opened once for all tests that look at it."
    window.goto('about:blank') # what the last page has not finished is no error of this one
    window.errors.clear()
    window.goto(address + request.param, wait_until='load')
    return window

def test_every_notebook_is_in_the_sidebar_once():
    listed = []
    def collect(contents):
        for entry in contents:
            if 'contents' in entry: collect(entry['contents'])
            else: listed.append(entry['href'] if isinstance(entry, dict) else entry)
    collect(yaml.safe_load((root/'_quarto.yml').read_text(encoding='utf-8'))['website']['sidebar']['contents'])
    assert sorted(listed) == notebooks, 'list every notebook once under website: sidebar: in _quarto.yml'

def test_it_is_built_without_warnings(site):
    assert (site.parent/'warnings').read_text(encoding='utf-8') == ''

def test_pages_have_the_names_that_nbdev_gives_them(site):
    assert sorted(path.relative_to(site).as_posix() for path in site.rglob('*.html')) == sorted(pages)

@every_page
def test_pages_are_light(site, name):
    assert (site/name).stat().st_size < 600_000

@functools.cache
def soup(path): return BeautifulSoup(path.read_text(encoding='utf-8'), 'html.parser')

@functools.cache
def anchors(path): return {tag['id'] for tag in soup(path).select('[id]')}

@every_page
def test_links_lead_somewhere(site, name):
    for a in soup(site/name).select('a[href]'):
        file, _, anchor = a['href'].partition('#')
        if re.match('https?:|mailto:', file): continue
        target = (site/name).parent/file if file else site/name
        assert target.exists(), a
        assert not anchor or anchor in anchors(target), a

def test_every_public_name_leads_to_what_defines_it(site):
    links = [a for a in soup(site/'reference/api.html').select('main td a[href*="#"]') if a.text.isidentifier()]
    assert len(links) > 100
    for a in links:
        file, _, anchor = a['href'].partition('#')
        place = soup(site/'reference'/file).find(id=anchor)
        assert place, a
        heading = place.find(['h2', 'h3']).text if place.name == 'section' else f'{place.text} {place.next_sibling}'
        assert a.text in heading or a.text in place.find_next('span').text, (a, heading)

def test_every_name_of_the_top_level_has_an_example(site):
    page = soup(site/'reference/api.html')
    entries = {heading.text.strip(): heading.find_next('pre') for heading in page.select('main h3')}
    for name in literate_grad.__all__:
        assert f'{name}(' in entries[name].text, name

@every_page
def test_pictures_have_texts(site, name):
    for picture in soup(site/name).select('main img, main svg'):
        told = [picture.get(name) for name in ('alt', 'aria-label', 'aria-hidden')]
        assert any(told) or picture.find('title'), str(picture)[:200]

def session():
    "The recorded session: for each cell its number, and its source and output as far as it has one."
    text = (root/'tests/session/session.txt').read_text(encoding='utf-8')
    parts = re.split(r'^In \[(\d+)\]:\n', text, flags=re.M)[1:]
    return [(f'In [{number}]', *body.rstrip('\n').split('\n\n')) for number, body in zip(parts[::2], parts[1::2])]

def test_the_session_is_shown_character_by_character(site):
    pages = [soup(site/f'session/{page}.html') for page in ('neuron', 'flux_neuron')]
    columns = [column for page in pages for column in page.select('.side-by-side > .julia')]
    assert [(c.select_one('strong').text, *(code.text for code in c.select('pre code'))) for c in columns] == session()

@every_page
def test_formulas_of_docstrings_are_typeset(site, name):
    assert not [p for p in soup(site/name).select('main p') if re.match(r'\w+ = .*\bd\w+/d', p.text, re.S)]

@every_page
def test_every_entry_says_what_it_is_and_stands_before_its_code(site, name):
    page = soup(site/name)
    assert 'Call self as a function' not in page.text
    text = str(page.select_one('main'))
    for heading in page.select('main h3'):
        name = re.escape(heading.get_text(strip=True))
        code = re.search(rf'<span class="\w+">def</span> <span class="\w+">{name}</span>', text)
        assert not code or text.index(str(heading)) < code.start(), heading

def test_a_phone_scrolls_down_only(page):
    page.set_viewport_size({'width': 360, 'height': 800})
    width = page.evaluate('document.documentElement.scrollWidth')
    page.set_viewport_size({'width': 1440, 'height': 900})
    assert width <= 360

@pytest.mark.skipif(not katex.exists(), reason='no KaTeX here; try: apt-get install libjs-katex')
def test_mathematics_is_typeset(page):
    assert page.locator('.math').count() == page.locator('.math .katex').count()
    assert page.locator('.katex-error').count() == 0
    prose = page.evaluate("""() => {
        const main = document.querySelector('main').cloneNode(true)
        main.querySelectorAll('pre, code, script, style, .math').forEach(element => element.remove())
        return main.textContent
    }""")
    assert not re.search(r'\\[(\[]|\$[^$\n]+\$|\\(frac|tanh|sum|cdot)', prose)

def test_what_a_reader_expects_is_there(page):
    assert 'colab.research.google.com/github/' in page.locator('.colab a').get_attribute('href')
    assert page.locator('a.pagination-link').count() >= 1
    assert page.locator('pre.sourceCode').count() == 0 or page.locator('.code-copy-button').count() > 0

def test_the_keyboard_gets_past_the_navigation(page):
    page.keyboard.press('Tab')
    assert page.evaluate('document.activeElement.className') == 'skip-link'

def test_search_finds(page):
    page.locator('#quarto-search input').fill('gradient')
    page.locator('.search-result').first.wait_for()
    assert any('gradient' in text.lower() for text in page.locator('.search-result').all_inner_texts())
    if page.url.endswith('/index.html'): # they look the same everywhere
        assert not barriers(page, runOnly=['color-contrast'])
    page.locator('#quarto-search input').fill('')

# --- what keeps people from reading the page, says axe-core; formulas and drawings have the colours of the text,
# and are most of the elements: they are taken out of the page, after all tests that look at them

WITHOUT_DRAWINGS = "document.querySelectorAll('.katex, svg').forEach(element => element.replaceChildren())"
MARK_THE_SAME = """() => { // texts whose colours, size and weight another one has
    const seen = new Set(), all = [...document.querySelectorAll('body *')]
    const ground = element => {
        if (!element) return ''
        const style = getComputedStyle(element)
        return style.backgroundColor + style.opacity + ground(element.parentElement)
    }
    for (const element of all.filter(element => !element.children.length && element.textContent.trim())) {
        const style = getComputedStyle(element)
        const kind = [style.color, style.fontSize, style.fontWeight, ground(element)].join()
        element.toggleAttribute('data-same', seen.has(kind))
        seen.add(kind)
    }
}"""
ONE_OF_EACH_KIND = 'axe.configure({rules: [{id: "color-contrast", selector: ":not([data-same])"}]})'
axe = Axe(f'{AXE_SCRIPT};{ONE_OF_EACH_KIND}')

def barriers(page, **options):
    "What axe-core finds on a page; for contrast it looks at one of the texts that have the same colours."
    page.evaluate(MARK_THE_SAME)
    options['resultTypes'] = ['violations']
    violations = axe.run(page, {'exclude': ['.katex', 'svg']}, options).response['violations']
    serious = [(v['id'], node) for v in violations if v['impact'] in ('serious', 'critical') for node in v['nodes']]
    return '\n'.join(f"{rule}: {node['html'][:200]}: {node['failureSummary']}" for rule, node in serious)

def test_everybody_can_read_it(page):
    page.evaluate(WITHOUT_DRAWINGS)
    assert not barriers(page)

def test_it_can_be_read_in_the_dark(page):
    page.emulate_media(color_scheme='dark')
    page.wait_for_selector('html.quarto-dark')
    found = barriers(page, runOnly=['color-contrast'])
    page.emulate_media(color_scheme='light')
    assert not found

def test_nothing_went_wrong(page): assert page.errors == []
