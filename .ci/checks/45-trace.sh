# shellcheck shell=bash disable=SC2154
# From traffic of a real client through a recording to its replay against another server.

record_traffic() {
    ./varve trace record --data "$work/traced" "$work/all.trace" --rate 1 --for 5m \
        >"$work/record.log" 2>&1 &
    local recorder=$!
    for _ in $(seq 300); do
        [ ! -s "$work/all.trace" ] || break
        sleep 0.1
    done
    local i
    for i in $(seq 2000); do
        echo "GET user:$((i * i % 701))"
        echo "SET user:$((i * 7 % 701)) $i"
        echo "EXISTS user:$i"
    done | redis-cli -p "$redis_port" >/dev/null
    redis-cli -p "$redis_port" info stats | tr -d '\r' >"$work/stats"
    kill -TERM $recorder
    wait $recorder
    cat "$work/record.log"
    grep -q '^lookups      4,000;' "$work/record.log"
    [ "$(stat -c %a "$work/all.trace")" = 600 ]
    refuses grep -q 'user:' "$work/all.trace"
}

served_ratio() {
    awk -F: '/^keyspace_hits:/ { hits = $2 } /^keyspace_misses:/ { misses = $2 }
        END { printf "%.4f\n", hits / (hits + misses) }' "$work/stats"
}

replay_has_the_ratio() {
    local there
    there=$(served_ratio)
    ./varve replay --trace "$work/all.trace" --connections 1 --target "127.0.0.1:$redis_port" \
        | tee "$work/replay"
    grep -q "hit ratio $there" "$work/replay"
    ./varve replay --trace "$work/all.trace" | tee "$work/replay"
    grep -q "without limits of memory: $there" "$work/replay"
}

cut_trace_is_read() {
    head -c -20 "$work/all.trace" >"$work/cut.trace"
    ./varve trace stat "$work/cut.trace" | tee "$work/stat"
    grep -q 'cut off: read up to its last whole block' "$work/stat"
}

recordings_are_for_one() {
    [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$admin_port/trace")" = 405 ]
    [ "$(curl -s -o /dev/null -w '%{http_code}' -X POST \
        "http://127.0.0.1:$admin_port/trace/stop")" = 409 ]
}

here 'a server to record from' start_server "$work/traced"
step 'varve trace record writes what redis-cli does' record_traffic
step 'recordings go by POST' recordings_are_for_one
here 'the server stops' stop_server TERM
here 'a server to replay against' start_server "$work/replayed"
step 'a replay has the hit ratio of the server' replay_has_the_ratio
step 'a trace that was cut off is read' cut_trace_is_read
here 'that server stops' stop_server TERM
