"""The people of the stories."""

from tests.stories.world import LINE, Person, World

FEDERATION = f"""
[[lines]]
number = "{LINE}"
name = "Allo ? Aide sociale"
languages = ["fr", "nl"]
timezone = "Europe/Brussels"
caller_id = "+3225550100"
fallback_number = "+3225550199"
ring_seconds = 20
max_wait_seconds = 300
wrap_up_seconds = 30
hours = [{{ days = ["mon", "tue", "wed", "thu", "fri"], from = "09:00", to = "17:00" }}]
closures = [{{ date = 2026-12-25, name = {{ fr = "Noël", nl = "Kerstmis" }} }}]

[[services]]
code = "cssbse"
name = {{ fr = "Centre de Service Social de Bruxelles Sud-Est", nl = "CSSBSE" }}

[[services]]
code = "caw"
name = {{ fr = "CAW Bruxelles", nl = "CAW Brussel" }}

[[responders]]
name = "Alice Martin"
service = "cssbse"
phone = "+32470000001"
languages = ["fr"]

[[responders]]
name = "Bram Peeters"
service = "caw"
phone = "+32470000002"
languages = ["nl", "fr"]

[[responders]]
name = "Chloé Diallo"
service = "cssbse"
phone = "+32470000003"
languages = ["fr", "en"]

[[shifts]]
line = "{LINE}"
service = "cssbse"
days = ["mon", "tue", "wed", "thu", "fri"]
from = "09:00"
to = "17:00"
responders = ["Alice Martin", "Chloé Diallo"]

[[shifts]]
line = "{LINE}"
service = "caw"
days = ["mon", "tue", "wed", "thu", "fri"]
from = "09:00"
to = "17:00"
responders = ["Bram Peeters"]
"""


class Cast:
    """Everybody who appears, by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.nadia = world.person("+32499000001")  # a caller, French-speaking
        self.joris = world.person("+32499000002")  # a caller, Dutch-speaking
        self.alice = world.person("+32470000001")
        self.bram = world.person("+32470000002")
        self.chloe = world.person("+32470000003")
        self.fallback = world.person("+3225550199")

    @property
    def responders(self) -> list[Person]:
        return [self.alice, self.bram, self.chloe]
