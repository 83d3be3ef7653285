"""Records a Python twin for the explorer: `python3 record_twin.py TWIN.py` prints JSON.

How it does so is told in `record/__init__.py`.
"""

import os
import sys

twin = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.dirname(os.path.dirname(twin)))  # `say.py` is there

from record import run

run.record(twin)
