"""The rate of PyTorch's sgemm on an encoder layer's products:  bench_sgemm.py THREADS HIDDEN INTERMEDIATE TOKENS SECONDS

Six layers with weights of their own, as in a model, all tokens of the batch in one product. Prints GFLOPS over a layer's six products."""

import sys
import time

import torch

threads, hidden, inner, tokens, seconds = (*map(int, sys.argv[1:5]), float(sys.argv[5]))
torch.set_num_threads(threads)
torch.manual_seed(0)
LAYERS = 6
shapes = [(hidden, hidden)] * 4 + [(inner, hidden), (hidden, inner)]
weights = [[torch.randn(shape) for shape in shapes] for _ in range(LAYERS)]
inputs = {k: torch.randn(k, tokens) for k in (hidden, inner)}
outputs = {m: torch.empty(m, tokens) for m in (hidden, inner)}
flops = LAYERS * sum(2 * m * k * tokens for m, k in shapes)


def run():
    for layer in weights:
        for w in layer:
            torch.mm(w, inputs[w.shape[1]], out=outputs[w.shape[0]])


run()
times, start = [], time.time()
while time.time() - start < seconds or len(times) < 3:
    begin = time.perf_counter()
    run()
    times.append(time.perf_counter() - begin)
print(f"gflops={flops / sorted(times)[len(times) // 2] / 1e9:.1f}")
