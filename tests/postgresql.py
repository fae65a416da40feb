"""A PostgreSQL of the tests' own, from Debian's package: its own folder, a free loopback port, no password."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import psycopg

from daemon.store import Database
from tests.dovecot import free_port


def _binaries() -> Path:
    """The newest installed version's programs; Debian keeps them off the path."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


class PostgreSQL:
    """One server. A context manager; `database()` makes an empty database and gives its URL."""

    def __init__(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="anliegen-pg-"))
        self.port = free_port()
        self._made = 0
        self._template: str | None = None

    def __enter__(self) -> PostgreSQL:
        if os.geteuid() == 0:  # the server refuses to run as root
            postgres = pwd.getpwnam("postgres")
            os.chown(self.base, postgres.pw_uid, postgres.pw_gid)
        self._run("initdb", "-D", str(self.base / "data"), "-A", "trust", "-U", "anliegen", "--no-sync")
        options = f"-p {self.port} -k {self.base} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", str(self.base / "data"), "-o", options, "-l", str(self.base / "log"), "-w", "start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "-D", str(self.base / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.base, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        command = [*user, str(_binaries() / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.base)

    def database(self, template: str = "template1") -> str:
        """The URL of a new database: an empty one, or a copy."""
        self._made += 1
        name = f"anliegen_{self._made}"
        with psycopg.connect(f"postgresql://anliegen@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return f"postgresql://anliegen@127.0.0.1:{self.port}/{name}"

    def migrated(self) -> str:
        """The URL of a new database with this release's schema, which is made once and then copied."""
        if self._template is None:
            url = self.database()
            database = Database(url, self.base)
            database.migrate()
            database.close()
            self._template = url.rpartition("/")[2]
        return self.database(self._template)
