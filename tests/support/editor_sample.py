"""A `.tx` text with every kind of thing that editors highlight, for the tests of all editors."""

SAMPLE = """\
# a comment
## A doc comment.
kernel dense[M = 512, K = 64](A: f32[M, K], const bias: bf16[M], x: bool) -> (D: f32[M]) {
    let half = M // 2
    C[i] = sum[k](A[i, k] * 1.5e-3) + max(A[i, 0], 0)
    D[i] = exp(C[i]) if i != 2 else max[k < K](A[i, k])
}
instance small = dense[M = 8]
schedule dense for cpu:x86-64-v4+avx512_vnni {
    split D.i: [i0, i1: 1..14]
    cache_read A as As for C in shared
    compute C at {D.i0, root}
    knob explicit in {false, true}
    unroll C: 16, explicit
    bind i0: block.x
    bind i1: vthread
}
intrinsic vnni(a: u8[4]) for cuda {
    c += sum[k](i32(a[k]))
} emits c "dot($a, &$b)" llvm "…"
"""

# word, the text that stands around its occurrence, what it is
WORDS = (
    ("# a comment", "# a comment", "comment"),
    ("## A doc comment.", "## A doc", "doc"),
    ("kernel", "kernel dense", "declaration"),
    ("dense", "kernel dense", "declared"),
    ("small", "instance small", "declared"),
    ("schedule", "schedule dense", "declaration"),
    ("A", "(A: f32", "parameter"),
    ("bias", "bias: bf16", "parameter"),
    ("f32", "f32[M, K]", "type"),
    ("bf16", "bf16[M]", "type"),
    ("const", "const bias", "keyword"),
    ("let", "let half", "keyword"),
    ("//", "M // 2", "operator"),
    ("C", "    C[i] =", "definition"),
    ("D", "    D[i] =", "definition"),
    ("c", "    c +=", "definition"),
    ("sum", "sum[k](A", "reducer"),
    ("max", "max[k < K]", "reducer"),
    ("max", "max(A", "function"),
    ("exp", "exp(C", "function"),
    ("i32", "i32(a", "type"),
    ("1.5e-3", "1.5e-3", "number"),
    ("if", "if i !=", "keyword"),
    ("!=", "i != 2", "operator"),
    ("cpu:x86-64-v4+avx512_vnni", "for cpu:x86", "target"),
    ("cuda", "for cuda", "target"),
    ("for", "for cpu:x86", "keyword"),
    ("for", "for C in", "keyword"),
    ("split", "split D", "directive"),
    ("cache_read", "cache_read A", "directive"),
    ("compute", "compute C", "directive"),
    ("root", "root}", "keyword"),
    ("14", "1..14", "number"),
    ("..", "1..14", "operator"),
    ("false", "{false", "constant"),
    ("block.x", "block.x", "hardware"),
    ("vthread", "vthread", "hardware"),
    ("emits", "emits c", "keyword"),
    ("dot(", '"dot(', "string"),
)


def find(word: str, around: str) -> tuple[int, int]:
    """0-based line and column of a word of `WORDS` in the sample."""
    start = SAMPLE.index(around)
    start = SAMPLE.index(word, start)
    return SAMPLE.count("\n", 0, start), start - (SAMPLE.rfind("\n", 0, start) + 1)
