"Property tests draw the same examples each time, and none of them measures time; the site is built and served once."
import functools, http.server, shutil, subprocess, sys, threading
from pathlib import Path
from hypothesis import settings
import pytest

settings.register_profile('repeatable', derandomize=True, deadline=None)
settings.load_profile('repeatable')

BROWSERS = 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'

@pytest.fixture(scope='session')
def site(tmp_path_factory):
    "The built site, from a copy of the sources."
    root = Path(__file__).resolve().parent.parent
    copy = tmp_path_factory.mktemp('site')/'source'
    left_out = shutil.ignore_patterns('.*', '_proc', '_docs', '*.egg-info', '__pycache__')
    shutil.copytree(root, copy, ignore=left_out)
    built = subprocess.run([sys.executable, copy/'tools/build_site'], cwd=copy, capture_output=True, text=True)
    (copy/'warnings').write_text(built.stderr if built.returncode else '', encoding='utf-8')
    assert (copy/'_docs/index.html').exists(), built.stderr
    return copy/'_docs'

@pytest.fixture(scope='session')
def address(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args): pass
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}/'
    server.shutdown()

def started(playwright):
    "A browser of this machine."
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    return playwright.start().chromium.launch(executable_path=path, args=['--no-sandbox'])

@pytest.fixture(scope='session')
def browser():
    from playwright.sync_api import sync_playwright
    playwright = sync_playwright()
    try: chromium = started(playwright)
    except Exception as error:
        told = next(iter(str(error).splitlines()), type(error).__name__)
        pytest.skip(f'no browser starts here ({told}); try: apt-get install chromium')
    yield chromium
    chromium.close()
    playwright.__exit__()

def pytest_configure(config):
    "Tests that run side by side keep what is built once in one process (`-n`, where pytest-xdist is installed)."
    config.addinivalue_line('markers', 'xdist_group(name): tests that run in one process')
    if getattr(config.option, 'dist', 'no') == 'load': config.option.dist = 'loadgroup'
