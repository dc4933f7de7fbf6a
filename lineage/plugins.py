"""Makes the package that Airflow's plugins have importable here: it knows what both sides need."""

import sys
from pathlib import Path

_PLUGINS = str(Path(__file__).parent.parent / "airflow" / "plugins")

if _PLUGINS not in sys.path:
    sys.path.append(_PLUGINS)
