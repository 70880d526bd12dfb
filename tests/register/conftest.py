from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from interfaces.spec.registry import bundled_folder


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """changed("RM/rm-resource", (old, new), ...): a copy of a bundled spec's folder with these texts replaced."""

    def make(source: str, *changes: tuple[str, str]) -> Path:
        folder = tmp_path / f"copy-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(bundled_folder() / source, folder)
        text = (folder / "spec.yaml").read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / "spec.yaml").write_text(text, "utf-8")
        return folder

    return make
