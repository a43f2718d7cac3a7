"""
Three chains with an asset on two of them, and what is read off them at every height.

Nothing here asks the contract what it thinks: balances and packets are read from the
state alone, so that the sums are an outsider's.
"""

from collections import Counter

from huabiao.codec import decode
from huabiao.crypto.envelope import Call
from huabiao.testing.balances import writes_of
from huabiao.testing.chains import Chains
from huabiao.testing.city import HOUR

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


def root_of(chain, denomination):
    """The home chain and the asset: the last hop of a way leads home."""
    way, _, asset = denomination.rpartition(":")
    return way.split("/")[-1] or chain, asset


def hop(chain, denomination):
    """What a denomination of another chain is called here, where routes bear the
    names of chains."""
    return f"{chain}{'/' if ':' in denomination else ':'}{denomination}"


class Onlooker:
    """Reads every block of every chain, once, and adds up."""

    def __init__(self, chains):
        self.chains = chains
        self.read = dict.fromkeys(chains.cities, 0)
        self.state = {name: {} for name in chains.cities}

    def catch_up(self):
        for name, city in self.chains.cities.items():
            for height, key, value in writes_of(city, self.read[name] + 1):
                if value is None:
                    self.state[name].pop(key, None)
                else:
                    self.state[name][key] = value
                self.read[name] = height

    def entries(self, name, prefix):
        return {
            key.removeprefix(prefix): decode(value)
            for key, value in self.state[name].items()
            if key.startswith(prefix)
        }

    def in_flight(self):
        """(from, to, denomination there, amount) of what has left and not arrived."""
        for name in self.state:
            for number, packet in self.entries(name, "packets/sent/").items():
                other, _, sequence = number.rpartition(".")
                came = self.state[other].get(f"packets/received/{name}.{sequence}")
                if came is None or decode(came)[0] != "ok":
                    for _, _, value in packet[6]:
                        denomination, amount, _, _ = decode(value)
                        yield name, other, denomination, amount

    def totals(self):
        """What circulates on all chains and is in flight, by home and asset."""
        sums = Counter()
        for name in self.state:
            for account, entry in self.entries(name, "transfers/books/").items():
                if entry[1] is not None:
                    sums[root_of(name, account.rpartition("@")[2])] += entry[0]
        for name, _, denomination, amount in self.in_flight():
            sums[root_of(name, denomination)] += amount
        return {root: amount for root, amount in sums.items() if amount}

    def issued(self):
        return {
            (name, account.removeprefix("issued@")): -entry[0]
            for name in self.state
            for account, entry in self.entries(name, "transfers/books/").items()
            if account.startswith("issued@")
        }

    def uncovered(self):
        """Each escrow that is not what its vouchers and what is under way make up."""
        expected = Counter()
        for name in self.state:
            for account, entry in self.entries(name, "transfers/books/").items():
                family, _, denomination = account.rpartition("@")
                if family == "vouchers":
                    other = denomination.partition(":")[0].partition("/")[0]
                    there = denomination[len(other) + 1 :]
                    expected[other, name, there] -= entry[0]
        for name, other, denomination, amount in self.in_flight():
            goes_home = denomination.partition(":")[0].partition("/")[0] == other
            if ":" in denomination and goes_home:
                expected[other, name, denomination[len(other) + 1 :]] += amount
            else:
                expected[name, other, denomination] += amount
        escrows = {
            (name, account.rpartition("@")[0].removeprefix("escrow/"),
             account.rpartition("@")[2]): entry[0]
            for name in self.state
            for account, entry in self.entries(name, "transfers/books/").items()
            if account.startswith("escrow/")
        }  # fmt: skip
        return [
            (where, escrows.get(where, 0), expected[where])
            for where in sorted(set(escrows) | set(expected))
            if escrows.get(where, 0) != expected[where]
        ]
