"Each line below the import is a mistake that mypy and pyright find (tests/test_typing.py)."
from literate_grad import assert_derivative, check, power
check(abs, abs, 1.0, wtr='w')
check(abs, abs, 1.0, form='vpj')
check(abs, abs, 1.0).witneses
check(abs, abs, 1.0, tol=1e-6)
assert_derivative(abs, abs, 1.0, rotl=1e-6)
power(abs, abs, 1.0, sede=1)
