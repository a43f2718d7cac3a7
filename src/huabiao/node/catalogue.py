"""The contracts that ship: their sources, as genesis installs them."""

from importlib import resources

PLATFORM_FIRST = "governance"


def shipped_sources() -> list[str]:
    """Sources of the platform's contracts and of every scenario, in a fixed order."""
    found: dict[str, str] = {}
    for package in ("huabiao.platform", "huabiao.scenarios"):
        for entry in resources.files(package).iterdir():
            if entry.name.endswith(".py") and not entry.name.startswith("_"):
                found[entry.name[:-3]] = entry.read_text(encoding="utf-8")
    names = sorted(found, key=lambda name: (name != PLATFORM_FIRST, name))
    return [found[name] for name in names]
