import pytest

from tests.flows.sampling.making import Firm


@pytest.fixture
def firm(database):
    return Firm(database)
