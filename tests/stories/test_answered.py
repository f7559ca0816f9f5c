from tests.stories.cast import Cast


def test_a_caller_reaches_a_responder_and_the_record_closes_by_itself(cast: Cast):
    nadia, alice = cast.nadia, cast.alice
    nadia.dials()
    nadia.hears("Pour continuer en français, tapez 1")
    nadia.hears("Om verder te gaan in het Nederlands, druk 2")
    nadia.presses("1")
    nadia.hears("gratuit et anonyme")

    alice.rings()
    assert alice.phone.caller_id_shown == "+3225550100"
    alice.answers()
    alice.hears("Un appel en français")
    alice.presses("1")
    nadia.talks_to(alice)

    cast.world.pass_time(90)
    nadia.hangs_up()
    alice.hears("La conversation est terminée")
    alice.is_idle()
    call = cast.world.the_call()
    assert call["outcome"] == "answered"
    assert call["responder"] == "Alice Martin"
    assert call["service"] == "cssbse"
    assert call["language"] == "fr"
    assert 85 < call["talk_seconds"] < 100
