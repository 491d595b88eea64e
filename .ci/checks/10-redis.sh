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

tls() {
    timeout 60 redis-cli --no-auth-warning --tls --cacert "$work/tls/cert.pem" -h localhost \
        -p "$(sed -n 's/^resp-tls = .*:\([0-9]*\)$/\1/p' "$work/redis/endpoints")" "$@"
}

# make_certificate DIR NAME: a certificate for this machine that its own key signed.
make_certificate() {
    mkdir -p "$1"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$2" \
        -addext 'subjectAltName = DNS:localhost, IP:127.0.0.1' \
        -keyout "$1/key.pem" -out "$1/cert.pem" 2>&1
}

# write_users LINE...: the configuration file of the server with TLS.
write_users() {
    printf '%s\n' "resp-tls-cert = $work/tls/cert.pem" "resp-tls-key = $work/tls/key.pem" \
        'resp-tls-port = 0' "$@" >"$work/tls/varve.conf"
}

redis_cli_over_tls() {
    [ "$(tls ping)" = 'NOAUTH Authentication required.' ]
    head -c 9000000 /dev/urandom >"$work/blob"
    [ "$(tls --user app --pass secret -x set blob <"$work/blob")" = OK ]
    tls --user app --pass secret --raw get blob | head -c 9000000 | cmp - "$work/blob"
    redis --no-auth-warning --user app --pass secret --raw get blob | head -c 9000000 |
        cmp - "$work/blob"
}

redis_py_over_tls() {
    local port
    port=$(sed -n 's/^resp-tls = .*:\([0-9]*\)$/\1/p' "$work/redis/endpoints")
    timeout 120 "$work/venv/bin/python" .ci/checks/redis_py.py \
        "rediss://app:secret@localhost:$port?ssl_ca_certs=$work/tls/cert.pem"
}

plain_is_turned_away() {
    local port
    port=$(sed -n 's/^resp-tls = .*:\([0-9]*\)$/\1/p' "$work/redis/endpoints")
    refuses timeout 20 redis-cli -p "$port" ping
    [ "$(tls --user app --pass secret ping)" = PONG ]
}

# await_log TEXT: waits until the server has logged it.
await_log() {
    for _ in $(seq 300); do
        ! grep -q "$1" "$work/redis.log" || return 0
        sleep 0.1
    done
    cat "$work/redis.log"
    return 1
}

hangup_reloads() {
    make_certificate "$work/tls" after
    write_users 'resp-user.app = changed'
    kill -HUP "$server"
    await_log 'Reloaded: users app; certificate valid until'
    [ "$(tls --user app --pass changed ping)" = PONG ]
    tls --user app --pass secret ping 2>&1 | grep >/dev/null WRONGPASS
    tls --user guest --pass guest ping 2>&1 | grep >/dev/null WRONGPASS
}

bad_reload_changes_nothing() {
    write_users 'resp-user.app = again' 'resp-host = 0.0.0.0' 'memory = lots' 'nonsense = 1'
    kill -HUP "$server"
    await_log 'Not reloaded, .*nonsense in .* is not a setting'
    [ "$(tls --user app --pass changed ping)" = PONG ]
    [ "$(curl -s -o "$work/answer" -w '%{http_code}' -X POST \
        "http://127.0.0.1:$admin_port/reload")" = 409 ]
    grep -q 'nonsense in .* is not a setting' "$work/answer"
    write_users 'resp-user.app = again'
    curl -sf -X POST "http://127.0.0.1:$admin_port/reload" | grep >/dev/null 'Reloaded: users app;'
    [ "$(tls --user app --pass again ping)" = PONG ]
}

foreign_key_is_refused() {
    local code=0
    make_certificate "$work/foreign" foreign
    ./varve serve --data "$work/other" --resp-tls-cert "$work/tls/cert.pem" \
        --resp-tls-key "$work/foreign/key.pem" >"$work/second" 2>&1 || code=$?
    cat "$work/second"
    [ $code = 2 ]
    head -n 1 "$work/second" | grep >/dev/null \
        '^resp-tls-key (.*/foreign/key.pem) .* must be the private key of the first certificate'
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
here 'SIGHUP stops it cleanly without a configuration file' stop_server HUP 0
step 'a certificate is made' make_certificate "$work/tls" before
write_users 'resp-user.app = secret' 'resp-user.guest = guest'
here 'a server with TLS starts' start_server "$work/redis" --config "$work/tls/varve.conf"
step 'redis-cli --tls' redis_cli_over_tls
step 'redis-py over rediss://' redis_py_over_tls
step 'what does not speak TLS is turned away' plain_is_turned_away
step 'SIGHUP puts new users and a new certificate in force' hangup_reloads
step 'settings that cannot be used change nothing' bad_reload_changes_nothing
here 'SIGTERM stops it cleanly' stop_server TERM 0
step 'a key of another certificate is refused with one line' foreign_key_is_refused
