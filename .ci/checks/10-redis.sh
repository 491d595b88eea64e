# shellcheck shell=bash disable=SC2154
# Redis clients, unchanged, against one server.

redis() { timeout 60 redis-cli -p "$redis_port" "$@"; }

redis_cli_sets_and_gets() {
    [ "$(redis ping)" = PONG ]
    [ "$(redis set greeting 'hello world')" = OK ]
    [ "$(redis get greeting)" = 'hello world' ]
    [ "$(redis -3 get greeting)" = 'hello world' ]
    [ "$(redis exists greeting absent)" = 1 ]
    [ "$(redis strlen greeting)" = 11 ]
    [ "$(redis del greeting)" = 1 ]
    [ -z "$(redis get greeting)" ]
    [ "$(redis get)" = "ERR wrong number of arguments for 'get' command" ]
}

redis_cli_keeps_every_byte() {
    head -c 3000000 /dev/urandom >"$work/blob"
    [ "$(redis -x set blob <"$work/blob")" = OK ]
    redis --raw get blob | head -c 3000000 | cmp - "$work/blob"
}

redis_cli_pipes() {
    seq 2000 | sed 's/.*/SET pipe:& value:&/' | timeout 60 redis-cli -p "$redis_port" --pipe
    [ "$(redis get pipe:1999)" = value:1999 ]
}

redis_benchmark_runs() {
    timeout 120 redis-benchmark -p "$redis_port" -q -t ping,set,get,mset -n 20000 -c 50 -d 4096
    timeout 120 redis-benchmark -p "$redis_port" -q -t set,get -n 40000 -c 50 -P 16
    timeout 120 redis-benchmark -p "$redis_port" -q -t set,get -n 200 -c 8 -d 1048576
}

redis_py_works() { timeout 120 "$work/venv/bin/python" .ci/checks/redis_py.py "$redis_port"; }

valkey_glide_works() {
    timeout 120 "$work/venv/bin/python" .ci/checks/valkey_glide.py "$redis_port"
}

users_must_authenticate() {
    [ "$(redis get x)" = 'NOAUTH Authentication required.' ]
    [ "$(redis --no-auth-warning --user app --pass secret ping)" = PONG ]
    redis --no-auth-warning --user app --pass wrong ping 2>&1 | grep >/dev/null WRONGPASS
}

here 'a server starts' start_server "$work/redis"
step 'redis-cli sets, gets and deletes' redis_cli_sets_and_gets
step 'redis-cli keeps every byte of 3 MB' redis_cli_keeps_every_byte
step 'redis-cli --pipe' redis_cli_pipes
step 'redis-benchmark, plain, pipelined and with 1 MiB values' redis_benchmark_runs
step 'redis-py 8' redis_py_works
step 'valkey-glide, as LMCache uses it' valkey_glide_works
here 'SIGTERM stops it cleanly' stop_server TERM 0
here 'a server with a user starts on all addresses' start_server "$work/redis" \
    --resp-host 0.0.0.0 --resp-user app=secret
step 'clients must authenticate' users_must_authenticate
here 'SIGHUP stops it cleanly' stop_server HUP 0
