"""share gateway: the node of a home serves a department's database to readers."""

import click

from huabiao.doors.cli.settings import Failed, Settings, command, identity_option


@command(
    click.option(
        "--database", envvar="HUABIAO_DATABASE", required=True, metavar="URL",
        help="SQLAlchemy 地址，只需读取权限 · its address; rights to read are enough",
    ),
    click.option(
        "--subject", "subjects", multiple=True, metavar="TABLE=COLUMN",
        help="库表未标明的身份号码字段 · where identity numbers stand, if not known",
    ),
    identity_option(required=True),
)  # fmt: skip
def gateway(
    settings: Settings, database: str, subjects: tuple[str, ...], identity: str
) -> None:
    """数据网关：本文件夹的节点依授权提供此库的数据。 Let the node of this home serve a
    department's database, as its grants allow."""
    from huabiao.crypto.address import show
    from huabiao.services.gateway.stands import Stand, keep_stand

    keys = settings.keys(identity)
    named = dict(each.rpartition("=")[::2] for each in subjects)
    if "" in named or "" in named.values():
        raise Failed("--subject 写作 表=字段。 Write --subject as TABLE=COLUMN.")
    where = _reached(database)
    stand = Stand(identity, show(keys.account), database, named)
    keep_stand(settings.home, stand)
    settings.give(
        {"identity": identity, "account": stand.account, "database": where},
        f"{identity} 的网关接 {where}；首次取数时开启，换库在节点重启后生效。"
        f" The gateway of {identity} stands before {where}; it opens with the first"
        " fetch, and another database takes effect when the node starts again.",
    )


def _reached(url: str) -> str:
    """The address without its password, once the database has answered."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except ArgumentError:
        raise Failed(
            "数据库地址不可用，应如 postgresql+psycopg://读取账户:口令@主机/库。"
            " That is no database address: postgresql+psycopg://READER:PASSWORD@HOST/DB."
        ) from None
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise Failed(
            f"数据库没有应答（{type(error).__name__}）；请核对地址、账户与口令。"
            f" The database does not answer ({type(error).__name__}): check address,"
            " account and password."
        ) from None
    return engine.url.render_as_string(hide_password=True)
