# shellcheck shell=bash disable=SC2154
# What the checks share: steps that are counted, and servers that are always stopped.

servers=()

# step NAME COMMAND...: runs a command in a shell of its own that ends at the first failure.
step() {
    local name=$1 began=$SECONDS code
    shift
    set +e
    (
        set -euo pipefail
        "$@"
    ) >"$work/step.log" 2>&1 </dev/null
    code=$?
    set -e
    tell "$name" $code "$began"
}

# here NAME FUNCTION...: runs a function in this shell, so that it can set variables; only its last
# exit code counts.
here() {
    local name=$1 began=$SECONDS code=0
    shift
    "$@" >"$work/step.log" 2>&1 </dev/null || code=$?
    tell "$name" $code "$began"
}

tell() {
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        printf 'ok      %s (%d s)\n' "$1" $((SECONDS - $3))
    else
        failed=$((failed + 1))
        printf 'FAILED  %s (exit code %d)\n' "$1" "$2"
        tail -n 60 "$work/step.log" | sed 's/^/        /'
    fi
}

# refuses COMMAND...: succeeds if the command fails.
refuses() { if "$@"; then return 1; fi; }

# finish: the last line, and the exit code that goes with it.
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] || exit 1
    exit 0
}

# start_server DIR [OPTION...]: starts one on free ports, in the background of this shell, and waits
# until it is ready; sets server (pid), redis_port, s3_port, admin_port, and the keys for AWS clients.
# The variables memory and flash may say how large it is.
start_server() {
    local folder=$1
    shift
    rm -f "$folder/endpoints"
    ./varve serve --data "$folder" --memory "${memory:-64m}" --flash "${flash:-1g}" \
        --resp-port 0 --s3-port 0 --admin-port 0 "$@" >"$folder.log" 2>&1 &
    server=$!
    servers+=("$server")
    for _ in $(seq 600); do
        ! grep -q '^Ready' "$folder.log" || break
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    if ! grep -q '^Ready' "$folder.log"; then
        echo "the server did not start:"
        cat "$folder.log"
        return 1
    fi
    read_endpoints "$folder"
}

read_endpoints() {
    redis_port=$(sed -n 's/^resp = .*:\([0-9]*\)$/\1/p' "$1/endpoints")
    s3_port=$(sed -n 's/^s3 = .*:\([0-9]*\)$/\1/p' "$1/endpoints")
    admin_port=$(sed -n 's/^admin = .*:\([0-9]*\)$/\1/p' "$1/endpoints")
    eval "$(./varve keys --data "$1" --export)"
    export redis_port s3_port admin_port
    export AWS_ENDPOINT_URL=http://127.0.0.1:$s3_port AWS_DEFAULT_REGION=us-east-1
    export AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
    unset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN
}

# stop_server SIGNAL [CODE]: sends it, waits for the end, and checks the exit code.
stop_server() {
    local code=0
    kill "-$1" "$server"
    for _ in $(seq 600); do
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    if kill -0 "$server" 2>/dev/null; then
        echo "the server did not end within 60 s"
        kill -9 "$server"
        return 1
    fi
    wait "$server" || code=$?
    if [ $# = 2 ] && [ "$code" != "$2" ]; then
        echo "the server ended with exit code $code, not $2"
        return 1
    fi
}

clean_up() {
    local pid
    for pid in "${servers[@]}"; do
        kill -9 "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
}
