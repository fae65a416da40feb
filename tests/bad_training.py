"""A child that should train and does something else, as the name of its folder says."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

folder = Path(json.loads(sys.stdin.readline())["folder"])
(folder / "pid").write_text(str(os.getpid()), "ascii")
print(json.dumps({"step": "beginning", "share": 0.1}), flush=True)
if folder.name == "hangs":
    time.sleep(600)
elif folder.name == "refuses":
    print(json.dumps({"refused": "The model cannot be written: make room."}), flush=True)
elif folder.name == "lies":
    print(json.dumps({"found": []}), flush=True)  # and there is no model
else:
    sys.exit(3)
