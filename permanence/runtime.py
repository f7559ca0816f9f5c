"""Wiring: settings in, the desk of the provider's edge out."""

from logging_db.cipher import FieldCipher
from logging_db.engine import make_engine
from permanence import places
from permanence.bell import RedisBell
from permanence.clock import now
from permanence.keys import field_key
from permanence.settings import Settings
from telephony.desk import Desk
from telephony.dialler import TwilioDialler
from telephony.snapshot import Snapshots
from telephony.spool import Spool


def tokens(settings: Settings) -> tuple[str, ...]:
    """Return the auth tokens that a signature may be made with, the current one first."""
    provider = settings.provider
    both = (provider.auth_token, provider.previous_auth_token)
    return tuple(token.get_secret_value() for token in both if token and token.get_secret_value())


def open_desk(settings: Settings) -> Desk:
    """Open what a process needs to serve webhooks, jobs or the sweep."""
    provider = settings.provider
    auth_token = provider.auth_token.get_secret_value() if provider.auth_token else ""
    return Desk(
        # Three more: one looks at the lines for the boards, one at the log-ins of who watches,
        # one takes in what was spooled.
        engine=make_engine(settings.database_url, pool_size=settings.web.threads + 3),
        clock=now,
        dialler=TwilioDialler(provider.account_sid, auth_token, provider.base_url),
        bell=RedisBell(settings.redis_url),
        cipher=FieldCipher(field_key(settings)),
        public_url=provider.public_url,
        tokens=tokens(settings),
        calls_per_second=provider.calls_per_second,
        snapshots=Snapshots(places.snapshot_file(settings.data_dir)),
        spool=Spool(places.spool_folder(settings.data_dir)),
    )
