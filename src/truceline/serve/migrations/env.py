"""What alembic runs: the steps, on the connection it was handed."""

from alembic import context

from truceline.serve.desk import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
