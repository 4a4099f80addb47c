#!/usr/bin/env python3
"""Kills the driver of trainings with SIGKILL, gives the same command again until it ends, and compares everything that is
left with what an uninterrupted run leaves:  bin/check --kills N

    kills.py --kills N [--only quickstart,child] [--seed 1] [--sparsetune bin/sparsetune] [--work FOLDER]

The quick start is killed N times; then each kind of method on a tiny model, N / 8 times and at least 3 times, on one
process and on two executors in turns. Half of the kills fall at random; the others wait for a phase of the training.
Every finished run has to have the delta, the result, the log and the list of files of the uninterrupted one.
"""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
LIMIT = 900
LOCAL = "local[2]"
CLUSTER = "local-cluster[2,1,1024]"

STARTING = "starting"
CHOOSING = "score round"
ROUND = "dense round"
STEPS = "steps"
EVALUATION = "evaluation"
DELTA = "before the delta"
SCORES = "between delta and result"
RESULT = "between result and _SUCCESS"
AFTER = "after _SUCCESS"

CHECKPOINT = "writing of a state"
SAVED = "dense round, a state saved"
RANDOM = "random"

# What differs from one run to the next, and may: times, and traffic, which a killed process takes with it.
VOLATILE = {"seconds", "tokens_per_second", "milliseconds_per_step", "bytes"}


class Trial:
    """One configuration, killed again and again."""

    def __init__(self, name, config, settings, masters, moments, evaluate, options):
        self.name = name
        self.config = config
        self.settings = settings
        self.masters = masters
        self.moments = moments
        self.evaluate = evaluate
        self.sparsetune = options.sparsetune
        self.work = options.work / "trials" / name
        self.dice = random.Random(f"{options.seed} {name}")
        self.attempts = 0
        self.groups = []
        self.phases = collections.Counter()
        self.left = collections.Counter()
        self.work.mkdir(parents=True)

    def fail(self, log, why):
        sys.exit(f"{self.name}: {why}; see {log}\n{tail(log)}")

    def start(self, output, master):
        log = self.work / f"attempt-{self.attempts:03d}.log"
        self.attempts += 1
        command = [self.sparsetune, "train", self.config, f"--set=output={output}"]
        command += [f"--set={setting}" for setting in self.settings] + ["--master", master]
        command += ["--", "--conf", "spark.ui.enabled=false"]
        scratch = self.work / "scratch"
        scratch.mkdir(exist_ok=True)
        environment = dict(os.environ, SPARK_WORKER_DIR=str(scratch), SPARK_LOCAL_DIRS=str(scratch))
        with open(log, "wb") as out:
            # The launcher becomes the driver's JVM by exec, so the process that is killed is the driver.
            process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, env=environment)
        self.groups.append(process.pid)
        return process, log

    def wait(self, process, log):
        try:
            code = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.fail(log, f"no end after {LIMIT} s")
        if code != 0:
            self.fail(log, f"exit code {code}")

    def reference(self):
        output = self.work / "reference"
        began = time.monotonic()
        process, log = self.start(output, self.masters[0])
        self.before = None
        while process.poll() is None and time.monotonic() - began < LIMIT:
            if self.before is None and (output / "run.json").exists():
                self.before = time.monotonic() - began
            time.sleep(0.01)
        self.wait(process, log)
        self.span = time.monotonic() - began - self.before
        self.expected = content(output)
        print(f"{self.name}: uninterrupted on {self.masters[0]}: {self.before:.1f} s to run.json and {self.span:.1f} s from there on; "
              f"delta {sha256(output)}", flush=True)

    def kill(self, output, master, moment, alone):
        """
        Kills the driver at a moment.

        :param alone: executors of it live on until they notice
        :return: what was killed, in words; None where the run ended before
        """
        process, log = self.start(output, master)
        began = time.time()
        ready, delay = self.condition(moment, output, log, began)
        due = None
        while process.poll() is None:
            now = time.time()
            if due is None and ready():
                due = now + self.dice.uniform(0, delay)
            if due is not None and now >= due:
                break
            if now - began > LIMIT:
                self.fail(log, f"neither an end nor the moment '{moment}' after {LIMIT} s")
            time.sleep(0.001)
        alive = process.poll() is None
        if alive:
            (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
        code = process.wait()
        self.bury(self.groups[-1:] if alone else [])
        if code == 0:
            return None, log
        if not alive or code != -signal.SIGKILL:
            self.fail(log, f"exit code {code}, and not by this script")
        phase = self.phase(output, log, began)
        self.phases[phase] += 1
        folder = output / "checkpoints"
        kept = len(list(folder.glob("checkpoint-*"))) if folder.exists() else 0
        saved = len(list(folder.glob("rounds/*.state"))) if folder.exists() else 0
        self.left[f"{kept} checkpoints"] += 1
        return f"{phase}; {kept} checkpoints" + (f", {saved} states of rounds" if saved else ""), log

    def bury(self, but=()):
        """Ends what has outlived its driver: executors take a while to notice."""
        for group in self.groups:
            if group not in but:
                try:
                    os.killpg(group, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.groups = list(but)

    def condition(self, moment, output, log, began):
        """When a moment has come, and how long after it at most the driver is killed."""
        run = output / "run.json"
        if moment == STARTING:
            return (lambda: True), self.before
        if moment == RANDOM:
            return (lambda: modified(run) >= began), self.span / 4
        if moment == CHECKPOINT:
            return (lambda: half_written(output / "checkpoints", began)), 0.002
        if moment == SAVED:
            return (lambda: saved(output / "checkpoints" / "rounds", began)), 0.02 * self.span
        delay = {CHOOSING: 0.1, ROUND: 0.2, STEPS: 0.1, EVALUATION: 0.05}.get(moment, 0) * self.span
        return (lambda: modified(run) >= began and self.phase(output, log, began) == moment), delay

    def phase(self, output, log, began):
        """What a driver is at, as its files and its lines say."""
        for name, phase in (("_SUCCESS", AFTER), ("result.json", RESULT), ("delta.safetensors", SCORES)):
            if modified(output / name) >= began:
                return phase
        text = log.read_text(errors="replace")
        planned = re.search(r"^\d+ steps of at most .*$", text, re.M)
        if not planned:
            return STARTING
        said = text[planned.end():]
        chosen = re.search(r"^Training .* parameters", said, re.M)
        step = re.findall(r"^step (\d+)/(\d+)", said, re.M)
        if not chosen:
            after_round = re.search(r"^step ", said.rpartition("\nround ")[2], re.M)
            return (STEPS if after_round else ROUND) if "dense round" in planned[0] else CHOOSING
        if not step:
            return STEPS
        done, of = map(int, step[-1])
        evaluated = re.findall(r"^step (\d+): ", said, re.M)
        last = int(evaluated[-1]) if evaluated else 0
        if (done % self.evaluate == 0 or done == of) and last != done:
            return EVALUATION
        return DELTA if done == of else STEPS

    def run(self, kills):
        self.reference()
        done, turn, finished, misses, reached = 0, 0, 0, 0, -1
        output = self.work / "run-000"
        while True:
            master = self.masters[turn % len(self.masters)]
            alone = master == CLUSTER and turn // 2 % 2 == 1
            turn += 1
            if done < kills:
                moment = self.moments[done % len(self.moments)] if misses < 2 else RANDOM
                state, log = self.kill(output, master, moment, alone)
            else:
                process, log = self.start(output, master)
                self.wait(process, log)
                self.bury()
                state = None
            text = log.read_text(errors="replace")
            going = re.findall(r"^Going on from step ([\d,]+)\.", text, re.M)
            begun = re.search(r"^\d+ steps of at most", text, re.M)
            if begun:
                step = int(going[-1].replace(",", "")) if going else -1
                if step < reached:
                    self.fail(log, f"began at step {step}, and an attempt before at {reached}")
                reached = step
            begin = f"from step {going[-1]}" if going else "from the beginning" if begun else "not begun"
            if state is not None:
                done += 1
                misses = 0
                print(f"{self.name}: kill {done} on {master}{', the driver alone' if alone else ''}, {begin}: {state}"
                      + (f" (aimed at {moment})" if moment != RANDOM else ""), flush=True)
                continue
            misses += 1
            self.compare(output, log)
            finished += 1
            print(f"{self.name}: run {finished} ended on {master}, {begin}: the same delta, result, log and files", flush=True)
            if done >= kills:
                break
            reached = -1
            output = self.work / f"run-{finished:03d}"
        seconds = self.again(output)
        shutil.rmtree(self.work / "scratch")
        self.summary = (self.name, done, self.attempts - 2, finished,
                        ", ".join(f"{phase} {count}" for phase, count in self.phases.most_common()),
                        ", ".join(f"{what}: {count}" for what, count in sorted(self.left.items())),
                        f"{seconds:.1f}", sha256(output))

    def compare(self, output, log):
        found = content(output)
        for what, expected in self.expected.items():
            if found[what] != expected:
                self.fail(log, f"{output} is not what an uninterrupted run leaves: its {what}: {found[what]}\nand not\n{expected}")

    def again(self, output):
        """The seconds that the command takes for a run that is finished."""
        before = {path.name: modified(path) for path in output.iterdir()}
        began = time.monotonic()
        process, log = self.start(output, self.masters[0])
        self.wait(process, log)
        if before != {path.name: modified(path) for path in output.iterdir()}:
            self.fail(log, "a finished run was changed")
        if "The run is finished already; nothing is trained." not in log.read_text(errors="replace"):
            self.fail(log, "a finished run was not left alone")
        return time.monotonic() - began


def modified(path):
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


def half_written(folder, began):
    """Whether a file is being written there under a temporary name."""
    for at in (folder, folder / "rounds"):
        try:
            if any(entry.name.startswith(".sparsetune-") and entry.stat().st_mtime >= began for entry in os.scandir(at)):
                return True
        except FileNotFoundError:
            pass
    return False


def saved(folder, began):
    """Whether a logical worker has saved its state."""
    try:
        return any("-worker-" in entry.name and modified(pathlib.Path(entry)) >= began for entry in os.scandir(folder))
    except FileNotFoundError:
        return False


def tail(log):
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def sha256(run):
    return hashlib.sha256((run / "delta.safetensors").read_bytes()).hexdigest()


def timeless(value):
    if isinstance(value, dict):
        return {key: timeless(v) for key, v in value.items() if key not in VOLATILE}
    return [timeless(v) for v in value] if isinstance(value, list) else value


def content(run):
    """Everything of a finished run that is the same for each that trains the same."""
    return {
        "delta": sha256(run),
        "result": timeless(json.loads((run / "result.json").read_text())),
        "log": [timeless(json.loads(line)) for line in (run / "metrics.jsonl").read_text().splitlines()],
        "files": sorted(path.name for path in run.iterdir()),
    }


def quick_start(options):
    folder = options.work / "quickstart"
    subprocess.run([options.sparsetune, "quickstart", "--prepare", "--dir", str(folder)], check=True,
                   stdout=subprocess.DEVNULL)
    moments = [RANDOM, CHOOSING, RANDOM, EVALUATION, RANDOM, CHECKPOINT, RANDOM, DELTA, SCORES, RESULT, AFTER, STARTING,
               RANDOM, STEPS]
    settings = ["training.max_steps=60", "method.score_steps=4", "training.eval_steps=20", "training.save_seconds=1",
                "training.logging_steps=1"]
    return Trial("quickstart", str(folder / "config.yaml"), settings, [LOCAL], moments, 20, options)


# A step of the tiny model takes a few milliseconds, so there are many.
METHODS = {
    "random": (["method.name=random"], [RANDOM, EVALUATION, CHECKPOINT, DELTA]),
    "sam": (["method.name=sam", "method.score_steps=2000"], [CHOOSING, STEPS, CHECKPOINT, SCORES]),
    "child": (["method.name=child", "method.rounds=3", "method.project_every=100 steps", "method.workers=2"],
              [SAVED, CHECKPOINT, RANDOM, EVALUATION]),
    "child-momentum": (["method.name=child", "method.rounds=3", "method.project_every=100 steps", "method.workers=2",
                        "method.momentum=0.3"], [SAVED, CHECKPOINT, RANDOM, ROUND]),
    "diff": (["method.name=diff", "method.finetune_epochs=20", "training.max_steps=100"],
             [SAVED, STEPS, CHECKPOINT, RANDOM]),
    "lottery_ticket": (["method.name=lottery_ticket", "method.dense_phase=100 steps", "method.iterations=2"],
                       [SAVED, STEPS, CHECKPOINT, RANDOM]),
    "full": (["method.name=full", "method.sparsity=null"], [CHECKPOINT, STEPS, EVALUATION, DELTA]),
    "lora": (["method.name=lora", "method.sparsity=null"], [STEPS, CHECKPOINT, RANDOM, RESULT]),
}


def toy(name, data, options):
    settings, moments = METHODS[name]
    return Trial(name, str(data / "run.yaml"), settings, [LOCAL, CLUSTER], moments, 100, options)


def toy_data(folder, golden):
    """The golden tiny BERT with words for a vocabulary, and sentences whose label is in the words."""
    model = folder / "model"
    model.mkdir(parents=True)
    config = json.loads((golden / "bert" / "config.json").read_text())
    config.update(hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1)
    (model / "config.json").write_text(json.dumps(config))
    shutil.copy(golden / "bert" / "model.safetensors", model)
    words = config["vocab_size"]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    first, second = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}

    def token(text, at=0):
        return {"SpecialToken": {"id": text, "type_id": at}}

    (model / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [token("[CLS]"), first, token("[SEP]")],
            "pair": [token("[CLS]"), first, token("[SEP]"), second, token("[SEP]", 1)],
            "special_tokens": {text: {"id": text, "ids": [special.index(text)], "tokens": [text]} for text in ("[CLS]", "[SEP]")}},
        "decoder": None,
        "model": {"type": "WordLevel", "unk_token": "[UNK]",
                  "vocab": {text: i for i, text in enumerate(special + [f"w{i}" for i in range(4, words)])}}}))
    longest = config["max_position_embeddings"]
    dice = random.Random(1)
    for name, rows in (("train", 211), ("validation", 53)):
        with open(folder / f"{name}.jsonl", "w") as out:
            for row in range(rows):
                label = dice.randrange(3)
                text = " ".join(f"w{4 + 3 * dice.randrange((words - 4) // 3) + label}" for _ in range(1 + row % (longest - 2)))
                out.write(json.dumps({"text": text, "label": f"label-{label}"}) + "\n")
    (folder / "run.yaml").write_text(f"""\
model: {{path: '{model}'}}
task: {{text: text, label: label, metric: accuracy}}
data: {{train: '{folder}/train.jsonl', validation: '{folder}/validation.jsonl', max_seq_length: {longest}}}
method: {{name: random, sparsity: 0.05}}
training:
  {{learning_rate: 1e-3, max_steps: 400, batch_size: 20, micro_batch_size: 5, eval_batch_size: 7, eval_steps: 100,
   logging_steps: 10, seed: 7, save_seconds: 1, save_dense_seconds: 0}}
output: '{folder}/run'
""")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=30, help="of the quick start; 1 / 8 of them, at least 3, of each method")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sparsetune", default=str(ROOT / "bin" / "sparsetune"))
    parser.add_argument("--golden", type=pathlib.Path, default=ROOT / "core/src/test/resources/golden")
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    names = options.only.split(",") if options.only else ["quickstart", *METHODS]
    if unknown := [name for name in names if name != "quickstart" and name not in METHODS]:
        parser.error(f"unknown: {', '.join(unknown)}")
    options.work = pathlib.Path(tempfile.mkdtemp(prefix="sparsetune-kills.", dir=options.work))
    summaries = []
    for name in names:
        if name == "quickstart":
            trial = quick_start(options)
            kills = options.kills
        else:
            data = options.work / "toy"
            if not data.exists():
                toy_data(data, options.golden)
            trial = toy(name, data, options)
            kills = max(3, options.kills // 8)
        try:
            trial.run(kills)
        finally:
            trial.bury()
        summaries.append(trial.summary)
    print("\ntraining | kills | commands | runs | kills by phase | left by a kill | s for a finished run | one SHA-256")
    for summary in summaries:
        print(" | ".join(map(str, summary)))
    shutil.rmtree(options.work)


if __name__ == "__main__":
    main()
