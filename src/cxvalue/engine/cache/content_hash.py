"""Hashes of content: of a file, and of what an entry of the cache depends on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def content_hash(path: Path) -> str:
    """Return the hash of a file's bytes.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        Hexadecimal SHA-256.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def key_of(**parts: str | int) -> str:
    """Return the key of an entry: the hash of all that its content depends on.

    Parameters
    ----------
    **parts : str or int
        What it depends on, by name.

    Returns
    -------
    str
        32 hexadecimal digits.

    Examples
    --------
    >>> key_of(file="ab", reader="1") == key_of(reader="1", file="ab")
    True
    >>> key_of(file="ab", reader="1") == key_of(file="ab", reader="2")
    False
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
