"""Exports of runs, loaded by the libraries they are meant for: the same logits as SparseTune's own predict.

Fails where the largest difference of a logit exceeds TOLERANCE. SparseTune and PyTorch add up in different orders;
on these models that moves a logit, of magnitude 1, by some 1e-6. A wrong or missing tensor moves it by more than 1e-2,
which is checked too: training must have moved the logits that far from the base's.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time
import warnings

import numpy
import peft
import record_tokenizers
import tokenizers
import torch
import transformers

TOLERANCE = 1e-5
MOVED = 1e-3
MERGED_TOKENIZERS = (
    "a BERT with byte pairs alone",
    "truncation_side left",
    "the generic class has no token types",
    "vocab.json and merges.txt with settings",
)
warnings.simplefilter("ignore", FutureWarning)
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


class Failure(Exception):
    pass


class Stage:
    def __init__(self, sparsetune, golden, work):
        self.sparsetune, self.golden, self.work = sparsetune, golden, work
        self.largest, self.compared = 0.0, 0

    def command(self, *arguments, code=0):
        done = subprocess.run([self.sparsetune, *map(str, arguments)], capture_output=True, text=True, cwd=self.work)
        if done.returncode != code:
            raise Failure(f"sparsetune {' '.join(map(str, arguments))} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def golden_model(self, name):
        """A golden model with a tokenizer whose words are w0, w1, ..."""
        folder = self.work / f"model-{name}"
        folder.mkdir()
        for file in ("config.json", "model.safetensors"):
            shutil.copy(self.golden / name / file, folder / file)
        config = json.loads((folder / "config.json").read_text())
        roberta = config["model_type"] == "roberta"
        first, last, pad, unknown = ("<s>", "</s>", "<pad>", "<unk>") if roberta else ("[CLS]", "[SEP]", "[PAD]", "[UNK]")
        special = [first, pad, last, unknown] if roberta else [pad, unknown, first, last]
        vocabulary = {word: i for i, word in enumerate(special)}
        for i in range(4, config["vocab_size"]):
            vocabulary[f"w{i}"] = i
        tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token=unknown))
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
        second = f"{last} {last} $B {last}" if roberta else f"{last} $B:1 {last}:1"
        tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
            single=f"{first} $A {last}",
            pair=f"{first} $A {second}",
            special_tokens=[(first, vocabulary[first]), (last, vocabulary[last])],
        )
        tokenizer.save(str(folder / "tokenizer.json"))
        rows = [
            {
                "text": " ".join(f"w{4 + (7 * i + 3 * j * j) % (config['vocab_size'] - 4)}" for j in range(1 + i % 12)),
                "label": ["left", "middle", "right"][i % 3],
            }
            for i in range(48)
        ]
        return folder, self.table(f"{name}.jsonl", rows)

    def table(self, name, rows):
        file = self.work / name
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return file

    def train(self, name, model, rows, method, task=None, max_seq_length=24, **training):
        run = self.work / f"run-{name}"
        config = {
            "model": {"path": str(model)},
            "data": {"train": str(rows), "validation": 0, "max_seq_length": max_seq_length},
            "task": task or {},
            "method": method,
            "training": {"max_steps": 6, "batch_size": 8, "micro_batch_size": 4, "learning_rate": 0.05, "warmup_ratio": 0, **training},
            "output": str(run),
        }
        file = self.work / f"{name}.yaml"
        file.write_text(json.dumps(config))
        self.command("train", file)
        return run

    def predict(self, name, run, rows):
        out = self.work / f"predictions-{name}"
        self.command("predict", run, "--data", rows, "--out", out, "--logits")
        lines = [line for part in sorted(out.glob("part-*")) for line in part.read_text().splitlines()]
        return [json.loads(line)["logits"] for line in lines]

    def check(self, name, what, expected, found):
        difference = float(numpy.abs(numpy.array(expected) - numpy.array(found)).max())
        self.largest = max(self.largest, difference)
        self.compared += 1
        print(f"  {name:<14} {what:<28} largest difference of a logit {difference:.2e}", flush=True)
        if not difference <= TOLERANCE:
            raise Failure(f"{name}: {what} differs by {difference}, more than {TOLERANCE}")

    def export(self, name, run, form):
        out = self.work / f"{form}-{name}"
        self.command("export", run, out, "--format", form)
        return out


def logits(model, tokenizer, rows):
    model.eval()
    found = []
    with torch.no_grad():
        for line in rows.read_text().splitlines():
            encoded = tokenizer.encode(json.loads(line)["text"])
            found.append(model(input_ids=torch.tensor([encoded.ids])).logits[0].tolist())
    return found


def load(folder, outputs):
    return transformers.AutoModelForSequenceClassification.from_pretrained(folder, num_labels=outputs, dtype=torch.float32)


def apply_differences(model, folder):
    """LT-SFT's file, by the description of its format: diffs are added, abs take the tensors' place."""
    file = torch.load(folder / "pytorch_diff.bin", weights_only=True)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name, difference in file["diffs"].items():
            tensor = parameters[name]
            if tensor.shape != difference["size"]:
                raise Failure(f"{name} has the shape {tuple(difference['size'])} instead of {tuple(tensor.shape)}")
            flat = numpy.cumsum(difference["index_steps"])
            where = numpy.unravel_index(flat, tuple(difference["size"]), order="F")
            tensor[tuple(torch.from_numpy(axis) for axis in where)] += difference["values"]
        for name, value in file["abs"].items():
            parameters[name].copy_(value)
    return model


def one(stage, name, model, rows, method, forms, **training):
    run = stage.train(name, model, rows, method, **training)
    expected = stage.predict(name, run, rows)
    outputs = len(expected[0])
    tokenizer = tokenizers.Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(24)
    if "huggingface" in forms:
        merged = stage.export(name, run, "huggingface")
        stage.check(name, "transformers, merged", expected, logits(load(merged, outputs), tokenizer, rows))
        base = load(merged, outputs)
        with torch.no_grad():
            unchanged = load(model, outputs)
            for parameter, value in unchanged.named_parameters():
                if ".encoder.layer." in parameter:
                    base.get_parameter(parameter).copy_(value)
        moved = float(numpy.abs(numpy.array(expected) - numpy.array(logits(base, tokenizer, rows))).max())
        if moved < MOVED:
            raise Failure(f"{name}: training moved the logits by {moved} alone: nothing is shown")
        undone = stage.work / f"undone-{name}"
        stage.command("undo", merged, undone)
        before = transformers.AutoModel.from_pretrained(model, add_pooling_layer=False).state_dict()
        after = transformers.AutoModel.from_pretrained(undone, add_pooling_layer=False).state_dict()
        if before.keys() != after.keys() or any(not torch.equal(before[key], after[key]) for key in before):
            raise Failure(f"{name}: undo does not give the base back")
    if "peft" in forms:
        adapter = stage.export(name, run, "peft")
        adapted = peft.PeftModel.from_pretrained(load(model, outputs), adapter)
        stage.check(name, f"PEFT, {adapted.peft_config['default'].peft_type.value}", expected, logits(adapted, tokenizer, rows))
        adapted.merge_adapter()
        stage.check(name, "PEFT, merged", expected, logits(adapted, tokenizer, rows))
    if "peft" in forms and method["name"] == "lora":
        imported = stage.work / f"imported-{name}"
        stage.command("import", adapter, "--base", model, "--out", imported)
        stage.check(name, "imported again", expected, stage.predict(f"{name}-imported", imported, rows))
    if "lt-sft" in forms:
        differences = stage.export(name, run, "lt-sft")
        stage.check(name, "LT-SFT, applied", expected, logits(apply_differences(load(model, outputs), differences), tokenizer, rows))
    return run


def tokenizer_files(stage, resources):
    """Tokenizers as the contract test has them, and merged models with the tokens that AutoTokenizer makes of their files."""
    differing = record_tokenizers.main(resources, check=True)
    if differing:
        raise Failure(f"transformers gives other tokens than recorded.json for {', '.join(sorted(differing))}")
    table = json.loads((resources / "cases.json").read_text(encoding="utf-8"))
    for i, case in enumerate(MERGED_TOKENIZERS):
        name = f"tokenizer-{i}"
        model = stage.work / f"model-{name}"
        kind = table["cases"][case]["model"]
        sizes = {"vocab_size": 320, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
                 "max_position_embeddings": 40, "initializer_range": 0.3}
        torch.manual_seed(i)
        made = transformers.BertModel(transformers.BertConfig(**sizes)) if kind == "bert" else transformers.RobertaModel(transformers.RobertaConfig(**sizes))
        made.save_pretrained(model)
        config = json.loads((model / "config.json").read_text())
        record_tokenizers.write(table["cases"][case], resources, model)
        (model / "config.json").write_text(json.dumps(config))
        pairs = [pair for pair in table["pairs"] if pair[0] and pair[1]]
        rows = [{"text": a, "pair": b, "label": ["no", "yes"][n % 2]} for n, (a, b) in enumerate(pairs * 4)]
        run = stage.train(name, model, stage.table(f"{name}.jsonl", rows), {"name": "bitfit"}, task={"text_pair": "pair"}, max_seq_length=8)
        expected = stage.predict(name, run, stage.work / f"{name}.jsonl")
        merged = stage.export(name, run, "huggingface")
        tokenizer = transformers.AutoTokenizer.from_pretrained(merged)
        network = load(merged, 2).eval()
        with torch.no_grad():
            found = [
                network(**tokenizer([row["text"]], [row["pair"]], truncation=True, max_length=8, return_tensors="pt")).logits[0].tolist()
                for row in rows
            ]
        stage.check(name, case[:28], expected, found)


def quick_start(stage):
    """all-MiniLM-L6-v2, 22.7 million parameters, and 48 of the quick start's sentences."""
    stage.command("quickstart", "--prepare", "--short", "--dir", stage.work / "quickstart")
    lines = (stage.work / "quickstart/data/train.jsonl").read_text().splitlines()[:48]
    return stage.work / "quickstart/model", stage.table("sentences.jsonl", [json.loads(line) for line in lines])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("sparsetune", "golden", "work"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    stage = Stage(arguments.sparsetune, arguments.golden, arguments.work)
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, PEFT {peft.__version__}")
    started = time.time()
    all_forms = ("huggingface", "peft", "lt-sft")
    bert = stage.golden_model("bert")
    roberta = stage.golden_model("roberta")
    one(stage, "bert", *bert, {"name": "sam", "sparsity": 0.1, "tensors": "linear"}, all_forms)
    one(stage, "roberta", *roberta, {"name": "random", "sparsity": 0.05, "tensors": "linear"}, all_forms)
    one(stage, "minilm", *quick_start(stage), {"name": "magnitude", "sparsity": 0.02, "tensors": "linear"}, all_forms, learning_rate=0.01)
    biases = one(stage, "bert-bitfit", *bert, {"name": "bitfit"}, ("huggingface", "lt-sft"))
    refused = stage.command("export", biases, stage.work / "refused", "--format", "peft", code=2)
    if "Linear layers alone" not in refused:
        raise Failure(f"biases were refused by PEFT's export without the reason: {refused}")
    one(stage, "bert-lora", *bert, {"name": "lora", "r": 4, "lora_alpha": 8}, ("huggingface", "peft"))
    one(stage, "roberta-lora", *roberta, {"name": "lora", "r": 2}, ("huggingface", "peft"))
    tokenizer_files(stage, arguments.golden.parent / "tokenizers")
    print(f"{stage.compared} comparisons in {time.time() - started:.0f} s: the largest difference of a logit is {stage.largest:.2e}, {TOLERANCE} are allowed")


try:
    main()
except Failure as failure:
    sys.exit(f"Interop failed: {failure}")
