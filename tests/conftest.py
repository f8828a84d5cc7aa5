"Property tests draw the same examples each time, and none of them measures time."
from hypothesis import settings

settings.register_profile('repeatable', derandomize=True, deadline=None)
settings.load_profile('repeatable')
