"""A process with a child in a session of its own that ignores polite requests; both process ids go to the file named."""

import os
import subprocess
import sys
import time
from pathlib import Path

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"

child = subprocess.Popen([sys.executable, "-c", STUBBORN], start_new_session=True)
Path(sys.argv[1]).write_text(f"{os.getpid()} {child.pid}")
time.sleep(60)
