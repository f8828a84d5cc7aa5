"The site, as a browser shows it: built without Quarto, served from here, nothing fetched from elsewhere."
import functools, re
from pathlib import Path
import pytest

pytest.importorskip('smalldocs', reason='the site is built with smalldocs, which needs Python 3.11')
pytest.importorskip('playwright.sync_api', exc_type=ImportError)
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

@pytest.fixture(scope='module', params=pages)
def page(request, browser, address):
    "A page, opened once for all tests that look at it; what went wrong is in `.errors`."
    wide = {'width': 1440, 'height': 900}
    context = browser.new_context(viewport=wide, color_scheme='light', reduced_motion='reduce')
    context.route('**/*', lambda route: local(route, address))
    page = context.new_page()
    page.errors = []
    page.on('console', lambda message: message.type == 'error' and page.errors.append(message.text))
    page.on('pageerror', lambda error: page.errors.append(error.message))
    page.on('requestfailed', lambda request: page.errors.append(request.url))
    page.goto(address + request.param, wait_until='load')
    yield page
    context.close()

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
    if page.url.endswith('/index.html'): assert not pale(page) # they look the same everywhere
    page.locator('#quarto-search input').fill('')

# --- what keeps people from reading the page, says axe-core; formulas and drawings have the colours of the text,
# and are most of the elements: they are taken out of the page, after all tests that look at them

WITHOUT_DRAWINGS = "document.querySelectorAll('.katex, svg').forEach(element => element.replaceChildren())"
ONE_OF_EACH_COLOUR = """() => { // hides texts whose colours, size and weight another one has
    const seen = new Set(), all = [...document.querySelectorAll('body *')]
    const ground = element => {
        if (!element) return ''
        const style = getComputedStyle(element)
        return style.backgroundColor + style.opacity + ground(element.parentElement)
    }
    const texts = all.filter(element => !element.children.length && element.textContent.trim())
    const kinds = texts.map(element => {
        const style = getComputedStyle(element)
        return [style.color, style.fontSize, style.fontWeight, ground(element)].join()
    })
    texts.forEach((element, k) => {
        if (seen.has(kinds[k])) element.style.visibility = 'hidden'
        seen.add(kinds[k])
    })
}"""
ALL_SHOWN = "document.querySelectorAll('[style*=visibility]').forEach(element => element.style.visibility = '')"

def barriers(page, **options):
    "What axe-core finds on a page."
    options['resultTypes'] = ['violations']
    violations = Axe().run(page, {'exclude': ['.katex', 'svg']}, options).response['violations']
    serious = [(v['id'], node) for v in violations if v['impact'] in ('serious', 'critical') for node in v['nodes']]
    return '\n'.join(f"{rule}: {node['html'][:200]}: {node['failureSummary']}" for rule, node in serious)

def pale(page):
    "The texts that stand out too little from what is behind them."
    page.evaluate(ONE_OF_EACH_COLOUR)
    found = barriers(page, runOnly=['color-contrast'])
    page.evaluate(ALL_SHOWN)
    return found

def test_everybody_can_read_it(page):
    page.evaluate(WITHOUT_DRAWINGS)
    assert not barriers(page, rules={'color-contrast': {'enabled': False}})
    assert not pale(page)

def test_it_can_be_read_in_the_dark(page):
    page.emulate_media(color_scheme='dark')
    page.wait_for_selector('html.quarto-dark')
    found = pale(page)
    page.emulate_media(color_scheme='light')
    assert not found

def test_nothing_went_wrong(page): assert page.errors == []
