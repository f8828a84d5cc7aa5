"After the pages are rendered: names link to where they are defined on this site, wherever it is served; NumPy's and autograd's names link to theirs."
import os, re
from pathlib import Path

numpy = 'https://numpy.org/doc/stable/reference/generated/numpy.{}.html'
autograd = 'https://github.com/HIPS/autograd/blob/master/docs/tutorial.md'
not_functions = {'e', 'pi', 'inf', 'nan', 'newaxis', 'random', 'linalg', 'testing'}
inside = r'<(?P<tag>a|pre|script|title)\b.*?</(?P=tag)>' # no links inside of these
name = r'<code>(?P<package>np|numpy|autograd)\.(?P<name>(?:linalg\.)?[a-z_]\w*)(?:\(\))?</code>'

def foreign(match):
    "A link around a name of NumPy or autograd."
    if match['tag'] or match['name'] in not_functions or re.search(r'\d$', match['name']): return match[0]
    url = autograd if match['package'] == 'autograd' else numpy.format(match['name'])
    return f'<a href="{url}">{match[0]}</a>'

def linked(text, site):
    "A page whose links to the site are relative, and whose foreign names are links."
    return re.sub(f'{inside}|{name}', foreign, text.replace(f'href="{site}/', 'href="'), flags=re.DOTALL)

def anchored(text, anchors):
    "A page where each of the anchors is: on a definition in the code where there is no heading for it."
    for anchor in anchors - set(re.findall(' id="([^"]+)"', text)):
        text = re.sub(rf'<span class="kw"(>(?:def|class)</span> (?:<span class="\w+">)?{re.escape(anchor)}\b)', rf'<span class="kw" id="{anchor}"\1', text, count=1, flags=re.I)
    return text

if __name__ == '__main__':
    site = re.search('site-url: "(.*)"', Path('nbdev.yml').read_text(encoding='utf-8'))[1]
    pages = {path: linked(path.read_text(encoding='utf-8'), site) for path in Path(os.environ['QUARTO_PROJECT_OUTPUT_DIR']).rglob('*.html')}
    for path, text in pages.items():
        anchors = set(re.findall(rf'href="{path.name}#([^"]+)"', ''.join(pages.values())))
        path.write_text(anchored(text, anchors), encoding='utf-8')
