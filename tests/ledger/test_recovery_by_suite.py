"""In every suite a chain that is cut off at any step of a block comes back whole."""

import pytest
from changing_city import ChangingCity

from huabiao.crypto.suite import SUITES
from huabiao.ledger.ledger import STEPS
from huabiao.ledger.recovery import replay

NOTE = {"digests": [bytes(32)]}


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("suite", SUITES)
def test_a_cut_at_each_step_loses_nothing_that_was_logged(tmp_path, suite):
    due = []

    def on_step(step):
        if step in due:
            raise PowerCut

    city = ChangingCity(tmp_path, suite, on_step=on_step)
    city.call(city.admin, "evidence", "notarize", **NOTE)
    for step in STEPS[:3]:
        before, due[:] = city.ledger.height, [step]
        with pytest.raises(PowerCut):
            city.call(city.admin, "evidence", "notarize", **NOTE)
        due.clear()
        city.ledger.log.close()
        city.ledger.state.close()  # nothing is flushed, as after a kill
        city.reopen()
        assert city.ledger.height == before + (step != "finalized")
        city.call(city.admin, "evidence", "notarize", **NOTE)
    height, root = replay(city.folder, city.genesis)
    assert (height, root) == (city.ledger.height, city.ledger.state.root)
    city.close()
