"""
The kinds that a field may be.

Times are UTC milliseconds, days are counted from 1970-01-01, money is in fen, weights
are whole kilograms or grams, ways whole metres: an integer with a unit, never a float.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from huabiao.codec.kind import Kind, malformed


class _Written(Kind):
    """Text with a bound on its length, counted in characters."""

    longest: ClassVar[int] = 4_000

    @classmethod
    def check(cls, value: Any) -> Any:
        if type(value) is not str:
            raise malformed(f"须为文本，得到 {value!r:.60}", f"not text: {value!r:.60}")
        if len(value) > cls.longest:
            raise malformed(
                f"文本超过 {cls.longest} 字",
                f"text longer than {cls.longest} characters",
            )
        return value


class Text(_Written, str):
    """Free text, up to 4,000 characters."""

    zh, schema = "文本", {"type": "string", "maxLength": 4000}


class Source(_Written, str):
    """The source of a contract, up to 60,000 characters."""

    longest = 60_000
    zh, schema, widget = "源码", {"type": "string", "maxLength": 60000}, "source"


class Code(_Written, str):
    """A short identifier on one line: 1 to 200 visible characters."""

    longest = 200
    zh, schema = "编码", {"type": "string", "minLength": 1, "maxLength": 200}

    @classmethod
    def check(cls, value: Any) -> Any:
        fits = type(value) is str and 0 < len(value) <= cls.longest
        if fits and value.isprintable() and value == value.strip():
            return value
        super().check(value)
        raise malformed(
            f"编码须为一行可见字符：{value!r:.60}",
            f"a code is one line of visible characters: {value!r:.60}",
        )


class _Whole(Kind):
    """An integer between two bounds."""

    lowest: ClassVar[int] = -(2**63)
    highest: ClassVar[int] = 2**63 - 1

    @classmethod
    def check(cls, value: Any) -> Any:
        if type(value) is not int:
            raise malformed(
                f"须为整数，得到 {value!r:.60}", f"not whole: {value!r:.60}"
            )
        if not cls.lowest <= value <= cls.highest:
            raise malformed(
                f"{value} 不在 {cls.lowest} 到 {cls.highest} 之间",
                f"{value} is not between {cls.lowest} and {cls.highest}",
            )
        return value

    @classmethod
    def parse(cls, written: Any) -> Any:
        if isinstance(written, str):
            try:
                written = int(written.strip().replace(",", ""))
            except ValueError as error:
                raise malformed(
                    f"须为整数，得到 {written!r:.60}", f"not whole: {written!r:.60}"
                ) from error
        return cls.check(written)


class Number(_Whole, int):
    """A whole number in 64 bits, negative too."""

    zh, schema, widget = "整数", {"type": "integer"}, "number"


class Count(_Whole, int):
    """How many: a whole number, not negative."""

    lowest = 0
    zh, schema, widget = "数量", {"type": "integer", "minimum": 0}, "number"


class Fen(Count):
    """Money in fen (分), not negative."""

    zh, widget = "金额（分）", "money:CNY"


class Kilograms(Count):
    """Mass in whole kilograms."""

    zh, widget = "千克", "number:kg"


class Grams(Count):
    """Mass in whole grams."""

    zh, widget = "克", "number:g"


class Metres(Count):
    """Distance in whole metres."""

    zh, widget = "米", "number:m"


class Flag(Kind, int):
    """Yes or no."""

    zh, schema, widget = "是否", {"type": "boolean"}, "checkbox"
    words: ClassVar[dict[str, bool]] = {
        "true": True, "yes": True, "是": True, "1": True,
        "false": False, "no": False, "否": False, "0": False,
    }  # fmt: skip

    @classmethod
    def check(cls, value: Any) -> Any:
        if type(value) is not bool:
            raise malformed(f"须为是或否：{value!r:.60}", f"not a flag: {value!r:.60}")
        return value

    @classmethod
    def parse(cls, written: Any) -> Any:
        if isinstance(written, str):
            written = cls.words.get(written.strip().lower(), written)
        return cls.check(written)


class Day(_Whole, int):
    """A calendar day, stored as days since 1970-01-01, written 2026-11-24."""

    lowest, highest = -25_567, 2_932_896  # 1900-01-01 to 9999-12-31
    zh, schema, widget = "日期", {"type": "string", "format": "date"}, "date"

    @classmethod
    def parse(cls, written: Any) -> Any:
        try:
            return cls.check(date.fromisoformat(written).toordinal() - 719_163)
        except (TypeError, ValueError) as error:
            raise malformed(
                f"日期须写作 2026-11-24，得到 {written!r:.60}",
                f"a day is written 2026-11-24, not {written!r:.60}",
            ) from error

    @classmethod
    def show(cls, value: Any) -> Any:
        return date.fromordinal(value + 719_163).isoformat()


class Instant(_Whole, int):
    """A moment, stored as UTC milliseconds, written 2026-11-24T08:00:00Z."""

    lowest, highest = 0, 253_402_300_799_999
    zh, schema, widget = "时间", {"type": "string", "format": "date-time"}, "datetime"

    @classmethod
    def parse(cls, written: Any) -> Any:
        try:
            moment = datetime.fromisoformat(written)
        except (TypeError, ValueError) as error:
            raise malformed(
                f"时间须写作 2026-11-24T08:00:00Z，得到 {written!r:.60}",
                f"a moment is written 2026-11-24T08:00:00Z, not {written!r:.60}",
            ) from error
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        since = moment - datetime(1970, 1, 1, tzinfo=UTC)
        return cls.check(
            since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
        )

    @classmethod
    def show(cls, value: Any) -> Any:
        moment = datetime.fromtimestamp(value // 1000, UTC)
        text = moment.strftime("%Y-%m-%dT%H:%M:%S")
        return f"{text}.{value % 1000:03d}Z" if value % 1000 else f"{text}Z"


class _Octets(Kind):
    """Bytes between two lengths, written in hexadecimal."""

    shortest: ClassVar[int] = 0
    longest: ClassVar[int] = 65_536

    @classmethod
    def check(cls, value: Any) -> Any:
        if type(value) is not bytes:
            raise malformed(
                f"须为字节，得到 {value!r:.60}", f"not bytes: {value!r:.60}"
            )
        if not cls.shortest <= len(value) <= cls.longest:
            raise malformed(
                f"{cls.name} 须为 {cls.shortest} 到 {cls.longest} 字节",
                f"{cls.name} has {cls.shortest} to {cls.longest} bytes",
            )
        return value

    @classmethod
    def parse(cls, written: Any) -> Any:
        try:
            return cls.check(bytes.fromhex(written))
        except (TypeError, ValueError) as error:
            raise malformed(
                f"{cls.name} 须写作十六进制，得到 {written!r:.60}",
                f"{cls.name} is written in hexadecimal, not {written!r:.60}",
            ) from error

    @classmethod
    def show(cls, value: Any) -> Any:
        return value.hex()


class Bytes(_Octets, bytes):
    """Bytes, up to 64 KiB."""

    zh, schema = "字节", {"type": "string", "pattern": "^([0-9a-f]{2})*$"}
    widget = "hex"


class Digest(_Octets, bytes):
    """The digest of a document that stays elsewhere: 32 bytes."""

    shortest = longest = 32
    zh, schema = "摘要", {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    widget = "file"


class PublicKey(_Octets, bytes):
    """A public key of any suite."""

    shortest, longest = 32, 4_096
    zh, schema, widget = "公钥", {"type": "string", "pattern": "^[0-9a-f]+$"}, "hex"


class Signature(_Octets, bytes):
    """A signature of any suite."""

    shortest, longest = 64, 8_192
    zh, schema, widget = "签名", {"type": "string", "pattern": "^[0-9a-f]+$"}, "hex"


class Party(_Octets, bytes):
    """An account: 20 bytes, written hb1…; see huabiao.crypto.address."""

    shortest = longest = 20
    zh, widget = "账户", "party"
    schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": "^hb1[0-9a-f]{44}$",
    }

    @classmethod
    def parse(cls, written: Any) -> Any:
        from hashlib import sha256

        try:
            raw = bytes.fromhex(written.removeprefix("hb1"))
            if not written.startswith("hb1") or len(raw) != 22:
                raise ValueError("form")
        except (AttributeError, ValueError) as error:
            raise malformed(
                f"账户写作 hb1 加 44 位十六进制，得到 {written!r:.60}",
                f"an account is written hb1 and 44 hex digits, not {written!r:.60}",
            ) from error
        if sha256(raw[:20]).digest()[:2] != raw[20:]:
            raise malformed(
                f"账户校验码不符，请核对抄写：{written}",
                f"the account's check digits do not fit, copy it again: {written}",
            )
        return raw[:20]

    @classmethod
    def show(cls, value: Any) -> Any:
        from hashlib import sha256

        return "hb1" + (value + sha256(value).digest()[:2]).hex()
