"""Secret keys that development makes once and keeps in files which only their owner may read."""

import os
import secrets
import stat
import tempfile
from pathlib import Path

KEY_BYTES = 32


class KeyUnusable(RuntimeError):
    """A file with a key is damaged, or others may read it; the text names the file."""


def kept_key(path: Path) -> bytes:
    """Return the key in a file; make both when they are missing.

    Of several programs that make it at once one wins, and all get its key.

    Raises:
        KeyUnusable: what is there is not a key that its owner alone may read.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            _publish(Path(scratch, "draft"), path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyUnusable(f"{path} may be read by others; give it the mode 0600")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyUnusable(f"{path} holds no key of {KEY_BYTES} bytes")
    return key


def _publish(draft: Path, path: Path) -> None:
    """Write a new key and let it appear complete, unless another program was faster."""
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
