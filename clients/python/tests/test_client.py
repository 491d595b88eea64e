"""Against a real server: VARVE_LOCAL_SOCKET names its socket."""
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

from varve_local import Busy, Client, Error, LeaseExpired, Refused, protocol

PATH = os.environ.get("VARVE_LOCAL_SOCKET", "")


@unittest.skipUnless(PATH, "VARVE_LOCAL_SOCKET must name the socket of a running server")
class ClientTest(unittest.TestCase):
    def setUp(self):
        self.client = Client(PATH)
        self.addCleanup(self.client.close)

    def test_gets_what_was_put(self):
        for length in (0, 1, 255, 4096, 100_001, 8 << 20):
            value = os.urandom(length)
            self.client.put(b"v", value)
            self.assertEqual(self.client.get(b"v"), value)
            self.assertTrue(self.client.exists("v"))

    def test_misses_are_none(self):
        self.assertIsNone(self.client.get("absent"))
        self.assertIsNone(self.client.get_into("absent", bytearray(1)))
        self.assertIsNone(self.client.view("absent"))
        self.assertFalse(self.client.exists("absent"))

    def test_get_into_fills_a_buffer(self):
        value = os.urandom(3_000_000)
        self.client.put("into", value[:1_000_000], value[1_000_000:])
        buffer = bytearray(3_000_100)
        self.assertEqual(self.client.get_into("into", buffer), len(value))
        self.assertEqual(buffer[:len(value)], value)
        with self.assertRaises(ValueError):
            self.client.get_into("into", bytearray(10))
        self.assertEqual(self.client.get("into"), value)

    def test_many_at_once_also_more_than_may_be_leased(self):
        values = {f"many:{i}": os.urandom(1 << 20) for i in range(24)}
        for key, value in values.items():
            self.client.put(key, value)
        keys = list(values) + ["absent"]
        flags = self.client.exists_many(keys)
        self.assertFalse(flags[-1])
        found = self.client.get_many(keys)
        self.assertIsNone(found[-1])
        for key, value, there in zip(keys, found, flags):
            if there:
                self.assertEqual(value, values[key])

    def test_more_keys_than_fit_one_request(self):
        keys = [f"{i:05d}" * 20 for i in range(1000)]
        self.assertEqual(self.client.get_many(keys), [None] * 1000)
        self.assertEqual(self.client.exists_many(keys), [False] * 1000)

    def test_a_view_shows_the_bytes_in_place(self):
        value = os.urandom(300_000)
        self.client.put("view", value)
        with self.client.view("view") as view:
            self.assertEqual(b"".join(view.parts), value)
            self.assertGreater(view.seconds_left, 0)
            self.assertEqual(sum(length for length, _ in view.checksums), len(value))
            with self.assertRaises(TypeError):
                view.parts[0][0] = 1
            self.client.put("view", b"another")
            self.assertEqual(b"".join(view.parts), value)
        self.assertEqual(self.client.get("view"), b"another")

    def test_a_view_that_lasted_too_long_says_so(self):
        self.client.put("late", b"x" * 1000)
        with self.assertRaises(LeaseExpired):
            with self.client.view("late") as view:
                view._deadline = time.monotonic()

    def test_whoever_holds_too_much_is_told_so_and_served_all_the_same(self):
        value = os.urandom(1 << 20)
        views = []
        try:
            with self.assertRaises(Busy):
                for i in range(1000):
                    self.client.put("held", value)
                    views.append(self.client.view("held").__enter__())
            self.assertEqual(self.client.get("held"), value)
        finally:
            for view in views:
                view.__exit__(None, None, None)
        self.assertEqual(self.client.get("held"), value)

    def test_the_memory_cannot_be_written_to(self):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(PATH)
            raw.sendall(protocol.hello("", ""))
            raw.recv(protocol.HEADER.size + protocol.HELLO_ANSWER.size, socket.MSG_WAITALL)
            _, (descriptor,), _, _ = socket.recv_fds(raw, 1, 1)
        size = self.client.limits.map_size
        try:
            with self.assertRaises(OSError):
                mmap.mmap(descriptor, size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
            with self.assertRaises(OSError):
                os.write(descriptor, b"x")
            if not os.readlink(f"/proc/self/fd/{descriptor}").startswith("/memfd:"):
                return  # a file with a name, which its owner can open by that name, too
            again = os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR)
            try:
                with self.assertRaises(OSError):
                    mmap.mmap(again, size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
                with self.assertRaises(OSError):
                    os.pwrite(again, b"x", 0)
                with self.assertRaises(OSError):
                    os.ftruncate(again, 4096)
            finally:
                os.close(again)
        finally:
            os.close(descriptor)

    def test_a_killed_client_gives_everything_back(self):
        value = os.urandom(1 << 20)
        self.client.put("killed", value)
        holder = subprocess.Popen(
            [sys.executable, "-c",
             "import sys, time\n"
             "from varve_local import Busy, Client\n"
             "client = Client(sys.argv[1])\n"
             "views = []\n"
             "try:\n"
             "    while True: views.append(client.view('killed').__enter__())\n"
             "except Busy:\n"
             "    print(len(views), flush=True)\n"
             "time.sleep(600)\n", PATH],
            stdout=subprocess.PIPE, text=True)
        try:
            self.assertGreater(int(holder.stdout.readline()), 0)
        finally:
            holder.send_signal(signal.SIGKILL)
            holder.wait()
            holder.stdout.close()
        self.assertEqual(self.client.get("killed"), value)

    def test_threads_share_a_client(self):
        values = {f"t{i}": os.urandom(50_000 + i) for i in range(8)}
        for key, value in values.items():
            self.client.put(key, value)
        wrong = []

        def read(key):
            for _ in range(50):
                if self.client.get(key) != values[key]:
                    wrong.append(key)
        threads = [threading.Thread(target=read, args=(key,)) for key in values]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_bad_keys_are_refused_here(self):
        for key in ("", b"x" * 4097):
            with self.assertRaises(ValueError):
                self.client.get(key)
        with self.assertRaises(TypeError):
            self.client.put(None, b"")

    def test_strangers_are_refused(self):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(PATH)
            raw.sendall(struct.pack("<BBHI", protocol.HELLO, 0, 0, 16) + b"NOTVARVE" + bytes(8))
            _, status, _, _ = protocol.HEADER.unpack(raw.recv(8, socket.MSG_WAITALL))
            self.assertEqual(status, protocol.REFUSED)

    def test_a_closed_client_says_so(self):
        self.client.close()
        with self.assertRaises(Error):
            self.client.get("x")


@unittest.skipUnless(os.environ.get("VARVE_LOCAL_USER"), "VARVE_LOCAL_USER is NAME=PASSWORD")
class UserTest(unittest.TestCase):
    def test_users_must_say_who_they_are(self):
        user, _, password = os.environ["VARVE_LOCAL_USER"].partition("=")
        with self.assertRaises(Refused):
            Client(PATH)
        with self.assertRaises(Refused):
            Client(PATH, user, password + "x")
        with Client(PATH, user, password) as client:
            client.put("k", b"v")
            self.assertEqual(client.get("k"), b"v")


if __name__ == "__main__":
    unittest.main()
