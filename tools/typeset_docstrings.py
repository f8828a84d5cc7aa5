"""Before the pages are rendered: entries come in the order of the code, and the formulas in docstrings become
mathematics, where Markdown would take their asterisks for emphasis."""
import json, math, re, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
try:
    from literate_grad.derivations.formulas import _latex
    from literate_grad.derivations.docstrings import equations
except ImportError: # the Python that Quarto found is not ours: formulas stay as they were typed
    def equations(text): return []

def typeset(block):
    "A paragraph of equations in LaTeX; one that cannot be read entirely as it was typed."
    sides = [(equation.left.tree if k == 0 else None, side)
             for equation in equations(block) for k, side in enumerate(equation.rights)]
    whole = len(sides) == len(re.findall('(?<![<>])=', block))
    if not whole or any(side.problem or side.guard for _, side in sides): return f'```\n{block}\n```'
    rows = [f"{_latex(left) if left else ''} &= {_latex(side.tree)}" for left, side in sides]
    return '$$\\begin{aligned}\n' + ' \\\\\n'.join(rows) + '\n\\end{aligned}$$'

entry = re.compile(r'show_doc\((?:\w+\.)*(\w+)\)')

def text(cell): return ''.join(cell['source'])

def definition(cells, k):
    "Where the code of entry `k` is: the nearest cell that defines its name, and the place in it, if any."
    name = entry.search(text(cells[k]))
    if not name: return None
    code = [(j, text(cell)) for j, cell in enumerate(cells) if 'Exported source' in text(cell)]
    where = {j: re.search(rf'^(?:def|class) {name[1]}\b', source, re.M) for j, source in code}
    found = [(abs(j - k), j, place.start()) for j, place in where.items() if place]
    return min(found)[1:] if found else None

def shown(entry, with_code):
    """An entry with its formulas typeset, and without its signature where the code itself follows;
    a class has an anchor that no function has."""
    entry = re.sub(r'^### ([A-Z]\w+)$', lambda match: f'{match[0]} {{#class-{match[1].lower()}}}', entry, flags=re.M)
    blocks = [block for block in entry.split('\n\n') if not (with_code and block.startswith('```python'))]
    return '\n\n'.join(typeset(block) if re.match(r'\w+ = ', block) else block for block in blocks)

def headed(source, names):
    "Prose whose headings leave the anchors of entries to them."
    def moved(match):
        word = match[1].strip().lower()
        return f'{match[0]} {{#about-{word}}}' if word in names else match[0]
    return re.sub(r'^##+ (\w+)$', moved, source, flags=re.M)

def page(notebook):
    "A notebook whose entries stand before the code that they speak of, in its order."
    cells = notebook['cells']
    places = {k: definition(cells, k) for k in range(len(cells))}
    for k, cell in enumerate(cells):
        data = [output.get('data', {}) for output in cell.get('outputs', []) if entry.search(text(cell))]
        for data in (each for each in data if 'text/markdown' in each):
            data['text/markdown'] = shown(''.join(data['text/markdown']), places[k])
    names = {found[1].lower() for found in map(entry.search, map(text, cells)) if found}
    for cell in cells:
        if cell['cell_type'] == 'markdown': cell['source'] = headed(text(cell), names)
    for cell in cells: cell['source'] = text(cell).replace('"Exported source"', '"Source"').splitlines(True)
    return {**notebook, 'cells': [cells[k] for k in sorted(places, key=lambda k: places[k] or (k, math.inf))]}

if __name__ == '__main__':
    for path in Path().rglob('*.ipynb'):
        notebook = page(json.loads(path.read_text(encoding='utf-8')))
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding='utf-8')
