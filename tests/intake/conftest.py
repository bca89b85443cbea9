"""One limited child for all the tests that read a hostile format: starting it is the dear part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from classifier.intake.sandbox import Child


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    with Child() as running:
        yield running
