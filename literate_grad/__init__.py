"Derivations that run: hand-written gradients, checked against automatic and numerical differentiation."
__version__ = "0.1.0"

from .compare import isapprox, isequal, ulps
from .autodiff import derivative, gradient, tanh, withgradient
from .layers import Chain, Dense, glorot_uniform
from .record import replay
from .checking import assert_derivative, check
from .planting import power
