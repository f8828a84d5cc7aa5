"What a check says of each argument, as the lists of rules write it."

def signs(check, expected):
    "A sign for each argument: + agrees, - disagrees, ? undecided, and 0 where nothing is expected."
    found = {}
    for c in check:
        sign = {'agrees': '+', 'disagrees': '-', 'undecided': '?'}[c.status]
        found[c.part.path[0]] = max(found.get(c.part.path[0], '+'), sign, key='+?-'.index)
    return ''.join('0' if wanted == '0' else found.get(k, '0') for k, wanted in enumerate(expected))
