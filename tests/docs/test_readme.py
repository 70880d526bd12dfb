"""The Python of README.md runs as it stands there. Its shell commands are run by tests/demo."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_python_of_the_readme_maps_a_document_both_ways(capsys):
    code = re.search(r"```python\n(.+?)```", README.read_text("utf-8"), re.DOTALL)[1]

    exec(compile(code, "README.md", "exec"), {})

    said = capsys.readouterr().out
    assert said.startswith("reserve [{'type': 'number'")
    assert "reserveResource" in said
