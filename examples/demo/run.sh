#!/bin/sh
# Tune examples/dense.tx, build it untuned and tuned, and call both from a C program. Run by `make demo`.
set -eu
here=$(dirname "$0")
out=${DEMO_OUT:-build/demo}
cc=${CC:-cc}
budget=${DEMO_BUDGET:-60s}
mkdir -p "$out"

echo "== txc tune examples/dense.tx --budget $budget"
txc tune "$here/../dense.tx" --budget "$budget"
echo "== txc build, untuned and tuned"
txc build "$here/../dense.tx" --schedule default --name dense_untuned -o "$out/untuned"
txc build "$here/../dense.tx" --require-tuned --name dense_tuned -o "$out/tuned"
echo "== $cc -O2: a C program that calls both"
openmp=-fopenmp
echo 'int main(void) { return 0; }' > "$out/probe.c"
"$cc" $openmp "$out/probe.c" -o "$out/probe" 2> /dev/null || openmp=
"$cc" -O2 -march=native -c "$here/peak.c" -o "$out/peak.o"
"$cc" -O2 $openmp -I"$here" -I"$out/tuned" -I"$out/untuned" "$here/main.c" "$out/peak.o" \
    "$out/tuned/dense_tuned.c" "$out/untuned/dense_untuned.c" -lm -o "$out/demo"
"$out/demo"
