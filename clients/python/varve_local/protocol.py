"""Requests and answers as bytes; see docs/local-protocol.md. All numbers are little-endian."""
import struct
from typing import NamedTuple

MAGIC = b"VARVELOC"
VERSION = 1
HELLO, GET, RELEASE, EXISTS, PUT, READ = range(1, 7)
OK, MISS, FAILED, REFUSED = range(4)
ENTRY_MISS, ENTRY_LEASED, ENTRY_UNLEASED = range(3)
MAX_KEY_BYTES = 4096

HEADER = struct.Struct("<BBHI")
COUNT = struct.Struct("<HH")
HELLO_HEAD = struct.Struct("<8sHHHH")
HELLO_ANSWER = struct.Struct("<HHIQQQQ")
LEASE = struct.Struct("<I")
ENTRY = struct.Struct("<BBHIQQ")
BLOCK = struct.Struct("<IIII")
RUN = struct.Struct("<QQ")


class Limits(NamedTuple):
    """What the server says of itself at the beginning; sizes in bytes."""

    version: int
    max_keys: int
    max_body: int
    map_offset: int
    map_size: int
    max_leased: int
    max_value: int


class Entry(NamedTuple):
    """Where one value lies: its runs, in order, are (offset in the mapping, length)."""

    outcome: int
    handle: int
    length: int
    runs: list
    checksums: list  # (length, CRC-32C) of each block, in order


def frame(kind, *parts):
    """One request, as a list of pieces to send one after the other."""
    length = sum(len(part) for part in parts)
    return [HEADER.pack(kind, 0, 0, length), *parts]


def hello(user, password):
    user, password = user.encode(), password.encode()
    head = HELLO_HEAD.pack(MAGIC, VERSION, len(user), len(password), 0)
    return b"".join(frame(HELLO, head, user, password))


def about(kind, keys):
    body = [COUNT.pack(len(keys), 0)]
    for key in keys:
        body += (struct.pack("<H", len(key)), key)
    return b"".join(frame(kind, *body))


def release(handles):
    body = struct.pack(f"<HH{len(handles)}Q", len(handles), 0, *handles)
    return b"".join(frame(RELEASE, body))


def put_head(key, length):
    return b"".join((HEADER.pack(PUT, 0, 0, COUNT.size + len(key) + length),
                     COUNT.pack(len(key), 0), key))


def entries(body, count):
    """The lease in seconds and the entries of an answer to GET."""
    lease_millis, = LEASE.unpack_from(body, 0)
    at = LEASE.size
    found = []
    for _ in range(count):
        outcome, _, _, blocks, handle, length = ENTRY.unpack_from(body, at)
        at += ENTRY.size
        runs, checksums = [], []
        for _ in range(blocks):
            block_length, crc, run_count, _ = BLOCK.unpack_from(body, at)
            at += BLOCK.size
            checksums.append((block_length, crc))
            for _ in range(run_count):
                runs.append(RUN.unpack_from(body, at))
                at += RUN.size
        found.append(Entry(outcome, handle, length, runs, checksums))
    if at != len(body):
        raise ValueError("an answer is longer than what it says")
    return lease_millis / 1000, found
