"""The client itself."""
import mmap
import os
import socket
import threading
import time

from . import protocol


class Error(Exception):
    """The server could not do what was asked, or is no longer there."""


class Refused(Error):
    """The server does not want to talk to this client any more; the message says why."""


class Busy(Error):
    """The value is there, but this client holds too much memory to be given more of it."""


class LeaseExpired(Error):
    """The bytes were looked at for too long: the server may have put others in their place."""


class View:
    """A value in place, for the time of a `with` block: `parts` are read-only memoryviews of the
    server's memory, in order. Leaving the block raises LeaseExpired if the bytes may have changed
    before its end; what was made of them must be thrown away then."""

    def __init__(self, client, entry, deadline):
        self._client = client
        self._entry = entry
        self._deadline = deadline
        self.parts = client._parts(entry)

    @property
    def length(self):
        return self._entry.length

    @property
    def checksums(self):
        """Length and CRC-32C of each stretch of the value, in order, as they were written."""
        return self._entry.checksums

    @property
    def seconds_left(self):
        """How much longer the bytes stay as they are."""
        return self._deadline - time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        in_time = self.seconds_left > 0
        for part in self.parts:
            part.release()
        self._client._give_back([self._entry.handle])
        if not in_time and kind is None:
            raise LeaseExpired(f"{self.length} bytes were looked at for too long")


class Client:
    """A connection to a Varve server on this host.

    Thread-safe: one request at a time, by a lock that is not held while bytes are copied. A process
    that forks must make a client of its own in the child. Keys are bytes or str (UTF-8) of 1 to 4096
    bytes; values are whatever is a buffer of bytes.
    """

    def __init__(self, path, user="", password="", timeout=60.0):
        """Connects, and maps the server's memory.

        path: of the server's `local-socket`. user, password: those of the Redis door, if it has
        users. timeout: seconds that the server may be silent.
        """
        self._lock = threading.Lock()
        self._memory = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            self._socket.connect(os.fspath(path))
            self._socket.sendall(protocol.hello(user, password))
            self.limits = protocol.Limits(
                *protocol.HELLO_ANSWER.unpack(self._answer(protocol.HELLO)[1]))
            self._memory = self._map()
        except BaseException:
            self.close()
            raise

    def get(self, key):
        """The value as bytes, or None if there is none."""
        return self.get_many([key])[0]

    def get_into(self, key, buffer):
        """Copies the value to the beginning of `buffer`, a writable one.

        Returns its length, or None if there is no value. Raises ValueError if it does not fit.
        """
        return self.get_many_into([key], [buffer])[0]

    def get_many(self, keys):
        """The values of several keys as a list, in one round trip for each `limits.max_keys`."""
        return self.fetch(keys, lambda index, length, parts: b"".join(parts))

    def get_many_into(self, keys, buffers):
        """As get_into for each key; a list of lengths and Nones."""
        if len(keys) != len(buffers):
            raise ValueError(f"{len(keys)} keys need as many buffers, not {len(buffers)}")

        def copy(index, length, parts):
            target = memoryview(buffers[index]).cast("B")
            if length > len(target):
                raise ValueError(f"a value of {length} bytes does not fit into {len(target)}")
            at = 0
            for part in parts:
                target[at:at + len(part)] = part
                at += len(part)
            return length
        return self.fetch(keys, copy)

    def fetch(self, keys, take):
        """What `take(index, length, parts)` makes of each value, as a list with None for those that
        are not there.

        parts: memoryviews of the value's bytes, in order, to be read before `take` returns. Where
        that took longer than the lease, `take` is called once more for the same index, and its
        first result must be forgotten.
        """
        fetched = [None] * len(keys)
        todo = list(enumerate(_key(key) for key in keys))
        while todo:
            batch = next(self._batches(todo))
            todo = todo[len(batch):]
            entries, deadline = self._ask([key for _, key in batch])
            leased = [e.handle for e in entries if e.outcome == protocol.ENTRY_LEASED]
            late, unleased = [], []
            try:
                for (index, key), entry in zip(batch, entries):
                    if entry.outcome == protocol.ENTRY_UNLEASED:
                        unleased.append((index, key))
                    elif entry.outcome == protocol.ENTRY_LEASED:
                        fetched[index] = take(index, entry.length, self._parts(entry))
                        if time.monotonic() >= deadline:
                            late.append((index, key))
            finally:
                self._give_back(leased)
            if leased:
                todo = unleased + todo  # there is room for them now
            else:
                late += unleased
            for index, key in late:
                value = self._read(key)
                fetched[index] = None if value is None else take(index, len(value), [value])
        return fetched

    def view(self, key):
        """The value in place, see View, or None if there is none. Raises Busy if this client has
        to give other views back first."""
        (entry,), deadline = self._ask([_key(key)])
        if entry.outcome == protocol.ENTRY_UNLEASED:
            raise Busy("too much of the server's memory is being looked at")
        return View(self, entry, deadline) if entry.outcome == protocol.ENTRY_LEASED else None

    def exists(self, key):
        return self.exists_many([key])[0]

    def exists_many(self, keys):
        """Which of the keys are there, as a list; they stay for the next seconds."""
        answers = []
        for batch in self._batches(enumerate(_key(key) for key in keys)):
            about = protocol.about(protocol.EXISTS, [key for _, key in batch])
            _, body = self._call(protocol.EXISTS, [about])
            answers += [flag == 1 for flag in body]
        return answers

    def put(self, key, *values):
        """Stores the value; several are stored as one, end to end."""
        key = _key(key)
        parts = [memoryview(value).cast("B") for value in values]
        length = sum(len(part) for part in parts)
        if length > self.limits.max_value:
            raise ValueError(f"a value of {length} bytes is longer than {self.limits.max_value}")
        self._call(protocol.PUT, [protocol.put_head(key, length), *parts])

    def close(self):
        """Gives everything back. Views that are still open stay readable, without any promise."""
        self._socket.close()
        if self._memory is not None:
            try:
                self._memory.close()
            except BufferError:
                pass  # somebody still looks; the mapping goes with the last of them
            self._memory = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _parts(self, entry):
        return [self._view_of(offset, length) for offset, length in entry.runs]

    def _view_of(self, offset, length):
        memory = self._memory
        if memory is None:
            raise Error("the client is closed")
        if offset + length > len(memory):
            raise Error("the server speaks of memory that it does not have")
        return memoryview(memory)[offset:offset + length]

    def _read(self, key):
        """Fetches a value through the socket; None if there is none."""
        with self._lock:
            self._send([protocol.about(protocol.READ, [key])])
            status, length = self._head(protocol.READ)
            if status == protocol.MISS:
                return None
            value = memoryview(bytearray(length))
            self._receive_into(value)
            return value

    def _ask(self, keys):
        """The entries of keys, and until when by time.monotonic() their bytes stay."""
        with self._lock:
            # Taken before the request leaves: the server's time begins later.
            began = time.monotonic()
            self._send([protocol.about(protocol.GET, keys)])
            _, body = self._answer(protocol.GET)
        seconds, entries = protocol.entries(body, len(keys))
        return entries, began + seconds

    def _batches(self, keys):
        """Pairs of index and key in as many lists as the server's limits ask for."""
        batch, size = [], 0
        for index, key in keys:
            grown = size + 2 + len(key)
            if batch and (len(batch) == self.limits.max_keys or grown + 4 > self.limits.max_body):
                yield batch
                batch, grown = [], 2 + len(key)
            batch.append((index, key))
            size = grown
        if batch:
            yield batch

    def _give_back(self, handles):
        """Ends leases, without waiting for anything."""
        if not handles:
            return
        with self._lock:
            if self._memory is not None:
                self._send([protocol.release(handles)])

    def _call(self, kind, pieces):
        with self._lock:
            self._send(pieces)
            return self._answer(kind)

    def _send(self, pieces):
        try:
            for piece in pieces:
                self._socket.sendall(piece)
        except OSError as error:
            self._socket.close()
            raise Error(f"the server cannot be reached: {error}") from error

    def _answer(self, kind):
        status, length = self._head(kind)
        body = bytearray(length)
        self._receive_into(memoryview(body))
        return status, bytes(body)

    def _head(self, kind):
        head = bytearray(protocol.HEADER.size)
        self._receive_into(memoryview(head))
        answered, status, _, length = protocol.HEADER.unpack(head)
        if status in (protocol.FAILED, protocol.REFUSED):
            text = bytearray(length)
            self._receive_into(memoryview(text))
            reason = text.decode(errors="replace")
            if status == protocol.REFUSED:
                self._socket.close()
                raise Refused(reason)
            raise Error(reason)
        if answered != kind:
            self._socket.close()
            raise Error(f"the server answered {answered} to {kind}")
        return status, length

    def _receive_into(self, target):
        while target:
            try:
                count = self._socket.recv_into(target)
            except OSError as error:
                self._socket.close()
                raise Error(f"the server cannot be reached: {error}") from error
            if count == 0:
                self._socket.close()
                raise Error("the server has closed the connection")
            target = target[count:]

    def _map(self):
        _, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1)
        if len(descriptors) != 1:
            raise Error("the server sent no memory to map")
        try:
            return mmap.mmap(descriptors[0], self.limits.map_size, mmap.MAP_SHARED,
                             mmap.PROT_READ, offset=self.limits.map_offset)
        finally:
            os.close(descriptors[0])


def _key(key):
    key = key.encode() if isinstance(key, str) else bytes(key)
    if not 1 <= len(key) <= protocol.MAX_KEY_BYTES:
        raise ValueError(f"a key of {len(key)} bytes must have 1 to {protocol.MAX_KEY_BYTES}")
    return key

