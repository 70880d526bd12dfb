"""The pages of a hub that is a filled store."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from hub.pages.app import build
from hub.runtime import Hub
from tests.api.conftest import hub, store

__all__ = ["client", "hub", "store"]


@pytest.fixture
def client(hub: Hub) -> TestClient:
    return TestClient(build(hub), "http://localhost:8080", raise_server_exceptions=False, follow_redirects=False)
