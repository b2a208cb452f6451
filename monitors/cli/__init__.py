"""The command line: ``tidings``. No Prefect here; every command is a thin shell over the library.

Exit codes: 0 done, 1 failed, 2 usage or configuration error.
"""

import gc
import os

# A command that lists is over in 0.3 s, most of it imports. They make 200,000 objects
# that stay: looking through them again and again for garbage takes a tenth of the time.
gc.set_threshold(200_000, 20, 20)
# The same goes for asking every installed package whether it extends pydantic.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from monitors.cli.app import main  # noqa: E402  (what stands above is for its imports)

__all__ = ["main"]
