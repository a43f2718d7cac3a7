"""bill: an electronic bill as a file for people, and whether one is genuine."""

from pathlib import Path
from urllib.parse import quote

import click

from huabiao.doors.cli.settings import Failed, Settings, command, identity_option

FORMS = (".pdf", ".ofd")


@click.group()
def bill() -> None:
    """电子票据。 Electronic bills: render one, check one."""


@command(
    click.argument("number"),
    click.option(
        "-o",
        "--output",
        required=True,
        type=click.Path(path_type=Path),
        help="文件，.pdf 或 .ofd · the file",
    ),
    identity_option(),
)
def render(settings: Settings, number: str, output: Path, identity: str | None) -> None:
    """将票据写为 PDF 或 OFD。 Write a bill as PDF or OFD, by the file's ending."""
    if output.suffix not in FORMS:
        raise Failed(
            f"文件须以 {' 或 '.join(FORMS)} 结尾：{output}。"
            f" Name a file that ends in {' or '.join(FORMS)}, not {output}."
        )
    path = f"/api/bills/{quote(number, safe='')}/bill{output.suffix}"
    content = settings.read(identity, lambda city: city.octets(path))
    output.write_bytes(content)
    settings.give(
        {"number": number, "file": str(output), "bytes": len(content)},
        f"{output}（{len(content)} 字节 · bytes）",
    )


@command(click.argument("number"), click.argument("code"))
def check(settings: Settings, number: str, code: str) -> None:
    """查验票据。 Whether a bill of this number and check code stands; exit 0 or 1."""
    found = settings.city.get("/api/bills/check", number=number, code=code)
    yes, no = "真实有效 · genuine", "查无此有效票据 · no such bill stands"
    settings.give(found, f"{number}  {yes if found['valid'] else no}")
    if not found["valid"]:
        raise click.exceptions.Exit(1)


bill.add_command(render)
bill.add_command(check)
