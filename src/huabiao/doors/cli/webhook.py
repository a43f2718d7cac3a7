"""webhook: have events sent to an address; see how far it is; go back and have them
again."""

from typing import TYPE_CHECKING, Any

import click

from huabiao.doors.cli.settings import Settings, command, identity_option

if TYPE_CHECKING:
    from huabiao.client.remote import Remote


@click.group()
def webhook() -> None:
    """网络钩子：把事件送到一个地址。 Events sent to an address, at least once."""


ID = click.argument("id")
WHO = identity_option(required=True)


def _as(settings: Settings, identity: str) -> "Remote":
    return settings.city.as_(settings.keys(identity))


@command(
    click.argument("address"),
    click.option("--scenario", default="", help="只要此场景 · of this scenario"),
    click.option("--record", default="", help="只要此记录 · of this record"),
    click.option("--after", help="此游标之后，缺省从现在起 · after a cursor, else now"),
    WHO,
)
def add(
    settings: Settings, address: str, scenario: str, record: str, after: str | None,
    identity: str,
) -> None:  # fmt: skip
    """登记一个地址；密钥只显示一次。 Register an address; its secret is shown once."""
    wanted = {"url": address, "scenario": scenario, "record": record, "after": after}
    made = _as(settings, identity).post("/api/webhooks", wanted)
    once = f"密钥，只显示这一次 · secret, this once: {made['secret']}"
    settings.give(made, f"{_line(made)}\n{once}")


@command(WHO, name="list")
def list_(settings: Settings, identity: str) -> None:
    """我的网络钩子，各到何处。 One's own, and how far each is."""
    found = _as(settings, identity).get("/api/webhooks")
    lines = [_line(each) for each in found["webhooks"]]
    settings.give(found, "\n".join(lines) or "没有网络钩子。 No webhook.")


def _line(hook: dict[str, Any]) -> str:
    what = "/".join(filter(None, (hook["scenario"], hook["record"]))) or "全部 · all"
    line = f"{hook['id']}  {hook['url']}  {what}  游标 · cursor {hook['cursor']}"
    if hook["failure"]:
        line += f"\n    第 {hook['tries']} 次未送达 · not taken: {hook['failure']}"
    return line


@command(ID, WHO)
def dead(settings: Settings, id: str, identity: str) -> None:
    """多次未送达而放弃的。 What was given up; replay from `after` to have it again."""
    found = _as(settings, identity).get(f"/api/webhooks/{id}/dead")
    lines = [
        f"{each['after']} → {each['until']}  {each['failure']}"
        for each in found["dead"]
    ]
    settings.give(found, "\n".join(lines) or "没有放弃的。 Nothing was given up.")


@command(ID, WHO)
def remove(settings: Settings, id: str, identity: str) -> None:
    """不再送。 Send no more."""
    settings.give(
        _as(settings, identity).delete(f"/api/webhooks/{id}"), f"已删除 · removed  {id}"
    )


@command(ID, click.option("--after", required=True, help="游标 · a cursor"), WHO)
def replay(settings: Settings, id: str, after: str, identity: str) -> None:
    """从一个游标起重新送。 Send everything after a cursor again."""
    found = _as(settings, identity).post(f"/api/webhooks/{id}/replay", {"after": after})
    settings.give(found, _line(found))


for each in (add, list_, dead, remove, replay):
    webhook.add_command(each)
