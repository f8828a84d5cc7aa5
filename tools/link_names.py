"""After the pages are rendered: names link to where they are defined on this site, wherever it is served;
NumPy's and autograd's names link to theirs; KaTeX comes with the site."""
import os, re, shutil
from pathlib import Path, PurePosixPath

NUMPY = 'https://numpy.org/doc/stable/reference/generated/numpy.{}.html'
AUTOGRAD = 'https://github.com/HIPS/autograd/blob/master/docs/tutorial.md'
NOT_FUNCTIONS = {'e', 'pi', 'inf', 'nan', 'newaxis', 'random', 'linalg', 'testing'}
INSIDE = r'<(?P<tag>a|pre|script|title)\b.*?</(?P=tag)>' # no links inside of these
NAME = r'<code>(?P<package>np|numpy|autograd)\.(?P<name>(?:linalg\.)?[a-z_]\w*)(?:\(\))?</code>'
KATEX = Path('/usr/share/javascript/katex') # from libjs-katex; without it the pages fetch KaTeX from its CDN
KATEX_CDN = r'https://cdn\.jsdelivr\.net/npm/katex@[^/"]+/dist/'

def foreign(match):
    "A link around a name of NumPy or autograd."
    if match['tag'] or match['name'] in NOT_FUNCTIONS or re.search(r'\d$', match['name']): return match[0]
    url = AUTOGRAD if match['package'] == 'autograd' else NUMPY.format(match['name'])
    return f'<a href="{url}">{match[0]}</a>'

def linked(text, site, top):
    "A page whose links to the site are relative (`top` leads to its first page), and whose foreign names are links."
    text = text.replace(f'href="{site}/', f'href="{top}').replace('"/site.js"', f'"{top}site.js"')
    if KATEX.exists(): text = re.sub(KATEX_CDN, f'{top}site_libs/katex/', text)
    return re.sub(f'{INSIDE}|{NAME}', foreign, text, flags=re.DOTALL)

def classes_linked(text, page, pages):
    "A page whose links to a class lead to the class, where a function has the same name but for its case."
    def to_class(match):
        target = os.path.normpath(page.parent/match['file']) if match['file'] else str(page)
        anchor = f"class-{match['anchor']}"
        return match[0].replace('#', '#class-') if f' id="{anchor}"' in pages.get(target, '') else match[0]
    return re.sub(r'href="(?P<file>[^":#]*)#(?P<anchor>[\w.]+)"[^>]*><code>[A-Z]', to_class, text)

def anchors(pages):
    "What the links of the site lead to, as pairs of a page and an anchor."
    return {(os.path.normpath(PurePosixPath(page).parent/file) if file else page, anchor)
            for page, text in pages.items()
            for file, anchor in re.findall(r'href="([^":#]*)#([^"]+)"', text)}

def anchored(text, names):
    "A page where each of the anchors is: on a definition in the code where there is no heading for it."
    for name in names - set(re.findall(' id="([^"]+)"', text)):
        keyword, plain = ('class', name[6:]) if name.startswith('class-') else ('def|class', name)
        definition = rf'<span class="kw"(>(?:{keyword})</span> (?:<span class="\w+">)?{re.escape(plain)}\b)'
        text = re.sub(definition, rf'<span class="kw" id="{name}"\1', text, count=1, flags=re.I)
    return text

def carry_katex(folder):
    "Copies KaTeX into the site, under the names that its CDN has."
    shutil.copytree(KATEX, folder, ignore=shutil.ignore_patterns('*.ttf', '*.woff', '*.mjs'), dirs_exist_ok=True)
    for path in folder.rglob('*.js'):
        small = path.with_suffix('.min.js')
        if not path.name.endswith('.min.js') and not small.exists(): path.rename(small)

if __name__ == '__main__':
    site = re.search('site-url: "(.*)"', Path('nbdev.yml').read_text(encoding='utf-8'))[1]
    out = Path(os.environ['QUARTO_PROJECT_OUTPUT_DIR'])
    if KATEX.exists(): carry_katex(out/'site_libs/katex')
    paths = {path.relative_to(out).as_posix(): path for path in out.rglob('*.html')}
    texts = {name: path.read_text(encoding='utf-8') for name, path in paths.items()}
    pages = {name: linked(text, site, '../' * name.count('/')) for name, text in texts.items()}
    pages = {name: classes_linked(text, PurePosixPath(name), pages) for name, text in pages.items()}
    wanted = anchors(pages)
    for name, path in paths.items():
        path.write_text(anchored(pages[name], {anchor for page, anchor in wanted if page == name}), encoding='utf-8')
