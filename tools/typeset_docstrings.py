"Before the pages are rendered: the formulas in docstrings become mathematics, where Markdown would take their asterisks for emphasis."
import json, re, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
try:
    from literate_grad.formulas import _latex
    from literate_grad.docstrings import equations
except ImportError: equations = lambda text: [] # the Python that Quarto found is not ours: formulas stay as they were typed

def typeset(block):
    "A paragraph of equations in LaTeX; one that cannot be read entirely as it was typed."
    sides = [(equation.left.tree if k == 0 else None, side) for equation in equations(block) for k, side in enumerate(equation.rights)]
    if len(sides) != len(re.findall('(?<![<>])=', block)) or any(side.problem or side.guard for _, side in sides): return f'```\n{block}\n```'
    rows = [f"{_latex(left) if left else ''} &= {_latex(side.tree)}" for left, side in sides]
    return '$$\\begin{aligned}\n' + ' \\\\\n'.join(rows) + '\n\\end{aligned}$$'

def page(notebook):
    "A notebook, with what `show_doc` gives typeset."
    for cell in notebook['cells']:
        if 'show_doc(' not in ''.join(cell['source']): continue
        for data in (output['data'] for output in cell.get('outputs', []) if 'text/markdown' in output.get('data', {})):
            blocks = ''.join(data['text/markdown']).split('\n\n')
            data['text/markdown'] = '\n\n'.join(typeset(block) if re.match(r'\w+ = ', block) else block for block in blocks).splitlines(True)
    return notebook

if __name__ == '__main__':
    for path in Path().glob('*.ipynb'):
        path.write_text(json.dumps(page(json.loads(path.read_text(encoding='utf-8'))), ensure_ascii=False, indent=1), encoding='utf-8')
