"""How a line chooses whom to ring, who stands by, who pauses; whom files leave alone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("lines") as batch_op:
        batch_op.add_column(
            sa.Column("policy", sa.String(length=16), server_default="longest_idle", nullable=False)
        )
        batch_op.add_column(
            sa.Column("ring_at_once", sa.SmallInteger(), server_default="3", nullable=False)
        )
        batch_op.add_column(
            sa.Column("backup_after_seconds", sa.Integer(), server_default="60", nullable=False)
        )
    with op.batch_alter_table("responders") as batch_op:
        batch_op.add_column(
            sa.Column("by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.add_column(sa.Column("file_service", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("file_name", sa.String(length=200), nullable=True))
    # A number that was proved is no file's: whoever has one keeps it from now on.
    op.execute(
        "UPDATE responders SET by_hand = true, file_name = name, file_service ="
        " (SELECT code FROM partner_services WHERE id = responders.service_id)"
        " WHERE verified_at IS NOT NULL"
    )
    op.create_table(
        "line_backups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("responder_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_line_backups_line_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responders.id"], name=op.f("fk_line_backups_responder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_backups")),
        sa.UniqueConstraint(
            "line_id", "responder_id", name=op.f("uq_line_backups_line_id_responder_id")
        ),
    )
    with op.batch_alter_table("line_backups") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_line_backups_responder_id"), ["responder_id"], unique=False
        )
    op.create_table(
        "pauses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("responder_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responders.id"], name=op.f("fk_pauses_responder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    with op.batch_alter_table("pauses") as batch_op:
        batch_op.create_index(batch_op.f("ix_pauses_responder_id"), ["responder_id"], unique=False)
        batch_op.create_index(
            "uq_pauses_one_a_responder",
            ["responder_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("pauses")
    op.drop_table("line_backups")
    with op.batch_alter_table("responders") as batch_op:
        batch_op.drop_column("file_name")
        batch_op.drop_column("file_service")
        batch_op.drop_column("by_hand")
    with op.batch_alter_table("lines") as batch_op:
        batch_op.drop_column("backup_after_seconds")
        batch_op.drop_column("ring_at_once")
        batch_op.drop_column("policy")
