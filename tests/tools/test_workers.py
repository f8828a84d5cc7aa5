"Workers: whatever a module does, every question has an answer, and the answers do not depend on who gives them."
import os, time
import pytest
from literate_grad.tools.targets import sources
from literate_grad.tools.workers import Workers
from fixtures import bad, good, write

def asked(count, *questions):
    with Workers(count) as workers: return [results for results in workers.ask(questions)]

MISBEHAVE = {
    'exits': ('import os; os._exit(0)', 'the process ended with exit status 0 while exits was imported'),
    'crashes': ('import os, signal; os.kill(os.getpid(), signal.SIGKILL)',
        'the process ended by signal 9 while crashes was imported'),
    'stops': ('raise SystemExit(3)', 'SystemExit: 3'),
    'interrupts': ('raise KeyboardInterrupt', 'KeyboardInterrupt'),
    'recurses': ('def f(): f()\nf()', 'RecursionError: maximum recursion depth exceeded'),
    'mute': ('class E(Exception):\n    def __str__(self): raise E\nraise E',
        'E: (it cannot say why: its own str raises)'),
    'many_lines': ('raise ValueError("one\\ntwo")', 'ValueError: one'),
    'no_python': ('def f(:', 'SyntaxError: invalid syntax')}

@pytest.mark.skipif(os.name == 'nt', reason='signals of POSIX')
@pytest.mark.parametrize('name', MISBEHAVE)
def test_a_module_that_misbehaves_is_one_sentence(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    text, words = MISBEHAVE[name]
    write(tmp_path, **{name: text}, good=good)
    (source,), (other,) = sources(f'{name}.py'), sources('good.py')
    (error,), (found,), (verdict,) = asked(1, (source, ''), (other, ''), (other, 'good.right'))
    assert error.status == 'error' and words in error.report and len(error.report.splitlines()) == 1
    assert (found.status, verdict.status) == ('found', 'agrees')

@pytest.mark.parametrize('text', ['import sys; sys.stdout.close()', 'import os; os.close(1)',
    'print("x" * 100000, flush=True)', 'import sys; sys.stdin.close()',
    'import os; os.chdir("/")', 'import sys; sys.path.clear()', 'import sys; sys.stdout = None'])
def test_what_a_module_does_to_its_process_is_its_own_affair(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, odd=f'{text}\n{good}' if 'path' not in text else f'{good}\n{text}')
    source, = sources('odd.py')
    assert [results[0].status for results in asked(1, (source, ''), (source, 'odd.right'))] == ['found', 'agrees']

def test_a_derivative_that_ends_the_process(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, ends=good.replace('return 2 * x',
        '__import__("os")._exit(1)') + '@derivative(of=square, at=at)\ndef also(x): return 2 * x\n')
    source, = sources('ends.py')
    (first,), (second,) = asked(1, (source, 'ends.right'), (source, 'ends.also'))
    assert 'ended with exit status 1 while ends.right was checked' in first.report and second.status == 'agrees'

def test_answers_come_in_order_from_any_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    slopes = ''.join(f'@derivative(of=square, at=at)\ndef slope{k}(x): return {k} * x\n' for k in range(8))
    write(tmp_path, many=square_with(slopes))
    source, = sources('many.py')
    questions = [(source, ''), *[(source, f'many.slope{k}') for k in range(8)]]
    one, four = asked(1, *questions), asked(4, *questions)
    assert one == four and [r[0].status for r in one[1:]] == ['agrees' if k == 2 else 'disagrees' for k in range(8)]

def square_with(text): return good.replace('def right(x): return 2 * x', 'def right(x): return 2 * x\n' + text)

def test_two_folders_with_modules_of_one_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, a__same=good, b__same=bad, a__helper='x = "a"', b__helper='x = "b"',
        a__uses=good.replace('2 * x', '2 * x if helper.x == "a" else 0').replace('import a', 'import helper\nimport a'),
          b__uses=good.replace('2 * x', '2 * x if helper.x == "b" else 0').replace('import a',
              'import helper\nimport a'))
    found = [source for file in ('a/same.py', 'b/same.py', 'a/uses.py', 'b/uses.py') for source in sources(file)]
    names = 'same.right', 'same.wrong', 'uses.right', 'uses.right'
    assert [results[0].status for results in asked(1, *zip(found, names))] == ['agrees', 'disagrees', 'agrees',
        'agrees']

def test_addresses_are_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, address=good.replace('return 2 * x', 'raise ValueError(object())'))
    source, = sources('address.py')
    (result,), = asked(1, (source, 'address.right'))
    assert '<object object>' in result.report

def test_no_worker_is_left(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, hangs='import time; time.sleep(600) # derivative')
    source, = sources('hangs.py')
    with Workers(2) as workers:
        answers = workers.ask([(source, ''), (source, '')])
        while len(workers.processes) < 2: time.sleep(0.01)
    assert all(process.poll() is not None for process in workers.processes) and answers
