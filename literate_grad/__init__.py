"Derivations that run: hand-written gradients, checked against automatic and numerical differentiation."
__version__ = "0.1.0"

from .gradients.compare import isapprox, isequal, ulps
from .gradients.autodiff import Draw, derivative, gradient, tanh, withgradient
from .gradients.layers import Chain, Dense, glorot_uniform

# What few programs need at once is loaded when it is first asked for.
_rooms = {
    'replay': 'session.record', 'check': 'checking.checks', 'assert_derivative': 'checking.checks',
    'power': 'checking.planting', 'derivation': 'derivations.formulas', 'check_rule': 'frameworks.rule_checks',
    'check_rules': 'frameworks.rule_checks', 'assert_rule': 'frameworks.rule_checks',
}
__all__ = [
    'isapprox', 'isequal', 'ulps', 'Draw', 'derivative', 'gradient', 'tanh', 'withgradient', 'Chain', 'Dense',
    'glorot_uniform', *_rooms,
]

def __getattr__(name):
    if name not in _rooms: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module
    value = globals()[name] = getattr(import_module(f'.{_rooms[name]}', __name__), name)
    return value

def __dir__(): return sorted({*globals(), *__all__})
