import pytest
from test_logging_db_federation_kit import but, refused

# What is written otherwise, how, and what is said of it.
FAULTS = [
    ('name = "Allo ? Aide sociale"', "",
     'lines[1].name: is missing; write for example name = "Allo ? Aide sociale".'),
    ('name = "Allo ? Aide sociale"', "name = 5",
     ("lines[1].name: 5 is not a text between quotes; "
     'write for example "Allo ? Aide sociale".')),
    ('name = "Allo ? Aide sociale"', 'name = " "',
     'lines[1].name: is empty; write for example "Allo ? Aide sociale".'),
    ('name = "Allo ? Aide sociale"', f'name = "{"x" * 201}"',
     "lines[1].name: is longer than 200 characters; shorten it."),
    ('name = "Allo ? Aide sociale"', r'name = "a\u0000b"',
     "lines[1].name: has a control character in it; remove it."),
    ("closures = ", "closure = ",
     'lines[1].closure: is no key that is known here; write "closures".'),
    ('code = "cssbse"', 'code = "cssbse"\ncolour = 1',
     "services[1].colour: is no key that is known here; leave it out or use code, name."),
    ("[[lines]]", "[[ligne]]\n[[lines]]",
     'ligne: is no key that is known here; write "lines".'),
    ('number = "+3280035244"', 'number = "+3280035243"',
     ('lines[2].number: "+3280035243" is the number of lines[1] already; '
     "give each line a number of its own.")),
    ('timezone = "Europe/Brussels"', 'timezone = "Europe/Brussel"',
     ('lines[1].timezone: "Europe/Brussel" is no known time zone; '
     'write for example "Europe/Brussels".')),
    ('languages = ["fr", "nl"]', "languages = []",
     'lines[1].languages: is empty; write for example ["fr", "nl"].'),
    ('languages = ["fr", "nl"]', 'languages = "fr"',
     'lines[1].languages: "fr" is not a list; write for example ["fr", "nl"].'),
    ('languages = ["fr", "nl"]', 'languages = ["fr", "fr"]',
     'lines[1].languages: "fr" stands here twice; leave one of them out.'),
    ('languages = ["fr", "nl"]', 'languages = ["fr", 2]',
     'lines[1].languages: 2 in this list is no text; write for example ["fr", "nl"].'),
    ('languages = ["nl", "ar"]', 'languages = ["NL"]',
     ('responders[2].languages: "NL" is no language code of two or three small letters; '
     'write for example ["fr", "nl"].')),
    ('languages = ["nl", "ar"]', "",
     'responders[2].languages: is missing; write for example languages = ["fr", "nl"].'),
    ('caller_id = "+3225550100"', 'caller_id = "+3225550100"\nring_seconds = 4',
     "lines[1].ring_seconds: 4 is not between 5 and 600; write for example 20."),
    ('caller_id = "+3225550100"', 'caller_id = "+3225550100"\nmax_wait_seconds = 7201',
     "lines[1].max_wait_seconds: 7201 is not between 30 and 7200; write for example 600."),
    ('caller_id = "+3225550100"', 'caller_id = "+3225550100"\nwrap_up_seconds = -1',
     "lines[1].wrap_up_seconds: -1 is not between 0 and 3600; write for example 30."),
    ('caller_id = "+3225550100"', 'caller_id = "+3225550100"\nwrap_up_seconds = true',
     "lines[1].wrap_up_seconds: true is not a whole number; write for example 30."),
    ('caller_id = "+3225550100"', 'caller_id = "+3225550100"\ncallback_when_closed = 1',
     "lines[1].callback_when_closed: 1 is not true or false; write for example false."),
    ('caller_id = "+3225550100"', 'caller_id = "+3225550100"\nfallback_number = "112"',
     ('lines[1].fallback_number: "112" is no number in international form; write the plus sign, '
     'the country code and digits only, for example "+3225550100".')),
    ('caller_id = "+3225550100"', 'caller_id = "+3225550100"\nfallback_number = "+3280035244"',
     ('lines[1].fallback_number: "+3280035244" is the number of lines[2]; '
     "write a number outside of this system.")),
    ("hours = []", "",
     ('lines[2].hours: is missing; write for example hours = [{ days = ["mon", "tue"], '
     'from = "09:00", to = "17:00" }], or [] for never.')),
    ("hours = []", "hours = [5]",
     "lines[2].hours[1]: 5 is no table; put it between { and }."),
    ("hours = []", 'hours = [{ days = ["monday"], from = "09:00", to = "17:00" }]',
     ('lines[2].hours[1].days: "monday" is no day; '
     "choose from mon, tue, wed, thu, fri, sat, sun.")),
    ("hours = []", 'hours = [{ days = ["mon"], from = "9:00", to = "17:00" }]',
     'lines[2].hours[1].from: "9:00" is no time of the form "HH:MM"; write for example "09:00".'),
    ("hours = []", 'hours = [{ days = ["mon"], from = "24:00", to = "17:00" }]',
     ('lines[2].hours[1].from: "24:00" is no time of the form "HH:MM"; '
     'write for example "09:00".')),
    ("hours = []", 'hours = [{ days = ["mon"], from = 09:00:30, to = "17:00" }]',
     ('lines[2].hours[1].from: 09:00:30 is no time of the form "HH:MM"; '
     'write for example "09:00".')),
    ("hours = []", 'hours = [{ days = ["mon"], from = "09:00", to = 17 }]',
     'lines[2].hours[1].to: 17 is not a time; write for example "17:00".'),
    ("hours = []", ('hours = [{ days = ["mon"], from = "09:00", to = "13:00" }, '
     '{ days = ["mon", "tue"], from = "12:00", to = "17:00" }]'),
     ("lines[2].hours[2].from: these hours run into those of lines[2].hours[1] on mon; "
     "let one end where the other begins.")),
    ("hours = []", ('hours = [{ days = ["sun"], from = "20:00", to = "02:00" }, '
     '{ days = ["mon"], from = "01:00", to = "17:00" }]'),
     ("lines[2].hours[2].from: these hours run into those of lines[2].hours[1] on mon; "
     "let one end where the other begins.")),
    ("closures = [", "closures = [{ date = 2026-12-25 }, ",
     "lines[1].closures[2].date: 2026-12-25 is closed already; leave one of them out."),
    ("date = 2026-12-25", 'date = "25/12/2026"',
     ('lines[1].closures[1].date: "25/12/2026" is no day of the years 2000 to 2199; '
     "write for example 2026-12-25.")),
    ("date = 2026-12-25", "date = 2026-12-25T10:00:00",
     ("lines[1].closures[1].date: 2026-12-25T10:00:00 is not a date without a time; "
     "write for example 2026-12-25.")),
    ("date = 2026-12-25", "date = 9999-12-31",
     ("lines[1].closures[1].date: 9999-12-31 is no day of the years 2000 to 2199; "
     "write for example 2026-12-25.")),
    ('nl = "Kerstmis"', 'NL = "Kerstmis"',
     ('lines[1].closures[1].name: "NL" is no language code of two or three small letters; '
     'write for example { fr = "Noël", nl = "Kerstmis" }.')),
    ('nl = "Kerstmis"', "nl = 3",
     "lines[1].closures[1].name.nl: 3 is not a text between quotes; write for example \"…\"."),
    ("[[responders]]", '[[services]]\ncode = "caw"\nname = "CAW"\n[[responders]]',
     ('services[3].code: "caw" is the code of services[2] already; '
     "give each service a code of its own.")),
    ('service = "caw"\nphone', 'service = "cav"\nphone',
     ('responders[2].service: "cav" is not among the services of this file; '
     'write for example "caw".')),
    ("[[shifts]]", ('[[responders]]\nname = "Bram Peeters"\nservice = "caw"\n'
     'phone = "+32470000003"\nlanguages = ["nl"]\n[[shifts]]'),
     ('responders[3].name: "Bram Peeters" stands in responders[2] already, in the same service; '
     "leave one out, or make the names differ.")),
    ("+32470000002", "+32470000001",
     ("responders[2].phone: this number is the phone of responders[1] already; "
     "give each person a phone of their own.")),
    ('line = "+3280035243"', 'line = "+3280035240"',
     ('shifts[1].line: "+3280035240" is not among the lines of this file; '
     'write for example "+3280035244".')),
    ('service = "cssbse"\ndays', 'service = "xyz"\ndays',
     'shifts[1].service: "xyz" is not among the services of this file; write for example "caw".'),
    ('["Alice Martin", ', '["Alice Martine", ',
     ('shifts[1].responders: "Alice Martine" is not among the responders of this file; '
     'write for example "Alice Martin".')),
    ('["Alice Martin", ', '["Alice Martin", "Alice Martin", ',
     'shifts[1].responders: "Alice Martin" stands here twice; leave one of them out.'),
    ('days = ["mon", "tue"]\nfrom', "from",
     ("shifts[1].days: has neither days nor a date; "
     "give it days for every week, or a date for once.")),
    ('days = ["mon", "tue"]\nfrom', 'days = ["mon"]\ndate = 2026-11-24\nfrom',
     ("shifts[1].days: has both days and a date; "
     "give it days for every week, or a date for once.")),
    ('days = ["mon", "tue"]\nfrom', "days = []\nfrom",
     'shifts[1].days: is empty; write for example ["mon", "tue"].'),
    ("date = 2026-11-25", "date = 2026-11-25\nneeded = -1",
     "shifts[2].needed: -1 is not between 0 and 1000; write for example 1."),
    ('date = 2026-11-25\nfrom = "22:00"', 'date = 2026-03-29\nfrom = "02:30"',
     ("shifts[2].from: 02:30 does not exist on 2026-03-29, when the clocks of Europe/Brussels "
     "go forward; write a time before or after the leap.")),
    ('date = 2026-11-25\nfrom = "22:00"\nto = "06:00"',
     'date = 2026-03-28\nfrom = "22:00"\nto = "02:00"',
     ("shifts[2].to: 02:00 does not exist on 2026-03-29, when the clocks of Europe/Brussels "
     "go forward; write a time before or after the leap.")),
    ("[[services]]\ncode = \"cssbse\"", "[x]\n[[services]]\ncode = \"cssbse\"",
     "x: is no key that is known here; leave it out or use lines, services, responders, shifts."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), FAULTS)
def test_every_fault_has_its_place_reason_and_remedy_and_stands_alone(old, new, told):
    assert refused(but(old, new)) == [told]
