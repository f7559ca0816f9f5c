"""`permanence check`: whether mails reach people."""

from dataclasses import replace

from notices.channels import DeliveryError
from notices.mail import FileMailer
from permanence.preflight_result import Result
from permanence.settings import Settings
from permanence.telling import open_mailer

SECONDS = 3.0
HERE = ("127.0.0.1", "::1", "localhost")


def mail(settings: Settings) -> Result:
    """Connect to the mail server and log in, as before every mail."""
    given, mailer = settings.mail, open_mailer(settings)
    if isinstance(mailer, FileMailer):
        return Result("mail", f"written to {mailer.folder}, where nobody but you reads it")
    if given.smtp_security == "none" and given.smtp_host not in HERE:
        return Result("mail", "would travel in clear", 'Set mail.smtp_security to "starttls".')
    try:
        replace(mailer, seconds=SECONDS).probe()
    except DeliveryError as error:
        return Result(
            "mail",
            f"{given.smtp_host} does not take it ({error.code})",
            "Correct mail.smtp_host, smtp_port, smtp_security, smtp_user or the password.",
        )
    return Result("mail", f"taken by {given.smtp_host}")
