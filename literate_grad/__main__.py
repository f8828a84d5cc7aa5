"`python -m literate_grad` is the command `literate-grad`."
from .tools.cli import main

raise SystemExit(main())
