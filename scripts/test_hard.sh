#!/bin/sh
# The tests, started in every way that has ever made a difference, and the deep ones; a line for each, a log in build/hard.
# Words name the ways to go: scripts/test_hard.sh order background
cd "$(dirname "$0")/.." || exit
logs=build/hard
mkdir -p $logs
tests="-m pytest -n auto --dist loadgroup --no-loadscope-reorder tests"
worst=0

way() { # its name, then the command
    name=$1
    shift
    began=$(date +%s)
    "$@" >"$logs/$name.log" 2>&1
    code=$?
    [ $code -eq 0 ] || worst=1
    echo "$name: exit code $code after $(($(date +%s) - began)) s; $(tail -n 1 "$logs/$name.log")"
}

order() { # what a test leaves behind is no help to the next
    for seed in 1 2 3; do
        way "order-$seed" .venv/bin/python $tests --random-order --random-order-seed=$seed
    done
}

background() { # deaf to Ctrl-C, without a terminal
    nohup make test >"$logs/nohup.log" 2>&1 &
    way background wait $!
    tail -n 1 "$logs/nohup.log"
}

streams() { # as a scheduler may start it
    way streams env LC_ALL=POSIX sh -c "make test <&- >&- 2>$logs/closed.log"
}

browser() {
    way browser env JOSPAR_CHROMIUM=/nonexistent .venv/bin/python $tests
}

homeless() {
    way homeless env HOME=/nonexistent .venv/bin/python $tests
}

user() { # another than root, in a copy of the committed files; its Python must be one that all may run
    [ "$(id -u)" = 0 ] || { echo "user: you are not root, so every other way is this one" && return; }
    copy=$(mktemp -d) && git clone --quiet . "$copy/jospar" && make --directory "$copy/jospar" .venv/ready >/dev/null
    chmod 755 "$copy" && chown -R 65534:65534 "$copy/jospar"
    way user setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent sh -c "cd $copy/jospar && make test"
    rm -rf "$copy"
}

deep() { # what waits for this, and a thousand examples where there are 25 by day
    way deep .venv/bin/python $tests -m "" --hypothesis-profile=deep
}

for name in ${*:-order background streams browser homeless user deep}; do $name; done
exit $worst
