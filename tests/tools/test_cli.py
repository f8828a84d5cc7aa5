"The command line and the plugin, as a user meets them: every label is found, every file is imported as Python does it, nothing ends in a traceback."
import os, subprocess, sys
from pathlib import Path
from xml.etree import ElementTree as tree
import pytest
from literate_grad.tools.cli import Item, _write_junit

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

def run(folder, *words, script=(sys.executable, '-m', 'literate_grad', 'check'), **environment):
    environment = {**os.environ, 'PYTHONPATH': str(root), 'PYTHONIOENCODING': 'utf-8', **environment}
    return subprocess.run([*script, *words], cwd=folder, env=environment, capture_output=True, text=True, encoding='utf-8', errors='replace')

def package(folder, *names):
    "Marks folders as packages."
    for name in names:
        (folder/name).mkdir(parents=True, exist_ok=True)
        (folder/name/'__init__.py').touch()

@pytest.mark.parametrize('text, reason', [('import sys; sys.exit(0)', 'SystemExit: 0'), ('import pytest; pytest.importorskip("no_such")', 'Skipped: could not import'), ('1/0', 'ZeroDivisionError')])
def test_a_file_that_cannot_be_imported_is_an_error(tmp_path, text, reason):
    write(tmp_path, ends=text, bad=bad)
    result = run(tmp_path, 'ends.py', 'bad.py')
    assert result.returncode == 2 and not result.stderr
    assert 'ends.py  error\nbad.wrong  disagrees\n' in result.stdout and f'ends.py: {reason}' in result.stdout and '0 of 2 agree' in result.stdout

def test_a_derivative_that_ends_the_program_is_an_error(tmp_path):
    write(tmp_path, ends=good.replace('return 2 * x', 'raise SystemExit'), good=good)
    result = run(tmp_path, 'ends.py', 'good.py')
    assert result.returncode == 2 and 'ends.right  error\ngood.right  agrees' in result.stdout

def test_every_label_is_found_once(tmp_path):
    label = '@derivative(of=square, at=at)'
    write(tmp_path, good=good, labels=f'''{square}
import functools
from good import right
def scaled(k, x): return k * x
partial = derivative(of=square, at=at)(functools.partial(scaled, 3))
unnamed = derivative(of=square, at=at)(lambda x: 2 * x)
again = unnamed
{label}
@functools.wraps(np.sin)
def wrapped(x): return 2 * x
class A:
    {label}
    @staticmethod
    def outside(x): return 3 * x
    @staticmethod
    {label}
    def inside(x): return 2 * x
    @classmethod
    {label}
    def of_class(cls, x): return 2 * x
    class B:
        {label}
        def method(self, x): return 2 * x
A.B.above = A
''')
    result = run(tmp_path, 'labels.py')
    lines = result.stdout.split('\n\n')[0].splitlines()
    assert lines == ['labels.partial  disagrees', 'labels.unnamed  agrees', 'labels.wrapped  agrees', 'labels.A.outside  disagrees',
                     'labels.A.inside  agrees', 'labels.A.of_class  agrees', 'labels.A.B.method  error']
    assert result.returncode == 2 and 'is a method, which needs an object for self' in result.stdout

def test_a_method_with_its_object_is_checked(tmp_path):
    write(tmp_path, power=square + '''
class Power:
    def value(self, x): return np.sum(x**2)
    @derivative(of=value, wrt='x', at=lambda: (Power(), *at))
    def slope(self, x): return 2 * x
''')
    assert 'power.Power.slope  agrees' in run(tmp_path, 'power.py').stdout

@pytest.mark.parametrize('encoding', ['cp1252', 'ascii'])
def test_a_report_can_be_printed_everywhere(tmp_path, encoding):
    write(tmp_path, bad=bad)
    result = run(tmp_path, 'bad.py', PYTHONIOENCODING=encoding)
    assert result.returncode == 1 and '\\u2248' in result.stdout and not result.stderr

def test_one_bad_module_does_not_hide_a_package(tmp_path):
    package(tmp_path, 'some', 'some/ends')
    write(tmp_path, some__a=bad, some__b='import no_such_package', some__c=good, some__ends__d=good)
    (tmp_path/'some/ends/__init__.py').write_text('raise SystemExit')
    result = run(tmp_path, 'some')
    assert result.returncode == 2
    assert result.stdout.startswith('some.a.wrong  disagrees\nsome.b  error\nsome.c.right  agrees\nsome.ends  error\n')
    assert 'some.b: ModuleNotFoundError' in result.stdout

user = 'import numpy as np\nfrom literate_grad import derivative\n@derivative(of=square, at=np.ones(3))\ndef double(x): return 2 * x\n'
console = sys.executable, '-c', 'import sys; sys.path[0] = "no_such_folder"; from literate_grad.tools.cli import main; sys.exit(main(["check", *sys.argv[1:]]))'

@pytest.mark.parametrize('target, name', [('pkg/sub/b.py', 'pkg.sub.b.double'), ('pkg/sub', 'pkg.sub.b.double'), ('pkg.sub', 'pkg.sub.b.double'), ('pkg/sub/__init__.py', 'pkg.sub.b.double'),
    ('a folder/sib.py', 'sib.double'), ('a folder/odd-name.py', 'odd-name.right'), ('a folder/v1.2.py', 'a folder/v1.2.py.right'), ('here', 'here.right'), ('here.py', 'here.right')])
def test_files_are_imported_as_python_does_it(tmp_path, target, name):
    package(tmp_path, 'pkg', 'pkg/sub')
    write(tmp_path, here=good, pkg__base=square, pkg__sub__b='from ..base import square\n' + user)
    write(tmp_path/'a folder', good=good, sib='from good import square, right\n' + user, **{'odd-name': good, 'v1.2': good})
    result = run(tmp_path, target, script=console)
    assert result.returncode == 0 and f'{name}  agrees' in result.stdout and '1 of 1 agree' in result.stdout, result.stdout

@pytest.mark.parametrize('name', ['inspect', 're', 'numpy', 'time'])
def test_no_module_is_replaced(tmp_path, name):
    write(tmp_path, **{f'folder__{name}': good})
    result = run(tmp_path, f'folder/{name}.py', script=console)
    assert result.returncode == 0 and f'{name}.py.right  agrees' in result.stdout, result.stdout

def test_two_files_of_one_name(tmp_path):
    write(tmp_path, a__same=good, b__same=bad)
    assert run(tmp_path, 'a/same.py', 'b/same.py').stdout.startswith(f"same.right  agrees\n{tmp_path/'b/same.py'}.wrong  disagrees\n")

def test_the_path_stays_as_it_was(tmp_path):
    write(tmp_path, good=good)
    program = 'import sys; from literate_grad.tools.cli import main; before = sys.path[:]; main(["check", "good.py"]); assert sys.path == before'
    assert run(tmp_path, script=(sys.executable, '-c', program)).returncode == 0

def test_a_file_that_cannot_be_written(tmp_path):
    write(tmp_path, bad=bad)
    result = run(tmp_path, 'bad.py', '--junit', 'no/such/folder.xml')
    assert result.returncode == 2 and '0 of 1 agree' in result.stdout
    assert result.stderr.startswith('literate-grad: ') and len(result.stderr.splitlines()) == 1

@pytest.mark.skipif(os.name == 'nt', reason='needs a pipe of POSIX')
def test_nobody_reads_on(tmp_path):
    write(tmp_path, good=good)
    reads, writes = os.pipe()
    os.close(reads)
    result = subprocess.run([sys.executable, '-m', 'literate_grad', 'check', 'good.py'], cwd=tmp_path, env={**os.environ, 'PYTHONPATH': str(root)}, stdout=writes, stderr=subprocess.PIPE, text=True)
    os.close(writes)
    assert result.returncode == 2 and not result.stderr

def test_junit_is_well_formed(tmp_path):
    text = ''.join(map(chr, range(32))) + '\ud800\ufffe\x7fß≈\U0001d465 <&>"'
    _write_junit([Item('m.f', 'error', text, 0.0)], tmp_path/'junit.xml')
    [case] = tree.parse(tmp_path/'junit.xml').getroot()
    assert case.attrib['classname'] == 'm' and case[0].text.endswith('\ufffd\ufffd\x7fß≈\U0001d465 <&>"')

pytest_command = sys.executable, '-m', 'pytest', '--derivations', '-p', 'no:cacheprovider', '-q', '-rA', '--color=no'

def test_the_plugin_finds_the_same(tmp_path):
    "Files whose name only begins like setup.py, files in another encoding, and labels in classes."
    indented = good.replace(square, '').replace('\n', '\n    ')
    write(tmp_path, setup_cost=good, conftest_like=f'{square}class A:\n    @staticmethod\n    {indented}', setup='raise SystemExit # derivative')
    (tmp_path/'latin.py').write_bytes(f'# -*- coding: latin-1 -*-\n# für\n{bad}'.encode('latin-1'))
    result = run(tmp_path, script=pytest_command)
    assert result.returncode == 1 and '1 failed, 2 passed' in result.stdout, result.stdout
    assert all(f'{name}\n' in result.stdout for name in ('PASSED setup_cost.py::right', 'PASSED conftest_like.py::A.right')) and 'latin.py::wrong' in result.stdout

def test_the_plugin_names_a_file_that_ends_the_program(tmp_path):
    write(tmp_path, ends='raise SystemExit(3) # derivative', good=good)
    result = run(tmp_path, '--continue-on-collection-errors', script=pytest_command)
    assert 'SystemExit: 3' in result.stdout and 'ERROR ends.py' in result.stdout and '1 passed, 1 error' in result.stdout, result.stdout

def test_a_module_that_replaces_itself_is_an_error(tmp_path):
    write(tmp_path, replaced='import sys\nsys.modules[__name__] = object()\n', good=good)
    result = run(tmp_path, 'replaced', 'good')
    assert result.returncode == 2 and 'replaced  error\ngood.right  agrees' in result.stdout and not result.stderr
