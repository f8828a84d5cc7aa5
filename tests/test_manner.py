"The manner of the code: what ruff does not see. The table of folders is the one in CONTRIBUTING.md."
import ast, re
from collections import Counter
from pathlib import Path
import pytest
from nbdev.doclinks import nbglob

root = Path(__file__).resolve().parent.parent
package = root/'literate_grad'
notebooks = sorted(path for path in (root/'nbs').rglob('*.ipynb') if '.ipynb_checkpoints' not in path.parts)

def table():
    "The rooms of each folder, in the order of CONTRIBUTING.md, where a room imports from those above it only."
    rows = re.findall(r'^\| `(\w+)/` \| (.+?) \|', (root/'CONTRIBUTING.md').read_text(encoding='utf-8'), flags=re.M)
    return {folder: re.findall(r'`(\w+)`', rooms) for folder, rooms in rows}

rooms = [f'{folder}.{room}' for folder, names in table().items() for room in names]
modules = [room for room in rooms if (package/f"{room.replace('.', '/')}.py").exists()]
every_module = pytest.mark.parametrize('room', modules)

def tree(room): return ast.parse((package/f"{room.replace('.', '/')}.py").read_text(encoding='utf-8'))

def imported(room):
    "The rooms that a room imports, in the bodies of functions, too."
    here = room.split('.')
    for node in ast.walk(tree(room)):
        if not isinstance(node, ast.ImportFrom): continue
        if node.level: start = here[:-node.level]
        elif (node.module or '').startswith('literate_grad'): start = []
        else: continue
        path = [*start, *(node.module or '').removeprefix('literate_grad').strip('.').split('.')]
        path = '.'.join(filter(None, path))
        yield from [path] if path in rooms else [f'{path}.{alias.name}' for alias in node.names]

def test_the_table_names_every_notebook():
    found = {f'{path.parent.name}.{path.stem}' for path in notebooks if path.name != 'index.ipynb'}
    assert sorted(found) == sorted(rooms), 'the table in CONTRIBUTING.md has a row for each folder, with its notebooks'

def test_nbdev_sees_every_notebook():
    assert len(nbglob()) == len(notebooks), (
        f'nbdev runs {len(nbglob())} of {len(notebooks)} notebooks here: it passes over folders whose name begins with '
        f'a dot or an underscore; clone into a folder with another name than {root}')

@every_module
def test_imports_run_down_the_table(room):
    assert not [other for other in imported(room) if other in rooms and rooms.index(other) >= rooms.index(room)]

def private_names(room):
    "The names with one underscore in front that a room defines."
    for node in tree(room).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node]
        names = [getattr(target, 'name', getattr(target, 'id', '')) for target in targets]
        yield from (name for name in names if re.match(r'_[a-zA-Z]', name))

def test_a_private_name_lives_in_one_room():
    counted = Counter(name for room in modules for name in set(private_names(room)))
    assert not [name for name, count in counted.items() if count > 1]

def inside(node, kind): return any(isinstance(below, kind) for below in ast.walk(node) if below is not node)

def is_switch(node):
    "Whether a dict with the keys True and False stands in place of a conditional."
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict)): return False
    return all(isinstance(key, ast.Constant) and isinstance(key.value, bool) for key in node.value.keys)

def nested(code):
    "The lines with a conditional expression inside of another, or with such a dict."
    return [node.lineno for node in ast.walk(code)
            if isinstance(node, ast.IfExp) and inside(node, ast.IfExp) or is_switch(node)]

@every_module
def test_no_conditional_stands_inside_a_conditional_expression(room):
    assert not nested(tree(room))
