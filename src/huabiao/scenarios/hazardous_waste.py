"""
Hazardous-waste transfer manifest (危险废物转移联单).

1. The generator drafts a manifest for one load and weighs it.
2. The carrier collects the load, no heavier than declared, and names its driver.
3. The facility receives and weighs it again; a loss over 1 % is refused.
4. The facility disposes of it, or sends it back.
"""

from huabiao.contracts import (  # noqa: I001
    Code, Digest, Kilograms, Labels, Maybe, Party, Personal, Record, Role, Scenario,
    State, Text, Title, moves, opens, require,
)  # fmt: skip

LOSS_ALLOWED_PERCENT, CATEGORIES = 1, 50
Driver = Maybe[Personal[Text]]


class Manifest(Record):
    """One load of waste, from gate to grave."""

    waste_code: Code
    declared: Kilograms
    generator: Party
    carrier: Maybe[Party] = None
    facility: Maybe[Party] = None
    collected: Kilograms = 0
    received: Kilograms = 0
    certificate: Maybe[Digest] = None
    reason: Text = ""
    driver: Driver = None


class HazardousWaste(Scenario):
    """Follows every kilogram of hazardous waste to the place where it ends."""

    title = Title(zh="危险废物转移联单", en="Hazardous-waste manifest")
    task, lead = 10, "市生态环境局"
    record = Manifest
    indexes = ("generator", "waste_code")

    generator = Role("产废单位", "Waste generator")
    carrier = Role("运输单位", "Carrier")
    facility = Role("处置单位", "Disposal facility")

    drafted = State("已填报", "Drafted")
    moving = State("运输中", "On the road")
    received = State("已接收", "Received")
    disposed = State("已处置", "Disposed of", final=True)
    returned = State("已退运", "Sent back", final=True)
    labels = Labels(
        waste_code="废物代码", declared="申报重量", weighed="过磅重量",
        generator="产废单位", carrier="运输单位", facility="处置单位",
        collected="起运重量", received="接收重量", certificate="处置证明",
        driver="驾驶员",
    )  # fmt: skip

    @opens(drafted, by=generator, title="填报联单")
    def draft(self, waste_code: Code, declared: Kilograms) -> Manifest:
        """Declare a load before it leaves the gate."""
        require(
            is_waste_code(waste_code),
            "废物代码须如 900-041-49。 A waste code is written 900-041-49.",
            code="waste.code",
        )
        require(declared > 0, "重量须大于零。 The load weighs nothing.", code="empty")
        return Manifest(waste_code, declared, generator=self.caller)

    @moves(drafted >> moving, by=carrier, title="起运")
    def collect(
        self, manifest: Manifest, weighed: Kilograms, driver: Driver = None
    ) -> None:
        """Take the load at the generator's gate; the driver's name and telephone."""
        require(
            0 < weighed <= manifest.declared,
            f"过磅 {weighed} 千克，超出申报或为零。 Heavier than declared, or empty.",
            code="heavier",
        )
        manifest.carrier, manifest.collected = self.caller, weighed
        manifest.driver = driver

    @moves(moving >> received, by=facility, title="接收")
    def receive(self, manifest: Manifest, weighed: Kilograms) -> None:
        """Weigh the load again at the facility."""
        lost = manifest.collected - weighed
        require(lost >= 0, "收到多于起运。 More arrived than left.", code="grew")
        require(
            lost * 100 <= manifest.collected * LOSS_ALLOWED_PERCENT,
            f"途中减少 {lost} 千克，超过 {LOSS_ALLOWED_PERCENT}%。"
            f" {lost} kg were lost on the road, over {LOSS_ALLOWED_PERCENT} %.",
            code="lost",
        )
        manifest.facility, manifest.received = self.caller, weighed

    @moves(received >> disposed, by=facility, only="facility", title="处置")
    def dispose(self, manifest: Manifest, certificate: Digest) -> None:
        """Close the manifest with the disposal certificate."""
        manifest.certificate = certificate

    @moves(received >> returned, by=facility, only="facility", title="退运")
    def send_back(self, manifest: Manifest, reason: Text) -> None:
        """Refuse the load and return it to the generator."""
        require(reason, "须写明原因。 Say why it goes back.", code="reason")
        manifest.reason = reason


def is_waste_code(code: str) -> bool:
    """Whether a code is written as in the national list (国家危险废物名录, 2025): eight
    digits, 900-041-49, whose last two name the category HW01 to HW50."""
    digits = code.replace("-", "")
    whole = len(code) == 10 and len(digits) == 8 and code[3] == code[7] == "-"
    shown = whole and digits.isascii() and digits.isdigit()
    return shown and 1 <= int(digits[6:]) <= CATEGORIES
