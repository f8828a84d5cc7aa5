"Rules for JAX, right and wrong: function, arguments, and for each argument + (agrees), - (disagrees) or 0."
from functools import partial
import jax
import jax.numpy as jnp
import numpy as np

def drawn(seed, *shape): return np.random.default_rng(seed).normal(size=shape)

def with_vjp(f, forward, backward, **how):
    f = jax.custom_vjp(f, **how)
    f.defvjp(forward, backward)
    return f

def with_jvp(f, rule, **how):
    f = jax.custom_jvp(f, **how)
    f.defjvp(rule)
    return f

def layer_norm(x, scale, shift):
    h = x - x.mean(-1, keepdims=True)
    return h / jnp.sqrt((h**2).mean(-1, keepdims=True) + 1e-6) * scale + shift

def layer_norm_forward(x, scale, shift):
    h = x - x.mean(-1, keepdims=True)
    r = 1 / jnp.sqrt((h**2).mean(-1, keepdims=True) + 1e-6)
    return h * r * scale + shift, (h * r, r, scale)

def layer_norm_backward(saved, g):
    h, r, scale = saved
    q = g * scale
    gx = r * (q - q.mean(-1, keepdims=True) - h * (q * h).mean(-1, keepdims=True))
    return gx, (g * h).sum(0), g.sum(0)

def layer_norm_no_mean(saved, g):
    h, r, scale = saved
    q = g * scale
    return r * (q - h * (q * h).mean(-1, keepdims=True)), (g * h).sum(0), g.sum(0)

def layer_norm_swapped(saved, g):
    gx, scale, shift = layer_norm_backward(saved, g)
    return gx, shift, scale

def mlp(params, x): return jnp.tanh(x @ params['w'] + params['b'])

def mlp_forward(params, x):
    y = mlp(params, x)
    return y, (params, x, y)

def mlp_backward(saved, g):
    params, x, y = saved
    z = g * (1 - y**2)
    return {'w': x.T @ z, 'b': z.sum(0)}, z @ params['w'].T

def mlp_wrong_bias(saved, g):
    of_params, of_x = mlp_backward(saved, g)
    return {**of_params, 'b': of_params['b'] / len(g)}, of_x

def logsumexp_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = jax.scipy.special.logsumexp(x)
    return y, jnp.sum(jnp.exp(x - y) * t)

def logsumexp_jvp_unnormalised(primals, tangents):
    (x,), (t,) = primals, tangents
    return jax.scipy.special.logsumexp(x), jnp.sum(jnp.exp(x) * t)

def power(n, x): return x**n

def power_backward(n, x, g): return (n * x**(n - 1) * g,)

def power_backward_off(n, x, g): return (n * x**n * g,)

def two_values(x): return jnp.sum(x**2), jnp.sin(x)

def two_values_backward(x, g): return (2 * x * g[0] + jnp.cos(x) * g[1],)

def two_values_first_only(x, g): return (2 * x * g[0],)

def clipped_gradient(x, g): return (jnp.clip(g, -1, 1) * jnp.cos(x),)

def rounded(x): return jnp.round(4 * x) / 4

def recurrence(w, xs):
    def step(h, x): return jnp.tanh(w * h + x), None
    return jax.lax.scan(step, jnp.zeros_like(xs[0]), xs)[0]

def recurrence_forward(w, xs):
    def step(h, x):
        new = jnp.tanh(w * h + x)
        return new, (h, new)
    y, states = jax.lax.scan(step, jnp.zeros_like(xs[0]), xs)
    return y, (w, states)

def recurrence_backward(saved, g):
    w, states = saved
    def step(carry, state):
        g, of_w = carry
        h, new = state
        z = g * (1 - new**2)
        return (w * z, of_w + jnp.sum(z * h)), z
    (_, of_w), of_xs = jax.lax.scan(step, (g, jnp.zeros_like(w)), states, reverse=True)
    return of_w, of_xs

def recurrence_last_step(saved, g):
    w, (h, new) = saved
    z = g * (1 - new[-1]**2)
    return jnp.sum(z * h[-1]), jnp.zeros_like(new).at[-1].set(z)

def soft_sign(x): return x / (1 + jnp.abs(x))

def keep(x): return soft_sign(x), x

def soft_sign_backward(x, g): return (g / (1 + jnp.abs(x))**2,)

def soft_sign_wrong(x, g): return (g / (1 + jnp.abs(x)),)

def temperature(x, t): return jax.nn.softmax(x / t)

def temperature_forward(x, t):
    y = temperature(x, t)
    return y, (x, t, y)

def temperature_backward(saved, g):
    x, t, y = saved
    z = y * (g - (g * y).sum())
    return z / t, -jnp.sum(z * x) / t**2

def temperature_forgotten(saved, g):
    x, t, y = saved
    return y * (g - (g * y).sum()) / t, jnp.zeros_like(t)

norm = with_vjp(layer_norm, layer_norm_forward, layer_norm_backward)
norm_no_mean = with_vjp(layer_norm, layer_norm_forward, layer_norm_no_mean)
norm_swapped = with_vjp(layer_norm, layer_norm_forward, layer_norm_swapped)
sign_right, sign_wrong = with_vjp(soft_sign, keep, soft_sign_backward), with_vjp(soft_sign, keep, soft_sign_wrong)
lines = drawn(1, 4, 3), drawn(2, 3), drawn(3, 3)
params = {'w': drawn(4, 3, 2), 'b': drawn(5, 2)}

def of_model(x): return jnp.sum(sign_right(x @ jnp.ones((3, 3)))**2)

def of_wrong_model(x): return jnp.sum(sign_wrong(x @ jnp.ones((3, 3)))**2)

RULES = [
    (norm, lines, '+++'), (norm_no_mean, lines, '-++'), (norm_swapped, lines, '+--'),
    (jax.jit(norm), lines, '+++'), (jax.jit(norm_no_mean), lines, '-++'),
    (with_vjp(mlp, mlp_forward, mlp_backward), (params, drawn(6, 4, 3)), '++'),
    (with_vjp(mlp, mlp_forward, mlp_wrong_bias), (params, drawn(6, 4, 3)), '-+'),
    (with_jvp(lambda x: jax.scipy.special.logsumexp(x), logsumexp_jvp), (drawn(7, 5),), '+'),
    (with_jvp(lambda x: jax.scipy.special.logsumexp(x), logsumexp_jvp_unnormalised), (drawn(7, 5),), '-'),
    (with_vjp(power, lambda n, x: (x**n, x), power_backward, nondiff_argnums=(0,)), (3, drawn(8, 4)), '0+'),
    (with_vjp(power, lambda n, x: (x**n, x), power_backward_off, nondiff_argnums=(0,)), (3, drawn(8, 4)), '0-'),
    (with_vjp(two_values, lambda x: (two_values(x), x), two_values_backward), (drawn(9, 4),), '+'),
    (with_vjp(two_values, lambda x: (two_values(x), x), two_values_first_only), (drawn(9, 4),), '-'),
    (with_vjp(jnp.sin, lambda x: (jnp.sin(x), x), clipped_gradient), (drawn(10, 8),), '-'),
    (with_vjp(rounded, lambda x: (rounded(x), None), lambda _, g: (g,)), (drawn(11, 5),), '-'),
    (with_vjp(rounded, lambda x: (rounded(x), None), lambda _, g: (0 * g,)), (drawn(11, 5),), '+'),
    (with_vjp(recurrence, recurrence_forward, recurrence_backward), (np.asarray(0.7), drawn(12, 5, 2)), '++'),
    (with_vjp(recurrence, recurrence_forward, recurrence_last_step), (np.asarray(0.7), drawn(12, 5, 2)), '--'),
    (sign_right, (drawn(13, 6),), '+'), (sign_wrong, (drawn(13, 6),), '-'),
    (jax.vmap(sign_right), (drawn(13, 6, 2),), '+'), (jax.vmap(sign_wrong), (drawn(13, 6, 2),), '-'),
    (jax.jit(jax.vmap(sign_wrong)), (drawn(13, 6, 2),), '-'),
    (partial(jax.lax.map, sign_wrong), (drawn(13, 3, 2),), '-'),
    (with_vjp(temperature, temperature_forward, temperature_backward), (drawn(14, 5), 0.7), '++'),
    (with_vjp(temperature, temperature_forward, temperature_backward), (drawn(14, 5), np.asarray(0.7)), '++'),
    (with_vjp(temperature, temperature_forward, temperature_forgotten), (drawn(14, 5), np.asarray(0.7)), '+-'),
    (of_model, (drawn(15, 2, 3),), '+'), (of_wrong_model, (drawn(15, 2, 3),), '-'),
]
