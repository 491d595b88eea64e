# shellcheck shell=bash disable=SC2154
# The first command of the README.

demo_runs() {
    timeout 600 ./varve demo --exit | tee "$work/demo"
    grep -Eq 'wrong bytes +0$' "$work/demo"
}

demo_leaves_nothing() {
    [ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'varve-demo*' -newer "$work/start")" ]
}

step 'varve demo --exit' demo_runs
step 'the demo leaves nothing behind' demo_leaves_nothing
