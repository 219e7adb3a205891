"""Ray clusters of several nodes on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STORE = 80 << 20
"""Bytes of shared memory that each node takes for objects."""


@contextmanager
def cluster_of(*processors: int) -> Iterator[Any]:
    """Run a cluster with a node for each number of processors; the first is its head."""
    from ray.cluster_utils import Cluster

    # Ray's workers would else give way to every other process, and a busy machine would take minutes to start them.
    os.environ |= {"RAY_worker_niceness": "0", "RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
    cluster = Cluster()
    try:
        for count in processors:
            cluster.add_node(num_cpus=count, object_store_memory=STORE, include_dashboard=False)
        yield cluster
    finally:
        cluster.shutdown()
