"""The console’s own pages on every screen."""

from test_console_kit import NEEDS_BROWSER, Screen, screen, stage

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER


def test_the_first_page_is_fit_for_everybody(screen: Screen):
    screen.everywhere("/", role="coordinator")
