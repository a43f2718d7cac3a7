"""Proofs of every kind, in both suites, made once for a file of tests."""

import pytest
from proof_city import Proofs

from huabiao.crypto.suite import SUITES


@pytest.fixture(scope="module", params=SUITES)
def proofs(tmp_path_factory, request):
    made = Proofs(tmp_path_factory.mktemp("proofs"), request.param)
    yield made
    made.city.close()
