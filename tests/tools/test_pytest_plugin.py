"The plugin: the same derivatives under the same names as on the command line; nothing stops the collection."
import sys
from xml.etree import ElementTree
import pytest
from fixtures import bad, good, judged, notebook, run, square, write

def run_pytest(folder, *words, options=('--derivations', '-q', '-rA')):
    quick = '-p', 'no:cacheprovider', '-p', 'no:hypothesispytest' # whose import takes most of the time
    command = sys.executable, '-m', 'pytest', *quick, '--color=no', *options
    return run(folder, *words, script=command)

def test_it_finds_the_same(tmp_path):
    "Files whose name only begins like setup.py, files in another encoding, and labels in classes."
    indented = good.replace(square, '').replace('\n', '\n    ')
    write(tmp_path, setup_cost=good, conftest_like=f'{square}class A:\n    @staticmethod\n    {indented}',
        setup='raise SystemExit # derivative')
    (tmp_path/'latin.py').write_bytes(f'# -*- coding: latin-1 -*-\n# für\n{bad}'.encode('latin-1'))
    notebook(tmp_path/'notes.ipynb', '%matplotlib inline', good)
    result = run_pytest(tmp_path)
    assert result.returncode == 1 and '1 failed, 3 passed' in result.stdout, result.stdout
    for name in ('setup_cost.py::right', 'conftest_like.py::A.right', 'notes.ipynb::right'):
        assert f'PASSED {name}\n' in result.stdout
    assert 'FAILED latin.py::wrong' in result.stdout and 'latin.py:8  wrong\nsquare: dy/dx disagrees' in result.stdout

BROKEN = {'ends': ('raise SystemExit(3)', 'SystemExit: 3'),
    'missing': ('import no_such_package', "ModuleNotFoundError: No module named 'no_such_package'"),
          'no_python': ('def f(:', 'SyntaxError: invalid syntax'), 'fails': ('1/0',
              'ZeroDivisionError: division by zero'),
          'mute': ('class E(Exception):\n    def __str__(self): raise E\nraise E', 'E: (it cannot say why')}

def test_a_broken_module_does_not_stop_the_others(tmp_path):
    write(tmp_path, good=good, skipped='import pytest; pytest.importorskip("no_such_package") # derivative',
          **{name: f'{text} # derivative' for name, (text, _) in BROKEN.items()})
    notebook(tmp_path/'notes.ipynb', '1/0 # derivative')
    result = run_pytest(tmp_path)
    assert result.returncode == 1 and f'1 passed, 1 skipped, {len(BROKEN) + 1} errors' in result.stdout, result.stdout
    for name, (_, reason) in BROKEN.items():
        assert f'ERROR {name}.py::import' in result.stdout and f'{name}.py  import\n{reason}' in result.stdout
    assert 'Traceback' not in result.stdout and '_pytest' not in result.stdout and len(result.stdout.splitlines()) < 60

def test_a_label_that_cannot_be_checked_is_one_sentence(tmp_path):
    write(tmp_path, few=square + '@derivative(of=square)\ndef nowhere(x): return 2 * x\n',
        raises=good.replace('2 * x', '{}["missing"]'))
    result = run_pytest(tmp_path)
    assert '2 failed' in result.stdout and 'Traceback' not in result.stdout
    assert len(result.stdout.splitlines()) < 20, result.stdout
    assert 'few.py:6  nowhere\nValueError: nowhere has no sample arguments; label it with @derivative' in result.stdout

def test_undecided_verdicts_and_unread_formulas(tmp_path):
    write(tmp_path, unread=good.replace(' return', '\n    r"$dy/dx = 2 x \\frac{1$"\n    return'),
          hidden='import autograd.numpy as np\nfrom literate_grad import derivative\ndef cube(x): return np.sum(x**3)\n'
          '@derivative(of=cube, at=(np.array([0.0, 0.0]),))\ndef zero(x): return 0 * x\n')
    result = run_pytest(tmp_path)
    assert result.returncode == 0 and '1 passed, 1 skipped' in result.stdout
    assert 'undecided: At the given point' in result.stdout
    assert '2 failed' in run_pytest(tmp_path, '--derivations-strict').stdout

def test_options_in_the_ini_file(tmp_path):
    write(tmp_path, good=good)
    write(tmp_path, test_x='import sys\ndef test_x(): assert "literate_grad.tools.collecting" not in sys.modules\n')
    assert '1 passed' in run_pytest(tmp_path, options=('-q',)).stdout # the test alone
    (tmp_path/'pytest.ini').write_text('[pytest]\nderivations = true\nderivations_strict = true\n')
    assert '1 passed' in run_pytest(tmp_path, 'good.py', options=('-q',)).stdout

@pytest.mark.parametrize('words, passed', [(['a.py::right'], 1), (['a.py', 'notes.ipynb', '-k', 'right'], 2)])
def test_selection(tmp_path, words, passed):
    write(tmp_path, a=good + '@derivative(of=square, at=at)\ndef other(x): return 2 * x\n', b=bad)
    notebook(tmp_path/'notes.ipynb', good)
    assert f'{passed} passed' in run_pytest(tmp_path, *words).stdout

def test_a_whole_package_and_its_junit(tmp_path):
    judged(tmp_path)
    result = run_pytest(tmp_path, 'gradpack', '--junitxml', 'j.xml')
    assert result.returncode == 1 and '2 failed, 99 passed, 1 error' in result.stdout, result.stdout[-500:]
    suite = ElementTree.parse(tmp_path/'j.xml').getroot()[0]
    assert [suite.get(k) for k in ('tests', 'failures', 'errors')] == ['102', '2', '1']
