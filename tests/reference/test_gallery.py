"What the gallery shows: the formula of each derivative is that of its code, at kinks, too."
import inspect
import numpy as np
import pytest
from literate_grad import derivation
from literate_grad.library import activations, losses
from literate_grad.tools.collecting import labelled

KINKS = -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0 # where the activation functions of NNlib have theirs

def sample(df):
    at = df.__derivative__.at
    return at[0] if isinstance(at, list) else at

def arguments(df, *values):
    "The values by name, with the defaults of the others."
    bound = inspect.signature(df).bind(*values)
    bound.apply_defaults()
    return bound.arguments

@pytest.mark.parametrize('df', [found.df for found in labelled(activations)], ids=lambda df: df.__name__)
@pytest.mark.parametrize('x', KINKS)
def test_formulas_of_activations_are_their_code_at_kinks(df, x):
    values = arguments(df, np.array([x]))
    formula = derivation(df).evaluate(next(iter(values)), values)
    assert np.allclose(formula, df(*values.values()), rtol=1e-12, atol=1e-12)

@pytest.mark.parametrize('df', [found.df for found in labelled(losses)], ids=lambda df: df.__name__)
def test_formulas_of_losses_are_their_code_where_the_prediction_is_right(df):
    first, second, *rest = sample(df)
    values = arguments(df, np.array(second, float), second, *rest)
    name = next(iter(values))
    with np.errstate(all='ignore'): code, formula = df(*values.values()), derivation(df).evaluate(name, values)
    finite = np.isfinite(code) & np.isfinite(formula)
    assert np.allclose(code[finite], formula[finite], rtol=1e-9, atol=1e-12)
