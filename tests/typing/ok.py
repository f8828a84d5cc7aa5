"A typed program that uses the whole public interface: mypy --strict and pyright accept it (tests/test_typing.py)."
from concurrent.futures import ThreadPoolExecutor
from typing import Any
import numpy as np
from literate_grad import (
    Chain, Dense, assert_derivative, check, derivation, derivative, glorot_uniform, gradient, isapprox, isequal, power,
    replay, tanh, ulps, withgradient)

Array = np.ndarray[Any, np.dtype[np.float64]]

def loss(x: Array, w: Array) -> float: return float(np.sum(np.tanh(x * w)))

@derivative(of=loss, wrt='w', at=(np.ones(3), np.zeros(3)), rtol=1e-6)
def loss_dw(x: Array, w: Array) -> Array: return np.asarray(x * (1 - np.tanh(x * w)**2))

x: Array = np.array([0.5, -0.4])
w: Array = np.array([0.2, 0.7])

verdict = check(
    loss, loss_dw, x, w, wrt='w', form='derivative', kwargs=None, rtol=1e-6, atol=0.0, elsewhere=True, seed=1)
ok: bool = verdict.ok
status: str = verdict.status
reason: str = verdict.reason
cause: str | None = verdict.cause
evidence: tuple[Any, ...] = verdict.evidence
point: tuple[Any, ...] = verdict.point
wrong = verdict.wrong
if wrong is not None: how_many: int = int(wrong.sum())
detectable: float | None = verdict.detectable
seed: int = verdict.seed
evaluations: int = verdict.evaluations
first_wrong: str | None = verdict.first_wrong
for line in verdict.passes: print(line)
for row in verdict.witnesses: print(row.name, row.equal, row.approx, row.ulps, row.error, row.status)
for part in verdict: print(part.wrt, len(part), part[0].status)
verdict.plot()

with ThreadPoolExecutor(2) as pool:
    check(loss, loss_dw, x, w, wrt=('x', 'w'), executor=pool, exhaustive=True, along=np.eye(2))
check(loss, True, x, w)
assert_derivative(loss, loss_dw, x, w, wrt='w', seed=2)
print(bool(power(loss, loss_dw, x, w, wrt='w')))

text = derivation('y = tanh(x*w)\ndy/dw = x*(1 - tanh(x*w)^2)')
for step in text.steps: print(step.status, step.why)

value, grads = withgradient(loss, x, w)
print(gradient(loss, x, w)[0], value, grads, tanh(x), isequal(x, w), isapprox(x, w, rtol=1e-3, atol=0), ulps(x, w))
model = Chain(Dense(10, 3, tanh, bias=False), Dense(3, 1))
print(model(glorot_uniform(10, 2)), replay())
