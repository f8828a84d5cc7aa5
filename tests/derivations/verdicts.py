"The verdicts on the steps of a text, a letter each: right, wrong, unreadable."
from literate_grad import derivation

letters = {'proved': 'r', 'holds': 'r', 'fails': 'w', 'unreadable': 'u'}
def read(text): return ''.join(letters[step.status] for step in derivation(text).steps)
