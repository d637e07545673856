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
txc build "$here/../dense.tx" --schedule default --name dense_untuned -o "$out"
txc build "$here/../dense.tx" --require-tuned --name dense_tuned -o "$out"
echo "== $cc -O2: a C program that calls both"
openmp=-fopenmp
echo 'int main(void) { return 0; }' > "$out/probe.c"
"$cc" $openmp "$out/probe.c" -o "$out/probe" 2> /dev/null || openmp=
"$cc" -O2 -march=native -c "$here/peak.c" -o "$out/peak.o"
"$cc" -O2 $openmp -I"$out" -I"$here" "$here/main.c" "$out/dense_tuned.c" "$out/dense_untuned.c" "$out/peak.o" -lm -o "$out/demo"
"$out/demo"
