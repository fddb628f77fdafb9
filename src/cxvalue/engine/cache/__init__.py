"""The cache: what was read of a file, and what was summed over the answers, kept under the hash of its content."""

from cxvalue.engine.cache.array_entry import ArrayEntry
from cxvalue.engine.cache.content_hash import code_hash, content_hash, key_of, touched_since
from cxvalue.engine.cache.store import Store, open_store, refuse_cache_within

__all__ = [
    "ArrayEntry",
    "Store",
    "code_hash",
    "content_hash",
    "key_of",
    "open_store",
    "refuse_cache_within",
    "touched_since",
]
