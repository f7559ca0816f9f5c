"""What every answer of the console tells the browser beside its content."""

from flask import Flask, Response, request

from console.assets import is_lasting
from console.office import office

# Everything comes from the console itself: no inline script or style, no other host.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}
HSTS = "max-age=63072000; includeSubDomains"
YEAR = 365 * 24 * 3600  # seconds


def install(app: Flask) -> None:
    """Put the headers on every answer, error pages too."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if office().settings.secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint == "static" and response.status_code in (200, 304):
        lasting = is_lasting(request.path)
        kept = f"public, max-age={YEAR}, immutable" if lasting else "no-cache"
        response.headers["Cache-Control"] = kept
    elif not response.headers.get("Cache-Control", "").startswith("private"):
        # A view that lets its visitor keep an answer says "private" itself (calendars do).
        response.headers["Cache-Control"] = "no-store"
    return response
