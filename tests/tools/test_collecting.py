"Labels: every one is found once, where it stands, and checked as it says."
import functools, os, sys
from types import ModuleType
import autograd.numpy as np
import pytest
from literate_grad import Draw, derivative
from literate_grad.tools.collecting import check_labelled, failing_line, labelled, loaded, run_notebook, sample_points
from literate_grad.tools.targets import Source, sources
from fixtures import good, notebook, square, write

def cube(x): return np.sum(x**3)
def cube_slope(x): return 3 * x**2
def label(**options): return derivative(of=cube, **options)(functools.partial(cube_slope))

@pytest.fixture
def clean(monkeypatch):
    "The path and the modules stay as they were."
    monkeypatch.setattr(sys, 'path', sys.path[:])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before: del sys.modules[name]

LABELS = f'''{square}
import functools
from good import right
def scaled(k, x): return k * x
partial = derivative(of=square, at=at)(functools.partial(scaled, 3))
unnamed = derivative(of=square, at=at)(lambda x: 2 * x)
again = unnamed
label = derivative(of=square, at=at)

@label
@functools.wraps(np.sin)
def wrapped(x): return 2 * x

class A:
    @label
    @staticmethod
    def outside(x): return 3 * x
    @staticmethod
    @label
    def inside(x): return 2 * x
    @classmethod
    @label
    def of_class(cls, x): return 2 * x
    @label
    @classmethod
    def around_class(cls, x): return 2 * x
    class B:
        @label
        def method(self, x): return 2 * x
    twice = inside
A.B.above = A
'''

def test_every_label_is_found_once_and_where_it_stands(tmp_path, monkeypatch, clean):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, good=good, labels=LABELS)
    source, = sources('labels.py')
    found = labelled(loaded(source))
    names = 'partial unnamed wrapped A.outside A.inside A.of_class A.around_class A.B.method'
    assert [item.name for item in found] == [f'labels.{name}' for name in names.split()]
    lines = LABELS.splitlines()
    for item in found:
        word = {'partial': 'def scaled', 'unnamed': 'lambda'}.get(item.name.removeprefix('labels.'), '@')
        assert item.file == 'labels.py' and word in ''.join(lines[item.line - 1]), item
    statuses = [check_labelled(item.df).status for item in found[:-1]]
    assert statuses == ['disagrees', 'agrees', 'agrees', 'disagrees', 'agrees', 'agrees', 'agrees']
    with pytest.raises(TypeError, match='method is a method, which needs an object for self'):
        check_labelled(found[-1].df)

def test_a_method_with_its_object(): # of a class in this file
    class Power:
        def value(self, x): return np.sum(x**2)
        @derivative(of=value, wrt='x', at=lambda: (Power(), np.array([1.0, 2.0])))
        def slope(self, x): return 2 * x
    assert check_labelled(Power.slope)

def test_tolerances_keywords_and_several_points():
    def f(x, a=1.0): return np.sum(a * x**2)
    def df(x, a=1.0): return 2 * a * x * (1 + 1e-4)
    x = np.array([1.0, 2.0]),
    assert not check_labelled(derivative(of=f, at=x)(functools.partial(df)))
    assert check_labelled(derivative(of=f, at=x, rtol=1e-3)(functools.partial(df)))
    assert check_labelled(derivative(of=f, at=x, atol=1e-2)(functools.partial(df)))
    def needs(x, *, a): return np.sum(a * x**2)
    def slope(x, *, a): return 2 * a * x
    assert check_labelled(derivative(of=needs, at=x, kwargs={'a': 3.0})(slope))
    assert check_labelled(derivative(of=cube, at=[x, (np.array([-1.0]),)])(cube_slope))

def test_the_worst_point_counts():
    @derivative(of=cube, at=[(1.0,), (2.0,), (1.0,)])
    def right_at_one(x): return 3 * x
    verdict = check_labelled(right_at_one)
    assert verdict.status == 'disagrees' and verdict.point == (2.0,)

@pytest.mark.parametrize('at, shapes', [((1.0,), [()]), (1.0, [()]), (np.ones(3), [(3,)]),
    ([(1.0,), (np.ones(2),)], [(), (2,)]), ([1.0, 2.0], [(2,)]),
    (lambda: (1.0,), [()]), (lambda rng: rng.normal(size=4), [(4,)]), (lambda rng: [(rng.normal(),)] * 2,
        [(), ()]), (Draw(3, times=2), [(3,), (3,)])])
def test_sample_points(at, shapes):
    points, again = sample_points(label(at=at)), sample_points(label(at=at))
    assert [np.shape(x) for x, in points] == shapes and all(np.array_equal(a, b) for (a,), (b,) in zip(points, again))

@pytest.mark.parametrize('at, words', [(None, 'has no sample arguments; label it with @derivative.of=cube'),
    (lambda: 1 / 0, 'has no sample arguments: <lambda> .*raised ZeroDivisionError: division by zero.$')])
def test_points_that_cannot_be_had(at, words):
    with pytest.raises(ValueError, match=words): sample_points(label(at=at))

def test_a_form_is_handed_on(monkeypatch):
    given = {}
    monkeypatch.setattr('literate_grad.tools.collecting.check', lambda *args,
        **options: given.update(options) or type('C', (), {'status': 'agrees'}))
    check_labelled(label(at=(1.0,), form='vjp', rtol=0.5))
    assert given == {'wrt': None, 'form': 'vjp', 'rtol': 0.5}

def test_a_notebook_runs_in_its_folder_and_in_its_own_namespace(tmp_path, monkeypatch, clean):
    monkeypatch.chdir(tmp_path)
    (tmp_path/'sub').mkdir()
    (tmp_path/'sub/data.txt').write_text('3')
    cells = ['%matplotlib inline\nimport os', "%%bash\nexit 1", '%%capture out\nfrom math import pi',
        '!ls\nn = int(open("data.txt").read())\nn?',
        'text = """\n%d\n!"""', 'display(n)', good]
    notebook(tmp_path/'sub/notes.ipynb', *cells)
    module = run_notebook('sub/notes.ipynb')
    item, = labelled(module)
    assert module.n == 3 < module.pi and module.text == '\n%d\n!' and os.getcwd() == str(tmp_path)
    assert item.name == 'notes.right' and item.file == 'sub/notes.ipynb:cell 6' and item.line == 6
    assert check_labelled(item.df)

def test_where_a_notebook_fails(tmp_path, monkeypatch, clean):
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path/'fails.ipynb', 'x = 1', 'y = 2\n1 / 0')
    notebook(tmp_path/'wrong.ipynb', 'x = 1', 'def f(:')
    for name, line in (('fails', 2), ('wrong', 1)):
        file = str(tmp_path/f'{name}.ipynb')
        with pytest.raises((ZeroDivisionError, SyntaxError)) as caught: run_notebook(file)
        assert failing_line(caught.value, file) == (f'{name}.ipynb:cell 1', line)

@pytest.mark.parametrize('text, line', [('x = 1\n1 / 0\n', 2), ('def f(:\n', 1),
    ('import os\n\nimport no_such_package\n', 3)])
def test_where_a_file_fails(tmp_path, monkeypatch, clean, text, line):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, fails=text)
    source, = sources('fails.py')
    with pytest.raises(Exception) as caught: loaded(source)
    assert failing_line(caught.value, source.file) == ('fails.py', line)

@pytest.mark.parametrize('name', ['inspect', 'numpy', 'v1.2', 'odd-name'])
def test_a_file_of_a_taken_or_odd_name(tmp_path, monkeypatch, clean, name):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, **{name: good})
    source, = sources(f'{name}.py')
    item, = labelled(loaded(source))
    assert item.name == (f'{name}.right' if name == 'odd-name' else f'{name}.py.right') and check_labelled(item.df)

def test_a_module_without_a_file():
    assert labelled(ModuleType('empty')) == [] and loaded(Source('time', None, os.getcwd())).__name__ == 'time'

@pytest.mark.parametrize('text', ['', '{}', 'no json', '{"worksheets": []}'])
def test_no_notebook(tmp_path, text):
    (tmp_path/'notes.ipynb').write_text(text)
    with pytest.raises(ValueError, match='expected a Jupyter notebook of format 4, but .*notes.ipynb is none'):
        run_notebook(str(tmp_path/'notes.ipynb'))

def test_things_that_do_not_like_to_be_asked(tmp_path, monkeypatch, clean):
    class Shy:
        def __getattribute__(self, name): raise RuntimeError(name)
        def __eq__(self, other): raise RuntimeError
    class Yes:
        def __getattr__(self, name): return self
    monkeypatch.chdir(tmp_path)
    write(tmp_path, odd=good)
    module = loaded(sources('odd.py')[0])
    vars(module).update(shy=Shy(), yes=Yes(), array=np.ones(3), none=None, own=module)
    assert [item.name for item in labelled(module)] == ['odd.right']
