import re
from test_console_kit import *
from test_console_own_kit import settle, MONDAY
from sqlalchemy import update, insert
from logging_db.engine import write
from logging_db.tables import responders
pytestmark = NEEDS_BROWSER
def test_states(screen: Screen):
    line = settle(screen.house)
    key = line.shift(hour=9)
    page = screen.open(f"/mine/shift/{key}/ask?starts=08:00&ends=10:00", role="alice", width=360, language="fr"); screen.axe(); screen.fits(); screen.shot("st-ask-wrong")
    page = screen.open(f"/mine/shift/{key}/ask?starts=10:00&ends=12:00", width=360, language="fr"); screen.axe(); screen.fits(); screen.shot("st-ask-part")
    page.get_by_role("button", name="Demander", exact=True).click(); screen.axe(); screen.shot("st-ask-none")
    page = screen.open("/mine/number", width=360, language="fr"); page.get_by_role("button", name="M’appeler à ce numéro-là").click(); screen.axe(); screen.fits(); screen.shot("st-number-wrong")
    page = screen.open("/mine/settings", width=360, language="nl")
    for n in range(4): page.locator(f"#languages-{n}").select_option("")
    page.get_by_role("button", name="Opslaan").first.click(); screen.axe(); screen.fits(); screen.shot("st-settings-wrong")
    page = screen.open("/people/add", role="coordinator", width=360, language="fr"); page.get_by_role("button", name="Ajouter").last.click(); screen.axe(); screen.fits(); screen.shot("st-add-wrong")
    with write(screen.house.engine) as c:
        c.execute(update(responders).where(responders.c.name=="Dirk Maes").values(phone=b"x"))
    page = screen.open("/people", width=1280, language="fr"); screen.axe(); screen.fits(); screen.shot("st-people-fault")
    page = screen.open(f"/people/{line['Alice']}/number", width=360); page.get_by_role("button", name="Show the number").click(); screen.axe(); screen.shot("st-shown")
    page = screen.open(f"/people/{line['Alice']}/stop", width=360); page.get_by_role("button", name="Take them off").click(); screen.axe(); screen.shot("st-stopped")
    page = screen.open("/mine", role="alice", width=360); screen.axe(); screen.shot("st-off")
    page = screen.open("/mine", role="administrator", width=360); screen.axe()
