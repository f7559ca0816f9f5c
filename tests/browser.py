"""The system’s Chromium, which all browser tests share: one process a test run."""

import shutil

# The headless shell is the same Chromium without its windows: pages come twice as fast.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--in-process-gpu --disable-software-rasterizer"
)
