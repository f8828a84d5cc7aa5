"The record as data is what the session pages show, and the replay notices what differs."
import ast, json, re, subprocess, sys
from pathlib import Path
import numpy as np
import pytest
from literate_grad import isequal, replay
from literate_grad.session import record
from literate_grad.session.flux_neuron import printed_alike
from literate_grad.session.neuron import plot_rounding
from literate_grad.tools.cli import main
from literate_grad.session.record import Replay, Row, compared

here = Path(__file__).parent
nbs = here.parents[1]/'nbs/session'

def session():
    "The recorded session: for each cell its number, its source and what it printed."
    parts = re.split(r'^In \[(\d+)\]:\n', (here/'session.txt').read_text(encoding='utf-8'), flags=re.M)[1:]
    for number, body in zip(parts[::2], parts[1::2]):
        source, _, output = body.rstrip('\n').partition('\n\n')
        yield int(number), source, output

def pairs(page):
    "For each pair of a session page: the cell's number, Julia's source and output, and Python's output."
    typed = re.compile(r'\*\*In \[(\d+)\]\*\*\n+```julia\n(.*?)\n```\n(?:\n```\n(.*?)\n```\n)?', re.S)
    pair = None
    for cell in json.loads((nbs/f'{page}.ipynb').read_text(encoding='utf-8'))['cells']:
        text = ''.join(cell['source'])
        if cell['cell_type'] == 'code' and pair:
            outputs = [''.join(output['data']['text/plain']) for output in cell['outputs'] if 'data' in output]
            pair = pair[:3] + (''.join(outputs),)
        elif cell['cell_type'] == 'markdown':
            if pair: yield pair
            found = typed.findall(text)
            pair = (int(found[0][0]), *found[0][1:], '') if found else None

shown = {number: rest for page in ('neuron', 'flux_neuron') for number, *rest in pairs(page)}
recorded_session = {number: rest for number, *rest in session()}
def numbers(text): return [*map(float, re.findall(r'-?\d+\.\d+', text))]

def test_the_pages_show_28_cells_in_order():
    assert list(shown) == list(recorded_session) and len(shown) == 28

@pytest.mark.parametrize('cell', list(recorded_session))
def test_the_page_shows_what_was_typed_and_printed(cell):
    assert shown[cell][:2] == recorded_session[cell]

@pytest.mark.parametrize('cell', [cell for cell, (_, output) in recorded_session.items() if output])
def test_python_prints_what_julia_printed(cell):
    julia, python = recorded_session[cell][1], shown[cell][2]
    if julia in ('true', 'false'): assert python.lower() == julia
    elif julia.startswith('Chain'): assert printed_alike(julia, python)
    elif cell == 350: assert numbers(julia) == numbers(python)[:4] + numbers(python)[-3:]
    else: assert numbers(julia) == numbers(python)

def test_each_cell_asks_what_the_replay_says():
    assert [row.cell for row in replay()] == list(recorded_session)
    for row in replay(): assert row.asked in recorded_session[row.cell][0]

def values(cell, output):
    "A printed output as data."
    if not output: return None
    if output in ('true', 'false'): return output == 'true'
    if output.startswith('Chain'): return output
    if output.startswith('(['): return tuple(map(np.array, ast.literal_eval(output)))
    if '\n' not in output: return float(output)
    return np.array(numbers(output), np.float32 if cell == 350 else float)

@pytest.mark.parametrize('cell', list(recorded_session))
def test_the_data_is_what_julia_printed(cell):
    printed, data = values(cell, recorded_session[cell][1]), record.recorded.get(cell)
    if cell == 350: data = np.concatenate(data)
    assert data == printed if isinstance(data, (bool, str, type(None))) else isequal(data, printed)

def test_the_picture_shows_every_entry():
    plt = pytest.importorskip('matplotlib.pyplot')
    by_hand, zygote = [line.get_xdata() for line in plot_rounding().lines if len(line.get_ydata()) == 10]
    plt.close('all')
    assert abs(zygote).max() < abs(by_hand).max() < 2

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
    def run(*words):
        return subprocess.run([sys.executable, '-m', 'literate_grad', *words], capture_output=True, text=True)
    assert run().returncode == 0 and 'of 17 recorded outputs' in run('replay').stdout
    assert run('relpay').returncode == 2
