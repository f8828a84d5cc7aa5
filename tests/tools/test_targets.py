"From words to modules: every target of the documentation, in alphabetical order, without importing anything."
import os
import pytest
from literate_grad.tools.targets import chosen, is_excluded, sources
from fixtures import good, notebook, package, write

@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    package(tmp_path, 'pkg', 'pkg/sub')
    ends = 'import os; os._exit(3) # derivative' # whoever imports this, notices
    write(tmp_path, here=ends, pkg__b=ends, pkg__sub__c=ends, pkg____main__=ends, scripts__x=ends, scripts__plain='1/0',
          scripts__setup=ends, scripts__conftest=ends, build__y=ends, env__lib__z=ends)
    (tmp_path/'env/pyvenv.cfg').touch()
    notebook(tmp_path/'scripts/notes.ipynb', ends)
    notebook(tmp_path/'pkg/notes.ipynb', ends)
    return tmp_path

@pytest.mark.parametrize('target, names', [
    ('pkg', 'pkg pkg.b pkg.sub pkg.sub.c notes'), ('./pkg/', 'pkg pkg.b pkg.sub pkg.sub.c notes'), ('pkg.sub',
        'pkg.sub pkg.sub.c'),
    ('pkg/sub', 'pkg.sub pkg.sub.c'), ('pkg/sub/c.py', 'pkg.sub.c'), ('pkg.sub.c', 'pkg.sub.c'), ('here',
        'here'), ('here.py', 'here'),
    ('scripts', 'notes x'), ('scripts/notes.ipynb', 'notes'), ('.',
        'here pkg.b pkg.sub.c notes notes x'), ('json.decoder', 'json.decoder')])
def test_targets(here, target, names): assert sorted(s.name for s in sources(target)) == sorted(names.split())

@pytest.mark.parametrize('target, only', [('pkg.b.slope', 'slope'), ('pkg.b.A.slope', 'A.slope'),
    ('pkg/b.py::slope', 'slope'),
    ('pkg/b.py::A::slope', 'A.slope'), ('scripts/notes.ipynb::slope', 'slope')])
def test_one_derivative(here, target, only):
    source, = sources(target)
    assert source.only == only and source.name in ('pkg.b', 'notes')

@pytest.mark.parametrize('target, words',
    [('no/such.py', 'found no file no/such.py'), ('no_such', 'neither a file nor a module no_such'),
    ('no such', 'neither a file nor a module'), ('pkg/b.txt', 'found no file'), ('..a',
        'neither a file nor a module'), ('here::x', 'found no file here'),
    ('-', 'neither')])
def test_what_is_not_there(here, target, words):
    with pytest.raises((OSError, ValueError), match=words) as caught: sources(target)
    assert len(str(caught.value).splitlines()) == 1

def test_a_file_of_another_kind(here):
    (here/'notes.txt').touch()
    with pytest.raises(ValueError, match='expected a .py or .ipynb file, but got notes.txt'): sources('notes.txt')

def test_links_that_go_in_circles(here):
    os.symlink(here, here/'scripts/up', target_is_directory=True)
    assert len(sources('scripts')) == 2

@pytest.mark.parametrize('pattern, left',
    [('sub', 'pkg pkg.b notes'), ('pkg.s*', 'pkg pkg.b notes'), ('pkg/sub', 'pkg pkg.b notes'),
    ('pkg/sub/', 'pkg pkg.b notes'), ('*.ipynb', 'pkg pkg.b pkg.sub pkg.sub.c'), ('pkg.b',
        'pkg pkg.sub pkg.sub.c notes'), ('b.py', 'pkg pkg.sub pkg.sub.c notes'),
    ('nothing', 'pkg pkg.b pkg.sub pkg.sub.c notes'), ('pkg*', '')])
def test_excluding(here, pattern, left):
    assert [s.name for s in sources('pkg') if not is_excluded(s, [pattern])] == left.split()

@pytest.mark.parametrize('expression, answer',
    [('', True), ('mse', True), ('MSE', True), ('huber', False), ('not huber', True), ('mse and not losses', False),
    ('(huber or mse) and losses', True), ('losses.mse', True), ('mse-slope', False), ('not not mse', True)])
def test_choosing(expression, answer): assert chosen('pkg.losses.mse_slope', expression) is answer

@pytest.mark.parametrize('expression', ['a b', '(a', 'and', 'a or', '()', 'a (b)', 'not', 'a and and b'])
def test_expressions_that_say_nothing(expression):
    with pytest.raises(ValueError, match='expected words with and, or, not for -k, but got'): chosen('a', expression)

def test_an_expression_runs_nothing():
    with pytest.raises(ValueError): chosen('a', "__import__('os')._exit(1)")

def test_the_word_is_needed_only_in_folders_that_are_no_packages(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    package(tmp_path, 'p')
    write(tmp_path, p__plain='x = 1', plain='x = 1', labelled=good)
    assert [s.name for s in sources('p')] == ['p', 'p.plain'] and [s.name for s in sources('.')] == ['labelled']
