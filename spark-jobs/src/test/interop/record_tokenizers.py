"""Records the tokens that transformers gives for every case of core/src/test/resources/tokenizers/cases.json.

A case is a table of files; {"@": NAME, ...} is the file NAME beside cases.json, with some keys set otherwise. Tokens of
type 1 have a 1 after a colon. Run without --check, it writes recorded.json, which the contract test reads; with it, it
fails where recorded.json says something else.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import warnings

import transformers

warnings.simplefilter("ignore")
transformers.logging.set_verbosity_error()


def write(case, resources, folder):
    (folder / "config.json").write_text(json.dumps({"model_type": case["model"], **case["files"].get("config.json", {})}))
    for name, value in case["files"].items():
        if name == "config.json":
            continue
        if "@" in value:
            text = (resources / value["@"]).read_text(encoding="utf-8")
            changes = {key: change for key, change in value.items() if key != "@"}
            if changes:
                text = json.dumps({**json.loads(text), **changes})
        else:
            text = json.dumps(value)
        (folder / name).write_text(text, encoding="utf-8")


def tokens(tokenizer, length, *texts):
    encoded = tokenizer(*([text] for text in texts), truncation=True, max_length=length)
    ids = encoded["input_ids"][0]
    types = encoded.get("token_type_ids", [[0] * len(ids)])[0]
    return " ".join(str(token) if kind == 0 else f"{token}:{kind}" for token, kind in zip(ids, types))


def record(folder, table):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    rows = [(text,) for text in table["texts"]] + [tuple(pair) for pair in table["pairs"]]
    return [[tokens(tokenizer, length, *row) for row in rows] for length in table["lengths"]]


def main(resources, check):
    table = json.loads((resources / "cases.json").read_text(encoding="utf-8"))
    found = {}
    for name, case in table["cases"].items():
        if "refused" in case or case.get("alone"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            write(case, resources, pathlib.Path(folder))
            found[name] = record(folder, table)
    text = "{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(rows)}" for name, rows in found.items()) + "\n}\n"
    file = resources / "recorded.json"
    if not check:
        file.write_text(text)
    elif file.read_text() != text:
        before = json.loads(file.read_text())
        return [name for name in found.keys() | before.keys() if found.get(name) != before.get(name)]
    return []


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    root = pathlib.Path(__file__).resolve().parents[4]
    differing = main(root / "core/src/test/resources/tokenizers", parser.parse_args().check)
    if differing:
        sys.exit(f"transformers gives other tokens than recorded.json for {', '.join(sorted(differing))}")
