"What a sentence calls a function, a value and an exception: always one line, whatever the thing does."
import functools, operator
import numpy as np
import pytest
from literate_grad.gradients.messages import docstring_of, in_markdown, name_of, raised, shown

class Loud(Exception):
    def __str__(self): raise RuntimeError
    __repr__ = __str__

class Callable:
    "A class."
    def __call__(self): "A call."

def f(): "A function."

@pytest.mark.parametrize('function, name', [(f, 'f'), (functools.partial(f), 'partial'), (Callable(), 'Callable'),
    (Callable, 'Callable'), (np.sin, 'sin'),
    (operator.itemgetter(1), 'itemgetter')])
def test_names(function, name): assert name_of(function) == name

def test_a_lambda_of_a_file_is_called_by_its_place():
    line = test_a_lambda_of_a_file_is_called_by_its_place.__code__.co_firstlineno + 2
    assert name_of(lambda x: x) == f'<lambda> (test_messages.py:{line})' and name_of(eval('lambda x: x')) == '<lambda>'

@pytest.mark.parametrize('function, text', [(f, 'A function.'), (Callable(), 'A call.'),
    (functools.partial(f), functools.partial.__call__.__doc__), (lambda: 0, '')])
def test_docstrings(function, text): assert docstring_of(function) == text

def test_a_docstring_of_its_own():
    own = functools.partial(f)
    own.__doc__ = 'Its own.'
    assert docstring_of(own) == 'Its own.'

@pytest.mark.parametrize('x', ['x' * 1000, 'two\nlines', np.ones((50, 50)), {'a': np.ones(1000)}, Loud(),
    range(10**9), [[1] * 100] * 100], ids=type)
def test_a_value_is_one_short_line(x): assert len(shown(x).splitlines()) == 1 and len(shown(x)) < 200

@pytest.mark.parametrize('error, text', [(ValueError('no'), 'ValueError: no'),
    (ValueError('a\nb'), 'ValueError: a'), (ValueError(), 'ValueError'), (ValueError('\n a'), 'ValueError: a'),
    (SystemExit(3), 'SystemExit: 3'), (Loud(), 'Loud: (it cannot say why: its own str raises)')])
def test_an_exception_is_one_line(error, text): assert raised(error) == text

@pytest.mark.parametrize('text, markdown', [('a*b', 'a\\*b'), ('`a*b`', '`a*b`'),
    ('a|b <i> $x$', 'a\\|b \\<i> \\$x\\$'), ('a_b ~ ^', 'a\\_b \\~ \\^'), ('lone `', 'lone \\`')])
def test_markdown_shows_what_stands_there(text, markdown): assert in_markdown(text) == markdown
