"The command line: files are imported as Python does it, nothing ends in a traceback, two runs print the same."
import functools, json, os, re, signal, sys, time
from xml.etree import ElementTree
import pytest
from fixtures import bad, good, judged, package, root, run, square, start, write

def lines(result):
    "The names and the verdicts."
    return [row.split('  ', 1)[1] for row in result.stdout.split('\n\n')[0].splitlines()]

def last(result): return result.stdout.splitlines()[-1]

@pytest.mark.parametrize('text, reason', [('import sys; sys.exit(0)', 'SystemExit: 0'),
    ('1/0', 'ZeroDivisionError: division by zero'),
    ('import os; os._exit(0)', 'the process ended with exit status 0')])
def test_a_file_that_cannot_be_imported_is_an_error(tmp_path, text, reason):
    write(tmp_path, ends=text, bad=bad)
    result = run(tmp_path, 'ends.py', 'bad.py', '--junit', 'j.xml')
    assert result.returncode == 2 and not result.stderr
    assert lines(result) == ['ends  error', 'bad.wrong  disagrees'] and f'ends: {reason}' in result.stdout
    assert last(result) == '0 of 2 agree, 1 wrong, 1 not checked'
    assert [case.get('name') for case in ElementTree.parse(tmp_path/'j.xml').getroot()] == ['ends', 'wrong']

def test_a_derivative_that_ends_the_program_is_an_error(tmp_path):
    write(tmp_path, ends=good.replace('return 2 * x', 'raise SystemExit'), good=good)
    result = run(tmp_path, 'ends.py', 'good.py')
    assert result.returncode == 2 and lines(result) == ['ends.right  error', 'good.right  agrees']

def test_a_module_that_replaces_itself_is_an_error(tmp_path):
    write(tmp_path, replaced='import sys\nsys.modules[__name__] = object()\n', good=good)
    result = run(tmp_path, 'replaced', 'good')
    assert result.returncode == 2 and lines(result) == ['replaced  error', 'good.right  agrees'] and not result.stderr

@pytest.mark.parametrize('encoding', ['cp1252', 'ascii'])
def test_a_report_can_be_printed_everywhere(tmp_path, encoding):
    write(tmp_path, bad=bad)
    result = run(tmp_path, 'bad.py', environment={'PYTHONIOENCODING': encoding})
    assert result.returncode == 1 and '\\u2248' in result.stdout and not result.stderr

def test_one_bad_module_does_not_hide_a_package(tmp_path):
    package(tmp_path, 'some', 'some/ends')
    write(tmp_path, some__a=bad, some__b='import no_such_package', some__c=good)
    (tmp_path/'some/ends/__init__.py').write_text('raise SystemExit')
    result = run(tmp_path, 'some')
    assert result.returncode == 2
    assert lines(result) == ['some.a.wrong  disagrees', 'some.b  error', 'some.c.right  agrees', 'some.ends  error']
    assert 'some/b.py:1  some.b  error\nsome.b: ModuleNotFoundError: No module named' in result.stdout

user = ('import numpy as np\nfrom literate_grad import derivative\n'
        '@derivative(of=square, at=np.ones(3))\ndef double(x): return 2 * x\n')
console = sys.executable, '-c', ('import sys; sys.path[0] = "no_such_folder"\n'
                                 'from literate_grad.tools.cli import main\n'
                                 'sys.exit(main(["check", *sys.argv[1:]]))')

TARGETS = {'pkg/sub/b.py': 'pkg.sub.b.double', 'pkg/sub': 'pkg.sub.b.double', 'pkg.sub': 'pkg.sub.b.double',
    'pkg.sub.b.double': 'pkg.sub.b.double', 'pkg/sub/b.py::double': 'pkg.sub.b.double',
    'here': 'here.right', 'here.py': 'here.right',
    'here.right': 'here.right', 'a folder/sib.py': 'sib.double', 'a folder/odd-name.py': 'odd-name.right',
    'a folder/v1.2.py': 'a folder/v1.2.py.right', 'folder/inspect.py': 'folder/inspect.py.right',
    'folder/re.py': 'folder/re.py.right', 'folder/numpy.py': 'folder/numpy.py.right',
    'folder/time.py': 'folder/time.py.right'}

def test_files_are_imported_as_python_does_it(tmp_path):
    package(tmp_path, 'pkg', 'pkg/sub')
    write(tmp_path, here=good, pkg__base=square, pkg__sub__b='from ..base import square\n' + user)
    write(tmp_path/'a folder', good=good, sib='from good import square, right\n' + user,
        **{'odd-name': good, 'v1.2': good})
    write(tmp_path/'folder', **dict.fromkeys(('inspect', 're', 'numpy', 'time'), good))
    result = run(tmp_path, *TARGETS, script=console)
    assert result.returncode == 0 and lines(result) == [f'{name}  agrees' for name in TARGETS.values()], result.stdout

module = sys.executable, '-m', 'literate_grad', 'check' # Python itself, and NumPy, import more names from the folder

@pytest.mark.parametrize('script, names',
    [(console, 'xml json argparse subprocess queue threading html random typing re'), (module, 'xml json html')])
def test_files_with_names_of_the_standard_library(tmp_path, script, names):
    write(tmp_path, good=good, **dict.fromkeys(names.split(), 'raise RuntimeError("not the one of Python")'))
    result = run(tmp_path, 'good.py', '--junit', 'j.xml', '--json', 'j.json', script=script)
    assert result.returncode == 0 and not result.stderr
    assert ElementTree.parse(tmp_path/'j.xml').getroot().get('tests') == '1'

def test_two_files_of_one_name(tmp_path):
    write(tmp_path, a__same=good, b__same=bad)
    rows = run(tmp_path, 'a/same.py', 'b/same.py').stdout.splitlines()[:2]
    assert rows == ['a/same.py:6  same.right  agrees', 'b/same.py:6  same.wrong  disagrees']

def test_the_path_stays_as_it_was(tmp_path):
    write(tmp_path, good=good)
    program = ('import sys; from literate_grad.tools.cli import main; before = sys.path[:]\n'
               'main(["check", "good.py"]); assert sys.path == before and "good" not in sys.modules')
    assert run(tmp_path, script=(sys.executable, '-c', program)).returncode == 0

@pytest.mark.parametrize('option', ['--junit', '--json'])
def test_a_file_that_cannot_be_written(tmp_path, option):
    write(tmp_path, bad=bad)
    result = run(tmp_path, 'bad.py', option, 'no/such/folder.xml')
    assert result.returncode == 2 and '0 of 1 agree' in result.stdout
    assert result.stderr.startswith('literate-grad: ') and len(result.stderr.splitlines()) == 1

@pytest.mark.skipif(os.name == 'nt', reason='needs a pipe of POSIX')
def test_nobody_reads_on(tmp_path):
    write(tmp_path, good=good)
    reads, writes = os.pipe()
    os.close(reads)
    result = run(tmp_path, 'good.py', '--junit', 'j.xml', stdout=writes)
    os.close(writes)
    assert result.returncode == 2 and not result.stderr
    assert ElementTree.parse(tmp_path/'j.xml').getroot().get('errors') == '1'

@pytest.mark.skipif(os.name == 'nt', reason='needs a signal of POSIX')
def test_ctrl_c_ends_quietly_with_what_is_known(tmp_path):
    write(tmp_path, a=good, z=good.replace(' return 2 * x', '\n    open("begun", "w").close()\n    while True: pass\n'))
    heeds = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL) # what runs in the background ignores it
    process = start(tmp_path, 'a.py', 'z.py', '--junit', 'j.xml', start_new_session=True, preexec_fn=heeds)
    until = time.time() + 60
    while not (tmp_path/'begun').exists() and time.time() < until: time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 2 and not err
    assert 'a.right  agrees' in out and 'literate-grad was interrupted after 1 results.' in out
    assert '1 of 2 agree' in out
    assert [case.get('name') for case in ElementTree.parse(tmp_path/'j.xml').getroot()] == ['right', 'literate-grad']

def test_a_label_that_says_too_little_is_one_sentence(tmp_path):
    write(tmp_path, few=square + '@derivative(of=square)\ndef nowhere(x): return 2 * x\n',
        string=square + '@derivative(of="square", at=at)\ndef f(x): return x\n',
          bare=square + '@derivative(square)\ndef f(x): return x\n', raises=good.replace('2 * x', '{}["missing"]'))
    result = run(tmp_path, '.')
    assert result.returncode == 2 and not result.stderr and '0 of 4 agree, 4 not checked' == last(result)
    for words in ('nowhere has no sample arguments; label it with', "as of=, but got 'square'; write",
        'as of=, but got square as a positional'):
        assert words in result.stdout
    assert all(len(told.splitlines()) == 2 for told in result.stdout.split('\n\n')[1:-1])

@pytest.mark.parametrize('words, says', [
    (['no_such', 'no/such.py', 'good.py::nothing', 'empty.py'],
        ['neither a file nor a module no_such', 'found no file no/such.py',
        'there is no labelled derivative nothing; there is right.',
        'there is no labelled derivative; a label is written']),
    (['good.py', '-k', 'nothing'], ["no labelled derivative that fits -k 'nothing'"]),
    (['good.py', '--exclude', 'good*'], ['there is no labelled derivative'])])
def test_nothing_to_check_is_an_error(tmp_path, words, says):
    write(tmp_path, good=good, empty='')
    result = run(tmp_path, *words)
    assert result.returncode == 2 and not result.stderr and len(lines(result)) == len(says)
    assert all(told in result.stdout for told in says), result.stdout

@pytest.mark.parametrize('words, says', [(['good.py', '-k', 'a b'], 'expected words with and, or, not for -k'),
    (['good.py', '-j', '0'], 'expected a number of processes from 1 on, but got 0'),
    ([], 'required: TARGET'), (['good.py', '--nonsense'], 'unrecognized arguments')])
def test_misuse_is_a_sentence(tmp_path, words, says):
    write(tmp_path, good=good)
    result = run(tmp_path, *words)
    assert result.returncode == 2 and says in result.stderr and 'Traceback' not in result.stderr and not result.stdout

def test_a_module_that_may_be_missing(tmp_path):
    write(tmp_path, good=good, optional=f'import no_such_package\n{good}', wrong=f'1/0\n{good}')
    result = run(tmp_path, 'good.py', 'optional.py', '--ignore-import-errors')
    assert result.returncode == 0 and lines(result) == ['good.right  agrees', 'optional  ignored']
    assert last(result) == '1 of 1 agree, 1 ignored'
    assert run(tmp_path, 'wrong.py', '--ignore-import-errors').returncode == 2

def test_strict(tmp_path):
    write(tmp_path, unread=good.replace(' return', '\n    r"$dy/dx = 2 x \\frac{1$"\n    return'))
    plain, strict = run(tmp_path, 'unread.py'), run(tmp_path, 'unread.py', '--strict')
    assert (plain.returncode, strict.returncode) == (0, 1) and 'agrees  formula unreadable' in plain.stdout
    assert plain.stdout.count('unread.right') == 1 and strict.stdout.count('unread.right') == 2
    hidden = 'import autograd.numpy as np\nfrom literate_grad import derivative\ndef square(x): return np.sum(x**3)\n'
    write(tmp_path, hidden=hidden + '@derivative(of=square, at=(np.array([0.0, 0.0]),))\ndef zero(x): return 0 * x\n')
    plain, strict = run(tmp_path, 'hidden.py'), run(tmp_path, 'hidden.py', '--strict')
    assert lines(plain) == lines(strict) == ['hidden.zero  undecided']
    assert (plain.returncode, strict.returncode) == (0, 1)

def test_progress_on_a_terminal(tmp_path):
    pty = pytest.importorskip('pty')
    write(tmp_path, good=good)
    ours, theirs = pty.openpty()
    process = start(tmp_path, 'good.py', stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b''
    while True:
        try: shown += (part := os.read(ours, 1000))
        except OSError: break
        if not part: break
    os.close(ours)
    assert process.wait() == 0 and b'\r\x1b[Kchecking 1/1: good.right\r\x1b[Kgood.py:6  good.right  agrees' in shown

def test_version(tmp_path):
    import literate_grad
    assert run(tmp_path, '--version', script=(sys.executable, '-m',
        'literate_grad')).stdout == f'literate-grad {literate_grad.__version__}\n'

# --- what the guide recommends

GUIDE = json.loads((root/'nbs/tools/cli.ipynb').read_text(encoding='utf-8'))['cells']
TEXT = '\n'.join(''.join(cell['source']) for cell in GUIDE if cell['cell_type'] == 'markdown')

def test_the_workflow_of_the_guide(tmp_path):
    package(tmp_path, 'my_package')
    write(tmp_path, my_package__slopes=good)
    words = re.search(r'- run: literate-grad check (.*)', TEXT)[1].split()
    assert run(tmp_path, *words).returncode == 0
    assert ElementTree.parse(tmp_path/'derivations.xml').getroot().get('tests') == '1'

def test_the_hook_of_the_guide(tmp_path):
    "The hook calls the command with the words that the guide gives, or with its own."
    hook = dict(re.findall(r'^(?:- |  )(\w+): (.*)$', (root/'.pre-commit-hooks.yaml').read_text(), flags=re.M))
    assert f"- id: {hook['id']}\n" in TEXT and hook['entry'] == 'literate-grad check'
    assert hook['pass_filenames'] == 'false'
    package(tmp_path, 'my_package')
    write(tmp_path, my_package__slopes=bad)
    for given in (hook['args'], re.search(r'args: (.*)', TEXT)[1]):
        assert run(tmp_path, *given.strip('[]').split(', ')).returncode == 1

# --- the package of a maintainer

@pytest.fixture(scope='module')
def judged_package(tmp_path_factory):
    folder = tmp_path_factory.mktemp('judged')
    judged(folder)
    return folder

@pytest.fixture(scope='module')
def whole(judged_package): return run(judged_package, 'gradpack', '--junit', 'one.xml', '--json', 'one.json')

def test_the_package_has_what_it_should(judged_package, whole):
    assert whole.returncode == 2 and not whole.stderr
    # 100 in the modules, 1 in the notebook, and the module that cannot be imported
    assert last(whole) == '99 of 102 agree, 2 wrong, 1 not checked'
    wrong = [row for row in lines(whole) if not row.endswith('  agrees')]
    assert wrong == ['gradpack.optional  error', 'gradpack.second.broken30  disagrees',
        'gradpack.second.broken31  disagrees']
    for row in whole.stdout.split('\n\n')[0].splitlines():
        file, line = re.match(r'(.*?):(\d+)  ', row).groups()
        assert 'notes.ipynb' in row or int(line) <= len((judged_package/file).read_text().splitlines())

def test_every_report_is_headed_by_place_name_and_verdict(whole):
    heads = [told.splitlines()[0] for told in whole.stdout.split('\n\n')[1:-1]]
    assert len(heads) == 3
    assert all(re.match(r'gradpack/\w+\.py:\d+  gradpack\.\w+(\.\w+)?  (error|disagrees)$', head) for head in heads)

def test_the_files_hold_the_same(judged_package, whole):
    suite = ElementTree.parse(judged_package/'one.xml').getroot()
    read = json.loads((judged_package/'one.json').read_text())
    names = [row.split('  ')[0] for row in lines(whole)]
    cases = [f"{case.get('classname')}.{case.get('name')}" for case in suite]
    assert cases == names == [d['name'] for d in read['derivatives']]
    assert [suite.get(k) for k in ('tests', 'failures', 'errors', 'skipped')] == ['102', '2', '1', '0']
    assert read['exit_status'] == 2

@pytest.mark.parametrize('words', [[], ['-j', '4']], ids=str)
def test_two_runs_are_alike_to_the_byte(judged_package, whole, words):
    again = run(judged_package, 'gradpack', '--junit', 'two.xml', '--json', 'two.json', *words)
    assert again.stdout == whole.stdout
    for kind in ('xml', 'json'):
        assert (judged_package/f'one.{kind}').read_bytes() == (judged_package/f'two.{kind}').read_bytes()

@pytest.mark.parametrize('words, status, count', [
    (['gradpack.models.Model3', 'gradpack/models.py::Model3::slope', 'gradpack.models', 'gradpack/notes.ipynb', '-j',
        '2'], 0, 2 + 1 + 30 + 1),
    (['gradpack.second.broken30'], 1, 1), (['.', '-k', '(broken30 or Model3) and not optional'], 2, 1 + 2 + 1),
    (['gradpack', '--exclude', 'optional*', '--exclude', 'second.py'], 0, 71),
    (['gradpack', '--exclude', 'gradpack.second', '--ignore-import-errors'], 0, 72)])
def test_selections(judged_package, words, status, count):
    result = run(judged_package, *words)
    assert (result.returncode, len(lines(result)), result.stderr) == (status, count, ''), result.stdout

def test_a_notebook_of_this_project():
    pytest.importorskip('nbdev') # its last cell exports
    assert last(run(root, 'nbs/session/neuron.ipynb', environment={'IN_TEST': '1'})) == '2 of 2 agree'
