"Lines, sums, exit statuses and files, for results of every kind."
import itertools, json
from xml.etree import ElementTree
import pytest
from literate_grad.tools.results import Result, as_json, as_junit, exit_status, failure, line, reports

KINDS = {'right': Result('m.right', 'm.py', 1, 'agrees', 'proved'),
    'unread': Result('m.unread', 'm.py', 2, 'agrees', 'unreadable', report='u'),
         'open': Result('m.open', 'm.py', 3, 'undecided', report='o'), 'wrong': Result('m.wrong', 'm.py', 4,
             'disagrees', cause='sign', report='w\nw'),
         'broken': Result('n', 'n.py', None, report='n: ImportError'), 'ignored': Result('o', 'o.py', status='ignored',
             report='o: ImportError')}
STATUS = {'right': (0, 0), 'unread': (0, 1), 'open': (0, 1), 'wrong': (1, 1), 'broken': (2, 2), 'ignored': (0, 0)}

@pytest.mark.parametrize('kinds', [kinds for n in (1, 2, 3) for kinds in itertools.combinations(KINDS, n)])
def test_the_worst_decides_the_exit_status(kinds):
    results = [KINDS[kind] for kind in kinds]
    for strict in (False, True): assert exit_status(results, strict) == max(STATUS[kind][strict] for kind in kinds)

def test_nothing_is_not_all_right(): assert exit_status([], False) == 2

@pytest.mark.parametrize('strict', [False, True])
def test_junit_counts_what_it_holds(strict):
    suite = ElementTree.fromstring(as_junit(list(KINDS.values()), strict).encode())
    tags = [part.tag for case in suite for part in case]
    assert {k: int(suite.get(k)) for k in ('tests', 'failures', 'errors', 'skipped')} == {'tests': 6, 'errors': 1,
        'failures': 3 if strict else 1, 'skipped': 1 if strict else 2}
    assert (tags.count('failure'), tags.count('error'), tags.count('skipped')) == ((3, 1, 1) if strict else (1, 1, 2))
    wrong = next(case for case in suite if case.get('name') == 'wrong')
    assert (wrong.get('classname'), wrong.get('file'), wrong.get('line'), wrong[0].get('message'),
        wrong[0].text) == ('m', 'm.py', '4', 'w', 'w\nw')

def test_junit_holds_any_text():
    text = ''.join(map(chr, range(32))) + '\ud800\ufffe\x7fß≈\U0001d465 <&>"\''
    for result in (Result('m.f', report=text), Result(f'm.{text}', text, 3, 'agrees')):
        suite = ElementTree.fromstring(as_junit([result], False).encode('utf-8', 'backslashreplace'))
        read = suite[0][0].text if result.status == 'error' else suite[0].get('name')
        assert read.endswith('\ufffd\ufffd\x7fß≈\U0001d465 <&>"\'')

def test_json_holds_everything():
    read = json.loads(as_json(list(KINDS.values()), True))
    assert read['exit_status'] == 2 and [Result(**fields) for fields in read['derivatives']] == list(KINDS.values())

def test_reports_are_headed_by_their_lines():
    told = reports(list(KINDS.values()), strict=False)
    parts = 'm.py:3  m.open  undecided\no', 'm.py:4  m.wrong  disagrees\nw\nw', 'n.py  n  error\nn: ImportError'
    assert told.split('\n\n')[:3] == list(parts)
    assert told.endswith('\n2 of 5 agree, 1 wrong, 1 undecided, 1 not checked, 1 ignored, '
                         '1 with a formula that was not read')
    assert 'm.unread' not in told
    assert 'm.unread  agrees  formula unreadable\nu\n' in reports(list(KINDS.values()), strict=True)

@pytest.mark.parametrize('kind, text', [('right', 'm.py:1  m.right  agrees  formula proved'),
    ('broken', 'n.py  n  error')])
def test_lines(kind, text): assert line(KINDS[kind]) == text

def test_what_is_right_is_no_failure(): assert failure(KINDS['right'], True) == '' == failure(KINDS['unread'], False)
