"Pictures: the same bytes in every process, well-formed, labelled, small, and nothing changed behind the caller's back."
import os, subprocess, sys, warnings
from xml.etree import ElementTree
import matplotlib
matplotlib.use('agg')
import matplotlib.pyplot as plt
import numpy as np
import pytest
from literate_grad.gradients.plots import plot_entries, plot_function, plot_remainders, plot_wrong, svg

x = np.linspace(-3, 3, 101)
big = np.random.default_rng(0).random((200, 300))
pictures = {
    'function': lambda: plot_function(x, np.tanh(x), 1 - np.tanh(x)**2, names=(r'$\tanh x$', 'a < b & "c"')),
    'gaps': lambda: plot_function(x, abs(x), np.where(abs(x) < .01, np.nan, np.sign(x))),
    'remainders': lambda: plot_remainders(10.0**-np.arange(9),
        {'hand': 10.0**-np.arange(9), 'exact': np.zeros(9), 'odd': [np.nan, np.inf] + [1] * 7}),
    'nothing': lambda: plot_remainders([.1, .01], {}),
    'entries': lambda: plot_entries(big + (big > .9), big, big > .9),
    'nonfinite': lambda: plot_entries([np.nan, np.inf, 1, 2], [1, 2, np.nan, 2], [True, True, True, False]),
    'number': lambda: plot_entries(1.0, 2.0, True),
    'wrong': lambda: plot_wrong(big > .99),
    'all axes': lambda: plot_wrong(big.reshape(20, 30, 100) > .999),
}

@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close('all')

@pytest.mark.parametrize('name', pictures)
def test_a_picture(name):
    settings = dict(matplotlib.rcParams)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        warnings.simplefilter('ignore', DeprecationWarning) # Matplotlib's own
        ax, again = pictures[name](), pictures[name]()
        text = svg(ax.figure)
    assert text == svg(again.figure)
    assert dict(matplotlib.rcParams) == settings
    assert len(text) < 40_000
    root = ElementTree.fromstring(text)
    assert root.get('role') == 'img' and root.get('aria-label') == ax.get_title()
    assert ax.get_xlabel() and ax.get_title()
    ids = [e.get('id') for e in root.iter() if e.get('id')]
    assert len(ids) == len(set(ids)) and not list(root.iter('{http://www.w3.org/2000/svg}style'))

def test_the_same_bytes_in_another_process():
    code = "import test_plots; print(test_plots.svg(test_plots.pictures['remainders']().figure), end='')"
    run = lambda seed: subprocess.run([sys.executable, '-c', code], cwd=os.path.dirname(__file__),
                                      env={**os.environ, 'PYTHONHASHSEED': seed}, capture_output=True,
                                      check=True).stdout
    assert run('1') == run('2')

def test_arguments_stay_as_they_are_and_given_axes_are_used():
    hand, wrong = np.ones(3), np.arange(3) == 1
    ax = plt.figure().add_subplot()
    assert plot_entries(hand, hand, wrong, ax=ax) is ax and plot_wrong(wrong, ax=plt.figure().add_subplot()) is not ax
    assert hand.tolist() == [1, 1, 1] and wrong.tolist() == [False, True, False]

def test_three_arrays_of_one_shape():
    with pytest.raises(ValueError, match='three arrays of one shape'): plot_entries(np.ones(3), np.ones((3, 1)),
        np.ones(3))
