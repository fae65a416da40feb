"""Indexes for what is asked all day, so that no answer takes longer the more tickets there are.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("delivery_to", table_name="delivery")
    op.create_index("delivery_to", "delivery", [sa.text("lower(address)"), "created_at"])
    op.create_index("delivery_at", "delivery", ["status", "at"])
    op.create_index("event_what", "ticket_event", ["what", "at"])


def downgrade() -> None:
    op.drop_index("event_what", table_name="ticket_event")
    op.drop_index("delivery_at", table_name="delivery")
    op.drop_index("delivery_to", table_name="delivery")
    op.create_index("delivery_to", "delivery", ["target", "address", "created_at"])
