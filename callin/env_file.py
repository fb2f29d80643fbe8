"""`.env`, a text that a person owns: values are put into it, the rest stays as it is; called by setup and tunnel."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PLAIN = re.compile(r"[\w@%+=:,./*~-]*", re.ASCII)


def with_values(text: str, values: Mapping[str, str], *, reasons: Mapping[str, str]) -> str:
    """Return the text with these settings in it: in their old place where there is one, else at the end.

    Args:
        text: of `.env`; comments and all other lines are kept as they are.
        values: by environment name.
        reasons: what each is for; stands above a line that is new.
    """
    lines = text.splitlines()
    for name, value in values.items():
        said = f"{name}={_quoted(value)}"
        places = [n for n, line in enumerate(lines) if re.match(rf"\s*(export\s+)?{name}\s*=", line)]
        # A line that shows the default, as in .env.example, is the place for the value.
        shown = [n for n, line in enumerate(lines) if re.match(rf"\s*#\s*{name}\s*=", line)]
        if places or shown:
            for place in places or shown[:1]:
                lines[place] = said
        else:
            lines += [*([""] if lines else []), f"# {reasons[name]}", said]
    return "\n".join(lines) + "\n"


def read(path: Path) -> str:
    """Return what stands in the file, or nothing where there is none."""
    return path.read_text() if path.exists() else ""


def write(path: Path, text: str) -> None:
    """The file holds the text, and only its owner can read it; at no moment is it half written.

    Args:
        path: of the file; a link stays a link.
        text: all of it.
    """
    target = path.resolve()
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")  # made with mode 600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
