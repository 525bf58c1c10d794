"""A browser in front of the app and the sandbox EHR, all in one process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.browsing import Browser
from tests.web.journey import app_at, browser_at, sandbox
from tests.web.listing import Listing


@pytest.fixture(scope="module")
def ehr() -> FastAPI:
    return sandbox()


@pytest.fixture
def browser(tmp_path: Path, ehr: FastAPI) -> Browser:
    return browser_at(app_at(tmp_path, ehr), ehr)


@pytest.fixture
def listing(tmp_path: Path) -> Callable[..., Listing]:
    """Harold's list, at an EHR of its own with these settings."""
    return lambda **tenant: Listing(tmp_path, **tenant)
