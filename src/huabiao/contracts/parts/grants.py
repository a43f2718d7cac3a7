"""
Grants (数据授权): whether a contract's caller may use data under a sharing grant.

A scenario that rests on another department's data names the grant under which the data
was fetched. The rows come through the owner's gateway and never on chain; here it is
only asked whether the grant allows it.

Laws: a use stands only while sharing says that the grant is in force at the block's
time; only the grant's own reader uses it, for its own table, for fields that it lists.
The part keeps nothing: sharing alone says what is granted, and takes it back at once.
"""

from huabiao.contracts.context import Refused
from huabiao.contracts.parts.part import Part


class Grants(Part):
    """`grants = Grants()`."""

    kind = "grants"

    def check(self, grant: str, table: str, fields: list[str]) -> None:
        """Refuse unless the caller may use these fields of the table now."""
        held, reader, columns = self._context.ask(
            "sharing", "in_force", {"grant": grant}
        )
        if reader != self._context.caller:
            raise Refused(
                "grant.other",
                f"授权“{grant}”不是给此账户的。"
                f" The grant {grant!r} is another account's.",
            )
        missing = "、".join([name for name in fields if name not in columns][:3])
        if held != table or missing or not fields:
            raise Refused(
                "grant.fields",
                f"授权“{grant}”不含库表“{table}”的字段：{missing or '—'}。"
                f" The grant {grant!r} does not cover, of table {table!r}:"
                f" {missing or '—'}.",
            )
