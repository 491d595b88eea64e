"""What programs do with redis-py 8, in RESP2 and RESP3, against a running server."""
import os
import sys

import redis

address = sys.argv[1]
url = address if "://" in address else f"redis://localhost:{address}"
for protocol in (2, 3):
    client = redis.Redis.from_url(url, protocol=protocol)
    client.flushall()
    assert client.ping() is True
    value = os.urandom(1 << 20)
    assert client.set(b"bin\x00\xff\r\n", value) is True
    assert client.get(b"bin\x00\xff\r\n") == value
    assert client.set("once", "1", nx=True) is True
    assert client.set("once", "2", nx=True) is None
    assert client.get("once") == b"1"
    assert client.set("brief", "x", ex=100) is True
    assert 0 < client.ttl("brief") <= 100
    assert client.mget("once", "absent") == [b"1", None]
    with client.pipeline(transaction=False) as pipeline:
        for i in range(500):
            pipeline.set(f"p:{i}", i)
        for i in range(500):
            pipeline.get(f"p:{i}")
        answers = pipeline.execute()
    assert answers[:500] == [True] * 500
    assert answers[500:] == [str(i).encode() for i in range(500)]
    assert len(set(client.scan_iter(match="p:*", count=100))) == 500
    assert client.dbsize() == 503
    assert client.unlink("once", "brief", "absent") == 2
    try:
        client.execute_command("NOSUCH", "x")
        raise AssertionError("an unknown command must fail")
    except redis.ResponseError as error:
        assert "unknown command" in str(error), error
    client.close()
print("redis-py", redis.__version__)
