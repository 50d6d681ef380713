"""What a worker forgets when Prefect has forgotten it: the pool and the deployments are made again."""

from uuid import uuid4

import pytest

from deployments.worker.runs import AWAY
from deployments.worker.watch import Watch


@pytest.fixture
def watch(ops):
    found = Watch(None, ops, f"pool-{uuid4().hex[:8]}", lambda: None)
    found.deployments = {"complaint": uuid4()}
    return found


async def test_a_heartbeat_to_a_pool_that_is_gone_makes_it_register_again(ops, watch):
    with pytest.raises(AWAY) as caught:
        await ops.send_worker_heartbeat(f"nowhere-{uuid4().hex}", "w", heartbeat_interval_seconds=10)
    watch.went_away(caught.value)
    assert watch.deployments == {}


async def test_a_run_of_a_deployment_that_is_gone_does_too(ops, watch):
    with pytest.raises(AWAY) as caught:
        await ops.create_flow_run_from_deployment(uuid4())
    watch.went_away(caught.value)
    assert watch.deployments == {}


async def test_a_server_that_is_slow_or_failing_has_forgotten_nothing(watch):
    watch.went_away(TimeoutError())
    assert set(watch.deployments) == {"complaint"}
