"The table on top of the page on mistakes says what the outputs below it say. Run as a script, this writes the table."
import json, re
from pathlib import Path

page = Path(__file__).resolve().parents[2]/'nbs/guide/mistakes.ipynb'
HEAD = '| the mistake | `check` says | cause | on record |\n| --- | --- | --- | --- |\n'

def stories():
    "For each heading of the third level: the heading, the text below it, and all outputs."
    found = []
    for cell in json.loads(page.read_text(encoding='utf-8'))['cells']:
        source = ''.join(cell['source'])
        if source.startswith('### '): found.append([source.splitlines()[0][4:], source, ''])
        elif source.startswith('#'): found.append(None)
        if found and found[-1]:
            for o in cell.get('outputs', []):
                found[-1][2] += ''.join(o.get('text', '')) + ''.join(o.get('data', {}).get('text/markdown', ''))
    return [story for story in found if story]

def row(title, text, outputs):
    anchor = re.sub(r'[^\w -]', '', title.lower()).replace(' ', '-')
    status = re.search('disagrees|agrees|undecided', outputs)[0]
    cause = re.search(r'Cause: ([\w-]+)', outputs) if status != 'agrees' else None
    link = re.search(r'\[[^\]]+\]\(https://[^)]+\)', text)[0]
    return f'| [{title}](#{anchor}) | {status} | {cause[1] if cause else ""} | {link} |'

def table(): return HEAD + '\n'.join(row(*story) for story in stories())

def test_the_table_is_what_the_page_found():
    cells = [''.join(cell['source']) for cell in json.loads(page.read_text(encoding='utf-8'))['cells']]
    assert table() in cells

def test_the_accused_agree_and_the_others_do_not():
    statuses = [row(*story).split(' | ')[1] for story in stories()]
    assert len(statuses) >= 20 and statuses == sorted(statuses, key=['disagrees', 'undecided', 'agrees'].index)

if __name__ == '__main__':
    notebook = json.loads(page.read_text(encoding='utf-8'))
    for cell in notebook['cells']:
        if ''.join(cell['source']).startswith(HEAD[:15]): cell['source'] = table().splitlines(True)
    page.write_text(json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + '\n', encoding='utf-8')
