"`python -m literate_grad` is the command `literate-grad`."
import os, sys

# Python puts the current folder first: a `json.py` there would stand in for Python's own
if sys.path[0] == os.getcwd() and not getattr(sys.flags, 'safe_path', False): del sys.path[0]

from .tools.cli import main # noqa: E402

raise SystemExit(main())
