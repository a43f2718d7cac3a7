"""Webhooks: signed, in order, at least once; to no address that is not allowed."""

import base64
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from served_city import Served
from webhook_receiver import Receiver

from huabiao.client.remote import Answered
from huabiao.doors.city import City
from huabiao.doors.sessions import Sessions
from huabiao.doors.webhooks import Delivery, Hooks, hooks
from huabiao.doors.webhooks.delivering import signature
from huabiao.services import outgoing
from huabiao.services.outgoing import NotAllowed, check_address

WASTE = {"scenario": "hazardous_waste"}


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUABIAO_OUTGOING", "127.0.0.0/8")


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def delivery(served: Served, hooks: Hooks, clock: Clock) -> Delivery:
    node = served.node
    assert node.index.wait_for(node.port.height, 30)
    city = City(node.port, node.index, served.services, Sessions(node.port.chain))
    return Delivery(hooks, city, clock=clock)


def registered(served: Served, receiver: Receiver, **wanted: Any) -> dict[str, Any]:
    answer = served.remote("plant").post(
        "/api/webhooks", {"url": receiver.url, "after": "0", **WASTE, **wanted}
    )
    receiver.secret = answer["secret"]
    return dict(answer)


def deliver_all(delivery: Delivery, clock: Clock) -> None:
    while any(delivery.deliver(hook) for hook in delivery.hooks.due(clock.now)):
        pass


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's reference libraries (standard-webhooks)."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signature(
        secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_events_arrive_signed_as_far_as_their_owner_sees(
    served: Served, case: str
) -> None:
    receiver, clock = Receiver(), Clock()
    hook = registered(served, receiver, record=case)
    deliver_all(delivery(served, served.node.hooks, clock), clock)
    assert [event["event"] for event in receiver.events] == ["draft", "collect"]
    assert receiver.events[0]["detail"] == {"to": "drafted"} and not receiver.wrong
    assert len(base64.b64decode(hook["secret"].removeprefix("whsec_"))) == 32
    (mine,) = served.remote("plant").get("/api/webhooks")["webhooks"]
    assert "secret" not in mine and mine["failure"] == ""
    assert served.remote("truck").get("/api/webhooks")["webhooks"] == []
    with pytest.raises(Answered) as refused:
        served.remote("truck").post(
            f"/api/webhooks/{hook['id']}/replay", {"after": "0"}
        )
    assert refused.value.status == 404
    served.remote("plant").post(f"/api/webhooks/{hook['id']}/replay", {"after": "0"})
    deliver_all(delivery(served, served.node.hooks, clock), clock)
    assert len(receiver.events) == 4, "from the beginning again"
    receiver.close()
    served.node.hooks.remove(served.keys("plant").account, hook["id"])


def test_a_receiver_that_was_away_gets_the_same_batch_later(
    served: Served, case: str, tmp_path: Path
) -> None:
    receiver, clock = Receiver(status=500), Clock()
    path = tmp_path / "hooks.sqlite"
    kept = Hooks(path)
    account = served.keys("plant").account
    hook, receiver.secret = kept.register(
        account, receiver.url, hooks.Filter("hazardous_waste", case), "0"
    )
    first = delivery(served, kept, clock)
    deliver_all(first, clock)
    (waiting,) = kept.of(account)
    assert waiting.tries == 1 and "500" in waiting.failure
    assert kept.due(clock.now) == [], "not before its time"
    kept.close()
    receiver.close()
    again, clock.now = Hooks(path), clock.now + 2  # another process goes on
    receiver = Receiver(receiver.port)
    receiver.secret = ""
    deliver_all(delivery(served, again, clock), clock)
    assert [event["event"] for event in receiver.events] == ["draft", "collect"]
    (done,) = again.of(account)
    assert done.tries == 0 and done.failure == ""
    again.close()
    receiver.close()


def test_what_nobody_takes_becomes_a_dead_letter_that_can_be_had_again(
    served: Served, case: str, tmp_path: Path
) -> None:
    receiver, clock = Receiver(status=302), Clock()
    kept, account = Hooks(tmp_path / "hooks.sqlite"), served.keys("plant").account
    hook, _ = kept.register(
        account, receiver.url, hooks.Filter("hazardous_waste", case), "0"
    )
    sender = delivery(served, kept, clock)
    for _ in range(hooks.MOST_TRIES):
        deliver_all(sender, clock)
        clock.now += hooks.LONGEST_WAIT_S
    assert len(receiver.ids) == hooks.MOST_TRIES, "a redirect is not followed"
    assert len(set(receiver.ids)) == 1, "the same batch under the same id"
    (dead,) = kept.dead_letters(account, hook.id)
    assert dead["after"] == "0" and "302" in dead["failure"]
    receiver.status = 200
    kept.replay(account, hook.id, dead["after"])
    deliver_all(sender, clock)
    assert [event["event"] for event in receiver.events] == ["draft", "collect"]
    assert kept.dead_letters(account, hook.id) == []
    kept.close()
    receiver.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://0.0.0.0/",
        "http://10.0.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/", "http://2130706433/",
        "http://[64:ff9b::a00:1]/", "http://[2002:a00:1::]/",
        "http://0x7f.1/", "http://224.0.0.1/", "ftp://example.org/", "file:///etc/hosts",
        "http://me:secret@8.8.8.8/", "https://", "http://8.8.8.8:x/", "",
        "http://8.8.8.8/" + "x" * 500,
    ],
)  # fmt: skip
def test_addresses_inside_are_not_asked(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUABIAO_OUTGOING")
    with pytest.raises(NotAllowed) as refused:
        check_address(url, outgoing.allowed_networks())
    assert "secret" not in str(refused.value)


def test_a_name_that_also_leads_inside_is_refused_and_the_checked_one_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def names(*addresses: str) -> Any:
        found = [(2, 1, 6, "", (each, 443)) for each in addresses]
        return lambda *given, **options: found

    monkeypatch.setattr(socket, "getaddrinfo", names("93.184.215.14", "10.0.0.1"))
    with pytest.raises(NotAllowed):
        check_address("https://both.example/x", [])
    monkeypatch.setattr(socket, "getaddrinfo", names("93.184.215.14"))
    there, host = check_address("https://one.example/x?y=1", [])
    assert str(there) == "https://93.184.215.14/x?y=1" and host == "one.example"


def test_a_hook_is_registered_by_whoever_proved_a_key_and_ten_at_most(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"url": "http://127.0.0.1:9/", **WASTE}
    assert httpx.post(f"{served.url}/api/webhooks", json=wanted).status_code == 401
    served.keys("collector")
    collector = served.remote("collector")
    for _ in range(hooks.MOST_PER_ACCOUNT):
        collector.post("/api/webhooks", wanted)
    with pytest.raises(Answered) as refused:
        collector.post("/api/webhooks", wanted)
    assert refused.value.code == "webhook.full"
    monkeypatch.delenv("HUABIAO_OUTGOING")
    with pytest.raises(Answered) as refused:
        collector.post("/api/webhooks", wanted)
    assert refused.value.code == "webhook.address"
    for hook in collector.get("/api/webhooks")["webhooks"]:
        served.node.hooks.remove(served.keys("collector").account, hook["id"])
