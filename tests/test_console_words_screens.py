"""What callers hear, edited in a browser: by clicks, by keyboard alone, without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_console_kit import NEEDS_BROWSER, Screen, Stage, opened, stage
from test_console_own_kit import settle
from test_console_words_kit import SENTENCES, SOUND, TRANSCRIPT, Words
from test_planning_sound import tone, wav

from tests.stories.test_by_keyboard_alone import Keys

__all__ = ["stage"]  # fixtures
pytestmark = NEEDS_BROWSER

OWN = "Bonjour et bienvenue chez nous."
RECORDING = {"name": "voix.wav", "mimeType": "audio/wav", "buffer": SOUND}


@pytest.fixture
def screen(stage: Stage, sqlite_template: Path) -> Iterator[Screen]:
    with opened(stage, sqlite_template, sentences=SENTENCES) as made:
        yield made


def words_of(screen: Screen) -> Words:
    return Words(settle(screen.house), screen.house)


def look(screen: Screen, name: str, *, dark: bool = False) -> None:
    """Look at the page that is open, on a phone and on a desk."""
    screen.page.emulate_media(color_scheme="dark" if dark else "light")
    for width in (1280, 360):
        screen.page.set_viewport_size({"width": width, "height": 900})
        screen.fits()
        screen.shot(f"{name}-{width}")
    screen.axe()
    screen.page.emulate_media(color_scheme="light")


@pytest.mark.long
def test_the_pages_are_fit_for_everybody(screen: Screen):
    words = words_of(screen)
    words.write(OWN)
    words.use(words.upload(SOUND, words.path("nobody")).location.replace("/welcome/", "/nobody/"))
    screen.everywhere(words.home, role="coordinator")
    screen.everywhere(words.path("menu"), role="coordinator", languages=("fr",))
    screen.open(words.path("reopens"), role="coordinator", language="nl")
    look(screen, "words-reopens", dark=True)
    screen.open(words.upload(wav(tone(2, 4.0))).location, role="coordinator", language="nl")
    look(screen, "words-listen")
    page = screen.open(words.path(), role="coordinator", language="fr")
    page.locator("#text").fill("Ici {ligne}")
    words.write("Autre chose.")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    look(screen, "words-refused")
    page.locator("#text").fill(OWN + "!")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".words-now")).to_contain_text("Autre chose.")
    look(screen, "words-moved", dark=True)
    page = screen.open(words.path("emergency", "nl"), role="coordinator", language="nl")
    page.locator("#text").fill("Tot ziens.")
    page.get_by_role("button", name="Opslaan", exact=True).click()
    look(screen, "words-without")
    page.get_by_role("button", name="Opslaan zonder 112").click()
    expect(page.locator(".week-told")).to_contain_text("Onze zin noemt 112; de uwe niet.")


def test_a_sentence_is_counted_and_shown_with_examples_while_it_is_typed(screen: Screen):
    words = words_of(screen)
    page = screen.open(words.path("menu"), role="coordinator")
    expect(page.get_by_role("button", name="Preview")).to_be_hidden()
    page.locator("#text").fill("Allô 😀 ? ")
    expect(page.locator(".words-counted")).to_have_text("8 of 1000 characters")
    page.get_by_role("button", name="Insert {line}").click()
    page.keyboard.type(", tapez {key}, {constructor}, <b>{nobody}</b>")
    preview = page.locator("[data-preview]")
    expect(preview).to_have_text(
        "Allô 😀 ? Allo ? Aide sociale, tapez 1, {constructor}, <b>{nobody}</b>"
    )
    page.locator("#text").fill("a" * 1001)
    expect(page.locator(".words-counted.over")).to_have_text("1001 of 1000 characters")


def test_a_recording_is_uploaded_heard_and_put_to_use_by_clicks(screen: Screen):
    words = words_of(screen)
    page = screen.open(words.path(), role="coordinator")
    large = {"name": "large.wav", "mimeType": "audio/wav", "buffer": b"\0" * 6_400_000}
    page.locator("#file").set_input_files(large)
    expect(page.locator(".busy")).to_contain_text("larger than 6 MB")
    page.locator("#file").set_input_files(RECORDING)
    page.locator("#transcript").fill(TRANSCRIPT)
    page.get_by_role("button", name="Listen to it first").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Listen to the recording")
    playing = """async audio => {
        audio.muted = true;
        await audio.play();
        await new Promise(done => audio.addEventListener("ended", done, {once: true}));
        return audio.duration;
    }"""
    assert page.locator("audio").first.evaluate(playing) == pytest.approx(1.5, abs=0.1)
    page.get_by_role("button", name="Put it to use").click()
    expect(page.locator(".week-told")).to_contain_text("The next caller hears the recording.")
    assert words.held() == {("welcome", "fr"): None}
    page.locator(".week-told").get_by_role("button", name="Undo").click()
    expect(page.locator(".week-told")).to_contain_text("Taken back.")
    assert words.held() == {}


def test_a_sentence_is_changed_and_taken_back_by_keyboard_alone(screen: Screen):
    words = words_of(screen)
    page = screen.open("/", role="coordinator")
    keys = Keys(page)
    keys.press("link", "Planning")
    keys.press("link", "What callers hear")
    keys.press("link", "Change : Welcome")
    keys.reach("textbox", "Sentence")
    page.keyboard.press("Control+A")
    page.keyboard.type(OWN)
    keys.press("button", "Store")
    expect(page.locator(".week-told")).to_contain_text("The next caller hears it.")
    assert words.held() == {("welcome", "fr"): OWN}
    keys.press("link", "Change : Welcome")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
    with page.expect_file_chooser() as chosen:
        while page.evaluate("document.activeElement.id") != "file":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    chosen.value.set_files(RECORDING)
    keys.reach("textbox", "What it says, word for word")
    keys.press("button", "Listen to it first")
    keys.press("button", "Put it to use")
    expect(page.locator(".week-told")).to_contain_text("The next caller hears the recording.")
    keys.press("link", "Change : Welcome")
    keys.press("button", "Back to our sentence")
    expect(page.locator(".week-told")).to_contain_text("Callers hear our sentence again")
    assert words.held() == {}


def test_all_of_it_works_without_scripts(stage: Stage, sqlite_template: Path):
    with opened(stage, sqlite_template, scripts=False, sentences=SENTENCES) as bare:
        words = words_of(bare)
        page = bare.open(words.path("menu"), role="coordinator")
        page.locator("#text").fill("{line} ! Tapez {key}.")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("[data-preview]")).to_have_text("Allo ? Aide sociale ! Tapez 1.")
        page.get_by_role("button", name="Store", exact=True).click()
        page.get_by_role("link", name="Change : Welcome").click()
        page.locator("#file").set_input_files(RECORDING)
        page.get_by_role("button", name="Listen to it first").click()
        page.get_by_role("button", name="Put it to use").click()
        expect(page.locator(".week-told")).to_contain_text("The next caller hears the recording.")
        assert set(words.held()) == {("menu", "fr"), ("welcome", "fr")}
