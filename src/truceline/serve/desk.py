"""The desk: what the room keeps beside the record because it must be possible to change or wipe it.

Accounts, sessions and keys are never in the record: a record goes to others, is kept for ever, and cannot be taken
back. Published reports lie here by their digest; the record holds the digest.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from truceline.store.database import connect, place_name, writing

VERSION_TABLE = "desk_version"
METADATA = sa.MetaData()

ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("account", sa.Text, primary_key=True),  # a number for the record, never the name
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("password", sa.Text, nullable=False),  # Argon2id; "" opens with no password
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),  # of a delegate
    sa.Column("made", sa.Text, nullable=False),
    sa.Column("closed", sa.Text, nullable=False),  # "" while open
)
SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),  # SHA-256 of the cookie: who reads the table cannot use it
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("ends", sa.Text, nullable=False),
)
KEYS = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("called", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),  # deeds, separated by spaces
    sa.Column("ends", sa.Text, nullable=False),
)
PUBLISHED = sa.Table(
    "published",
    METADATA,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)


def open_desk(path_or_url: str | Path, *, kept: int = 0) -> sa.Engine:
    """Return an engine on the database of a record, its desk's tables made or brought up to this version.

    Open the record first: a database that holds a desk alone is not a record.
    """
    engine = connect(path_or_url, kept=kept)
    where = place_name(path_or_url)
    with writing(engine, where) as connection:
        steps = Config()
        steps.set_main_option("script_location", "truceline.serve:migrations")
        steps.attributes["connection"] = connection
        command.upgrade(steps, "head")
    return engine
