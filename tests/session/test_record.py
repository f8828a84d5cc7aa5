"The record as data is what the session pages show, and the replay notices what differs."
import ast, json, re, subprocess, sys
from pathlib import Path
import numpy as np
import pytest
from literate_grad import isequal, replay
from literate_grad.session import record
from literate_grad.tools.cli import main
from literate_grad.session.record import Replay, Row, compared

nbs = Path(__file__).resolve().parents[2]/'nbs'
cell = re.compile(r'\*\*In \[(\d+)\]\*\*\n+```julia\n(.*?)\n```\n(?:\n```\n(.*?)\n```\n)?', re.S)
shown = {int(n): (source, output) for page in ('session/neuron', 'session/flux_neuron')
         for n, source, output in cell.findall('\n'.join(''.join(c['source']) for c in json.loads((nbs/f'{page}.ipynb').read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'markdown'))}

def test_the_pages_show_28_cells_in_order():
    assert list(shown) == [*range(280, 296), *range(349, 358), *range(363, 366)]

def test_each_cell_asks_what_the_replay_says():
    assert [row.cell for row in replay()] == list(shown)
    for row in replay(): assert row.asked in shown[row.cell][0]

@pytest.mark.parametrize('number', list(shown))
def test_the_data_is_what_the_page_shows(number):
    output, data = shown[number][1].strip(), record.recorded.get(number)
    if not output: assert data is None
    elif isinstance(data, bool): assert output == str(data).lower()
    elif isinstance(data, str): assert output.split() == data.split()
    elif output[0] in '([' or output[0].isdigit() and '\n' not in output: assert isequal(data, tuple(map(np.array, ast.literal_eval(output))) if output[0] == '(' else float(output))
    else:
        numbers = np.array([float(n) for n in output.split('\n', 1)[1].replace('…', ' ').split()], np.float32 if number == 350 else float)
        assert isequal(np.concatenate(np.atleast_2d(data) if number != 350 else data), numbers)

def test_what_differs_is_said():
    assert compared(False, True) == compared(1.0, 1.1) == compared('Chain(', 'Dense(') == 'differs'
    bad = Replay([Row(284, 'y', 1.0, 2.0, 'differs')])
    assert not bad and 'some differ' in repr(bad)

def test_the_table_fits_80_columns(): assert max(map(len, repr(replay()).splitlines())) <= 80

def test_exit_status(monkeypatch, capsys):
    assert main([]) == 0 and main(['replay']) == 0
    monkeypatch.setitem(record.recorded, 292, True)
    assert main([]) == 1 and '292' in capsys.readouterr().out

def test_module_is_the_command():
    run = lambda *words: subprocess.run([sys.executable, '-m', 'literate_grad', *words], capture_output=True, text=True)
    assert run().returncode == 0 and 'of 17 recorded outputs' in run('replay').stdout
    assert run('relpay').returncode == 2
