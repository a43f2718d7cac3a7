"""SD-JWT as a law: what is concealed and shown is what was said, less what is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.services.credentials.sd_jwt import choose, conceal, reveal

names = st.text(alphabet="ab/~名", min_size=1, max_size=3)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
    ),
    max_leaves=8,
)
claims_of = st.dictionaries(names, values, max_size=4)


def pointers(value, at=""):
    if isinstance(value, dict):
        children = [
            (f"{at}/{name.replace('~', '~0').replace('/', '~1')}", item)
            for name, item in value.items()
        ]
    else:
        children = [(f"{at}/{n}", item) for n, item in enumerate(value)]
    for pointer, item in children:
        yield pointer
        if isinstance(item, (dict, list)):
            yield from pointers(item, pointer)


def without(value, hidden, at=""):
    """The value less what stands at hidden pointers."""
    if isinstance(value, dict):
        kept = [
            (name, item, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
            for name, item in value.items()
        ]
        return {n: without(i, hidden, p) for n, i, p in kept if p not in hidden}
    if isinstance(value, list):
        kept = [(item, f"{at}/{n}") for n, item in enumerate(value)]
        return [without(i, hidden, p) for i, p in kept if p not in hidden]
    return value


@settings(max_examples=150, deadline=None)
@given(claims_of, st.data(), st.sampled_from(["sha-256", "sm3"]))
def test_what_is_shown_is_what_was_said_less_what_is_kept(claims, data, digest):
    every = sorted(set(pointers(claims)))
    some = st.lists(st.sampled_from(every), unique=True) if every else st.just([])
    disclosable = data.draw(some, "disclosable")
    payload, disclosures = conceal(claims, disclosable, digest)
    whole = reveal(payload, disclosures)
    assert whole.claims == claims and whole.complete
    assert sorted(whole.by_pointer) == sorted(disclosable)

    wanted = [each for each in disclosable if data.draw(st.booleans(), each)]
    chosen = choose(whole, wanted)
    shown = reveal(payload, chosen)
    hidden = {
        each
        for each in disclosable
        if not any(w == each or w.startswith(each + "/") for w in wanted)
    }
    assert shown.claims == without(claims, hidden)
    text = str(payload)
    for each in disclosures:
        assert each not in text


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_a_claim_cannot_bear_a_reserved_name(name):
    for claims in ({name: []}, {"a": {name: 1}}, {"a": [{name: 1}]}):
        with pytest.raises(ValueError, match="reserved"):
            conceal(claims, [])
