"""The double of Twilio: thin, and no kinder than the contract."""

from benchmarks.twilio_double import Double, Order

ROOT = "/2010-04-01/Accounts/AC1"
MEMBER = f"{ROOT}/Queues/QU1/Members/CA1.json"


def double(*, faults: float = 0.0, members: int = 2) -> Double:
    calls = [f"CA{n}" for n in range(1, members + 1)]
    return Double(Order(0, {"QU1": "line"}, {"QU1": calls}, latency_s=0, faults=faults))


def test_a_member_leaves_once() -> None:
    """The second POST for a call finds nobody."""
    twilio = double()
    assert twilio.answer("POST", MEMBER, "")[0] == 200
    assert twilio.answer("POST", MEMBER, "")[0] == 404
    assert twilio.counts["member_posts"] == 2


def test_a_queue_with_somebody_in_it_stays() -> None:
    """It is deleted when it is empty, and gone then."""
    twilio = double(members=1)
    assert twilio.answer("DELETE", f"{ROOT}/Queues/QU1.json", "")[0] == 400
    twilio.answer("POST", MEMBER, "")
    assert twilio.answer("DELETE", f"{ROOT}/Queues/QU1.json", "")[0] == 204
    assert twilio.answer("DELETE", f"{ROOT}/Queues/QU1.json", "")[0] == 404


def test_faults_are_of_all_three_kinds() -> None:
    """Of those refused some were done all the same, and nobody is lost."""
    twilio = double(faults=1.0, members=300)
    statuses = [twilio.answer("POST", f"{ROOT}/Queues/QU1/Members/CA{n}.json", "")[0] for n in range(1, 301)]
    left = twilio.answer("GET", f"{ROOT}/Queues/QU1/Members.json?PageSize=1000", "")[1]
    assert set(statuses) == {429, 500}
    assert twilio.counts["faults"] == 300
    assert isinstance(left, dict)
    assert 150 < len(left["queue_members"]) < 250
