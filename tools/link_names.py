"After a page is rendered: names link to their page of this site, wherever it is served; NumPy's and autograd's names link to theirs."
import os, re
from pathlib import Path

numpy = 'https://numpy.org/doc/stable/reference/generated/numpy.{}.html'
autograd = 'https://github.com/HIPS/autograd/blob/master/docs/tutorial.md'
not_functions = {'e', 'pi', 'inf', 'nan', 'newaxis', 'random', 'linalg', 'testing'}
inside = r'<(?P<tag>a|pre|script|title)\b.*?</(?P=tag)>' # no links inside of these
name = r'<code>(?P<package>np|numpy|autograd)\.(?P<name>(?:linalg\.)?[a-z_]\w*)(?:\(\))?</code>'

def link(match):
    if match['tag'] or match['name'] in not_functions or re.search(r'\d$', match['name']): return match[0]
    url = autograd if match['package'] == 'autograd' else numpy.format(match['name'])
    return f'<a href="{url}">{match[0]}</a>'

if __name__ == '__main__':
    site = re.search('site-url: "(.*)"', Path('nbdev.yml').read_text(encoding='utf-8'))[1]
    for path in Path(os.environ['QUARTO_PROJECT_OUTPUT_DIR']).glob('*.html'):
        text = path.read_text(encoding='utf-8').replace(f'href="{site}/', 'href="')
        path.write_text(re.sub(f'{inside}|{name}', link, text, flags=re.DOTALL), encoding='utf-8')
