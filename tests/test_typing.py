"What a type checker says of programs that use the package: the right one passes, and each misspelt name is an error."
import importlib.util, re, subprocess, sys
from pathlib import Path
import pytest

root = Path(__file__).resolve().parent.parent
folder = root/'tests'/'typing'
# quiet about the package itself: its notebooks keep to their own gate
CHECKERS = {
    'mypy': ['-m', 'mypy', '--strict', '--follow-imports=silent', '--no-error-summary', '--cache-dir=/dev/null'],
    'pyright': ['-m', 'pyright']}

def errors(checker):
    "For each program the numbers of the lines with an error, and all that was said."
    if not importlib.util.find_spec(checker): pytest.skip(f'{checker} is not installed')
    names = 'ok.py', 'misspelt.py'
    command = [sys.executable, *CHECKERS[checker], *(str(folder/name) for name in names)]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    said = run.stdout + run.stderr
    if re.search(r'nodeenv|npm|ENOTFOUND|urlopen', said): pytest.skip(f'{checker} cannot be started here')
    return *({int(line) for line in re.findall(rf'{re.escape(name)}:(\d+):.*error', said)} for name in names), said

@pytest.mark.parametrize('checker', CHECKERS)
def test_a_program_with_types_passes_and_each_misspelt_name_is_an_error(checker):
    source = (folder/'misspelt.py').read_text().splitlines()
    expected = {k for k, line in enumerate(source, 1) if k > 2}
    right, misspelt, said = errors(checker)
    assert not right and misspelt == expected, said
