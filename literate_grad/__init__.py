"Derivations that run: hand-written gradients, checked against automatic and numerical differentiation."
__version__ = "0.2.0"

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .gradients.autodiff import Draw, derivative, gradient, tanh, withgradient
from .gradients.compare import isapprox, isequal, ulps
from .gradients.layers import Chain, Dense, glorot_uniform

__all__ = ['isapprox', 'isequal', 'ulps', 'Draw', 'derivative', 'gradient', 'tanh', 'withgradient', 'Chain', 'Dense',
           'glorot_uniform', 'replay', 'check', 'assert_derivative', 'power', 'derivation', 'check_rule', 'check_rules',
           'assert_rule']

# What few programs need at once is loaded when it is first asked for; type checkers see it as it is.
_rooms = {
    'replay': 'session.record', 'check': 'checking.checks', 'assert_derivative': 'checking.checks',
    'power': 'checking.planting', 'derivation': 'derivations.steps', 'check_rule': 'frameworks.rule_checks',
    'check_rules': 'frameworks.rule_checks', 'assert_rule': 'frameworks.rule_checks',
}

if TYPE_CHECKING:
    from .checking.checks import assert_derivative, check
    from .checking.planting import power
    from .derivations.steps import derivation
    from .frameworks.rule_checks import assert_rule, check_rule, check_rules
    from .session.record import replay
else:
    def __getattr__(name: str) -> Any:
        if name not in _rooms: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
        value = globals()[name] = getattr(import_module(f'.{_rooms[name]}', __name__), name)
        return value

def __dir__() -> list[str]: return sorted({*globals(), *__all__})
