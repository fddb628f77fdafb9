"""Hashes of content: of a file, and of what an entry of the cache depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
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


def code_hash(package: Path) -> str:
    """Return the hash of a package's own code: a library that is changed in place keeps its version.

    Parameters
    ----------
    package : Path
        Its folder.

    Returns
    -------
    str
        Hexadecimal SHA-256 of all modules, with their places.
    """
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        text = path.read_bytes()
        digest.update(f"{path.relative_to(package).as_posix()} {len(text)} ".encode() + text)
    return digest.hexdigest()


def touched_since(paths: Iterable[str], moment: int) -> bool:
    """Return whether a file was written to, replaced or removed since a moment.

    Parameters
    ----------
    paths : iterable of str
        The files.
    moment : int
        Nanoseconds since 1970.

    Returns
    -------
    bool
        True for one of them at least.
    """
    try:
        found = [Path(path).stat() for path in paths]
    except OSError:
        return True
    return any(max(each.st_mtime_ns, each.st_ctime_ns) >= moment for each in found)


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
