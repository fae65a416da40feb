"""The schema's versions: alembic's one door. Imported only where a schema is looked at, since it takes a while."""

from __future__ import annotations

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from daemon.errors import StoreError


def upgrade(connection: sqlalchemy.Connection) -> None:
    """Bring the schema to this release's version. Raises `StoreError` where it is a newer release's."""
    try:
        command.upgrade(_alembic(connection), "head")
    except CommandError as error:
        raise StoreError(
            f"The database was made by a newer release of anliegen ({error}): install that release."
        ) from error


def version(connection: sqlalchemy.Connection) -> str | None:
    """The schema's version, None where there is none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """This release's version."""
    return ScriptDirectory.from_config(_alembic(None)).get_current_head()


def is_older(version: str | None) -> bool:
    """Whether a database of that version lacks what this release needs."""
    known = [script.revision for script in ScriptDirectory.from_config(_alembic(None)).walk_revisions()]
    return version is None or version in known[1:]


def _alembic(connection: sqlalchemy.Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "daemon:migrations")
    config.attributes["connection"] = connection
    return config
