"""A line's own words and numbers, who is brought into a room, what the provider knows better."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
        sa.UniqueConstraint("since", "until", name=op.f("uq_reconciliations_since_until")),
    )
    op.create_table(
        "discrepancies",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reconciliation_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("provider_sid", sa.String(length=64), nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=True),
        sa.Column("leg_id", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.String(length=64), nullable=True),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliations.id"],
            name=op.f("fk_discrepancies_reconciliation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancies")),
        sa.UniqueConstraint(
            "reconciliation_id",
            "kind",
            "provider_sid",
            name=op.f("uq_discrepancies_reconciliation_id_kind_provider_sid"),
        ),
    )
    op.create_table(
        "line_numbers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_line_numbers_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_numbers")),
        sa.UniqueConstraint("number", name=op.f("uq_line_numbers_number")),
    )
    with op.batch_alter_table("line_numbers") as batch_op:
        batch_op.create_index(batch_op.f("ix_line_numbers_line_id"), ["line_id"], unique=False)

    op.create_table(
        "recordings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("transcript", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_recordings_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    with op.batch_alter_table("recordings") as batch_op:
        batch_op.create_index(batch_op.f("ix_recordings_line_id"), ["line_id"], unique=False)

    op.create_table(
        "line_words",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=True),
        sa.Column("recording_id", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(text IS NULL) <> (recording_id IS NULL)", name=op.f("ck_line_words_text_or_recording")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_line_words_line_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_line_words_recording_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_words")),
        sa.UniqueConstraint(
            "line_id", "key", "language", name=op.f("uq_line_words_line_id_key_language")
        ),
    )
    with op.batch_alter_table("line_words") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_line_words_recording_id"), ["recording_id"], unique=False
        )

    op.create_table(
        "guests",
        sa.Column("leg_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("contact_id", sa.String(length=32), nullable=True),
        sa.Column("responder_id", sa.String(length=32), nullable=True),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_guests_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"], name=op.f("fk_guests_leg_id")),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responders.id"], name=op.f("fk_guests_responder_id")
        ),
        sa.PrimaryKeyConstraint("leg_id", name=op.f("pk_guests")),
    )
    with op.batch_alter_table("calls") as batch_op:
        batch_op.add_column(
            sa.Column("front", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.add_column(sa.Column("wanted_responder_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("wanted_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("legs") as batch_op:
        batch_op.add_column(sa.Column("ends_room", sa.Boolean(), nullable=True))
        batch_op.add_column(
            sa.Column("ends_unclear", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.drop_constraint(batch_op.f("uq_legs_offer_id_party"), type_="unique")
        batch_op.create_index(
            "uq_legs_offer_id_party",
            ["offer_id", "party"],
            unique=True,
            sqlite_where=sa.text("party <> 'guest'"),
            postgresql_where=sa.text("party <> 'guest'"),
        )

    with op.batch_alter_table("lines") as batch_op:
        batch_op.add_column(
            sa.Column("greet_first", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("tell_wait", sa.Boolean(), server_default=sa.text("true"), nullable=False)
        )

    with op.batch_alter_table("offers") as batch_op:
        batch_op.add_column(sa.Column("wrap_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("room_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("conference_sid", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("held_there", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.add_column(sa.Column("hold_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("hold_unclear", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("unsettled", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.create_index(
            "ix_offers_unsettled",
            ["id"],
            unique=False,
            sqlite_where=sa.text("unsettled"),
            postgresql_where=sa.text("unsettled"),
        )


def downgrade() -> None:
    with op.batch_alter_table("offers") as batch_op:
        batch_op.drop_index("ix_offers_unsettled")
        batch_op.drop_column("unsettled")
        batch_op.drop_column("hold_unclear")
        batch_op.drop_column("hold_asked_at")
        batch_op.drop_column("held_there")
        batch_op.drop_column("held")
        batch_op.drop_column("conference_sid")
        batch_op.drop_column("room_id")
        batch_op.drop_column("wrap_until")

    with op.batch_alter_table("lines") as batch_op:
        batch_op.drop_column("tell_wait")
        batch_op.drop_column("greet_first")

    op.drop_table("guests")
    # The older shape knows no guests.
    op.execute("DELETE FROM legs WHERE party = 'guest'")
    with op.batch_alter_table("legs") as batch_op:
        batch_op.drop_column("ends_unclear")
        batch_op.drop_column("ends_room")
        batch_op.drop_index(
            "uq_legs_offer_id_party",
            sqlite_where=sa.text("party <> 'guest'"),
            postgresql_where=sa.text("party <> 'guest'"),
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_legs_offer_id_party"), ["offer_id", "party"]
        )

    with op.batch_alter_table("calls") as batch_op:
        batch_op.drop_column("wanted_until")
        batch_op.drop_column("wanted_responder_id")
        batch_op.drop_column("front")

    op.drop_table("line_words")

    op.drop_table("recordings")

    op.drop_table("line_numbers")
    op.drop_table("discrepancies")
    op.drop_table("reconciliations")
    op.drop_table("contacts")
