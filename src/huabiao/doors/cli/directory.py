"""directory: scan a live database into it, search it, see its drift."""

import click

from huabiao.doors.cli.bars import bar
from huabiao.doors.cli.settings import Settings, command


@click.group()
def directory() -> None:
    """数据目录。 The directory: scan, search, drift."""


@command(
    click.argument("address", metavar="URL"),
    click.option(
        "--department", required=True, help="部门身份 · the department's identity"
    ),
    click.option("--system", help="系统编号 · the system that holds the database"),
    click.option("--catalog", help="目录编号 · the catalog that tables stand on"),
    click.option("--schema", multiple=True, help="仅此模式 · only this schema"),
    click.option("--accept", is_flag=True, help="接受变更 · accept the drift"),
)
def scan(
    settings: Settings, address: str, department: str, system: str | None,
    catalog: str | None, schema: tuple[str, ...], accept: bool,
) -> None:  # fmt: skip
    """扫描数据库：登记库表，或报告漂移。 Register a database's tables, or its drift."""
    from huabiao.doors.cli.scanning import Scanning
    from huabiao.services.scanner import scan as look

    keys = settings.keys(department, make=True)
    with bar("扫描 · scan", None) as shown:
        seen = look(
            address, schemas=schema or None, on_progress=lambda table: shown.update(1)
        )
    settings.say(f"扫描到 {len(seen.tables)} 张表。 Scanned.")
    found = Scanning(settings, keys, department, seen).run(system, catalog, accept)
    lines = [f"登记 registered  {key}" for key in found["registered"]]
    lines += [
        f"疑似个人信息 personal?  {each['table']}.{each['column']}  {each['kind']}"
        for each in found["personal"]
    ]
    lines += [f"漂移 drift  {each}" for each in found["drift"]]
    lines += found["notes"]
    settings.give(found, "\n".join(lines))


@command(click.argument("text", nargs=-1, required=True))
def search(settings: Settings, text: tuple[str, ...]) -> None:
    """中英文搜索目录。 Search the directory in Chinese and English."""
    found = settings.city.get("/api/directory/search", q=" ".join(text))
    lines = [
        f"{each['level']}  {each['key']}  {each.get('title', '')}"
        for each in found["found"]
    ]
    settings.give(found, "\n".join(lines) or "没有找到。 Nothing found.")


@command()
def drift(settings: Settings) -> None:
    """数据库与目录不一致之处。 Where databases differ from the directory."""
    found = settings.city.get("/api/directory/drift")
    lines = [
        f"{alert['table']}  {alert['state']}  {change['sentence']}"
        for alert in found["alerts"]
        for change in alert["changes"]
    ]
    settings.give(found, "\n".join(lines) or "没有漂移。 There is no drift.")


for each in (scan, search, drift):
    directory.add_command(each)
