"Importing the package is cheap: nothing heavy comes along."
import subprocess, sys

def test_import_loads_nothing_heavy():
    code = "import sys, literate_grad; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True).stdout.split()
    assert not {'matplotlib', 'sympy', 'scipy', 'lark', 'mpmath', 'fastcore.script', 'fastcore.test',
                'IPython'} & set(loaded)
