"Docstrings, right and wrong, against what is expected of every step; and what a hostile text can do to the reader."
import pytest
from docstrings import cases
from literate_grad.formulas import derivation

letters = {'proved': 'r', 'holds': 'r', 'fails': 'w', 'unreadable': 'u'}

@pytest.mark.parametrize('source,text,expected', cases, ids=[source for source, *_ in cases])
def test_every_step_of_every_docstring(source, text, expected):
    assert ''.join(letters[step.status] for step in derivation(text).steps) == expected
