"Derivations with vectors, matrices and indices, each step with what a careful reader would say of it."
import json
from pathlib import Path
import numpy as np
import pytest
from literate_grad import derivation
from verdicts import letters

entries = json.loads(Path(__file__).with_name('matrices.json').read_text(encoding='utf-8'))

def given(entry):
    "An array for each symbol; letters of dimensions become lengths, all different."
    lengths = dict(zip(sorted({d for shape in entry['shapes'].values() for d in shape if isinstance(d, str)}),
                       (4, 3, 5, 6, 7, 2)))
    return {key: np.ones([lengths.get(d, d) for d in shape]) for key, shape in entry['shapes'].items()}

def said(entry, at=None):
    "Pairs of what is expected of a step and what was said; conditions that give no step are left out."
    expected = entry['expect']
    steps = derivation(entry['text'], at=at).steps
    if len(steps) != len(expected): expected = [letter for letter in expected if letter != 'u']
    assert len(steps) == len(expected)
    return [(letter, letters[step.status]) for letter, step in zip(expected, steps)]

@pytest.mark.parametrize('entry', entries, ids=[entry['id'] for entry in entries])
def test_with_shapes_every_step_is_as_expected(entry):
    assert all(found in letter for letter, found in said(entry, given(entry)))

@pytest.mark.parametrize('entry', entries, ids=[entry['id'] for entry in entries])
def test_without_shapes_no_step_is_called_what_it_is_not(entry):
    assert all(found in letter + 'u' for letter, found in said(entry))
