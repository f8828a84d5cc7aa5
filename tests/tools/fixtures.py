"Files to check: single ones, and a package as a maintainer has it."
import json, os, subprocess, sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
square = '''
import autograd.numpy as np
from literate_grad import derivative
def square(x): return np.sum(x**2)
at = np.array([0.3, 1.7]),
'''
good = square + '@derivative(of=square, at=at)\ndef right(x): return 2 * x\n'
bad = square + '@derivative(of=square, at=at)\ndef wrong(x): return x\n'

def write(folder, **files):
    "Files by name, with __ for a slash."
    for name, text in files.items():
        path = folder/f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')

def package(folder, *names):
    "Marks folders as packages."
    for name in names:
        (folder/name).mkdir(parents=True, exist_ok=True)
        (folder/name/'__init__.py').touch()

def notebook(path, *cells):
    "A notebook with these code cells."
    cells = [dict(cell_type='code', id=f'{k:08}', metadata={}, outputs=[], execution_count=None, source=text)
             for k, text in enumerate(cells)]
    path.write_text(json.dumps(dict(cells=cells, metadata={}, nbformat=4, nbformat_minor=5)), encoding='utf-8')

def start(folder, *words, script=(sys.executable, '-m', 'literate_grad', 'check'), environment={}, **options):
    "A command that runs in a folder."
    environment = {**os.environ, 'PYTHONPATH': str(root), 'PYTHONIOENCODING': 'utf-8', **environment}
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding='utf-8', errors='replace')
    return subprocess.Popen([*script, *words], cwd=folder, env=environment, **{**pipes, **options})

def run(folder, *words, **options):
    "What a command prints, and its exit status."
    process = start(folder, *words, **options)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)

HEAD = '''"Derivatives by hand."
import functools
import autograd.numpy as np
from literate_grad import Draw, derivative
from {package} import points
'''
ELEMENTWISE = '''
def {name}(x, a={a}):
    """{title}

    Parameters
    ----------
    x : ndarray
        Where.
    a : float
        Default: a = 1.

    Returns
    -------
    ndarray
        The value.
    """
    return {value}

@derivative(of={name}, wrt='x', at=points.vector)
def {name}_derivative(x, a={a}):
    """The slope of `{name}`.{formula}

    Parameters
    ----------
    x : ndarray
        Where.
    a : float
        With ``a = 1`` it is the usual one.

    Returns
    -------
    ndarray
        The slope, in the shape of `x`.
    """
    return {slope}
'''
KINDS = [('np.sin(a * x)', 'a * np.cos(a * x)', 'a*cos(a*x)', 'sin(a*x)'),
    ('np.exp(a * x)', 'a * np.exp(a * x)', 'a*exp(a*x)', 'exp(a*x)'),
         ('np.tanh(a * x)', 'a * (1 - np.tanh(a * x)**2)', 'a*(1 - tanh(a*x)^2)', 'tanh(a*x)'), ('a * x**3',
             '3 * a * x**2', '3*a*x^2', 'a*x^3')]

def elementwise(count, first=0, formulas=False):
    "Functions of each entry, with their derivatives and numpydoc docstrings."
    for k in range(first, first + count):
        value, slope, formula, text = KINDS[k % len(KINDS)]
        told = f' $y = {text}$, $dy/dx = {formula}$' if formulas else ''
        yield ELEMENTWISE.format(name=f'f{k}', title=f'Function {k}.', a=f'{1 + k / 10}', value=value, slope=slope,
            formula=told)

MODEL = '''
class Model{k}:
    "A model with one weight."
    def __init__(self, weight={weight}): self.weight = weight
    def value(self, x): return np.sum(np.tanh(self.weight * x))

    @derivative(of=value, wrt='x', at=lambda: (Model{k}(), *points.vector))
    def slope(self, x): return self.weight * (1 - np.tanh(self.weight * x)**2)

    @staticmethod
    @derivative(of=lambda x: np.sum(x**2), at=[points.vector, (np.array([5.0]),)])
    def static_slope(x): return 2 * x
'''
PARTIALS = '''
def scaled(k, x): return np.sum(k * x**2)
def scaled_slope(k, x): return 2 * k * x
'''
PARTIAL = '''
partial{k} = derivative(of=functools.partial(scaled, {k}.0),
    at=Draw(4, low=0.5, high=2))(functools.partial(scaled_slope, {k}.0))
'''
WRONG = '''
@derivative(of=f{k}, wrt='x', at=points.vector)
def broken{k}(x, a=1.0): return -np.ones_like(x) * 17
'''

def judged(folder, name='gradpack', formulas=False):
    "A package of 100 derivatives in six modules: 98 right, 2 wrong; one module misses an import; and a notebook."
    head = HEAD.format(package=name)
    package(folder, name)
    models = ''.join(MODEL.format(k=k, weight=f'{1 + k / 8}') for k in range(15))
    partials = PARTIALS + ''.join(PARTIAL.format(k=k) for k in range(1, 11))
    modules = dict(points='import autograd.numpy as np\nvector = np.array([0.3, -0.7, 1.1]),\n', models=head + models,
        partials=head + partials,
                   first=head + ''.join(elementwise(30, 0, formulas)), second=head + ''.join(elementwise(28, 30,
                       formulas)) + WRONG.format(k=30) + WRONG.format(k=31),
                   optional=head + 'import no_such_package\n' + ''.join(elementwise(5, 60)))
    write(folder/name, **modules)
    notebook(folder/name/'notes.ipynb', '%matplotlib inline\nfrom literate_grad import derivative', '%%bash\nfalse',
             'def cube(x): return x**3',
             '@derivative(of=cube, at=(2.0,))\ndef cube_slope(x): return 3 * x**2\ncube_slope?')
    return name
