"""The contracts that ship: their sources, as genesis installs them."""

from importlib import resources

FOUNDING = ("governance", "membership")
"""The contracts that no chain is founded without; they come first."""


def shipped_sources() -> list[str]:
    """Sources of the platform's contracts and of every scenario, in a fixed order."""
    found: dict[str, str] = {}
    for package in ("huabiao.platform", "huabiao.scenarios"):
        for entry in resources.files(package).iterdir():
            if entry.name.endswith(".py") and not entry.name.startswith("_"):
                found[entry.name[:-3]] = entry.read_text(encoding="utf-8")
    others = [name for name in sorted(found) if name not in FOUNDING]
    return [found[name] for name in (*FOUNDING, *others)]


def founding_sources() -> list[str]:
    """Sources of the contracts that no chain is founded without."""
    return shipped_sources()[: len(FOUNDING)]
