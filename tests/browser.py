"""The system’s Chromium, which all browser tests share: one process a test run.

Its windows are shared as well. In a new one a page’s first run of axe takes three times as long
as any other, and the files of the page are fetched and compiled again.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as BrowserError

# The headless shell is the same Chromium without its windows: pages come twice as fast.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--in-process-gpu --disable-software-rasterizer"
)

expect.set_options(timeout=20_000)  # as for clicks: on a busy machine five seconds are few


class Windows:
    """The windows of a run, one of each kind; each test finds its own as if it were new.

    Whoever has borrowed one leaves it at an empty page of their own server: ``about:blank``
    would be shown by another process, and the warm one be lost.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._kept: dict[tuple[tuple[str, Any], ...], Page] = {}

    @contextmanager
    def lent(self, *, alone: bool = False, **kind: Any) -> Iterator[Page]:
        """Lend a window; ``alone``: one that nobody has used and nobody will use."""
        key = tuple(sorted(kind.items()))
        kept = None if alone else self._kept.pop(key, None)
        page = kept or self.browser.new_context(**kind).new_page()
        try:
            yield page
            if not alone and _as_new(page):
                self._kept[key] = page
        finally:
            if self._kept.get(key) is not page:
                page.context.close()


def _as_new(page: Page) -> bool:
    """Clear away what a test left in its window; say whether that was possible."""
    context = page.context
    try:
        context.set_offline(offline=False)
        page.unroute_all()
        page.mouse.move(0, 0)  # nothing of the next page is under it
        page.emulate_media(media="null", color_scheme="light")
        context.clear_cookies()
        context.clear_permissions()
        for other in context.pages:
            if other is not page:
                other.close()
    except BrowserError:
        return False
    return True
