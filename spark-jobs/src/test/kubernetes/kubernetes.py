"""The image and the operator's manifest of conf/kubernetes, checked without a container runtime and without Kubernetes.

The image: its Dockerfile has no finding of hadolint's; its steps, carried out in a folder instead of an image, leave a
jar and an environment in which the manifest's command runs, with a home that nobody can write to.
The manifest: it has all that the operator's own schema asks for, and nothing that the schema does not know.
"""

import argparse
import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import jsonschema
import yaml


class Failure(Exception):
    pass


# ---- the image


def lint(dockerfile):
    done = subprocess.run(["hadolint", "--no-color", str(dockerfile)], capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"hadolint has findings:\n{done.stdout}{done.stderr}")


def instructions(dockerfile):
    text = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", dockerfile.read_text()))
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


def carry_out(dockerfile, context, image):
    """The steps in a folder that stands for the image; returns its environment. Knows what the Dockerfile has, no more."""
    variables, environment, user = {}, {}, None
    for name, rest in instructions(dockerfile):
        if name == "ARG":
            key, _, value = rest.partition("=")
            variables[key] = value
        elif name == "ENV":
            key, _, value = rest.partition("=")
            environment[key] = value
        elif name == "COPY":
            words = re.sub(r"\$\{(\w+)}", lambda found: variables[found[1]], rest).split()
            mode = [int(word.removeprefix("--chmod="), 8) for word in words if word.startswith("--chmod=")]
            source, target = [word for word in words if not word.startswith("--")]
            if not (context / source).is_file():
                raise Failure(f"COPY: {source} is not in {context}")
            copied = image / target.lstrip("/")
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(context / source, copied)
            if not mode or mode[0] & 0o444 != 0o444:
                raise Failure(f"COPY: {target} may not be readable by the user {user}; it needs --chmod")
            copied.chmod(mode[0])
        elif name == "USER":
            user = rest
        elif name != "FROM":
            raise Failure(f"The check does not know how to carry out {name} {rest}")
    if not user or not user.isdigit() or user == "0":
        raise Failure(f"USER is {user}; Kubernetes' runAsNonRoot needs a number other than 0")
    return environment


def load_vector_api(environment):
    """Java names the incubator's modules that it loads; here none but the image's environment asks for one."""
    plain = {key: os.environ[key] for key in ("PATH", "JAVA_HOME") if key in os.environ}
    java = str(pathlib.Path(plain["JAVA_HOME"], "bin/java")) if "JAVA_HOME" in plain else "java"
    done = subprocess.run([java, "-version"], capture_output=True, text=True, env=plain | environment)
    if done.returncode or "Using incubator modules: jdk.incubator.vector" not in done.stderr:
        raise Failure(f"With the image's environment {environment} Java does not load the Vector API:\n{done.stderr}")


# ---- the manifest


def strict(schema):
    """As the API server checks with fieldValidation=Strict: what is not in the schema is an error."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


def validator(definition):
    group, version = definition["spec"]["group"], definition["spec"]["versions"][0]
    schema = strict(version["schema"]["openAPIV3Schema"])
    schema["properties"]["apiVersion"] = {"const": f"{group}/{version['name']}"}
    schema["properties"]["kind"] = {"const": definition["spec"]["names"]["kind"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def problems(check, manifest):
    return [f"{error.json_path}: {error.message}" for error in check.iter_errors(manifest)]


def broken(manifest):
    """The manifest with one mistake each, which the schema has to find."""

    def changed(change):
        wrong = copy.deepcopy(manifest)
        change(wrong)
        return wrong

    yield "a key that is misspelt", changed(lambda m: m["spec"]["driver"].update(memoryOverHead="1g"))
    yield "a number as text", changed(lambda m: m["spec"]["executor"].update(instances="2"))
    yield "a text as number", changed(lambda m: m["spec"]["executor"].update(memory=8))
    yield "an unknown policy", changed(lambda m: m["spec"]["restartPolicy"].update(type="Sometimes"))
    yield "no version of Spark", changed(lambda m: m["spec"].pop("sparkVersion"))
    yield "another kind", changed(lambda m: m.update(kind="SparkApp"))


# ---- the command


def tiny_training(root, folder):
    """A configuration of a model with a few thousand parameters."""
    golden = root / "core/src/test/resources/golden/bert"
    model = folder / "model"
    model.mkdir(parents=True)
    for file in ("config.json", "model.safetensors"):
        shutil.copy(golden / file, model / file)
    size = json.loads((model / "config.json").read_text())["vocab_size"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"w{i}" for i in range(4, size))]
    (model / "vocab.txt").write_text("\n".join(words) + "\n")
    rows = [{"text": " ".join(f"w{4 + (i * j) % 90}" for j in range(1, 9)), "label": "ab"[i % 2]} for i in range(40)]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = {
        "model": {"path": str(model)},
        "data": {"train": str(folder / "train.jsonl"), "max_seq_length": 16},
        "method": {"name": "sam", "sparsity": 0.1, "score_steps": 1},
        "training": {"max_steps": 2, "batch_size": 8, "micro_batch_size": 4, "eval_batch_size": 8},
        "output": str(folder / "run"),
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder / "config.yaml"


def train(root, manifest, image, environment, folder):
    """The manifest's command, with a small training's configuration, by the jar and the environment of the image."""
    jar = image / manifest["spec"]["mainApplicationFile"].removeprefix("local:///")
    if not jar.is_file():
        raise Failure(f"The manifest names {manifest['spec']['mainApplicationFile']}, which the image does not have")
    command, *paths = manifest["spec"]["arguments"]
    if command != "train" or len(paths) != 1:
        raise Failure(f"The check trains one configuration, and the manifest's arguments are {manifest['spec']['arguments']}")
    config = tiny_training(root, folder)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SPARK", "SPARSETUNE"))} | environment
    environment["HOME"] = "/dev/null"
    environment["JDK_JAVA_OPTIONS"] += " -Duser.home=/dev/null"
    environment["SPARSETUNE_JAR"] = f"local://{jar}"
    done = subprocess.run(
        [str(root / "bin/sparsetune"), command, str(config), "--master", "local[1]"],
        capture_output=True, text=True, env=environment, cwd=folder,
    )
    if done.returncode or not (folder / "run/_SUCCESS").exists():
        raise Failure(f"The manifest's command ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def main():
    arguments = argparse.ArgumentParser()
    for name in ("--root", "--work", "--schema"):
        arguments.add_argument(name, type=pathlib.Path, required=True)
    given = arguments.parse_args()
    kubernetes, image = given.root / "conf/kubernetes", given.work / "image"
    dockerfile = kubernetes / "Dockerfile"

    lint(dockerfile)
    print("Dockerfile: no finding of hadolint's")

    manifest = yaml.safe_load((kubernetes / "sparkapplication.yaml").read_text())
    check = validator(yaml.safe_load(given.schema.read_text()))
    found = problems(check, manifest)
    if found:
        raise Failure("The operator would refuse sparkapplication.yaml:\n" + "\n".join(found))
    mistakes = list(broken(manifest))
    for mistake, wrong in mistakes:
        if not problems(check, wrong):
            raise Failure(f"The schema's check does not find {mistake}")
    print(f"sparkapplication.yaml: as the operator's schema says; {len(mistakes)} mistakes are found")

    subprocess.run([str(given.root / "bin/sparsetune"), "--version"], check=True, stdout=subprocess.DEVNULL)
    environment = carry_out(dockerfile, given.root / "spark-jobs/target", image)
    load_vector_api(environment)
    train(given.root, manifest, image, environment, given.work / "training")
    print("The image's steps, in a folder: its jar trains with the manifest's command")


try:
    main()
except Failure as failure:
    sys.exit(f"Kubernetes: {failure}")
