"""Before the pages are rendered: entries come in the order of the code, and the formulas in docstrings become
mathematics, each step with its verdict; a page says below its title how many steps it has and what came of them."""
import importlib, json, math, re, sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
try: from literate_grad import derivation
except ImportError: derivation = None # the Python that Quarto found is not ours: formulas stay as they were typed

ENTRY = re.compile(r'show_doc\((?:\w+\.)*(\w+)\)')
STATUS = re.compile(r'[✓✗?] (proved|holds|fails|unreadable)')
MARK = re.compile(r'(\\checkmark|\\boldsymbol\{\\times\}|(?<=\\quad) \?)') # behind a step, in its LaTeX
TOLD = {'proved': ('is proved', 'are proved'), 'holds': ('holds', 'hold'), 'fails': ('fails', 'fail'),
        'unreadable': ('cannot be read', 'cannot be read')}

def text(cell): return ''.join(cell['source'])

def marked(latex, statuses):
    "LaTeX with a word behind the mark of each step."
    statuses = iter(statuses)
    return MARK.sub(lambda match: f'{match[0]}\\ \\text{{\\small {next(statuses, "")}}}', latex)

def derived(data, counted):
    "The output of a derivation with a word behind each mark; all words are counted."
    statuses = STATUS.findall(''.join(data.get('text/plain', '')))
    latex = ''.join(data.get('text/markdown', ''))
    if r'\begin{aligned}' not in latex or not statuses: return
    counted.update(statuses)
    data['text/markdown'] = marked(latex, statuses)

def typeset(block, value, counted):
    "A docstring's paragraph of equations in LaTeX; one that cannot be read entirely as it was typed."
    typed = f'```\n{block}\n```'
    if derivation is None: return typed
    steps = derivation(value if callable(value) else block)
    latex, statuses = steps._repr_latex_(), [step.status for step in steps.steps]
    if not latex or 'unreadable' in statuses: return typed
    counted.update(statuses)
    return marked(latex, statuses)

def definition(cells, k):
    "Where the code of entry `k` is: the nearest cell that defines its name, and the place in it, if any."
    name = ENTRY.search(text(cells[k]))
    if not name: return None
    code = [(j, text(cell)) for j, cell in enumerate(cells) if 'Exported source' in text(cell)]
    where = {j: re.search(rf'^(?:def|class) {name[1]}\b', source, re.M) for j, source in code}
    found = [(abs(j - k), j, place.start()) for j, place in where.items() if place]
    return min(found)[1:] if found else None

def shown(entry, with_code, value, counted):
    """An entry with its formulas typeset, and without its signature where the code itself follows;
    a class has an anchor that no function has."""
    entry = re.sub(r'^\*?Call self as a function\.\*?$\n?', '', entry, flags=re.M) # said where there is no docstring
    entry = re.sub(r'^### ([A-Z]\w+)$', lambda match: f'{match[0]} {{#class-{match[1].lower()}}}', entry, flags=re.M)
    blocks = [block for block in entry.split('\n\n') if not (with_code and block.startswith('```python'))]
    return '\n\n'.join(typeset(block, value, counted) if re.match(r'\w+ = ', block) else block for block in blocks)

def headed(source, names):
    "Prose whose headings leave the anchors of entries to them."
    def moved(match):
        word = match[1].strip().lower()
        return f'{match[0]} {{#about-{word}}}' if word in names else match[0]
    return re.sub(r'^##+ (\w+)$', moved, source, flags=re.M)

def folded(source, folder):
    "Exported code: folded where all of it is private, and on the pages about tools, which are read for their use."
    names = re.findall(r'^(?:def |class |)(\w+)\b(?=[(:]| =)', source, re.M)
    private = names and all(name.startswith('_') for name in names)
    if private or folder == 'tools': source = source.replace('code-fold: show', 'code-fold: true')
    return source.replace('"Exported source"', '"Source"')

def told(counted, top):
    "How many steps a page has and what came of them, as a link to what these words mean."
    if not counted: return ''
    parts = [f'{counted[status]} {words[counted[status] > 1]}' for status, words in TOLD.items() if counted[status]]
    steps = 'step of a derivation' if counted.total() == 1 else 'steps of derivations'
    return f'[{counted.total()} {steps} on this page: {", ".join(parts)}.]({top}guide/words.ipynb#steps){{.steps-told}}'

def module_of(path):
    "The module that a page documents, if any."
    name = f'literate_grad.{path.parent.name}.{path.stem}'
    try: return importlib.import_module(name)
    except ImportError: return None

def page(notebook, path):
    "A notebook whose entries stand before the code that they speak of, in its order, with its formulas typeset."
    cells, module, counted = notebook['cells'], module_of(path), Counter()
    places = {k: definition(cells, k) for k in range(len(cells))}
    names = {found[1].lower() for found in map(ENTRY.search, map(text, cells)) if found}
    for k, cell in enumerate(cells):
        found = ENTRY.search(text(cell))
        for data in (output['data'] for output in cell.get('outputs', []) if 'text/markdown' in output.get('data', {})):
            if not found: derived(data, counted)
            else: data['text/markdown'] = shown(''.join(data['text/markdown']), places[k],
                                                getattr(module, found[1], None), counted)
        if cell['cell_type'] == 'markdown': cell['source'] = headed(text(cell), names)
    for cell in cells: cell['source'] = folded(text(cell), path.parent.name).splitlines(True)
    ordered = [cells[k] for k in sorted(places, key=lambda k: places[k] or (k, math.inf))]
    line = told(counted, '../' * (len(path.parts) - 1))
    badge = [{'cell_type': 'markdown', 'id': 'steps', 'metadata': {}, 'source': [line]}] if line else []
    return {**notebook, 'cells': [*ordered[:1], *badge, *ordered[1:]]} # behind the title

if __name__ == '__main__':
    for path in Path().rglob('*.ipynb'):
        notebook = page(json.loads(path.read_text(encoding='utf-8')), path)
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding='utf-8')
