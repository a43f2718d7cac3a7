"""
Sharing out: which grams of which input are in which output.

EPCIS names the inputs and the outputs of a transformation and leaves open what went
where: every output comes of every input. The chain makes one lot at a time of grams of
others, so the inputs are shared out in proportion to what the outputs weigh. Whole
grams, nothing lost: the shares of an input add up to it, and no output gets less than
it weighs.
"""

from huabiao.services.epcis.names import NotEpcis

Shares = list[list[tuple[str, int]]]


def share_out(inputs: dict[str, int], outputs: dict[str, int]) -> Shares:
    """For each output, (input, grams) of every input; grams are over zero."""
    left, taken, weighed = dict(inputs), 0, sum(outputs.values())
    total, shares, so_far = sum(inputs.values()), Shares(), 0
    for output, grams in outputs.items():
        so_far += grams
        goal = total * so_far // weighed - taken if weighed else 0
        taken += goal
        share = _of_each(left, goal)
        if any(amount <= 0 for _, amount in share):
            raise NotEpcis(
                f"“{output}”的投入不足以分摊到每个产出。"
                f" The inputs are too little for a part of each to be in {output!r}."
            )
        for name, amount in share:
            left[name] -= amount
        shares.append(share)
    return shares


def _of_each(left: dict[str, int], goal: int) -> list[tuple[str, int]]:
    """A goal in proportion to what is left, whole and to the gram."""
    total, before, share = sum(left.values()), 0, []
    for name, amount in left.items():
        after = before + amount
        part = goal * after // total - goal * before // total if total else 0
        share.append((name, part))
        before = after
    return share
