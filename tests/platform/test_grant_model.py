"""Random acts on a catalog and its grants, held against a plain model of them."""

from typing import Any

from civic import departments, register_people
from grant_model import ACTS, OTHERS, OWNER, Model, call_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.testing.city import City


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, max_size=20))
def test_random_acts_keep_the_grants(tmp_path_factory: Any, acts: list[Any]) -> None:
    city = City(tmp_path_factory.mktemp("random"))
    departments(city, OWNER, *OTHERS)
    register_people(city, city.cast(OWNER))
    model, start = Model(), city.now
    for number, act in enumerate(acts):
        made = call_of(city, model, act, number, start)
        assert city.submit(city.cast(act[1]), made).code == model.expect(act), act
    for id_, grant in model.grants.items():
        record = city.record("sharing", id_)
        assert (record["state"], record["rows"]) == (grant[0], grant[4])
    city.close()
