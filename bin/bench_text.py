"""Trains transformers' BertForSequenceClassification on real sentences, as bin/bench text does here.

    bench_text.py THREADS MODEL TRAIN SECONDS

Half a percent of each encoder tensor, chosen at random (gradients are zero elsewhere), pooler and head; embeddings frozen; AdamW; batches of 32
of like length, padded to their longest. Prints tokens a second, padding not counted."""

import json
import random
import sys
import time

import torch
from transformers import AutoTokenizer, BertForSequenceClassification

threads, model_folder, train_file, seconds = int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])
BATCH, WINDOW, LONGEST, WARM_UP = 32, 2048, 64, 50
torch.set_num_threads(threads)
torch.manual_seed(1)
rows = [json.loads(line) for line in open(train_file, encoding="utf-8")]
random.Random(1).shuffle(rows)
tokenizer = AutoTokenizer.from_pretrained(model_folder)
ids = tokenizer([row["text"] for row in rows], truncation=True, max_length=LONGEST)["input_ids"]
labels = [int(row["label"] == "correct") for row in rows]
batches = []
for start in range(0, len(ids), WINDOW):
    window = sorted(range(start, min(len(ids), start + WINDOW)), key=lambda i: len(ids[i]))
    batches += [window[i : i + BATCH] for i in range(0, len(window) - BATCH + 1, BATCH)]
random.Random(2).shuffle(batches)

model = BertForSequenceClassification.from_pretrained(model_folder, num_labels=2)
model.train()
masks = {}
for name, p in model.named_parameters():
    if name.startswith("bert.embeddings"):
        p.requires_grad = False
    elif name.startswith("bert.encoder"):
        chosen = torch.randperm(p.numel())[: max(1, int(p.numel() * 0.005))]
        outside = torch.ones(p.numel(), dtype=torch.bool)
        outside[chosen] = False
        masks[p] = outside.view_as(p)
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4, weight_decay=0.0)


def step(batch):
    longest = max(len(ids[i]) for i in batch)
    tokens = torch.tensor([ids[i] + [0] * (longest - len(ids[i])) for i in batch])
    attention = torch.tensor([[1] * len(ids[i]) + [0] * (longest - len(ids[i])) for i in batch])
    model(input_ids=tokens, attention_mask=attention, labels=torch.tensor([labels[i] for i in batch])).loss.backward()
    for p, outside in masks.items():
        if p.grad is not None:
            p.grad.masked_fill_(outside, 0)
    optimizer.step()
    optimizer.zero_grad()
    return sum(len(ids[i]) for i in batch)


for batch in batches[:WARM_UP]:
    step(batch)
tokens, steps, start = 0, 0, time.perf_counter()
for batch in batches[WARM_UP:]:
    tokens += step(batch)
    steps += 1
    if time.perf_counter() - start > seconds:
        break
print(f"tokens_per_second={tokens / (time.perf_counter() - start):.1f} steps={steps}")
