from __future__ import annotations

import paramiko
import pytest


@pytest.fixture(scope="session")
def host_key() -> paramiko.PKey:
    return paramiko.ECDSAKey.generate()


@pytest.fixture(scope="session")
def client_key() -> paramiko.ECDSAKey:
    return paramiko.ECDSAKey.generate()
