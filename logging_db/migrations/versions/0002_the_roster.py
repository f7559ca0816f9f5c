"""The roster as coordinators edit it: dated shifts, substitutions, absences, changes.

Beside it the outbox of notices, private calendar addresses and checks of numbers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_roster_changes_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_changes")),
    )
    with op.batch_alter_table("roster_changes") as batch_op:
        batch_op.create_index("ix_roster_changes_at", ["at"], unique=False)

    op.create_table(
        "templates",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_templates_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
        sa.UniqueConstraint("line_id", "name", name=op.f("uq_templates_line_id_name")),
    )
    op.create_table(
        "absence_reports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("responder_id", sa.String(length=32), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responders.id"], name=op.f("fk_absence_reports_responder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_reports")),
    )
    with op.batch_alter_table("absence_reports") as batch_op:
        batch_op.create_index(
            "ix_absence_reports_open",
            ["day"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "absences",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("responder_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_absences_in_order")),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responders.id"], name=op.f("fk_absences_responder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_absences_responder_id"), ["responder_id"], unique=False
        )

    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("responder_id", sa.String(length=32), nullable=True),
        sa.Column("service_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(responder_id IS NULL) <> (service_id IS NULL)",
            name=op.f("ck_calendar_feeds_one_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["responder_id"],
            ["responders.id"],
            name=op.f("fk_calendar_feeds_responder_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["partner_services.id"],
            name=op.f("fk_calendar_feeds_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_calendar_feeds_token_sha256")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=True),
        sa.Column("responder_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trying_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"],
            ["responders.id"],
            name=op.f("fk_notices_responder_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_notices_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    with op.batch_alter_table("notices") as batch_op:
        batch_op.create_index(
            "ix_notices_open",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dropped_at IS NULL"),
        )

    op.create_table(
        "number_checks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("responder_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_sid", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) OR (number IS NULL)",
            name=op.f("ck_number_checks_erased_when_closed"),
        ),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responders.id"], name=op.f("fk_number_checks_responder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_checks")),
        sa.UniqueConstraint("provider_sid", name=op.f("uq_number_checks_provider_sid")),
    )
    with op.batch_alter_table("number_checks") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_number_checks_responder_id"), ["responder_id"], unique=False
        )
        batch_op.create_index(
            "uq_number_checks_open",
            ["responder_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "substitution_proposals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("instead_of", sa.String(length=32), nullable=False),
        sa.Column("responder_id", sa.String(length=32), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instead_of"], ["responders.id"], name=op.f("fk_substitution_proposals_instead_of")
        ),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responders.id"], name=op.f("fk_substitution_proposals_responder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution_proposals")),
    )
    op.create_table(
        "substitutions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("instead_of", sa.String(length=32), nullable=False),
        sa.Column("responder_id", sa.String(length=32), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instead_of"], ["responders.id"], name=op.f("fk_substitutions_instead_of")
        ),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responders.id"], name=op.f("fk_substitutions_responder_id")
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shifts.id"], name=op.f("fk_substitutions_shift_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutions")),
    )
    with op.batch_alter_table("substitutions") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_substitutions_responder_id"), ["responder_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_substitutions_shift_id"), ["shift_id"], unique=False)

    with op.batch_alter_table("opening_hours") as batch_op:
        batch_op.add_column(sa.Column("since", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("until", sa.Date(), nullable=True))

    with op.batch_alter_table("closures") as batch_op:
        batch_op.add_column(
            sa.Column("origin", sa.String(length=8), server_default="file", nullable=False)
        )

    with op.batch_alter_table("responders") as batch_op:
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("remind_day", sa.Boolean(), server_default=sa.text("true"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("remind_hour", sa.Boolean(), server_default=sa.text("true"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("remind_by", sa.String(length=8), server_default="email", nullable=False)
        )

    # Filled in before it is made obligatory: a shift keeps the zone of its line.
    op.add_column("shifts", sa.Column("zone", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE shifts SET zone = (SELECT timezone FROM lines WHERE lines.id = shifts.line_id)"
    )
    with op.batch_alter_table("shifts") as batch_op:
        batch_op.alter_column("zone", existing_type=sa.String(length=64), nullable=False)
        batch_op.add_column(sa.Column("languages", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(
            sa.Column("origin", sa.String(length=8), server_default="file", nullable=False)
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("since", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("template_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("weekly_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("weekly_day", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("cancelled", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.create_index("ix_shifts_line_id_day", ["line_id", "day"], unique=False)
        batch_op.create_index("ix_shifts_day", ["day"], unique=False)
        batch_op.create_index(
            "ix_shifts_template_id",
            ["template_id"],
            unique=False,
            sqlite_where=sa.text("template_id IS NOT NULL"),
            postgresql_where=sa.text("template_id IS NOT NULL"),
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_shifts_weekly_id_weekly_day"), ["weekly_id", "weekly_day"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_shifts_template_id"),
            "templates",
            ["template_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_shifts_weekly_id"), "shifts", ["weekly_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    # What the older shape cannot say: weeks kept by name, and occurrences that were called off.
    op.execute("DELETE FROM shifts WHERE template_id IS NOT NULL OR cancelled")
    with op.batch_alter_table("shifts") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_shifts_weekly_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_shifts_template_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_shifts_weekly_id_weekly_day"), type_="unique")
        batch_op.drop_index("ix_shifts_template_id")
        batch_op.drop_index("ix_shifts_day")
        batch_op.drop_index("ix_shifts_line_id_day")
        batch_op.drop_column("cancelled")
        batch_op.drop_column("weekly_day")
        batch_op.drop_column("weekly_id")
        batch_op.drop_column("template_id")
        batch_op.drop_column("until")
        batch_op.drop_column("since")
        batch_op.drop_column("version")
        batch_op.drop_column("origin")
        batch_op.drop_column("languages")
        batch_op.drop_column("zone")

    with op.batch_alter_table("responders") as batch_op:
        batch_op.drop_column("remind_by")
        batch_op.drop_column("remind_hour")
        batch_op.drop_column("remind_day")
        batch_op.drop_column("verified_at")

    with op.batch_alter_table("closures") as batch_op:
        batch_op.drop_column("origin")

    with op.batch_alter_table("opening_hours") as batch_op:
        batch_op.drop_column("until")
        batch_op.drop_column("since")

    op.drop_table("substitutions")
    op.drop_table("substitution_proposals")
    op.drop_table("number_checks")
    op.drop_table("notices")
    op.drop_table("calendar_feeds")
    op.drop_table("absences")
    op.drop_table("absence_reports")
    op.drop_table("templates")
    op.drop_table("roster_changes")
