import itertools, math, warnings
from collections import namedtuple
import numpy as np

Diagnosis = namedtuple('Diagnosis', 'wrong cause evidence')

# ---------- the pair
class Pair:
    def __init__(self, hand, reference, tolerance, wrt, arguments, hand_at=None, reference_at=None, others=None, calls=None):
        self.hand, self.reference = _numbers(hand), _numbers(reference)
        self.tolerance = np.broadcast_to(np.asarray(tolerance, float), self.reference.shape)
        self.wrt, self.all, self.others = wrt, dict(arguments), others
        self.arguments = {k: _numbers(v) for k, v in self.all.items() if _is_numeric(v)}
        self.functions, self.seen = {'hand': hand_at, 'reference': reference_at}, {}
        self.calls = calls or (24 if self.reference.size <= 10**4 else 6)
        self.same_shape = self.hand.shape == self.reference.shape
        if self.same_shape:
            with np.errstate(all='ignore'):
                self.error = self.hand - self.reference
                self.wrong = ~((abs(self.error) <= self.tolerance) | (self.hand == self.reference) | np.isnan(self.reference))
            scale = np.max(abs(self.reference), initial=0, where=np.isfinite(self.reference))
            self.precision = max(float(np.max(self.tolerance, initial=0)) / scale if scale else 1.0, 1e-13)

    def explains(self, guess, tolerance=None):
        "Whether `guess` is `hand`, entry by entry, within the noise of the reference."
        tolerance = self.tolerance if tolerance is None else tolerance
        with np.errstate(all='ignore'):
            return guess.shape == self.hand.shape and bool(np.all(abs(self.hand - guess) <= 3 * tolerance + 1e-14 * abs(self.hand)))

    def at(self, who, **changes):
        "`hand` or `reference` where some arguments have other values; None where that cannot be had."
        key = who, *((k, v.tobytes()) for k, v in changes.items())
        if key in self.seen: return self.seen[key]
        if self.functions[who] is None or self.calls <= 0: return None
        self.calls -= 1
        self.seen[key] = _quietly(self.functions[who], {k: _like(changes[k], v) if k in changes else _copy(v) for k, v in self.all.items()}, self.reference.shape)
        return self.seen[key]

    def close(self, a, b):
        "Whether two arrays from another point agree: within ten times the relative noise of the reference."
        return bool(np.all(abs(a - b) <= 10 * self.precision * max(np.max(abs(b), initial=0), 1e-300)))

def _numbers(x):
    x = np.asarray(x)
    return x.astype(complex if x.dtype.kind == 'c' else float)

def _is_numeric(x):
    if x is None or isinstance(x, (str, bytes, dict, set)) or callable(x): return False
    try: return np.asarray(x).dtype.kind in 'biuf' and np.size(x) > 0
    except ValueError: return False

def _copy(x): return x.copy() if isinstance(x, np.ndarray) else x
def _like(new, old):
    if np.ndim(old) == 0 and not isinstance(old, np.ndarray): return type(old)(new)
    return np.array(new, dtype=np.asarray(old).dtype)

def _quietly(function, arguments, shape):
    try:
        with warnings.catch_warnings(), np.errstate(all='ignore'):
            warnings.simplefilter('ignore')
            value = _numbers(function(arguments))
    except Exception: return None
    return value if value.shape == shape and np.all(np.isfinite(value)) else None

# ---------- numbers with a name
def _constants():
    return {'ln 2': math.log(2), 'ln 10': math.log(10), 'pi': math.pi, '2 pi': 2*math.pi, 'pi/180': math.pi/180, 'e': math.e}

def quantities(arguments):
    "Numbers that a factor may stand for, by name: sizes, scalar arguments, and statistics of arrays."
    for name, a in arguments.items():
        if a.size == 1: yield name, float(a.reshape(()))
        else:
            if a.ndim > 1: yield from ((f'{name}.shape[{k}]', n) for k, n in enumerate(a.shape) if n > 1)
            yield f'{name}.size', a.size
            yield f'{name}.size - 1', a.size - 1
    for name, a in arguments.items():
        if 1 < a.size <= 10**6:
            for word, fn in (('std', np.std), ('norm', np.linalg.norm), ('mean', np.mean), ('sum', np.sum), ('max', np.max)): yield f'{word}({name})', float(fn(a))
            if a.ndim == 2 and 1 < a.shape[0] == a.shape[1] <= 50: yield f'det({name})', float(np.linalg.det(a))

def name_factor(value, arguments, precision=1e-9):
    "What a factor is: `2`, `1/n`, `ln 2`, …; '' where it has no name."
    names, size = [], abs(value)
    near = lambda x: np.isfinite(x) and abs(size - x) <= precision * abs(x)
    for q in (1, 2, 3, 4, 5, 6, 8):
        p = round(size * q)
        if 0 < p <= 12 and (q < 5 or p == 1) and near(p / q): names.append(f'{p}/{q}' if q > 1 else f'{p}'); break
    for name, x in itertools.chain(quantities(arguments), _constants().items()):
        if x in (0, 1, -1): continue
        for power, words in ((1, '{}'), (-1, '1/{}'), (2, '{}^2'), (-2, '1/{}^2'), (.5, 'sqrt({})'), (-.5, '1/sqrt({})')):
            if near(abs(x) ** power): names.append(words.format(f'({name})' if ' ' in name or '/' in name else name))
    for name, n in quantities(arguments):
        if name.endswith('- 1') and n > 0 and near((n + 1) / n): names.append(f'n/(n - 1) with n = {n + 1}')
        if name.endswith('- 1') and n > 0 and near(n / (n + 1)): names.append(f'(n - 1)/n with n = {n + 1}')
    return list(dict.fromkeys(names))

# ---------- hypotheses: structure
def wrong_shape(p):
    if p.same_shape: return None
    h, r = p.hand, p.reference
    return f'The hand derivative has shape {h.shape}, the reference {r.shape}. {_shape_relation(p, h, r)}'.strip()

def _near(p, a, b):
    with np.errstate(all='ignore'):
        return a.shape == b.shape and bool(np.all(abs(a - b) <= 1e-12 * abs(b) + 10 * np.max(p.tolerance, initial=0) * max(1, b.size // max(1, p.reference.size))))

def _axes(ndim): return [c for k in range(1, ndim + 1) for c in itertools.combinations(range(ndim), k)]

def _shape_relation(p, h, r):
    if _near(p, h.T, r): return 'It is the transpose.'
    if h.size == r.size and _near(p, h.reshape(r.shape), r):
        return 'The numbers are right: ' + ('it is flattened.' if h.ndim < r.ndim else 'an axis of length 1 is added.' if h.ndim > r.ndim else 'only the shape is not.')
    for axes in _axes(h.ndim):
        words = f'axis {axes[0]}' if len(axes) == 1 else f'axes {axes}'
        if _near(p, h.sum(axes).reshape(r.shape) if h.sum(axes).size == r.size else h.sum(axes), r): return f'Its sum over {words} is the reference: the sum over a broadcast axis was forgotten.'
        if _near(p, h.mean(axes), r): return f'Its mean over {words} is the reference.'
    for axes in _axes(r.ndim):
        words = f'axis {axes[0]}' if len(axes) == 1 else f'axes {axes}'
        for word, fn in (('sum', np.sum), ('mean', np.mean)):
            if _near(p, h.reshape(fn(r, axes).shape) if h.size == fn(r, axes).size else h, fn(r, axes)): return f'It is the {word} of the reference over {words}.'
    if h.ndim == r.ndim + 1 and h.shape[-1] == h.shape[-2] and _near(p, np.diagonal(h, axis1=-2, axis2=-1), r): return 'Its diagonal is the reference.'
    if h.ndim == r.ndim and all(a <= b for a, b in zip(h.shape, r.shape)):
        for word, cut in (('last', tuple(slice(0, n) for n in h.shape)), ('first', tuple(slice(m - n, m) for n, m in zip(h.shape, r.shape)))):
            if _near(p, h, r[cut]): return f'The {word} entries are missing.'
    if h.shape == r.shape[::-1]: return 'The shape is that of the transpose.'
    return ''

def nonfinite(p):
    bad = ~np.isfinite(p.hand) & np.isfinite(p.reference)
    if bad.any(): return f'The hand derivative is {_value(p.hand[bad][0])} {_places(bad)}, where the reference is finite.'

def zero(p):
    if not p.hand.any(): return f'The hand derivative is zero in every entry, the reference is not.'

def _value(x): return f'{x:.6g}'
def _places(mask):
    where = np.argwhere(mask)
    if mask.ndim == 0: return ''
    listed = ', '.join(str([int(i) for i in w]) for w in where[:5])
    return f'at {listed}' + (f' and {len(where) - 5} more' if len(where) > 5 else '')

# ---------- constant ratio
def constant_ratio(p, a=None, b=None):
    "The number k with hand = k reference in every entry, or None."
    h, r = p.hand, p.reference
    weight = 1 / np.maximum(p.tolerance, 1e-300 + np.finfo(float).eps * abs(r)); weight = weight / weight.max()
    total = np.sum((weight * abs(r)) ** 2)
    if not total: return None
    k = np.sum(weight ** 2 * h * np.conj(r)) / total
    k = k.real if abs(k.imag) < 1e-12 * abs(k) else k
    return k if k and p.explains(k * r, (1 + abs(k)) * p.tolerance) else None

def sign(p):
    if p.explains(-p.reference): return 'hand = -reference in every entry.'

def scale(p):
    k = constant_ratio(p)
    if k is None: return None
    with np.errstate(all='ignore'): precision = max(1e-12, float(np.nanmin(3 * p.tolerance / abs(p.reference))))
    names = name_factor(k, p.arguments, precision) if precision < 1e-3 else []
    if np.count_nonzero(p.reference) < 2 and not names: return None
    minus = '-' if np.real(k) < 0 else ''
    return f'hand = {_value(k)} × reference in every entry' + (f'; {_value(k)} is {minus}{f" = {minus}".join(names[:3])}.' if names else '.')

# ---------- low precision
def low_precision(p):
    h, r, e = p.hand, p.reference, p.error
    if np.iscomplexobj(h) or h.size < 2 or np.max(abs(e)) > 2**-3 * np.max(abs(r)): return None
    if np.all(h == np.round(h)) and np.all(abs(e) < 1) and np.any(abs(h) > 1): return 'hand is the reference without its decimals: it was stored as integers.'
    bits = _bits(h)
    if bits <= 30 and np.all(abs(e) <= 2.0**-bits * np.maximum(abs(r), 2.0**-13 * np.max(abs(r))) + 3 * p.tolerance): return f'hand has {bits} significant bits ({_float_name(bits)}), and is the reference rounded to them.'

def _bits(x):
    "How many bits the significands of all entries need."
    m = np.frexp(x[x != 0])[0]
    return next((k for k in range(1, 54) if np.all(np.ldexp(m, k) == np.round(np.ldexp(m, k)))), 53)

def _float_name(bits): return {8: 'as bfloat16', 11: 'as float16', 24: 'as float32'}.get(bits, 'fewer than a float')

def _rounded(p):
    "Errors of rounding: bounded relative to each entry, and of either sign."
    big = abs(p.reference) > 2.0**-13 * np.max(abs(p.reference))
    relative = p.error[big] / p.reference[big]
    size = np.sort(abs(relative))
    if size.size < 8 or size[-1] > 2**-7 or p.wrong[big].mean() < .8: return None
    if size[-1] < 5 * np.median(size) and abs(np.mean(np.sign(relative))) < 3 / math.sqrt(size.size) and abs(np.mean(np.sign(p.error[big]))) < 3 / math.sqrt(size.size) and size[0] < .35 * size[-1]:
        return f'The relative errors lie below 2^{math.ceil(math.log2(size[-1]))} in every entry, with either sign: rounding to about {-math.ceil(math.log2(size[-1]))} bits.'

# ---------- transforms
def transpose(p):
    r, t = p.reference, p.tolerance
    if r.ndim < 2 or r.size == max(r.shape): return None
    for words, f in (('the transpose of the reference', lambda a: a.T), ('the transpose of the reference, reshaped', lambda a: a.T.reshape(a.shape)), ('the reference read column by column', lambda a: a.reshape(a.shape, order='F') if False else a.ravel().reshape(a.shape, order='F'))):
        if p.explains(f(r), f(t)): return f'hand is {words}.'
    if r.ndim > 2:
        for perm in itertools.permutations(range(r.ndim)):
            if r.transpose(perm).shape == r.shape and p.explains(r.transpose(perm), t.transpose(perm)): return f'hand is the reference with its axes in the order {perm}.'

def reverse(p):
    for axes in _axes(p.reference.ndim):
        if p.explains(np.flip(p.reference, axes), np.flip(p.tolerance, axes)): return f'hand is the reference reversed along {_axis_words(axes)}.'

def _axis_words(axes): return f'axis {axes[0]}' if len(axes) == 1 else f'axes {", ".join(map(str, axes))}'

def rolled(p):
    r, h, t = p.reference, p.hand, p.tolerance
    if r.size < 2: return None
    i, j = (np.unravel_index(int(np.argmax(abs(x))), r.shape) for x in (r, h))
    for axis, n in enumerate(r.shape):
        shifts = range(1, n) if n <= 16 and r.size <= 10**4 else {(j[axis] - i[axis]) % n} - {0}
        for s in shifts:
            if p.explains(np.roll(r, s, axis), np.roll(t, s, axis)): return f'hand is the reference rolled by {s if s <= n // 2 else s - n} along axis {axis}.'
    s = int(np.argmax(abs(h)) - np.argmax(abs(r))) % r.size
    if s and p.explains(np.roll(r, s), np.roll(t, s)): return f'hand is the reference rolled by {s if s <= r.size // 2 else s - r.size} in reading order.'

def shifted(p):
    r, h, t = p.reference, p.hand, p.tolerance
    for axis, n in enumerate(r.shape):
        if n < 4: continue
        a, b, c = (np.moveaxis(x, axis, 0) for x in (h, r, t))
        for s in (1, -1, 2, -2):
            into, frm = (slice(s, None), slice(None, -s)) if s > 0 else (slice(None, s), slice(-s, None))
            if np.all(abs(a[into] - b[frm]) <= 3 * c[frm]) and np.any(b[frm]): return f'hand[i] is reference[i {"-" if s > 0 else "+"} {abs(s)}] along axis {axis}, but for the edge: an index is off by {abs(s)}.'

def shuffled(p):
    h, r, t = np.ravel(p.hand), np.ravel(p.reference), np.ravel(p.tolerance)
    if h.size < 2 or np.iscomplexobj(h) or abs(np.sum(abs(h)) - np.sum(abs(r))) > np.sum(t) * 3 + 1e-12 * np.sum(abs(r)): return None
    i, j = np.argsort(h, kind='stable'), np.argsort(r, kind='stable')
    if not np.all(abs(h[i] - r[j]) <= 3 * t[j] + 1e-13 * abs(r[j])): return None
    rows = np.empty(h.size, int); rows[i] = j
    moved = int(np.sum(rows != np.arange(h.size)))
    return f'hand holds the entries of the reference in another order; {int(p.wrong.sum())} of {h.size} are elsewhere.'

# ---------- support
def repeated_index(p):
    "Accumulated once where an index is repeated."
    r, h = p.reference, p.hand
    for name, a in p.arguments.items():
        if np.asarray(p.all[name]).dtype.kind not in 'iu' or a.ndim != 1 or not r.ndim: continue
        index = a.astype(int)
        if index.min(initial=0) < 0 or index.max(initial=0) >= r.shape[0]: continue
        count = np.bincount(index, minlength=r.shape[0]).reshape((-1,) + (1,) * (r.ndim - 1))
        if (count > 1).any() and np.all(p.wrong == ((count > 1) & (r != 0))): return f'hand is wrong exactly in the entries whose index occurs more than once in {name}: repeated contributions are overwritten, not added.'

def mask_ignored(p):
    for name, a in p.arguments.items():
        values = np.unique(a) if a.size <= 10**6 and a.size > 1 else []
        if len(values) != 2: continue
        for where, m in _embeddings(p.reference.shape, name, a):
            for v in values:
                if np.all(p.wrong == ((m == v) & np.ones_like(p.wrong))) and p.wrong.sum() > 1: return f'hand is wrong exactly where {where} is {_value(v)}: the mask {name} is not used there.'

def mask_dropped(p):
    w = p.wrong
    if 3 <= w.sum() < w.size and not p.reference[w].any(): return f'hand is right but for {int(w.sum())} of {w.size} entries, where the reference is zero and hand is not: a factor that is 0 there and 1 elsewhere is missing.'

def few(p):
    w, n, k = p.wrong, p.wrong.size, int(p.wrong.sum())
    if n >= 3 and 0 < k <= n // 4 + 1 and k < n - 1 or n >= 3 and k == 1:
        first = tuple(np.argwhere(w)[0])
        zeroed = ' hand is zero there.' if not p.hand[w].any() else ''
        return f'{k} of {n} entries {"is" if k == 1 else "are"} wrong, the others right: {_places(w)}{_pattern(w)}.{zeroed}'

def _pattern(w):
    if w.ndim == 2 and w.shape[0] == w.shape[1] and np.all(np.argwhere(w)[:, 0] == np.argwhere(w)[:, 1]) and w.sum() > 1: return ', all on the diagonal'
    for axis in range(w.ndim if w.ndim > 1 else 0):
        used = np.unique(np.argwhere(w)[:, axis])
        if len(used) == 1 and w.sum() > 1: return f', all with index {used[0]} along axis {axis}'
    return ''

def part_zero(p):
    w = p.wrong
    lost = (p.hand == 0) & (p.reference != 0)
    if lost.sum() > 1 and np.all(lost == w): return f'hand is zero in {int(w.sum())} of {w.size} entries and right in the others{_pattern(~w)}: what belongs there is missing.'
    if w.ndim == 2 and w.shape[0] == w.shape[1] > 1 and not (p.hand - np.diag(np.diag(p.hand))).any(): return 'hand is diagonal, the reference is not: the coupling between entries is missing.'

# ---------- offset and rank one patterns
def offset(p):
    if p.hand.size < 2: return None
    w = 1 / np.maximum(p.tolerance, 1e-300)
    k = np.sum(w * p.error) / np.sum(w)
    if p.explains(p.reference + k): 
        names = name_factor(k, p.arguments)
        return f'hand = reference {"+" if k > 0 else "-"} {_value(abs(k))} in every entry' + (f'; {_value(abs(k))} is {" = ".join(names[:2])}.' if names else '.')

def linear_along(p):
    "hand - reference is a linear function of an argument, with coefficients of its own for each row."
    for axes in _axes(p.reference.ndim):
        n = np.prod([p.reference.shape[a] for a in axes])
        if n < 5: continue
        for name, a in p.arguments.items():
            if a.shape != p.reference.shape: continue
            d = a - a.mean(axes, keepdims=True); e = p.error - p.error.mean(axes, keepdims=True)
            total = np.sum(d * d, axes, keepdims=True)
            if np.all(total > 0) and p.explains(p.reference + p.error.mean(axes, keepdims=True) + d * np.sum(d * e, axes, keepdims=True) / total, p.tolerance + np.max(p.tolerance)): return f'Along {_axis_words(axes)} hand - reference is a linear function of {name}: the term with {name} is missing, or one too many.'

def linear_on_support(p):
    w = p.wrong
    if w.sum() < 5: return None
    for name, a in p.arguments.items():
        if a.shape != w.shape: continue
        B = np.column_stack([np.ones(int(w.sum())), a[w]])
        c, _, rank, _ = np.linalg.lstsq(B, p.error[w], rcond=None)
        if rank == 2 and np.all(abs(B @ c - p.error[w]) <= 3 * p.tolerance[w] + 1e-12 * abs(p.error[w])): return f'Where hand is wrong, hand - reference = {_value(c[0])} + {_value(c[1])} {name}: a term is missing, or one too many.'

def offset_along(p):
    for axes in _axes(p.reference.ndim)[:-1]:
        if np.prod([p.reference.shape[a] for a in axes]) < 3 : continue
        if p.explains(p.reference + p.error.mean(axes, keepdims=True)): return f'hand - reference is the same all along {_axis_words(axes)}: a term that does not depend on it is missing.'

def antisymmetric(p):
    e = p.error
    if e.ndim == 2 and e.shape[0] == e.shape[1] > 1 and p.explains(p.reference + (e - e.T) / 2, p.tolerance + p.tolerance.T): return 'hand + hand.T = reference + reference.T: a term is transposed.'

def factor_other_axis(p):
    h, r = p.hand, p.reference
    if r.ndim != 2 or r.shape[0] != r.shape[1] or r.shape[0] < 3: return None
    with np.errstate(all='ignore'): ratio = np.where((r != 0) & (h != 0), h / r, np.nan)
    log = np.log(abs(ratio))
    v = np.nanmean(log, 0)  # log r_ij = a_j - a_i
    if not np.isfinite(v).all(): return None
    for i in range(r.shape[0]):
        if np.isfinite(log[i]).sum() == r.shape[0]: v = log[i] - log[i, i]; break
    else: v = _potential(log)
    if v is None: return None
    guess = np.exp(v[None] - v[:, None]) * r
    if p.explains(abs(guess) * np.sign(h), 10 * p.tolerance * np.maximum(1, abs(guess) / np.maximum(abs(r), 1e-300))) and np.ptp(v) > 1e-6 and not np.isnan(log[~np.eye(len(r), dtype=bool)]).all(): return 'hand[i, j] / reference[i, j] = v[j] / v[i]: a factor that belongs to one axis is applied along the other.'

def _potential(log):
    "v with log[i, j] = v[j] - v[i] where log is known, or None where that leaves v open."
    i, j = np.nonzero(np.isfinite(log)); n = len(log)
    A = np.zeros((len(i), n)); A[np.arange(len(i)), j] += 1; A[np.arange(len(i)), i] -= 1
    v, _, rank, _ = np.linalg.lstsq(A, log[i, j], rcond=None)
    return v if rank == n - 1 else None

# ---------- features
def _embeddings(shape, name, a):
    "The ways in which an argument broadcasts to the shape of the derivative."
    if a.size < 2 or a.ndim > len(shape): return
    for o in range(len(shape) - a.ndim + 1):
        if shape[o:o + a.ndim] == a.shape:
            rest = len(shape) - a.ndim - o
            words = name if not o and not rest else f'{name}[{", ".join(["None"] * o + [":"] * a.ndim + ["None"] * rest)}]'
            yield words, a.reshape((1,) * o + a.shape + (1,) * rest)

def _contractions(arguments):
    "Products of two arguments, as matrices and vectors."
    small = {k: a for k, a in arguments.items() if 1 <= a.ndim <= 2 and 1 < a.size <= 10**5}
    sides = {k + t: m for k, a in small.items() for t, m in (('', a), ('.T', a.T)) if a.ndim == 2 or not t}
    for (k, a), (l, b) in itertools.product(sides.items(), repeat=2):
        if a.ndim == 2 and a.shape[1] == b.shape[0] and a.size * (b.size // b.shape[0]) <= 10**7: yield f'{k} @ {l}', a @ b

def features(p):
    shape, out = p.reference.shape, {}
    for name, a in p.arguments.items(): out.update(_embeddings(shape, name, a))
    plain = dict(out)
    for name, a in p.arguments.items():
        if a.ndim < 1 or a.size > 10**6 or a.size < 3: continue
        for axis in [None, *range(a.ndim)] if a.ndim > 1 else [None]:
            words = '' if axis is None else f', axis={axis}'
            out.update(_embeddings(shape, f'softmax({name}{words})', _softmax(a, axis)))
            if axis is not None: out.update(_embeddings(shape, f'std({name}{words})', a.std(axis)))
            if axis is not None: out.update(_embeddings(shape, f'norm({name}{words})', np.sqrt((a * a).sum(axis))))
    for name, a in _contractions(p.arguments): out.update(_embeddings(shape, f'({name})', a))
    return plain, out

def _softmax(a, axis):
    e = np.exp(a - a.max(axis, keepdims=True)); return e / e.sum(axis, keepdims=True)

# ---------- closed forms
Form = namedtuple('Form', 'factor powers function cost')
FUNCTIONS = {   # log|phi(z)| is a column; powers are found by regression
    'exp({})': lambda z: np.exp(np.clip(z, -300, 300)), 'exp({}^2)': lambda z: np.exp(np.clip(z * z, -300, 300)), 'log({})': lambda z: np.log(abs(z)),
    'sin({})': np.sin, 'cos({})': np.cos, 'tan({})': np.tan, 'sinh({})': np.sinh, 'cosh({})': np.cosh, 'tanh({})': np.tanh, '(1 - tanh({}))': lambda z: 1 - np.tanh(z), '(1 + tanh({}))': lambda z: 1 + np.tanh(z),
    'sigmoid({})': lambda z: 1 / (1 + np.exp(-z)), 'sigmoid(-{})': lambda z: 1 / (1 + np.exp(z)), "sigmoid'({})": lambda z: 1 / (2 + np.exp(z) + np.exp(-z)), 'softplus({})': lambda z: np.logaddexp(0, z), 'tanh(softplus({}))': lambda z: np.tanh(np.logaddexp(0, z)),
    '(1 + {}^2)': lambda z: 1 + z * z, '(1 - {}^2)': lambda z: 1 - z * z, '(1 + |{}|)': lambda z: 1 + abs(z), '(1 + {})': lambda z: 1 + z, '(1 - {})': lambda z: 1 - z, 'arctan({})': np.arctan, '(1 - exp({}))': np.expm1, '(1 + log({}))': lambda z: 1 + np.log(abs(z))}
PAIRS = {'{} * {}': np.multiply, '{} / {}': np.divide, '({} + {})': np.add, '({} - {})': np.subtract, 'hypot({}, {})': np.hypot}
SCALES = {'': 1.0, 'pi ': math.pi, 'pi/180 ': math.pi / 180, '2 ': 2.0, '1/2 ': .5, '3 ': 3.}

class Forms:
    "Closed forms in the arguments: factor × powers of arguments × a function of one intermediate."
    def __init__(self, p):
        plain, every = features(p)
        self.p, n = p, p.reference.size
        self.rows = np.arange(n) if n <= 200 else np.sort(np.random.default_rng(0).choice(n, 200, replace=False))
        pick = lambda a: np.broadcast_to(a, p.reference.shape).reshape(-1)[self.rows] if n <= 200 else self._sample(a)
        self.every = every
        self.base = {k: pick(a) for k, a in plain.items()}
        self.base = {k: v for k, v in self.base.items() if np.all(v != 0) and np.ptp(np.log(abs(v))) > 1e-9}
        self.z = {k: pick(a) for k, a in every.items()}
        self.names, columns = [], []
        with np.errstate(all='ignore'):
            for z, v in self._intermediates():
                for s, k in SCALES.items():
                    if s and z not in plain: continue
                    for f, phi in FUNCTIONS.items():
                        if s and not ('sin' in f or 'cos' in f or 'tan' in f): continue
                        self.names.append(f.format(s + z)); columns.append(phi(k * v))
                if z not in self.base: self.names.append(z); columns.append(v)
            self.columns = np.array(columns).T if columns else np.zeros((len(self.rows), 0))
            self.logs = np.log(abs(self.columns))

    def _sample(self, a):
        index = np.unravel_index(self.rows, self.p.reference.shape)
        return a[tuple(np.minimum(i, s - 1) for i, s in zip(index, a.shape))]

    def _intermediates(self):
        yield from self.z.items()
        keys = list(self.base)
        for a, b in itertools.combinations(keys, 2):
            for words, op in PAIRS.items(): yield words.format(a, b), op(self.base[a], self.base[b])
            yield f'{b} / {a}', self.base[b] / self.base[a]
            yield f'log({a} / {b})', np.log(abs(self.base[a] / self.base[b]))

    def find(self, target, tolerance):
        "The simplest closed form of an array, or None."
        t, tol = np.reshape(target, -1)[self.rows], np.reshape(tolerance, -1)[self.rows]
        with np.errstate(all='ignore'): good = np.isfinite(t) & (t != 0) & (tol < 1e-3 * abs(t))
        if good.sum() < 3 or good.sum() < .9 * np.sum(np.isfinite(t)): return None
        found = []
        room = int(good.sum()) - 3
        keys = list(self.base)
        subsets = [keys] if len(keys) <= room else [c for k in range(max(0, min(room, 2)) + 1) for c in itertools.combinations(keys, k)]
        for subset in subsets: found += self._fits(t, tol, good, list(subset))
        return min(found, key=lambda f: f.cost, default=None)

    def _fits(self, t, tol, good, keys):
        with np.errstate(all='ignore'):
            B = np.column_stack([np.ones(good.sum())] + [np.log(abs(self.base[k][good])) for k in keys])
            y, noise = np.log(abs(t[good])), np.maximum(4 * tol[good] / abs(t[good]), 1e-12)
            w = 1 / np.maximum(noise, 1e-13); w = w / w.max()
            Q, _ = np.linalg.qr(B * w[:, None]); 
            out, project = [], lambda a: a - Q @ (Q.T @ a)
            ty = project(y * w)
            limit = np.max(w * noise) * 2
            if np.max(abs(ty)) <= limit: out.append(self._form(t, good, keys, B, w, y, None, 0.0))
            usable = np.isfinite(self.logs[good]).all(0)
            if len(keys) + 3 <= good.sum() and usable.any():
                C = project(self.logs[good][:, usable] * w[:, None])
                size = np.sum(C * C, 0)
                power = ty @ C / np.where(size > 0, size, 1)
                residual = np.max(abs(ty[:, None] - power * C), 0)
                half = np.round(2 * power) / 2
                ok = (residual <= limit) & (abs(power - half) < 1e-3) & (half != 0) & (abs(half) <= 4) & (size > 1e-12 * len(y))
                index = np.flatnonzero(usable)[ok]
                out += [self._form(t, good, keys, B, w, y, k, q) for k, q in zip(index[:20], half[ok][:20])]
        return [f for f in out if f]

    def _form(self, t, good, keys, B, w, y, k, q):
        rest = y - (q * self.logs[good, k] if q else 0)
        c = np.linalg.lstsq(B * w[:, None], rest * w, rcond=None)[0]
        powers = np.round(2 * c[1:]) / 2
        if np.any(abs(c[1:] - powers) > 1e-3) or np.any(abs(powers) > 4): return None
        signs = np.sign(t[good])
        if q % 2 == 1: signs = signs * np.sign(self.columns[good, k])
        odd = [key for key, power in zip(keys, powers) if power % 2 == 1]
        absolute = next((s for m in range(len(odd) + 1) for s in itertools.combinations(odd, m) if abs(np.sum(signs * np.prod([np.sign(self.base[o][good]) for o in odd if o not in s], axis=0))) == good.sum()), None)
        if absolute is None: return None
        s = np.sign(np.sum(signs * np.prod([np.sign(self.base[o][good]) for o in odd if o not in absolute], axis=0)))
        named = {(f'|{key}|' if key in absolute else key): float(power) for key, power in zip(keys, powers) if power}
        return Form(float(s * np.exp(c[0])), named, (self.names[k], float(q)) if q else None, sum(map(abs, named.values())) + (1.5 + abs(q) * .5 + .01 * len(self.names[k]) if q else 0) + .5 * len(absolute))

def describe(form, arguments):
    parts = [k if q == 1 else f'{k}^{q:g}' for k, q in ([form.function] if form.function else []) + list(form.powers.items())]
    names = name_factor(form.factor, arguments)
    minus = '-' if form.factor < 0 else ''
    factor = minus + (names[0] if names else _value(abs(form.factor)))
    if factor in ('1', '-1') and parts: factor = factor[:-1]
    return factor + (' · ' if factor not in ('', '-') and parts else '') + ' · '.join(parts)

def forms(p):
    "The closed forms of hand, reference, ratio and error."
    if not hasattr(p, '_forms'):
        F = Forms(p)
        with np.errstate(all='ignore'): ratio = np.where(p.reference != 0, p.hand / p.reference, np.nan); rt = abs(ratio) * p.tolerance / abs(p.reference) 
        p._forms = dict(hand=F.find(p.hand, p.tolerance), reference=F.find(p.reference, p.tolerance), ratio=F.find(ratio, np.nan_to_num(rt)+1e-300), error=F.find(p.error, p.tolerance * 1.0))
    return p._forms

def closed_factor(p):
    f = forms(p)
    r, e = f['ratio'], f['error']
    if r is None: return None
    if e is not None and (e.cost < r.cost or f['reference'] is None and f['hand'] is not None): return None
    if f['hand'] is not None and f['reference'] is not None and (not _named(r, p) or _replaced(f['hand'], f['reference'], r)): return None
    return f'hand / reference = {describe(r, p.arguments)} in every entry: that factor should not be there, or its inverse is missing.'

def _named(form, p): return bool(name_factor(form.factor, p.arguments))

def _atoms(form): return dict(form.powers) | (dict([form.function]) if form.function else {})

def _replaced(hand, reference, ratio):
    "Whether hand has something else where the reference has a factor."
    h, r = _atoms(hand), _atoms(reference)
    d = [(h.get(k, 0), r.get(k, 0)) for k in h | r]
    return len(_atoms(ratio)) > 1 and not (all(0 <= a * b and abs(a) <= abs(b) for a, b in d) or all(0 <= a * b and abs(a) >= abs(b) for a, b in d))

def closed_term(p):
    e = forms(p)['error']
    if e is not None and _named(e, p): return f'hand - reference = {describe(e, p.arguments)} in every entry: a term is missing, or one too many.'

def closed_term_unnamed(p):
    e = forms(p)['error']
    if e is not None: return f'hand - reference = {describe(e, p.arguments)} in every entry: a term is missing, or one too many.'

def other_function(p):
    h, r = forms(p)['hand'], forms(p)['reference']
    if h is not None and r is not None: return f'hand = {describe(h, p.arguments)}, but reference = {describe(r, p.arguments)}: the formula is taken at another point, or of another function.'

def term_on_support(p):
    w = p.wrong
    if w.sum() < 3 or w.all(): return None
    e = p.error[w]
    if np.ptp(e) <= 1e-9 * abs(e).max() and np.ptp(p.reference[w]) > 1e-3 * abs(p.reference[w]).max(): return f'hand - reference is {_value(e[0])} in each of the {int(w.sum())} entries that are wrong{_pattern(w)}, and 0 in the others: a term is missing or one too many.'
    plain, every = features(p)
    for name, a in every.items():
        v = np.broadcast_to(a, w.shape)[w]
        for power in (1, -1, 2):
            with np.errstate(all='ignore'): k = p.error[w] / v ** power
            if np.ptp(v) and np.isfinite(k).all() and np.ptp(k) <= 1e-6 * abs(k).mean() and name_factor(k.mean(), {}, 1e-6) : return f'hand - reference = {_value(k.mean())} × {name}{"" if power == 1 else f"^{power}"} in the {int(w.sum())} entries that are wrong{_pattern(w)}: a term is missing or one too many.'

def linear_term(p):
    "One product of arguments that the error is a multiple of."
    shape = p.reference.shape
    for name, T in _terms(p.arguments, shape):
        total = np.sum(T * T)
        if not total or not np.isfinite(total): continue
        k = np.sum(T * p.error) / total
        if k and p.explains(p.reference + k * T, p.tolerance): 
            names = name_factor(k, p.arguments, 1e-6)
            return f'hand - reference = {_value(k)} × {name}' + (f', and {_value(k)} is {"-" if k < 0 else ""}{names[0]}' if names else '') + ': this term is missing, or one too many.'

def _terms(arguments, shape):
    small = {k: a for k, a in arguments.items() if a.ndim <= 2 and 1 < a.size <= 10**5}
    one = dict(_contractions(small))
    yield from ((k, a) for k, a in small.items() if a.shape == shape)
    yield from ((k, a) for k, a in one.items() if a.shape == shape)
    for (k, a), (l, b) in itertools.product(small.items(), repeat=2):
        if a.ndim == b.ndim == 1 and a.shape + b.shape == shape: yield f'outer({k}, {l})', np.outer(a, b)
    for (k, a), (l, b) in itertools.product(small.items(), one.items()):
        for t, m in (('', a), ('.T', a.T)):
            if a.ndim == 2 and b.ndim and m.shape[1] == b.shape[0] and m.shape[:1] + b.shape[1:] == shape: yield f'{k}{t} @ {l}', m @ b

def discrete_factor(p):
    "The ratio is one constant for each value of an argument of few values."
    with np.errstate(all='ignore'): ratio = p.hand / p.reference
    for name, a in p.arguments.items():
        values = np.unique(a) if 1 < a.size <= 10**6 else []
        if not 2 <= len(values) <= max(2, a.size // 4): continue
        for words, m in _embeddings(p.reference.shape, name, a):
            groups = [ratio[(m == v) & np.isfinite(ratio)] for v in values]
            if all(len(g) > 1 and np.ptp(g) <= 1e-6 * abs(g).max() for g in groups): return f'hand / reference is {", ".join(f"{_value(g[0])} where {words} is {_value(v)}" for g, v in zip(groups, values))}: a factor that depends on {name} is missing or wrong.'

def broadcast_factor(p):
    "The ratio does not vary along an axis."
    h, r = p.hand, p.reference
    if r.ndim < 2: return None
    for axes in reversed(_axes(r.ndim)[:-1]):
        n = np.prod([r.shape[a] for a in axes]); m = r.size // n
        if n < 3 or m < 3: continue
        total = np.sum(r * r, axes, keepdims=True)
        k = np.sum(h * r, axes, keepdims=True) / np.where(total > 0, total, 1)
        if p.explains(k * r, (1 + abs(k)) * p.tolerance) and (np.all(k[total > 0] > 0) or forms(p)['hand'] is not None and forms(p)['hand'].function is None): return f'hand / reference does not vary along {_axis_words(axes)}: a factor that belongs to the other axes is missing or wrong.'

# ---------- at other points
def derivative_of_another(p):
    if p.others is None: return None
    for name, a in p.arguments.items():
        if name == p.wrt or a.shape != p.arguments.get(p.wrt, np.zeros(0)).shape: continue
        try: other = p.others(name)
        except Exception: continue
        if other is None: continue
        other = _numbers(other)
        if p.explains(other) and other.any(): return f'hand is the derivative with respect to {name}.'

def exchanged(p):
    for a, b in itertools.combinations(p.arguments, 2):
        A, B = p.arguments[a], p.arguments[b]
        if A.shape != B.shape or np.array_equal(A, B): continue
        if a != p.wrt and b != p.wrt and len(p.arguments) > 4: continue
        r = p.at('reference', **{a: B, b: A})
        if r is not None and p.close(p.hand, r): return f'hand({a}, {b}) = reference({b}, {a}): the two arguments are exchanged.'

def transposed_argument(p):
    for name, a in p.arguments.items():
        if a.ndim != 2 or a.shape[0] != a.shape[1] or np.allclose(a, a.T): continue
        r = p.at('reference', **{name: a.T})
        if r is None: continue
        if p.close(p.hand, r): return f'hand is the reference with {name} transposed.'
        if p.close(p.hand, r.T) if r.ndim == 2 and r.shape[0] == r.shape[1] else False: return f'hand is the transposed reference with {name} transposed.'
        if r.ndim == 2 and _half(p, r): return f'hand is the reference along one axis, and the reference with {name} transposed along the other.'

def _half(p, other):
    "hand / reference varies along one axis only, hand / other along the other axis only."
    with np.errstate(all='ignore'): a, b = p.hand / p.reference, p.hand / other
    flat = lambda x, axis: bool(np.all(np.ptp(x, axis) <= 1e-6 * abs(x).max(axis)))
    return min(a.shape) > 1 and (flat(a, 0) and flat(b, 1) or flat(a, 1) and flat(b, 0))

def _floats(p): return [k for k in p.arguments if np.asarray(p.all[k]).dtype.kind == 'f' and p.arguments[k].any()]

def argument_zero(p):
    "hand is the reference with an argument set to zero: the terms with that argument are missing."
    for name in _floats(p):
        if name == p.wrt: continue
        a = p.arguments[name]
        r = p.at('reference', **{name: 0 * a})
        if r is None or not r.any() or not p.close(p.hand, r): continue
        middle = p.at('reference', **{name: a / 2})
        if middle is None or _degree(p, middle - p.hand, -p.error, .5) is not None: return f'hand is the reference with {name} = 0: the term with {name} is missing.'

def argument_one(p):
    for name in _floats(p):
        if name == p.wrt: continue
        a = p.arguments[name]
        one = np.ones_like(a)
        r = p.at('reference', **{name: one})
        if r is None or not r.any(): continue
        if p.close(p.hand, r): return f'hand is the reference with {name} = 1: the factor {name} is missing.'

def agrees_at_one(p):
    for name in _floats(p):
        if np.ptp(p.arguments[name]) == 0 and p.arguments[name].flat[0] == 1: continue
        a = p.arguments[name]
        r, h = p.at('reference', **{name: np.ones_like(a)}), p.at('hand', **{name: np.ones_like(a)})
        if r is None or h is None or not r.any() or not p.close(h, r): continue
        r, h = p.at('reference', **{name: 2 + 0 * a}), p.at('hand', **{name: 2 + 0 * a})
        if r is not None and h is not None and not p.close(h, r): return f'hand and reference agree where {name} = 1, and not where {name} = 2: a power of {name} is missing as a factor.'

def _degree(p, after, before, s):
    "d with after = s^d before, or None."
    total = np.sum(before * before)
    if not total: return None
    k = np.sum(after * before) / total
    if not p.close(after, k * before): 
        return None
    if abs(k) < 1e-9: return None
    d = math.log(abs(k)) / math.log(s) if k > 0 else math.nan
    return round(2 * d) / 2 if abs(d - round(2 * d) / 2) < 1e-4 else None

def degrees(p):
    "For each argument: how reference, hand and error grow with it (a power, or None)."
    if hasattr(p, '_degrees'): return p._degrees
    p._degrees, s = {}, 1.25
    for name in sorted(_floats(p), key=lambda k: k == p.wrt):
        r, h = p.at('reference', **{name: s * p.arguments[name]}), p.at('hand', **{name: s * p.arguments[name]})
        if r is None or h is None: continue
        p._degrees[name] = _degree(p, r, p.reference, s), _degree(p, h, p.hand, s), _degree(p, h - r, p.error, s)
    return p._degrees

def degrees_exchanged(p):
    d = {k: v for k, v in degrees(p).items() if None not in v[:2]}
    for a, b in itertools.combinations(d, 2):
        if d[a][0] == d[b][1] != d[a][1] == d[b][0] and p.arguments[a].shape == p.arguments[b].shape: return f'The reference grows as {a}^{d[a][0]:g} and {b}^{d[b][0]:g}, hand as {a}^{d[a][1]:g} and {b}^{d[b][1]:g}: {b} stands where {a} should.'

def degree_differs(p):
    for name, (r, h, e) in degrees(p).items():
        if r is not None and h is not None and r != h: return f'The reference grows as {name}^{r:g}, hand as {name}^{h:g}: a factor with {name} is missing.'

def sum_of_powers(p):
    for name, (r, h, e) in degrees(p).items():
        if r is None and e is not None and h is not None and h != e: return f'The reference is a sum: hand grows as {name}^{h:g}, what is missing as {name}^{e:g}.'

def factor_in_term(p):
    "Split by an argument: one part agrees, in the other a factor is missing."
    for name in _floats(p):
        if name == p.wrt: continue
        zero = 0 * p.arguments[name]
        r0, h0 = p.at('reference', **{name: zero}), p.at('hand', **{name: zero})
        if r0 is None or h0 is None: continue
        big = np.max(abs(p.reference)) + np.max(abs(r0))
        tiny = lambda a: np.all(abs(a) <= 10 * p.precision * big)
        for (r, h), (s, g), words in (((r0, h0), (p.reference - r0, p.hand - h0), f'that holds {name}'), ((p.reference - r0, p.hand - h0), (r0, h0), f'without {name}')):
            if tiny(r) or tiny(s) or tiny(g) or not tiny(h - r): continue
            q = Pair(g, s, 10 * p.precision * big, p.wrt, p.all)
            if not q.wrong.any(): continue
            for test in (sign, scale, closed_factor):
                if test(q): return f'The part {words} is the wrong one. There, {test(q)}'

def matrix_factor(p, what=0):
    "ref = M D: hand = D, M.T D, or M ref."
    r, h = p.reference, p.hand
    if r.ndim not in (1, 2): return None
    for name, A in p.arguments.items():
        if A.ndim != 2 or A.shape[0] != A.shape[1] or A.shape[0] > 200 or A.shape[0] not in r.shape: continue
        cond = np.linalg.cond(A)
        if not cond < 1e6: continue
        tol = p.tolerance.max() * cond * 10
        for side in range(r.ndim):
            R, H = (r, h) if side == 0 else (r.T, h.T)
            if R.shape[0] != A.shape[0]: continue
            for M, m in ((A, name), (A.T, name + '.T')):
                D = np.linalg.solve(M, R)
                ok = lambda guess: bool(np.all(abs(guess - H) <= tol * max(1, np.abs(M).sum(1).max())))
                if what == 'transpose' and ok(M.T @ D) and not np.allclose(M, M.T): return f'hand has {name} where the reference has its transpose.'
                if what == 'factor' and (ok(D) or ok(M @ R)): return f'The factor {m} or its inverse is missing: reference = {m} @ hand.' if ok(D) else f'hand = {m} @ reference.'

def matrix_transposed(p): return matrix_factor(p, 'transpose')
def matrix_dropped(p): return matrix_factor(p, 'factor')

def pure_error(p):
    for name, (r, h, e) in degrees(p).items():
        if r is None and e is not None and h is None: return f'hand - reference grows as {name}^{e:g}, neither of both does: one term is missing, or one too many.'

def locality(p):
    "Which entries move when one entry of an argument does."
    if hasattr(p, '_locality'): return p._locality
    p._locality = {}
    for name in sorted(_floats(p), key=lambda k: (k != p.wrt, -p.arguments[k].ndim)):
        a = p.arguments[name]
        if a.size < 3 or p.reference.size > 10**5: continue
        place = tuple(min(i, n - 1) for i, n in enumerate(a.shape)) if a.ndim > 1 else (a.size // 2,)
        moved = np.array(a); moved[place] += .1 * (np.max(abs(a)))
        r, h = p.at('reference', **{name: moved}), p.at('hand', **{name: moved})
        if r is None or h is None: continue
        s = lambda x, y: abs(x - y) > 100 * p.precision * np.max(abs(y))
        p._locality[name] = place, s(r, p.reference), s(h, p.hand)
    return p._locality

def _line(s):
    "The axes along which a set of entries extends."
    w = np.argwhere(s)
    return tuple(k for k in range(s.ndim) if len(np.unique(w[:, k])) > 1)

def moves_other_axis(p):
    for name, (place, r, h) in locality(p).items():
        if not r.any() or not h.any() or np.array_equal(r, h): continue
        if r.ndim == 1 and len(place) == 2 and r.sum() == h.sum() == 1 and place[0] != place[1]:
            if np.argmax(r) in place and np.argmax(h) in place: return f'{name}[{", ".join(map(str, place))}] moves entry {np.argmax(r)} of the reference, but entry {np.argmax(h)} of hand: the sum runs over the wrong axis.'
        a, b = _line(r), _line(h)
        if r.ndim == 2 and len(a) == 1 and a != b and b and r.sum() > 1: return f'{name}{list(place)} moves the reference along axis {a[0]} only, but hand along {_axis_words(b)}: a sum runs over the wrong axis.'

def coupling_lost(p):
    for name, (place, r, h) in locality(p).items():
        if h.any() and np.all(r | ~h) and h.sum() == 1 and r.sum() > 2: return f'{name}{list(place)} moves {int(r.sum())} entries of the reference, but {int(h.sum())} of hand: a term that couples the entries is missing.'

def shifted_point(p):
    "hand(x) = reference(x + t)."
    x = p.arguments.get(p.wrt)
    if x is None or p.wrt not in _floats(p): return None
    if np.max(abs(p.error)) > .3 * np.max(abs(p.reference)): return None
    for words, d in (('1', np.ones_like(x)), ('hand', p.hand if p.hand.shape == x.shape else None), (p.wrt, x)):
        if d is None: continue
        t = 1e-4 * max(np.max(abs(x)), 1e-300) / np.max(abs(d)); best = None
        for _ in range(4):
            r = p.at('reference', **{p.wrt: x + t * d})
            if r is None: break
            if p.close(p.hand, r): return f'hand({p.wrt}) = reference({p.wrt} {"+" if t > 0 else "-"} {_value(abs(t))}{"" if words == "1" else " " + words}): it is taken at another point.'
            step = r - p.reference
            k = np.sum(step * p.error) / max(np.sum(step * step), 1e-300)
            if np.linalg.norm(p.error - k * step) > .2 * np.linalg.norm(p.error): break
            t *= k

def scaled_point(p):
    x = p.arguments.get(p.wrt)
    if x is None or p.wrt not in _floats(p): return None
    for words, s in (('pi', math.pi), ('1/pi', 1/math.pi), ('180/pi', 180/math.pi), ('-1', -1.), ('2', 2.), ('1/2', .5)):
        r = p.at('reference', **{p.wrt: s * x})
        if r is None: continue
        total = np.sum(r * r); k = np.sum(r * p.hand) / total if total else 0
        if k and p.close(p.hand, k * r): return f'hand({p.wrt}) = {_value(k)} × reference({words} {p.wrt}): it is taken at another point.'

def invariance_broken(p):
    h, r = p.hand, p.reference
    x = p.arguments.get(p.wrt)
    for axes in _axes(r.ndim):
        if np.prod([r.shape[a] for a in axes]) < 3: continue
        zero = lambda a: bool(np.all(abs(a.sum(axes)) <= 1e-9 * abs(a).sum(axes)))
        if zero(r) and not zero(h): return f'The reference sums to zero along {_axis_words(axes)}, hand does not: the term that sees to it is missing.'
        if x is not None and x.shape == r.shape and zero(r * x) and not zero(h * x): return f'The sum of {p.wrt} × reference is zero along {_axis_words(axes)}, that of hand is not: the term that sees to it is missing.'

def invariance_other(p):
    h, r = p.hand, p.reference
    if r.ndim != 2 or min(r.shape) < 3: return None
    zero = lambda a, axis: bool(np.all(abs(a.sum(axis)) <= 1e-9 * abs(a).sum(axis)))
    for a, b in ((0, 1), (1, 0)):
        if zero(r, a) and not zero(h, a) and zero(h, b) and not zero(r, b): return f'The reference sums to zero along axis {a}, hand along axis {b}.'

HYPOTHESES = [
    ('nonfinite', nonfinite), ('zero', zero), ('sign', sign), ('scale', scale), ('offset', offset),
    ('low-precision', low_precision),
    ('transpose', transpose), ('permuted', reverse), ('permuted', rolled), ('permuted', shifted), ('permuted', shuffled),
    ('missing-term', repeated_index), ('missing-term', term_on_support), ('missing-factor', mask_ignored), ('missing-factor', mask_dropped), ('few-entries', few), ('missing-term', part_zero),
    ('wrong-axis', factor_other_axis), ('transpose', antisymmetric), ('transpose', matrix_transposed), ('missing-factor', matrix_dropped),
    ('swapped-argument', derivative_of_another), ('swapped-argument', exchanged), ('transpose', transposed_argument),
    ('missing-factor', discrete_factor), ('missing-factor', closed_factor), ('missing-term', closed_term), ('wrong-point', other_function), ('missing-term', linear_term),
    ('missing-term', offset_along), ('missing-term', linear_along), ('wrong-axis', invariance_other),
    ('wrong-axis', moves_other_axis),
    ('missing-term', argument_zero), ('missing-factor', argument_one), ('missing-factor', agrees_at_one), ('missing-factor', factor_in_term),  ('missing-term', closed_term_unnamed), ('missing-term', linear_on_support),('wrong-point', shifted_point),
    ('swapped-argument', degrees_exchanged), ('missing-factor', degree_differs), ('missing-term', sum_of_powers), 
    ('missing-factor', broadcast_factor), ('missing-term', coupling_lost),  ('missing-term', invariance_broken), ('wrong-point', scaled_point), ('low-precision', _rounded),
]

def diagnose(hand, reference, tolerance, *, wrt, arguments, hand_at=None, reference_at=None, others=None):
    p = Pair(hand, reference, tolerance, wrt, arguments, hand_at, reference_at, others)
    if not p.same_shape: return Diagnosis(None, 'wrong-shape', [wrong_shape(p)])
    if not p.wrong.any(): return Diagnosis(p.wrong, None, [])
    for cause, hypothesis in HYPOTHESES:
        sentence = hypothesis(p)
        if sentence: return Diagnosis(p.wrong, cause, [f'[{hypothesis.__name__}] ' + sentence])
    return Diagnosis(p.wrong, None, [])
