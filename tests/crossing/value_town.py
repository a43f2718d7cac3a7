"""
Three chains with an asset on two of them, and what is read off them at every height.

The sums are those of huabiao.testing.crossing.onlooker.
"""

from huabiao.crypto.envelope import Call
from huabiao.testing.balances import writes_of
from huabiao.testing.chains import Chains
from huabiao.testing.city import HOUR
from huabiao.testing.crossing.onlooker import Onlooker

NAMES = {"beijing": "intl", "haidian": "intl", "tianjin": "sm"}
ASSETS = (("beijing", "积分"), ("tianjin", "credits"))
PEOPLE = ("an", "bo")


def found(folder, suites=NAMES, assets=ASSETS):
    """Chains that are all connected; an issuer on the home chain of each asset."""
    chains = Chains(folder, suites)
    names = list(suites)
    for n, one in enumerate(names):
        for other in names[n + 1 :]:
            chains.connect(one, other)
    for home, asset in assets:
        city = chains[home]
        city.grant("transfers", "issuer", city.cast("issuer"))
        city.call(city.cast("issuer"), "transfers", "register", asset, name=asset)
    chains.tick()
    return chains


def issue(chains, home, asset, to, amount):
    chains.tick()
    city = chains[home]
    holder = city.cast(to).account
    city.call(
        city.cast("issuer"), "transfers", "issue", asset, to=holder, amount=amount
    )


def send(chains, here, there, who, to, denomination, amount, within=HOUR):
    """Send from one to another; the receipt, accepted or not."""
    chains.tick()
    city = chains[here]
    arguments = {
        "route": there, "receiver": chains[there].cast(to).account,
        "denomination": denomination, "amount": amount, "timeout": city.now + within,
    }  # fmt: skip
    return city.submit(city.cast(who), Call("transfers", "send", "", arguments))


def held(chains, name, who, denomination):
    account = chains[name].cast(who).account.hex()
    stored = chains[name].read(f"transfers/books/{account}@{denomination}")
    return stored[0] if stored else 0


def hop(chain, denomination):
    """What a denomination of another chain is called here, where routes bear the
    names of chains."""
    return f"{chain}{'/' if ':' in denomination else ':'}{denomination}"


class Watch(Onlooker):
    """Reads every block of every chain, once, and adds up."""

    def __init__(self, chains):
        super().__init__(chains.cities)
        self.chains = chains
        self.read = dict.fromkeys(chains.cities, 0)

    def catch_up(self):
        for name, city in self.chains.cities.items():
            for height, key, value in writes_of(city, self.read[name] + 1):
                self.note(name, key, value)
                self.read[name] = height
