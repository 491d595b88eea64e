# shellcheck shell=bash disable=SC2154
# What must survive, and what must be refused.

keep_before_stop() {
    aws_cli s3 mb s3://kept
    head -c 30000000 /dev/urandom >"$work/kept"
    aws_cli s3 cp "$work/kept" s3://kept/object
    redis-cli -p "$redis_port" -x set cached <"$work/kept"
    sha256sum "$work/kept" >"$work/kept.sum"
}

durable_is_kept() { aws_cli s3 cp s3://kept/object - | cmp - "$work/kept"; }

cached_is_kept() {
    redis-cli -p "$redis_port" --raw get cached | head -c 30000000 | cmp - "$work/kept"
}

# Stores small objects as fast as it can until the server dies; notes each one that was acknowledged.
store_until_killed() {
    "$work/venv/bin/python" .ci/checks/store_until_killed.py "$AWS_ENDPOINT_URL" \
        "$work/acknowledged" &
    local writer=$!
    for _ in $(seq 300); do
        [ "$(wc -l <"$work/acknowledged" 2>/dev/null || echo 0)" -lt 200 ] || break
        sleep 0.1
    done
    kill -9 "$server"
    wait "$server" || true
    wait "$writer"
    [ "$(wc -l <"$work/acknowledged")" -ge 200 ]
}

acknowledged_is_kept() {
    "$work/venv/bin/python" .ci/checks/store_until_killed.py "$AWS_ENDPOINT_URL" \
        "$work/acknowledged" check
}

second_server_is_refused() {
    local code=0
    ./varve serve --data "$work/kept.store" --resp-port 0 --s3-port 0 --admin-port 0 \
        --memory 64m --flash 1g >"$work/second" 2>&1 || code=$?
    cat "$work/second"
    [ $code = 1 ]
    [ "$(wc -l <"$work/second")" = 1 ]
    grep -q "$work/kept.store" "$work/second"
}

taken_port_is_refused() {
    local code=0
    ./varve serve --data "$work/other" --resp-port "$redis_port" --s3-port 0 --admin-port 0 \
        --memory 64m --flash 1g >"$work/second" 2>&1 || code=$?
    cat "$work/second"
    [ $code = 1 ]
    [ "$(wc -l <"$work/second")" = 1 ]
    grep -q "resp-port ($redis_port)" "$work/second"
}

bad_settings_are_refused() {
    local code=0
    ./varve serve --data "$work/other" --memory lots --resp-host 0.0.0.0 >"$work/second" 2>&1 ||
        code=$?
    cat "$work/second"
    [ $code = 2 ]
    grep -q '^memory (lots) from --memory must be a size' "$work/second"
    grep -q '^resp-host (0.0.0.0) from --resp-host must be a loopback address' "$work/second"
}

verify_refuses_a_held_folder() { refuses ./varve verify "$work/kept.store"; }

verify_finds_all_well() { ./varve verify "$work/kept.store"; }

verify_finds_a_flipped_byte() {
    cp -r "$work/kept.store" "$work/broken"
    local segment size
    segment=$(find "$work/broken/flash" -type f -size +8M | head -n 1)
    size=$(stat -c %s "$segment")
    printf '\xA5\x5A\xA5\x5A' |
        dd of="$segment" bs=1 seek=$((5 * 1000 * 1000 < size ? 5 * 1000 * 1000 : size / 2)) \
            conv=notrunc status=none
    refuses ./varve verify "$work/broken"
}

memory_stays_inside() {
    local resident
    resident=$(awk '/^VmRSS/ {print $2}' "/proc/$server/status")
    echo "resident: $resident KiB"
    [ "$resident" -le $(((64 + 512) * 1024)) ]
}

here 'a server starts' start_server "$work/kept.store"
step 'objects are stored through both doors' keep_before_stop
step 'a second server on the folder is refused with one line' second_server_is_refused
step 'a port that is taken is refused with one line' taken_port_is_refused
step 'bad settings are refused with a line each' bad_settings_are_refused
step 'varve verify refuses a folder that a server holds' verify_refuses_a_held_folder
here 'SIGTERM stops it cleanly' stop_server TERM 0
here 'it starts again' start_server "$work/kept.store"
step 'the durable object is still there' durable_is_kept
step 'the cached object is still there' cached_is_kept
here 'kill -9 while objects are being stored' store_until_killed
here 'it starts again' start_server "$work/kept.store"
step 'every acknowledged object is still there' acknowledged_is_kept
step 'the durable object is still there' durable_is_kept
step 'memory stays within the budget and 512 MiB' memory_stays_inside
here 'SIGTERM stops it cleanly' stop_server TERM 0
step 'varve verify finds all well' verify_finds_all_well
step 'varve verify finds a flipped byte' verify_finds_a_flipped_byte
