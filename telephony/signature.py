"""The provider's request signature, made and checked.

Protocol: https://www.twilio.com/docs/usage/security (validating requests). The message is
the full address as the provider called it followed by every form parameter, sorted; the
key is the account's auth token; the digest is HMAC-SHA1 in base64.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache

from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"


@lru_cache(maxsize=8)
def _validator(token: str) -> RequestValidator:
    return RequestValidator(token)


def sign(url: str, params: Mapping[str, object], token: str) -> str:
    """Return the signature of a form post of ``params`` to ``url``.

    ``params`` may be a multi-dict (with ``getlist``): values of one name are
    de-duplicated and sorted, as the provider does. For a GET pass no parameters.
    """
    return str(_validator(token).compute_signature(url, params))


def _digest(token: bytes, url: str, params: Mapping[str, object]) -> bytes:
    """Return what :func:`sign` does, in a fifth of the time: every webhook passes here."""
    getlist = getattr(params, "getlist", None) or (lambda name: [params[name]])
    parts = [url]
    for name in sorted(params):
        parts += (f"{name}{value}" for value in sorted(set(getlist(name))))
    return b64encode(hmac.digest(token, "".join(parts).encode(), "sha1"))


def is_genuine(
    url: str, params: Mapping[str, object] | str, signature: str, tokens: Iterable[str]
) -> bool:
    """Tell whether ``signature`` was made with one of ``tokens``.

    ``url`` must be the public address with the raw, undecoded path and query. A ``str``
    as ``params`` is a raw body, bound by ``bodySHA256`` in the query. Empty tokens never
    match. The comparison takes constant time and accepts the address with and without its
    port, as the provider itself is not consistent there.
    """
    return any(
        token and signature and _matches(_validator(token), url, params, signature)
        for token in tokens
    )


def _matches(
    validator: RequestValidator, url: str, params: Mapping[str, object] | str, signature: str
) -> bool:
    """Try the very address first: the library takes it apart, and so loses a bare "?"."""
    if not isinstance(params, str):
        expected = _digest(validator.token, url, params)
        if hmac.compare_digest(expected, signature.encode()):
            return True
    elif "bodySHA256=" not in url:
        return False  # a raw body that nothing binds to its signature
    return bool(validator.validate(url, params, signature))
