# shellcheck shell=bash disable=SC2154
# The Python client of the local door, against one server.

local_tests() {
    VARVE_LOCAL_SOCKET="$work/local/socket" VARVE_LOCAL_USER=${1:-} PYTHONPATH=clients/python \
        PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 clients/python/tests/test_client.py -v "${@:2}"
}

# Clients that are gone, also the killed one of the tests, hold nothing.
nothing_is_leased() {
    for _ in $(seq 50); do
        if curl -sf "http://127.0.0.1:$admin_port/metrics" | grep -q '^varve_local_leased_bytes 0'; then
            return 0
        fi
        sleep 0.1
    done
    return 1
}

redis_and_local_share_keys() {
    [ "$(redis set shared both)" = OK ]
    PYTHONPATH=clients/python PYTHONDONTWRITEBYTECODE=1 timeout 60 python3 -c '
import sys
from varve_local import Client
with Client(sys.argv[1]) as client:
    assert client.get("shared") == b"both"
    client.put("back", b"again")
' "$work/local/socket"
    [ "$(redis get back)" = again ]
}

here 'a server with a local socket starts' start_server "$work/local" \
    --local-socket "$work/local/socket"
step 'the Python client' local_tests '' ClientTest
step 'clients that are gone hold nothing' nothing_is_leased
step 'the Redis door and the local door share keys' redis_and_local_share_keys
here 'kill -9 leaves the socket behind' stop_server KILL
here 'the next server takes its place' start_server "$work/local" \
    --local-socket "$work/local/socket" --resp-user app=secret
step 'users must say who they are' local_tests app=secret UserTest
here 'SIGTERM stops it cleanly' stop_server TERM 0
