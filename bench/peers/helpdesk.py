"""django-helpdesk, as an office would run it: one queue that fetches by IMAP, one SMTP server, one SQLite file.

It runs in an environment of its own (requirements.txt beside this file), so nothing here imports it: what it made is
read from its database.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
SETTINGS = "bench.peers.project.settings"


class Helpdesk:
    """One installation with an empty database."""

    def __init__(self, folder: Path, smtp_port: int, *, tuned: bool) -> None:
        """`tuned`: its SQLite file has a write-ahead log."""
        self.folder = folder
        self.environment = {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "PEER_FOLDER": str(folder),
            "PEER_SMTP_PORT": str(smtp_port),
            "PEER_TUNED": str(int(tuned)),
        }

    def prepare(self, imap_port: int, user: str, password: str) -> None:
        """Tables, the texts of its mails as it ships them, and the queue."""
        queue = {
            "title": "Bürgerpost",
            "slug": "post",
            "email_address": "buergerpost@musterlingen.example",
            "locale": "de",
            "allow_email_submission": True,
            "email_box_type": "imap",
            "email_box_host": "127.0.0.1",
            "email_box_port": imap_port,
            "email_box_user": user,
            "email_box_pass": password,
            "email_box_imap_folder": "INBOX",
            "email_box_interval": 0,
        }
        fixture = self.folder / "queue.json"
        fixture.write_text(json.dumps([{"model": "helpdesk.queue", "pk": 1, "fields": queue}]), "utf-8")
        for words in (["migrate", "-v0"], ["loaddata", "-v0", "emailtemplate.json"], ["loaddata", "-v0", str(fixture)]):
            subprocess.run(self.command(*words), cwd=ROOT, check=True, env={**os.environ, **self.environment})

    def command(self, *words: str) -> list[str]:
        """One of its management commands."""
        return [str(PYTHON), "-m", "django", *words]

    def made(self) -> Mapping[str, int]:
        """How many tickets and attachments there are."""
        database = sqlite3.connect(self.folder / "helpdesk.db")
        tables = {"tickets": "helpdesk_ticket", "attachments": "helpdesk_followupattachment"}
        found = {
            name: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for name, table in tables.items()
        }
        database.close()
        return found

    def versions(self) -> dict[str, str]:
        """What is installed."""
        ask = "from importlib.metadata import version as v; print(v('django-helpdesk'), v('django'))"
        said = subprocess.run([PYTHON, "-c", ask], check=True, capture_output=True, text=True).stdout.split()
        return dict(zip(("django-helpdesk", "django"), said, strict=True))
