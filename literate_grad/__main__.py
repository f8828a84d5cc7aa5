"`python -m literate_grad` is the command `literate-grad`."
from .cli import main

raise SystemExit(main())
